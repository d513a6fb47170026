"""However a database comes to the schema, it is the same schema; and it comes to it once."""

from __future__ import annotations

import dataclasses
import subprocess
import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from ledger import claim_one, finish, sql
from shape import shape
from ticket_queue_daemon.errors import MigrationNeeded, StoreError
from ticket_queue_daemon.store import migrate
from ticket_queue_daemon.store.asset_syncs import AssetSyncs
from ticket_queue_daemon.store.assets import AssetIndex, IndexedAsset
from ticket_queue_daemon.store.limits import RateLedger
from ticket_queue_daemon.store.migrate import Migrator, migrations, script
from ticket_queue_daemon.store.orders import Orders
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.presence import Bearing, Presence
from ticket_queue_daemon.store.pruning import Pruner, table_sizes
from ticket_queue_daemon.store.recordings import Recordings
from ticket_queue_daemon.store.recovery import Recovery
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with Database(empty_database_url) as database:
        yield database


def psql(url: str, text: str, *options: str) -> str:
    done = subprocess.run(
        ["psql", "-X", "-q", *options, url], input=text, capture_output=True, text=True, check=True
    )
    return done.stderr


def test_a_fresh_database_lacks_everything_and_says_so(empty: Database) -> None:
    state = Migrator(empty).status()

    assert (state.current, state.wanted, state.ready) == (0, migrations()[-1].number, False)
    assert state.missing == [migration.name for migration in migrations()]
    with pytest.raises(
        MigrationNeeded, match=f"lacks {len(migrations())} of {len(migrations())}"
    ) as needed:
        Migrator(empty).check()
    assert "ticket-queue-daemon db upgrade" in needed.value.advice
    assert needed.value.exit_code == 2


def test_asking_where_it_stands_changes_nothing(empty: Database) -> None:
    Migrator(empty).status()

    assert empty.rows(b"SELECT to_regnamespace('meta') IS NULL AS untouched") == [
        {"untouched": True}
    ]


def test_an_upgrade_names_what_it_did_and_the_next_has_nothing_to_do(empty: Database) -> None:
    migrator = Migrator(empty)

    assert migrator.upgrade() == [migration.name for migration in migrations()]
    assert migrator.upgrade() == []
    migrator.check()
    assert migrator.status().ready


def test_each_number_is_given_once() -> None:
    numbers = [one.number for one in migrations()]

    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("run", "confirmed"), [("gen_random_uuid()", True), ("NULL", False)])
def test_an_instance_on_which_our_runs_completed_something_is_confirmed_by_the_upgrade(
    empty: Database, monkeypatch: pytest.MonkeyPatch, run: str, confirmed: bool
) -> None:
    """Rows that were adopted have no run: they do not say of which instance they are."""
    past = [one for one in migrations() if one.number < 30]
    with monkeypatch.context() as then:
        then.setattr(migrate, "migrations", lambda: past)
        Migrator(empty).upgrade()
    empty.rows(b"INSERT INTO meta.daemon_instance (instance) VALUES ('host/TDWebApi')")
    empty.rows(
        b"INSERT INTO meta.daemon_action_log (ticket_id, action_type, action_id, run_id)"
        b" VALUES (1, 'a', 'a:b:c', " + run.encode() + b")"
    )

    Migrator(empty).upgrade()

    assert StateTracker(empty).is_confirmed("host/TDWebApi") is confirmed
    assert not StateTracker(empty).is_confirmed("other/TDWebApi")


def test_psql_makes_the_same_schema_and_may_run_twice(
    empty_database_url: str, database_url: str
) -> None:
    psql(empty_database_url, script(), "-v", "ON_ERROR_STOP=1")
    once = shape(empty_database_url)
    psql(empty_database_url, script(), "-v", "ON_ERROR_STOP=1")

    assert once == shape(database_url)
    assert shape(empty_database_url) == once
    with Database(empty_database_url) as database:
        assert Migrator(database).upgrade() == []
        finish(StateTracker(database), claim_one(StateTracker(database)), "a line")


def test_psql_in_single_transaction_mode_works_too(
    empty_database_url: str, database_url: str
) -> None:
    psql(empty_database_url, script(), "-1", "-v", "ON_ERROR_STOP=1")

    assert shape(empty_database_url) == shape(database_url)


