"""What the functions of the vocabulary do that CEL does not have."""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import re2

from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.rules.calls import GIVEN_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ticket_queue_daemon.rules.calendar import Calendar

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def functions(
    names: Iterable[str], calendar: Calendar, trouble: list[str]
) -> dict[str, Callable[..., Any]]:
    """The functions of these names, for one evaluation.

    Args:
        names: those of the vocabulary.
        calendar: for the ones that ask for business time or the time of day.
        trouble: takes why a function could not answer; the engine passes on only that it failed.
    """
    made: dict[str, Callable[..., Any]] = {}
    for name in names:
        # What is decided and what is told of it ask the calendar the same.
        does = _PLAIN.get(name) or cache(partial(_WITH_CALENDAR[name], calendar))
        made[GIVEN_NAME.get(name, name)] = _telling(name, does, trouble)
    return made


def _telling(name: str, does: Callable[..., Any], trouble: list[str]) -> Callable[..., Any]:
    def called(*values: Any) -> Any:
        try:
            return does(*values)
        except DaemonError as error:
            trouble.append(f"{name}: {error.message.rstrip('.')}")
            raise
        except (TypeError, AttributeError, ValueError, OverflowError):
            trouble.append(f"{name} is asked about a value of a wrong kind")
            raise

    return called


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> Any:
    return re2.compile(pattern)


def _matches(text: str, pattern: str) -> bool:
    return _pattern(pattern).search(text) is not None


def _folded(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value


def _same(one: str, other: str) -> bool:
    return bool(_folded(one) == _folded(other))


def _one_of(value: Any, choices: list[Any]) -> bool:
    value = _folded(value)
    return any(value == _folded(choice) for choice in choices)


def _mentions(text: str, part: str) -> bool:
    return part.casefold() in text.casefold()


def _lower(text: str) -> str:
    return text.lower()


def _hours_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    return calendar.between(start, end).total_seconds() / 3600


def _is_open(calendar: Calendar, moment: datetime) -> bool:
    return calendar.is_open(moment)


def _weekday(calendar: Calendar, moment: datetime) -> str:
    return DAYS[moment.astimezone(calendar.zone).weekday()]


def _hour(calendar: Calendar, moment: datetime) -> int:
    return moment.astimezone(calendar.zone).hour


_PLAIN: Final[dict[str, Callable[..., Any]]] = {
    "matches": _matches,
    "same": _same,
    "one_of": _one_of,
    "mentions": _mentions,
    "lower": _lower,
    "size": len,
}
_WITH_CALENDAR: Final[dict[str, Callable[..., Any]]] = {
    "business_hours_between": _hours_between,
    "is_business_time": _is_open,
    "weekday": _weekday,
    "hour": _hour,
}
