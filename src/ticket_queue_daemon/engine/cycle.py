"""One pass over a queue: poll the report, ask what is pending, hand each ticket to a worker.

An unchanged report costs one API call and one query, whatever its length.
"""

from __future__ import annotations

import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.assets.lookup import RunAssets
from ticket_queue_daemon.effects.base import Doors
from ticket_queue_daemon.engine import guard
from ticket_queue_daemon.engine.anomaly import Sifted, Watch
from ticket_queue_daemon.engine.bounds import Bounds
from ticket_queue_daemon.engine.checkpoints import Checkpoint, reach
from ticket_queue_daemon.engine.dry_run import preview
from ticket_queue_daemon.engine.leases import LeaseKeeper
from ticket_queue_daemon.engine.line import Limits, Line, TdxAway
from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.engine.recalling import restored
from ticket_queue_daemon.engine.rehearsal import Rehearsal
from ticket_queue_daemon.engine.remarks import blind, odd_rows, said
from ticket_queue_daemon.engine.report import PlanView, RunReport, Tally
from ticket_queue_daemon.engine.silence import Silence
from ticket_queue_daemon.engine.ticket import TicketWork
from ticket_queue_daemon.engine.traffic import Traffic
from ticket_queue_daemon.errors import BlastRadiusError, QueuePaused, Stopped
from ticket_queue_daemon.observe.events import (
    STOPPED_ON_REQUEST,
    ReportRead,
    RunFinished,
    RunStarted,
    TicketFinished,
    TicketsPending,
    TicketStarted,
)
from ticket_queue_daemon.tdx.directory import Directory
from ticket_queue_daemon.tdx.turns import on_behalf_of, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from ticket_queue_daemon.assets.keeper import AssetKeeper
    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.engine.expected import Expected
    from ticket_queue_daemon.engine.queue import Queue
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.outside.post import Outside
    from ticket_queue_daemon.store.recovery import Lost
    from ticket_queue_daemon.store.rows import Pending
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.reportrows import TicketIds


