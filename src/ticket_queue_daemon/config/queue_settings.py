"""Settings of one queue: what it watches if that is no report, when, and what it is called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel

from ticket_queue_daemon.config.kinds import Id, Line
from ticket_queue_daemon.config.variables import Variable

_LONGEST = 60
_BESIDE = " _.-"


def _queue_name(name: str) -> str:
    """A name that can be typed, and is never taken for a report's id or another queue's usual name."""
    fits = len(name) <= _LONGEST and name[:1].isalpha() and name == name.strip()
    if not fits or not all(letter.isalnum() or letter in _BESIDE for letter in name):
        raise ValueError("no name of a queue")
    return name


def _cron(expression: str) -> str:
    """An expression of five fields that comes true some day."""
    try:
        next(CronSim(expression, datetime.now(UTC)))
    except (CronSimError, StopIteration) as error:
        raise ValueError("no cron expression") from error
    return expression


CronExpression = Annotated[Line, AfterValidator(_cron)]
QueueName = Annotated[Line, AfterValidator(_queue_name)]


class QueueSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them before those of rules."""

    search_id: Annotated[
        Id | None,
        Variable(
            "DAEMON_SEARCH_ID",
            "saved search of tickets to monitor, instead of a report",
            "the id of a saved search, a whole number from 1",
        ),
    ] = None
    cron: Annotated[
        CronExpression | None,
        Variable(
            "DAEMON_CRON",
            "when runs with --daemon begin, in DAEMON_TIME_ZONE, instead of an interval, such as "
            "*/5 8-17 * * Mon-Fri",
            "a cron expression of five fields, such as */5 8-17 * * Mon-Fri",
        ),
    ] = None
    queue_name: Annotated[
        QueueName | None,
        Variable(
            "DAEMON_QUEUE_NAME",
            "what the queue is called in the log, in status, by --queue and as a metric's label; "
            "unset: report:ID or search:ID",
            "a name of letters, digits, spaces, _ . and -, a letter first, at most 60",
        ),
    ] = None
