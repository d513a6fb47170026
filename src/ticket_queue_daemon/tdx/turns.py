"""Whose call goes out next when several wait for one route: queues take turns, and nobody starves.

A call belongs to a party, the queue on whose behalf its thread works. Of the parties that wait, the one
that was served least goes first, and within a party whoever came first; a party that comes back
from a rest begins where the others are, so that it neither waits for its turn nor makes up for it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTY: ContextVar[str] = ContextVar("party", default="")


def current_party() -> str:
    """On whose behalf this thread calls; "" if nobody said."""
    return _PARTY.get()


def serve(party: str) -> None:
    """From now on this thread calls on behalf of that party; for threads of a pool."""
    _PARTY.set(party)


@contextmanager
def on_behalf_of(party: str) -> Iterator[None]:
    """Within it, this thread calls on behalf of that party."""
    token = _PARTY.set(party)
    try:
        yield
    finally:
        _PARTY.reset(token)


@dataclass(eq=False, slots=True)
class Waiter:
    """A call that waits; ``due``: until then it sleeps, and holds nobody up."""

    party: str
    number: int
    due: float = float("-inf")


class Turns:
    """Those who wait for one route. Called with the governor's lock held."""

    def __init__(self) -> None:
        self._waiting: list[Waiter] = []
        self._served: Counter[str] = Counter()
        self._level = 0
        self._number = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, party: str) -> Waiter:
        """One more waits."""
        self._number += 1
        waiter = Waiter(party, self._number)
        self._waiting.append(waiter)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """It waits no more, served or not."""
        self._waiting.remove(waiter)

    def is_next(self, waiter: Waiter, now: float) -> bool:
        """Whether nobody that is awake, or has to wake by now, goes before it."""
        rivals = [one for one in self._waiting if one.due <= now or one is waiter]
        return min(rivals, key=self._rank) is waiter

    def served(self, waiter: Waiter) -> None:
        """Its call goes out."""
        self._level = self._rank(waiter)[0]
        self._served[waiter.party] = self._level + 1

    def _rank(self, waiter: Waiter) -> tuple[int, int]:
        return max(self._served[waiter.party], self._level), waiter.number
