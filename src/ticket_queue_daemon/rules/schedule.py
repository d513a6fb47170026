"""Windows in which a rule may act: ``Mon-Fri 08:00-17:00``, in a time zone, less holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.rules.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime


class Schedule:
    """When a rule may act.

    Args:
        windows: one or more, as in ``Mon-Fri 08:00-17:00``; ``22:00-06:00`` goes over midnight.
        zone: an IANA time zone.
        holidays: dates on which it may not act.
        where: which option it stands in, for errors.

    Raises:
        ConfigError: windows or zone can't be read.
    """

    def __init__(
        self,
        windows: str | Iterable[str],
        zone: str = "UTC",
        holidays: Collection[date] = (),
        *,
        where: str = "schedule",
    ) -> None:
        self._calendar = Calendar(windows, zone, holidays, where=where)

    def is_open(self, now: datetime) -> bool:
        """Whether the rule may act now."""
        return self._calendar.is_open(now)

    def next_open(self, now: datetime) -> datetime:
        """Now if the rule may act, else when it next may; UTC.

        Raises:
            NoBusinessTime: never in ten years.
        """
        return self._calendar.next_open(now)
