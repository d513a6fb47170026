"""Fan out: one event to many observers, none of which can stop a ticket."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ticket_queue_daemon.observe.events import Event, Observer

_LOG = logging.getLogger(__name__)


class ByQueue:
    """Observers of several queues, of which each hears one: made when a queue is first named.

    Args:
        makers: give the observers of a queue, by its name.
    """

    def __init__(self, makers: Iterable[Callable[[str], Observer]]) -> None:
        self._makers = tuple(makers)
        self._made: dict[str, Hooks] = {}
        self._lock = threading.Lock()

    def of(self, queue: str) -> Hooks:
        """Who hears the events of that queue."""
        with self._lock:
            if queue not in self._made:
                self._made[queue] = Hooks([make(queue) for make in self._makers])
            return self._made[queue]

    def gone(self, queue: str) -> None:
        """The queue is watched no more; if it comes again, its observers are new."""
        with self._lock:
            self._made.pop(queue, None)


class Hooks:
    """Hands each event to every observer, in order. An observer that raises is logged and forgotten.

    Forgotten means that it hears no more: a broken observer would otherwise fill the log with one
    warning per ticket.
    """

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    def on_event(self, event: Event) -> None:
        """Tell all of them. Never raises an ``Exception``."""
        for observer in self._observers:
            try:
                observer.on_event(event)
            except Exception:  # noqa: BLE001  whatever it is, the work goes on
                self._observers = tuple(kept for kept in self._observers if kept is not observer)
                _LOG.warning(
                    "observer %s failed on %s and hears no more",
                    type(observer).__name__,
                    type(event).__name__,
                    exc_info=True,
                )
