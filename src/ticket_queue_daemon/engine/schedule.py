"""When the next pass begins: fixed points in time, each a little later by chance, or cron's. Pure.

The chance belongs to the point and not to the pass before it, so it never adds up to a drift; and it
is the same for the same seed, so that a test knows it. Daemons with seeds of their own don't all ask
TDX in the same second.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from cronsim import CronSim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_MISSED = 10_000
_NEVER_BEFORE = 0.05
_SOME_MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Timetable(Protocol):
    """When passes begin."""

    at_once: bool
    """Whether the first one begins when the daemon does."""

    def begins(self) -> None:
        """The pass of the next point begins. Not said of one that somebody asked for in between."""
        ...

    def next_after(self, now: float) -> tuple[float, int]:
        """The next point, on the monotonic clock, and how many went by since the last answer."""
        ...


class CronTable:
    """Points by a cron expression, on the clock on the wall of a time zone, without chance.

    Where the wall's clock leaps, cron's usual rules hold: what falls into the gap comes right after it,
    and what comes twice is done once. Points that go by while a pass goes on are left out.

    Args:
        expression: five fields.
        zone: of the wall.
        now: the present, aware.
    """

    at_once = False

    def __init__(self, expression: str, zone: tzinfo, now: Callable[[], datetime]) -> None:
        self._expression = expression
        self._zone = zone
        self._now = now
        self._next: datetime | None = None
        self._begun: datetime | None = None

    def begins(self) -> None:
        """The point has come: no other pass begins at it, whatever a clock that is set back says."""
        self._begun = self._next

    def next_after(self, now: float) -> tuple[float, int]:
        """The next point after the present, which is ``now`` on the monotonic clock."""
        present = self._now()
        missed = 0
        if self._next is not None and self._next < present:
            passed = itertools.takewhile(lambda at: at <= present, self._after(self._next))
            missed = sum(1 for _ in itertools.islice(passed, _MOST_MISSED))
        after = present if self._begun is None else max(present, self._begun)
        self._next = next(self._after(after))
        # Never before it: a rule that may act from eight o'clock on would not act at 7:59:59.999.
        return now + (self._next - present).total_seconds() + _NEVER_BEFORE, missed

    def gap(self) -> float:
        """Seconds between the first two points of some Monday: always the same."""
        first, second = itertools.islice(self._after(_SOME_MONDAY), 2)
        return (second - first).total_seconds()

    def _after(self, moment: datetime) -> Iterator[datetime]:
        return (
            at.astimezone(UTC) for at in CronSim(self._expression, moment.astimezone(self._zone))
        )


@dataclass(slots=True)
class Schedule:
    """Points ``interval`` seconds apart, counted from ``begin``, which is the first and has no jitter.

    Attributes:
        begin: on the monotonic clock, in seconds.
        interval: seconds, above 0.
        jitter: the share of the interval, from 0 to below 1, by which a point is late at the most.
        seed: who throws the dice.
        at_once: the first pass does not wait.
    """

    begin: float
    interval: float
    jitter: float = 0.0
    seed: str = ""
    at_once: bool = True
    _next: int = 0

    def begins(self) -> None:
        """The pass of the next point begins. Not said of one that somebody asked for in between."""
        self._next += 1

    def next_after(self, now: float) -> tuple[float, int]:
        """The next point after ``now``, and how many points went by since the last answer.

        They are left out: a pass that outlasts its interval is not followed by a crowd.
        """
        number = max(self._next, int((now - self.begin) // self.interval))
        while self.point(number) <= now:
            number += 1
        missed, self._next = number - self._next, number
        return self.point(number), missed

    def point(self, number: int) -> float:
        """Where a point lies, on the monotonic clock."""
        late = random.Random(f"{self.seed} {number}").random() if number else 0.0  # noqa: S311  spreads load, guards nothing
        return self.begin + (number + self.jitter * late) * self.interval
