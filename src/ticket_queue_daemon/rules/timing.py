"""When something is due: ``after: 3d, since: last_technician_reply``, once or again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.calendar import ALWAYS
from ticket_queue_daemon.rules.durations import Span, parse_span
from ticket_queue_daemon.rules.facts import last_doing
from ticket_queue_daemon.rules.reading import as_time
from ticket_queue_daemon.rules.vocabulary import near

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticket_queue_daemon.rules.calendar import Calendar
    from ticket_queue_daemon.rules.facts import Facts

Since = Literal[
    "created", "modified", "last_requestor_reply", "last_technician_reply", "status_change", "due"
]
CatchUp = Literal["once", "each", "skip"]
SINCE: Final[tuple[str, ...]] = get_args(Since)
CATCH_UP: Final[tuple[str, ...]] = get_args(CatchUp)
AT_ONCE: Final = Span(timedelta())
ON_TIME: Final = timedelta(hours=1)
"""How late an occurrence may be looked at and still be on time (a daemon polls every few minutes)."""
_MOST_STEPS: Final = 10_000

_NEEDS: Final[dict[str, frozenset[str]]] = {
    "created": frozenset({"ticket"}),
    "modified": frozenset({"ticket", "feed"}),
    "last_requestor_reply": frozenset({"feed"}),
    "last_technician_reply": frozenset({"feed"}),
    "status_change": frozenset({"ticket", "feed"}),
    "due": frozenset({"ticket"}),
}


def later(moment: datetime, span: Span, calendar: Calendar) -> datetime:
    """The moment a span later; UTC. Business days go first, then hours.

    Raises:
        NoBusinessTime: the calendar is closed for ten years on end.
    """
    if not span.is_business:
        return moment.astimezone(UTC) + span.time
    if span.business_days:
        moment = calendar.add_days(moment, span.business_days)
    return calendar.add(moment, span.time)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long after what.

    Attributes:
        after: how long.
        since: the moment from which it is counted.
        calendar: for business time.
    """

    after: Span
    since: Since
    calendar: Calendar = field(default=ALWAYS, repr=False, compare=False)

    @classmethod
    def parse(
        cls, after: str | None, since: str, calendar: Calendar | None = None, *, where: str
    ) -> Timing:
        """From the words of a rule; ``after`` None means at once.

        Raises:
            ConfigError: they can't be read, or business time has no calendar.
        """
        if since not in SINCE:
            raise ConfigError(
                f"{where}: since {since!r} is no moment.", near(since, SINCE, "There are")
            )
        span = AT_ONCE if after is None else parse_span(after, where=where)
        _must_have(calendar, span, where)
        known: Since = since  # type: ignore[assignment]  # it was looked for in the list
        return cls(span, known, calendar or ALWAYS)

    @property
    def needs(self) -> frozenset[str]:
        """Which facts it asks for."""
        return _NEEDS[self.since]

    def due(self, facts: Facts) -> datetime | None:
        """When it is due, UTC; None: that from which it is counted has not happened.

        Raises:
            NoBusinessTime: the calendar is closed for ten years on end.
        """
        moment = _MOMENTS[self.since](facts)
        return None if moment is None else later(moment, self.after, self.calendar)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something repeated is due.

    Attributes:
        number: counted from 1; with it the occurrence has an id of its own.
        due: when; UTC. It may be past.
        missed: how many before it are left out (once, skip), or wait behind it (each).
    """

    number: int
    due: datetime
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """Again and again.

    Occurrences stand on a grid from the first one; being late does not move those that follow.
    ``at_most`` is the number of the last one, left out or not: what was missed is never made up for
    by going on longer.

    Attributes:
        every: how far apart.
        at_most: how many; None: without end.
        catch_up: of those that were missed do the last (``once``), one by one all (``each``), or
            none (``skip``: what is more than an hour late is left out).
        calendar: for business time.
    """

    every: Span
    at_most: int | None = None
    catch_up: CatchUp = "once"
    calendar: Calendar = field(default=ALWAYS, repr=False, compare=False)

    @classmethod
    def parse(
        cls,
        every: str,
        at_most: int | None = None,
        catch_up: str = "once",
        calendar: Calendar | None = None,
        *,
        where: str,
    ) -> Repeat:
        """From the words of a rule.

        Raises:
            ConfigError: they can't be read, or business time has no calendar.
        """
        if catch_up not in CATCH_UP:
            raise ConfigError(
                f"{where}: catch_up {catch_up!r} is unknown.", near(catch_up, CATCH_UP, "There are")
            )
        if at_most is not None and at_most < 1:
            raise ConfigError(f"{where}: at_most {at_most} is none.", "Write 1 or more.")
        span = parse_span(every, where=where)
        if not span.is_business and span.time < timedelta(minutes=1):
            raise ConfigError(f"{where}: every {every!r} is too often.", "A minute is the least.")
        _must_have(calendar, span, where)
        policy: CatchUp = catch_up  # type: ignore[assignment]  # it was looked for in the list
        return cls(span, at_most, policy, calendar or ALWAYS)

    def next(self, first: datetime, now: datetime, *, last: int = 0) -> Occurrence | None:
        """The occurrence that comes next; do it once its due time is past.

        Args:
            first: when the first one is due.
            now: the time of asking.
            last: the number of the last one that was done; 0: none.

        Returns:
            None when there is none any more.

        Raises:
            NoBusinessTime: the calendar is closed for ten years on end.
        """
        coming = Occurrence(last + 1, self._due(first, last + 1))
        newest = coming
        if coming.due <= now:
            newest = self._newest(first, coming, now)
        if self.catch_up == "skip" and now - newest.due > ON_TIME:
            newest = self._after(newest)
        if self._is_over(coming.number) or (
            self.catch_up == "skip" and self._is_over(newest.number)
        ):
            return None
        missed = newest.number - coming.number
        chosen = coming if self.catch_up == "each" else newest
        return Occurrence(chosen.number, chosen.due, missed)

    def _is_over(self, number: int) -> bool:
        return self.at_most is not None and number > self.at_most

    def _after(self, one: Occurrence) -> Occurrence:
        return Occurrence(one.number + 1, later(one.due, self.every, self.calendar))

    def _due(self, first: datetime, number: int) -> datetime:
        if not self.every.is_business:
            return first.astimezone(UTC) + self.every.time * (number - 1)
        due = first.astimezone(UTC)
        for _ in range(min(number - 1, _MOST_STEPS)):
            due = later(due, self.every, self.calendar)
        return due

    def _newest(self, first: datetime, coming: Occurrence, now: datetime) -> Occurrence:
        """The last one that is due by now, and none past the end."""
        if not self.every.is_business:
            number = (now - first) // self.every.time + 1
            number = number if self.at_most is None else min(number, self.at_most)
            number = max(number, coming.number)
            return Occurrence(number, self._due(first, number))
        newest = coming
        for _ in range(_MOST_STEPS):
            following = self._after(newest)
            if following.due > now or self._is_over(following.number):
                break
            newest = following
        return newest


def _must_have(calendar: Calendar | None, span: Span, where: str) -> None:
    if span.is_business and calendar is None:
        raise ConfigError(
            f"{where}: {span} needs business hours.",
            "Give the queue its business hours and time zone.",
        )


def _status_change(facts: Facts) -> datetime | None:
    """The last one that the feed shows; else the last change of the ticket at all.

    How a feed shows a change of status is not established (fact sheet 10.7, 19 #14). Whatever changes
    the status moves the modified date, so that what is due is never due too early.
    """
    seen = facts.feed().last_status_change
    return seen if seen is not None else as_time(facts.ticket().modified_date)


def _due_date(facts: Facts) -> datetime | None:
    """The ticket's own end date, else the one of its SLA."""
    ticket = facts.ticket()
    end = as_time(getattr(ticket, "end_date", None))
    return end if end is not None else as_time(getattr(ticket, "ResolveByDate", None))


_MOMENTS: Final[dict[str, Callable[[Facts], datetime | None]]] = {
    "created": lambda facts: as_time(facts.ticket().created_date),
    "modified": last_doing,
    "last_requestor_reply": lambda facts: facts.feed().last_requestor_reply,
    "last_technician_reply": lambda facts: facts.feed().last_technician_reply,
    "status_change": _status_change,
    "due": _due_date,
}
