"""One suite on both databases: `database` is SQLite, then PostgreSQL, migrated and empty for each test.

PostgreSQL runs as a private cluster on a socket, under a role that is no superuser, so that
row-level security bites. Set TEST_DATABASES=sqlite to leave it out while you work.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.foundation import migrate
from server.foundation.clock import TestClock
from server.foundation.db import db, tenant_context, unit_of_work
from server.foundation.ids import DeviceId, new_id, short, unshort
from server.foundation.settings import Settings
from server.identity import queries, service, tokens
from server.identity.service import Granted
from tests import founded, quick

quick.install()

DATABASES = os.environ.get("TEST_DATABASES", "sqlite,postgresql").split(",")
SECRET = "kT7wq-Zp41xLr9_vBn3eYd82sHc6GjUa0mXf5oRi"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DATABASE = "gemba_test"


class Cluster:
    """A private PostgreSQL server in a temporary folder, reached by socket alone."""

    def __init__(self) -> None:
        self.binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="gemba-pg-", dir=quick.temporary_root()))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.folder.chmod(0o755)
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "--no-sync", "-E", "UTF8"
        )
        self.options = (
            f"-c listen_addresses= -c unix_socket_directories={self.folder} -c unix_socket_permissions=0777"
            " -c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=32MB"
        )
        self._run("pg_ctl", "-D", self.data, "-w", "-l", f"{self.folder}/log", "-o", self.options, "start")
        self.execute("CREATE ROLE gemba LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
        self.execute(f"CREATE DATABASE {DATABASE} OWNER gemba")

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://gemba@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement as superuser, outside a transaction."""
        engine = sa.create_engine(
            f"postgresql+psycopg://postgres@/postgres?host={self.folder}", isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def clean(self) -> None:
        """Delete every row but the revision: a new database for each test took up to four seconds."""
        with self._database.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no foreign keys
            tables = connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND relname <> 'alembic_version'"
            )
            connection.exec_driver_sql("; ".join(f'DELETE FROM "{row[0]}"' for row in tables))
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{self._head}'")

    @cached_property
    def _head(self) -> str:
        return migrate.head()

    @cached_property
    def cast(self) -> founded.Founded:
        """The cast in a schema beside the tables; asked for while no test is using them."""
        people = founded.found(create_app(settings_for(self.url(DATABASE)), clock=TestClock(NOW)))
        made = founded.from_schema(people, self._database)
        self.clean()
        return made

    @cached_property
    def _database(self) -> sa.Engine:
        return sa.create_engine(f"postgresql+psycopg://postgres@/{DATABASE}?host={self.folder}")

    def stop(self) -> None:
        self._database.dispose()
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses root
            command = ["runuser", "-u", "postgres", "--", *command]
        # pg_ctl waits a minute by itself, and calls a slow machine's start a failure.
        patient = os.environ | {"PGCTLTIMEOUT": "300"}
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, env=patient)


def settings_for(url: str, **values: Any) -> Settings:
    """Settings of a server under test."""
    return Settings(database_url=url, secret=SECRET, log_level="ERROR", **values)


def _migrate(url: str) -> None:
    app = create_app(settings_for(url))
    with app.app_context():
        migrate.upgrade(db.engine)
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once."""
    path = tmp_path_factory.mktemp("template") / "gemba.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_cast(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> founded.Founded:
    """The cast in a SQLite file of its own, founded once."""
    path = tmp_path_factory.mktemp("cast") / "gemba.db"
    shutil.copy(sqlite_template, path)
    return founded.from_file(founded.found(create_app(settings_for(f"sqlite:///{path}"), clock=TestClock(NOW))), path)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL with a migrated database, made once."""
    running = Cluster()
    try:
        _migrate(running.url(DATABASE))
        assert running.cast
        yield running
    finally:
        running.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the short run what is marked `short_on` another database; `make soak-real` plays it on both."""
    if os.environ.get("GEMBA_SOAK"):
        return

    def elsewhere(item: pytest.Item) -> bool:
        mark, call = item.get_closest_marker("short_on"), getattr(item, "callspec", None)
        return bool(
            mark and call and mark.args[0] in DATABASES and call.params.get("database", "") not in ("", *mark.args)
        )

    left_out = [item for item in items if elsewhere(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database; once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "gemba.db"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        yield cluster.url(DATABASE)
        cluster.clean()


@pytest.fixture
def clock() -> TestClock:
    """A clock that stands at 09:00 in the plant until the test moves it."""
    return TestClock(NOW)


@pytest.fixture
def settings(database: str) -> Settings:
    """The settings of `app`; override this fixture to change them."""
    return settings_for(database)


@pytest.fixture
def app(settings: Settings, clock: TestClock) -> Iterator[Flask]:
    """The whole application on this test's database. No context is pushed."""
    made = create_app(settings, clock=clock)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


class SignedIn(FlaskClient):
    """A test client that sends the CSRF value of its session with every unsafe request."""

    csrf: str = ""
    refresh_csrf: str = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        headers = dict(kwargs.pop("headers", None) or {})
        path = str(args[0]) if args and isinstance(args[0], str) else str(kwargs.get("path", ""))
        value = self.refresh_csrf if path == "/api/auth/refresh" else self.csrf
        if value:
            headers.setdefault("X-CSRF-TOKEN", value)
        return super().open(*args, headers=headers, **kwargs)


@pytest.fixture
def client_for(app: Flask, clock: TestClock) -> Any:
    """`client_for(person)`: a client signed in as anyone with `tenant_id` and `id`.

    `device="<22 characters>"` names the phone; each call without it is a new phone.
    """

    def sign_in(person: Any, device: str | None = None) -> SignedIn:
        phone = device or short(new_id())

        def enter() -> Granted:
            account = queries.account(person.id)
            assert account is not None
            browser = hashlib.sha256(phone.encode()).hexdigest()
            return service.open_session(
                account, device_id=DeviceId(unshort(phone)), label="test", browser_hash=browser, now=clock.now()
            )

        client = SignedIn(app, app.response_class)
        with app.app_context(), tenant_context(person.tenant_id):
            granted = unit_of_work(enter)
            made = tokens.make(app, granted, now=clock.now())
            db.session.remove()
        client.csrf, client.refresh_csrf = made.csrf, made.refresh_csrf
        client.set_cookie(tokens.ACCESS_COOKIE, made.access, secure=True, httponly=True)
        client.set_cookie(tokens.REFRESH_COOKIE, made.refresh, path="/api/auth", secure=True, httponly=True)
        return client

    return sign_in


@pytest.fixture
def cast(request: pytest.FixtureRequest, app: Flask, database: str) -> Any:
    """The people of every story, from tests/cast.py: two plants, a shift, HR and a stranger; founded at NOW."""
    on_file = database.startswith("sqlite")
    kept: founded.Founded = (
        request.getfixturevalue("sqlite_cast") if on_file else request.getfixturevalue("cluster").cast
    )
    return kept.into(database)
