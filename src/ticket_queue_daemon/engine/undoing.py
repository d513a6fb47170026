"""What takes a deed back, if anything does: read from the ticket as it is now. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.assets.text import html_to_text
from ticket_queue_daemon.effects.contact import ContactEffect, RemoveContactEffect
from ticket_queue_daemon.effects.detach import DetachAssetEffect
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.link import AttachAssetEffect, LinkItemEffect, UnlinkItemEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect
from ticket_queue_daemon.engine.deeds import Deed, Subject, is_overtaken, member, subjects
from ticket_queue_daemon.tdx.members import comparable, member_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.actions.base import TicketFacade
    from ticket_queue_daemon.effects.base import Effect

_STATUS = "StatusID"
UNREADABLE_TAGS = "tags can't be read, so a person's own wish for the same tag is not seen"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was done, and what becomes of it, both in a few words."""

    what: str
    then: str


@dataclass(slots=True)
class Now:
    """The ticket as it is, and in a dry run as the undos before this one would have left it.

    Attributes:
        facade: reads the ticket.
        undone: what a dry run has taken back in thought, by row and subject.
        would: what those undos would have set, by subject.
    """

    facade: TicketFacade
    ticket_id: int
    undone: set[tuple[str, Subject]] = field(default_factory=set)
    would: dict[Any, Any] = field(default_factory=dict)

    def has(self, subject: Subject) -> bool:
        """Whether it is on the ticket."""
        if subject in self.would:
            return bool(self.would[subject])
        word, wanted = subject
        match word:
            case "asset":
                items = self.facade.get_ticket_items(self.ticket_id)
                return any(one.asset_id == wanted for one in items)
            case "item":
                items = self.facade.get_ticket_items(self.ticket_id)
                return any(one.id == wanted for one in items)
            case _:
                contacts = self.facade.get_contacts(self.ticket_id)
                return any((one.uid or "").casefold() == wanted for one in contacts)

    def value(self, name: str) -> Any:
        """A member's value."""
        if member(name) in self.would:
            return self.would[member(name)]
        return member_value(self.facade.get_ticket(self.ticket_id), name)

    def think(self, log_id: str, effects: Sequence[Effect]) -> None:
        """Go on as if these had been sent; for a dry run."""
        for effect in effects:
            found, adds = subjects(effect)
            self.undone.update((log_id, subject) for subject in found)
            if isinstance(effect, PatchTicketEffect):
                self.would.update({member(name): value for name, value in effect.changes.items()})
            else:
                self.would.update(dict.fromkeys(found, adds))


def take_back(deed: Deed, all_deeds: Sequence[Deed], now: Now) -> tuple[list[Effect], list[Item]]:
    """The effects that take a deed back, and each thing that it did with what becomes of it.

    Args:
        deed: what we did.
        all_deeds: all that we did to the ticket, in order.
        now: the ticket.

    Raises:
        TdxError: the ticket could not be read.
    """
    match deed.effect:
        case None:
            return [], [Item(deed.kind.replace("_", " "), "this version can't read it: left alone")]
        case PatchTicketEffect() as patch:
            return _fields(deed, patch.changes, patch.expected, all_deeds, now)
        case FeedEntryEffect() as comment:
            return _comment(comment, deed, all_deeds, now)
        case TagsEffect() as tags:
            return _tags(tags, deed, all_deeds, now)
        case effect:
            return _one_thing(effect, deed, all_deeds, now)


def _one_thing(
    effect: Effect, deed: Deed, all_deeds: Sequence[Deed], now: Now
) -> tuple[list[Effect], list[Item]]:
    """What is on the ticket or is not; all else can't be taken back."""
    found, adds = subjects(effect)
    if not found:
        kind = effect.kind.removeprefix("create_").replace("_", " ")
        return [], [Item(effect.describe(), f"a {kind} can't be taken back")]
    [subject] = found
    reason = ""
    if not deed.ours:
        reason = "it was so before us"
    elif is_overtaken(deed, subject, all_deeds, now.undone):
        reason = "we have done the opposite since, so it is a person's by now"
    elif now.has(subject) is not adds:
        reason = "it is not on the ticket any more" if adds else "it is on the ticket again"
    if reason:
        return [], [Item(effect.describe(), f"{reason}: left alone")]
    against = _against(effect)
    return [against], [Item(effect.describe(), against.describe())]


