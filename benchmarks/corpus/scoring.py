"""Counting what a matcher attached against the labels, and the table of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

_Z = 1.96


@dataclass(slots=True)
class Score:
    """Attached rightly, attached falsely, and missed; over so many tickets."""

    tickets: int = 0
    right: int = 0
    false: int = 0
    missed: int = 0

    def count(self, expected: AbstractSet[int], attached: AbstractSet[int]) -> None:
        self.tickets += 1
        self.right += len(expected & attached)
        self.false += len(attached - expected)
        self.missed += len(expected - attached)

    def __add__(self, other: Score) -> Score:
        return Score(
            self.tickets + other.tickets,
            self.right + other.right,
            self.false + other.false,
            self.missed + other.missed,
        )

    @property
    def expected(self) -> int:
        return self.right + self.missed

    @property
    def attached(self) -> int:
        return self.right + self.false

    @property
    def precision(self) -> float | None:
        """``None`` when nothing was attached: then no claim was made that could be false."""
        return self.right / self.attached if self.attached else None

    @property
    def recall(self) -> float | None:
        """``None`` when nothing was to be attached."""
        return self.right / self.expected if self.expected else None


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, which also holds near 0 and 1."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _Z**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(value: float | None) -> str:
    return "      -" if value is None else f"{value:7.4f}"


def _row(name: str, ours: Score, seed: Score) -> str:
    return (
        f"{name:<34} {ours.tickets:>7,} {ours.expected:>8,} {ours.right:>6,} {ours.false:>6,}"
        f"  {_share(ours.precision)} {_share(ours.recall)}  | {_share(seed.precision)}"
        f" {_share(seed.recall)} {seed.false:>6,}"
    )


def table(ours: dict[str, Score], seed: dict[str, Score]) -> Iterable[str]:
    """One row for each way, then the sum with its intervals."""
    head = f"{'way of writing':<34} {'tickets':>7} {'expected':>8} {'found':>6} {'false':>6}"
    yield f"{head}  precis.  recall  | seed's p       r  false"
    yield "-" * 104
    for name, score in ours.items():
        yield _row(name, score, seed[name])
    yield "-" * 104
    total, peer = sum(ours.values(), Score()), sum(seed.values(), Score())
    yield _row("all", total, peer)
    for who, score in (("this matcher", total), ("the seed's", peer)):
        low, high = wilson(score.right, score.attached)
        least, most = wilson(score.right, score.expected)
        yield (
            f"{who}: precision {_share(score.precision).strip()} (95 %: {low:.4f} to {high:.4f}), "
            f"recall {_share(score.recall).strip()} (95 %: {least:.4f} to {most:.4f})"
        )
