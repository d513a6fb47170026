"""Every line is told by one summary: a crash before it loses none, a crash after it repeats none."""

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
    summary,
    terms,
    work,
)
from ticket_queue_daemon.errors import LeaseLost

if TYPE_CHECKING:
    from ticket_queue_daemon.store.rows import ActionKey, Claim
    from ticket_queue_daemon.store.tracker import StateTracker

OLD, NEW = summary("summary_old"), summary("summary_new")


def tell(tracker: StateTracker, action: ActionKey = OLD, ticket_id: int = 1) -> Claim:
    claim = tracker.claim_summary(ticket_id, action, **terms())
    assert claim is not None
    return claim


def texts(claim: Claim) -> list[str]:
    return [line.text for line in claim.lines]


def cover(tracker: StateTracker, claim: Claim) -> None:
    finish(tracker, claim, covers=[line.line_id for line in claim.lines])


def test_a_summary_has_the_uncovered_lines_of_its_ticket_and_queue_in_order(
    tracker: StateTracker,
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one", "two")
    fail(tracker, claim_one(tracker, 1, work("b")), lines=["three failed"])
    tracker.park(claim_one(tracker, 1, work("c")), "why", metadata={}, lines=["four unknown"])
    finish(tracker, claim_one(tracker, 2, work("a")), "of another ticket")
    finish(tracker, claim_one(tracker, 1, work("d"), queue="other"), "of another queue")

    assert texts(tell(tracker)) == ["one", "two", "three failed", "four unknown"]


def test_nothing_to_tell_nothing_to_claim(tracker: StateTracker, database_url: str) -> None:
    assert tracker.claim_summary(1, OLD, **terms()) is None
    assert sql(database_url, "SELECT count(*) FROM meta.daemon_action_log") == [(0,)]


def test_each_summary_tells_only_what_is_new_as_a_further_occurrence(
    tracker: StateTracker,
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    first = tell(tracker)
    tracker.write_plan(first, plan("applied"))
    cover(tracker, first)
    assert tracker.claim_summary(1, OLD, **terms()) is None

    finish(tracker, claim_one(tracker, 1, work("b")), "two")
    second = tell(tracker)

    assert texts(second) == ["two"]
    assert (second.occurrence, second.plan, second.attempts, second.fresh) == (2, None, 0, False)
    assert second.claimed_at > first.claimed_at
    assert "summarised" in [event.event for event in tracker.history(1)]


def test_a_crash_before_the_post_loses_no_line(tracker: StateTracker, database_url: str) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    tell(tracker)
    let_leases_run_out(database_url)

    assert texts(tell(tracker)) == ["one"]


def test_after_a_crash_with_the_post_under_way_the_same_lines_are_finished_with_the_same_plan(
    tracker: StateTracker, database_url: str
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    crashed = tell(tracker)
    tracker.write_plan(crashed, plan("planned"))
    tracker.effect_sending(crashed, 0, {})
    let_leases_run_out(database_url)
    finish(tracker, claim_one(tracker, 1, work("b")), "came later")

    recovered = tell(tracker)
    assert texts(recovered) == ["one"]
    assert recovered.plan is not None
    assert recovered.claimed_at == crashed.claimed_at
    tracker.effect_settled(recovered, 0, "already_there", {})
    cover(tracker, recovered)

    assert texts(tell(tracker)) == ["came later"]


def test_a_plan_of_which_nothing_was_sent_is_made_anew_with_all_there_is_to_tell(
    tracker: StateTracker, database_url: str
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    failing = tell(tracker)
    tracker.write_plan(failing, plan("refused"))
    fail(tracker, failing)
    finish(tracker, claim_one(tracker, 1, work("b")), "two")
    make_due(database_url)

    again = tell(tracker)

    assert (texts(again), again.plan, again.attempts) == (["one", "two"], None, 1)


def test_lines_that_another_summary_may_have_told_are_not_told_by_a_new_one(
    tracker: StateTracker, database_url: str
) -> None:
    # The configuration changes while the old summary's post is in doubt.
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    old = tell(tracker, OLD)
    tracker.write_plan(old, plan("planned"))
    tracker.effect_sending(old, 0, {})
    let_leases_run_out(database_url)

    assert tracker.claim_summary(1, NEW, **terms()) is None
    assert pairs(tracker.pending(QUEUE, [1], [NEW])) == [(1, "summary_old", "recover")]

    [recovered] = tracker.claim_recovery(1, [OLD.action_id], **terms())
    assert texts(recovered) == ["one"]
    fail(tracker, recovered)
    assert tracker.claim_summary(1, NEW, **terms()) is None
    make_due(database_url)
    [again] = tracker.claim_recovery(1, [OLD.action_id], **terms())
    cover(tracker, again)
    assert tracker.pending(QUEUE, [1], [NEW]) == []


def test_a_new_summary_takes_over_the_lines_of_one_that_never_sent_anything(
    tracker: StateTracker, database_url: str
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    old = tell(tracker, OLD)
    tracker.write_plan(old, plan("refused"))
    fail(tracker, old, final=True)

    new = tell(tracker, NEW)
    assert texts(new) == ["one"]
    cover(tracker, new)

    # Brought back by hand, the old one has neither text nor lines left to tell them again.
    tracker.clear_failed_actions()
    assert tracker.claim_summary(1, OLD, **terms()) is None
    assert sql(
        database_url,
        "SELECT plan FROM meta.daemon_action_log WHERE action_id = %s",
        OLD.action_id,
    ) == [(None,)]


def test_a_parked_summary_keeps_its_lines_until_a_person_has_looked(
    tracker: StateTracker,
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    parked = tell(tracker, OLD)
    tracker.write_plan(parked, plan("planned"))
    tracker.effect_sending(parked, 0, {})
    tracker.park(parked, "the answer was lost", metadata={})
    assert tracker.claim_summary(1, NEW, **terms()) is None

    tracker.resolve(parked.log_id, True, "alice")

    assert tracker.claim_summary(1, NEW, **terms()) is None
    assert tracker.claim_summary(1, OLD, **terms()) is None


def test_lines_that_a_summary_left_out_are_told_by_the_next(tracker: StateTracker) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one", "two")
    first = tell(tracker)
    finish(tracker, first, covers=[first.lines[0].line_id])

    assert texts(tell(tracker)) == ["two"]


def test_a_line_is_covered_once_and_by_a_summary_of_its_own_ticket(
    tracker: StateTracker, database_url: str
) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    finish(tracker, claim_one(tracker, 2, work("a")), "of ticket two")
    first, second = tell(tracker), tell(tracker, NEW, ticket_id=2)
    finish(tracker, first, covers=[line.line_id for line in (*first.lines, *second.lines)])
    finish(tracker, second, covers=[line.line_id for line in (*first.lines, *second.lines)])

    assert sql(
        database_url, "SELECT covered_by FROM meta.daemon_summary_lines ORDER BY line_id"
    ) == [(first.log_id,), (second.log_id,)]

    finish(tracker, claim_one(tracker, 1, work("b")), "more of ticket one")
    third = tell(tracker, NEW)
    finish(tracker, third, covers=[line.line_id for line in (*first.lines, *third.lines)])

    assert sql(
        database_url, "SELECT covered_by FROM meta.daemon_summary_lines ORDER BY line_id"
    ) == [(first.log_id,), (second.log_id,), (third.log_id,)]


def test_a_released_summary_leaves_its_lines_free(tracker: StateTracker, database_url: str) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    tracker.release(tell(tracker, OLD))

    assert sql(database_url, "SELECT reserved_by FROM meta.daemon_summary_lines") == [(None,)]
    assert texts(tell(tracker, NEW)) == ["one"]


def test_a_lost_lease_neither_tells_nor_covers(tracker: StateTracker, database_url: str) -> None:
    finish(tracker, claim_one(tracker, 1, work("a")), "one")
    lost = tell(tracker)
    let_leases_run_out(database_url)
    with pytest.raises(LeaseLost):
        cover(tracker, lost)

    assert texts(tell(tracker)) == ["one"]
