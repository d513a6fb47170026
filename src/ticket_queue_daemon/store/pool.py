"""Connections: one pool, every failure put into words, and a guard against open transactions.

Connections are autocommit, so a single statement is a transaction of its own; what needs several
statements asks for :meth:`Database.transaction`. Nothing stays open between two calls.
"""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors as pg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from ticket_queue_daemon.errors import DatabaseUnreachable, MigrationNeeded, StoreError
from ticket_queue_daemon.store.address import EXPECTED, Address, read_address
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from psycopg import Connection

    Row = dict[str, Any]
    Params = Mapping[str, Any]

OLDEST_SERVER = 140000
"""PostgreSQL 14, as libpq numbers it."""

_CONNECT: dict[str, Any] = {
    "application_name": "ticket-queue-daemon",
    "connect_timeout": 5,
    # A peer that vanished without a word is noticed within about a minute.
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_WAIT_FOR_CONNECTION = 8.0
# After this long somebody looks whether the server answers at all, so that an outage is told at once.
_BEFORE_LOOKING = 1.0

# The pool warns at each failed connection attempt; what came of it is raised here, once.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


class Database:
    """One PostgreSQL database and its connections, safe to share between threads.

    Opens itself at its first use. A connection that was lost raises and is replaced at the next use:
    a failure is never read as an answer.

    Args:
        url: ``postgresql://user:pass@host:port/dbname``.
        max_size: the most connections held at a time.

    Raises:
        ConfigError: the URL can't be read.
    """

    def __init__(self, url: str, *, max_size: int = 10) -> None:
        self._address = read_address(url)
        self._max_size = max_size
        self._pool: ConnectionPool[Connection[Row]] | None = None
        self._lock = threading.Lock()
        self._thread = threading.local()

    def __repr__(self) -> str:
        return f"Database({self.safe_url!r})"

    @property
    def safe_url(self) -> str:
        """The URL without its password."""
        return self._address.safe_url

    def open(self) -> Self:
        """Connect; does nothing when open.

        Raises:
            DatabaseUnreachable: with PostgreSQL's own words.
            StoreError: the server is older than PostgreSQL 14.
        """
        with self._lock:
            if self._pool is None:
                # A first connection by hand: the pool would only tell that its time ran out.
                with _connect(self._address) as probe:
                    _refuse_old_server(probe)
                self._pool = ConnectionPool(
                    self._address.conninfo,
                    kwargs={**_CONNECT, "autocommit": True, "row_factory": dict_row},
                    min_size=1,
                    max_size=self._max_size,
                    num_workers=1,
                    timeout=_WAIT_FOR_CONNECTION,
                    # Give up early, so that the next use tries anew instead of waiting out a back-off.
                    reconnect_timeout=2.0,
                    configure=_configure,
                    check=ConnectionPool.check_connection,
                    open=True,
                    name="ticket-queue-daemon",
                )
        return self

    def resize(self, max_size: int) -> None:
        """Let more connections be held at a time; never fewer: some may be in use."""
        with self._lock:
            self._max_size = max(self._max_size, max_size)
            if self._pool is not None:
                self._pool.resize(1, self._max_size)

    def close(self) -> None:
        """Give the connections back; a later use opens anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> str:
        """The server's version, such as ``18.4``.

        Raises:
            DatabaseUnreachable: it did not answer.
        """
        return str(self.rows(sql("server_version"))[0]["version"])

    def in_transaction(self) -> bool:
        """Whether this thread holds a transaction open; no call to TDX may be made then."""
        return bool(getattr(self._thread, "depth", 0))

    def rows(self, statement: bytes, params: Params | None = None) -> list[Row]:
        """Run one statement, committed when this returns; its rows.

        Raises:
            StoreError: or one of its leaves; nothing is known of what was done.
        """
        with self.connection() as connection:
            return fetch(connection, statement, params)

    def own_session(self) -> Connection[Row]:
        """A connection beside the pool, autocommit; whoever asked for it closes it.

        Raises:
            DatabaseUnreachable: with PostgreSQL's own words.
        """
        return _connect(self._address)

    @contextmanager
    def connection(self) -> Iterator[Connection[Row]]:
        """A connection on which each statement is its own transaction.

        Raises:
            StoreError: or one of its leaves, for whatever PostgreSQL refuses inside the block.
        """
        self.open()
        pool = self._pool
        try:
            if pool is None:
                raise PoolClosed("closed by another thread")
            with ExitStack() as held:
                yield self._borrow(pool, held)
        except psycopg.Error as error:
            raise self._translated(error) from error

    def _borrow(self, pool: ConnectionPool[Connection[Row]], held: ExitStack) -> Connection[Row]:
        try:
            return held.enter_context(pool.connection(timeout=_BEFORE_LOOKING))
        except PoolTimeout:
            _connect(self._address).close()
        return held.enter_context(pool.connection(timeout=_WAIT_FOR_CONNECTION - _BEFORE_LOOKING))

    @contextmanager
    def transaction(self) -> Iterator[Connection[Row]]:
        """A connection with a transaction, committed at the end of the block, undone by an exception.

        Raises:
            StoreError: as :meth:`connection`.
        """
        with self.connection() as connection:
            self._thread.depth = getattr(self._thread, "depth", 0) + 1
            try:
                with connection.transaction():
                    yield connection
            finally:
                self._thread.depth -= 1

    def _translated(self, error: psycopg.Error) -> StoreError:
        if isinstance(error, PoolTimeout):
            return StoreError(
                f"No database connection became free within {_WAIT_FOR_CONNECTION:g} s"
                f" ({self._max_size} are in use).",
                "Lower DAEMON_WORKERS, or look for a statement that hangs in pg_stat_activity.",
            )
        return translated(error, self._address)


def fetch(connection: Connection[Row], statement: bytes, params: Params | None = None) -> list[Row]:
    """Run one statement on a connection; its rows, none if it returns none."""
    cursor = connection.execute(statement, params)
    return cursor.fetchall() if cursor.description else []


def translated(error: psycopg.Error, address: Address) -> StoreError:
    """PostgreSQL's refusal as one of our errors, without secrets."""
    said = address.scrubbed(error.diag.message_primary or str(error))
    if isinstance(error, pg.UndefinedTable | pg.UndefinedColumn | pg.InvalidSchemaName):
        return MigrationNeeded(
            f"The database lacks what this program needs: {said}.",
            "Run `ticket-queue-daemon db upgrade`; `ticket-queue-daemon db check` says what is missing.",
        )
    if isinstance(error, pg.InsufficientPrivilege):
        return StoreError(
            f"PostgreSQL refused {address.words}: {said}.",
            "Let the owner of schema meta grant it to this user; `ticket-queue-daemon db sql` ends"
            " with the GRANTs.",
        )
    if isinstance(error, psycopg.OperationalError) and (
        error.sqlstate is None or error.sqlstate[:2] in {"08", "57"}
    ):
        if isinstance(error, pg.QueryCanceled):
            return StoreError(
                f"PostgreSQL stopped a statement: {said}.",
                "Look for locks or overload in pg_stat_activity; the work is tried again.",
            )
        return DatabaseUnreachable(
            f"The connection to PostgreSQL at {address.words} was lost: {said}.",
            "Work in hand is finished from its stored plan when the database is back.",
        )
    return StoreError(
        f"PostgreSQL refused a statement: {said} ({error.sqlstate or type(error).__name__}).",
        "Run `ticket-queue-daemon db check`; the server's log has the whole story.",
    )


def _connect(address: Address) -> Connection[Row]:
    try:
        return psycopg.connect(address.conninfo, autocommit=True, row_factory=dict_row, **_CONNECT)
    except psycopg.Error as error:
        raise DatabaseUnreachable(
            f"PostgreSQL at {address.words} can't be reached: {address.scrubbed(str(error))}",
            "Verify that PostgreSQL is running (with Docker: `docker ps | grep lsats-database`)"
            f" and that DATABASE_URL is {EXPECTED}.",
        ) from None


def _refuse_old_server(connection: Connection[Row]) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        raise StoreError(
            f"The server is PostgreSQL {connection.info.server_version // 10000}, too old.",
            "Use PostgreSQL 14 or newer.",
        )


def _configure(connection: Connection[Row]) -> None:
    connection.execute(sql("configure_session"))
