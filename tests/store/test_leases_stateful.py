"""Three daemons, any interleaving of claims, crashes, lost answers and people: nothing twice, nothing lost.

The machine plays the daemons by the engine's rules (write ahead, send, tick off, look after doubt) on
the real tables, and keeps the truth beside them: what TDX would have applied.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger import QUEUE, summary, work
from ticket_queue_daemon.errors import LeaseLost
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.rows import Claim

TICKETS = (1, 2)
WORK = [work("a", 0), work("b", 1)]
SUMMARIES = [summary("old"), summary("new")]
TICKED = ("applied", "already_there")
FORTUNES = st.lists(
    st.sampled_from([(True, True), (True, False), (False, True), (False, False)]),
    min_size=1,
    max_size=8,
)


@dataclass
class Held:
    """A claim as its daemon sees it, and whether it is truly alive."""

    owner: int
    claim: Claim
    plan: dict[str, Any] | None
    alive: bool = True
    planned_by_us: bool = False
    tells: list[int] = field(default_factory=list)

    @property
    def summarises(self) -> bool:
        return self.claim.action_type in ("old", "new")

    def states(self) -> list[str]:
        return [effect["state"] for effect in (self.plan or {"effects": []})["effects"]]


class Daemons(RuleBasedStateMachine):
    """The rules are what daemons and people do."""

    database: Database

    def sql(self, statement: str, **params: object) -> list[tuple[Any, ...]]:
        """Look, or act, behind the trackers' backs; on the pool, since it is done so often."""
        rows = self.database.rows(statement.encode(), params)
        return [tuple(row.values()) for row in rows]

    @initialize()
    def begin(self) -> None:
        self.sql(
            "TRUNCATE meta.daemon_action_log, meta.daemon_action_history, meta.daemon_summary_lines",
        )
        self.workers = [StateTracker(self.database, worker=f"w{number}") for number in range(3)]
        self.runs = [uuid.uuid4() for _ in self.workers]
        self.held: list[Held] = []
        self.applied: Counter[tuple[object, ...]] = Counter()
        self.told: Counter[int] = Counter()
        self.completed: set[uuid.UUID] = set()

    # --- helpers ---

    def terms(self, owner: int) -> dict[str, Any]:
        return {"queue": QUEUE, "run_id": self.runs[owner], "lease_seconds": 3600}

    def keep(self, owner: int, claims: list[Claim]) -> None:
        for claim in claims:
            assert not any(one.alive and one.claim.log_id == claim.log_id for one in self.held)
            assert not any(
                one.alive and one.owner != owner and one.claim.ticket_id == claim.ticket_id
                for one in self.held
            )
            held = Held(owner, claim, claim.plan, tells=[line.line_id for line in claim.lines])
            if held.summarises and claim.plan is not None:
                assert held.tells == claim.plan["lines"], "a stored plan goes with its lines"
            self.held.append(held)

    def attempt(self, held: Held, write: Any) -> bool:
        """Write as the claim's owner: it works while the claim is alive, and only then."""
        if held.alive:
            write()
            return True
        with pytest.raises(LeaseLost):
            write()
        self.held.remove(held)
        return False

    def over(self, held: Held) -> None:
        if held in self.held:
            self.held.remove(held)

    def truth(self, held: Held, number: int) -> tuple[object, ...]:
        return (held.claim.log_id, held.claim.occurrence, held.plan["nonce"] if held.plan else 0, number)  # fmt: skip

    def holding(self, claim: Claim) -> Held:
        return next(one for one in self.held if one.claim is claim)

    def pick(self, data: st.DataObject) -> Held:
        return data.draw(st.sampled_from(self.held), label="held")

    # --- what daemons do: claim, and go on for some steps of the straight line ---

    @rule(
        owner=st.integers(0, 2),
        ticket=st.sampled_from(TICKETS),
        which=st.sampled_from([[0, 1], [0], [1]]),
        fortunes=FORTUNES,
    )
    def claim(
        self, owner: int, ticket: int, which: list[int], fortunes: list[tuple[bool, bool]]
    ) -> None:
        actions = [WORK[number] for number in which]
        before = {
            row["action_id"]: row["status"]
            for row in self.workers[owner].get_ticket_actions(ticket)
        }
        claims = self.workers[owner].claim(ticket, actions, **self.terms(owner))
        assert all(
            before.get(one.action_id) not in ("completed", "skipped", "needs_review")
            for one in claims
        )
        busy = any(
            one.alive and one.owner != owner and one.claim.ticket_id == ticket for one in self.held
        )
        if busy:
            assert claims == []
        else:
            fresh = {action.action_id for action in actions} - before.keys()
            assert fresh == {one.action_id for one in claims if one.fresh}
        self.keep(owner, claims)
        for claim in claims:
            self.go_on(self.holding(claim), fortunes)

    @rule(
        owner=st.integers(0, 2),
        ticket=st.sampled_from(TICKETS),
        action=st.sampled_from(SUMMARIES),
        fortunes=FORTUNES,
    )
    def summarise(
        self, owner: int, ticket: int, action: Any, fortunes: list[tuple[bool, bool]]
    ) -> None:
        claim = self.workers[owner].claim_summary(ticket, action, **self.terms(owner))
        if claim is not None:
            self.keep(owner, [claim])
            self.go_on(self.holding(claim), fortunes)

    @rule(owner=st.integers(0, 2), fortunes=FORTUNES)
    def recover_what_is_pending(self, owner: int, fortunes: list[tuple[bool, bool]]) -> None:
        tracker = self.workers[owner]
        for one in tracker.pending(QUEUE, [], []):
            claims = tracker.claim_recovery(one.ticket_id, [one.action_id], **self.terms(owner))
            assert claims, "what is pending can be claimed"
            self.keep(owner, claims)
            self.go_on(self.holding(claims[0]), fortunes)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), fortunes=FORTUNES)
    def take_up_again(self, data: st.DataObject, fortunes: list[tuple[bool, bool]]) -> None:
        self.go_on(self.pick(data), fortunes)

    def go_on(self, held: Held, fortunes: list[tuple[bool, bool]]) -> None:
        """One step for each fortune: (the request arrives at TDX, its answer arrives here)."""
        for arrives, answered in fortunes:
            if held not in self.held:
                return
            states = set(held.states())
            if not held.planned_by_us and not states & {"sent", *TICKED}:
                self.write_plan(held)
            elif "sent" in states:
                self.look(held)
            elif states - set(TICKED):
                self.send(held, arrives=arrives, answered=answered)
            else:
                self.finish(held)

    def write_plan(self, held: Held) -> None:
        plan = {
            "format": 1,
            "nonce": str(uuid.uuid4()),
            "lines": held.tells,
            "effects": [
                {"kind": "x", "params": {"no": number}, "state": "planned"}
                for number in range(1 if held.summarises else 2)
            ],
        }
        if self.attempt(held, lambda: self.workers[held.owner].write_plan(held.claim, plan)):
            held.plan, held.planned_by_us = plan, True

    def send(self, held: Held, *, arrives: bool, answered: bool) -> None:
        states = held.states()
        assert held.plan is not None
        number = next(at for at, state in enumerate(states) if state not in TICKED)
        tracker = self.workers[held.owner]
        if not self.attempt(held, lambda: tracker.effect_sending(held.claim, number, {})):
            return
        held.plan["effects"][number]["state"] = "sent"
        if arrives:
            self.applied[self.truth(held, number)] += 1
            self.told.update(held.plan["lines"])
        if answered:
            self.settle(held, number, "applied" if arrives else ["refused", "postponed"][number])

    def settle(self, held: Held, number: int, state: Any) -> None:
        tracker = self.workers[held.owner]
        assert held.plan is not None
        if self.attempt(held, lambda: tracker.effect_settled(held.claim, number, state, {})):
            held.plan["effects"][number]["state"] = "planned" if state == "postponed" else state

    def look(self, held: Held) -> None:
        number = held.states().index("sent")
        there = self.applied[self.truth(held, number)] > 0
        self.settle(held, number, "already_there" if there else "postponed")

    def finish(self, held: Held) -> None:
        tracker = self.workers[held.owner]
        done = self.attempt(
            held,
            lambda: tracker.finish(
                held.claim,
                "completed",
                message="",
                metadata={},
                lines=[] if held.summarises else ["line", "another"],
                covers=held.tells,
            ),
        )
        if done:
            if not held.summarises:
                self.completed.add(held.claim.log_id)
            self.over(held)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), final=st.booleans(), how=st.sampled_from(["fail", "park", "release"]))
    def stop_short(self, data: st.DataObject, final: bool, how: str) -> None:
        held = self.pick(data)
        tracker = self.workers[held.owner]
        writes = {
            "fail": lambda: tracker.fail(
                held.claim, "no", metadata={}, final=final, retry_seconds=60, max_attempts=3
            ),
            "park": lambda: tracker.park(held.claim, "why", metadata={}),
            "release": lambda: tracker.release(held.claim),
        }
        self.attempt(held, writes[how])
        self.over(held)

    # --- what happens to them ---

    @precondition(lambda self: self.held)
    @rule(owner=st.integers(0, 2), wakes=st.booleans())
    def a_daemon_is_away_past_its_leases(self, owner: int, wakes: bool) -> None:
        """Dead, or asleep: then it wakes later and goes on as if nothing had happened."""
        for held in [one for one in self.held if one.owner == owner]:
            if held.alive:
                self.sql(
                    "UPDATE meta.daemon_action_log"
                    " SET lease_until = clock_timestamp() - interval '1 s' WHERE log_id = %(log_id)s",
                    log_id=held.claim.log_id,
                )
                held.alive = False
            if not wakes:
                self.over(held)

    @rule(what=st.sampled_from(["time", "time", "clear", "resolve", "renew"]))
    def meanwhile(self, what: str) -> None:
        if what == "time":
            self.sql(
                "UPDATE meta.daemon_action_log SET next_attempt_at = clock_timestamp()"
                " WHERE next_attempt_at IS NOT NULL"
            )
        elif what == "clear":
            self.workers[0].clear_failed_actions()
        elif what == "resolve":
            self.somebody_resolves()
        else:
            for owner, worker in enumerate(self.workers):
                own = [one for one in self.held if one.owner == owner]
                kept = worker.renew([one.claim for one in own], 3600)
                assert kept == {one.claim.log_id for one in own if one.alive}

    def somebody_resolves(self) -> None:
        for ticket in TICKETS:
            for row in self.workers[0].get_ticket_actions(ticket):
                if row["status"] == "needs_review":
                    effects = (row["plan"] or {"effects": []})["effects"]
                    key = (row["log_id"], row["occurrence"], (row["plan"] or {}).get("nonce"))
                    there = any(
                        effect["state"] == "sent" and self.applied[(*key, number)]
                        for number, effect in enumerate(effects)
                    )
                    self.workers[0].resolve(row["log_id"], there, "alice")

    # --- what always holds ---

    @invariant()
    def nothing_is_applied_or_told_twice(self) -> None:
        assert max(self.applied.values(), default=0) <= 1
        assert max(self.told.values(), default=0) <= 1

    @invariant()
    def a_completed_row_stays_completed(self) -> None:
        found = self.sql(
            "SELECT count(*) FROM meta.daemon_action_log"
            " WHERE log_id = ANY (%(log_ids)s) AND status = 'completed'",
            log_ids=list(self.completed),
        )
        assert found == [(len(self.completed),)]

    @invariant()
    def the_daemons_that_believe_truly_to_own_a_row_do(self) -> None:
        live = self.sql("SELECT claim_token FROM meta.daemon_action_log WHERE lease_until > clock_timestamp()")  # fmt: skip
        assert {token for (token,) in live} == {one.claim.token for one in self.held if one.alive}

    @invariant()
    def a_tick_is_never_forgotten(self) -> None:
        for held in self.held:
            if held.alive and held.plan is not None:
                [(plan,)] = self.sql(
                    "SELECT plan FROM meta.daemon_action_log WHERE log_id = %(log_id)s",
                    log_id=held.claim.log_id,
                )
                assert [effect["state"] for effect in plan["effects"]] == held.states()

    @invariant()
    def no_line_is_covered_that_was_not_told(self) -> None:
        covered = self.sql("SELECT line_id FROM meta.daemon_summary_lines WHERE covered_by IS NOT NULL")  # fmt: skip
        assert {line for (line,) in covered} <= {line for line, times in self.told.items() if times}


def test_whatever_daemons_crashes_and_people_do_nothing_is_done_or_told_twice(
    database: Database,
) -> None:
    machine = type("Machine", (Daemons,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
