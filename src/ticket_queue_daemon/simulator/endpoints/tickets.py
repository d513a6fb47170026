"""Reading, searching and creating tickets (fact sheet 10.1 to 10.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator import searching
from ticket_queue_daemon.simulator.deeds import Refused, journal
from ticket_queue_daemon.simulator.dress_tickets import ticket as dress_ticket
from ticket_queue_daemon.simulator.editing import (
    MEMBERS,
    check,
    find_by_email,
    read,
    read_attributes,
    store,
)
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_text

from .common import ticket_of

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.entities import Ticket

ROUTES = Routes("TDTickets")
_REQUIRED = ("TypeID", "AccountID", "PriorityID", "StatusID", "Title")


@ROUTES.on("GET", "/{appId}/tickets/{id}")
def get(call: Call) -> Reply:
    """One ticket with its attributes, tasks and notify list."""
    return answer(dress_ticket(call.world, ticket_of(call), full=True))


@ROUTES.on("POST", "/{appId}/tickets/search")
def search(call: Call) -> Reply:
    """Tickets of this app, reduced."""
    found = searching.tickets(call.world, call.app_id, call.members())
    return answer([dress_ticket(call.world, one, full=False) for one in found])


@ROUTES.on("POST", "/{appId}/tickets")
def create(call: Call) -> Reply:
    """A new ticket; the requestor by UID or by e-mail address."""
    members = call.members()
    changes = {one.wire: read(one, members[key]) for key, one in MEMBERS.items() if key in members}
    _fill(call, members, changes)
    missing = [wire for wire in _REQUIRED if not changes.get(wire)]
    if missing:
        raise Refused(400, f"{missing[0]} is required.")
    if changes.get("RequestorUid") is None:
        raise Refused(400, "A requestor is required.")
    ticket = _new_ticket(call, changes)
    attributes = read_attributes(call.world, members.get("attributes"))
    try:
        check(call.world, ticket, changes)
    except Refused:
        call.world.delete_ticket(ticket.id)
        raise
    for wire, value in changes.items():
        store(ticket, MEMBERS[wire.lower()], value)
    ticket.attributes = attributes
    details: Json = {"title": ticket.title, "app_id": ticket.app_id}
    journal(call.world, "ticket_created", ticket.id, call.user, details)
    shown = dress_ticket(call.world, ticket, full=True)
    return answer(shown, call.world.behaviour.create_status)


def _fill(call: Call, members: Json, changes: Json) -> None:
    email = as_text(members.get("requestoremail"))
    if changes.get("RequestorUid") is None and email:
        uid = find_by_email(call.world, email)
        if uid is None and call.flag("AllowRequestorCreation"):
            name = as_text(members.get("requestorname")) or email.split("@", 1)[0]
            first, _, last = name.partition(" ")
            uid = call.world.add_person(first, last, email.split("@", 1)[0], type_id=2).uid
        changes["RequestorUid"] = uid
    if call.flag("applyDefaults"):
        defaults = {"TypeID": 310, "PriorityID": 20, "StatusID": _first_status(call)}
        for wire, value in defaults.items():
            changes[wire] = changes.get(wire) or value
    asker = call.world.people.get(changes.get("RequestorUid") or "")
    if asker is not None and not changes.get("AccountID") and call.flag("applyDefaults"):
        changes["AccountID"] = asker.account_id


def _first_status(call: Call) -> int:
    statuses = call.world.ticket_statuses
    return next(one.id for one in statuses if one.app_id == call.app_id)


def _new_ticket(call: Call, changes: Json) -> Ticket:
    ticket = call.world.add_ticket(
        changes["Title"],
        requestor=changes["RequestorUid"],
        status_id=_first_status(call),
        group_id=0,
        app_id=call.app_id,
    )
    ticket.created_uid = ticket.modified_uid = call.user.uid
    call.world.feed[ticket.feed[0]].author_uid = call.user.uid
    return ticket
