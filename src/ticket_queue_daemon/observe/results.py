"""How a run or a call ended, in one word; metrics, traces and the record of runs say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ConfigError, DaemonError, StoreError, TdxError
from ticket_queue_daemon.observe.events import STOPPED_ON_REQUEST

if TYPE_CHECKING:
    from ticket_queue_daemon.observe.events import CallEnded, RunFigures

SUCCESSES = ("completed", "some_failed", "dry_run")
"""The run came to its end, whatever became of single tickets."""
RESULTS = (*SUCCESSES, "stopped", "interrupted", "refused", "tdx_error", "database_error", "error")


def result_of(report: RunFigures) -> str:
    """Of a run that no error ended."""
    if report.stopped:
        return "interrupted" if report.stopped == STOPPED_ON_REQUEST else "stopped"
    if report.dry_run:
        return "dry_run"
    return "some_failed" if report.failed or report.held else "completed"


def result_of_error(error: BaseException) -> str:
    """Of a run that this error ended."""
    match error:
        case DaemonError(exit_code=ConfigError.exit_code):
            return "refused"
        case StoreError():
            return "database_error"
        case TdxError():
            return "tdx_error"
        case _:
            return "error"


def type_of(action_id: str) -> str:
    """The action's type; work that was lost to another daemon names no action."""
    return action_id.partition(":")[0] or "unknown"


def kind_of_answer(call: CallEnded) -> str:
    """``2xx`` to ``5xx``, ``no_answer`` (it may have arrived) or ``not_sent``."""
    if call.status is None:
        return "no_answer" if call.sent else "not_sent"
    return f"{call.status // 100}xx"
