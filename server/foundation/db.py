"""The database seam: typed base, tenant guard, and `unit_of_work`, the only COMMIT.

Every row of a plant carries `tenant_id`. Under the ORM each query gets `tenant_id = current` and
raises without a tenant; on PostgreSQL row-level security does the same for raw SQL.
"""

import random
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)

from server.foundation.ids import IDS, TenantId, new_id
from server.foundation.telling import AT_WORK, UNTOLD

Result = TypeVar("Result")
Operation = Literal["put", "leave"]
ATTEMPTS: Final = 3
NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Refuses naive values; comes back aware and in UTC from both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(sa.types.TypeDecorator[Any]):
    """Any JSON value; Python's None is SQL NULL. JSONB on PostgreSQL."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.JSON(none_as_null=True))


class Base(DeclarativeBase):
    """Base of every model, typed in SQLAlchemy's 2.x style."""

    # A registry of our own: Flask-SQLAlchemy copies this class, and a type map beside a registry
    # that is already made is refused.
    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, UUID: sa.Uuid} | dict.fromkeys(IDS, sa.Uuid),
    )


class TenantOwned:
    """A row of one plant. Tables with a key of their own add columns to this primary key."""

    tenant_id: Mapped[TenantId] = mapped_column(sa.ForeignKey("tenant.id"), primary_key=True, sort_order=-2)


class TenantRow(TenantOwned):
    """The usual row: primary key (tenant_id, id). Both are there as soon as it is made."""

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


def tenant_fk(table: str, column: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """Reference (tenant_id, id) of `table` by (tenant_id, `column`): never another plant's row."""
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def session() -> Session:
    """Return the session of this request, job or command."""
    return db.session()


def begin_snapshot() -> None:
    """Open a read of one point in time: on PostgreSQL REPEATABLE READ; SQLite's WAL knows nothing else."""
    held = session()
    if held.get_bind().dialect.name == "postgresql":
        held.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})


def end_read() -> None:
    """End a transaction that has only read. On PostgreSQL by COMMIT: at each ROLLBACK its driver forgets what it had
    prepared, and every question of the next request would be parsed and planned anew (measured: 6 of 16 ms).
    """
    held = session()
    if held.in_transaction() and held.get_bind().dialect.name == "postgresql":
        if held.new or held.dirty or held.deleted:
            raise RuntimeError("a read has changed something")
        try:
            held.commit()
        except DBAPIError:
            held.rollback()  # what was read is read, and there was nothing to keep
    held.close()


# -- tenant guard ------------------------------------------------------------------------------


class TenantMissing(RuntimeError):
    """A plant's table was asked without saying which plant: a bug, never an answer."""


class TenantMismatch(RuntimeError):
    """A row of one plant was written while another was at work: a bug, never an answer."""


def current_tenant() -> TenantId:
    """Return the plant at work. Raises TenantMissing where none was set."""
    tenant = AT_WORK.get()
    if tenant is None:
        raise TenantMissing("no plant is at work: use tenant_context()")
    return tenant


@contextmanager
def tenant_context(tenant_id: TenantId) -> Iterator[None]:
    """Work for one plant. Nested uses return to the outer one."""
    token = AT_WORK.set(tenant_id)
    try:
        _tell_database()
        yield
    finally:
        AT_WORK.reset(token)
        # What failed is on its way up already; this must not hide it.
        with suppress(DBAPIError, PendingRollbackError):
            _tell_database()


def _tell_database() -> None:
    """Switch row-level security inside a transaction that is already open."""
    if db.session.registry.has() and session().in_transaction():
        held = session()
        if held.is_active and held.get_bind().dialect.name == "postgresql":
            held.connection().info[UNTOLD] = True


# A callable parameter: the statement is cached once, the plant is read at each execution, and one
# that touches a plant's table anywhere (join, subquery) fails without a plant.
THIS_TENANT: Final = sa.bindparam("gemba_tenant", callable_=current_tenant, type_=sa.Uuid(), unique=True)


def _of_this_tenant(row: type[TenantOwned]) -> sa.ColumnElement[bool]:
    return row.tenant_id == THIS_TENANT


_guard = with_loader_criteria(TenantOwned, _of_this_tenant, include_aliases=True)


@event.listens_for(Session, "do_orm_execute")
def _guard_query(state: ORMExecuteState) -> None:
    if not state.is_column_load and (state.is_select or state.is_update or state.is_delete):
        state.statement = state.statement.options(_guard)


@event.listens_for(Session, "before_flush")
def _guard_flush(held: Session, _context: UOWTransaction, _objects: object) -> None:
    for row in (*held.new, *held.dirty, *held.deleted):
        if isinstance(row, TenantOwned) and row.tenant_id != current_tenant():
            raise TenantMismatch(f"{type(row).__name__} of another plant")


