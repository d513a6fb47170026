"""Puts runs on record that did something or did not come to their end, without a ticket's words."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import (
    DaemonError,
    DatabaseUnreachable,
    QueuePaused,
    StoreError,
)
from ticket_queue_daemon.observe.alert_words import plain
from ticket_queue_daemon.observe.digest import NOT_DONE
from ticket_queue_daemon.observe.events import (
    ActionFinished,
    Event,
    ReportRead,
    RunFailed,
    RunFinished,
    RunStarted,
    TicketsPending,
)
from ticket_queue_daemon.observe.results import result_of, result_of_error, type_of
from ticket_queue_daemon.store.runs import RunRow, Runs

if TYPE_CHECKING:
    from uuid import UUID

MOST_CAUSES = 50
_LOG = logging.getLogger(__name__)


class RunRecorder:
    """An observer of one queue's runs. A run without work costs no statement.

    Args:
        runs: where they are recorded.
        worker: whose runs they are.
    """

    def __init__(self, runs: Runs, worker: str) -> None:
        self._runs = runs
        self._worker = worker
        self._lock = threading.Lock()
        self._begin(None)

    def on_event(self, event: Event) -> None:
        """Gather or record; called from any worker's thread, and never raises what the store raises."""
        with self._lock:
            match event:
                case RunStarted():
                    self._begin(event.run_id, event.queue)
                case ReportRead():
                    self._found = event.found
                case TicketsPending():
                    self._pending = event.total
                case ActionFinished():
                    self._gather(event)
                case RunFinished() if self._outcomes or event.report.stopped:
                    report = event.report
                    self._record(
                        result_of(report),
                        report.stopped,
                        report.seconds,
                        sum(report.calls.values()),
                    )
                # Where there is no database nothing can be put on record, and to try takes its time.
                case RunFailed() if not isinstance(event.error, QueuePaused | DatabaseUnreachable):
                    self._queue = event.queue
                    self._record(result_of_error(event.error), _reason(event.error))
                case _:
                    pass

    def _begin(self, run_id: UUID | None, queue: str = "") -> None:
        self._run_id, self._queue = run_id, queue
        self._found = self._pending = 0
        self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self._causes: Counter[tuple[str, str, str]] = Counter()

    def _gather(self, event: ActionFinished) -> None:
        kind = type_of(event.action_id)
        outcome = "failed_for_good" if event.outcome == "failed" and event.final else event.outcome
        self._outcomes[kind][outcome] += 1
        if outcome in NOT_DONE:
            self._causes[kind, outcome, plain(event.reason or event.message)] += 1

    def _record(self, result: str, reason: str, seconds: float = 0.0, calls: int = 0) -> None:
        run = RunRow(
            run_id=self._run_id,
            queue=self._queue,
            worker=self._worker,
            result=result,
            reason=reason,
            found=self._found,
            pending=self._pending,
            seconds=seconds,
            api_calls=calls,
            outcomes={kind: dict(counted) for kind, counted in self._outcomes.items()},
            causes=[(*cause, number) for cause, number in self._causes.most_common(MOST_CAUSES)],
        )
        self._begin(None)
        try:
            self._runs.record(run)
        except StoreError as error:
            # What concerns the work is told by the work.
            _LOG.debug("a run was not put on record: %s", error.message)


def _reason(error: BaseException) -> str:
    """In its own words only if those are meant for people."""
    if isinstance(error, DaemonError):
        return error.message
    return type(error).__name__
