"""One event, one line: ``time level event key=value ...``, safe to grep and impossible to forge."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from ticket_queue_daemon.observe.scrub import Scrubber

# Where each key stands, so that a column of lines can be read downwards.
_FIRST = ("run", "queue", "ticket", "action", "outcome")
_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "31;1"}
_QUOTED = set(" \"'=\\")


class LineRenderer:
    """The last processor of the chain: an event dict becomes its line, scrubbed once more.

    Args:
        scrubber: applied to the finished line as well, when all the pieces have met.
        colour: for a terminal; also shortens the time to the clock's hands, in local time.
    """

    def __init__(self, scrubber: Scrubber, *, colour: bool) -> None:
        self._scrubber = scrubber
        self._colour = colour

    def __call__(self, logger: object, name: str, event_dict: MutableMapping[str, Any]) -> str:
        """Render; structlog's signature of a processor."""
        del logger, name
        fields = dict(event_dict)
        trace = str(fields.pop("exception", ""))
        stamp: datetime = fields.pop("timestamp")
        level = str(fields.pop("level", "info"))
        event = one_line(str(fields.pop("event", "")))
        pairs = " ".join(
            f"{self._dim(one_line(key))}={_as_value(value)}" for key, value in _ordered(fields)
        )
        line = f"{self._time(stamp)} {self._level(level)} {event} {pairs}".rstrip()
        if trace:
            line += "".join(f"\n    {one_line(row)}" for row in trace.splitlines())
        return self._scrubber.text(line)

    def _time(self, stamp: datetime) -> str:
        if self._colour:
            return self._dim(stamp.astimezone().strftime("%H:%M:%S"))
        return stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def _level(self, level: str) -> str:
        shown = f"{level:<7}"
        return f"\x1b[{_COLOURS.get(level, '0')}m{shown}\x1b[0m" if self._colour else shown

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colour else text


def one_line(text: str) -> str:
    """The text with every character that a terminal or a log reader might obey made visible."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _ordered(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    first = [(key, fields[key]) for key in _FIRST if key in fields]
    return first + [(key, value) for key, value in fields.items() if key not in _FIRST]


def _as_value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, str):
        text = one_line(value)
        return f'"{_escaped(text)}"' if not text or _QUOTED & set(text) else text
    return one_line(json.dumps(value, ensure_ascii=False, default=str))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
