"""What happens in the soak's week, thrown with seeded dice, and what is due because of it.

What is due is worked out here from the rules' words, and shares no code with the daemon.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

MARGIN = 6
"""Hours that a due effect has at least until its ticket is closed: more than any outage takes."""
STILL_AFTER = 4
REMIND_AFTER, REMIND_EVERY, REMIND_MOST = 12, 24, 3

RULES = """\
version: 1
queue:
  report: 1344
  max_new_tickets: 100000
actions:
  - add_asset
  - comment:
      label: welcome
      comment_text: "Welcome: this is how we work."
      once_per: requestor
  - status_change:
      new_status_id: 117
      when: ticket.Title.contains("printer")
  - comment:
      label: still
      comment_text: "Still open after some hours."
      after: 3h30m
  - comment:
      label: reminder
      comment_text: "A reminder: this ticket waits."
      after: 11h30m
      every: 24h
      at_most: 3
{more}  - summary_comment
"""
MOVED = """\
  - comment:
      label: moved
      comment_text: "We have moved to building 4."
"""
WORDS = {
    "Welcome:": "welcome",
    "Still open": "still",
    "A reminder:": "reminder",
    "We have moved": "moved",
    "Automated Actions Summary": "summary",
}


@dataclass
class Planned:
    """A ticket's life, in hours from the beginning; the report has it in ``[arrives, closes)``."""

    number: int
    arrives: int
    closes: int
    requestor: int
    asset: int | None
    printer: bool
    replies: list[int] = field(default_factory=list)
    edits: list[int] = field(default_factory=list)
    taken_off: int | None = None
    """When a person takes the asset off again."""

    @property
    def title(self) -> str:
        return f"{'The printer' if self.printer else 'A screen'} of desk {self.number}"


@dataclass
class Week:
    """Everything that happens.

    Attributes:
        moved: when a deploy brings the rule MOVED.
        tdx_away, database_away: hours in which they are.
        losing: hours in which answers are lost.
        restarts: hours at whose beginning a new version is deployed; ``kills``: the daemon is killed.
    """

    hours: int
    tickets: list[Planned]
    moved: int
    tdx_away: set[int]
    database_away: set[int]
    losing: set[int]
    expire: set[int]
    restarts: set[int]
    kills: set[int]

    @property
    def away(self) -> set[int]:
        return self.tdx_away | self.database_away

    def due(self, ticket: Planned) -> list[tuple[str, int]]:
        """(word, the hour from which on it is due) of each effect; ``welcome`` is of the requestor."""
        at = ticket.arrives
        due = [("still", at + STILL_AFTER), ("moved", max(at, self.moved))]
        due += [
            ("reminder", at + REMIND_AFTER + REMIND_EVERY * number) for number in range(REMIND_MOST)
        ]
        if ticket.asset is not None:
            due.append(("asset", at))
        if ticket.printer:
            due.append(("status", at))
        return [(word, hour) for word, hour in due if hour < ticket.closes]


def plan(seed: int, hours: int, tickets: int) -> Week:
    """Throw the dice. A long week has calm last days, in which one process lives through."""
    dice = random.Random(seed)
    stormy = range(2, hours - MARGIN - 4)
    spots = sorted(dice.sample(stormy, k=max(3, hours // 16)))
    third = len(spots) // 3
    tdx_away = {spot + more for spot in spots[::3] for more in range(2)}
    database_away = set(spots[1::3]) - tdx_away
    # At an outage a service manager would start it again and again; here it is started once.
    calm = [hour for hour in range(hours) if hour not in tdx_away | database_away]
    deploys = [next(hour for hour in calm if hour >= at) for at in (hours // 6, hours // 3)]
    week = Week(
        hours,
        [],
        moved=deploys[-1],
        tdx_away=tdx_away,
        database_away=database_away,
        losing={spot + more for spot in spots[2::3] for more in range(4)},
        expire=set(range(5, hours, 11)),
        # The second half belongs to one process.
        restarts=set(deploys),
        kills={hour for hour in (*spots[:third], hours // 4) if hour in calm and hour < hours // 2},
    )
    while len(week.tickets) < tickets:
        one = _ticket(dice, week, len(week.tickets), tickets)
        if _fits(week, one):
            week.tickets.append(one)
    return week


def _ticket(dice: random.Random, week: Week, number: int, tickets: int) -> Planned:
    arrives = dice.randrange(0, week.hours - MARGIN)
    closes = min(week.hours, arrives + dice.randrange(MARGIN, 90))
    life = range(arrives + 1, closes)
    has_asset = dice.random() < 0.6
    return Planned(
        number,
        arrives,
        closes,
        requestor=dice.randrange(max(1, tickets // 3)),
        asset=dice.randrange(40) if has_asset else None,
        printer=dice.random() < 0.4,
        replies=dice.sample(life, k=min(len(life), dice.randrange(3))),
        edits=dice.sample(life, k=min(len(life), dice.randrange(3))),
        taken_off=arrives + MARGIN if has_asset and dice.random() < 0.2 else None,
    )


def _fits(week: Week, ticket: Planned) -> bool:
    """Whether each of its effects has its time, so that what is due is beyond doubt."""
    return all(hour + MARGIN <= ticket.closes for _, hour in week.due(ticket))
