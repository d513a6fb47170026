"""A plan for the tickets now in the report: what now, what later, what never, and why. Pure.

Made from what a dry run saw, so its numbers are the dry run's, and from how the log says that all
other pairs stand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ticket_queue_daemon.assets.considered import Considered, considered
from ticket_queue_daemon.effects import foretold
from ticket_queue_daemon.engine.admission import moment
from ticket_queue_daemon.engine.expected import fingerprint
from ticket_queue_daemon.engine.guard import WOULD_BE_REFUSED
from ticket_queue_daemon.engine.standing import stand, stand_summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from ticket_queue_daemon.engine.costs import Cost
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.report import PlanView, RunReport

When = Literal["now", "later", "never", "fails"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One action on one ticket.

    Attributes:
        when: ``now``: something would be sent; ``later``: it waits, until ``due`` if that is known;
            ``never``: there is nothing to do, or its rule says no; ``fails``: it can't be planned.
        reason: why.
        condition: the parts of the rule's condition that let it through.
        effects: what would be sent, in words.
        mailed: whom TDX would e-mail for it.
        evidence: the machines that were taken, each with where it stood.
        fingerprint: of its effects, for what a run would record; "" for what it would not touch.
    """

    ticket_id: int
    title: str
    action_id: str
    when: When
    reason: str
    due: datetime | None = None
    condition: str = ""
    effects: tuple[str, ...] = ()
    mailed: tuple[str, ...] = ()
    evidence: tuple[Considered, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run would do now.

    Attributes:
        at: when it was made.
        instance, queue: where.
        actions: the configured actions, in order.
        entries: in the order of the report, then of the actions.
        done: by action id, on how many tickets of the report it is done already.
        costs: of applying it, the busiest endpoint first; ``seconds`` are the least that it takes.
        guard: why a real run would be refused; "" if it would not be.
        notes: what was noticed on the way.
        report: the dry run's figures.
    """

    at: datetime
    instance: str
    queue: str
    actions: tuple[BoundAction, ...]
    entries: tuple[Entry, ...]
    done: Mapping[str, int]
    costs: tuple[Cost, ...]
    seconds: float
    guard: str
    notes: tuple[str, ...]
    report: RunReport

    def of(self, action_id: str, when: When) -> list[Entry]:
        """The entries of one action that are now, later, never, or fail."""
        return [one for one in self.entries if (one.action_id, one.when) == (action_id, when)]

    def count(self, when: When) -> int:
        """How many entries are now, later, never, or fail."""
        return sum(one.when == when for one in self.entries)

    @property
    def changes(self) -> int:
        """Effects that would be sent."""
        return sum(len(one.effects) for one in self.entries)

    @property
    def changed_tickets(self) -> int:
        """Tickets that would be changed."""
        return len({one.ticket_id for one in self.entries if one.effects})

    @property
    def mailed(self) -> list[tuple[str, int]]:
        """Whom TDX would e-mail, and for how many effects; most first."""
        return Counter(who for one in self.entries for who in one.mailed).most_common()


def guard_and_notes(report: RunReport) -> tuple[str, tuple[str, ...]]:
    """The guard's verdict on a real run, and all else that the dry run noted."""
    verdict = [one for one in report.notes if one.startswith(WOULD_BE_REFUSED)]
    rest = tuple(one for one in report.notes if one not in verdict)
    return " ".join(one.removeprefix(WOULD_BE_REFUSED) for one in verdict), rest


def seen(report: RunReport, actions: Sequence[BoundAction]) -> list[Entry]:
    """What the dry run looked at."""
    summaries = {one.key.action_id for one in actions if one.key.summarises}
    return [_entry(view, summarises=view.action_id in summaries) for view in report.plans]


def closed(
    pairs: Iterable[tuple[int, str]], actions: Sequence[BoundAction], now: datetime
) -> list[Entry]:
    """What waits for its schedule to open.

    Raises:
        NoBusinessTime: it never does, in ten years.
    """
    opens = {
        one.key.action_id: one.rule.schedule.next_open(now)
        for one in actions
        if one.rule.schedule is not None
    }
    return [
        Entry(
            ticket_id=ticket_id,
            title="",
            action_id=action_id,
            when="later",
            reason=f"its schedule is closed until {moment(opens[action_id])}",
            due=opens[action_id],
        )
        for ticket_id, action_id in pairs
    ]


def standing(
    rows: Sequence[Mapping[str, Any]],
    actions: Sequence[BoundAction],
    looked_at: Iterable[tuple[int, str]],
    now: datetime,
) -> tuple[list[Entry], Counter[str]]:
    """What the dry run had no reason to look at: it waits, or is over; and how often each is done."""
    bound = {one.key.action_id: one for one in actions}
    skip = set(looked_at)
    entries: list[Entry] = []
    done: Counter[str] = Counter()
    for row in rows:
        action_id = row["action_id"]
        if (row["ticket_id"], action_id) in skip:
            continue
        if row["status"] == "completed" and row["look_again_at"] is None:
            done[action_id] += 1
            continue
        due = row["next_attempt_at"] or row["look_again_at"]
        entries.append(
            Entry(
                ticket_id=row["ticket_id"],
                title="",
                action_id=action_id,
                when="later" if due is not None or row["status"] == "started" else "never",
                reason=how_it_stands(row, bound[action_id], now),
                due=due,
            )
        )
    return entries, done


def how_it_stands(row: Mapping[str, Any], bound: BoundAction, now: datetime) -> str:
    """A row in one sentence without a full stop: what comes next, and what was said of it."""
    if bound.key.summarises:
        sentence = stand_summary(row, (), now).sentence
    else:
        sentence = stand(row, bound.key, modified=None, now=now).sentence
    said = row["error_message"] or row["metadata"].get("message") or ""
    return f"{said} ({sentence})" if said and row["status"] != "completed" else sentence


def _entry(view: PlanView, *, summarises: bool) -> Entry:
    recorded = view.outcome in {"completed", "skipped"}
    return Entry(
        ticket_id=view.ticket_id,
        title=view.title,
        action_id=view.action_id,
        when=_when(view),
        reason=view.reason or view.summary or ("" if view.effects else "nothing to do"),
        due=view.again.at if view.again is not None else None,
        condition=view.condition,
        effects=view.effects,
        mailed=tuple(dict.fromkeys(who for one in view.planned for who in foretold.mailed(one))),
        evidence=tuple(
            one for one in considered(view.details).candidates if one.verdict == "taken"
        ),
        fingerprint=(
            fingerprint(view.action_id, view.planned, summarises=summarises) if recorded else ""
        ),
    )


def _when(view: PlanView) -> When:
    if view.outcome == "failed":
        return "fails"
    if view.effects:
        return "now"
    waits = view.again is not None and view.again.at is not None
    return "later" if waits or not view.outcome else "never"
