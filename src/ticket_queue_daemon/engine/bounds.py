"""What holds in every pass, whatever the actions want: kinds of effect, effects an hour, remarks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.events import STOPPED_BY_CAP
from ticket_queue_daemon.store.rows import EffectsSent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class EffectCap:
    """At most so many effects an hour, of all daemons of the database together.

    It is asked before each ticket, in the database: how many effects were sent in the last hour. A
    ticket that is in hand counts as one until its effects are written down, so the cap can be passed
    by what the tickets in hand hold beyond that, and by what other daemons begin in the same moment.

    Args:
        most: the cap; None for none, and then nothing is asked.
        sent: how many effects were sent in the last hour.
    """

    def __init__(
        self,
        most: int | None = None,
        sent: Callable[[], EffectsSent] = lambda: EffectsSent(0, None),
    ) -> None:
        self._most = most
        self._sent = sent
        self._lock = threading.Lock()
        self._in_hand = 0
        self.story = ""
        """Why no further ticket is begun in this pass; "" while one may be."""

    def begin_run(self) -> None:
        """A new pass may begin tickets again, if there is room."""
        self.story = ""

    def around(self, one: Callable[[int], None]) -> Callable[[int], None]:
        """``one``, but a ticket for which there is no room is left for a later pass, untouched."""

        def if_there_is_room(ticket_id: int) -> None:
            if not self._enter():
                return
            try:
                one(ticket_id)
            finally:
                with self._lock:
                    self._in_hand -= 1

        return if_there_is_room

    def _enter(self) -> bool:
        if self._most is None:
            return True
        with self._lock:
            if self.story:
                return False
            used = self._sent()
            if used.sent + self._in_hand >= self._most:
                self.story = self._told(used)
                return False
            self._in_hand += 1
            return True

    def _told(self, used: EffectsSent) -> str:
        free = f"; the next is free at {used.next_free:%H:%M} UTC" if used.next_free else ""
        return (
            f"{STOPPED_BY_CAP}: {used.sent} were sent, DAEMON_MAX_EFFECTS_PER_HOUR is {self._most}"
            f"{free}. The tickets that were not begun wait for a later run, and no attempt is counted"
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one queue.

    Attributes:
        remarks: sentences that every pass begins with.
        allowed: the kinds of effect that may be sent; None: every kind.
        cap: how many of them an hour.
    """

    remarks: Sequence[str] = ()
    allowed: frozenset[str] | None = None
    cap: EffectCap = field(default_factory=EffectCap)
