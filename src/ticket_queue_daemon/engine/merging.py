"""Writes of one action's plan that TDX takes together, put together before the plan is stored. Pure.

Several fields are one PATCH, several tags one POST or DELETE (fact sheet 10.6, 10.11), a status and
its comment one feed post (10.7); so a comment of ours can't reopen the ticket that we just closed.
Whom the comment notifies and who sees it stays as it was asked.

What is put together goes out where the first of it was asked for, a status with its comment; all
else keeps its order. It stands and falls together: one effect, one look, and where a person was
faster with one part of it, none of it is done.
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
    effects = _with_status(effects, _one_patch(effects))
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


def _with_status(effects: Sequence[Effect], patch: PatchTicketEffect | None) -> Sequence[Effect]:
    """The only comment takes the status along, if the status is all that is to be patched."""
    comments = [effect for effect in effects if isinstance(effect, FeedEntryEffect)]
    if patch is None or len(comments) != 1 or comments[0].new_status_id:
        return effects
    if [member.strip("/").casefold() for member in patch.changes] != [_STATUS]:
        return effects
    wanted, was = (_status(*values.values()) for values in (patch.changes, patch.expected))
    if not wanted or not was or wanted == was:
        return effects
    both = replace(comments[0], new_status_id=wanted, status_was=was)
    return [
        both if isinstance(effect, FeedEntryEffect) else effect
        for effect in effects
        if not isinstance(effect, PatchTicketEffect)
    ]


def _status(value: Any) -> int:
    """A status id, or 0 for what is none."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else 0


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
