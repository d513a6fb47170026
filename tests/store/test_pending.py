"""One query tells what needs work: new, due, abandoned, or to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import (
    QUEUE,
    claim_one,
    fail,
    finish,
    let_leases_run_out,
    make_due,
    pairs,
    plan,
    sql,
    status_of,
    summary,
    terms,
    work,
)

if TYPE_CHECKING:
    from ticket_queue_daemon.store.tracker import StateTracker

COMMENT, ASSET, SUMMARY = work("comment", 0), work("add_asset", 1), summary()
ALL = [COMMENT, ASSET, SUMMARY]


def test_every_work_action_of_every_ticket_is_new_at_first_in_report_and_action_order(
    tracker: StateTracker,
) -> None:
    assert pairs(tracker.pending(QUEUE, [7, 3], ALL)) == [
        (7, "comment", "new"),
        (7, "add_asset", "new"),
        (3, "comment", "new"),
        (3, "add_asset", "new"),
    ]


def test_a_ticket_that_stands_twice_in_the_report_is_pending_once(tracker: StateTracker) -> None:
    assert pairs(tracker.pending(QUEUE, [7, 7, 7], [COMMENT])) == [(7, "comment", "new")]


def test_an_empty_report_has_no_new_work(tracker: StateTracker) -> None:
    assert tracker.pending(QUEUE, [], ALL) == []


def test_no_actions_no_work(tracker: StateTracker) -> None:
    assert tracker.pending(QUEUE, [1, 2], []) == []


@pytest.mark.parametrize("status", ["completed", "skipped", "failed"])
def test_a_settled_pair_is_not_pending(tracker: StateTracker, status: str) -> None:
    tracker.mark_completed(1, COMMENT.action_id, "comment", None, status=status)

    assert pairs(tracker.pending(QUEUE, [1], [COMMENT, ASSET])) == [(1, "add_asset", "new")]


def test_asking_changes_nothing(tracker: StateTracker, database_url: str) -> None:
    tracker.pending(QUEUE, [1, 2, 3], ALL)

    assert sql(database_url, "SELECT count(*) FROM meta.daemon_action_log") == [(0,)]
    assert tracker.pending(QUEUE, [1], [COMMENT]) == tracker.pending(QUEUE, [1], [COMMENT])


def test_a_failed_pair_is_pending_again_when_it_is_due_and_reported(
    tracker: StateTracker, database_url: str
) -> None:
    fail(tracker, claim_one(tracker))
    assert tracker.pending(QUEUE, [1], [COMMENT]) == []

    make_due(database_url)

    assert pairs(tracker.pending(QUEUE, [1], [COMMENT])) == [(1, "comment", "retry")]
    assert tracker.pending(QUEUE, [2], [ASSET])[0].ticket_id == 2
    assert all(one.ticket_id != 1 for one in tracker.pending(QUEUE, [2], [COMMENT]))


def test_a_failed_pair_with_something_in_doubt_is_due_even_outside_report_and_configuration(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {})
    fail(tracker, claim)
    assert tracker.pending(QUEUE, [], [ASSET]) == []

    make_due(database_url)

    found = tracker.pending(QUEUE, [], [ASSET])
    assert pairs(found) == [(1, "comment", "retry")]
    assert not found[0].in_report
    assert tracker.pending("another queue", [], [ASSET]) == []


def test_a_pair_that_failed_for_good_is_not_pending(
    tracker: StateTracker, database_url: str
) -> None:
    fail(tracker, claim_one(tracker), final=True)
    fail(tracker, claim_one(tracker, action=ASSET), max_attempts=1)
    make_due(database_url)

    assert tracker.pending(QUEUE, [1], [COMMENT, ASSET]) == []


def test_a_ticket_with_anything_in_somebodys_hands_is_not_pending_at_all(
    tracker: StateTracker,
) -> None:
    claim_one(tracker, 1, COMMENT)

    assert pairs(tracker.pending(QUEUE, [1, 2], [COMMENT, ASSET])) == [
        (2, "comment", "new"),
        (2, "add_asset", "new"),
    ]


def test_abandoned_work_comes_first_whatever_the_report_and_the_configuration(
    tracker: StateTracker, database_url: str
) -> None:
    claim_one(tracker, 5, work("retired_action"))
    claim_one(tracker, 9, COMMENT)
    let_leases_run_out(database_url)

    found = tracker.pending(QUEUE, [2, 9], [COMMENT])

    assert pairs(found) == [
        (9, "comment", "recover"),
        (5, "retired_action", "recover"),
        (2, "comment", "new"),
    ]
    assert [one.in_report for one in found] == [True, False, True]


def test_abandoned_work_of_another_queue_is_left_to_that_queue(
    tracker: StateTracker, database_url: str
) -> None:
    claim_one(tracker, 5, queue="another")
    let_leases_run_out(database_url)

    assert tracker.pending(QUEUE, [], ALL) == []
    assert pairs(tracker.pending("another", [], ALL)) == [(5, "comment", "recover")]


def test_a_parked_pair_waits_for_a_person(tracker: StateTracker) -> None:
    tracker.park(claim_one(tracker), "can't know", metadata={})

    assert tracker.pending(QUEUE, [1], [COMMENT]) == []


def test_lines_to_tell_make_a_summary_pending_in_the_report_or_not(tracker: StateTracker) -> None:
    finish(tracker, claim_one(tracker, 1), "did one thing")
    finish(tracker, claim_one(tracker, 2), "did another")
    finish(tracker, claim_one(tracker, 3))

    found = tracker.pending(QUEUE, [2, 3], [COMMENT, SUMMARY])

    assert pairs(found) == [(2, "summary", "summary"), (1, "summary", "summary")]
    assert [one.in_report for one in found] == [True, False]
    assert tracker.pending("another", [2, 3], [COMMENT, SUMMARY]) == []


def test_a_summary_that_told_everything_is_not_pending_until_there_is_more(
    tracker: StateTracker,
) -> None:
    finish(tracker, claim_one(tracker, 1), "one")
    told = tracker.claim_summary(1, SUMMARY, **terms())
    assert told is not None
    finish(tracker, told, covers=[line.line_id for line in told.lines])
    assert tracker.pending(QUEUE, [1], [COMMENT, SUMMARY]) == []

    finish(tracker, claim_one(tracker, 1, ASSET), "two")

    assert pairs(tracker.pending(QUEUE, [1], [COMMENT, SUMMARY])) == [(1, "summary", "summary")]


@pytest.mark.parametrize("end", ["failed and not due", "failed for good", "parked", "at work"])
def test_a_summary_that_can_not_be_claimed_is_not_pending(tracker: StateTracker, end: str) -> None:
    finish(tracker, claim_one(tracker, 1), "one")
    claim = tracker.claim_summary(1, SUMMARY, **terms())
    assert claim is not None
    if end == "parked":
        tracker.park(claim, "can't know", metadata={})
    elif end != "at work":
        fail(tracker, claim, final=end == "failed for good")

    assert tracker.pending(QUEUE, [1], [SUMMARY]) == []


def test_a_failed_summary_is_pending_again_when_due(
    tracker: StateTracker, database_url: str
) -> None:
    finish(tracker, claim_one(tracker, 1), "one")
    claim = tracker.claim_summary(1, SUMMARY, **terms())
    assert claim is not None
    fail(tracker, claim)

    make_due(database_url)

    assert pairs(tracker.pending(QUEUE, [], [SUMMARY])) == [(1, "summary", "summary")]


def test_a_summary_wanted_even_when_empty_is_pending_once_for_each_reported_ticket(
    tracker: StateTracker, database_url: str
) -> None:
    always = summary(skip_if_empty=False)
    assert pairs(tracker.pending(QUEUE, [4], [always])) == [(4, "summary", "summary")]

    claim = tracker.claim_summary(4, always, **terms())
    assert claim is not None
    fail(tracker, claim)
    make_due(database_url)
    assert pairs(tracker.pending(QUEUE, [4], [always])) == [(4, "summary", "summary")]

    again = tracker.claim_summary(4, always, **terms())
    assert again is not None
    finish(tracker, again)
    assert tracker.pending(QUEUE, [4], [always]) == []
    assert tracker.claim_summary(4, always, **terms()) is None


def test_a_summary_in_doubt_stays_a_summary(tracker: StateTracker, database_url: str) -> None:
    always = summary(skip_if_empty=False)
    claim = tracker.claim_summary(4, always, **terms())
    assert claim is not None
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {})
    fail(tracker, claim)
    make_due(database_url)

    assert pairs(tracker.pending(QUEUE, [], [always])) == [(4, "summary", "summary")]
    again = tracker.claim_summary(4, always, **terms())
    assert again is not None
    assert again.plan is not None
    assert again.plan["effects"][0]["state"] == "sent"


def test_nothing_is_pending_twice(tracker: StateTracker, database_url: str) -> None:
    finish(tracker, claim_one(tracker, 1), "one")
    tracker.claim_summary(1, SUMMARY, **terms())
    let_leases_run_out(database_url)

    assert pairs(tracker.pending(QUEUE, [1], [COMMENT, SUMMARY])) == [(1, "summary", "recover")]


def test_a_hundred_thousand_tickets_are_asked_for_in_one_call(
    tracker: StateTracker, database_url: str
) -> None:
    sql(
        database_url,
        "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type)"
        " SELECT ticket, action, 'x' FROM generate_series(1, 99999) ticket,"
        " unnest(%s::text[]) action",
        [COMMENT.action_id, ASSET.action_id],
    )

    found = tracker.pending(QUEUE, range(1, 100_001), [COMMENT, ASSET])

    assert pairs(found) == [(100_000, "comment", "new"), (100_000, "add_asset", "new")]
    assert status_of(database_url, ticket_id=100_000) is None
