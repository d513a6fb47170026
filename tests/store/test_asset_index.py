"""The index in the database: written once per change, followed by number, and nobody else's table touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ledger import sql
from shape import shape
from ticket_queue_daemon.store.asset_syncs import AssetSyncs
from ticket_queue_daemon.store.assets import AssetIndex, IndexedAsset, Written
from ticket_queue_daemon.store.migrate import Migrator, script
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.sql import sql as statement

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def index(database: Database) -> AssetIndex:
    return AssetIndex(database)


def asset(number: int, name: str = "IC", *, raw: bool = True) -> IndexedAsset:
    row = (number, name, None, None, None, 38, "Active", 2448, 900 + number, None)
    return IndexedAsset(row, name, {"ID": number, "Name": name} if raw else None)


def bronze(url: str) -> list[tuple[Any, ...]]:
    return sql(
        url,
        "SELECT external_id, raw_data ->> 'Name', raw_data ? '_ingestion_gone_at'"
        " FROM bronze.raw_entities ORDER BY ingested_at",
    )


def test_only_changes_are_written_and_followed_by_their_number(
    index: AssetIndex, database_url: str
) -> None:
    assert index.write([asset(1), asset(2)], source="sync") == Written(2, 0)
    known = index.last_change()
    assert index.write([asset(1), asset(2, "new")], source="sync") == Written(0, 1)
    assert index.mark_gone([1, 77]) == 1
    assert index.mark_gone([1]) == 0

    changes = index.changes(known)

    assert [row[:2] for row in changes.rows] == [(2, "new")]
    assert changes.gone == [1]
    assert index.changes(changes.change_no).rows == []
    assert [row[0] for row in index.all()] == [2]
    assert bronze(database_url) == [
        ("1", "IC", False), ("2", "IC", False), ("2", "new", False), ("1", "IC", True),
    ]  # fmt: skip


def test_what_was_gone_can_come_back(index: AssetIndex) -> None:
    index.write([asset(1)], source="sync")
    index.mark_gone([1])

    assert index.write([asset(1)], source="search") == Written(0, 1)
    assert index.count() == 1


def test_older_news_change_nothing(index: AssetIndex) -> None:
    index.write([asset(1, "now")], source="sync")
    past = index.state().now.replace(year=2020)
    old = IndexedAsset(asset(1, "then").row, "then", None, past)

    assert index.write([old], source="hub") == Written(0, 0)


def test_text_that_postgresql_refuses_is_no_obstacle(index: AssetIndex) -> None:
    index.write([asset(1, "a\x00b\ud800")], source="sync")

    assert [row[1] for row in index.all()] == ["ab?"]


def test_one_sync_at_a_time_also_across_connections(database: Database, database_url: str) -> None:
    with (
        Database(database_url) as other,
        AssetSyncs(database).exclusive() as ours,
        AssetSyncs(other).exclusive() as theirs,
    ):
        assert (ours, theirs) == (True, False)
    with AssetSyncs(database).exclusive() as again:
        assert again


def test_a_full_sync_does_not_go_on_where_another_stopped(database: Database) -> None:
    syncs = AssetSyncs(database)
    killed = syncs.begin(anew=False, whole=False)
    syncs.group_done(killed, "all", [1, 2], Written(2, 0), [0, 2448])

    resumed = syncs.begin(anew=False, whole=False)
    assert (resumed.sync_id, resumed.created) == (killed.sync_id, 2)
    assert resumed.groups["all"].split_into == (0, 2448)
    assert syncs.begin(anew=True, whole=True).sync_id != killed.sync_id


HUB = """
CREATE SCHEMA meta; CREATE SCHEMA bronze;
CREATE TABLE meta.ingestion_runs (
    run_id uuid PRIMARY KEY, source_system text NOT NULL, entity_type text NOT NULL,
    started_at timestamptz, completed_at timestamptz, status text, records_processed int,
    records_created int, records_updated int, error_message text, metadata jsonb,
    of_the_hub text NOT NULL);
CREATE TABLE bronze.raw_entities (
    raw_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), entity_type text NOT NULL,
    source_system text NOT NULL, external_id text NOT NULL, raw_data jsonb NOT NULL,
    ingested_at timestamptz NOT NULL DEFAULT now(),
    ingestion_run_id uuid REFERENCES meta.ingestion_runs, ingestion_metadata jsonb)
