"""The settings that rules go by: whose doings do not count, and when we are open."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from ticket_queue_daemon.config.kinds import Words  # noqa: TC001  pydantic reads it
from ticket_queue_daemon.config.variables import Variable


class RuleSettings(BaseModel):
    """Fields of ``Settings``."""

    bots: Annotated[
        Words,
        Variable(
            "DAEMON_BOTS",
            "UIDs of accounts whose doings on a ticket are no activity to a rule, beside our own",
            "UIDs with commas or spaces between them",
        ),
    ] = ()
    business_hours: Annotated[
        str,
        Variable(
            "DAEMON_BUSINESS_HOURS",
            "when the desk is open, for business time in rules, such as Mon-Fri 08:00-17:00; "
            "several with commas between them",
            "windows such as Mon-Fri 08:00-17:00",
        ),
    ] = ""
    time_zone: Annotated[
        str,
        Variable(
            "DAEMON_TIME_ZONE",
            "the IANA time zone of business hours, schedules and days, such as America/Detroit",
            "a time zone such as America/Detroit",
        ),
    ] = "UTC"
    holidays: Annotated[
        Words,
        Variable(
            "DAEMON_HOLIDAYS",
            "days on which the desk is closed: dates, spans as 2026-12-24..2027-01-01, or .ics files",
            "dates or .ics files with commas or spaces between them",
        ),
    ] = ()
