"""One fixed window of one route: what was used of it, and when it certainly is over. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.servertime import http_seconds
from ticket_queue_daemon.tdx.wire import is_success

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.tdx.servertime import ServerTime

USUAL_LIMIT = 60
# Reports have 30; searches and creates are documented as 30 or 60: the headers will tell (4.1).
CAUTIOUS_LIMIT = 30
USUAL_SECONDS = 60.0
# Whatever a header says, no window of TDX is longer than a minute; this is the hard bound.
LONGEST_SECONDS = 300.0
# Reset is written in whole seconds: the true one is up to this much later.
_GRAIN = 1.0
# For timers, and for servers of one site whose clocks differ a little.
_SKEW = 0.1
# After a 429 that tells nothing; also where the growing pause after repeated ones ends.
_SAFE_SECONDS = 5.0
TOO_MANY = 429


def default_limit(key: str) -> int:
    """Calls per window to assume of ``"POST tickets/search"`` before TDX has told its limit."""
    if key.endswith("/search") or key in {"GET reports/{id}", "POST tickets"}:
        return CAUTIOUS_LIMIT
    return USUAL_LIMIT


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer says about the limit; times are our monotonic seconds.

    Attributes:
        reset: TDX's stamp for the end of the window, its own seconds; names the window.
        over_at: when the window is certainly over, by that stamp.
        length: an upper bound of the window's length, if this call opened the window.
        retry_after: seconds, if TDX says so.
    """

    status: int
    sent: float
    received: float
    limit: int | None = None
    remaining: int = 0
    reset: float | None = None
    over_at: float | None = None
    length: float | None = None
    retry_after: float | None = None

    @classmethod
    def of(
        cls,
        status: int,
        headers: Mapping[str, str],
        sent: float,
        received: float,
        server_time: ServerTime,
    ) -> Told:
        """Read the headers (lower-case names); nonsense in them counts as absent."""
        limit = _count(headers.get("x-ratelimit-limit"))
        remaining = _count(headers.get("x-ratelimit-remaining"))
        reset = http_seconds(headers.get("x-ratelimit-reset"))
        after = _count(headers.get("retry-after"))
        over_at = length = None
        if reset is not None:
            over_at = server_time.latest_monotonic(reset)
            over_at = None if over_at is None else over_at + _GRAIN
        if limit is not None and remaining == limit - 1 and reset is not None:
            opened = server_time.earliest(sent)
            # Never below a second: stamps in whole seconds can't tell shorter windows.
            length = None if opened is None else max(1.0, reset - math.floor(opened))
        return cls(
            status, sent, received, limit, remaining or 0, reset, over_at, length,
            None if after is None else float(after),
        )  # fmt: skip


