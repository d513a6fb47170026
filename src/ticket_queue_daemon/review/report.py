"""The matching report: the last tickets, and how good each pattern was over a span."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.review.entries import Outcome, TicketEntry, entry_of
from ticket_queue_daemon.review.precision import Figures, by_pattern, total

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.store.corrections import Corrections, MatchedRow, Pause


@dataclass(frozen=True, slots=True)
class MatchingReport:
    """All that a reader is shown.

    Attributes:
        since, at: the span of the figures; the entries are the newest tickets in it.
        checked: tickets that were looked at again in TDX just now.
        figures: each pattern's sum (its ``week`` is empty) and then its weeks.
    """

    since: datetime
    at: datetime
    instance: str
    checked: int
    entries: list[TicketEntry]
    figures: list[Figures]
    paused: list[Pause] = field(default_factory=list)

    @property
    def whole(self) -> Figures:
        """All patterns together."""
        return total("all patterns", self.patterns)

    @property
    def patterns(self) -> list[Figures]:
        """Each pattern over the whole span, the busiest first."""
        sums = [one for one in self.figures if not one.week]
        return sorted(sums, key=lambda one: (-one.attached, one.pattern))

    def weeks(self, pattern: str) -> list[Figures]:
        """A pattern's weeks, in order."""
        return [one for one in self.figures if one.week and one.pattern == pattern]

    def count(self, outcome: Outcome) -> int:
        """How many machines of the shown tickets came to this."""
        return sum(entry.count(outcome) for entry in self.entries)

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "since": self.since,
            "at": self.at,
            "instance": self.instance,
            "checked": self.checked,
            "counts": {outcome.value: self.count(outcome) for outcome in Outcome},
            "all": self.whole.to_json(),
            "patterns": [one.to_json() for one in self.patterns],
            "weeks": [one.to_json() for one in self.figures if one.week],
            "paused": [{**asdict(one), "reason": one.reason} for one in self.paused],
            "tickets": [entry.to_json() for entry in self.entries],
        }


def decided(corrections: Corrections, since: datetime, most: int) -> dict[int, list[MatchedRow]]:
    """What was decided on the newest tickets of a span, newest ticket first."""
    ticket_ids = corrections.matched_tickets(since, most)
    rows = corrections.matched_rows(ticket_ids)
    by_ticket = {
        ticket_id: list(of_ticket)
        for ticket_id, of_ticket in groupby(rows, key=lambda row: row.ticket_id)
    }
    return {ticket_id: by_ticket[ticket_id] for ticket_id in ticket_ids if ticket_id in by_ticket}


def entries(
    corrections: Corrections,
    tickets: Mapping[int, Sequence[MatchedRow]],
    *,
    link: Callable[[int], str],
    unreadable: Mapping[int, str],
) -> list[TicketEntry]:
    """An entry for each ticket, in the order given."""
    noted = corrections.of_tickets(list(tickets))
    made = []
    for ticket_id, rows in tickets.items():
        entry = entry_of(rows, (one for one in noted if one.ticket_id == ticket_id))
        entry.link = link(ticket_id)
        entry.unreadable = unreadable.get(ticket_id, "")
        made.append(entry)
    return made


def figures(corrections: Corrections, since: datetime) -> list[Figures]:
    """By pattern and week, from the log alone."""
    return by_pattern(corrections.figures(since))
