"""Days on which nothing is open: written as dates, or read from an iCalendar file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2099, 12, 31)
"""Recurring days are known from and until these."""
_MOST_DAYS: Final = 40_000
_MOST_BYTES: Final = 5_000_000


def parse_dates(texts: Iterable[str | date], *, where: str) -> frozenset[date]:
    """Dates as ``2026-12-25``, or from one to another: ``2026-12-24..2027-01-01``.

    Raises:
        ConfigError: one is none.
    """
    days: set[date] = set()
    for text in texts:
        if isinstance(text, date):
            days.add(text)
            continue
        first, _, last = (part.strip() for part in text.partition(".."))
        start = _date(first, where)
        days.update(_between(start, _date(last, where) if last else start, text, where))
    return frozenset(days)


def read_holidays(file: Path, *, where: str) -> frozenset[date]:
    """The whole days of an iCalendar file (RFC 5545), recurring ones until 2099.

    Events at a time of day close nothing, and cancelled ones neither.

    Raises:
        ConfigError: there is no such file, it is no calendar, or no whole day is in it.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{where}: {file} can't be read: {error.strerror}.", "Name an .ics file."
        ) from error
    if len(content) > _MOST_BYTES:
        raise ConfigError(f"{where}: {file} is larger than 5 MB.", "Name a calendar of holidays.")
    # Only who has such a file pays for the parser.
    from icalendar import Calendar  # noqa: PLC0415

    try:
        calendar = Calendar.from_ical(content)
        days = {day for event in calendar.walk("VEVENT") for day in _days(event)}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ConfigError(
            f"{where}: {file} is no iCalendar file: {error}.", "Export it anew as .ics."
        ) from error
    if not days:
        raise ConfigError(f"{where}: no whole day is in {file}.", "Holidays are all-day events.")
    return frozenset(days)


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{where}: {text!r} is no date.", "Write it as 2026-12-25, or 2026-12-24..2027-01-01."
        ) from error


def _between(start: date, end: date, text: str, where: str) -> Iterator[date]:
    if not start <= end <= start + timedelta(days=366):
        raise ConfigError(f"{where}: {text!r} ends before it begins, or after a year.", "")
    return (start + timedelta(days=more) for more in range((end - start).days + 1))


def _days(event: Any) -> Iterator[date]:
    start = event.decoded("DTSTART", None)
    if not _is_day(start) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    end = event.decoded("DTEND", None)
    length = event.decoded("DURATION", timedelta(days=1))
    count = (end - start).days if _is_day(end) else length.days
    without = set(_listed(event, "EXDATE"))
    for first in (*_recurring(event, start), *_listed(event, "RDATE")):
        if first not in without:
            yield from (first + timedelta(days=more) for more in range(max(1, min(count, 366))))


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _listed(event: Any, name: str) -> Iterator[date]:
    value = event.get(name)
    for dates in value if isinstance(value, list) else [value] if value is not None else []:
        for one in dates.dts:
            yield one.dt.date() if isinstance(one.dt, datetime) else one.dt


def _recurring(event: Any, start: date) -> Iterator[date]:
    rules = event.get("RRULE")
    if rules is None:
        yield start
        return
    from dateutil.rrule import rrulestr  # noqa: PLC0415  comes with icalendar

    begins = datetime.combine(start, datetime.min.time(), tzinfo=UTC)
    for rule in rules if isinstance(rules, list) else [rules]:
        text = rule.to_ical().decode().upper()
        if not any(f"FREQ={often}" in text for often in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")):
            raise ValueError(f"{text} is no recurrence of days")
        # UNTIL as a date goes with a start in UTC only when it has a time too.
        parts = [
            f"{p}T000000Z" if p.startswith("UNTIL=") and "T" not in p[6:] else p
            for p in text.split(";")
        ]
        for number, moment in enumerate(rrulestr(";".join(parts), dtstart=begins)):
            day = moment.date()
            if day > LAST or number > _MOST_DAYS:
                break
            if day >= FIRST:
                yield day
