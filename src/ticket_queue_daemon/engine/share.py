"""How many tickets an action may still act on in this run, counted over all workers."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.engine.keys import BoundAction


class Share:
    """What a run has given out of each action's limit.

    Args:
        everyone: no limit holds: the tickets were named one by one.
    """

    def __init__(self, *, everyone: bool = False) -> None:
        self._everyone = everyone
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()

    def take(self, bound: BoundAction) -> bool:
        """Whether the action may act on one more ticket; if not, the ticket waits for the next run."""
        if not bound.rule.limit or self._everyone:
            return True
        with self._lock:
            if self._taken[bound.key.action_id] >= bound.rule.limit:
                self._waiting[bound.key.action_id] += 1
                return False
            self._taken[bound.key.action_id] += 1
            return True

    def is_spent(self, bound: BoundAction) -> bool:
        """Whether nothing is left, so that the ticket need not even be claimed; it is counted as waiting."""
        with self._lock:
            limit = 0 if self._everyone else bound.rule.limit
            spent = 0 < limit <= self._taken[bound.key.action_id]
            self._waiting[bound.key.action_id] += spent
            return spent

    def put_back(self, bound: BoundAction) -> None:
        """It had nothing to do on that ticket."""
        if bound.rule.limit and not self._everyone:
            with self._lock:
                self._taken[bound.key.action_id] -= 1

    def notes(self, actions: Sequence[BoundAction]) -> list[str]:
        """A sentence for each action whose limit was reached."""
        return [
            f"{bound.key.action_id} reached its limit of {bound.rule.limit} in this run; "
            f"{waiting} more {'ticket waits' if waiting == 1 else 'tickets wait'} for the next."
            for bound in actions
            if (waiting := self._waiting[bound.key.action_id])
        ]
