"""The hot queries cost what the report costs, not what the log has grown to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ledger import QUEUE, RUN, work
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

TICKETS = 150_000
COMMENT, ASSET = work("comment"), work("add_asset")


@pytest.fixture(scope="module")
def grown(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """A log of 300,000 rows, with a few of every kind that is looked for."""
    with psycopg.connect(postgres, autocommit=True) as maintenance:
        maintenance.execute("CREATE DATABASE grown TEMPLATE migrated_template")
    with psycopg.connect(postgres.replace("/postgres?", "/grown?"), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type, queue, plan)"
            f" SELECT ticket, action, 'x', '{QUEUE}', CASE WHEN ticket %% 10 = 0"
            ' THEN \'{"effects": [{"state": "applied"}]}\'::jsonb END'
            f" FROM generate_series(1, {TICKETS}) ticket, unnest(%s::text[]) action",
            [[COMMENT.action_id, ASSET.action_id]],
        )
        connection.execute(
            "UPDATE meta.daemon_action_log SET status = 'failed', next_attempt_at = now(),"
            ' plan = \'{"effects": [{"state": "sent"}]}\' WHERE ticket_id % 10000 = 0'
        )
        connection.execute(
            "UPDATE meta.daemon_action_log SET status = 'skipped', ticket_modified_at = now()"
            " WHERE ticket_id % 3 = 2 AND status = 'completed'"
        )
        connection.execute(
            "UPDATE meta.daemon_action_log SET status = 'started', claim_token = gen_random_uuid(),"
            " lease_until = now(), claimed_by = 'w', claimed_at = now(), claims = 1,"
            " run_id = gen_random_uuid() WHERE ticket_id % 10000 = 1"
        )
        connection.execute(
            "INSERT INTO meta.daemon_summary_lines (ticket_id, log_id, queue, text, covered_by, covered_at)"
            f" SELECT ticket, gen_random_uuid(), '{QUEUE}', 'x',"
            " CASE WHEN ticket % 1000 > 0 THEN gen_random_uuid() END, CASE WHEN ticket % 1000 > 0 THEN now() END"
            " FROM generate_series(1, 100000) ticket"
        )
        connection.execute(
            "INSERT INTO meta.daemon_action_history (log_id, ticket_id, action_id, event)"
            " SELECT gen_random_uuid(), ticket, 'x', 'claimed' FROM generate_series(1, 100000) ticket"
        )
        connection.execute(
            "INSERT INTO meta.daemon_once (action_id, subject, log_id, ticket_id)"
            " SELECT 'x', ticket::text, gen_random_uuid(), ticket FROM generate_series(1, 10000) ticket"
        )
        yield connection
    with psycopg.connect(postgres, autocommit=True) as maintenance:
        maintenance.execute("DROP DATABASE grown WITH (FORCE)")


@pytest.fixture(scope="module", params=["without statistics", "analysed"])
def log(grown: psycopg.Connection[Any], request: pytest.FixtureRequest) -> psycopg.Connection[Any]:
    if request.param == "analysed":
        grown.execute("ANALYZE")
    return grown


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", []) for each in nodes(child))]


def scans(connection: psycopg.Connection[Any], name: str, params: dict[str, Any]) -> set[str]:
    """The tables that a statement's plan reads from end to end."""
    with connection.transaction(force_rollback=True):
        explained = connection.execute(b"EXPLAIN (FORMAT JSON) " + sql(name), params).fetchone()
    assert explained is not None
    plan = explained[0] if isinstance(explained[0], list) else json.loads(explained[0])
    return {
        node["Relation Name"] for node in nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"
    }


def asking(tickets: range, *, even_if_empty: bool = False) -> dict[str, Any]:
    return {
        "queue": QUEUE,
        "ticket_ids": list(tickets),
        "modified": [datetime.now(UTC) for _ in tickets],
        "work_ids": [COMMENT.action_id, ASSET.action_id],
        "work_places": [0, 1],
        "work_on_update": [False, True],
        "work_repeats": [False, True],
        "work_rule_hashes": ["", "0123456789ab"],
        "summary_ids": ["summary:x:v1"],
        "summary_places": [2],
        "summary_even_if_empty": [even_if_empty],
    }