def _count(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004  no limit has ten digits


@dataclass(slots=True)
class Window:
    """Calls taken, calls answered, calls that TDX has counted.

    Attributes:
        limit: calls per window, None while TDX shows no limit for this route.
        closes_at: when it is over, monotonic seconds; a guess until ``stamp`` is known.
        confirmed: whether all may go at once; after a full window one call goes ahead and finds
            out whether the next has opened, so that a wrong guess costs one 429 and not a herd.
        seen: the most calls, anybody's, that TDX said it had counted.
        stamp: TDX's reset time, which names the window.
        length: the shortest upper bound of a window's length seen on this route.
        struck: whether this window has answered 429; ``strikes`` counts such windows in a row.
        number: the shared ledger's name for it, None while it was not asked; ``over`` is its name
            for an earlier one.
        places: taken from the ledger and not used yet; ``spent`` counts calls made without one.
        reserve: places that are left to others while the ledger is away.
        ask_at: when it makes sense to ask the ledger again; ``taken_at``: the last call.
    """

    limit: int | None
    closes_at: float
    confirmed: bool = True
    used: int = 0
    in_flight: int = 0
    answered: int = 0
    seen: int = 0
    stamp: float | None = None
    length: float | None = None
    length_is_sure: bool = True
    struck: bool = False
    strikes: int = 0
    number: int | None = None
    over: int | None = None
    places: int = 0
    spent: int = 0
    reserve: int = 0
    ask_at: float = 0.0
    taken_at: float = 0.0

    @classmethod
    def first(cls, now: float, limit: int) -> Window:
        """A window of a route that was never called."""
        return cls(limit, now + USUAL_SECONDS)

    def next(self, now: float) -> Window:
        """The window after this one."""
        return Window(
            self.limit,
            now + USUAL_SECONDS,
            confirmed=self._free(self.answered) > 0,
            length=self.length,
            length_is_sure=self.length_is_sure,
            strikes=self.strikes,
            over=self.over if self.number is None else self.number,
        )

    def closed(self, now: float) -> bool:
        """Whether TDX has certainly forgotten these calls."""
        return self.limit is not None and self.used > 0 and now >= self.closes_at

    def _free(self, counted: int) -> int:
        # Others behind this address used what TDX has counted beyond our own calls.
        others = max(0, self.seen - counted)
        return 1 if self.limit is None else self.limit - self.reserve - self.used - others

    def has_room(self) -> bool:
        """Whether one more call may go out now."""
        if not self.confirmed and self.in_flight:
            return False
        return self._free(self.answered) > 0

    def left(self) -> int | None:
        """How many more calls may go out before it is over; None: no limit is known."""
        return None if self.limit is None else max(0, self._free(self.answered))

    def answer_may_help(self) -> bool:
        """Whether a call under way may, by its answer, show that there is room."""
        untold = not self.confirmed or (self.stamp is None and not self.struck)
        return self.in_flight > 0 and (untold or self._free(self.used) > 0)

    def take(self, now: float) -> None:
        """One call goes out."""
        if self.used == 0:
            self.closes_at = now + USUAL_SECONDS + _SKEW
        self.used += 1
        self.in_flight += 1
        self.taken_at = now
        if self.places:
            self.places -= 1
        else:
            self.spent += 1

    @property
    def foreign(self) -> int:
        """Calls that TDX has counted and that certainly were not ours."""
        return max(0, self.seen - self.used)

    def learn(self, told: Told, *, mine: bool) -> None:
        """Take in what an answer says; ``mine`` if its call was taken from this window."""
        if told.status == TOO_MANY:
            self._full(told)
            return
        if mine:
            self.confirmed = True
            self.strikes = 0
        if told.limit is None or told.reset is None:
            if mine and self.stamp is None and is_success(told.status):
                self.limit = None
            return
        if self.stamp is None and not mine:
            return
        if self.stamp is not None and told.reset < self.stamp:
            return
        if self.limit is None or (self.stamp is not None and told.reset > self.stamp):
            self._begin_anew(told)
        if told.reset != self.stamp:
            self.stamp = told.reset
            self.closes_at = math.inf
        self.limit = max(1, told.limit)
        self.seen = max(self.seen, told.limit - told.remaining)
        self._close_by(told)

    def _begin_anew(self, told: Told) -> None:
        """TDX opened its next window earlier than we thought; what is in flight may count in it."""
        self.used, self.answered, self.seen = self.in_flight + 1, 1, 0
        self.over = self.over if self.number is None else self.number
        self.number, self.places, self.spent, self.ask_at = None, 0, self.used, 0.0
        self.closes_at = told.sent + USUAL_SECONDS + _SKEW

    def _close_by(self, told: Told) -> None:
        bounds = [self.closes_at]
        if told.over_at is not None and told.over_at > told.received:
            bounds.append(told.over_at + _SKEW)
        if told.length is not None and self.length_is_sure:
            self.length = told.length if self.length is None else min(self.length, told.length)
            # Our call opened it, at the latest when its answer came.
            bounds.append(told.received + self.length + _SKEW)
        closes_at = min(bounds)
        if closes_at == math.inf:  # a reset time that lies in the past
            closes_at = told.received + USUAL_SECONDS + _SKEW
        self.closes_at = min(closes_at, told.received + LONGEST_SECONDS)

    def _full(self, told: Told) -> None:
        if told.reset is not None and self.stamp is not None and told.reset < self.stamp:
            return
        if not self.struck:
            if self.strikes or not self.confirmed:
                # We were sure that the window was over, and it was not.
                self.length, self.length_is_sure = None, False
            self.struck = True
            self.strikes += 1
        # A 429 carries the headers too (fact sheet 4): whoever met nothing else must not spread a guess.
        self.limit = max(1, told.limit) if told.limit is not None else self.limit or USUAL_LIMIT
        self.used = max(1, self.used)
        self.seen = max(self.seen, self.answered + self.limit)
        self.confirmed = True
        pause = min(_SAFE_SECONDS, 2.0 ** (self.strikes - 1))
        over_at = told.over_at
        if told.retry_after is not None:
            over_at = told.received + told.retry_after
        if over_at is None or over_at <= told.received:
            over_at = told.received + _SAFE_SECONDS
        over_at = max(over_at + _SKEW, told.received + pause)
        self.closes_at = min(over_at, told.received + LONGEST_SECONDS)
