"""What a replay found: what was decided then, what would be decided, and how they differ."""

from __future__ import annotations

import enum
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.effects.codec import UnknownEffect, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.engine.plan import Plan

_OURS_ALONE: Final = frozenset({"ref", "key"})
"""Parts of an effect that are made from the row in the log; they tell no difference."""
AS_BEFORE: Final = "for the same reason as the time before"


class Kind(enum.Enum):
    """How the new rules differ on a ticket."""

    ACTS = "would act"
    NOT = "would not act"
    OTHER = "other effects"
    SOONER = "would act sooner"
    LATER = "would act later"
    UNKNOWN = "can't be told"

    @property
    def slug(self) -> str:
        """As a word in a page."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Decision:
    """What an action decided.

    Attributes:
        outcome: ``completed``, ``skipped``, ``failed``; "" if it was not asked.
        reason: its sentence.
        effects: as they are stored.
        lines: what it wanted told.
        again: whether what was planned was not brought to its end then, and is tried again.
    """

    outcome: str = ""
    reason: str = ""
    effects: tuple[Mapping[str, Any], ...] = ()
    lines: tuple[str, ...] = ()
    again: bool = False

    @property
    def acts(self) -> bool:
        """Whether it asks for changes."""
        return bool(self.effects)

    def does_as(self, other: Decision) -> bool:
        """Whether both ask for the same."""
        return _compared(self.effects) == _compared(other.effects)

    def in_words(self) -> list[str]:
        """Its effects, for people."""
        return [_words(effect) for effect in self.effects]


NOT_ASKED: Final = Decision(reason="it was not asked")
FORGOTTEN: Final = Decision(reason="what was decided is not in the history any more")


def of_plan(plan: Plan) -> Decision:
    """Of a plan that was made now."""
    effects = tuple(json.loads(json.dumps(encode(one), default=str)) for one in plan.effects)
    return Decision("completed", plan.message, effects, plan.summary)


def of_events(events: Mapping[str, Mapping[str, Any]] | None) -> Decision:
    """Of what the history has of one claim in one run."""
    if not events:
        return FORGOTTEN
    if planned := events.get("planned"):
        return Decision(
            "completed",
            str(planned.get("message") or ""),
            tuple(planned.get("effects", ())),
            tuple(planned.get("summary", ())),
            again="completed" not in events,
        )
    if failed := events.get("failed"):
        return Decision("failed", f"failed: {failed.get('error')}")
    if "released" in events:
        return Decision(reason="it was given back before it was decided")
    if skipped := events.get("skipped"):
        return Decision("skipped", str(skipped.get("message") or ""))
    # The history does not say the same twice.
    return Decision("skipped", AS_BEFORE)


@dataclass(slots=True)
class Verdict:
    """One difference on one ticket.

    Attributes:
        at: when the ticket was decided.
        action_id: of the new rules; "" if they have no such action.
        old_id: of the old rules; "" if they had none.
        then, now: what was decided, and what would be.
        missing: what was not recorded.
        remarks: what should be known of how it was judged.
    """

    kind: Kind
    ticket_id: int
    title: str
    at: datetime
    run_id: UUID
    action_id: str
    old_id: str
    then: Decision
    now: Decision
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class Group:
    """One action of the new rules, or one that they no longer have.

    Attributes:
        name: its id, or that of the old one.
        old_ids: what it takes the place of, itself left out.
        gone: the new rules have it no more.
        same: tickets on which both decide alike, by whether they act.
    """

    name: str
    gone: bool = False
    old_ids: list[str] = field(default_factory=list)
    same: Counter[bool] = field(default_factory=Counter)
    verdicts: list[Verdict] = field(default_factory=list)

    def count(self, kind: Kind) -> int:
        """How many differ so."""
        return sum(1 for one in self.verdicts if one.kind is kind)


@dataclass(slots=True)
class Replayed:
    """What a replay found.

    Attributes:
        since, until: the span.
        oldest: the oldest recording there is; None: there is none at all.
        recordings, tickets: how many were looked at.
        unreadable: recordings that could not be.
        groups: by action, in the order of the new rules.
        notes: what should be known of the whole.
    """

    since: datetime
    until: datetime
    oldest: datetime | None = None
    recordings: int = 0
    unreadable: int = 0
    tickets: int = 0
    groups: Sequence[Group] = ()
    notes: list[str] = field(default_factory=list)

    def count(self, kind: Kind) -> int:
        """How many decisions differ so."""
        return sum(group.count(kind) for group in self.groups)


def _compared(effects: Sequence[Mapping[str, Any]]) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (
            one.get("kind"),
            {name: v for name, v in one.get("params", {}).items() if name not in _OURS_ALONE},
        )
        for one in effects
    ]


def _words(stored: Mapping[str, Any]) -> str:
    try:
        return decode(stored).describe()
    except (UnknownEffect, TypeError, ValueError):
        return str(stored.get("kind"))
