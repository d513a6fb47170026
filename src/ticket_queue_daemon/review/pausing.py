"""A pattern whose matches people take off too often rests until a person resumes it.

It is judged by the upper end of the interval of its precision, over tickets: it rests when it is
surely worse than what was asked for, and not for bad luck. With 0.95 asked for, 1 of 20 or 2 of 20
is luck, 3 of 20 is not. A ticket is one trial, since one wrong ticket may name ten machines.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.review.precision import wilson

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.store.corrections import Corrections, PatternTickets


def is_surely_below(judged: PatternTickets, least: float, *, tickets: int) -> bool:
    """Whether a pattern's precision lies below ``least`` by all that is known, on enough tickets."""
    if judged.tickets < tickets:
        return False
    return wilson(judged.tickets - judged.corrected, judged.tickets)[1] < least


class Pausing:
    """Judges patterns, and tells which rest.

    Args:
        corrections: the books.
        least: the precision asked for; 0 pauses nothing.
        tickets: so many tickets before a pattern is judged.
        days: over so many days back.
    """

    def __init__(self, corrections: Corrections, *, least: float, tickets: int, days: int) -> None:
        self._corrections = corrections
        self._least = least
        self._tickets = tickets
        self._span = timedelta(days=days)

    def before_run(self, now: datetime, *, dry_run: bool) -> tuple[dict[str, str], list[str]]:
        """The patterns that rest and why, and a sentence for each that has just been paused.

        A dry run judges nothing, since it writes nothing. What rests stays at rest even when
        nothing more is judged: only a person resumes it.

        Raises:
            StoreError: the database did not answer.
        """
        told = [] if dry_run or not self._least else self._judge(now)
        return {one.pattern: one.reason for one in self._corrections.paused()}, told

    def _judge(self, now: datetime) -> list[str]:
        return [
            f"The pattern {one.pattern!r} is paused: people took off what it attached on "
            f"{one.corrected} of {one.tickets} tickets, and DAEMON_MIN_PATTERN_PRECISION is "
            f"{self._least:g}. What it finds is suggested from now on. To look: ticket-queue-daemon "
            f"matching-report; to let it attach again: ticket-queue-daemon resume-pattern "
            f"{quoted(one.pattern)}"
            for one in self._corrections.judged(now - self._span)
            if is_surely_below(one, self._least, tickets=self._tickets)
            and self._corrections.pause(one)
        ]


def quoted(pattern: str) -> str:
    """A pattern's name as it is typed in a shell."""
    return pattern if pattern.replace("-", "").isalnum() else f'"{pattern}"'
