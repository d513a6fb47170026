"""A database that does not answer is said in words; its silence is never read as an answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger import sql
from ticket_queue_daemon.errors import ConfigError, DatabaseUnreachable, StoreError
from ticket_queue_daemon.store import pool
from ticket_queue_daemon.store.address import read_address
from ticket_queue_daemon.store.pool import Database, fetch
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "s3cr3t-word"


@pytest.fixture
def small(database_url: str) -> Iterator[Database]:
    with Database(database_url, max_size=1) as database:
        yield database


def test_it_opens_at_its_first_use_and_again_after_closing(database_url: str) -> None:
    database = Database(database_url)
    assert int(database.check().partition(".")[0]) >= 14
    database.close()
    assert database.rows(b"SELECT 1 AS one") == [{"one": 1}]
    database.close()
    database.close()


def test_nobody_there_is_told_with_host_port_database_and_user_but_no_password() -> None:
    with pytest.raises(DatabaseUnreachable) as away:
        Database(f"postgresql://lsats_user:{SECRET}@127.0.0.1:1/lsats_db").open()

    said = f"{away.value.message} {away.value.advice} {away.value.__cause__}"
    assert "127.0.0.1:1 (database lsats_db, user lsats_user)" in said
    assert "refused" in said
    assert "docker ps | grep lsats-database" in said
    assert "postgresql://user:pass@host:port/dbname" in said
    assert SECRET not in said
    assert away.value.exit_code == 3


def test_a_database_that_does_not_exist_is_told(postgres: str) -> None:
    with pytest.raises(DatabaseUnreachable, match='database "nowhere" does not exist'):
        Database(postgres.replace("/postgres?", "/nowhere?")).open()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:///file.db",
        "mysql://u:p@h/d",
        "localhost:5432/lsats_db",
        "host=localhost dbname=x",
        f"postgresql://user:{SECRET}@x@host:5432/db",
        f"postgresql://user:{SECRET}/x@host:5432/db",
        f"postgresql://user:{SECRET}@host:port/dbname",
        f"postgresql://user:{SECRET}@host/db?nonsense=1",
        f"postgresql://user:{SECRET}%zz@host/db",
    ],
)
def test_a_url_of_another_form_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Database(url)

    assert "postgresql://user:pass@host:port/dbname" in refused.value.message
    assert SECRET not in f"{refused.value.message} {refused.value.advice} {refused.value.__cause__}"


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+psycopg2", "postgresql+psycopg", "POSTGRESQL"]
)
def test_schemes_of_other_libraries_are_accepted(scheme: str) -> None:
    address = read_address(f" {scheme}://u:p%40ss@db.example.edu:5433/hub ")

    assert (address.host, address.port, address.dbname, address.user) == (
        "db.example.edu",
        "5433",
        "hub",
        "u",
    )
    assert "p@ss" in address.conninfo
    assert address.safe_url == "postgresql://u@db.example.edu:5433/hub"


def test_the_password_stands_in_no_text() -> None:
    database = Database(f"postgresql://u:{SECRET}@h/d")

    assert SECRET not in repr(database)
    assert SECRET not in repr(read_address(f"postgresql://u:{SECRET}@h/d"))
    assert SECRET not in database.safe_url
    assert (
        read_address(f"postgresql://u:{SECRET}@h/d").scrubbed(f"it was\n{SECRET}!") == "it was ***!"
    )


def test_a_socket_is_shown_as_one() -> None:
    assert (
        read_address("postgresql://u@/d?host=/run/pg").safe_url == "postgresql://u@/d?host=/run/pg"
    )


def test_what_postgresql_refuses_is_told_in_its_words(database: Database) -> None:
    with pytest.raises(StoreError, match="division by zero"):
        database.rows(b"SELECT 1 / 0")


def test_a_connection_lost_in_mid_statement_raises_and_the_next_use_works(
    small: Database, database_url: str
) -> None:
    tracker = StateTracker(small)
    [own] = small.rows(b"SELECT pg_backend_pid() AS pid")
    lost: list[Exception] = []

    def sleep() -> None:
        try:
            small.rows(b"SELECT pg_sleep(60)")
        except StoreError as error:
            lost.append(error)

    sleeping = threading.Thread(target=sleep)
    sleeping.start()
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while sql(database_url, asleep) == [(0,)]:
        pass
    sql(database_url, "SELECT pg_terminate_backend(%s)", own["pid"])
    sleeping.join()

    assert isinstance(lost[0], DatabaseUnreachable)
    assert tracker.has_executed(1, "a:b:c") is False


def test_a_connection_that_died_while_idle_is_replaced(small: Database, database_url: str) -> None:
    [own] = small.rows(b"SELECT pg_backend_pid() AS pid")
    sql(database_url, "SELECT pg_terminate_backend(%s)", own["pid"])

    assert small.rows(b"SELECT 1 AS one") == [{"one": 1}]


def test_a_database_that_went_away_raises_and_is_used_again_when_it_is_back(
    small: Database, postgres: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = StateTracker(small)
    name = database_url.partition("@/")[2].partition("?")[0]
    sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    sql(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)

    assert small._pool is not None
    monkeypatch.setattr(small._pool, "timeout", 0.5)
    with pytest.raises(DatabaseUnreachable, match="not currently accepting connections"):
        tracker.has_executed(1, "a:b:c")

    sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    monkeypatch.setattr(small._pool, "timeout", 8)
    assert tracker.has_executed(1, "a:b:c") is False


def test_a_pool_without_a_free_connection_says_so(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_BEFORE_LOOKING", 0.05)
    monkeypatch.setattr(pool, "_WAIT_FOR_CONNECTION", 0.1)
    with small.connection(), pytest.raises(StoreError, match="became free") as full:
        small.rows(b"SELECT 1")
    assert "DAEMON_WORKERS" in full.value.advice


def test_a_statement_that_takes_too_long_is_stopped_and_told(small: Database) -> None:
    small.rows(b"SET statement_timeout = 10")  # on the only connection there is

    with pytest.raises(StoreError, match="stopped a statement") as stopped:
        small.rows(b"SELECT pg_sleep(60)")

    assert not isinstance(stopped.value, DatabaseUnreachable)


def test_an_open_transaction_is_known_to_its_own_thread_only(database: Database) -> None:
    elsewhere: list[bool] = []
    assert not database.in_transaction()
    with database.transaction():
        assert database.in_transaction()
        asking = threading.Thread(target=lambda: elsewhere.append(database.in_transaction()))
        asking.start()
        asking.join()
    assert not database.in_transaction()
    assert elsewhere == [False]


def test_an_exception_undoes_a_transaction(database: Database) -> None:
    def give_up() -> None:
        with database.transaction() as connection:
            fetch(connection, b"INSERT INTO meta.daemon_instance (instance) VALUES ('x')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        give_up()
    assert database.rows(b"SELECT * FROM meta.daemon_instance") == []
    assert not database.in_transaction()


def test_a_session_is_safe_whatever_the_servers_defaults_are(
    database_url: str,
) -> None:
    name = database_url.partition("@/")[2].partition("?")[0]
    for setting in (
        "synchronous_commit = off",
        "default_transaction_isolation = 'serializable'",
        "TimeZone = 'America/Detroit'",
    ):
        sql(database_url, f"ALTER DATABASE {name} SET {setting}")

    with Database(database_url) as database:
        [found] = database.rows(
            b"SELECT current_setting('synchronous_commit') AS commit,"
            b" current_setting('transaction_isolation') AS isolation,"
            b" current_setting('TimeZone') AS zone, current_setting('application_name') AS name"
        )
    assert found == {
        "commit": "on",
        "isolation": "read committed",
        "zone": "UTC",
        "name": "ticket-queue-daemon",
    }


def test_an_old_server_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 130012)

    with pytest.raises(StoreError, match="PostgreSQL 13, too old"):
        Database(database_url).open()
