"""A finding: what was looked at, how it is, and what to do."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Mark(enum.StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    """The daemon works, and somebody should look."""
    FAIL = "fail"
    """The daemon does not work like this."""
    UNKNOWN = "unknown"
    """It can't be known without changing something, or without what failed before; judges nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table."""

    check: str
    mark: Mark
    said: str
    advice: str = ""


def ok(check: str, said: str) -> Finding:
    """As it should be."""
    return Finding(check, Mark.OK, said)


def warn(check: str, said: str, advice: str) -> Finding:
    """Works, but."""
    return Finding(check, Mark.WARN, said, advice)


def fail(check: str, said: str, advice: str) -> Finding:
    """Does not work."""
    return Finding(check, Mark.FAIL, said, advice)


def unknown(check: str, said: str, advice: str = "") -> Finding:
    """Can't be said."""
    return Finding(check, Mark.UNKNOWN, said, advice)


def asked(check: str, ask: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What ``ask`` finds; an error that it meets is a finding too, so that all else is asked."""
    try:
        return list(ask())
    except DaemonError as error:
        return [fail(check, error.message, error.advice)]
    except Exception as error:  # noqa: BLE001  a doctor that stumbles has found something
        kind = type(error).__name__
        return [
            fail(check, f"{kind}: {error}", "This is a fault of the program; please report it.")
        ]


def worst(findings: Iterable[Finding]) -> Mark:
    """The heaviest of the marks that judge."""
    marks = {finding.mark for finding in findings}
    return next((mark for mark in (Mark.FAIL, Mark.WARN) if mark in marks), Mark.OK)
