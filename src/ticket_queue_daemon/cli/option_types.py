"""What the values of options may be; each refuses with a sentence that says what was expected.

Every function takes the text of the command line and raises ``ArgumentTypeError``.
"""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from ticket_queue_daemon.config.queue_settings import QueueName

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_TOP_PORT = 65_535
_LONGEST_REASON = 200
_LONGEST_SPAN = timedelta(days=3650)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def action_id(text: str) -> str:
    """An action id, whole."""
    kind, _, rest = text.partition(":")
    digest, _, version = rest.partition(":")
    if not (kind and digest and version):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no action id such as comment:1a2b3c4d5e6f:v1"
        )
    return text


def level(text: str) -> str:
    """A log level, in any case."""
    if text.upper() not in LEVELS:
        raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(LEVELS)}")
    return text.upper()


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None


def count(text: str) -> int:
    """A whole number from 0."""
    if (number := whole(text)) < 0:
        raise argparse.ArgumentTypeError(f"{number} is less than none")
    return number


def at_least_one(text: str) -> int:
    """A whole number from 1."""
    if (number := whole(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than one")
    return number


def ticket_id(text: str) -> int:
    """A ticket's id."""
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:20]) < 2**31:
        raise argparse.ArgumentTypeError(f"'{text}' is no ticket id, a whole number from 1")
    return int(text)


def queue(text: str) -> str:
    """A queue's name, given or usual; of a report, its id is enough."""
    kind, _, number = text.rpartition(":")
    if kind in {"", "report", "search"} and number.isascii() and number.isdecimal():
        return f"{kind or 'report'}:{int(number[:20])}"
    try:
        return TypeAdapter(QueueName).validate_python(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no queue such as report:1344 or, with the report's id alone, 1344; nor a "
            "name that one can have"
        ) from None


def span(text: str) -> timedelta:
    """A span such as 90m, 2h, 7d or 2w."""
    number, unit = text[:-1], text[-1:].lower()
    if not (number.isascii() and number.isdecimal() and unit in _UNITS):
        raise argparse.ArgumentTypeError(f"'{text}' is no span such as 90m, 2h or 7d")
    length = timedelta(**{_UNITS[unit]: int(number[:8])})
    if not timedelta() < length <= _LONGEST_SPAN:
        raise argparse.ArgumentTypeError(f"'{text}' is no span between a minute and ten years")
    return length


def future(text: str) -> datetime:
    """A moment to come; a time without a zone is the reader's own."""
    try:
        moment = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no date or time such as 2026-11-24 or 2026-11-24T17:30"
        ) from None
    if moment <= datetime.now(moment.tzinfo):
        raise argparse.ArgumentTypeError(f"'{text}' is over already")
    return moment


def one_line(text: str) -> str:
    """Some words on one line, not too many."""
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST_REASON or not words.isprintable():
        raise argparse.ArgumentTypeError(
            f"expected a few words on one line, at most {_LONGEST_REASON} letters"
        )
    return words


def since(text: str) -> timedelta | datetime:
    """A span back from now, or a moment; a time without a zone is the reader's own."""
    if text[:-1].isdecimal() and text[-1:].lower() in _UNITS:
        return span(text)
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"'{text}' is neither a span such as 24h or 7d nor a date such as 2026-11-24"
        ) from None


def port(text: str) -> int:
    """A TCP port; 0 is any free one."""
    if not 0 <= (number := whole(text)) <= _TOP_PORT:
        raise argparse.ArgumentTypeError(f"{number} is no port from 0 to {_TOP_PORT}")
    return number


def rate_limits(text: str) -> float | str:
    """``on``, ``off``, or a factor for the length of the windows."""
    if text in {"on", "off"}:
        return text
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0 < scale < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is neither on nor off nor a number above 0")
    return scale
