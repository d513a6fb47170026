"""The settings of how long the log is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from ticket_queue_daemon.config.variables import Variable

_LONGEST = 3650


class RetentionSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them with the monitor's."""

    keep_days: Annotated[
        int,
        Field(ge=0, le=_LONGEST),
        Variable(
            "DAEMON_KEEP_DAYS",
            "days after which an idle daemon prunes what is settled, without a copy (at least "
            "DAEMON_PATTERN_DAYS); 0: never; see docs/retention.md",
            "a whole number of days from 0 to 3650",
        ),
    ] = 0