"""


def of_the_hub(url: str) -> list[tuple[Any, ...]]:
    return sql(
        url,
        "SELECT attrelid::regclass::text, attname, atttypid::regtype::text FROM pg_attribute"
        " WHERE attrelid IN ('bronze.raw_entities'::regclass, 'meta.ingestion_runs'::regclass)"
        " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE tablename IN ('raw_entities', 'ingestion_runs') ORDER BY 1, 2",
    )


def test_a_hubs_tables_are_used_as_they_are(empty_database_url: str) -> None:
    for part in HUB.split(";"):
        sql(empty_database_url, part)
    before = of_the_hub(empty_database_url)
    with Database(empty_database_url) as database:
        Migrator(database).upgrade()
        assert of_the_hub(empty_database_url) == before

        # Its list of runs has a column that we can't fill: then no run is noted, and no more.
        run = AssetSyncs(database).begin(anew=False, whole=False)
        assert run.run_id is None
        AssetIndex(database).write([asset(1)], source="sync", run_id=run.run_id)
        AssetSyncs(database).end(run, "completed")
    assert bronze(empty_database_url) == [("1", "IC", False)]


@pytest.fixture
def tenant(empty_database_url: str) -> Iterator[str]:
    """A user who may make schema meta and nothing else."""
    sql(empty_database_url, "DROP ROLE IF EXISTS tenant")
    sql(empty_database_url, "CREATE ROLE tenant LOGIN")
    sql(empty_database_url, "CREATE SCHEMA meta AUTHORIZATION tenant")
    yield empty_database_url.replace("postgres@", "tenant@")
    sql(empty_database_url, "DROP OWNED BY tenant CASCADE")
    sql(empty_database_url, "DROP ROLE tenant")


@pytest.mark.parametrize("of_another", [False, True])
def test_without_rights_on_schema_bronze_the_index_works_alone(
    tenant: str, empty_database_url: str, of_another: bool
) -> None:
    if of_another:
        sql(empty_database_url, "CREATE SCHEMA bronze")
        sql(empty_database_url, "CREATE TABLE bronze.raw_entities (raw_id uuid)")
    with Database(tenant) as database:
        Migrator(database).upgrade()
        index = AssetIndex(database)
        assert not index.bronze.rights().readable
        assert index.write([asset(1)], source="sync") == Written(1, 0)
        assert index.mark_gone([1]) == 1


def test_psql_and_the_runner_make_the_same_bronze(
    empty_database_url: str, database_url: str
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute(script().encode())

    assert of_the_hub(empty_database_url) == of_the_hub(database_url)
    assert shape(empty_database_url) == shape(database_url)


# What the index costs when it has grown.


@pytest.fixture(scope="module")
def grown(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres, autocommit=True) as maintenance:
        maintenance.execute("CREATE DATABASE many_assets TEMPLATE migrated_template")
    url = postgres.replace("/postgres?", "/many_assets?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO meta.daemon_assets (asset_id, name, serial_number, tag, owner_uid,"
            " content_hash, source, seen_at, change_no)"
            " SELECT n, 'IC-' || n, 'S' || n, n::text, 'u' || n % 50000, 'x', 'sync', now(), n"
            " FROM generate_series(1, 100000) n"
        )
        connection.execute(
            "INSERT INTO bronze.raw_entities (entity_type, source_system, external_id, raw_data,"
            " ingested_at, ingestion_metadata) SELECT 'asset', 'tdx', n::text, '{}',"
            ' now() - make_interval(secs => 1000000 - n), \'{"written_by": "ticket-queue-daemon"}\''
            " FROM generate_series(1, 100000) n"
        )
        connection.execute(
            "INSERT INTO meta.daemon_unknown_assets SELECT n::text FROM generate_series(1, 50000) n"
        )
        connection.execute("ANALYZE")
        yield connection
    with psycopg.connect(postgres, autocommit=True) as maintenance:
        maintenance.execute("DROP DATABASE many_assets WITH (FORCE)")


def plan(
    connection: psycopg.Connection[Any], text: bytes, params: dict[str, Any] | None = None
) -> str:
    return str(connection.execute(b"EXPLAIN (FORMAT JSON) " + text, params).fetchall())


@pytest.mark.parametrize("column", ["name", "serial_number", "tag", "owner_uid"])
def test_a_person_finds_an_asset_by_an_index_whatever_its_case(
    grown: psycopg.Connection[Any], column: str
) -> None:
    asked = f"SELECT * FROM meta.daemon_assets WHERE lower({column}) = lower('IC-77')"

    told = plan(grown, asked.encode())

    assert "Seq Scan" not in told
    assert f"daemon_assets_{column.removesuffix('_uid')}" in told


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("assets_changed", {"after": 99_900}),
        ("assets_last_change", {}),
        ("assets_gone", {"asset_ids": [1, 2]}),
        ("assets_write", {"assets": '[{"asset_id": 1, "content_hash": "x"}]', "source": "sync"}),
        ("asset_unknown", {"tokens": ["1", "a"], "max_age": 600.0}),
        ("bronze_newest_of_hub", {"since": "2100-01-01"}),
        ("bronze_assets_since", {"since": "2100-01-01"}),
        ("bronze_write_gone", {"external_ids": ["1"], "run_id": None}),
    ],
)
def test_what_is_done_often_reads_no_whole_table(
    grown: psycopg.Connection[Any], name: str, params: dict[str, Any]
) -> None:
    with grown.transaction(force_rollback=True):
        if name == "assets_write":
            # A few assets: PostgreSQL can't know how many the JSON has, so it is told to expect few.
            grown.execute("SET LOCAL enable_hashjoin = off")
        told = plan(grown, statement(name), params)

    assert "'Node Type': 'Seq Scan'" not in told
