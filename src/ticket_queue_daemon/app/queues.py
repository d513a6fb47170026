"""One queue at work: its settings over those of the process, its actions, its passes."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.resting import PauseWatch, rests
from ticket_queue_daemon.app.safety import bounds_of
from ticket_queue_daemon.assets.lookup import RunAssets
from ticket_queue_daemon.clock import waking
from ticket_queue_daemon.engine.allowing import allowed_kinds, check_actions
from ticket_queue_daemon.engine.cycle import Cycle
from ticket_queue_daemon.engine.explaining import Explanation, explain
from ticket_queue_daemon.engine.keys import bind
from ticket_queue_daemon.engine.line import Limits
from ticket_queue_daemon.engine.lone_ticket import lone_reader
from ticket_queue_daemon.engine.queue import Queue
from ticket_queue_daemon.engine.recorder import Recorder
from ticket_queue_daemon.engine.rehearsal import Rehearsal
from ticket_queue_daemon.engine.report import BaselineReport, RunReport
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.events import RunFailed
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.review.pausing import Pausing
from ticket_queue_daemon.store.corrections import Corrections
from ticket_queue_daemon.store.recordings import Recordings
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.engine.expected import Expected
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.outside.post import Outside


class QueueWork:
    """What the process does for one queue; client, database and limits are shared with the others.

    Args:
        app: what is shared.
        settings: the process's, with what the rules file says of this queue.
        actions: in their order.
        outside: the receivers of every queue's actions.

    Raises:
        ConfigError: actions that can't stand together, or that ask for what is not allowed.
    """

    def __init__(
        self, app: App, settings: Settings, actions: Sequence[BaseAction], outside: Outside
    ) -> None:
        self.settings = settings
        self.actions = list(actions)
        self._allowed = allowed_kinds(settings.allowed_effects)
        check_actions(self.actions, self._allowed)
        self.bound = bind(self.actions)
        self._app = app
        self._outside = outside

    @property
    def queue(self) -> Queue:
        """What is watched, with its actions.

        Raises:
            ConfigError: no report is set.
        """
        settings = self.settings
        return Queue(
            number=settings.search_id or settings.required_report_id(),
            is_search=settings.search_id is not None,
            actions=self.bound,
            label=settings.queue_name or "",
            id_column=settings.report_id_column,
            max_new_tickets=settings.max_new_tickets,
            anomaly_factor=settings.anomaly_factor,
            bots=settings.bots,
            recorded=settings.keep_recordings > 0,
        )

    @property
    def name(self) -> str:
        """As the log, the status and the metrics call it."""
        return self.queue.name

    def run_once(
        self,
        *,
        dry_run: bool,
        confirm: Collection[str] = (),
        observer: Observer | None = None,
        stop: threading.Event | None = None,
        expected: Expected | None = None,
    ) -> RunReport:
        """One pass over the queue.

        Args:
            dry_run: show the plans; write nothing, to TDX or to the database. A read-only client
                makes every run a dry run.
            confirm: action ids that may reach more tickets than ``DAEMON_MAX_NEW_TICKETS``.
            observer: is told what happens.
            stop: set it to end the pass after the work in hand.
            expected: work on just this; see ``app/proposing.py``.

        Raises:
            QueuePaused: there is work, and a person has paused the queue.
        """
        stop = stop or threading.Event()
        with waking(self._app.clock, stop):
            return self.one_pass(
                dry_run=dry_run,
                confirm=confirm,
                observer=observer,
                stopping=stop.is_set,
                expected=expected,
            )

    def one_pass(
        self,
        *,
        dry_run: bool,
        confirm: Collection[str],
        observer: Observer | None,
        stopping: Callable[[], bool],
        expected: Expected | None = None,
    ) -> RunReport:
        """As ``run_once``; who calls it sees to it that waits end when ``stopping`` says so."""
        hooks = Hooks(one for one in (observer, self._recorder) if one is not None)
        app = self._app
        try:
            app.check_instance()
            client = app.tdx
            dry_run = dry_run or client.read_only
            # A dry run writes nothing, not even that it takes its part of TDX's limits.
            ledger = None if dry_run else app.ledger
            if not dry_run:
                stopping = PauseWatch(app.orders, self.name, stopping)
            with app.guard.over_a_run(dry_run=dry_run), client.sharing_limits(ledger):
                return self._cycle.run(
                    dry_run=dry_run,
                    confirmed=confirm,
                    observer=hooks,
                    stopping=stopping,
                    expected=expected,
                )
        except Exception as error:
            hooks.on_event(RunFailed(self.name, error))
            raise

    def baseline(self, only: Collection[str] = ()) -> BaselineReport:
        """Mark the tickets now in the queue as done for its actions; TDX is not changed.

        Args:
            only: the ids of the actions that are meant; empty: all.
        """
        queue, app = self.queue, self._app
        client, tracker = app.tdx, app.tracker
        app.check_instance()
        found = queue.tickets(client)
        keys = [
            bound.key
            for bound in self.bound
            if not bound.key.summarises and (not only or bound.key.action_id in only)
        ]
        tracker.bind_instance(client.instance)
        tracker.register_actions(queue.keys)
        rows = tracker.baseline(queue.name, found.ids, keys, "baseline command")
        return BaselineReport(tickets=len(found.ids), rows=rows)

    def explain(self, ticket_id: int) -> Explanation:
        """Why the configured actions did what they did to a ticket, and what they would do now.

        Of what only another queue does, nothing is told.

        Raises:
            InstanceMismatch: the database belongs to another TDX instance.
            TdxError: TDX is away, or the ticket is known to nobody.
        """
        app = self._app
        app.check_instance()
        elsewhere = app.action_ids - {bound.key.action_id for bound in self.bound}
        rows = [
            row
            for row in app.tracker.get_ticket_actions(ticket_id)
            if row["action_id"] not in elsewhere
        ]
        lines = Reports(app.database).open_lines(ticket_id)
        app.tdx.check_applications()
        paused, _ = self._paused(dry_run=True)
        reader = lone_reader(
            app.tdx,
            app.tracker,
            ticket_id,
            RunAssets(app.keeper, dry_run=True),
            paused,
            self.queue if self.settings.report_id or self.settings.search_id else None,
            self._allowed,
        )
        return explain(reader, self.bound, rows, lines, app.clock.now(), Rehearsal(app.tracker))

    @cached_property
    def _cycle(self) -> Cycle:
        app, settings = self._app, self.settings
        return Cycle(
            tdx=app.tdx,
            outside=self._outside,
            tracker=app.tracker,
            clock=app.clock,
            queue=self.queue,
            limits=Limits(
                lease_seconds=settings.lease_seconds,
                retry_seconds=settings.retry_seconds,
                max_attempts=settings.max_attempts,
                settle_seconds=settings.settle_seconds,
            ),
            workers=settings.workers,
            assets=app.keeper,
            prepare=self._work_begins,
            paused=self._paused,
            rests=lambda: rests(app.orders, self.name),
            bounds=bounds_of(settings, app.tracker),
            reading=self._recorder.reader,
        )

    @cached_property
    def _recorder(self) -> Recorder:
        kept = Recordings(self._app.database)
        return Recorder(kept, self.settings.keep_recordings, self._app.clock, lambda: self.bound)

    def _work_begins(self) -> Sequence[str]:
        client = self._app.tdx
        client.work_begins()
        notes = client.check_applications().notes
        self._app.guard.remember()
        return notes

    def _paused(self, dry_run: bool) -> tuple[dict[str, str], list[str]]:
        """The patterns that rest in a run, judged anew before a real one."""
        settings = self.settings
        pausing = Pausing(
            Corrections(self._app.database),
            least=settings.min_pattern_precision,
            tickets=settings.pattern_tickets,
            days=settings.pattern_days,
        )
        return pausing.before_run(self._app.clock.now(), dry_run=dry_run)


def named(queues: Sequence[QueueWork], name: str) -> QueueWork:
    """The queue that a person means: by its name, or by ``report:1344`` though it has another.

    Raises:
        ConfigError: there is none.
    """
    for one in queues:
        if one.name.casefold() == name.casefold() or name == replace(one.queue, label="").name:
            return one
    there = ", ".join(one.name for one in queues)
    raise ConfigError(f"There is no queue {name}.", f"There are: {there}.")
