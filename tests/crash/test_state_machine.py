"""Whatever happens in whatever order: no effect twice, none lost, no summary line twice or lost.

Hypothesis throws kills, lost answers, outages of TDX and of the database, jumps of the clock, config
edits, leases that run out, new tickets and late answers of their requestors at a daemon, and at the
end lets it run in peace. The simulator's journal is the judge.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desk import Desk
from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    CommentAction,
    SummaryCommentAction,
    TicketFacade,
)
from ticket_queue_daemon.engine import checkpoints
from ticket_queue_daemon.errors import DaemonError, StoreError
from ticket_queue_daemon.simulator.server import SimulatorServer
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = [point for point in checkpoints.Checkpoint if point is not checkpoints.Checkpoint.POLLED]
FAULTS = ["drop_before", "drop_after", "status_after", "garbage", "truncated", "expire_token"]
ROUTES = [r"/feed$", r"/assets/\{assetId\}$"]
# Everything that one world leaves behind; the next one has other machines under the same ids.
FORGET = """
DO $$
DECLARE leftover regclass;
BEGIN
    FOR leftover IN
        SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace IN ('meta'::regnamespace, 'bronze'::regnamespace)
          AND relname NOT IN ('daemon_migrations', 'daemon_action_history')
    LOOP
        EXECUTE format('TRUNCATE %s CASCADE', leftover);
    END LOOP;
    DELETE FROM meta.daemon_action_history;
    INSERT INTO meta.daemon_asset_index DEFAULT VALUES;