@pytest.mark.parametrize("reported", [0, 1, 1_000, 100_000])
@pytest.mark.parametrize("even_if_empty", [False, True])
def test_pending_never_reads_the_whole_log(
    log: psycopg.Connection[Any], reported: int, even_if_empty: bool
) -> None:
    asked = asking(range(TICKETS - reported, TICKETS), even_if_empty=even_if_empty)

    assert scans(log, "pending", asked) == set()


def test_pending_of_a_prepared_statement_never_reads_the_whole_log(
    log: psycopg.Connection[Any],
) -> None:
    log.execute("SET plan_cache_mode = force_generic_plan")
    try:
        for _ in range(2):
            log.execute(sql("pending"), asking(range(1000)), prepare=True)
        assert scans(log, "pending", asking(range(1000))) == set()
    finally:
        log.execute("RESET plan_cache_mode")


def test_the_effects_of_the_last_hour_are_counted_by_their_index(
    log: psycopg.Connection[Any],
) -> None:
    assert scans(log, "effects_last_hour", {}) == set()


CLAIM = {
    "ticket_id": 77,
    "queue": QUEUE,
    "run_id": RUN,
    "worker": "w",
    "lease_seconds": 300.0,
    "modified": datetime.now(UTC),
    "on_update_ids": [ASSET.action_id],
    "repeat_ids": [ASSET.action_id],
    "rule_hashes": json.dumps({ASSET.action_id: "0123456789ab"}),
    "action_ids": [COMMENT.action_id, ASSET.action_id],
    "action_types": ["comment", "add_asset"],
    "action_hashes": ["", ""],
    "action_id": "summary:x:v1",
    "action_type": "summary",
    "action_hash": "",
    "even_if_empty": False,
    "log_id": RUN,
    "log_ids": [RUN],
    "token": RUN,
    "tokens": [RUN],
    "effect_no": 0,
    "patch": "{}",
    "plan": '{"effects": []}',
    "metadata": "{}",
    "lines": ["a"],
    "why": "",
    "covers": [1],
    "look_again_at": None,
    "next_occurrence": None,
    "subject": "requestor:u1",
    "wakes": ["a:1:v1"],
    "rule_hash": None,
    "status": "skipped",
}


@pytest.mark.parametrize(
    "name",
    [
        "ticket_is_busy",
        "claim",
        "claim_recovery",
        "claim_summary",
        "reserve_lines",
        "reserved_lines",
        "renew",
        "release",
        "write_plan",
        "effect_sending",
        "in_doubt",
        "forget",
        "finish",
        "has_executed",
        "get_ticket_actions",
        "known_entry_ids",
        "history",
        "take_once",
        "holds_once",
        "under_way",
    ],
)
def test_no_step_of_a_ticket_reads_a_whole_table(log: psycopg.Connection[Any], name: str) -> None:
    assert scans(log, name, CLAIM) == set()


def test_a_scrape_never_reads_the_whole_log(log: psycopg.Connection[Any]) -> None:
    assert "daemon_action_log" not in scans(log, "figures", {"queue": QUEUE})


@pytest.mark.parametrize("name", ["prune_settled", "prune_released"])
def test_a_batch_of_a_prune_costs_what_it_prunes(log: psycopg.Connection[Any], name: str) -> None:
    asked = {"before": datetime.now(UTC), "most": 500, "after": 0}

    assert scans(log, name, asked) == set()


@pytest.mark.parametrize(
    "name", ["undo_of_run", "undo_of_ticket", "undos_of_tickets", "stop_undone"]
)
def test_an_undo_never_reads_the_whole_log(log: psycopg.Connection[Any], name: str) -> None:
    given = {
        "lowest": RUN,
        "highest": RUN,
        "ticket_id": 77,
        "ticket_ids": [77],
        "log_id": RUN,
        "occurrence": 1,
        "who": "w",
        "why": "",
    }
    assert scans(log, name, given) == set()
