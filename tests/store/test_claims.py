"""Any number of daemons may race for a pair; one wins, and keeps it as long as it is alive."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger import (
    claim_one,
    fail,
    finish,
    let_leases_run_out,
    make_due,
    plan,
    sql,
    status_of,
    summary,
    terms,
    work,
)
from ticket_queue_daemon.errors import LeaseLost
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.rows import ActionKey, Claim

A, B, C = work("a", 2), work("b", 1), work("c", 0)
ROUNDS = 200


def every_write(tracker: StateTracker, claim: Claim) -> list[Callable[[], None]]:
    """All that can be written in the name of a claim."""
    return [
        lambda: tracker.write_plan(claim, plan("planned")),
        lambda: tracker.effect_sending(claim, 0, {}),
        lambda: tracker.effect_settled(claim, 0, "applied", {}),
        lambda: tracker.note(claim, "effect_looked_up", 0, {}),
        lambda: finish(tracker, claim, "a lie"),
        lambda: fail(tracker, claim),
        lambda: tracker.park(claim, "why", metadata={}),
        lambda: tracker.release(claim),
    ]


@pytest.fixture
def other(database: Database) -> StateTracker:
    return StateTracker(database, worker="other")


def test_a_first_claim_is_fresh_and_signed(tracker: StateTracker, database_url: str) -> None:
    run = uuid.uuid4()

    claim = claim_one(tracker, 9291804, run_id=run, lease_seconds=120)

    assert claim.fresh
    assert (claim.attempts, claim.claims, claim.occurrence) == (0, 1, 1)
    assert claim.plan is None
    assert claim.claimed_at <= claim.db_now < claim.lease_until
    assert 119 < claim.lease_seconds <= 120
    assert sql(
        database_url,
        "SELECT status, queue, run_id, claimed_by, executed_at FROM meta.daemon_action_log",
    ) == [("started", "1344", run, tracker.worker, None)]
    assert [event.event for event in tracker.history(9291804)] == ["claimed"]


def test_claims_come_in_the_order_of_the_actions_positions(tracker: StateTracker) -> None:
    claims = tracker.claim(1, [A, B, C], **terms())

    assert [claim.action_type for claim in claims] == ["c", "b", "a"]


def test_nothing_is_claimed_for_no_actions(tracker: StateTracker) -> None:
    assert tracker.claim(1, [], **terms()) == []
    assert tracker.claim_recovery(1, [], **terms()) == []


def test_a_live_claim_keeps_every_other_run_off_the_whole_ticket(
    tracker: StateTracker, other: StateTracker
) -> None:
    finish(tracker, claim_one(tracker, 1, C), "a line")
    claim_one(tracker, 1, A)

    assert other.claim(1, [A, B], **terms()) == []
    assert other.claim_recovery(1, [A.action_id], **terms()) == []
    assert other.claim_summary(1, summary(), **terms()) is None
    assert len(other.claim(2, [A], **terms())) == 1


def test_a_run_may_take_more_of_a_ticket_that_it_has_in_hand(tracker: StateTracker) -> None:
    run = uuid.uuid4()
    claim_one(tracker, 1, A, run_id=run)

    assert [one.action_type for one in tracker.claim(1, [A, B], **terms(run_id=run))] == ["b"]


@pytest.mark.parametrize("status", ["completed", "skipped", "failed"])
def test_a_settled_pair_is_never_claimed(tracker: StateTracker, status: str) -> None:
    tracker.mark_completed(1, A.action_id, "a", None, status=status)

    assert tracker.claim(1, [A], **terms()) == []
    assert tracker.claim_recovery(1, [A.action_id], **terms()) == []


def test_a_failed_pair_is_claimed_when_due_with_its_plan(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned", "planned"))
    tracker.effect_sending(claim, 0, {})
    tracker.effect_settled(claim, 0, "applied", {"entry_id": 5})
    fail(tracker, claim)
    assert tracker.claim(1, [work()], **terms()) == []

    make_due(database_url)
    again = claim_one(tracker)

    assert not again.fresh
    assert (again.attempts, again.claims) == (1, 1)
    assert again.claimed_at == claim.claimed_at
    assert again.plan is not None
    assert [effect["state"] for effect in again.plan["effects"]] == ["applied", "planned"]


def test_an_abandoned_claim_is_taken_over_and_the_old_owner_can_write_nothing(
    tracker: StateTracker, other: StateTracker, database_url: str
) -> None:
    old = claim_one(tracker)
    tracker.write_plan(old, plan("planned"))
    let_leases_run_out(database_url)

    new = claim_one(other)

    assert (new.claims, new.fresh) == (2, False)
    assert new.plan == plan("planned")
    for write in every_write(tracker, old):
        with pytest.raises(LeaseLost, match="other has taken it over"):
            write()
    assert tracker.renew([old], 300) == set()
    assert [event.event for event in tracker.history(1)] == ["claimed", "planned", "reclaimed"]
    finish(other, new)


def test_a_lease_that_ran_out_is_lost_even_if_nobody_took_it(
    tracker: StateTracker, database_url: str
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    before = tracker.get_ticket_actions(1)
    let_leases_run_out(database_url)

    for write in every_write(tracker, claim):
        with pytest.raises(LeaseLost, match="the lease ran out") as lost:
            write()

    assert "DAEMON_LEASE_SECONDS" in lost.value.advice
    assert tracker.renew([claim], 300) == set()
    [after] = tracker.get_ticket_actions(1)
    assert {**after, "lease_until": None} == {**before[0], "lease_until": None}
    assert [event.event for event in tracker.history(1)] == ["claimed", "planned"]


def test_a_claim_on_a_row_that_is_gone_is_lost(tracker: StateTracker, database_url: str) -> None:
    claim = claim_one(tracker)
    sql(database_url, "DELETE FROM meta.daemon_action_log")

    with pytest.raises(LeaseLost, match="its row is gone"):
        finish(tracker, claim)


def test_a_recorded_claim_can_not_be_recorded_again(tracker: StateTracker) -> None:
    claim = claim_one(tracker)
    finish(tracker, claim)

    with pytest.raises(LeaseLost, match="it is completed by now"):
        finish(tracker, claim)


def test_renewing_extends_what_is_still_ours(tracker: StateTracker, database_url: str) -> None:
    mine = tracker.claim(1, [A, B], **terms(lease_seconds=60))
    done = claim_one(tracker, 2)
    finish(tracker, done)

    assert tracker.renew([*mine, done], 600) == {claim.log_id for claim in mine}
    assert sql(
        database_url,
        "SELECT bool_and(lease_until > clock_timestamp() + interval '9 minutes')"
        " FROM meta.daemon_action_log WHERE status = 'started'",
    ) == [(True,)]
    assert tracker.renew([], 600) == set()


def test_renewing_never_shortens_a_lease(tracker: StateTracker, database_url: str) -> None:
    claim = claim_one(tracker, lease_seconds=3000)
    tracker.renew([claim], 10)

    assert sql(database_url, "SELECT lease_until FROM meta.daemon_action_log") == [
        (claim.lease_until,)
    ]


def test_releasing_a_first_claim_without_a_plan_leaves_no_row(
    tracker: StateTracker, database_url: str
) -> None:
    tracker.release(claim_one(tracker))

    assert status_of(database_url) is None
    assert [event.event for event in tracker.history(1)] == ["claimed", "released"]


def test_releasing_a_planned_claim_lets_anyone_take_it_at_once(
    tracker: StateTracker, other: StateTracker
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    tracker.release(claim)

    taken = claim_one(other)

    assert taken.plan == plan("planned")


def test_releasing_a_retry_keeps_its_row(tracker: StateTracker, database_url: str) -> None:
    fail(tracker, claim_one(tracker))
    make_due(database_url)
    tracker.release(claim_one(tracker))

    again = claim_one(tracker)

    assert (again.attempts, again.fresh) == (1, False)


def test_recovery_takes_only_what_exists_in_the_order_asked(
    tracker: StateTracker, database_url: str
) -> None:
    tracker.claim(1, [A, B], **terms())
    let_leases_run_out(database_url)

    taken = tracker.claim_recovery(1, [B.action_id, "never:seen:v1", A.action_id], **terms())

    assert [claim.action_type for claim in taken] == ["b", "a"]
    assert status_of(database_url, work("never")) is None


def race(trackers: list[StateTracker], ticket_id: int, action_sets: list[list[ActionKey]]) -> list[list[Claim]]:  # fmt: skip
    """All of them claim at the same moment, each in a run of its own."""
    barrier = threading.Barrier(len(trackers))

    def runner(tracker: StateTracker, actions: list[ActionKey]) -> list[Claim]:
        barrier.wait()
        return tracker.claim(ticket_id, actions, **terms())

    with ThreadPoolExecutor(len(trackers)) as threads:
        return list(threads.map(runner, trackers, action_sets))


def test_of_two_sessions_that_race_exactly_one_wins(database: Database) -> None:
    two = [StateTracker(database, worker="first"), StateTracker(database, worker="second")]
    for ticket in range(1, ROUNDS + 1):
        won = race(two, ticket, [[A], [A]])

        assert sorted(map(len, won)) == [0, 1]


def test_racing_for_different_actions_of_one_ticket_has_one_winner_and_no_deadlock(
    database: Database,
) -> None:
    three = [StateTracker(database, worker=name) for name in ("first", "second", "third")]
    for ticket in range(1, ROUNDS // 4 + 1):
        won = race(three, ticket, [[A, B, C], [C, B], [B, A]])

        assert sum(1 for claims in won if claims) == 1


def test_racing_for_abandoned_work_has_one_winner(database: Database, database_url: str) -> None:
    two = [StateTracker(database, worker="first"), StateTracker(database, worker="second")]
    claim_one(two[0], 1, A)
    for _ in range(ROUNDS // 4):
        let_leases_run_out(database_url)
        won = race(two, 1, [[A], [A]])

        assert sorted(map(len, won)) == [0, 1]


def test_a_claim_waits_for_a_renewal_that_is_being_committed(
    tracker: StateTracker, other: StateTracker, database_url: str
) -> None:
    # The owner renews in time, but its commit comes after the lease would have ended; meanwhile
    # another daemon asks for another action of the same ticket.
    claim = claim_one(tracker, 1, A)
    got: list[list[Claim]] = []
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 s'")  # fmt: skip
        owner.commit()
        owner.execute("UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() + interval '1 h'")  # fmt: skip
        asking = threading.Thread(target=lambda: got.append(other.claim(1, [B], **terms())))
        asking.start()
        wait_for_a_lock(database_url)
        owner.commit()
    asking.join()

    assert got == [[]]
    finish(tracker, claim)


def wait_for_a_lock(url: str) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"  # fmt: skip
    while sql(url, waiting) == [(0,)]:
        pass


def test_clearing_and_claiming_at_once_never_deadlock(database: Database) -> None:
    first, second = StateTracker(database), StateTracker(database)
    for action in (A, B, C):
        fail(first, claim_one(first, 1, action), retry_seconds=0)
    for _ in range(ROUNDS // 4):
        with ThreadPoolExecutor(2) as threads:
            cleared = threads.submit(second.clear_failed_actions)
            claimed = threads.submit(first.claim, 1, [C, B, A], **terms())
            assert cleared.result() >= 0
            for claim in claimed.result():
                fail(first, claim, retry_seconds=0, max_attempts=10_000)


def test_the_lease_is_in_the_databases_clock(tracker: StateTracker, database_url: str) -> None:
    claim = claim_one(tracker, lease_seconds=300)

    assert sql(
        database_url,
        "SELECT lease_until = %s AND lease_until BETWEEN clock_timestamp() + interval '290 s'"
        " AND clock_timestamp() + interval '300 s' FROM meta.daemon_action_log",
        claim.lease_until,
    ) == [(True,)]
