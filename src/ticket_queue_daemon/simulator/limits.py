"""Rate limits (fact sheet 4): fixed windows that open at the first call.

Promise: each verb and route template counts on its own, per address or per user; the three
headers stand on every reply. ``scale`` multiplies the window's length; 0 switches limits off
(the headers then tell of a limit that nobody reaches).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds, counted per address ("ip") or per user ("user")."""

    calls: int = 60
    seconds: float = 60.0
    per: str = "ip"


DEFAULT = Limit()

# Only what differs from 60 per address and minute; sources stand in fact sheet 4.1.
TABLE: dict[str, Limit] = {
    "POST /{appId}/tickets": Limit(30),
    "POST /{appId}/tickets/search": Limit(30),
    "POST /{appId}/assets/statuses": Limit(60, 10.0),
    "GET /reports": Limit(45, 60.0, "user"),
    "POST /reports/search": Limit(45, 60.0, "user"),
    "GET /reports/{id}": Limit(30, 60.0, "user"),
    "POST /{appId}/cmdb": Limit(240),
    "PUT /{appId}/cmdb/{id}": Limit(60, 5.0),
    "PUT /{appId}/cmdb/{id}/relationships": Limit(60, 5.0),
    "GET /people/lookup": Limit(75, 10.0),
    "GET /people/{uid}/groups": Limit(180),
    "POST /people/{uid}": Limit(45),
    "POST /people": Limit(45),
}


@dataclass(slots=True)
class Verdict:
    """What became of one call; ``reset`` is in seconds of the server's clock."""

    allowed: bool
    limit: int
    remaining: int
    reset: float

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The three headers; dates are cut to the second, as .NET's "R" format does."""
        return [
            (b"x-ratelimit-limit", str(self.limit).encode()),
            (b"x-ratelimit-remaining", str(self.remaining).encode()),
            (b"x-ratelimit-reset", http_date(self.reset)),
        ]


class Limiter:
    """The windows that are open now."""

    def __init__(self, clock: Callable[[], float], scale: float = 1.0) -> None:
        self._clock = clock
        self._lock = Lock()
        self.scale = scale
        self.table = dict(TABLE)
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def set_limit(self, route: str, calls: int, seconds: float = 60.0, per: str = "ip") -> None:
        """Change the limit of one ``"VERB /route"``."""
        self.table[route] = Limit(calls, seconds, per)

    def reset(self) -> None:
        """Close all windows."""
        with self._lock:
            self._windows.clear()

    def judge(self, route: str, address: str, user: str | None) -> Verdict:
        """Count one call and say whether it may pass."""
        now = self._clock()
        limit = self.table.get(route, DEFAULT)
        if self.scale <= 0:
            return Verdict(True, UNLIMITED, UNLIMITED - 1, now + limit.seconds)
        key = (route, user if limit.per == "user" and user else address)
        length = limit.seconds * self.scale
        with self._lock:
            opened, used = self._windows.get(key, (now, 0))
            if now >= opened + length:
                opened, used = now, 0
            used += 1
            self._windows[key] = (opened, used)
        return Verdict(
            used <= limit.calls, limit.calls, max(0, limit.calls - used), opened + length
        )


_last_date: tuple[int, bytes] = (0, b"")


def http_date(moment: float) -> bytes:
    """A date as HTTP headers carry it."""
    global _last_date  # noqa: PLW0603 - a one-entry memo; formatting is the slow part of a reply
    second = int(moment)
    known = _last_date
    if known[0] != second:
        known = _last_date = (second, formatdate(second, usegmt=True).encode())
    return known[1]


def read_scale(value: object) -> float:
    """``on``, ``off``, a flag or a number as a scale."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in {"on", "true"}:
            return 1.0
        return 0.0 if word in {"off", "false", ""} else float(word)
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float) and value >= 0:
        return float(value)
    raise ValueError(f"{value!r} is no scale for rate limits: on, off, or a number from 0")
