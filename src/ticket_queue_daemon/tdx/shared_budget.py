"""Sharing TDX's windows with other daemons: when there are any, places come from a common ledger.

Whether TDX counts several daemons behind one address together is not documented, so it is assumed
(fact sheet 19 #7). Alone, the ledger hears of us when work begins, twice a minute while it goes on,
and when it ends. It is asked sooner if the headers show calls that were not ours. With others at
work, a call needs a place from the ledger; places come in batches, and what is not used goes back.
If the ledger is away, the headers alone pace us, and a quarter of each window is left free.

Everything here is called with the governor's lock held, except :meth:`Sharing.fetch`.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ticket_queue_daemon.tdx.windows import Window

# TDX counts these by user (fact sheet 4.1); everything else that we call, by address.
_PER_ACCOUNT = frozenset({"GET reports/{id}", "GET reports", "POST reports/search"})
# While we are alone: how often the ledger is looked at, as long as there is work.
_LOOK_SECONDS = 30.0
# The headers show strangers: the first look comes at once, the next after twice as long each time.
_FIRST_PAUSE = 0.1
# A window of which we use less than this needs no agreement.
_FEW = 3
# An absent ledger is not asked again for so long; those that it told of count for so long.
_AWAY_SECONDS = 15.0
_REMEMBER_SECONDS = 120.0
# Documented head-room where others share an address (fact sheet 19 #7): use 75 %.
_RESERVED = 0.25
# With no place to be had: how often it is looked whether somebody gave one back.
_SOONEST, _LATEST = 0.25, 2.0
# Places on a route that nobody used for so long go back.
_IDLE_SECONDS = 1.0


class Granted(Protocol):
    """The ledger's answer: ``places`` of window ``number``; 0: nothing for ``hold`` seconds."""

    @property
    def number(self) -> int: ...  # noqa: D102  the class says what each of them means
    @property
    def places(self) -> int: ...  # noqa: D102
    @property
    def hold(self) -> float: ...  # noqa: D102
    @property
    def others(self) -> int: ...  # noqa: D102


class SharedBudget(Protocol):
    """The ledger. Its methods answer within about a second, never raise, and give None if away."""

    def take(self, ask: Mapping[str, Any]) -> Granted | None:
        """Places of one route's window; ``ask`` holds the fields of :class:`Ask`."""
        ...

    def note(self, figures: Sequence[Mapping[str, Any]], *, goes: bool) -> int | None:
        """Say that we are at work, or go; ``figures`` hold :class:`Figures`. Others at work."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """What the ledger must know to give places.

    Attributes:
        per_account: TDX counts this route by user and not by address.
        window: the ledger's number of the window that our calls are in; None: not known to us.
        over: the number of one that is over.
        spent: calls made in this window without a place.
        limit, seen, closes_in: what the headers said of it; ``closes_in`` None if nothing yet.
    """

    route: str
    per_account: bool
    window: int | None
    over: int | None
    wanted: int
    spent: int
    limit: int
    seen: int
    closes_in: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of one route when we look or go; ``closes_in`` None: no window is open."""

    route: str
    per_account: bool
    window_no: int | None
    spent: int
    unused: int
    used: int
    call_limit: int
    seen: int
    closes_in: float | None
    refused: int
    waited: float


@dataclass(slots=True)
class Met:
    """What a route has met: answers 429, waits, and the seconds that were waited."""

    refused: int = 0
    waits: int = 0
    waited: float = 0.0
    told: int = 0


class Mode(enum.Enum):
    """How we stand to others."""

    QUIET = "nothing to do, or nobody to share with"
    ALONE = "at work, and nobody else is"
    SHARED = "others are at work"
    AWAY = "the ledger does not answer"


class Need(enum.Enum):
    """What a call needs before it may take a place of its window."""

    NOTHING = enum.auto()
    LOOK = enum.auto()
    PLACES = enum.auto()


