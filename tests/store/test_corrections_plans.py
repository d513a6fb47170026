"""The questions of a report cost what the report holds, not what the log has grown to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG = "daemon_action_log"
FILL = """
INSERT INTO meta.daemon_action_log (
    ticket_id, action_id, action_type, executed_at, metadata, plan)
SELECT ticket, action, 'x', now() - ticket * interval '1 minute',
    CASE WHEN action = 'add_asset:a:v1' THEN jsonb_build_object('details', jsonb_build_object(
        'on_ticket', '[]'::jsonb,
        'evidence', jsonb_build_object('considered', jsonb_build_array(jsonb_build_object(
            'verdict', 'taken', 'asset_id', ticket, 'pattern', 'tag', 'token', 'x')))))
    ELSE '{}' END,
    CASE WHEN action = 'add_asset:a:v1' THEN jsonb_build_object('effects', jsonb_build_array(
        jsonb_build_object('kind', 'attach_asset', 'state', 'applied', 'params',
            jsonb_build_object('ticket_id', ticket, 'asset_id', ticket, 'name', 'x')))) END
FROM generate_series(1, 100000) ticket, unnest(ARRAY['add_asset:a:v1', 'comment:b:v1']) action
"""
CORRECT = """
INSERT INTO meta.daemon_corrections (ticket_id, asset_id, kind, log_id, pattern, decided_at)
SELECT ticket_id, ticket_id, 'removed', log_id, 'tag', executed_at FROM meta.daemon_action_log
WHERE action_type = 'x' AND ticket_id % 20 = 0 AND plan IS NOT NULL
"""


@pytest.fixture(scope="module")
def grown(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """A log of 200,000 rows over ten weeks, one in twenty corrected."""
    with psycopg.connect(postgres, autocommit=True) as maintenance:
        maintenance.execute("CREATE DATABASE corrected TEMPLATE migrated_template")
    url = postgres.replace("/postgres?", "/corrected?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute(CORRECT)
        yield connection
    with psycopg.connect(postgres, autocommit=True) as maintenance:
        maintenance.execute("DROP DATABASE corrected WITH (FORCE)")


@pytest.fixture(scope="module", params=["without statistics", "analysed"])
def log(grown: psycopg.Connection[Any], request: pytest.FixtureRequest) -> psycopg.Connection[Any]:
    if request.param == "analysed":
        grown.execute("ANALYZE")
    return grown


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", []) for each in nodes(child))]


def scans(connection: psycopg.Connection[Any], name: str, since: str) -> set[str]:
    """The tables that a statement's plan reads from end to end."""
    [moment] = connection.execute(f"SELECT now() - interval '{since}'").fetchone() or [None]
    params = {
        "since": moment,
        "most": 50,
        "ticket_id": 77,
        "ticket_ids": list(range(50)),
        "patterns": ["tag"],
        "pattern": "tag",
        "who": "a",
        "present": [1],
        "asset_ids": [1],
        "kinds": ["removed"],
        "log_ids": ["00000000-0000-0000-0000-000000000000"],
        "names": ["x"],
        "tokens": ["x"],
        "in_text": [True],
        "decided": [moment],
    }
    if name == "note_corrections":
        params["patterns"] = ["tag"]
    with connection.transaction(force_rollback=True):
        explained = connection.execute(b"EXPLAIN (FORMAT JSON) " + sql(name), params).fetchone()
    assert explained is not None
    plan = explained[0] if isinstance(explained[0], list) else json.loads(explained[0])
    return {
        node["Relation Name"] for node in nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"
    }


@pytest.mark.parametrize(
    "name", ["our_assets", "note_corrections", "matched_tickets", "matched_rows", "corrections_of"]
)
def test_no_question_about_a_few_tickets_reads_a_whole_table(
    log: psycopg.Connection[Any], name: str
) -> None:
    assert scans(log, name, "70 days") & {LOG, "daemon_corrections"} == set()


@pytest.mark.parametrize("name", ["matching_figures", "judge_patterns", "suspect_patterns"])
def test_the_figures_of_a_week_read_that_week(log: psycopg.Connection[Any], name: str) -> None:
    assert LOG not in scans(log, name, "7 days")


def test_the_figures_are_right_on_a_large_log(log: psycopg.Connection[Any]) -> None:
    [since] = log.execute("SELECT now() - interval '1000 minutes 30 seconds'").fetchone() or [None]
    rows = log.execute(sql("matching_figures"), {"since": since}).fetchall()

    assert sum(row[2] for row in rows) == pytest.approx(1000, abs=5)
    assert sum(row[3] for row in rows) == pytest.approx(50, abs=1)