@event.listens_for(Session, "after_begin")
def _guard_transaction(_session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql" and not transaction.nested:
        connection.info[UNTOLD] = True


@event.listens_for(TenantOwned, "init", propagate=True)
def _fill_key(row: TenantOwned, _args: object, values: dict[str, Any]) -> None:
    values.setdefault("tenant_id", AT_WORK.get())
    if isinstance(row, TenantRow):
        values.setdefault("id", new_id())


# -- unit of work ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A record that phones must hear of: put into these scopes, or leave them."""

    kind: str
    record_id: UUID
    scopes: tuple[str, ...]
    op: Operation


Hook = Callable[[Sequence[Change]], None]
_hooks: list[Hook] = []
_CHANGES: Final = "gemba_changes"
_AT_END: Final = "gemba_at_end"
# One writer per process on SQLite: a greenlet that waits for the file's lock waits in C and stops
# the one that holds it (383 of 400 requests failed without this). gevent patches the lock.
_sqlite_gate = threading.Lock()


def on_before_commit(hook: Hook) -> None:
    """Register what runs as the last act before COMMIT, with the changes of the unit, if any."""
    if hook not in _hooks:
        _hooks.append(hook)


def changed(kind: str, record_id: UUID, scopes: Iterable[str], op: Operation = "put") -> None:
    """Remember a change for the hook. Forgotten with the savepoint or unit that is rolled back."""
    _changes().append(Change(kind, record_id, tuple(scopes), op))


def _changes() -> list[Change]:
    changes: list[Change] = session().info.setdefault(_CHANGES, [])
    return changes


def at_end(act: Callable[[Collection[Any]], None], item: Any) -> None:
    """Let `act` be called once with all such items when the unit's work is done: for what is told one by one and is
    cheap together. `act` looks at what is so then; items of a savepoint that was rolled back are among them.
    """
    session().info.setdefault(_AT_END, {}).setdefault(act, {})[item] = None


def _end() -> None:
    waiting: dict[Callable[[Collection[Any]], None], dict[Any, None]] = session().info.get(_AT_END, {})
    while waiting:
        act = next(iter(waiting))
        act(tuple(waiting.pop(act)))


@contextmanager
def savepoint() -> Iterator[None]:
    """Keep all of what happens inside, or none of it: rows and remembered changes."""
    mark = len(_changes())
    try:
        with session().begin_nested():
            yield
    except BaseException as error:
        del _changes()[mark:]
        first = _first(error)
        if first is error:
            raise
        raise first from None


def _first(error: BaseException) -> BaseException:
    """The database's error that this one came after. On a full disk SQLite takes the whole transaction
    back by itself: going back to the savepoint then fails too, and would hide the reason.
    """
    first, one = error, error.__context__
    while isinstance(error, DBAPIError) and one is not None:
        if isinstance(one, DBAPIError):
            first = one
        one = one.__context__
    return first


def unit_of_work(work: Callable[[], Result]) -> Result:
    """Run `work` in one write transaction and commit it; up to three times when the database
    says busy, deadlock, serialization failure or that somebody else was first.

    Nothing inside may wait for anything but the database. Raises RuntimeError when the session
    has already read: on SQLite the transaction would then silently not be a writer's.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(work)
        except DBAPIError as error:
            if attempt == ATTEMPTS or not (is_transient(error) or _came_second(error)):
                raise
        _back_off(attempt)
    raise AssertionError("unreachable")


def _once(work: Callable[[], Result]) -> Result:
    held = session()
    if held.in_transaction():
        raise RuntimeError("a unit of work begins with a session that has not read yet")
    on_sqlite = held.get_bind().dialect.name == "sqlite"
    with _sqlite_gate if on_sqlite else nullcontext():
        try:
            held.info[_CHANGES], held.info[_AT_END] = [], {}
            held.connection(execution_options={"begin": "IMMEDIATE"} if on_sqlite else {})
            result = work()
            _end()
            held.flush()
            changes = tuple(_changes())
            if changes:
                for hook in _hooks:
                    hook(changes)
            held.commit()
            return result
        except BaseException:
            held.rollback()
            held.expunge_all()
            raise
        finally:
            held.info[_CHANGES], held.info[_AT_END] = [], {}


def _back_off(attempt: int) -> None:
    # Full jitter, a few milliseconds: the rival only has to commit.
    threading.Event().wait(random.uniform(0, 0.02 * 2**attempt))


def _came_second(error: DBAPIError) -> bool:
    # Another transaction inserted the same key in between: run again, the unit sees that row and
    # answers as it does for anybody who comes later.
    return getattr(error.orig, "sqlstate", None) == "23505"


_TRANSIENT_STATES: Final = frozenset({"40001", "40P01", "55P03"})


def is_transient(error: DBAPIError) -> bool:
    """Say whether the same unit, run again, may well succeed."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _TRANSIENT_STATES
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