@dataclass(slots=True)
class Sharing:
    """How one governor shares; knows when to ask, and what the answers mean."""

    budget: SharedBudget | None = None
    mode: Mode = Mode.QUIET
    looked_at: float = float("-inf")
    pause: float = _FIRST_PAUSE
    others_at: float = float("-inf")
    away_at: float = float("-inf")
    met: dict[str, Met] = field(default_factory=dict)

    def need(self, window: Window, now: float) -> Need:
        """What the ledger must be asked before a call may go out in this window."""
        window.reserve = 0
        if self.budget is None or window.limit is None:
            return Need.NOTHING
        if self.mode is Mode.AWAY:
            if now - self.away_at < _AWAY_SECONDS:
                window.reserve = self._reserve(window, now)
                return Need.NOTHING
            return Need.PLACES
        if self.mode is Mode.SHARED:
            return Need.NOTHING if window.places else Need.PLACES
        strangers = window.foreign and window.used >= _FEW and now - self.looked_at >= self.pause
        due = self.mode is Mode.ALONE and now - self.looked_at >= _LOOK_SECONDS
        return Need.LOOK if strangers or due else Need.NOTHING

    def ask(self, key: str, window: Window, waiting: int, now: float) -> Ask:
        """What to ask for: as much as is waited for, and half of what this window took so far."""
        return Ask(
            route=key,
            per_account=key in _PER_ACCOUNT,
            window=window.number,
            over=window.over if window.number is None else None,
            wanted=waiting + max(2, window.used // 2),
            spent=window.spent,
            limit=window.limit or 1,
            seen=window.seen,
            closes_in=None if window.stamp is None else max(0.0, window.closes_at - now),
        )

    def fetch(self, ask: Ask) -> Granted | None:
        """Ask the ledger, without any lock."""
        return None if self.budget is None else self.budget.take(asdict(ask))

    def answered(self, others: int | None, now: float) -> None:
        """Take in how many others are at work; None: the ledger is away."""
        self.looked_at = now
        if others is None:
            self.mode, self.away_at = Mode.AWAY, now
        elif others:
            self.mode, self.others_at, self.pause = Mode.SHARED, now, _FIRST_PAUSE
        else:
            self.mode = Mode.ALONE
            self.pause = min(_LOOK_SECONDS, self.pause * 2)

    def apply(self, ask: Ask, granted: Granted, window: Window, now: float) -> None:
        """Put what was granted into the window that it belongs to."""
        window.number = granted.number
        window.spent = max(0, window.spent - ask.spent)
        window.places += granted.places
        if not granted.places:
            window.ask_at = now + min(granted.hold, max(_SOONEST, min(_LATEST, granted.hold / 4)))

    def figures(
        self, windows: Mapping[str, Window], now: float, keys: Iterable[str]
    ) -> list[dict[str, Any]]:
        """What to tell of these routes; the places and counts in it count as told."""
        told = []
        for key in keys:
            window, met = windows[key], self.met.setdefault(key, Met())
            if window.limit is None:
                continue
            is_open = window.used > 0 and not window.closed(now)
            told.append(
                asdict(
                    Figures(
                        route=key,
                        per_account=key in _PER_ACCOUNT,
                        window_no=window.number,
                        spent=window.spent,
                        unused=window.places,
                        used=window.used,
                        call_limit=window.limit,
                        seen=window.seen,
                        closes_in=max(0.0, window.closes_at - now) if is_open else None,
                        refused=met.refused - met.told,
                        waited=met.waited,
                    )
                )
            )
            window.places = window.spent = 0
            met.told = met.refused
        return told

    def leave(self) -> bool:
        """The work is over: whether the ledger should hear of it."""
        goes = self.mode in (Mode.ALONE, Mode.SHARED)
        self.mode = Mode.QUIET
        return goes

    def idle(self, windows: Mapping[str, Window], now: float) -> list[str]:
        """Routes that hold places which nobody wanted for a while."""
        if self.mode is not Mode.SHARED:
            return []
        return [
            key
            for key, window in windows.items()
            if window.places and now - window.taken_at >= _IDLE_SECONDS and not window.in_flight
        ]

    def wake_at(self, windows: Mapping[str, Window], closes_at: float, now: float) -> float:
        """When to wake who waits until ``closes_at``: sooner, if places may have to go back."""
        if self.mode is Mode.SHARED and any(window.places for window in windows.values()):
            return min(closes_at, now + _IDLE_SECONDS)
        return closes_at

    def _reserve(self, window: Window, now: float) -> int:
        if now - self.others_at > _REMEMBER_SECONDS:
            return 0
        limit = window.limit or 1
        return min(limit - 1, round(limit * _RESERVED))
