"""One pass over a queue: poll the report, ask what is pending, hand each ticket to a worker.

An unchanged report costs one API call and one query, whatever its length.
"""

from __future__ import annotations

import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.assets.lookup import RunAssets
from ticket_queue_daemon.effects.base import Doors
from ticket_queue_daemon.engine import guard
from ticket_queue_daemon.engine.anomaly import Sifted, Watch
from ticket_queue_daemon.engine.checkpoints import Checkpoint, reach
from ticket_queue_daemon.engine.dry_run import preview
from ticket_queue_daemon.engine.leases import LeaseKeeper
from ticket_queue_daemon.engine.line import Limits, Line, TdxAway
from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.engine.report import PlanView, RunReport, Tally
from ticket_queue_daemon.engine.silence import Silence
from ticket_queue_daemon.engine.ticket import TicketWork
from ticket_queue_daemon.errors import BlastRadiusError, Stopped
from ticket_queue_daemon.observe.events import (
    STOPPED_ON_REQUEST,
    Note,
    ReportRead,
    RunFinished,
    RunStarted,
    TicketsPending,
)
from ticket_queue_daemon.rules.facts import QueueFact
from ticket_queue_daemon.tdx.directory import Directory
from ticket_queue_daemon.tdx.reportrows import TicketIds, ticket_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.assets.keeper import AssetKeeper
    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.outside.post import Outside
    from ticket_queue_daemon.store.rows import ActionKey, Pending
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient


ODD_ROWS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Queue:
    """A watched report with its ordered actions."""

    report_id: int
    actions: Sequence[BoundAction]
    id_column: str | None = None
    max_new_tickets: int = 50
    anomaly_factor: float = 0.0
    bots: Collection[str] = ()

    @property
    def name(self) -> str:
        """``report:1344``."""
        return f"report:{self.report_id}"

    @property
    def keys(self) -> list[ActionKey]:
        """The actions as the tracker knows them."""
        return [bound.key for bound in self.actions]

    @property
    def reads_rows(self) -> bool:
        """Whether any condition asks for the report's columns."""
        conditions = [bound.rule.when for bound in self.actions]
        return any(when is not None and "row" in when.needs for when in conditions)

    def acting(self, now: datetime) -> list[ActionKey]:
        """Those whose schedule is open."""
        return [bound.key for bound in self.actions if bound.acts_at(now)]


