"""What several endpoint modules need: finding things or refusing, reading a feed entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator.deeds import Comment, Refused
from ticket_queue_daemon.simulator.values import Json, as_bool, as_int, as_list, as_text

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.entities import Asset, Item, Person, Ticket
    from ticket_queue_daemon.simulator.routing import Call


def ticket_of(call: Call, name: str = "id") -> Ticket:
    """The ticket in the path: 404 when unknown or in another app (fact sheet 2)."""
    ticket = call.world.tickets.get(call.number(name))
    if ticket is None or ticket.app_id != call.app_id:
        raise Refused(404)
    return ticket


def writable_ticket(call: Call, name: str = "id") -> Ticket:
    """The ticket in the path, if the account may change it."""
    return allowed(call, ticket_of(call, name))


def allowed(call: Call, ticket: Ticket) -> Ticket:
    """A ticket that the account may change; else 403 or 401 (fact sheet 5)."""
    if ticket.id in call.world.forbidden_tickets:
        refusal = "You do not have permission to perform this action."
        raise Refused(call.world.behaviour.forbidden_status, refusal)
    return ticket


def asset_of(call: Call, name: str = "id") -> Asset:
    """The asset in the path, or 404."""
    asset = call.world.assets.get(call.number(name))
    if asset is None:
        raise Refused(404)
    return asset


def item_of(call: Call, name: str = "id") -> Item:
    """The configuration item in the path, or 404."""
    item = call.world.items.get(call.number(name))
    if item is None:
        raise Refused(404)
    return item


def person_of(call: Call, name: str) -> Person:
    """The person in the path, by UID or user name, or 404."""
    wanted = call.params[name].lower()
    found = call.world.people.get(wanted) or call.world.by_login.get(wanted)
    if found is None:
        raise Refused(404)
    return found


def read_comment(members: Json) -> Comment:
    """A feed entry's body; member names are matched in any case (fact sheet 10.7)."""
    return Comment(
        text=as_text(members.get("comments")),
        is_rich=bool(as_bool(members.get("isrichhtml"))),
        is_private=bool(as_bool(members.get("isprivate"))),
        is_communication=bool(as_bool(members.get("iscommunication"))),
        new_status_id=as_int(members.get("newstatusid")) or 0,
        cascade=bool(as_bool(members.get("cascadestatus"))),
        notify=[as_text(one) for one in as_list(members.get("notify"))],
    )
