"""What our effects did to a ticket, by the log, and which of it still stands. Pure.

A deed is overtaken when we did the opposite afterwards: what is on the ticket then, a person put there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.effects.codec import UnknownEffect, decode
from ticket_queue_daemon.effects.contact import ContactEffect, RemoveContactEffect
from ticket_queue_daemon.effects.detach import DetachAssetEffect
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.link import AttachAssetEffect, LinkItemEffect, UnlinkItemEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect
from ticket_queue_daemon.engine.plan import DONE_STATES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ticket_queue_daemon.effects.base import Effect

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""When it was done if the log does not say: adopted from the original daemon."""
Subject = tuple[str, object]
"""What can be on a ticket or not: ``("asset", 4711)``, ``("tag", "vip")``; or a member."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An effect that is on the ticket, by the log.

    Attributes:
        log_id: the row that it is of.
        place: orders a ticket's deeds in time.
        effect: what was done; None: this version can't read it.
        kind: of the effect.
        ours: we made it so; False: it was so before.
        undoes: the row whose deeds it takes back; "" for none.
    """

    log_id: str
    place: tuple[datetime, int]
    effect: Effect | None
    kind: str
    ours: bool
    undoes: str = ""


def deeds(rows: Iterable[Mapping[str, Any]]) -> list[Deed]:
    """All of a ticket, in the order in which they were done.

    Args:
        rows: as ``StateTracker.get_ticket_actions`` gives them.
    """
    found = [
        _deed(str(row["log_id"]), number, stored, _undoes(row))
        for row in rows
        for number, stored in enumerate((row["plan"] or {}).get("effects", ()))
        if stored.get("state") in {*DONE_STATES, "sent"}
    ]
    return sorted(found, key=lambda deed: deed.place)


def _undoes(row: Mapping[str, Any]) -> str:
    if row["action_type"] != "undo":
        return ""
    return str(row["plan"].get("details", {}).get("log_id", ""))


def _deed(log_id: str, number: int, stored: Mapping[str, Any], undoes: str) -> Deed:
    effect: Effect | None = None
    try:
        effect = decode(stored)
    except (UnknownEffect, TypeError):
        effect = None
    looked_up = stored.get("state") == "already_there"
    return Deed(
        log_id=log_id,
        place=(_moment(stored.get("settled_at") or stored.get("sent_at")), number),
        effect=effect,
        kind=str(stored.get("kind")),
        ours=not stored.get("was_gone") and (not looked_up or bool(stored.get("ours"))),
        undoes=undoes,
    )


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return _LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def subjects(effect: Effect | None) -> tuple[frozenset[Subject], bool]:
    """What an effect puts or sets on the ticket (True) or takes off (False); else nothing."""
    match effect:
        case AttachAssetEffect(asset_id=asset) | DetachAssetEffect(asset_id=asset):
            return frozenset({("asset", asset)}), isinstance(effect, AttachAssetEffect)
        case LinkItemEffect(item_id=item) | UnlinkItemEffect(item_id=item):
            return frozenset({("item", item)}), isinstance(effect, LinkItemEffect)
        case ContactEffect(person_uid=uid) | RemoveContactEffect(person_uid=uid):
            return frozenset({("contact", uid.casefold())}), isinstance(effect, ContactEffect)
        case TagsEffect(tags=tags, remove=remove):
            return frozenset(("tag", tag.casefold()) for tag in tags), not remove
        case _:
            return frozenset(member(name) for name in _members(effect)), True


def _members(effect: Effect | None) -> Iterable[str]:
    match effect:
        case PatchTicketEffect(changes=changes):
            return changes
        case FeedEntryEffect(new_status_id=status) if status:
            return ("StatusID",)
        case _:
            return ()


def member(name: str) -> Subject:
    """A member of the ticket, such as ``StatusID``, as what a deed is about."""
    return "member", name.strip("/").casefold()


def is_overtaken(
    deed: Deed,
    subject: Subject,
    all_deeds: Sequence[Deed],
    undone: Collection[tuple[str, Subject]] = (),
) -> bool:
    """Whether we did the opposite to the subject, or set the member, afterwards, and it stands.

    Args:
        deed: the one that is asked about.
        subject: one of its subjects.
        all_deeds: of the ticket, in order.
        undone: what counts as taken back, whatever the log says, by row and subject.
    """
    _, adds = subjects(deed.effect)
    later = [
        one for one in all_deeds if one.place > deed.place and subject in subjects(one.effect)[0]
    ]
    taken_back = {one.undoes for one in later if one.undoes}
    return any(
        (subject[0] == "member" or subjects(one.effect)[1] is not adds)
        and not one.undoes
        and one.log_id not in taken_back
        and (one.log_id, subject) not in undone
        for one in later
    )
