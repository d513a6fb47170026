"""An undo's pass over its tickets: each goes down the straight line with undos for actions."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.dry_run import preview
from ticket_queue_daemon.engine.keys import bind
from ticket_queue_daemon.engine.leases import LeaseKeeper
from ticket_queue_daemon.engine.line import Limits, Line
from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.engine.rehearsal import Rehearsal
from ticket_queue_daemon.engine.report import PlanView, RunReport, Tally
from ticket_queue_daemon.engine.ticket import TicketWork
from ticket_queue_daemon.errors import Stopped
from ticket_queue_daemon.observe.events import RunFinished, RunStarted, TicketsPending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ticket_queue_daemon.assets.lookup import RunAssets
    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.effects.base import Doors
    from ticket_queue_daemon.engine.bounds import Bounds
    from ticket_queue_daemon.engine.undo_action import UndoAction
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.tracker import StateTracker

NO_QUEUE = "undo"
"""What an undo runs under when the row that it takes back names no queue."""


@dataclass(slots=True)
class UndoRun:
    """One pass.

    Attributes:
        work: the undos of each ticket, in order.
        stopping: asked between tickets; True ends the pass after the work in hand.
        bounds: what holds in every pass holds in this one.
    """

    doors: Doors
    tracker: StateTracker
    clock: Clock
    limits: Limits
    workers: int
    assets: RunAssets
    observer: Observer
    stopping: Callable[[], bool]
    work: Mapping[int, Sequence[UndoAction]]
    bounds: Bounds

    def carry_out(self) -> RunReport:
        """Take back.

        Raises:
            StoreError, TdxError: the database or TDX is away; the rest waits for another undo.
        """
        run_id, tally, began = uuid.uuid4(), Tally(), self.clock.monotonic()
        self.observer.on_event(RunStarted(run_id, NO_QUEUE, dry_run=False))
        self.observer.on_event(TicketsPending(len(self.work)))
        with (
            LeaseKeeper(self.tracker, self.clock, self.limits.lease_seconds) as leases,
            ThreadPoolExecutor(self.workers, thread_name_prefix="undo") as pool,
        ):

            def one(ticket_id: int) -> None:
                if not self.stopping():
                    tally.add(self._on(ticket_id, run_id, leases))

            self.bounds.cap.begin_run()
            list(pool.map(self.bounds.cap.around(one), self.work))
        figures: dict[str, Any] = tally.figures()
        report = RunReport(
            run_id=run_id,
            queue=NO_QUEUE,
            dry_run=False,
            found=len(self.work),
            pending=len(self.work),
            seconds=self.clock.monotonic() - began,
            stopped=self.bounds.cap.story,
            **figures,
        )
        self.observer.on_event(RunFinished(report))
        return report

    def _on(self, ticket_id: int, run_id: uuid.UUID, leases: LeaseKeeper) -> Sequence[str]:
        undos = self.work[ticket_id]
        line = Line(
            tdx=self.doors.tdx,
            doors=self.doors,
            tracker=self.tracker,
            clock=self.clock,
            # The daemon that serves this queue takes up what a killed undo leaves half done.
            queue=undos[0].row.queue or NO_QUEUE,
            run_id=run_id,
            limits=self.limits,
            leases=leases,
            observer=self.observer,
            actions=bind(undos),
            stopping=self.stopping,
        )
        try:
            return TicketWork(line, self._reader(ticket_id)).run(
                [one.get_action_id() for one in undos]
            )
        except Stopped:
            return ()

    def preview(self) -> list[PlanView]:
        """What would be taken back; nothing is sent or written."""
        rehearsal = Rehearsal(self.tracker)

        def one(ticket_id: int) -> list[PlanView]:
            undos = self.work[ticket_id]
            ids = [one.get_action_id() for one in undos]
            return preview(self._reader(ticket_id), bind(undos), ids, rehearsal)[0]

        with ThreadPoolExecutor(self.workers, thread_name_prefix="preview") as pool:
            return [view for views in pool.map(one, self.work) for view in views]

    def _reader(self, ticket_id: int) -> TicketReader:
        return TicketReader(
            self.doors.tdx,
            ticket_id,
            self.assets,
            ours=self.tracker.our_assets,
            allowed=self.bounds.allowed,
        )
