"""A skipped pair is pending again when its ticket's modified date has moved, if its action asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger import QUEUE, claim_one, fail, finish, let_leases_run_out, pairs, sql, terms, work
from ticket_queue_daemon.errors import LeaseLost

if TYPE_CHECKING:
    from ticket_queue_daemon.store.rows import Claim
    from ticket_queue_daemon.store.tracker import StateTracker

NEVER, ASSET = work("comment", 0), replace(work("add_asset", 1), on_update=True)
THEN = datetime(2026, 11, 24, 8, 30, 0, 123_000, UTC)
LATER = THEN + timedelta(milliseconds=1)


def skip(tracker: StateTracker, claim: Claim, why: str = "nothing is named") -> None:
    tracker.finish(claim, "skipped", message=why, metadata={})


def pending(tracker: StateTracker, modified: datetime | None, *actions: Any) -> Any:
    dates = {} if modified is None else {1: modified}
    return pairs(tracker.pending(QUEUE, [1], actions or [NEVER, ASSET], dates))


@pytest.fixture
def skipped(tracker: StateTracker) -> StateTracker:
    """Both actions skipped ticket 1 as it was THEN."""
    for action in (NEVER, ASSET):
        skip(tracker, claim_one(tracker, 1, action, modified=THEN))
    return tracker


def events(tracker: StateTracker) -> list[str]:
    return [one.event for one in tracker.history(1) if one.action_id == ASSET.action_id]


@pytest.mark.parametrize("modified", [THEN, THEN - timedelta(days=1), None])
def test_not_while_the_date_has_not_moved(skipped: StateTracker, modified: datetime | None) -> None:
    assert pending(skipped, modified) == []
    assert skipped.claim(1, [NEVER, ASSET], **terms(modified=modified)) == []


def test_when_the_date_has_moved_and_only_for_the_action_that_asks(skipped: StateTracker) -> None:
    assert pending(skipped, LATER) == [(1, "add_asset", "update")]

    (claim,) = skipped.claim(1, [NEVER, ASSET], **terms(modified=LATER))
    assert claim.action_id == ASSET.action_id
    assert not claim.fresh


def test_not_when_no_action_asks(skipped: StateTracker) -> None:
    assert pending(skipped, LATER, NEVER, replace(ASSET, on_update=False)) == []


def test_it_is_the_same_row_and_may_complete(skipped: StateTracker) -> None:
    before = skipped.get_ticket_actions(1)[0]["log_id"]

    claim = claim_one(skipped, 1, ASSET, modified=LATER)
    finish(skipped, claim, "attached it")

    assert claim.log_id == before
    assert pending(skipped, LATER + timedelta(days=1)) == []
    assert events(skipped) == ["claimed", "skipped", "claimed", "completed"]


def test_skipped_again_moves_the_date_and_leaves_no_noise(skipped: StateTracker) -> None:
    first = skipped.get_ticket_actions(1)[0]["executed_at"]

    skip(skipped, claim_one(skipped, 1, ASSET, modified=LATER))

    assert pending(skipped, LATER) == []
    assert events(skipped) == ["claimed", "skipped", "claimed"]
    assert skipped.get_ticket_actions(1)[0]["executed_at"] == first
    assert pending(skipped, LATER + timedelta(seconds=1)) == [(1, "add_asset", "update")]


def test_skipped_for_another_reason_is_told(skipped: StateTracker) -> None:
    skip(skipped, claim_one(skipped, 1, ASSET, modified=LATER), "it is retired")

    assert events(skipped) == ["claimed", "skipped", "claimed", "skipped"]
    assert skipped.history(1)[-1].detail["message"] == "it is retired"


def test_a_second_look_starts_with_all_its_attempts(
    tracker: StateTracker, database_url: str
) -> None:
    fail(tracker, claim_one(tracker, 1, ASSET, modified=THEN), retry_seconds=0)
    skip(tracker, claim_one(tracker, 1, ASSET, modified=THEN))

    assert claim_one(tracker, 1, ASSET, modified=LATER).attempts == 0


def test_two_daemons_that_saw_the_same_change_look_once(skipped: StateTracker) -> None:
    skip(skipped, claim_one(skipped, 1, ASSET, modified=LATER))

    assert skipped.claim(1, [ASSET], **terms(modified=LATER)) == []


def test_a_look_that_died_is_taken_over_and_keeps_the_older_date(
    skipped: StateTracker, database_url: str
) -> None:
    dead = claim_one(skipped, 1, ASSET, modified=LATER)
    let_leases_run_out(database_url)
    assert pairs(skipped.pending(QUEUE, [], [ASSET])) == [(1, "add_asset", "recover")]

    (claim,) = skipped.claim(1, [ASSET], **terms())
    skip(skipped, claim)

    with pytest.raises(LeaseLost):
        skip(skipped, dead)
    assert pending(skipped, LATER) == []
    assert pending(skipped, LATER + timedelta(seconds=1)) == [(1, "add_asset", "update")]


def test_a_look_that_was_given_back_is_taken_up(skipped: StateTracker) -> None:
    skipped.release(claim_one(skipped, 1, ASSET, modified=LATER))

    assert pending(skipped, LATER) == [(1, "add_asset", "due")]


def test_what_a_person_or_a_baseline_marked_is_not_looked_at_again(skipped: StateTracker) -> None:
    skipped.mark_completed(1, ASSET.action_id, "add_asset", None, status="skipped")
    skipped.baseline(QUEUE, [2], [ASSET], "as they are")

    dates = {1: LATER, 2: LATER}
    assert skipped.pending(QUEUE, [1, 2], [ASSET], dates) == []


def test_a_row_without_a_date_is_not_looked_at_again(tracker: StateTracker) -> None:
    skip(tracker, claim_one(tracker, 1, ASSET))

    assert pending(tracker, LATER, ASSET) == []


def test_a_hundred_thousand_dates_are_compared_in_one_call(
    tracker: StateTracker, database_url: str
) -> None:
    sql(
        database_url,
        "INSERT INTO meta.daemon_action_log"
        " (ticket_id, action_id, action_type, status, ticket_modified_at)"
        " SELECT ticket, %s, 'x', 'skipped', %s FROM generate_series(1, 100000) ticket",
        ASSET.action_id,
        THEN,
    )
    dates = dict.fromkeys(range(1, 100_001), THEN) | {77_777: LATER}

    found = tracker.pending(QUEUE, range(1, 100_001), [ASSET], dates)

    assert pairs(found) == [(77_777, "add_asset", "update")]
