"""Faults before the server serves: a damaged file, a migration that was killed."""

import subprocess
from itertools import count

from tests.e2e.house import free_port
from tests.faults.scenario import scenario
from tests.faults.world import World


@scenario(9, databases=("sqlite",), bug="damage_unseen", short=("sqlite",))
def damaged_database(run: World) -> None:
    """Bytes of the file are not what they were: it is not served, and the way back is said and works.

    What the backup lacked comes again, so in `make test` this stands for `restored_from_an_older_copy` too.
    """
    with run.acting():
        run.acknowledged(15)
        run.server.back_up()
        run.acknowledged(15)
        with run.server.stopped():
            path = run.server.folder / "gemba.db"
            roots = run.ask("SELECT rootpage FROM sqlite_master WHERE rootpage > 1 ORDER BY rootpage")
            data = bytearray(path.read_bytes())
            at = (run.chance.choice(roots)[0] - 1) * 4096
            data[at : at + 512] = bytes(run.chance.randrange(256) for _ in range(512))
            path.write_bytes(data)
            refused = run.server.run("serve", "--demo", "--port", str(free_port()))
            assert refused.returncode == 1, "a damaged file is not served"
            assert "damaged" in refused.stderr, refused.stderr
            assert "gemba restore" in refused.stderr, refused.stderr
            run.server.restore()
        run.hurt()
        run.acknowledged(10)
    held = {phone.version(edit) for phone in run.phones for edit, *_ in phone.ledger.values()}
    assert held == set(run.oracle.saved), "what the backup lacked was offered again"


@scenario(14, bug="migration_by_statement")
def migration_killed_half_way(run: World) -> None:
    """Killed at a statement, and at another, and another: the same command finishes it."""
    folder = run.server.folder
    step = run.chance.randint(9, 13)
    for at in count(1, step):
        url = f"sqlite:///{folder}/new-{at}.db" if run.server.kind == "sqlite" else run.cluster.empty()
        run.server.order("statement", at)
        killed = run.server.run("migrate", url=url, points=True)
        if killed.returncode == 0:
            break  # it has fewer statements than that
        _finish(run, url)
    run.server.switch("fault", None)
    assert at > step, "it was killed at least once"
    with run.acting():
        run.acknowledged(5)


def _finish(run: World, url: str) -> None:
    for words in (("migrate",), ("db", "check")):
        done: subprocess.CompletedProcess[str] = run.server.run(*words, url=url)
        assert done.returncode == 0, f"{words}: {done.stdout} {done.stderr}"
