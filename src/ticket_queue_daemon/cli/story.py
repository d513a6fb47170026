"""A ticket's history as sentences: pure, from the rows of the append-only history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Happening(Protocol):
    """What is read of a row of the history; the store's ``HistoryEvent`` has it."""

    @property
    def at(self) -> datetime:
        """When, aware."""
        ...

    @property
    def log_id(self) -> object:
        """Which (ticket, action) row."""
        ...

    @property
    def action_id(self) -> str:
        """Which action."""
        ...

    @property
    def worker(self) -> str | None:
        """Who."""
        ...

    @property
    def attempt(self) -> int | None:
        """Which attempt, from 1."""
        ...

    @property
    def event(self) -> str:
        """What, one word."""
        ...

    @property
    def effect_no(self) -> int | None:
        """Which effect of the plan, from 0."""
        ...

    @property
    def detail(self) -> Mapping[str, Any]:
        """The rest."""
        ...


# What is told in one breath with a lost answer.
_AFTER_DOUBT = {
    "effect_looked_up": "; {looked}",
    "effect_already_there": ", done",
    "effect_applied": ", done",
}
_SEEN = {"there": "found", "not there": "not found", "superseded": "changed by someone else"}


def tell(
    history: Iterable[Happening],
    plans: Mapping[str, Mapping[str, Any] | None],
    describe: Callable[[Mapping[str, Any]], str],
) -> list[tuple[datetime, str]]:
    """The story, in order: a moment and a sentence each.

    What followed a lost answer is told in one breath with it ("answer lost: ...; looked: found,
    done"), at the moment at which the answer was lost. Second looks at a ticket that has changed, of
    which nothing new came, are told once, at the moment of the last.

    Args:
        history: the ticket's rows, oldest first.
        plans: the stored plan by log id, for rows whose ``planned`` event names no effects.
        describe: puts a stored effect into words.
    """
    effects = {log_id: list((plan or {}).get("effects", ())) for log_id, plan in plans.items()}
    told: list[tuple[datetime, str]] = []
    looks: dict[str, tuple[int, int]] = {}
    idle: set[int] = set()
    in_doubt: tuple[object, int | None] | None = None
    for row in history:
        log_id, key = str(row.log_id), (row.log_id, row.effect_no)
        if row.event == "planned":
            effects[log_id] = _planned_effects(row, effects.get(log_id, []))
        if key == in_doubt and row.event in _AFTER_DOUBT:
            at, sentence = told[-1]
            told[-1] = (at, sentence + _AFTER_DOUBT[row.event].format(looked=_looked(row)))
            continue
        in_doubt = key if row.event == "effect_in_doubt" else None
        if _is_second_look(row):
            earlier, times = looks.get(log_id, (-1, 0))
            idle.add(earlier)
            looks[log_id] = len(told), times + 1
            told.append((row.at, _second_look(row, times + 1)))
            in_doubt = None
            continue
        looks.pop(log_id, None)
        planned = [describe(effect) for effect in effects.get(log_id, ())]
        told.append((row.at, _sentence(row, _what(row, planned), planned)))
    return [one for place, one in enumerate(told) if place not in idle]


def _is_second_look(row: Happening) -> bool:
    return row.event == "claimed" and "ticket_modified_at" in row.detail


def _second_look(row: Happening, times: int) -> str:
    often = "" if times == 1 else f" {times} times"
    return f"looked at again{often}, since the ticket has changed: {row.action_id}"


def _planned_effects(row: Happening, known: list[Any]) -> list[Any]:
    plan = row.detail.get("plan", row.detail)
    found = plan.get("effects") if isinstance(plan, dict) else None
    return found if isinstance(found, list) else known


def _what(row: Happening, planned: list[str]) -> str:
    """The effect that the row is about, in words."""
    if row.effect_no is None:
        return ""
    known = row.effect_no < len(planned)
    return planned[row.effect_no] if known else f"effect {row.effect_no + 1}"


def _looked(row: Happening) -> str:
    seen = str(row.detail.get("seen", ""))
    return f"looked: {_SEEN.get(seen, seen or 'cannot tell')}"


def _why(row: Happening) -> str:
    # What is held has its plan's message beside the reason, as if it had been done.
    first = ("reason",) if row.event == "parked" else ()
    for key in (*first, "error", "message", "reason", "baseline"):
        if row.detail.get(key):
            return f": {row.detail[key]}"
    return ""


# Every event that the history knows, as it is told.
_SENTENCES = {
    "claimed": "claimed: {action}{again}, by {worker}",
    "reclaimed": "taken over: {action}, by {worker}; the one before was not heard of again",
    "planned": "planned: {planned}",
    "effect_sent": "sent: {what}",
    "effect_applied": "done: {what}",
    "effect_already_there": "already there: {what}",
    "effect_refused": "refused: {what}{why}",
    "effect_postponed": "not taken, to be sent later: {what}{why}",
    "effect_in_doubt": "answer lost: {what}",
    "effect_looked_up": "{looked}: {what}",
    "completed": "completed: {action}{why}",
    "failed": "failed: {action}{why}; {due}",
    "skipped": "skipped: {action}{why}",
    "parked": "held for review: {action}{why}",
    "released": "given back: {action}",
    "cleared": "cleared by a person, due at once: {action}",
    "baselined": "marked as done without executing: {action}{why}",
    "adopted_duplicate": "a second row of the old table is kept here: {action}",
    "summarised": "told in a summary: {action}{why}",
    "undone": "undone by {worker}: {action}{why}",
    "resolved": "settled by {worker}: {action} {settled}",
}


def _sentence(row: Happening, what: str, planned: list[str]) -> str:
    return _SENTENCES.get(row.event, "{event}: {action}{why}").format(
        event=row.event.replace("_", " "),
        action=row.action_id,
        why=_why(row),
        what=what,
        worker=row.worker or "unknown",
        again=f", attempt {row.attempt}" if (row.attempt or 1) > 1 else "",
        planned="; ".join(planned) or "no change",
        looked=_looked(row),
        settled="is done" if row.detail.get("done") else "is to be tried again",
        due=_due(row.detail.get("next_attempt_at")),
    )


def _due(moment: object) -> str:
    """When a failed action is tried again; the database wrote the moment as JSON."""
    if not moment:
        return "not tried again by itself"
    return f"due again at {datetime.fromisoformat(str(moment)).astimezone():%Y-%m-%d %H:%M:%S}"
