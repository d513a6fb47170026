"""The exit codes, each with its meaning; ``--help`` and the documentation are made from here."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(enum.IntEnum):
    """What the command's number says to cron, systemd and scripts."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        """Number and meaning in one member."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member

    DONE = 0, "all done"
    SOME_FAILED = 1, "some action failed, waits for a person, or for the cap on effects in an hour"
    USAGE = 2, "usage or configuration; no ticket was touched"
    UNREACHABLE = 3, "TDX or the database can't be reached"
    INTERRUPTED = 130, "stopped by Ctrl-C; the next run takes up what was under way"


_BY_WEIGHT = (
    ExitCode.DONE,
    ExitCode.INTERRUPTED,
    ExitCode.SOME_FAILED,
    ExitCode.USAGE,
    ExitCode.UNREACHABLE,
)


def code_of(number: int) -> ExitCode:
    """The code of that number, as errors carry it."""
    return next(code for code in ExitCode if code == number)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The one that weighs most: of several queues, what the command ends with."""
    return max(codes, key=_BY_WEIGHT.index)


class Verdict(enum.IntEnum):
    """What ``status`` and ``verify`` say to a monitor; 3 stays "can't be reached", as everywhere."""

    FINE = 0
    WARNING = 1
    CRITICAL = 2
