"""Asset data comes from the data hub where it shares the database, newest version first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledger import sql
from ticket_queue_daemon.store.bronze import BronzeAssets, BronzeRights

if TYPE_CHECKING:
    from ticket_queue_daemon.store.pool import Database

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TABLE = """
DROP SCHEMA bronze CASCADE;
CREATE SCHEMA bronze;
CREATE TABLE bronze.raw_entities (
    raw_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), entity_type varchar(50), source_system varchar(50),
    external_id varchar(255), raw_data jsonb, ingested_at timestamptz DEFAULT now());
"""


@pytest.fixture
def bronze(database: Database) -> BronzeAssets:
    return BronzeAssets(database)


def insert(url: str, kind: str, source: str, external_id: str, name: str, day: int) -> None:
    sql(
        url,
        "INSERT INTO bronze.raw_entities (entity_type, source_system, external_id, raw_data, ingested_at)"
        " VALUES (%s, %s, %s, jsonb_build_object('Name', %s::text), %s)",
        kind,
        source,
        external_id,
        name,
        datetime(2026, 1, day, tzinfo=UTC),
    )


def test_without_the_table_there_is_nothing(bronze: BronzeAssets, database_url: str) -> None:
    sql(database_url, "DROP SCHEMA bronze CASCADE")

    assert bronze.rights() == BronzeRights(readable=False, writable=False)
    assert bronze.newest_of_hub(LONG_AGO) is None


def test_a_table_with_fewer_columns_is_read_and_not_written(
    bronze: BronzeAssets, database_url: str
) -> None:
    sql(database_url, TABLE)

    assert bronze.rights() == BronzeRights(readable=True, writable=False)


def test_a_hub_without_tdx_assets_brought_none(bronze: BronzeAssets, database_url: str) -> None:
    sql(database_url, TABLE)
    insert(database_url, "computer", "active_directory", "1", "AD", 1)
    insert(database_url, "person", "tdx", "1", "P", 1)

    assert bronze.newest_of_hub(LONG_AGO) is None


def test_the_newest_version_of_each_asset_is_told_once(
    bronze: BronzeAssets, database_url: str
) -> None:
    sql(database_url, TABLE)
    insert(database_url, "asset", "tdx", "1", "old", 1)
    insert(database_url, "asset", "tdx", "1", "new", 3)
    insert(database_url, "computer", "tdx", "2", "other", 2)
    insert(database_url, "computer", "active_directory", "3", "AD", 9)
    sql(database_url, "UPDATE bronze.raw_entities SET raw_data = '[]' WHERE external_id = '2'")
    insert(database_url, "asset", "tdx", "4", "last", 2)

    assert [raw["Name"] for raw, _ in bronze.versions(None)] == ["new", "last"]
    second = datetime(2026, 1, 2, tzinfo=UTC)
    assert [raw["Name"] for raw, _ in bronze.versions(second)] == ["new"]
    assert bronze.newest_of_hub(LONG_AGO) == datetime(2026, 1, 3, tzinfo=UTC)
    assert bronze.newest_of_hub(datetime(2026, 1, 3, tzinfo=UTC)) is None


def test_our_own_rows_are_not_a_hubs(bronze: BronzeAssets, database_url: str) -> None:
    insert(database_url, "asset", "tdx", "1", "ours", 3)
    sql(
        database_url,
        'UPDATE bronze.raw_entities SET ingestion_metadata = \'{"written_by": "ticket-queue-daemon"}\'',
    )

    assert bronze.newest_of_hub(LONG_AGO) is None


def test_many_assets_are_streamed_and_the_connection_is_free_afterwards(
    bronze: BronzeAssets, database: Database, database_url: str
) -> None:
    sql(database_url, TABLE)
    sql(
        database_url,
        "INSERT INTO bronze.raw_entities (entity_type, source_system, external_id, raw_data)"
        " SELECT 'asset', 'tdx', n, jsonb_build_object('ID', n) FROM generate_series(1, 5000) n",
    )

    assert not database.in_transaction()
    assets = bronze.versions(None)
    assert next(assets)[0]["ID"]
    assert database.in_transaction()
    assert sum(1 for _ in assets) == 4999
    assert not database.in_transaction()
