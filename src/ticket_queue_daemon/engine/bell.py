"""What may end a daemon's wait before its time: a run that is asked for, a reload, a stop, news."""

from __future__ import annotations

import enum
import threading


class Ring(enum.Flag):
    """Why it rang."""

    NEWS = 0
    """Something has changed; whoever waits looks for himself."""
    RUN = enum.auto()
    RELOAD = enum.auto()


class Bell:
    """Rung from any thread, heard by the one that waits; what rings meanwhile is kept until then."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = False
        self._asked = Ring.NEWS

    def ring(self, why: Ring = Ring.NEWS) -> None:
        """Wake whoever waits, or who waits next."""
        with self._changed:
            self._asked |= why
            self._rung = True
            self._changed.notify_all()

    def wait(self, seconds: float | None) -> Ring:
        """Wait until it rings, or that long; says for what it rang since the last answer."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung, seconds)
            asked, self._asked, self._rung = self._asked, Ring.NEWS, False
            return asked
