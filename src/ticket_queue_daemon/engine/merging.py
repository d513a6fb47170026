"""Writes of one action's plan that TDX takes together, put together before the plan is stored. Pure.

Several fields are one PATCH, several tags one POST or DELETE (fact sheet 10.6, 10.11), and a
status that a comment brings along (10.7) is not patched as well. A status change that was asked
for by itself stays a PATCH: that one is made only while the ticket has the status it was planned
from, and a feed post can't be told so.

What is put together goes out where the first of it was asked for; all else keeps its order. Each
merged write is one effect with one look: it is on the ticket when all of it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import ActionError
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.effects.base import Effect

_STATUS = "statusid"


def merged(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects of one plan with the fewest writes that do the same.

    Raises:
        ActionError: two values are asked for one member.
    """
    patch = _one_patch(effects)
    tags = {remove: _one_tags(effects, remove=remove) for remove in (False, True)}
    made: list[Effect] = []
    for effect in effects:
        together: Effect | None = effect
        if isinstance(effect, PatchTicketEffect):
            together, patch = patch, None
        elif isinstance(effect, TagsEffect):
            together, tags[effect.remove] = tags[effect.remove], None
        if together is not None:
            made.append(together)
    return tuple(made)


def _one_patch(effects: Sequence[Effect]) -> PatchTicketEffect | None:
    """All fields in one; None when nothing is left to patch."""
    asked = [effect for effect in effects if isinstance(effect, PatchTicketEffect)]
    if not asked:
        return None
    names: dict[str, str] = {}
    changes: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    brought = _status_brought(effects)
    for effect in asked:
        for member, value in effect.changes.items():
            folded = member.strip("/").casefold()
            if folded == _STATUS and brought is not None:
                _agree(member, brought, value)
            elif folded in names:
                _agree(names[folded], changes[names[folded]], value)
            else:
                names[folded] = member
                changes[member] = value
                expected[member] = effect.expected.get(member)
    return replace(asked[0], changes=changes, expected=expected) if changes else None


def _status_brought(effects: Iterable[Effect]) -> int | None:
    """The status that a comment of this plan brings along; the last one, as TDX would have it."""
    brought = None
    for effect in effects:
        if isinstance(effect, FeedEntryEffect) and effect.new_status_id:
            brought = effect.new_status_id
    return brought


def _agree(member: str, one: Any, other: Any) -> None:
    # An id may be written as a number or as text; anything else is another wish.
    if one != other and str(one) != str(other):
        raise ActionError(
            f"The action asks for two values of {member}: {one!r} and {other!r}.",
            "Ask for one of them.",
        )


def _one_tags(effects: Sequence[Effect], *, remove: bool) -> TagsEffect | None:
    """The tags to add, or to remove, each once; the last wish for a tag counts."""
    wishes: dict[str, tuple[str, bool]] = {}
    first: TagsEffect | None = None
    for effect in effects:
        if not isinstance(effect, TagsEffect):
            continue
        if effect.remove == remove and first is None:
            first = effect
        for tag in effect.tags:
            wishes[tag.casefold()] = (tag, effect.remove)
    tags = tuple(tag for tag, removed in wishes.values() if removed == remove)
    return replace(first, tags=tags) if first is not None and tags else None
