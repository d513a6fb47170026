"""Sends a queue's digest once a period, whichever daemon of the database comes first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.digest import Figures, Often, Period, digest, last_period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from ticket_queue_daemon.observe.alert_words import Alert
    from ticket_queue_daemon.store.notices import Notices
    from ticket_queue_daemon.store.runs import Runs


@dataclass(slots=True)
class Digesting:
    """Looks whether a digest is due.

    Attributes:
        send: takes it and returns at once.
        now: wall-clock time, aware.
        often, hour, zone: when; see ``last_period``.
        minutes: what a completed action saves, by type.
    """

    send: Callable[[Alert], None]
    notices: Notices
    runs: Runs
    queue: str
    now: Callable[[], datetime]
    often: Often
    hour: int
    zone: tzinfo
    minutes: Mapping[str, float]
    _looked_at: Period | None = field(default=None, init=False)

    def look(self) -> None:
        """Send it if it is due and nobody has; the database is asked once a period.

        Raises:
            StoreError: the database does not answer; the next look tries again.
        """
        period = last_period(self.now(), self.often, self.hour, self.zone)
        if period == self._looked_at:
            return
        if self.notices.take_digest(self.queue, period.until):
            self.send(self._made(period))
        self._looked_at = period

    def _made(self, period: Period) -> Alert:
        waiting = Counter(
            "needs_review" if one.status == "needs_review" else "failed_for_good"
            for one in self.runs.not_done()
            if one.due_at is None
        )
        return digest(
            Figures.of(self.runs.between(self.queue, period.since, period.until)),
            period,
            self.queue,
            often=self.often,
            minutes=self.minutes,
            waiting=waiting,
        )
