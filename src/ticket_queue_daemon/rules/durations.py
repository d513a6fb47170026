"""Lengths of time as a person writes them: ``3d``, ``36h``, ``1d 12h``, ``5 business days``."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ticket_queue_daemon.errors import ConfigError

LONGEST: Final = timedelta(days=3660)
"""Ten years: longer ones are slips of the pen."""
FORMS: Final = "3d, 36h, 2w, 90m, 1d 12h, 5 business days, 4 business hours"

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_LETTERS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}
_SHORT: Final = {"sec": "second", "min": "minute", "hr": "hour"}
_PART: Final = re.compile(r"\s*(\d{1,9})\s*([A-Za-z]+)\s*,?")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time.

    Attributes:
        time: hours, minutes, and days that are not business days.
        business_days: whole business days, of whatever length; 0 unless ``is_business``.
        is_business: it runs only while the calendar is open.
    """

    time: timedelta
    business_days: int = 0
    is_business: bool = False

    def __str__(self) -> str:
        parts = [f"{self.business_days}d"] if self.business_days else []
        left = int(self.time.total_seconds())
        units = _LETTERS if not self.is_business else {key: _LETTERS[key] for key in "smh"}
        for letter, unit in reversed(units.items()):
            count, left = divmod(left, _SECONDS[unit])
            parts += [f"{count}{letter}"] if count else []
        return " ".join(["business", *parts] if self.is_business else parts) or "0s"


def parse_span(text: str, *, where: str) -> Span:
    """Read a length of time; ``business`` before or after a number makes it business time.

    Args:
        text: what the person wrote.
        where: which option it stands in, for errors.

    Raises:
        ConfigError: it is none, it is zero, or longer than ten years.
    """
    folded = " ".join(text.casefold().split())
    is_business = "business" in folded
    # Said once, "business" is meant of the whole: half a span can't run on another clock.
    plain = folded.replace("business", " ")
    total, days, at = timedelta(), 0, 0
    while at < len(plain.rstrip()):
        part = _PART.match(plain, at)
        if part is None:
            raise _not_a_span(text, where)
        unit = _unit(part[2], text, where)
        if is_business and unit == "week":
            raise ConfigError(
                f"{where}: {text!r} counts business weeks.", "Write 5 business days, or 1w."
            )
        if is_business and unit == "day":
            days += int(part[1])
        else:
            total += timedelta(seconds=min(int(part[1]) * _SECONDS[unit], 10**12))
        at = part.end()
    if not total and not days:
        raise _not_a_span(text, where)
    if total > LONGEST or days > LONGEST.days:
        raise ConfigError(f"{where}: {text!r} is longer than ten years.", f"Forms are {FORMS}.")
    return Span(total, days, is_business)


def parse_duration(text: str, *, where: str) -> timedelta:
    """Read a length of time by the clock.

    Raises:
        ConfigError: it is none, or it is business time.
    """
    span = parse_span(text, where=where)
    if span.is_business:
        raise ConfigError(
            f"{where}: {text!r} is business time, and this is measured by the clock.",
            "Use business_hours_between(from, to) for business time.",
        )
    return span.time


def say_duration(length: timedelta) -> str:
    """A length of time in words, its two largest units: ``3 days 4 hours``."""
    left = round(abs(length.total_seconds()))
    parts = []
    for unit in ("day", "hour", "minute", "second"):
        count, left = divmod(left, _SECONDS[unit])
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    said = " ".join(parts[:2]) or "no time"
    return f"minus {said}" if length < timedelta() else said


def _unit(word: str, text: str, where: str) -> str:
    if word in _LETTERS:
        return _LETTERS[word]
    single = word.removesuffix("s") if len(word) > 1 else word
    unit = _SHORT.get(single, single)
    if unit in _SECONDS:
        return unit
    near = difflib.get_close_matches(word, [f"{unit}s" for unit in _SECONDS], n=1)
    advice = f"Did you mean {near[0]}?" if near else "Units are s, m, h, d and w."
    raise ConfigError(f"{where}: {word!r} in {text!r} is no unit of time.", advice)


def _not_a_span(text: str, where: str) -> ConfigError:
    return ConfigError(f"{where}: {text!r} is no length of time.", f"Forms are {FORMS}.")