def _against(effect: Effect) -> Effect:
    match effect:
        case AttachAssetEffect(ticket_id, asset_id, name):
            return DetachAssetEffect(ticket_id, asset_id, name)
        case DetachAssetEffect(ticket_id, asset_id, name):
            return AttachAssetEffect(ticket_id, asset_id, name)
        case LinkItemEffect(ticket_id, item_id, name):
            return UnlinkItemEffect(ticket_id, item_id, name)
        case UnlinkItemEffect(ticket_id, item_id, name):
            return LinkItemEffect(ticket_id, item_id, name)
        case ContactEffect(ticket_id, uid, name):
            return RemoveContactEffect(ticket_id, uid, name)
        case RemoveContactEffect(ticket_id, uid, name):
            return ContactEffect(ticket_id, uid, name)
    raise TypeError(f"{effect.kind} has no opposite")


def _tags(
    effect: TagsEffect, deed: Deed, all_deeds: Sequence[Deed], now: Now
) -> tuple[list[Effect], list[Item]]:
    kept = [
        tag
        for tag in effect.tags
        if not is_overtaken(deed, ("tag", tag.casefold()), all_deeds, now.undone)
    ]
    items = []
    if gone := [tag for tag in effect.tags if tag not in kept]:
        words = replace(effect, tags=tuple(gone)).describe()
        items.append(Item(words, "we have done the opposite since: left alone"))
    if not kept:
        return [], items
    against = replace(effect, tags=tuple(kept), remove=not effect.remove)
    words = replace(effect, tags=tuple(kept)).describe()
    return [against], [*items, Item(words, f"{against.describe()} ({UNREADABLE_TAGS})")]


def _comment(
    effect: FeedEntryEffect, deed: Deed, all_deeds: Sequence[Deed], now: Now
) -> tuple[list[Effect], list[Item]]:
    words = replace(effect, new_status_id=0, status_was=0).describe()
    items = [Item(words, "a comment can't be taken back, nor the mails that it sent")]
    if not effect.new_status_id:
        return [], items
    if not effect.status_was:
        what = f"set status to {effect.new_status_id}"
        return [], [*items, Item(what, "the log does not know the status before: left alone")]
    changes, expected = {_STATUS: effect.new_status_id}, {_STATUS: effect.status_was}
    effects, told = _fields(deed, changes, expected, all_deeds, now)
    return effects, [*items, *told]


def _fields(
    deed: Deed,
    changes: Mapping[str, Any],
    expected: Mapping[str, Any],
    all_deeds: Sequence[Deed],
    now: Now,
) -> tuple[list[Effect], list[Item]]:
    """Each member by itself: what a person has changed since is theirs, the others are restored."""
    restored: dict[str, Any] = {}
    present: dict[str, Any] = {}
    items = []
    for name, wanted in changes.items():
        value, what = now.value(name), f"set {name} to {wanted!r}"
        reason = ""
        if name not in expected:
            reason = "the log does not know the value before"
        elif comparable(expected[name], name) == comparable(wanted, name):
            reason = "it was so before us"
        elif comparable(value, name) != comparable(wanted, name):
            reason = f"it is {value!r} now, which is not what this set"
        elif is_overtaken(deed, member(name), all_deeds, now.undone):
            reason = "another action of ours has set it since"
        if reason:
            items.append(Item(what, f"{reason}: left alone"))
            continue
        restored[name], present[name] = _writable(expected[name], name, now), value
        items.append(Item(what, f"set {name} back to {restored[name]!r}"))
    if getattr(deed.effect, "notify_new_responsible", False):
        items.append(Item("mail whoever became responsible", "a mail can't be taken back"))
    ticket_id = now.ticket_id
    return ([PatchTicketEffect(ticket_id, restored, present)] if restored else []), items


def _writable(before: Any, name: str, now: Now) -> Any:
    """A value as TDX gave it, as TDX takes it."""
    if comparable(before, name) is None:
        return None
    if name.casefold() == "description" and not now.value("IsRichHtml"):
        # A plain description comes encoded (fact sheet 10.5), and would be encoded once more.
        return html_to_text(str(before), True)
    return before
