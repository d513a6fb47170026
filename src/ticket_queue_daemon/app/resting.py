"""A queue that a person has paused does no work, whoever runs it: before a run, and in the middle."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import QueuePaused, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.store.orders import Orders

LOOK_SECONDS = 1.0
"""So often is looked for a pause in the middle of a run."""


def rests(orders: Orders, queue: str) -> str:
    """Who paused the queue, since when and why, in one line; "" if nobody did."""
    return next((pause.told for pause in orders.paused(queue)), "")


def refuse_paused(orders: Orders, queue: str) -> None:
    """Return if the queue is not paused.

    Raises:
        QueuePaused: it is.
    """
    if told := rests(orders, queue):
        raise QueuePaused(told)


class PauseWatch:
    """Whether a run is to stop: because it was told to, or because the queue was paused meanwhile.

    An unchanged report is read long before the first look.
    """

    def __init__(self, orders: Orders, queue: str, stopping: Callable[[], bool]) -> None:
        self._orders = orders
        self._queue = queue
        self._stopping = stopping
        self._paused = False
        self._next = time.monotonic() + LOOK_SECONDS
        self._lock = threading.Lock()

    def __call__(self) -> bool:
        """Asked between tickets, and in every wait, by any worker."""
        return self._paused or self._stopping() or self._look()

    def _look(self) -> bool:
        with self._lock:
            if time.monotonic() < self._next:
                return self._paused
            self._next = time.monotonic() + LOOK_SECONDS
        try:
            self._paused = bool(self._orders.paused(self._queue))
        except StoreError:
            # The run meets the outage by itself, and tells it better.
            return self._paused
        return self._paused
