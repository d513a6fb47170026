"""Hours of a week as a person writes them: ``Mon-Fri 08:00-17:00, Sat 10:00-14:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.vocabulary import near

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY: Final = 24 * 60
"""Minutes."""
FORM: Final = "Mon-Fri 08:00-17:00"
_HOUR: Final = 60
_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS: Final = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_HOURS: Final = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.ASCII)
_DAYS: Final = re.compile(r"[a-z]+(?:\s*-\s*[a-z]+)?")

Openings = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """When a week is open: for each day from Monday on, minutes from its midnight, from and to.

    They are sorted and do not touch; a window over midnight stands on both days.
    """

    days: tuple[Openings, ...]

    @property
    def never(self) -> bool:
        """Nothing is open."""
        return not any(self.days)


def parse_week(texts: str | Iterable[str], *, where: str) -> Week:
    """Read the hours of a week; several windows add up.

    Args:
        texts: windows, in one text with commas between them or one by one. Days are ``Mon``,
            ``Mon-Fri``, ``daily``, ``weekdays``, ``weekends``; none means daily. ``22:00-06:00``
            goes on to the next day; ``24:00`` is the end of a day.
        where: which option they stand in, for errors.

    Raises:
        ConfigError: one is none.
    """
    windows = [texts] if isinstance(texts, str) else list(texts)
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for window in (part for text in windows for part in re.split(r"[;,]", text) if part.strip()):
        on, (start, end) = _window(window.strip(), where)
        for day in on:
            if start < end:
                days[day].append((start, end))
            else:
                days[day].append((start, DAY))
                days[(day + 1) % 7].append((0, end))
    week = Week(tuple(tuple(joined(sorted(day))) for day in days))
    if week.never:
        raise ConfigError(f"{where}: there are no hours in it.", f"Write {FORM}.")
    return week


def joined(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted windows, with those that touch made one and empty ones left out."""
    made: list[tuple[int, int]] = []
    for start, end in windows:
        if start >= end:
            continue
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return made


def _window(text: str, where: str) -> tuple[list[int], tuple[int, int]]:
    hours = _HOURS.search(text)
    if hours is None or text[hours.end() :].strip():
        raise ConfigError(f"{where}: {text!r} names no hours.", f"Write them as in {FORM}.")
    start, end = (_minutes(int(hours[at]), int(hours[at + 1]), text, where) for at in (1, 3))
    if start in {end, DAY}:
        raise ConfigError(f"{where}: {text!r} begins where it ends.", "A whole day is 00:00-24:00.")
    named = text[: hours.start()].strip().casefold()
    on: list[int] = []
    for part in _DAYS.findall(named):
        on += _days(part, where)
    if _DAYS.sub("", named).strip(" &+"):
        raise ConfigError(f"{where}: {text!r} names no days.", f"Write them as in {FORM}.")
    return on or list(range(7)), (start, end)


def _minutes(hour: int, minute: int, text: str, where: str) -> int:
    total = hour * _HOUR + minute
    if minute >= _HOUR or total > DAY:
        raise ConfigError(
            f"{where}: {text!r} has a time that no clock shows.", "Times go from 00:00 to 24:00."
        )
    return total


def _days(part: str, where: str) -> list[int]:
    if part in _GROUPS:
        return list(_GROUPS[part])
    first, _, last = (one.strip() for one in part.partition("-"))
    start = _day(first, where)
    end = _day(last, where) if last else start
    return [(start + more) % 7 for more in range((end - start) % 7 + 1)]


def _day(word: str, where: str) -> int:
    for names in (_NAMES, _LONG):
        if word in names:
            return names.index(word)
    if word[:3] in _NAMES and _LONG[_NAMES.index(word[:3])].startswith(word):
        return _NAMES.index(word[:3])
    known = [name.capitalize() for name in (*_LONG, *_NAMES)] + list(_GROUPS)
    raise ConfigError(f"{where}: {word!r} is no day of the week.", near(word, known, "There are"))
