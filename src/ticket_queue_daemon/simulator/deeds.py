"""What a client can do to a ticket, and the traces that it leaves (fact sheet 10.5 to 10.11).

Promise: each function here is one applied write: it changes the world, writes the feed entries
that TDX would write, and puts exactly one line in the journal; it does all of it or raises.
Callers hold the world's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .entities import CLOSED_CLASSES, FeedEntry, Item, Notification, Person, Ticket
from .sanitise import sanitise
from .values import plain_to_body

if TYPE_CHECKING:
    from datetime import datetime

    from .world import World


class Refused(Exception):  # noqa: N818 - it is raised to say what happened
    """A request that TDX refuses: a status and a sentence (fact sheet 5)."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True)
class Comment:
    """The TicketFeedEntry of fact sheet 10.7, read."""

    text: str
    is_rich: bool = False
    is_private: bool = False
    is_communication: bool = False
    new_status_id: int = 0
    cascade: bool = False
    notify: list[str] = field(default_factory=list)


def journal(
    world: World, kind: str, ticket_id: int | None, by: Person, details: dict[str, Any]
) -> None:
    """Put one applied write in the journal."""
    world.journal.record(world.time(), kind, ticket_id, by.uid, details)


def touch(ticket: Ticket, by: Person, when: datetime) -> None:
    """Move the modified date and author."""
    ticket.modified, ticket.modified_uid = when, by.uid


def post_comment(world: World, ticket: Ticket, by: Person, comment: Comment) -> FeedEntry:
    """A comment, a status change, or both in one entry."""
    if not comment.text.strip() and not comment.new_status_id:
        raise Refused(400, "Comments are required when the status is not changed.")
    _check_status(world, ticket, comment.new_status_id)
    when, before = world.now(), ticket.status_id
    body = sanitise(comment.text) if comment.is_rich else plain_to_body(comment.text)
    changes_status = comment.new_status_id not in {0, before}
    if changes_status:
        sentence = world.move_status(ticket, comment.new_status_id, by.uid, when)
        encoded = plain_to_body(sentence)
        body = f"{encoded}<br /><br />{body}" if body else encoded
    elif comment.new_status_id and not body:
        body = ""
    entry = world.write_entry(
        ticket,
        body,
        by=by.uid,
        update_type=2 if changes_status else 1,
        at=when,
        rich=comment.is_rich,
        private=comment.is_private,
    )
    entry.is_communication = comment.is_communication
    entry.notified = _notify(world, ticket, entry, by, comment.notify)
    if changes_status and comment.cascade:
        _cascade(world, ticket, comment.new_status_id, by, when)
    if not comment.new_status_id:
        _maybe_reopen(world, ticket, by, when)
    touch(ticket, by, when)
    details = {
        "entry_id": entry.id,
        "body_sent": comment.text,
        "body_stored": body,
        "is_rich": comment.is_rich,
        "is_private": comment.is_private,
        "notify": list(comment.notify),
        "status_before": before,
        "status_after": ticket.status_id,
    }
    journal(world, "feed_entry", ticket.id, by, details)
    return entry


def _check_status(world: World, ticket: Ticket, status_id: int) -> None:
    if status_id in {0, ticket.status_id}:
        return
    if not world.has_ticket_status(ticket.app_id, status_id):
        raise Refused(400, f"{status_id} is not a valid status ID for this application.")
    status = world.ticket_status(ticket.app_id, status_id)
    if status.require_goes_off_hold and ticket.goes_off_hold is None:
        raise Refused(400, f"A goes off hold date is required for the status {status.name}.")


def _notify(
    world: World, ticket: Ticket, entry: FeedEntry, by: Person, wanted: list[str]
) -> str | None:
    # ["null"] is the accepted way to notify nobody (fact sheet 10.7).
    addresses = [one.strip() for one in wanted if one.strip().lower() not in {"", "null"}]
    if not addresses:
        return None
    world.notifications.append(Notification(ticket.id, entry.id, addresses, by.uid))
    names = {person.email.lower(): person.full_name for person in world.people.values()}
    return ", ".join(f"{names.get(one.lower(), one)} <{one}>" for one in addresses)


