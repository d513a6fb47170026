"""The read-only questions: what ``status``, ``verify`` and ``resolve`` go by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledger import QUEUE, claim_one, fail, finish, let_leases_run_out, plan, sql, work
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.reports import Reports, StateFigures

if TYPE_CHECKING:
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker


@pytest.fixture
def reports(database: Database) -> Reports:
    return Reports(database)


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def test_the_tickets_of_a_span_are_those_with_an_outcome_or_work_under_way(
    tracker: StateTracker, reports: Reports, database_url: str
) -> None:
    finish(tracker, claim_one(tracker, 1))
    finish(tracker, claim_one(tracker, 2))
    claim_one(tracker, 3)
    sql(
        database_url,
        "UPDATE meta.daemon_action_log SET executed_at = now() - interval '3 days' WHERE ticket_id = 2",
    )

    assert reports.tickets_since(ago(hours=1)) == [1, 3]
    assert reports.tickets_since(ago(days=7)) == [1, 2, 3]


def test_a_ticket_s_rows_and_events_come_in_order(
    tracker: StateTracker, reports: Reports, database_url: str
) -> None:
    claim = claim_one(tracker, 1)
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {"tdx_time": "x"})

    [row], events = reports.of_ticket(1)
    let_leases_run_out(database_url)
    [later], _ = reports.of_ticket(1)

    assert (row.status, row.in_hand, later.in_hand) == ("started", True, False)
    assert [(event.event, event.effect_no) for event in events] == [
        ("planned", None),
        ("effect_sent", 0),
    ]
    assert reports.of_ticket(2) == ([], [])


def test_the_status_counts_everything_and_lists_the_first(
    tracker: StateTracker, reports: Reports
) -> None:
    fail(tracker, claim_one(tracker, 1, work("a")))
    fail(tracker, claim_one(tracker, 1, work("b")), final=True)
    fail(tracker, claim_one(tracker, 2, work("b")), final=True)
    tracker.park(claim_one(tracker, 1, work("c")), "why", metadata={}, lines=["a line"])
    finish(tracker, claim_one(tracker, 1, work("d")))
    claim_one(tracker, 1, work("e"))

    told = reports.status(overdue_seconds=600, most=2)

    assert (told.due, told.for_good, told.parked, told.started, told.overdue) == (1, 2, 1, 1, 0)
    assert (told.uncovered, told.uncovered_tickets) == (1, 1)
    assert [(row.ticket_id, row.due_at) for row in told.failing_rows] == [(1, None), (2, None)]
    assert [(row.reason, row.action_id) for row in told.parked_rows] == [
        ("why", work("c").action_id)
    ]
    assert told.started_rows[0].lease_over_seconds < 0
    assert {one.outcome: one.actions for one in told.recent} == {
        "completed": 1,
        "failed": 3,
        "needs_review": 1,
    }
    assert told.instance is None


def test_what_is_parked_is_found_by_ticket_and_by_prefix(
    tracker: StateTracker, reports: Reports
) -> None:
    first, second = claim_one(tracker, 1), claim_one(tracker, 2)
    tracker.park(first, "why", metadata={})
    finish(tracker, second)

    assert [row.log_id for row in reports.parked("1")] == [first.log_id]
    assert [row.log_id for row in reports.parked(str(first.log_id))] == [first.log_id]
    assert [row.log_id for row in reports.parked(f" {str(first.log_id)[:4].upper()}")] == [
        first.log_id
    ]
    for nothing in ("2", str(second.log_id), str(first.log_id)[:3] + "%", "", "_" * 8, "9" * 10):
        assert reports.parked(nothing) == []


def test_a_report_can_not_change_anything(reports: Reports) -> None:
    with pytest.raises(StoreError, match="read-only"), reports._reading() as connection:
        fetch(connection, b"DELETE FROM meta.daemon_action_log")


def test_done_with_a_refusal_in_the_plan_tells_both(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, {**plan("planned", "refused"), "summary": ["Did it all"]})
    tracker.effect_sending(claim, 0, {})
    metadata = {
        "effects": [
            {"effect": "post A", "end": "unknown", "reason": "lost"},
            {"effect": "attach B", "end": "refused", "reason": "no such asset"},
        ]
    }
    tracker.park(claim, "the answer was lost", metadata=metadata)

    settled = tracker.resolve(claim.log_id, True, "alice")

    assert (settled.due, settled.lines) == (False, 1)
    assert sql(database_url, "SELECT text FROM meta.daemon_summary_lines") == [
        ("Done: post A. Not done: attach B (no such asset)",)
    ]


def test_done_of_what_has_nothing_to_tell_tells_nothing(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {})
    tracker.park(claim, "the answer was lost", metadata={"effects": "nonsense"})

    assert tracker.resolve(claim.log_id, True, "alice").lines == 0
    assert sql(database_url, "SELECT count(*) FROM meta.daemon_summary_lines") == [(0,)]


def test_done_leaves_what_was_never_sent_due(tracker: StateTracker, database_url: str) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, {**plan("planned", "planned"), "summary": ["Did it all"]})
    tracker.effect_sending(claim, 0, {})
    tracker.park(claim, "the answer was lost", metadata={})

    settled = tracker.resolve(claim.log_id, True, "alice")

    assert (settled.due, settled.lines) == (True, 0)
    [(status, states)] = sql(
        database_url,
        "SELECT status, jsonb_path_query_array(plan, '$.effects[*].state') FROM meta.daemon_action_log",
    )
    assert (status, states) == ("failed", ["applied", "planned"])


def test_the_figures_of_an_empty_database_are_none(reports: Reports) -> None:
    assert reports.figures(QUEUE) == StateFigures(
        in_doubt=0, needs_review=0, oldest_pending=0.0, index_age=None, circuit_open=False
    )


def test_the_figures_count_what_is_in_doubt_and_what_waits_for_a_person(
    tracker: StateTracker, reports: Reports
) -> None:
    for ticket_id, states in ((1, ("sent",)), (2, ("applied", "sent")), (3, ("applied",))):
        tracker.write_plan(claim_one(tracker, ticket_id), plan(*states))
    for ticket_id in (4, 5):
        failed = claim_one(tracker, ticket_id)
        tracker.write_plan(failed, plan("sent"))
        fail(tracker, failed, final=ticket_id == 5)
    tracker.park(claim_one(tracker, 6), "can't tell", metadata={}, lines=())

    figures = reports.figures(QUEUE)

    # For good (ticket 5) is what somebody has decided on.
    assert (figures.in_doubt, figures.needs_review) == (3, 1)


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        ("status = 'started'", 0),
        ("lease_until = now() - interval '2 min'", 120),
        ("lease_until = now() - interval '2 min', queue = 'another'", 0),
    ],
)
def test_what_a_daemon_left_behind_is_pending_from_the_end_of_its_lease(
    tracker: StateTracker, reports: Reports, database_url: str, change: str, seconds: int
) -> None:
    claim_one(tracker)
    sql(database_url, f"UPDATE meta.daemon_action_log SET {change}")

    assert seconds <= reports.figures(QUEUE).oldest_pending < seconds + 60


@pytest.mark.parametrize(("states", "seconds"), [(("applied", "planned"), 120), (("planned",), 0)])
def test_a_failure_is_pending_from_its_due_time_if_it_is_taken_up_in_any_case(
    tracker: StateTracker,
    reports: Reports,
    database_url: str,
    states: tuple[str, ...],
    seconds: int,
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan(*states))
    fail(tracker, claim)
    sql(
        database_url,
        "UPDATE meta.daemon_action_log SET next_attempt_at = now() - interval '2 min'",
    )

    assert seconds <= reports.figures(QUEUE).oldest_pending < seconds + 60


def test_a_circuit_is_open_for_its_own_queue(tracker: StateTracker, reports: Reports) -> None:
    tracker.open_circuit(QUEUE, "too much failed")

    assert reports.figures(QUEUE).circuit_open
    assert not reports.figures("another").circuit_open
