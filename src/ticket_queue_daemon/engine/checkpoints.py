"""The named instants at which a crash must be harmless.

Tests switch one on through the environment variable ``DAEMON_FAILPOINT`` (``name`` or
``name:nth``): the process is then killed, by SIGKILL, the nth time it passes that point. Without
the variable a checkpoint is one comparison.
"""

from __future__ import annotations

import enum
import os
import signal
import threading


class Checkpoint(enum.Enum):
    """Every boundary between two steps of the straight line, in order."""

    POLLED = "polled"
    CLAIMED = "claimed"
    PLANNED = "planned"
    WRITTEN_AHEAD = "written_ahead"
    EFFECT_MARKED_SENT = "effect_marked_sent"
    EFFECT_DONE = "effect_done"
    EFFECT_TICKED_OFF = "effect_ticked_off"
    APPLIED = "applied"
    RECORDED = "recorded"
    SUMMARY_CLAIMED = "summary_claimed"
    SUMMARY_RECORDED = "summary_recorded"
    TICKET_DONE = "ticket_done"


class _Failpoint:
    """The one armed point of this process, with its count-down."""

    def __init__(self, setting: str) -> None:
        name, _, nth = setting.partition(":")
        self.point = Checkpoint(name)
        self._left = int(nth or "1")
        self._lock = threading.Lock()

    def pass_by(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_setting = os.environ.get("DAEMON_FAILPOINT", "")
_armed = _Failpoint(_setting) if _setting else None


def reach(point: Checkpoint) -> None:
    """Say that the straight line has come to ``point``."""
    if _armed is not None and _armed.point is point:
        _armed.pass_by()
