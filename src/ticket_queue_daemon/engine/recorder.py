"""Keeps, for each ticket that a run worked on, what its decisions were made from.

It reads along: no call to TDX is made for it, and one row is written for each ticket. What goes
wrong here is said once in a run and disturbs nothing.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ticket_queue_daemon.engine.notebook import WHOLE_FEED, Notebook, Step
from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.engine.watching import WatchedAssets, WatchedDirectory
from ticket_queue_daemon.observe.events import RunFinished, RunStarted, TicketFinished
from ticket_queue_daemon.tdx.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.actions.labs import LabRecords
    from ticket_queue_daemon.assets.lookup import RunAssets
    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.observe.events import Event
    from ticket_queue_daemon.store.recordings import Recordings
    from ticket_queue_daemon.tdx.client import TdxClient

PRUNE_SECONDS: Final = 3600.0
"""Between two looks for what is too old; the first is after a process's first run."""

_LOG = logging.getLogger(__name__)

Fact = TypeVar("Fact")


class RecordingReader(TicketReader):
    """A reader that writes down what it answers; see ``TicketReader`` for what it is given."""

    def __init__(
        self,
        tdx: TdxClient,
        ticket_id: int,
        assets: RunAssets,
        *,
        directory: Directory | None = None,
        **rest: Any,
    ) -> None:
        self.notes = Notebook()
        super().__init__(
            tdx,
            ticket_id,
            WatchedAssets(assets, self.notes),
            directory=WatchedDirectory(directory or Directory(tdx), self.notes),
            **rest,
        )
        self.notes.header |= {
            "link": self.ticket_link(ticket_id),
            "row": self.row,
            "paused": self.paused,
            "queue": self.queue,
        }

    def _once(self, what: str, fetch: Callable[[], Fact]) -> Fact:
        value = super()._once(what, fetch)
        # What was said is in the feed; only that nothing was, without a look, is news.
        if what != "conversation":
            self.notes.note(what, value)
        elif WHOLE_FEED not in self.notes.facts:
            self.notes.note(what, [])
        return value

    def forget(self, *whats: str) -> None:
        """A write has changed these."""
        super().forget(*whats)
        self.notes.forget(whats)

    def deciding(
        self,
        action_id: str,
        log_id: UUID,
        occurrence: int,
        due_at: datetime | None,
        lines: Sequence[tuple[int, str]],
    ) -> None:
        """An action is about to decide."""
        now = self.directory.now()
        told = [text for _, text in lines]
        self.notes.begin(Step(action_id, log_id, occurrence, due_at, now, told))

    def own_uid(self) -> str | None:
        """Our own account."""
        uid = super().own_uid()
        self.notes.header["me"] = uid
        return uid

    def lab_records(self) -> LabRecords:
        """What the data hub says."""
        found = super().lab_records()
        self.notes.note("lab records", found)
        return found


class Recorder:
    """Hands out readers that write down, and keeps what they wrote; an observer of the run.

    Args:
        recordings: where they are kept.
        days: how long; 0: nothing is recorded, and what there is is deleted.
        clock: tells when to look for what is too old.
        actions: the rules in force, all of them.
    """

    def __init__(
        self,
        recordings: Recordings,
        days: int,
        clock: Clock,
        actions: Callable[[], Sequence[BoundAction]],
    ) -> None:
        self._actions = actions
        self._recordings = recordings
        self._days = days
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[int, RecordingReader] = {}
        self._run: RunStarted | None = None
        self._pruned_at: float | None = None
        self._told = False

    def reader(
        self, tdx: TdxClient, ticket_id: int, assets: RunAssets, **rest: Any
    ) -> TicketReader:
        """A reader for a ticket of the run under way."""
        if not self._days or self._run is None or self._run.dry_run:
            return TicketReader(tdx, ticket_id, assets, **rest)
        reader = RecordingReader(tdx, ticket_id, assets, **rest)
        reader.notes.header["actions"] = [
            (one.key.action_id, one.action.label, one.key.rule_hash) for one in self._actions()
        ]
        with self._lock:
            self._open[ticket_id] = reader
        return reader

    def on_event(self, event: Event) -> None:
        """Follow the run. Never raises an ``Exception``."""
        try:
            if isinstance(event, RunStarted):
                self._run, self._told = event, False
                self._open.clear()
            elif isinstance(event, TicketFinished):
                self._keep(event.ticket_id)
            elif isinstance(event, RunFinished) and not event.report.dry_run:
                self._prune()
        except Exception as error:  # noqa: BLE001  whatever it is, the work goes on
            self._tell(error)

    def _keep(self, ticket_id: int) -> None:
        with self._lock:
            reader, run = self._open.pop(ticket_id, None), self._run
        if reader is not None and run is not None and reader.notes.steps:
            self._recordings.keep(ticket_id, run.run_id, run.queue, reader.notes.packed())

    def _prune(self) -> None:
        now = self._clock.monotonic()
        if self._pruned_at is not None and now - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = now
        if gone := self._recordings.prune(self._days):
            _LOG.info("%d recordings older than %d days deleted", gone, self._days)

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            _LOG.warning(
                "What decisions are made from is not recorded in this run, so `replay` will not know"
                " of it; all else goes on: %s",
                error,
            )
