"""How good the matching is, in numbers that say how sure they are. Pure.

precision = still attached / attached           what we put there, and nobody took off
recall    = still attached / (still attached + missed)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticket_queue_daemon.store.corrections import Counts

_Z: Final = 1.959963984540054
"""95 % of a normal distribution lie within so many deviations."""


def wilson(good: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score; (0, 1) of nothing, for then nothing is known.

    Unlike the textbook's interval it stays within 0 and 1 and is honest for small numbers and for
    shares of 0 and 1 (Wilson 1927; Brown, Cai and DasGupta 2001).

    Raises:
        ValueError: not a share.
    """
    if not 0 <= good <= total:
        raise ValueError(f"{good} of {total} is no share")
    if total == 0:
        return 0.0, 1.0
    share, weight = good / total, _Z * _Z / total
    middle = share + weight / 2
    spread = _Z * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    low, high = (middle - spread) / (1 + weight), (middle + spread) / (1 + weight)
    # At the ends the formula gives the end itself, but for the last bit.
    return (0.0 if good == 0 else low), (1.0 if good == total else high)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval; no share of nothing."""

    good: int
    total: int

    @property
    def share(self) -> float | None:
        """The share itself."""
        return self.good / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval."""
        return wilson(self.good, self.total)

    def to_json(self) -> dict[str, Any]:
        """Share, interval and what they are made of."""
        low, high = self.interval
        return {
            "good": self.good,
            "total": self.total,
            "share": self.share,
            "low": low,
            "high": high,
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """A pattern's numbers, of one week or of all (``week`` empty)."""

    pattern: str
    week: str
    attached: int
    removed: int
    missed: int

    @property
    def precision(self) -> Rate:
        """Of what we attached: what nobody took off."""
        return Rate(self.attached - self.removed, self.attached)

    @property
    def recall(self) -> Rate:
        """Of what belonged on the tickets: what we had attached."""
        right = self.attached - self.removed
        return Rate(right, right + self.missed)

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "pattern": self.pattern,
            "week": self.week,
            "attached": self.attached,
            "removed": self.removed,
            "missed": self.missed,
            "precision": self.precision.to_json(),
            "recall": self.recall.to_json(),
        }


def by_pattern(counts: Iterable[Counts]) -> list[Figures]:
    """The weeks of each pattern in order, after its sum over them; whole sum last, named "all"."""
    listed = sorted(counts, key=lambda one: (one.pattern, one.week))
    figures: list[Figures] = []
    for pattern, weeks in groupby(listed, key=lambda one: one.pattern):
        of_weeks = [
            Figures(pattern, one.week, one.attached, one.removed, one.missed) for one in weeks
        ]
        figures += [total(pattern, of_weeks), *of_weeks]
    return figures


def total(pattern: str, figures: Iterable[Figures]) -> Figures:
    """The sum over weeks."""
    listed = list(figures)
    return Figures(
        pattern,
        "",
        sum(one.attached for one in listed),
        sum(one.removed for one in listed),
        sum(one.missed for one in listed),
    )
