"""The seed's monitoring section, its clearing of failures, and the books beside the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    terms,
    work,
)
from ticket_queue_daemon.errors import InstanceMismatch, StoreError
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from ticket_queue_daemon.store.pool import Database

COMMENT, ASSET = work("comment"), work("add_asset")


def test_the_seeds_monitoring_section_works_as_printed(database: Database) -> None:
    db = database
    tracker = StateTracker(db)
    tracker.mark_completed(9291804, "comment:abc123:v1", "comment", "abc123")

    # Get all actions performed on ticket
    actions = tracker.get_ticket_actions(9291804)
    # Get daemon statistics
    stats = tracker.get_action_stats()

    assert [action["action_id"] for action in actions] == ["comment:abc123:v1"]
    assert f"Total actions: {stats['total_actions']}" == "Total actions: 1"
    assert f"By status: {stats['by_status']}" == "By status: {'completed': 1}"
    assert stats["by_type"] == {"comment": 1}


def test_a_tracker_takes_a_url_and_closes_what_it_opened(database_url: str) -> None:
    with StateTracker(database_url) as tracker:
        assert not tracker.has_executed(1, "a:b:c")
        assert tracker.get_action_stats() == {"total_actions": 0, "by_status": {}, "by_type": {}}


def test_every_tracker_has_a_name_of_its_own(database: Database) -> None:
    assert StateTracker(database).worker != StateTracker(database).worker
    assert StateTracker(database, worker="me").worker == "me"


@pytest.mark.parametrize(
    ("status", "executed"), [("completed", True), ("skipped", True), ("failed", False)]
)
def test_marking_by_hand_is_an_upsert(tracker: StateTracker, status: str, executed: bool) -> None:
    tracker.mark_completed(1, "a:b:c", "a", "hash", status="failed", error_message="no")
    tracker.mark_completed(1, "a:b:c", "a", "hash", status=status, metadata={"k": "v"})

    assert tracker.has_executed(1, "a:b:c") is executed
    [row] = tracker.get_ticket_actions(1)
    assert (row["status"], row["metadata"], row["error_message"]) == (status, {"k": "v"}, None)
    assert [event.event for event in tracker.history(1)] == ["failed", status]


def test_marking_by_hand_knows_the_seeds_three_words_only(tracker: StateTracker) -> None:
    with pytest.raises(ValueError, match="started"):
        tracker.mark_completed(1, "a:b:c", "a", "hash", status="started")


def test_marking_by_hand_does_not_cut_in_on_a_daemon_at_work(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    with pytest.raises(StoreError, match="being executed"):
        tracker.mark_completed(1, claim.action_id, "comment", None)

    let_leases_run_out(database_url)
    tracker.mark_completed(1, claim.action_id, "comment", None)

    assert tracker.has_executed(1, claim.action_id)


def test_a_tickets_actions_come_newest_first_with_what_is_under_way(tracker: StateTracker) -> None:
    finish(tracker, claim_one(tracker, 1, ASSET))
    claim_one(tracker, 1, COMMENT)

    rows = tracker.get_ticket_actions(1)

    assert [row["status"] for row in rows] == ["started", "completed"]
    assert rows[0]["claimed_by"] == tracker.worker
    assert {"attempts", "next_attempt_at", "plan", "executed_at", "metadata"} <= rows[0].keys()


def test_statistics_count_by_status_and_type(tracker: StateTracker) -> None:
    for ticket in (1, 2):
        finish(tracker, claim_one(tracker, ticket, ASSET))
    fail(tracker, claim_one(tracker, 3, COMMENT))

    assert tracker.get_action_stats() == {
        "total_actions": 3,
        "by_status": {"completed": 2, "failed": 1},
        "by_type": {"add_asset": 2, "comment": 1},
    }


def test_clearing_makes_failures_due_with_all_attempts_before_them(tracker: StateTracker) -> None:
    fail(tracker, claim_one(tracker, 1), final=True)
    fail(tracker, claim_one(tracker, 2))
    finish(tracker, claim_one(tracker, 3))

    assert tracker.clear_failed_actions(ticket_id=1) == 1
    assert pairs(tracker.pending(QUEUE, [1, 2, 3], [COMMENT])) == [(1, "comment", "retry")]
    assert tracker.clear_failed_actions() == 2
    assert claim_one(tracker, 2).attempts == 0
    assert [event.event for event in tracker.history(2)] == [
        "claimed",
        "failed",
        "cleared",
        "claimed",
    ]


def test_clearing_never_forgets_what_was_applied(tracker: StateTracker) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned", "planned"))
    tracker.effect_sending(claim, 0, {})
    tracker.effect_settled(claim, 0, "applied", {"entry_id": 7})
    tracker.effect_settled(claim, 1, "refused", {"error": "TDX said no"})
    fail(tracker, claim, final=True)

    tracker.clear_failed_actions()

    again = claim_one(tracker)
    assert again.plan is not None
    assert [effect["state"] for effect in again.plan["effects"]] == ["applied", "refused"]
    assert tracker.known_entry_ids(1) == {7}


def test_clearing_leaves_work_in_hand_and_parked_work_alone(tracker: StateTracker) -> None:
    claim_one(tracker, 1)
    tracker.park(claim_one(tracker, 2), "why", metadata={})

    assert tracker.clear_failed_actions() == 0


def test_the_seeds_views_show_activity(tracker: StateTracker, database_url: str) -> None:
    finish(tracker, claim_one(tracker, 1))
    fail(tracker, claim_one(tracker, 2), final=True)
    sql(
        database_url,
        "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type, executed_at)"
        " VALUES (3, 'old', 'comment', now() - interval '25 hours')",
    )

    assert sql(
        database_url, "SELECT ticket_id, status, error_message FROM meta.daemon_recent_activity"
    ) == [(2, "failed", "TDX said no"), (1, "completed", None)]
    assert sql(
        database_url,
        "SELECT action_type, status, action_count, first_executed <= last_executed"
        " FROM meta.daemon_activity_summary",
    ) == [("comment", "completed", 2, True), ("comment", "failed", 1, True)]


def test_a_baseline_marks_what_is_new_as_skipped_and_says_why(tracker: StateTracker) -> None:
    fail(tracker, claim_one(tracker, 1))

    marked = tracker.baseline(QUEUE, [1, 2, 2, 3], [COMMENT, ASSET], "first start")

    assert marked == 5
    assert tracker.pending(QUEUE, [1, 2, 3], [COMMENT, ASSET]) == []
    [row] = [row for row in tracker.get_ticket_actions(2) if row["action_type"] == "comment"]
    assert (row["status"], row["metadata"]) == ("skipped", {"baseline": "first start"})
    assert [event.event for event in tracker.history(3)] == ["baselined", "baselined"]
    assert tracker.baseline(QUEUE, [1, 2, 3], [COMMENT, ASSET], "again") == 0
    assert tracker.baseline(QUEUE, [], [], "nothing") == 0


def test_a_baseline_does_not_cut_in_on_work_in_hand(tracker: StateTracker) -> None:
    claim = claim_one(tracker)

    assert tracker.baseline(QUEUE, [1], [COMMENT], "why") == 0
    finish(tracker, claim)


def test_actions_are_remembered_as_they_were_first_seen(tracker: StateTracker) -> None:
    tracker.register_actions([COMMENT, ASSET])
    changed = work("comment")
    tracker.register_actions([changed])
    tracker.register_actions([])

    [known] = tracker.previous_actions("comment")
    assert (known["action_id"], known["config"], known["version"]) == (
        COMMENT.action_id,
        {"text": "comment"},
        "v1",
    )
    assert tracker.previous_actions("never") == []


def test_one_database_serves_one_instance(tracker: StateTracker) -> None:
    tracker.bind_instance("tdx.example.edu/TDWebApi")
    tracker.bind_instance("tdx.example.edu/TDWebApi")

    with pytest.raises(InstanceMismatch, match=r"belongs to tdx\.example\.edu/TDWebApi") as refused:
        tracker.bind_instance("tdx.example.edu/SBTDWebApi")
    assert "its own database" in refused.value.advice


def test_the_history_of_a_ticket_never_seen_is_empty(tracker: StateTracker) -> None:
    assert tracker.history(1) == []
    assert tracker.get_ticket_actions(1) == []
    assert tracker.known_entry_ids(1) == set()


def test_a_second_attempt_is_told_as_the_second(tracker: StateTracker, database_url: str) -> None:
    fail(tracker, claim_one(tracker))
    make_due(database_url)
    finish(tracker, claim_one(tracker, **terms()))

    told: list[tuple[str, Any]] = [(event.event, event.attempt) for event in tracker.history(1)]
    assert told == [("claimed", 1), ("failed", 1), ("claimed", 2), ("completed", 2)]
