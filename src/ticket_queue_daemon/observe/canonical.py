"""Events as log lines: one canonical line per ticket and action, with run and queue on each."""

from __future__ import annotations

from typing import Any

import structlog

from ticket_queue_daemon.observe.events import (
    ActionFinished,
    Event,
    Note,
    ReportRead,
    RunFigures,
    RunFinished,
    RunStarted,
    TicketFinished,
    TicketsPending,
    TicketStarted,
    Waiting,
)
from ticket_queue_daemon.observe.logs import TICKET_LOGGER

# What a log line keeps for itself; a note's field of that name would make the call fail.
_TAKEN = frozenset({"event", "level", "timestamp", "exception", "exc_info", "stack_info", "self"})
_LEVELS = {"failed": "error", "needs_review": "warning", "lease_lost": "warning"}


class LogObserver:
    """Writes each event of one queue as a line; remembers the run that is under way."""

    def __init__(self, queue: str = "") -> None:
        self._run: dict[str, Any] = {"queue": queue} if queue else {}
        self._log = structlog.stdlib.get_logger("ticket_queue_daemon.runs")
        self._tickets = structlog.stdlib.get_logger(TICKET_LOGGER)

    def on_event(self, event: Event) -> None:
        """Write the event's line."""
        match event:
            case RunStarted():
                self._run = {"run": str(event.run_id), "queue": event.queue}
                self._log.info("run started", **self._run, dry_run=event.dry_run)
            case ReportRead():
                self._report_read(event)
            case TicketsPending():
                self._log.info("tickets pending", **self._run, total=event.total)
            case TicketStarted():
                self._tickets.debug("ticket started", **self._run, ticket=event.ticket_id)
            case TicketFinished():
                self._tickets.debug("ticket finished", **self._run, ticket=event.ticket_id)
            case ActionFinished():
                self._action(event)
            case RunFinished():
                self._finished(event.report)
            case Waiting():
                # What is said between two runs belongs to neither.
                self._run.pop("run", None)
            case Note():
                getattr(self._log, event.level)(event.text, **{**self._run, **_fields(event)})

    def _report_read(self, event: ReportRead) -> None:
        self._log.info("report read", **self._run, found=event.found)
        for note in event.notes:
            self._log.warning(note, **self._run)

    def _action(self, event: ActionFinished) -> None:
        say = getattr(self._tickets, _LEVELS.get(event.outcome, "info"))
        say(
            "action finished",
            **self._run,
            ticket=event.ticket_id,
            action=event.action_id,
            outcome=event.outcome,
            seconds=event.seconds,
            message=event.message,
        )

    def _finished(self, report: RunFigures) -> None:
        say = (
            self._log.warning if report.failed or report.held or report.stopped else self._log.info
        )
        say(
            f"{'dry run' if report.dry_run else 'run'} "
            f"{'stopped early' if report.stopped else 'finished'}",
            **self._run,
            found=report.found,
            pending=report.pending,
            executed=report.executed,
            succeeded=report.succeeded,
            failed=report.failed,
            skipped=report.skipped,
            held=report.held,
            seconds=report.seconds,
            api_calls=report.api_calls,
            **({"reason": report.stopped} if report.stopped else {}),
        )
        self._log.debug(
            "calls to TDX",
            **self._run,
            calls=dict(report.calls),
            refused=report.refused,
            waited=report.waited,
        )


def _fields(note: Note) -> dict[str, Any]:
    return {
        f"note_{key}" if key in _TAKEN or key.startswith("_") else key: value
        for key, value in note.fields.items()
    }
