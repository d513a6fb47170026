"""The tables refuse nonsense, whoever writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger import claim_one, sql

if TYPE_CHECKING:
    from ticket_queue_daemon.store.tracker import StateTracker

INSERT = "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type"


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ("status) VALUES (1, 'a', 'a', 'done'", "daemon_action_log_status"),
        ("status) VALUES (1, 'a', 'a', 'started'", "daemon_action_log_started_is_leased"),
        (
            "status, claim_token, lease_until) VALUES (1, 'a', 'a', 'started', gen_random_uuid(), now()",
            "daemon_action_log_started_is_signed",
        ),
        (
            "status, claim_token) VALUES (1, 'a', 'a', 'completed', gen_random_uuid()",
            "daemon_action_log_started_is_leased",
        ),
        (
            "status, lease_until) VALUES (1, 'a', 'a', 'failed', now()",
            "daemon_action_log_started_is_leased",
        ),
        (
            "status, executed_at) VALUES (1, 'a', 'a', 'completed', NULL",
            "daemon_action_log_outcome_is_dated",
        ),
        (
            "status, next_attempt_at) VALUES (1, 'a', 'a', 'completed', now()",
            "daemon_action_log_only_failed_is_due",
        ),
        (
            "status, next_attempt_at) VALUES (1, 'a', 'a', 'needs_review', now()",
            "daemon_action_log_only_failed_is_due",
        ),
        ("attempts) VALUES (1, 'a', 'a', -1", "daemon_action_log_counts"),
        ("claims) VALUES (1, 'a', 'a', -1", "daemon_action_log_counts"),
        ("occurrence) VALUES (1, 'a', 'a', 0", "daemon_action_log_counts"),
        ("plan) VALUES (1, 'a', 'a', '[]'", "daemon_action_log_plan"),
        ("plan) VALUES (1, 'a', 'a', '{\"effects\": 1}'", "daemon_action_log_plan"),
        ("status) VALUES (1, 'a', 'a', NULL", "status"),
        ("metadata) VALUES (1, 'a', 'a', NULL", "metadata"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    database_url: str, columns: str, rule: str
) -> None:
    with pytest.raises(psycopg.IntegrityError, match=rule):
        sql(database_url, f"{INSERT}, {columns})")


def test_a_second_row_for_a_pair_is_refused(database_url: str) -> None:
    sql(database_url, f"{INSERT}) VALUES (1, 'a', 'a')")

    with pytest.raises(psycopg.IntegrityError, match="unique_ticket_action"):
        sql(database_url, f"{INSERT}) VALUES (1, 'a', 'a')")


def test_a_started_row_can_not_be_completed_without_giving_up_its_claim(
    tracker: StateTracker, database_url: str
) -> None:
    claim_one(tracker)

    with pytest.raises(psycopg.IntegrityError, match="started_is_leased"):
        sql(database_url, "UPDATE meta.daemon_action_log SET status = 'completed', executed_at = now()")  # fmt: skip


def test_the_history_refuses_an_update_and_an_unknown_event(database_url: str) -> None:
    event = "INSERT INTO meta.daemon_action_history (log_id, ticket_id, action_id, event) VALUES (gen_random_uuid(), 1, 'a', %s)"  # fmt: skip
    sql(database_url, event, "claimed")

    with pytest.raises(psycopg.Error, match="append-only"):
        sql(database_url, "UPDATE meta.daemon_action_history SET ticket_id = 2")
    with pytest.raises(psycopg.IntegrityError, match="daemon_action_history_event"):
        sql(database_url, event, "invented")


def test_a_line_is_covered_by_whom_and_when_or_not_at_all(database_url: str) -> None:
    with pytest.raises(psycopg.IntegrityError, match="daemon_summary_lines_covered"):
        sql(
            database_url,
            "INSERT INTO meta.daemon_summary_lines (ticket_id, log_id, queue, text, covered_by)"
            " VALUES (1, gen_random_uuid(), 'q', 't', gen_random_uuid())",
        )


def test_there_is_one_instance(database_url: str) -> None:
    sql(database_url, "INSERT INTO meta.daemon_instance (instance) VALUES ('a')")

    with pytest.raises(psycopg.IntegrityError):
        sql(database_url, "INSERT INTO meta.daemon_instance (instance) VALUES ('b')")
    with pytest.raises(psycopg.IntegrityError):
        sql(database_url, "INSERT INTO meta.daemon_instance (only_row, instance) VALUES (false, 'b')")  # fmt: skip