def _cascade(world: World, ticket: Ticket, status_id: int, by: Person, when: datetime) -> None:
    for child in world.tickets.values():
        if child.parent_id == ticket.id and child.status_id != status_id:
            sentence = world.move_status(child, status_id, by.uid, when)
            world.write_entry(child, sentence, by=by.uid, update_type=2, at=when)
            touch(child, by, when)


def _maybe_reopen(world: World, ticket: Ticket, by: Person, when: datetime) -> None:
    target, status = world.behaviour.reopen_status_id, world.status(ticket)
    if target is None or status.status_class not in CLOSED_CLASSES or status.do_not_reopen:
        return
    sentence = world.move_status(ticket, target, by.uid, when)
    world.write_entry(ticket, sentence, by=world.system.uid, update_type=2, at=when)


def attach(
    world: World, ticket: Ticket, item: Item, by: Person, *, kind: str = "asset_attached"
) -> bool:
    """Put a CI on a ticket; False when it was there already and nothing was changed."""
    if item.id in ticket.items:
        return False
    when = world.now()
    ticket.items.append(item.id)
    ticket.attached_at[item.id] = world.time()
    noun = "Asset" if item.asset_id is not None else "Configuration Item"
    if world.behaviour.attach_writes_feed_entry:
        text = f"Added {noun} {item.name} to this ticket."
        world.write_entry(ticket, plain_to_body(text), by=by.uid, update_type=3, at=when)
    touch(ticket, by, when)
    details = {"asset_id": item.asset_id, "ci_id": item.id, "name": item.name}
    journal(world, kind, ticket.id, by, details)
    return True


def detach(
    world: World, ticket: Ticket, item: Item, by: Person, *, kind: str = "asset_detached"
) -> bool:
    """Take a CI off a ticket; False when it was not there."""
    if item.id not in ticket.items:
        return False
    when = world.now()
    ticket.items.remove(item.id)
    noun = "Asset" if item.asset_id is not None else "Configuration Item"
    text = f"Removed {noun} {item.name} from this ticket."
    world.write_entry(ticket, plain_to_body(text), by=by.uid, update_type=3, at=when)
    touch(ticket, by, when)
    details = {"asset_id": item.asset_id, "ci_id": item.id, "name": item.name}
    journal(world, kind, ticket.id, by, details)
    return True


def add_tags(world: World, ticket: Ticket, tags: list[str], by: Person) -> bool:
    """Add tags; False when all were there (fact sheet 10.11: 304)."""
    present = {tag.lower() for tag in ticket.tags}
    fresh = [tag for tag in dict.fromkeys(tags) if tag.strip() and tag.lower() not in present]
    if not fresh:
        return False
    ticket.tags.extend(fresh)
    touch(ticket, by, world.now())
    journal(world, "tags_added", ticket.id, by, {"tags": fresh})
    return True


def remove_tags(world: World, ticket: Ticket, tags: list[str], by: Person) -> bool:
    """Remove tags; False when none was there."""
    unwanted = {tag.lower() for tag in tags}
    gone = [tag for tag in ticket.tags if tag.lower() in unwanted]
    if not gone:
        return False
    ticket.tags = [tag for tag in ticket.tags if tag.lower() not in unwanted]
    touch(ticket, by, world.now())
    journal(world, "tags_removed", ticket.id, by, {"tags": gone})
    return True


def add_contact(world: World, ticket: Ticket, person: Person, by: Person) -> bool:
    """Add a contact; False when already one."""
    if person.uid in ticket.contacts:
        return False
    ticket.contacts.append(person.uid)
    touch(ticket, by, world.now())
    journal(world, "contact_added", ticket.id, by, {"uid": person.uid, "name": person.full_name})
    return True


def remove_contact(world: World, ticket: Ticket, person: Person, by: Person) -> bool:
    """Remove a contact; False when none."""
    if person.uid not in ticket.contacts:
        return False
    ticket.contacts.remove(person.uid)
    touch(ticket, by, world.now())
    journal(world, "contact_removed", ticket.id, by, {"uid": person.uid})
    return True
