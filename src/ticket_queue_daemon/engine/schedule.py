"""When the next pass begins: fixed points in time, each a little later by chance. Pure.

The chance belongs to the point and not to the pass before it, so it never adds up to a drift; and it
is the same for the same seed, so that a test knows it. Daemons with seeds of their own don't all ask
TDX in the same second.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Schedule:
    """Points ``interval`` seconds apart, counted from ``begin``, which is the first and has no jitter.

    Attributes:
        begin: on the monotonic clock, in seconds.
        interval: seconds, above 0.
        jitter: the share of the interval, from 0 to below 1, by which a point is late at the most.
        seed: who throws the dice.
    """

    begin: float
    interval: float
    jitter: float = 0.0
    seed: str = ""
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
