"""What became of a claim: the plan ahead, each tick, and the outcome, committed before the next step."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger import (
    QUEUE,
    claim_one,
    fail,
    finish,
    make_due,
    pairs,
    plan,
    sql,
    status_of,
    terms,
    work,
)
from ticket_queue_daemon.errors import LeaseLost, StoreError

if TYPE_CHECKING:
    from ticket_queue_daemon.store.tracker import StateTracker


def row(url: str, column: str) -> Any:
    return sql(url, f"SELECT {column} FROM meta.daemon_action_log")[0][0]


def test_a_plan_is_there_when_write_plan_returns(tracker: StateTracker, database_url: str) -> None:
    tracker.write_plan(claim_one(tracker), plan("planned"))

    assert row(database_url, "plan") == plan("planned")


def test_a_plan_of_which_nothing_was_sent_may_be_made_anew(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned", "refused"))
    tracker.write_plan(claim, plan("planned"))

    assert row(database_url, "plan") == plan("planned")


@pytest.mark.parametrize("state", ["sent", "applied", "already_there"])
def test_no_new_plan_may_forget_what_was_sent_or_applied(
    tracker: StateTracker, database_url: str, state: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan(state, "planned"))

    with pytest.raises(StoreError, match="forgets an effect") as refused:
        tracker.write_plan(claim, plan("planned"))

    assert not isinstance(refused.value, LeaseLost)
    assert row(database_url, "plan") == plan(state, "planned")
    tracker.write_plan(claim, plan(state, "planned", "planned"))


def test_sending_is_noted_with_time_and_patch_and_extends_the_lease(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker, lease_seconds=300)
    tracker.write_plan(claim, plan("planned", "planned"))
    sql(
        database_url,
        "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() + interval '5 s'",
    )

    tracker.effect_sending(claim, 1, {"tdx_time": "2026-11-23T10:00:00Z"})

    first, second = row(database_url, "plan")["effects"]
    assert first["state"] == "planned"
    assert second["state"] == "sent"
    assert second["tdx_time"] == "2026-11-23T10:00:00Z"
    assert datetime.now(UTC) - datetime.fromisoformat(second["sent_at"]) < timedelta(minutes=1)
    assert row(database_url, "lease_until > clock_timestamp() + interval '200 s'")


@pytest.mark.parametrize(
    ("settled", "state"),
    [
        ("applied", "applied"),
        ("already_there", "already_there"),
        ("refused", "refused"),
        ("postponed", "planned"),
        ("in_doubt", "sent"),
    ],
)
def test_an_effect_settles(
    tracker: StateTracker, database_url: str, settled: Any, state: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {})
    tracker.effect_settled(claim, 0, settled, {"entry_id": 41, "state": "nonsense"})

    effect = row(database_url, "plan")["effects"][0]
    assert (effect["state"], effect["entry_id"]) == (state, 41)
    assert [(event.event, event.effect_no) for event in tracker.history(1)[2:]] == [
        ("effect_sent", 0),
        (f"effect_{settled}", 0),
    ]


def test_an_effect_settles_in_no_other_way(tracker: StateTracker) -> None:
    with pytest.raises(ValueError, match="lost"):
        tracker.effect_settled(claim_one(tracker), 0, "lost", {})  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["applied", "already_there"])
def test_a_ticked_effect_is_neither_sent_nor_settled_again(
    tracker: StateTracker, state: Any
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan(state))

    with pytest.raises(StoreError, match=f"effect 0 is {state}"):
        tracker.effect_sending(claim, 0, {})
    with pytest.raises(StoreError, match=f"effect 0 is {state}"):
        tracker.effect_settled(claim, 0, "refused", {})


def test_an_effect_that_is_not_in_the_plan_is_no_lost_lease(tracker: StateTracker) -> None:
    claim = claim_one(tracker)
    with pytest.raises(StoreError, match="effect 0 is not in the plan"):
        tracker.effect_sending(claim, 0, {})
    tracker.write_plan(claim, plan("planned"))

    with pytest.raises(StoreError, match="effect 1 is not in the plan"):
        tracker.effect_sending(claim, 1, {})


def test_a_refused_effect_may_be_sent_again_by_a_later_attempt(tracker: StateTracker) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("refused"))

    tracker.effect_sending(claim, 0, {})


def test_completing_records_when_and_what(tracker: StateTracker, database_url: str) -> None:
    tracker.finish(
        claim_one(tracker), "completed", message="Added 2 assets", metadata={"assets": [1, 2]}
    )

    assert status_of(database_url) == "completed"
    assert row(database_url, "metadata") == {"assets": [1, 2], "message": "Added 2 assets"}
    assert row(database_url, "claim_token IS NULL AND lease_until IS NULL AND claims = 0")
    assert row(database_url, "executed_at > clock_timestamp() - interval '1 minute'")
    assert tracker.has_executed(1, work().action_id)


def test_skipping_is_an_outcome_too(tracker: StateTracker) -> None:
    tracker.finish(claim_one(tracker), "skipped", message="priority is Low", metadata={})

    assert tracker.has_executed(1, work().action_id)
    assert [event.event for event in tracker.history(1)] == ["claimed", "skipped"]


def test_there_is_no_other_good_outcome(tracker: StateTracker) -> None:
    with pytest.raises(ValueError, match="failed"):
        tracker.finish(claim_one(tracker), "failed", message="", metadata={})  # type: ignore[arg-type]


def test_back_off_doubles_with_a_tenth_of_jitter_up_to_a_day(
    tracker: StateTracker, database_url: str
) -> None:
    waits = []
    for _ in range(13):
        fail(tracker, claim_one(tracker), retry_seconds=60, max_attempts=100)
        waits.append(
            float(row(database_url, "extract(epoch FROM next_attempt_at - clock_timestamp())"))
        )
        make_due(database_url)

    for attempt, wait in enumerate(waits):
        expected = min(60 * 2**attempt, 86_400)
        assert expected * 0.89 - 1 < wait <= min(expected * 1.11, 86_400)


@pytest.mark.parametrize("how", [{"final": True}, {"max_attempts": 1}])
def test_the_last_attempt_fails_for_good(
    tracker: StateTracker, database_url: str, how: dict[str, Any]
) -> None:
    fail(tracker, claim_one(tracker), **how)

    assert (status_of(database_url), row(database_url, "next_attempt_at")) == ("failed", None)
    assert row(database_url, "error_message") == "TDX said no"
    assert not tracker.has_executed(1, work().action_id)


def test_parking_holds_it_until_a_person_says_it_is_done(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("applied", "planned"))
    tracker.effect_sending(claim, 1, {})
    tracker.park(claim, "the answer was lost", metadata={"why": "timeout"})
    assert status_of(database_url) == "needs_review"

    tracker.resolve(claim.log_id, True, "alice")

    assert status_of(database_url) == "completed"
    effects = row(database_url, "plan")["effects"]
    assert [effect["state"] for effect in effects] == ["applied", "applied"]
    assert [effect.get("resolved_by") for effect in effects] == [None, "alice"]
    assert (tracker.history(1)[-1].event, tracker.history(1)[-1].worker) == ("resolved", "alice")


def test_a_person_may_say_try_again_even_when_the_ticket_left_the_report(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("applied", "planned"))
    tracker.effect_sending(claim, 1, {})
    tracker.park(claim, "the answer was lost", metadata={})

    tracker.resolve(claim.log_id, False, "alice")

    assert pairs(tracker.pending(QUEUE, [], [])) == [(1, "comment", "retry")]
    effects = tracker.claim_recovery(1, [work().action_id], **terms())[0].plan
    assert effects is not None
    assert [effect["state"] for effect in effects["effects"]] == ["applied", "planned"]
    assert status_of(database_url) == "started"


@pytest.mark.parametrize("done", [True, False])
def test_only_what_is_parked_can_be_resolved(tracker: StateTracker, done: bool) -> None:
    claim = claim_one(tracker)
    finish(tracker, claim)

    with pytest.raises(StoreError, match="not held for review"):
        tracker.resolve(claim.log_id, done, "alice")


@pytest.mark.parametrize("done", [True, False])
def test_what_was_parked_without_a_plan_is_resolved_too(tracker: StateTracker, done: bool) -> None:
    claim = claim_one(tracker)
    tracker.park(claim, "an unknown plan format", metadata={})

    tracker.resolve(claim.log_id, done, "alice")

    assert tracker.has_executed(1, work().action_id) is done


def test_our_feed_entries_are_known_from_ticks_only(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned", "planned", "planned"))
    tracker.effect_settled(claim, 0, "applied", {"answer": {"entry_id": 10}})
    tracker.effect_settled(claim, 1, "already_there", {"entry_id": 11})
    tracker.effect_sending(claim, 2, {})
    tracker.note(claim, "effect_looked_up", 2, {"entry_id": 12})
    tracker.effect_settled(claim, 2, "in_doubt", {"candidate": {"entry_id": 13}})

    assert tracker.known_entry_ids(1) == {10, 11}
    assert tracker.known_entry_ids(2) == set()

    finish(tracker, claim)
    sql(database_url, "UPDATE meta.daemon_action_log SET plan = NULL")
    assert tracker.known_entry_ids(1) == {10, 11}


def test_the_history_tells_every_step_and_can_not_be_rewritten(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {"tdx_time": "x"})
    tracker.effect_settled(claim, 0, "applied", {"entry_id": 4})
    finish(tracker, claim, "a line")

    told = tracker.history(1)
    assert [event.event for event in told] == [
        "claimed",
        "planned",
        "effect_sent",
        "effect_applied",
        "completed",
    ]
    assert {event.worker for event in told} == {tracker.worker}
    assert [event.attempt for event in told] == [1] * 5
    assert told == sorted(told, key=lambda event: event.at)
    with pytest.raises(Exception, match="append-only"):
        sql(database_url, "UPDATE meta.daemon_action_history SET event = 'completed'")


def test_text_that_postgresql_can_not_hold_fails_nothing(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    odd = {"nul": "a\x00b", "half": "\ud83d", "nan": math.nan, "when": datetime(2026, 1, 1, tzinfo=UTC), "set": {1}, 5: "\\u0000"}  # fmt: skip
    tracker.write_plan(claim, {**plan("planned"), "odd": odd})
    tracker.effect_sending(claim, 0, odd)
    fail(tracker, claim, metadata=odd, lines=["line\x00"], final=True)

    stored = row(database_url, "metadata")
    assert stored["nul"] == "ab"
    assert stored["half"] == "?"
    assert stored["nan"] is None
    assert stored["set"] == [1]
    assert stored["5"] == "\\u0000"