def test_a_failure_under_psql_leaves_nothing_even_without_on_error_stop(
    empty_database_url: str,
) -> None:
    sql(empty_database_url, "CREATE SCHEMA meta")
    sql(empty_database_url, "CREATE VIEW meta.daemon_action_log AS SELECT 1 AS in_the_way")

    assert "ERROR" in psql(empty_database_url, script())

    assert sql(empty_database_url, "SELECT to_regclass('meta.daemon_migrations')") == [(None,)]


@pytest.mark.parametrize("number", range(1, len(migrations())))
def test_every_past_version_upgrades_to_the_same_schema(
    empty: Database,
    empty_database_url: str,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    past = migrations()[:number]
    with monkeypatch.context() as then:
        then.setattr(migrate, "migrations", lambda: past)
        Migrator(empty).upgrade()
        assert Migrator(empty).status().current == past[-1].number

    Migrator(empty).upgrade()

    assert shape(empty_database_url) == shape(database_url)


def test_an_edited_past_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = (
        dataclasses.replace(migrations()[0], text=migrations()[0].text + "-- edited\n"),
        *migrations()[1:],
    )
    monkeypatch.setattr(migrate, "migrations", lambda: edited)

    for refused in (Migrator(database).check, Migrator(database).upgrade):
        with pytest.raises(MigrationNeeded, match="0001_action_log differs"):
            refused()


def test_line_ends_of_a_checkout_are_no_edit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for migration in migrations():
        text = migration.text.replace("\n", "\r\n")
        (tmp_path / f"{migration.name}.sql").write_text(text, newline="")
    monkeypatch.setattr(migrate.resources, "files", lambda _: tmp_path)

    assert migrations.__wrapped__() == migrations()


def test_a_database_ahead_of_the_program_is_refused(database: Database) -> None:
    database.rows(
        b"INSERT INTO meta.daemon_migrations (number, name, checksum) VALUES (99, '0099_x', '')"
    )
    newest = migrations()[-1].number

    for refused in (Migrator(database).check, Migrator(database).upgrade):
        with pytest.raises(MigrationNeeded, match=f"at migration 99, this program knows {newest}"):
            refused()


def test_a_unique_rule_taken_away_by_hand_is_noticed(database: Database) -> None:
    database.rows(b"ALTER TABLE meta.daemon_action_log DROP CONSTRAINT unique_ticket_action")

    with pytest.raises(MigrationNeeded, match="executed more than once"):
        Migrator(database).check()


def test_tables_taken_away_by_hand_are_noticed(database: Database) -> None:
    database.rows(b"DROP TABLE meta.daemon_action_history CASCADE")

    with pytest.raises(MigrationNeeded, match="are gone"):
        Migrator(database).check()


def test_a_refused_migration_is_named_and_leaves_nothing(
    empty: Database, empty_database_url: str
) -> None:
    sql(empty_database_url, "CREATE SCHEMA meta")
    sql(
        empty_database_url,
        "CREATE TABLE meta.daemon_action_log (log_id uuid PRIMARY KEY, ticket_id int NOT NULL,"
        " action_type varchar(100), action_id varchar(255), action_hash varchar(64),"
        " status varchar(20), executed_at timestamp, error_message text, metadata jsonb)",
    )
    sql(
        empty_database_url,
        "CREATE VIEW meta.of_a_dba AS SELECT executed_at FROM meta.daemon_action_log",
    )

    with pytest.raises(StoreError, match="0003_adoption was refused: cannot alter type") as refused:
        Migrator(empty).upgrade()

    assert "view" in refused.value.advice
    assert Migrator(empty).status().current == 2
    assert "unique_ticket_action" not in str(shape(empty_database_url)["constraints"])


def test_daemons_that_start_together_upgrade_once(empty_database_url: str) -> None:
    done: list[str] = []
    errors: list[Exception] = []

    def start() -> None:
        try:
            with Database(empty_database_url) as database:
                done.extend(Migrator(database).upgrade())
        except Exception as error:  # noqa: BLE001  told in the assertion
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sorted(done) == [migration.name for migration in migrations()]


def test_without_the_schema_a_tracker_says_which_command_to_run(empty: Database) -> None:
    with pytest.raises(MigrationNeeded, match="daemon_action_log") as needed:
        StateTracker(empty).has_executed(1, "a:b:c")

    assert "ticket-queue-daemon db upgrade" in needed.value.advice


def test_a_user_without_rights_is_told_what_to_grant(database: Database, database_url: str) -> None:
    sql(database_url, "DROP ROLE IF EXISTS somebody")
    sql(database_url, "CREATE ROLE somebody LOGIN")
    with (
        Database(database_url.replace("postgres@", "somebody@")) as theirs,
        pytest.raises(StoreError, match="permission denied") as refused,
    ):
        StateTracker(theirs).has_executed(1, "a:b:c")

    assert "GRANT" in refused.value.advice


def sync_an_asset(database: Database) -> None:
    index, syncs = AssetIndex(database), AssetSyncs(database)
    with syncs.exclusive() as ours:
        assert ours
        run = syncs.begin(anew=True, whole=True)
        row = (1, "IC", None, None, None, 38, "Active", 2448, 901, None)
        written = index.write(
            [IndexedAsset(row, "hash", {"ID": 1})], source="sync", run_id=run.run_id
        )
        syncs.group_done(run, "all", [1], written)
        assert run.run_id is not None
        assert syncs.unseen(run) == []
        assert index.mark_gone([1], run.run_id) == 1
        index.mark_complete(run.started_at, "a test")
        syncs.end(run, "completed")
    index.remember_unknown(["x"])
    index.forget_unknown(0)
    assert database.rows(b"SELECT count(*) AS many FROM bronze.raw_entities") == [{"many": 2}]


def test_the_grants_of_db_sql_are_enough(database_url: str) -> None:
    sql(database_url, "DROP ROLE IF EXISTS the_daemon")
    sql(database_url, "CREATE ROLE the_daemon LOGIN")
    grants = script().partition("-- GRANT")
    for line in (grants[1] + grants[2]).replace("\n--     ", " ").splitlines():
        sql(database_url, line.removeprefix("-- "))

    with Database(database_url.replace("postgres@", "the_daemon@")) as theirs:
        Migrator(theirs).check()
        tracker = StateTracker(theirs)
        tracker.bind_instance("host/TDWebApi")
        tracker.release(claim_one(tracker))
        finish(tracker, claim_one(tracker), "a line")
        from ledger import QUEUE, summary, terms, work  # noqa: PLC0415

        tracker.register_actions([work()])
        assert tracker.pending(QUEUE, [1], [summary()])
        claim = tracker.claim_summary(1, summary(), **terms())
        assert claim is not None
        finish(tracker, claim, covers=[line.line_id for line in claim.lines])
        assert tracker.history(1)
        assert theirs.rows(b"SELECT * FROM meta.daemon_recent_activity")
        ledger = RateLedger(theirs, "host/TDWebApi", "them", answer_seconds=60)
        assert ledger.note([], goes=False) == 0
        sync_an_asset(theirs)
        tracker.open_circuit(QUEUE, "too much failed")
        tracker.close_circuit(QUEUE)
        assert tracker.our_assets(1) == []
        orders = Orders(theirs)
        bearing = Bearing("them", QUEUE, "1", interval=300, lease_seconds=300, standby=True)
        with Presence(theirs, bearing, lambda _: None) as here:
            assert (here.leads, len(orders.processes())) == (True, 1)
            orders.pause(QUEUE, "them")
            assert len(orders.resume(None)) == 1
        assert tracker.lost() is None
        assert Recovery(theirs).begin(None).noticed
        assert Recovery(theirs).end()
        pruner = Pruner(theirs, Pruner.beginning(theirs, timedelta(hours=-1)))
        gone = sum(pruner.batches(lambda _: None), Counter[str]())
        assert {"meta.daemon_action_history", "bronze.raw_entities"} <= gone.keys()
        assert table_sizes(theirs)
        recordings = Recordings(theirs)
        recordings.keep(1, uuid4(), QUEUE, b"{}")
        assert (recordings.prune(0), recordings.held().oldest) == (1, None)
    sql(database_url, "DROP OWNED BY the_daemon")
    sql(database_url, "DROP ROLE the_daemon")


def test_every_table_and_view_has_its_grant(database: Database) -> None:
    made = database.rows(
        b"SELECT relname AS name FROM pg_class WHERE relnamespace = 'meta'::regnamespace"
        b" AND relkind IN ('r', 'v') ORDER BY relname"
    )
    granted = script().partition("-- GRANT")[2]

    assert [row["name"] for row in made if f"meta.{row['name']}" not in granted] == []
