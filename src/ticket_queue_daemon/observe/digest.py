"""The digest: what was done, what was not and why, and the minutes that it saved; when it is due."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from ticket_queue_daemon.observe.alert_words import SENDER, Alert, plain
from ticket_queue_daemon.observe.causes import essence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

Often = Literal["daily", "weekly"]
NOT_DONE = {"failed_for_good": "failed for good", "needs_review": "held for review"}
"""Outcomes that need a person, and how they are told."""
MOST_CAUSES = 12
_DAYS = {"daily": 1, "weekly": 7}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of wall-clock days, aware."""

    since: datetime
    until: datetime


def last_period(now: datetime, often: Often, hour: int, zone: tzinfo) -> Period:
    """The newest period that is over: days end at ``hour``, weeks on Monday at ``hour``."""
    here = now.astimezone(zone)
    end = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    if end > here:
        end -= timedelta(days=1)
    if often == "weekly":
        end -= timedelta(days=end.weekday())
    return Period(end - timedelta(days=_DAYS[often]), end)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the runs of a period came to.

    Attributes:
        done: completed actions by type.
        idle: actions that had nothing to do on a ticket, by type.
        again: attempts that failed and are made again, by type.
        causes: (type, outcome, cause) that needs a person, and how often.
        broken: (result, cause) of runs that did not come to their end, and how often.
        said: the last reason of each cause.
    """

    done: Counter[str] = field(default_factory=Counter)
    idle: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    causes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    broken: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, runs: Iterable[Mapping[str, Any]]) -> Figures:
        """Add up runs as they are on record."""
        figures = cls()
        by_outcome = {
            "completed": figures.done,
            "skipped": figures.idle,
            "failed": figures.again,
        }
        for run in runs:
            for kind, outcomes in run["outcomes"].items():
                for outcome, number in outcomes.items():
                    if outcome in by_outcome:
                        by_outcome[outcome][kind] += number
            for kind, outcome, reason, number in run["causes"]:
                figures.causes[kind, outcome, figures._cause(reason)] += number
            if run["reason"]:
                figures.broken[run["result"], figures._cause(run["reason"])] += 1 + run["again"]
        return figures

    def _cause(self, reason: str) -> str:
        cause = essence(reason)
        self.said[cause] = reason
        return cause


def digest(
    figures: Figures,
    period: Period,
    queue: str,
    *,
    often: Often,
    minutes: Mapping[str, float],
    waiting: Mapping[str, int],
) -> Alert:
    """The message.

    Args:
        figures: of the period.
        period: as it is told.
        queue: its name.
        often: how the digest is called.
        minutes: what a completed action saves, by type; {}: nothing is estimated.
        waiting: what waits for a person just now, by outcome.
    """
    span = f"{period.since:%Y-%m-%d %H:%M} to {period.until:%Y-%m-%d %H:%M}"
    parts = [f"From {span} ({period.until.tzinfo}).", _done(figures, minutes)]
    parts += filter(None, (_not_done(figures), _broken(figures), _waiting(waiting)))
    return Alert(
        f"{SENDER}: the {often} digest ({queue})",
        "\n\n".join(parts),
        "warning" if any(waiting.values()) else "success",
    )


def _done(figures: Figures, minutes: Mapping[str, float]) -> str:
    if not figures.done:
        return "Done: nothing, as nothing was due or nothing came through."
    told = f"Done: {figures.done.total()} ({_by_type(figures.done)})."
    saved = sum(minutes.get(kind, 0.0) * number for kind, number in figures.done.items())
    return f"{told}\nSaved: some {_span(saved)}, by your estimate." if saved else told


def _not_done(figures: Figures) -> str:
    lines = [
        f"{number} x {kind} {NOT_DONE.get(outcome, outcome)}: {plain(figures.said[cause]) or 'no reason given'}"
        for (kind, outcome, cause), number in figures.causes.most_common(MOST_CAUSES)
    ]
    if more := len(figures.causes) - MOST_CAUSES if len(figures.causes) > MOST_CAUSES else 0:
        lines.append(f"and {more} more causes: ticket-queue-daemon failures")
    if figures.again:
        lines.append(f"Attempts that failed and are made again: {_by_type(figures.again)}")
    if figures.idle:
        lines.append(f"Nothing to do there, or not yet: {_by_type(figures.idle)}")
    return "\n".join(["Not done:", *lines]) if lines else ""


def _broken(figures: Figures) -> str:
    lines = [
        f"{number} x {result}: {plain(figures.said[cause])}"
        for (result, cause), number in figures.broken.most_common(MOST_CAUSES)
    ]
    return "\n".join(["Runs that did not come to their end:", *lines]) if lines else ""


def _waiting(waiting: Mapping[str, int]) -> str:
    told = [f"{number} {NOT_DONE[outcome]}" for outcome, number in waiting.items() if number]
    if not told:
        return "Nothing waits for a person."
    return f"Waiting for a person now: {', '.join(told)}. See why:\nticket-queue-daemon failures"


def _by_type(counted: Counter[str]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in sorted(counted.items()))


def _span(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
