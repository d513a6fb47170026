"""A daemon with nothing to do forgets a little of what is old: an observer of its runs."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.observe.events import Event, RunFinished
from ticket_queue_daemon.store.pruning import Pruner

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.store.pool import Database

REST_SECONDS: Final = 6 * 3600.0
"""When nothing is left to forget, or the database refused: so long until it looks again."""
_BATCH: Final = 200
_LOG = logging.getLogger(__name__)


class Tidying:
    """After each run that found no work: one batch of what is older than so many days.

    No copy is kept, and the data hub's table is left alone: that is what ``db prune`` is for.

    Args:
        database: the state.
        clock: whose ``monotonic`` measures the rests.
        days: how old is old; at least the days over which patterns are judged.
    """

    def __init__(self, database: Database, clock: Clock, *, days: int) -> None:
        self._database = database
        self._clock = clock
        self._age = timedelta(days=days)
        self._round: Iterator[Counter[str]] | None = None
        self._forgot = 0
        self._lock = threading.Lock()
        self._rests_until = float("-inf")

    def on_event(self, event: Event) -> None:
        """Forget a batch when a run that was no dry one has ended without work."""
        match event:
            case RunFinished(RunReport(dry_run=False, pending=0)):
                # Another queue's run may have ended in the same moment.
                if self._lock.acquire(blocking=False):
                    try:
                        self._forget_a_little()
                    finally:
                        self._lock.release()

    def _forget_a_little(self) -> None:
        if self._clock.monotonic() < self._rests_until:
            return
        try:
            self._round = self._round or self._begin()
            batch = next(self._round, None)
        except StoreError as error:
            _LOG.warning("Nothing old was pruned: %s %s", error.message, error.advice)
            batch = None
        if batch is not None:
            self._forgot += batch.total()
            return
        if self._forgot:
            _LOG.info("Pruned %d rows older than %d days.", self._forgot, self._age.days)
        self._round, self._forgot = None, 0
        self._rests_until = self._clock.monotonic() + REST_SECONDS

    def _begin(self) -> Iterator[Counter[str]]:
        before = Pruner.beginning(self._database, self._age)
        pruner = Pruner(self._database, before, batch=_BATCH)
        return pruner.batches(lambda _: None, bronze=False)
