"""The settings of one queue that only matter where there may be several: its name."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel

from ticket_queue_daemon.config.kinds import Line
from ticket_queue_daemon.config.variables import Variable

_LONGEST = 60
_BESIDE = " _.-"


def _queue_name(name: str) -> str:
    """A name that can be typed, and is never taken for a report's id or another queue's usual name."""
    fits = len(name) <= _LONGEST and name[:1].isalpha() and name == name.strip()
    if not fits or not all(letter.isalnum() or letter in _BESIDE for letter in name):
        raise ValueError("no name of a queue")
    return name


QueueName = Annotated[Line, AfterValidator(_queue_name)]


class QueueSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them before those of rules."""

    queue_name: Annotated[
        QueueName | None,
        Variable(
            "DAEMON_QUEUE_NAME",
            "what the queue is called in the log, in status, by --queue and as a metric's label; "
            "unset: report:ID",
            "a name of letters, digits, spaces, _ . and -, a letter first, at most 60",
        ),
    ] = None
