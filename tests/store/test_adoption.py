"""A database that the original daemon has worked with is taken over, and no row is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledger import QUEUE, claim_one, pairs, sql, terms, work
from shape import shape
from ticket_queue_daemon.store.migrate import Migrator, script
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = work("comment")

ORIGINAL = """
CREATE SCHEMA meta;
CREATE FUNCTION public.uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
CREATE TABLE meta.daemon_action_log (
    log_id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    ticket_id INTEGER NOT NULL,
    action_type VARCHAR(100) NOT NULL,
    action_id VARCHAR(255) NOT NULL,
    action_hash VARCHAR(64),
    executed_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP,
    status VARCHAR(20) NOT NULL DEFAULT 'completed',
    error_message TEXT,
    metadata JSONB DEFAULT '{}'::jsonb,
    CONSTRAINT unique_ticket_action UNIQUE (ticket_id, action_id)
);
CREATE INDEX idx_daemon_log_ticket ON meta.daemon_action_log (ticket_id);
CREATE INDEX idx_daemon_log_action_type ON meta.daemon_action_log (action_type);
CREATE INDEX idx_daemon_log_executed_at ON meta.daemon_action_log (executed_at DESC);
CREATE INDEX idx_daemon_log_status ON meta.daemon_action_log (status);
CREATE INDEX idx_daemon_log_ticket_status ON meta.daemon_action_log (ticket_id, status);
CREATE INDEX idx_daemon_log_metadata_gin ON meta.daemon_action_log USING gin (metadata);
CREATE VIEW meta.daemon_activity_summary AS
SELECT action_type, status, COUNT(*) AS count, MAX(executed_at) AS last_executed
FROM meta.daemon_action_log GROUP BY action_type, status;
CREATE VIEW meta.daemon_recent_activity AS
SELECT * FROM meta.daemon_action_log WHERE executed_at >= NOW() - INTERVAL '24 hours';
"""

README = """
CREATE SCHEMA meta;
CREATE TABLE meta.daemon_action_log (
    log_id UUID PRIMARY KEY,
    ticket_id INTEGER NOT NULL,
    action_type VARCHAR(100),
    action_id VARCHAR(255),
    action_hash VARCHAR(64),
    status VARCHAR(20) CHECK (status IN ('completed', 'failed', 'skipped')),
    executed_at TIMESTAMP,
    error_message TEXT,
    metadata JSONB,
    UNIQUE (ticket_id, action_id)
);
CREATE VIEW meta.daemon_recent_activity AS
SELECT * FROM meta.daemon_action_log WHERE executed_at >= NOW() - INTERVAL '24 hours';
"""

WITHOUT_UNIQUE = README.replace(",\n    UNIQUE (ticket_id, action_id)", "").replace(
    " CHECK (status IN ('completed', 'failed', 'skipped'))", ""
)
WITH_UNIQUE_INDEX = (
    WITHOUT_UNIQUE
    + "CREATE UNIQUE INDEX of_a_dba ON meta.daemon_action_log (ticket_id, action_id);"
)
SEED_INDEXES = {
    "idx_daemon_log_ticket",
    "idx_daemon_log_action_type",
    "idx_daemon_log_status",
    "idx_daemon_log_ticket_status",
    "idx_daemon_log_metadata_gin",
}

ROWS = """
INSERT INTO meta.daemon_action_log
    (log_id, ticket_id, action_type, action_id, action_hash, status, executed_at, error_message, metadata)
