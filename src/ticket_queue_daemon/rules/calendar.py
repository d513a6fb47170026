"""Business time: hours of the week in a time zone, less holidays, over both daylight-saving edges.

Opening hours are what the clock on the wall shows; what lies between two of them is real time. In
the night when the clock goes forward, a window over the gap is an hour shorter; when it goes back,
the hour that comes twice is open twice.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ticket_queue_daemon.errors import ConfigError, DaemonError
from ticket_queue_daemon.rules.vocabulary import near
from ticket_queue_daemon.rules.week import DAY, Week, parse_week

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

FARTHEST: Final = timedelta(days=366 * 100)
"""How far apart two times may be to be measured."""
_MOST_CLOSED_DAYS: Final = 3_660
_KEPT_DAYS: Final = 20_000

Opening = tuple[datetime, datetime]


class NoBusinessTime(DaemonError):  # noqa: N818  the name says the state
    """The calendar can't answer: it is closed for ten years, or the times are a century apart."""


def parse_zone(name: str, *, where: str) -> ZoneInfo:
    """The time zone of an IANA name, as ``America/Detroit``.

    Raises:
        ConfigError: there is none of that name, with suggestions.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        advice = near(name, available_timezones(), "").strip(": ")
        if not advice.startswith("Did you mean"):
            advice = "Names are those of the IANA list, as in America/Detroit."
        raise ConfigError(f"{where}: there is no time zone {name!r}.", advice) from error


class Calendar:
    """When we are open.

    Args:
        hours: windows of the week, as in ``Mon-Fri 08:00-17:00``.
        zone: an IANA time zone.
        holidays: dates on which nothing is open.
        where: which option it stands in, for errors.

    Raises:
        ConfigError: hours or zone can't be read.
    """

    def __init__(
        self,
        hours: str | Iterable[str] = "Mon-Fri 08:00-17:00",
        zone: str = "UTC",
        holidays: Collection[date] = (),
        *,
        where: str = "calendar",
    ) -> None:
        self.week: Week = parse_week(hours, where=where)
        self.zone = parse_zone(zone, where=where)
        self.holidays = frozenset(holidays)
        self._known: dict[date, tuple[Opening, ...]] = {}

    def is_open(self, moment: datetime) -> bool:
        """Whether that moment is business time."""
        local = moment.astimezone(self.zone).date()
        return any(start <= moment < end for start, end in self._openings(local))

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself if it is business time, else when that next begins; UTC.

        Raises:
            NoBusinessTime: never in ten years.
        """
        moment = moment.astimezone(UTC)
        for start, end in self._from(moment):
            if end > moment:
                return max(start, moment)
        raise AssertionError  # pragma: no cover  _from ends by raising

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from one moment to the other; negative if the second is earlier.

        Raises:
            NoBusinessTime: they are more than a century apart.
        """
        if end < start:
            return -self.between(end, start)
        if end - start > FARTHEST:
            raise NoBusinessTime(
                f"From {start:%Y-%m-%d} to {end:%Y-%m-%d} is more than a century.",
                "Look at the dates of the ticket.",
            )
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        total = timedelta()
        while day <= last:
            for opens, closes in self._openings(day):
                if opens < end and closes > start:
                    total += min(closes, end) - max(opens, start)
            day += timedelta(days=1)
        return total

    def add(self, moment: datetime, length: timedelta) -> datetime:
        """The moment at which that much business time has passed; UTC.

        Nothing added gives the moment itself. What ends with a window ends at its closing.

        Raises:
            NoBusinessTime: the calendar is closed for ten years on end.
            ValueError: a negative length.
        """
        if length < timedelta():
            raise ValueError("business time is added, not taken away")
        moment = moment.astimezone(UTC)
        if not length:
            return moment
        for start, end in self._from(moment):
            begins = max(start, moment)
            if end <= begins:
                continue
            if length <= end - begins:
                return begins + length
            length -= end - begins
        raise AssertionError  # pragma: no cover  _from ends by raising

    def add_days(self, moment: datetime, days: int) -> datetime:
        """The same time of day so many business days later; a moment out of hours begins at the next.

        Where that time of day is closed on the day that is reached, the next opening; UTC.

        Raises:
            NoBusinessTime: the calendar is closed for ten years on end.
        """
        begins = self.next_open(moment)
        local = begins.astimezone(self.zone)
        day = local.date()
        for _ in range(days):
            day = self._next_day(day)
        moved = datetime.combine(day, local.time(), self.zone).replace(fold=local.fold)
        return self.next_open(max(moved.astimezone(UTC), begins))

    def _next_day(self, day: date) -> date:
        for _ in range(_MOST_CLOSED_DAYS):
            day += timedelta(days=1)
            if self._openings(day):
                return day
        raise self._closed(day)

    def _from(self, moment: datetime) -> Iterator[Opening]:
        day = moment.astimezone(self.zone).date()
        closed = 0
        while closed < _MOST_CLOSED_DAYS:
            openings = self._openings(day)
            yield from openings
            closed = 0 if openings else closed + 1
            try:
                day += timedelta(days=1)
            except OverflowError:
                break
        raise self._closed(day)

    def _closed(self, day: date) -> NoBusinessTime:
        return NoBusinessTime(
            f"The calendar has no open hour in the ten years before {day}.",
            "Look at its hours and holidays.",
        )

    def _openings(self, day: date) -> tuple[Opening, ...]:
        known = self._known.get(day)
        if known is None:
            known = self._made(day)
            if len(self._known) >= _KEPT_DAYS:
                self._known.clear()
            self._known[day] = known
        return known

    def _made(self, day: date) -> tuple[Opening, ...]:
        if day in self.holidays:
            return ()
        made: list[Opening] = []
        for start, end in self.week.days[day.weekday()]:
            opens, closes = self._at(day, start, fold=0), self._at(day, end, fold=1)
            if made and opens <= made[-1][1]:
                # In the hour that comes twice, the end of one window is past the start of the next.
                opens = made[-1][1]
            if opens < closes:
                made.append((opens, closes))
        return tuple(made)

    def _at(self, day: date, minute: int, *, fold: int) -> datetime:
        if minute == DAY:
            day, minute, fold = day + timedelta(days=1), 0, 0
        wall = datetime.combine(day, time(minute // 60, minute % 60, fold=fold), self.zone)
        moment = wall.astimezone(UTC)
        back = moment.astimezone(self.zone)
        if back.replace(tzinfo=None) != wall.replace(tzinfo=None):
            return self._gap_end(wall)
        return moment

    def _gap_end(self, wall: datetime) -> datetime:
        """The instant of the change, for a time that the clock on the wall leaps over."""
        before = wall.replace(fold=1).astimezone(UTC)
        after = wall.replace(fold=0).astimezone(UTC)
        seconds = range(int((after - before).total_seconds()) + 1)
        offset = before.astimezone(self.zone).utcoffset()
        at = bisect_right(
            seconds,
            0,
            key=lambda s: (
                (before + timedelta(seconds=s)).astimezone(self.zone).utcoffset() != offset
            ),
        )
        return before + timedelta(seconds=at)


ALL_WEEK: Final = "daily 00:00-24:00"
ALWAYS: Final = Calendar(ALL_WEEK)
"""A calendar that never closes, UTC: what is used where none is given."""