@dataclass(slots=True)
class Cycle:
    """Passes over one queue.

    Attributes:
        prepare: called before the first ticket is touched: checks application ids, says notes.
        paused: called once a run that has work: the patterns that rest and why; it may judge them
            first, and gives a sentence for each that it paused. Told whether the run is a dry one.
        stopping: asked between tickets; True ends the pass after the work in hand.
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
    breaker: guard.CircuitBreaker = field(default_factory=guard.CircuitBreaker)
    silence: Silence = field(default_factory=Silence)
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
    ) -> RunReport:
        """One pass.

        Raises:
            ReportError: the report can't be read as a list of tickets; nothing is concluded.
            BlastRadiusError: refused before any ticket was touched.
            StoreError: the database is away.
            TdxError: TDX is away.
        """
        run_id, started = uuid.uuid4(), self.clock.monotonic()
        traffic = Traffic(self.tdx)
        observer.on_event(RunStarted(run_id, self.queue.name, dry_run))
        found = self._poll()
        notes = [*found.notes, *_odd_rows(found), *self._blind(found)]
        observer.on_event(ReportRead(len(found.ids), tuple(notes)))
        sifted = self._pending(found, observer, confirmed, dry_run=dry_run)
        work = _by_ticket(sifted.pending)
        observer.on_event(TicketsPending(len(work)))
        tally, plans, stopped = Tally(), [], ""
        if work:
            ready = self._get_ready(sifted.pending, dry_run=dry_run, confirmed=confirmed)
            read, told = self._readers(found, dry_run=dry_run, stopping=stopping)
            notes += _said([*ready, *told], observer)
            if dry_run:
                plans = self._preview(work, read, tally)
            else:
                stopped, waiting = self._carry_out(
                    work, read, found, run_id, tally, observer, stopping
                )
                notes += _said(waiting, observer)
        finished = RunReport(
            run_id=run_id,
            dry_run=dry_run,
            found=len(found.ids),
            pending=len(work),
            seconds=self.clock.monotonic() - started,
            **{**tally.figures(), **traffic.figures(), "held_back": sifted.held},
            notes=(*sifted.notes, *notes),
            plans=tuple(plans),
            stopped=stopped,
        )
        observer.on_event(RunFinished(finished))
        return finished

    def _poll(self) -> TicketIds:
        """One report call. What can't be read is raised and never taken for an empty queue."""
        report = self.tdx.reports.run(self.queue.report_id, id_column=self.queue.id_column)
        return ticket_ids(report, self.queue.id_column, with_rows=self.queue.reads_rows)

    def _pending(
        self, found: TicketIds, observer: Observer, confirmed: Collection[str], *, dry_run: bool
    ) -> Sifted:
        """What is to be done, without the actions that are held back."""
        acting = self.queue.acting(self.clock.now())
        pending = self.tracker.pending(self.queue.name, found.ids, acting, found.modified)
        reach(Checkpoint.POLLED)
        return self.watch.sift(pending, observer, confirmed=confirmed, dry_run=dry_run)

    def _blind(self, found: TicketIds) -> list[str]:
        """What to say when an action asks to look again, and the report can't tell when."""
        if found.modified is not None or not any(key.on_update for key in self.queue.keys):
            return []
        note = (
            f"Report {self.queue.report_id} has no modified date, so no ticket that was skipped is "
            'looked at again (reevaluate="on_update"). Add the column Modified to the report.'
        )
        return [note]

    def _get_ready(
        self, pending: Sequence[Pending], *, dry_run: bool, confirmed: Collection[str]
    ) -> list[str]:
        """What must hold before the first ticket is touched; only asked when there is work."""
        notes: list[str] = []
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
            notes.append(f"A real run would be refused. {error.message}")
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
        queue = QueueFact(self.queue.name, self.queue.report_id)

        def read(ticket_id: int) -> TicketReader:
            return TicketReader(
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
            )

        return read, told

    def _preview(
        self, work: dict[int, list[str]], read: Callable[[int], TicketReader], tally: Tally
    ) -> list[PlanView]:
        def one(ticket_id: int) -> list[PlanView]:
            views, outcomes = preview(read(ticket_id), self.queue.actions, work[ticket_id])
            tally.add(outcomes)
            return views

        with ThreadPoolExecutor(self.workers, thread_name_prefix="preview") as pool:
            return [view for views in pool.map(one, work) for view in views]

    def _carry_out(
        self,
        work: dict[int, list[str]],
        read: Callable[[int], TicketReader],
        found: TicketIds,
        run_id: uuid.UUID,
        tally: Tally,
        observer: Observer,
        stopping: Callable[[], bool],
    ) -> tuple[str, Sequence[str]]:
        """Work on every ticket; returns why the pass ended early, or "", and what waits for the next."""
        was_open = self.tracker.circuit_is_open(self.queue.name)
        self.breaker.begin_run(was_open=was_open)
        with LeaseKeeper(self.tracker, self.clock, self.limits.lease_seconds) as leases:
            line = Line(
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
            )
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
                    self.breaker.count(failed="failed" in outcomes)

            stopped = self._hand_out(iter(work), one, stopping)
        if self.breaker.is_open:
            self.tracker.open_circuit(self.queue.name, stopped)
        elif was_open and not self.breaker.probing:
            self.tracker.close_circuit(self.queue.name)
        if not stopped:
            self.watch.record(run_id)
        return stopped, line.share.notes(self.queue.actions)

    def _hand_out(
        self, tickets: Iterator[int], one: Callable[[int], None], stopping: Callable[[], bool]
    ) -> str:
        """Keep the workers busy, never further ahead than one ticket each.

        An error that concerns every ticket (database or TDX away) ends the pass: what is in hand
        is finished or given back first, then it is raised.
        """
        running: set[Future[None]] = set()
        with ThreadPoolExecutor(self.workers, thread_name_prefix="ticket") as pool:
            while self.breaker.probing and not stopping() and (probe := next(tickets, None)):
                one(probe)
            while not stopping() and not self.breaker.is_open:
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
        return STOPPED_ON_REQUEST if stopping() else ""


class Traffic:
    """What a pass asks of TDX, from the moment that this is made."""

    def __init__(self, tdx: TdxClient) -> None:
        self._tdx = tdx
        self._before = self._so_far()

    def figures(self) -> dict[str, Any]:
        """For the report: ``calls`` by route, ``refused`` (429), and ``waited`` for places, in seconds."""
        calls, refused, waited = self._so_far()
        before = self._before
        made = {route: count - before[0].get(route, 0) for route, count in calls.items()}
        return {
            "calls": {route: count for route, count in made.items() if count},
            "refused": refused - before[1],
            "waited": waited - before[2],
        }

    def _so_far(self) -> tuple[Mapping[str, int], int, float]:
        limits = self._tdx.rate_limits()
        return (
            self._tdx.call_counts(),
            sum(one.refused for one in limits),
            sum(one.waited for one in limits),
        )


def _raise_first(futures: Iterable[Future[None]], stopping: Callable[[], bool]) -> None:
    """Raise what a worker met, but not that it was told to stop in the middle of a wait."""
    for future in futures:
        try:
            future.result()
        except TdxAway:
            if not stopping():
                raise


def _said(notes: Sequence[str], observer: Observer) -> Sequence[str]:
    for note in notes:
        observer.on_event(Note("warning", note))
    return notes


def _odd_rows(found: TicketIds) -> list[str]:
    """What is wrong with the report's rows, in sentences; the good rows are worked on."""
    notes = []
    if found.bad_rows:
        some = "; ".join(
            f"row {bad.index + 1}: {bad.reason}" for bad in found.bad_rows[:ODD_ROWS_SHOWN]
        )
        notes.append(f"{len(found.bad_rows)} rows name no ticket and were left out ({some}).")
    if found.duplicates:
        notes.append(f"{found.duplicates} rows name a ticket again; each ticket counts once.")
    return notes


def _by_ticket(pending: Sequence[Pending]) -> dict[int, list[str]]:
    """Action ids by ticket, in the order of the poll."""
    work: dict[int, list[str]] = {}
    for one in pending:
        work.setdefault(one.ticket_id, []).append(one.action_id)
    return work