SELECT gen_random_uuid(), ticket, 'comment', %s, 'abc', status, '2026-03-01 12:00:00', NULL, '{"k": 1}'
FROM (VALUES (1, 'completed'), (2, 'failed'), (3, 'skipped')) AS seed (ticket, status)
"""


@pytest.fixture
def adopting(empty_database_url: str) -> Iterator[Database]:
    with Database(empty_database_url) as database:
        yield database


def adopt(database: Database, url: str, table: str, *inserts: str) -> StateTracker:
    sql(url, "SET TimeZone = 'UTC'")
    sql(url, table)
    for insert in inserts:
        sql(url, insert)
    Migrator(database).upgrade()
    Migrator(database).check()
    return StateTracker(database)


@pytest.mark.parametrize(
    "table", [ORIGINAL, README, WITHOUT_UNIQUE, WITH_UNIQUE_INDEX], ids=["original", "readme", "no unique", "unique index"]
)  # fmt: skip
@pytest.mark.parametrize("by_psql", [False, True], ids=["runner", "psql"])
def test_an_adopted_table_has_the_shape_of_a_fresh_one_and_all_its_rows(
    adopting: Database,
    empty_database_url: str,
    database_url: str,
    table: str,
    by_psql: bool,
) -> None:
    sql(empty_database_url, table)
    sql(empty_database_url, ROWS, COMMENT.action_id)
    before = sql(empty_database_url, "SELECT log_id, ticket_id, status FROM meta.daemon_action_log ORDER BY 2")  # fmt: skip

    if by_psql:
        sql(empty_database_url, script())
    else:
        Migrator(adopting).upgrade()

    adopted, fresh = shape(empty_database_url), shape(database_url)
    for name in SEED_INDEXES if table is ORIGINAL else ():
        del adopted["indexes"][name]  # a DBA's indexes stay
    assert adopted == fresh
    assert sql(empty_database_url, "SELECT log_id, ticket_id, status FROM meta.daemon_action_log ORDER BY 2") == before  # fmt: skip
    tracker = StateTracker(adopting)
    assert tracker.get_action_stats()["total_actions"] == 3
    assert tracker.pending(QUEUE, [1, 2, 3], [COMMENT]) == []
    assert claim_one(tracker, 4).fresh


def test_a_failed_row_of_the_original_stays_failed_until_it_is_cleared(
    adopting: Database, empty_database_url: str
) -> None:
    sql(empty_database_url, ORIGINAL)
    sql(empty_database_url, ROWS, COMMENT.action_id)
    Migrator(adopting).upgrade()
    tracker = StateTracker(adopting)

    assert tracker.claim(2, [COMMENT], **terms()) == []
    assert tracker.clear_failed_actions(2) == 1
    assert pairs(tracker.pending(QUEUE, [1, 2, 3], [COMMENT])) == [(2, "comment", "retry")]


def test_times_without_a_zone_are_read_as_utc_wherever_the_session_is(
    adopting: Database, empty_database_url: str
) -> None:
    sql(empty_database_url, README)
    sql(empty_database_url, ROWS, COMMENT.action_id)
    sql(
        empty_database_url,
        f"ALTER DATABASE {empty_database_url.partition('@/')[2].partition('?')[0]}"
        " SET TimeZone = 'America/Detroit'",
    )
    sql(empty_database_url, script())

    assert sql(empty_database_url, "SELECT DISTINCT executed_at FROM meta.daemon_action_log") == [
        (datetime(2026, 3, 1, 12, tzinfo=UTC),)
    ]


def test_of_duplicate_rows_the_completed_or_newest_stays_and_the_rest_go_whole_into_the_history(
    adopting: Database, empty_database_url: str
) -> None:
    tracker = adopt(
        adopting,
        empty_database_url,
        WITHOUT_UNIQUE,
        "INSERT INTO meta.daemon_action_log (log_id, ticket_id, action_type, action_id, status, executed_at, error_message, metadata)"
        " VALUES (gen_random_uuid(), 1, 'a', 'a:1:v1', 'completed', '2026-01-01', NULL, '{\"n\": 1}'),"
        " (gen_random_uuid(), 1, 'a', 'a:1:v1', 'failed', '2026-02-01', 'later', '{\"n\": 2}'),"
        " (gen_random_uuid(), 2, 'a', 'a:1:v1', 'failed', '2026-01-01', 'old', NULL),"
        " (gen_random_uuid(), 2, 'a', 'a:1:v1', 'failed', '2026-02-01', 'new', NULL)",
    )

    assert sql(
        empty_database_url,
        "SELECT ticket_id, status, error_message FROM meta.daemon_action_log ORDER BY ticket_id",
    ) == [(1, "completed", None), (2, "failed", "new")]
    [gone] = tracker.history(1)
    assert (gone.event, gone.detail["error_message"], gone.detail["metadata"]) == (
        "adopted_duplicate",
        "later",
        {"n": 2},
    )
    assert [event.detail["error_message"] for event in tracker.history(2)] == ["old"]


def test_rows_with_holes_are_kept_and_what_was_missing_is_noted(
    adopting: Database, empty_database_url: str
) -> None:
    tracker = adopt(
        adopting,
        empty_database_url,
        WITHOUT_UNIQUE,
        "INSERT INTO meta.daemon_action_log (log_id, ticket_id, action_id, status, executed_at, metadata)"
        " VALUES (gen_random_uuid(), 1, 'add_asset:1:v1', NULL, NULL, NULL),"
        " (gen_random_uuid(), 1, NULL, 'completed', '2026-01-01', '[1]'),"
        " (gen_random_uuid(), 1, NULL, 'completed', '2026-01-01', '{\"k\": 1}'),"
        " (gen_random_uuid(), 2, 'add_asset:1:v1', 'running', '2026-01-01', NULL)",
    )

    rows = {row["action_id"]: row for row in tracker.get_ticket_actions(1)}
    assert len(rows) == 3
    assert rows["add_asset:1:v1"]["action_type"] == "add_asset"
    assert rows["add_asset:1:v1"]["status"] == "completed"
    assert rows["add_asset:1:v1"]["executed_at"] is not None
    assert "adopted" in rows["add_asset:1:v1"]["metadata"]
    unknown = [row for name, row in rows.items() if name.startswith("unknown:")]
    assert {row["action_type"] for row in unknown} == {"unknown"}
    assert [row["metadata"]["adopted"]["metadata"] for row in unknown] in (
        [[1], {"k": 1}],
        [{"k": 1}, [1]],
    )


def test_a_status_that_nobody_knows_is_held_for_a_person_and_never_executed_again(
    adopting: Database, empty_database_url: str
) -> None:
    tracker = adopt(
        adopting,
        empty_database_url,
        WITHOUT_UNIQUE,
        "INSERT INTO meta.daemon_action_log (log_id, ticket_id, action_type, action_id, status)"
        f" VALUES (gen_random_uuid(), 1, 'comment', '{COMMENT.action_id}', 'running')",
    )

    [row] = tracker.get_ticket_actions(1)
    assert row["status"] == "needs_review"
    assert row["metadata"]["adopted"]["status"] == "running"
    assert tracker.pending(QUEUE, [1], [COMMENT]) == []


def test_the_originals_own_insert_still_works_afterwards(
    adopting: Database, empty_database_url: str
) -> None:
    tracker = adopt(adopting, empty_database_url, README)

    sql(
        empty_database_url,
        "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type, action_hash, status)"
        " VALUES (9291804, 'comment:abc123:v1', 'comment', 'abc', 'completed')",
    )

    assert tracker.has_executed(9291804, "comment:abc123:v1")
    assert tracker.get_ticket_actions(9291804)[0]["executed_at"] is not None