@dataclass(slots=True)
class Cycle:
    """Passes over one queue.

    Attributes:
        prepare: called before the first ticket is touched: checks application ids, says notes.
        paused: called once a run that has work: the patterns that rest and why; it may judge them
            first, and gives a sentence for each that it paused. Told whether the run is a dry one.
        rests: asked when there is work: why the queue is paused, or "".
        stopping: asked between tickets; True ends the pass after the work in hand.
        bounds: what holds whatever the actions want.
        reading: makes a ticket's reader.
    """

    tdx: TdxClient
    outside: Outside
    tracker: StateTracker
    clock: Clock
    queue: Queue
    limits: Limits
    workers: int
    assets: AssetKeeper
    prepare: Callable[[], Sequence[str]]
    paused: Callable[[bool], tuple[Mapping[str, str], Sequence[str]]] = lambda _: ({}, ())
    rests: Callable[[], str] = lambda: ""
    breaker: guard.CircuitBreaker = field(default_factory=guard.CircuitBreaker)
    silence: Silence = field(default_factory=Silence)
    bounds: Bounds = field(default_factory=Bounds)
    reading: Callable[..., TicketReader] = TicketReader
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        """Watch the sizes of this queue's runs."""
        self.watch = Watch(self.tracker, self.queue)

    def run(
        self,
        *,
        dry_run: bool,
        confirmed: Collection[str],
        observer: Observer,
        stopping: Callable[[], bool],
        expected: Expected | None = None,
    ) -> RunReport:
        """One pass, over what is ``expected`` or all that is pending.

        Raises:
            ReportError: the report can't be read as a list of tickets; nothing is concluded.
            BlastRadiusError, QueuePaused: refused before any ticket was touched.
            StoreError, TdxError: the database or TDX is away.
        """
        with on_behalf_of(self.queue.name):
            return self._run(
                dry_run=dry_run,
                confirmed=confirmed,
                observer=observer,
                stopping=stopping,
                expected=expected,
            )

    def _run(
        self,
        *,
        dry_run: bool,
        confirmed: Collection[str],
        observer: Observer,
        stopping: Callable[[], bool],
        expected: Expected | None,
    ) -> RunReport:
        run_id, started = uuid.uuid4(), self.clock.monotonic()
        traffic = Traffic(self.tdx, self.queue.name)
        observer.on_event(RunStarted(run_id, self.queue.name, dry_run))
        found = self._poll()
        notes = [*self.bounds.remarks, *found.notes, *odd_rows(found), *blind(self.queue, found)]
        observer.on_event(ReportRead(len(found.ids), tuple(notes)))
        sifted = self._pending(found, observer, confirmed, expected, dry_run=dry_run)
        work = _by_ticket(sifted.pending)
        observer.on_event(TicketsPending(len(work)))
        tally, stopped, plans = Tally(), "", list[PlanView]()
        if work:
            ready = self._get_ready(sifted.pending, dry_run=dry_run, confirmed=confirmed)
            read, told = self._readers(found, dry_run=dry_run, stopping=stopping)
            notes += said([*ready, *told], observer)
            if dry_run:
                stopped, waiting = self._preview(work, read, tally, observer, stopping, plans)
            else:
                stopped, waiting = self._carry_out(
                    work, read, found, run_id, tally, observer, stopping, expected
                )
            notes += said(waiting, observer)
        finished = RunReport(
            run_id=run_id,
            queue=self.queue.name,
            dry_run=dry_run,
            found=len(found.ids),
            pending=len(work),
            seconds=self.clock.monotonic() - started,
            **{**tally.figures(), **traffic.figures(), "held_back": sifted.held},
            notes=(*sifted.notes, *notes),
            plans=tuple(plans),
            tickets=tuple(found.ids),
            stopped=stopped,
        )
        observer.on_event(RunFinished(finished))
        return finished

    def _poll(self) -> TicketIds:
        """What can't be read is raised and never taken for an empty queue."""
        return self.queue.tickets(self.tdx)

    def _pending(
        self,
        found: TicketIds,
        observer: Observer,
        confirmed: Collection[str],
        expected: Expected | None,
        *,
        dry_run: bool,
    ) -> Sifted:
        """What is to be done, without the actions that are held back."""
        acting = self.queue.acting(self.clock.now())
        pending = self.tracker.pending(self.queue.name, found.ids, acting, found.modified)
        reach(Checkpoint.POLLED)
        if expected is not None:
            pending = expected.only(pending)
        return self.watch.sift(pending, observer, confirmed=confirmed, dry_run=dry_run)

    def _get_ready(
        self, pending: Sequence[Pending], *, dry_run: bool, confirmed: Collection[str]
    ) -> list[str]:
        """What must hold before the first ticket is touched; only asked when there is work."""
        notes: list[str] = []
        if told := self.rests():
            if not dry_run:
                raise QueuePaused(told)
            notes.append(f"A real run would do nothing. {told}")
        try:
            guard.check_blast_radius(
                pending,
                self.queue.actions,
                self.tracker,
                max_new_tickets=self.queue.max_new_tickets,
                confirmed=confirmed,
            )
        except BlastRadiusError as error:
            if not dry_run:
                raise
            notes.append(f"{guard.WOULD_BE_REFUSED}{error.message}")
        notes += self.prepare()
        if not dry_run:
            # Only now has TDX answered: a mistyped address must not bind the database.
            self.tracker.bind_instance(self.tdx.instance)
            self.tracker.register_actions(self.queue.keys)
        return notes

    def _readers(
        self, found: TicketIds, *, dry_run: bool, stopping: Callable[[], bool]
    ) -> tuple[Callable[[int], TicketReader], Sequence[str]]:
        """What makes a reader for each ticket, and a sentence for each pattern paused just now."""
        paused, told = self.paused(dry_run)
        assets = RunAssets(self.assets, dry_run=dry_run, stopping=stopping)
        directory = Directory(self.tdx)
        queue = self.queue.fact

        def read(ticket_id: int) -> TicketReader:
            return self.reading(
                self.tdx,
                ticket_id,
                assets,
                ours=self.tracker.our_assets,
                paused=paused,
                labs=self.tracker.hub_labs,
                directory=directory,
                row=found.rows.get(ticket_id),
                queue=queue,
                bots=self.queue.bots,
                statuses=self.tracker.statuses,
                silence=self.silence,
                allowed=self.bounds.allowed,
            )

        return read, told

    def _preview(
        self,
        work: dict[int, list[str]],
        read: Callable[[int], TicketReader],
        tally: Tally,
        observer: Observer,
        stopping: Callable[[], bool],
        plans: list[PlanView],
    ) -> tuple[str, Sequence[str]]:
        """Look at every ticket, and add to ``plans``; answers as ``_carry_out`` does."""
        actions, rehearsal = self.queue.actions, Rehearsal(self.tracker)

        def one(ticket_id: int) -> list[PlanView]:
            if stopping():
                return []
            observer.on_event(TicketStarted(ticket_id))
            views, outcomes = preview(read(ticket_id), actions, work[ticket_id], rehearsal)
            tally.add(outcomes)
            observer.on_event(TicketFinished(ticket_id))
            return views

        with self._pool("preview") as pool:
            plans += [view for views in pool.map(one, work) for view in views]
        return STOPPED_ON_REQUEST if stopping() else "", rehearsal.share.notes(actions)

    def _carry_out(
        self,
        work: dict[int, list[str]],
        read: Callable[[int], TicketReader],
        found: TicketIds,
        run_id: uuid.UUID,
        tally: Tally,
        observer: Observer,
        stopping: Callable[[], bool],
        expected: Expected | None,
    ) -> tuple[str, Sequence[str]]:
        """Work on every ticket; returns why the pass ended early, or "", and what waits for the next."""
        was_open = self.tracker.circuit_is_open(self.queue.name)
        self.breaker.begin_run(was_open=was_open)
        cap = self.bounds.cap
        with LeaseKeeper(self.tracker, self.clock, self.limits.lease_seconds) as leases:
            line = self._line(run_id, leases, observer, stopping, expected)
            dates = found.modified or {}

            def one(ticket_id: int) -> None:
                ticket = TicketWork(line, read(ticket_id), dates.get(ticket_id))
                ticket.shared |= {"run_id": str(run_id), "stopping": stopping}
                try:
                    outcomes = ticket.run(work[ticket_id])
                except Stopped:
                    # Broken off before anything was sent, and given back.
                    return
                tally.add(outcomes)
                # A ticket that another daemon has in its hands tells nothing.
                if set(outcomes) - {"lease_lost"}:
                    # A rule that can't be decided sends nothing, and is no reason to stop the others.
                    self.breaker.count(failed=outcomes.count("failed") > ticket.undecided)

            cap.begin_run()
            stopped = self._hand_out(iter(work), cap.around(one), stopping)
        if self.breaker.is_open:
            self.tracker.open_circuit(self.queue.name, stopped)
        elif was_open and not self.breaker.probing:
            self.tracker.close_circuit(self.queue.name)
        if not stopped:
            self.watch.record(run_id, None if expected is None else expected.action_ids)
        return stopped, line.share.notes(self.queue.actions)

    def _line(
        self,
        run_id: uuid.UUID,
        leases: LeaseKeeper,
        observer: Observer,
        stopping: Callable[[], bool],
        expected: Expected | None,
    ) -> Line:
        return Line(
            tdx=self.tdx,
            doors=Doors(self.tdx, self.outside),
            tracker=self.tracker,
            clock=self.clock,
            queue=self.queue.name,
            run_id=run_id,
            limits=self.limits,
            leases=leases,
            observer=observer,
            actions=self.queue.actions,
            stopping=stopping,
            expected=expected,
            lost=self._lost(observer),
        )

    def _pool(self, name: str) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(
            self.workers, name, initializer=serve, initargs=(self.queue.name,)
        )

    def _lost(self, observer: Observer) -> Lost | None:
        """What a restored log may not know; asked before anything is claimed."""
        lost = self.tracker.lost()
        said([restored(lost)] if lost and lost.noticed else [], observer)
        return lost

    def _hand_out(
        self, tickets: Iterator[int], one: Callable[[int], None], stopping: Callable[[], bool]
    ) -> str:
        """Keep the workers busy, never further ahead than one ticket each.

        An error that concerns every ticket (database or TDX away) ends the pass: what is in hand
        is finished or given back first, then it is raised.
        """
        cap = self.bounds.cap

        def ended() -> bool:
            return stopping() or bool(cap.story)

        running: set[Future[None]] = set()
        with self._pool("ticket") as pool:
            while self.breaker.probing and not ended() and (probe := next(tickets, None)):
                one(probe)
            while not ended() and not self.breaker.is_open:
                for ticket_id in tickets:
                    running.add(pool.submit(one, ticket_id))
                    if len(running) >= self.workers:
                        break
                if not running:
                    break
                done, running = wait(running, return_when=FIRST_COMPLETED)
                _raise_first(done, stopping)
        _raise_first(running, stopping)
        if self.breaker.is_open:
            return self.breaker.story()
        return STOPPED_ON_REQUEST if stopping() else cap.story


def _raise_first(futures: Iterable[Future[None]], stopping: Callable[[], bool]) -> None:
    """Raise what a worker met, but not that it was told to stop in the middle of a wait."""
    for future in futures:
        try:
            future.result()
        except TdxAway:
            if not stopping():
                raise


def _by_ticket(pending: Sequence[Pending]) -> dict[int, list[str]]:
    """Action ids by ticket, in the order of the poll."""
    work: dict[int, list[str]] = {}
    for one in pending:
        work.setdefault(one.ticket_id, []).append(one.action_id)
    return work