END
$$
"""


class Killed(BaseException):
    """The process is gone: nothing that it would still have done is done."""


class Armed:
    """A checkpoint that kills at the nth passing; afterwards this daemon's database is shut."""

    def __init__(self, point: checkpoints.Checkpoint, nth: int, grave: Grave) -> None:
        self.point, self.left, self.grave = point, nth, grave

    def pass_by(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.grave.dead = True
            raise Killed


class Jump:
    """A checkpoint at which the machine sleeps, or its clock is set, at the nth passing."""

    def __init__(self, point: checkpoints.Checkpoint, nth: int, jump: Any) -> None:
        self.point, self.left, self.jump = point, nth, jump

    def pass_by(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.jump()


class Grave:
    """Faults of the database, for this process."""

    def __init__(self) -> None:
        self.dead = False
        self.fail_at: int | None = None
        self.executed = False
        self.count = 0

    def rows(self, real: Any, database: Database, statement: Any, params: Any) -> Any:
        if self.dead:
            raise StoreError("a dead process sends no statement")
        self.count += 1
        if self.count == self.fail_at:
            if self.executed:
                real(database, statement, params)
            raise StoreError("the connection was lost")
        return real(database, statement, params)


class Tell(CommentAction):
    """A public comment without a reference, and a line for the summary."""

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        super().execute_action(ticket_id, facade, dry_run=dry_run)
        return ActionResult(summary=f"Said {self.comment_text} {self.version}")


class World(RuleBasedStateMachine):
    """One desk, one queue, and bad luck."""

    postgres_url: str
    patch: pytest.MonkeyPatch

    def __init__(self) -> None:
        super().__init__()
        self.eyes = psycopg.connect(self.postgres_url, autocommit=True)
        self.eyes.execute(FORGET)
        self.simulator = SimulatorServer(limits="off").start()
        self.desk = Desk(self.simulator, self.postgres_url)
        self.tickets: dict[int, int] = {}
        self.vague: dict[int, str] = {}
        self.versions = ["v1"]
        self.grave = Grave()
        real, machine = Database.rows, self

        def rows(database: Database, statement: Any, params: Any = None) -> Any:
            return machine.grave.rows(real, database, statement, params)

        self._real_rows = real
        self.patch.setattr(Database, "rows", rows)

    # what happens

    @rule()
    @precondition(lambda self: len(self.tickets) < 4)
    def somebody_opens_a_ticket(self) -> None:
        number = len(self.tickets)
        machine = self.desk.asset(f"IC-LAB{number:04d}-F20", f"LABSERIAL{number:03d}")
        self.tickets[self.desk.ticket(f"{machine.name} is slow").id] = machine.id

    @rule()
    @precondition(lambda self: len(self.tickets) < 4 and not self.vague)
    def somebody_opens_a_ticket_that_names_nothing(self) -> None:
        machine = self.desk.asset("IC-VAGUE01-F20", "VAGUESERIAL01")
        ticket_id = self.desk.ticket("My computer is slow").id
        self.tickets[ticket_id] = machine.id
        self.vague[ticket_id] = machine.name

    @rule()
    @precondition(lambda self: self.vague)
    def the_requestor_answers(self) -> None:
        self._say(next(iter(self.vague)), "Hello? Anybody?")

    @rule()
    @precondition(lambda self: self.vague)
    def the_requestor_names_the_machine(self) -> None:
        ticket_id, name = next(iter(self.vague.items()))
        self._say(ticket_id, f"It is {name}")

    @rule()
    @precondition(lambda self: len(self.versions) < 3)
    def somebody_edits_the_rules(self) -> None:
        self.versions.append(f"v{len(self.versions) + 1}")

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 6))
    def a_run_is_killed(self, point: checkpoints.Checkpoint, nth: int) -> None:
        self.patch.setattr(checkpoints, "_armed", Armed(point, nth, self.grave))
        self._run()

    @rule(effect=st.sampled_from(FAULTS), route=st.sampled_from(ROUTES), nth=st.integers(1, 4))
    def an_answer_is_lost(self, effect: str, route: str, nth: int) -> None:
        more = {"status": 500} if effect == "status_after" else {}
        self.simulator.faults.add(effect, method="POST", route=route, nth=nth, **more)
        self._run()

    @rule(nth=st.integers(2, 30), executed=st.booleans())
    def the_database_fails(self, nth: int, executed: bool) -> None:
        self.grave.fail_at, self.grave.executed = nth, executed
        self._run()

    @rule(times=st.integers(1, 30), chance=st.sampled_from([0.3, 0.7, 1.0]))
    def tdx_is_away_for_a_while(self, times: int, chance: float) -> None:
        self.simulator.faults.add(
            "status_before", route=".", status=503, times=times, probability=chance
        )
        self._run()

    @rule(
        point=st.sampled_from(POINTS),
        nth=st.integers(1, 6),
        asleep=st.sampled_from([100, 100_000]),
        set_by=st.sampled_from([-90_000, 0, 90_000]),
    )
    def the_clock_jumps(
        self, point: checkpoints.Checkpoint, nth: int, asleep: float, set_by: float
    ) -> None:
        """The machine sleeps, past its lease or not, and its wall clock is set meanwhile."""

        def jump() -> None:
            self.clock.sleep(asleep)
            self.clock.set_by += set_by

        self.patch.setattr(checkpoints, "_armed", Jump(point, nth, jump))
        self._run()

    @rule()
    def time_passes(self) -> None:
        self._let_leases_run_out()

    @rule()
    def a_run_goes_well(self) -> None:
        self._run()

    # how it is done

    def _actions(self) -> list[Any]:
        tell = [Tell(comment_text="Hello", version=version) for version in self.versions]
        return [AddAssetAction(reevaluate="on_update"), *tell, SummaryCommentAction()]

    def _run(self) -> None:
        app = None
        try:
            app = self.desk.app(*self._actions(), retry_seconds=0, workers=1, max_attempts=100)
            self.clock = app.clock
            app.run_once(dry_run=False)
        except (DaemonError, Killed):
            pass
        finally:
            self.patch.setattr(checkpoints, "_armed", None)
            self.grave = Grave()
            self.simulator.faults.clear()
            if app is not None:
                app.close()

    def _say(self, ticket_id: int, text: str) -> None:
        self.desk.world.add_feed_entry(ticket_id, text, self.desk.alice)

    def _let_leases_run_out(self) -> None:
        self.eyes.execute(
            "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() "
            "- interval '1 s' WHERE status = 'started'"
        )

    # what must always hold

    @invariant()
    def nothing_is_there_twice(self) -> None:
        attached = Counter(
            (write.ticket_id, write.details["asset_id"])
            for write in self.simulator.journal.writes("asset_attached")
        )
        assert not [pair for pair, count in attached.items() if count > 1]
        for ticket_id in self.tickets:
            assert len(self._said(ticket_id)) <= len(self.versions)
            lines = self._told(ticket_id)
            assert len(lines) == len(set(lines))

    @invariant()
    def completed_is_applied(self) -> None:
        completed = self.eyes.execute(
            "SELECT ticket_id, action_type, count(*) FROM meta.daemon_action_log "
            "WHERE status = 'completed' GROUP BY 1, 2"
        ).fetchall()
        for ticket_id, kind, count in completed:
            if kind == "add_asset":
                assert self.desk.world.assets_on(ticket_id) == [self.tickets[ticket_id]]
            elif kind == "comment":
                assert len(self._said(ticket_id)) >= count
            else:
                assert self._told(ticket_id)

    def _said(self, ticket_id: int) -> list[str]:
        writes = self.simulator.journal.for_ticket(ticket_id, "feed_entry")
        return [one.details["body_sent"] for one in writes if one.details["body_sent"] == "Hello"]

    def _told(self, ticket_id: int) -> list[str]:
        """Every numbered line of every summary on a ticket, without its number."""
        writes = self.simulator.journal.for_ticket(ticket_id, "feed_entry")
        return [
            line.partition(". ")[2]
            for one in writes
            for line in one.details["body_sent"].splitlines()
            if line[:1].isdigit()
        ]

    def teardown(self) -> None:
        """In the end it is left in peace, and everything is as it should be."""
        try:
            for ticket_id, name in self.vague.items():
                self._say(ticket_id, f"It is {name}")
            for _ in range(4):
                self._let_leases_run_out()
                self._run()
            self.nothing_is_there_twice()
            for ticket_id, asset_id in self.tickets.items():
                assert self.desk.world.assets_on(ticket_id) == [asset_id]
                assert len(self._said(ticket_id)) == len(self.versions)
                # The asset's line and one for each version: "Added" in full, or "Done: ..." after
                # a crash in the middle; each told once.
                assert len(self._told(ticket_id)) == 1 + len(self.versions)
            with StateTracker(self.postgres_url) as tracker:
                statuses = tracker.get_action_stats()["by_status"]
            assert set(statuses) <= {"completed"}
        finally:
            self.patch.setattr(Database, "rows", self._real_rows)
            self.desk.close()
            self.simulator.stop()
            self.eyes.close()


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_exactly_once_whatever_happens(database_url: str, patch: pytest.MonkeyPatch) -> None:
    machine = type("Machine", (World,), {"postgres_url": database_url, "patch": patch})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=100 if os.environ.get("CHAOS") == "full" else 15,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
