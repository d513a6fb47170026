"""Changing tickets: edit, patch, move, children, tags, contacts (fact sheet 10.5, 10.6, 10.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator import deeds, dress
from ticket_queue_daemon.simulator.deeds import Comment, Refused, journal
from ticket_queue_daemon.simulator.dress_tickets import ticket as dress_ticket
from ticket_queue_daemon.simulator.editing import MEMBERS, apply_changes, check, current, edit, read
from ticket_queue_daemon.simulator.patching import Patch, read_operations
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer, nothing
from ticket_queue_daemon.simulator.values import as_bool, as_int, as_ints, as_list, as_text

from .common import person_of, ticket_of, writable_ticket

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.entities import Ticket

ROUTES = Routes("TDTickets")
_CLASSES = (9, 32, 33, 34, 35, 46, 77)


def _shown(call: Call, ticket: Ticket) -> Reply:
    return answer(dress_ticket(call.world, ticket, full=True))


@ROUTES.on("POST", "/{appId}/tickets/{id}")
def edit_ticket(call: Call) -> Reply:
    """The full edit: what the body leaves out is reset."""
    ticket = writable_ticket(call)
    edit(call.world, ticket, call.members(), call.user)
    return _shown(call, ticket)


@ROUTES.on("PATCH", "/{appId}/tickets/{id}")
def patch_ticket(call: Call) -> Reply:
    """JSON Patch: only what is named changes."""
    ticket, world = writable_ticket(call), call.world
    operations = read_operations(call.body())
    names = {key: one.wire for key, one in MEMBERS.items()}
    values = {one.wire: current(ticket, one) for one in MEMBERS.values()}
    patch = Patch(names, values, ticket.attributes)
    patch.play(operations)
    unknown = set(patch.attributes) - set(world.attribute_definitions)
    if unknown:
        raise Refused(400, f"The attribute {min(unknown)} could not be found.")
    changes = {wire: read(MEMBERS[wire.lower()], value) for wire, value in patch.changes.items()}
    check(world, ticket, changes)
    differences = apply_changes(world, ticket, changes, patch.attributes, call.user)
    details = {"changes": differences, "operations": operations}
    journal(world, "ticket_patched", ticket.id, call.user, details)
    return _shown(call, ticket)


@ROUTES.on("PUT", "/{appId}/tickets/{id}/classification")
def classify(call: Call) -> Reply:
    """Change the classification."""
    ticket = writable_ticket(call)
    wanted = call.integer("newClassificationId")
    if wanted not in _CLASSES:
        raise Refused(400, "The classification is not valid.")
    before, ticket.classification = ticket.classification, wanted
    deeds.touch(ticket, call.user, call.world.now())
    details = {"before": before, "after": wanted}
    journal(call.world, "ticket_classified", ticket.id, call.user, details)
    return _shown(call, ticket)


@ROUTES.on("PUT", "/{appId}/tickets/{id}/sla")
def assign_sla(call: Call) -> Reply:
    """Put a ticket under a service level agreement; its dates are not computed."""
    ticket, number = writable_ticket(call), as_int(call.members().get("newslaid")) or 0
    name = call.world.slas.get(number)
    if name is None:
        raise Refused(400, "NewSlaID could not be found.")
    return _set_sla(call, ticket, number, name)


@ROUTES.on("PUT", "/{appId}/tickets/{id}/sla/delete")
def remove_sla(call: Call) -> Reply:
    """Take a ticket out of its service level agreement."""
    return _set_sla(call, writable_ticket(call), 0, "")


def _set_sla(call: Call, ticket: Ticket, number: int, name: str) -> Reply:
    ticket.extra["SlaID"], ticket.extra["SlaName"] = number, name
    deeds.touch(ticket, call.user, call.world.now())
    journal(call.world, "ticket_sla_changed", ticket.id, call.user, {"sla_id": number})
    return _shown(call, ticket)


@ROUTES.on("POST", "/{appId}/tickets/{id}/application")
def move(call: Call) -> Reply:
    """Move a ticket to another ticketing application."""
    ticket, members, world = writable_ticket(call), call.members(), call.world
    app_id = as_int(members.get("newappid")) or 0
    app = world.applications.get(app_id)
    if app is None or app.app_class != "TDTickets":
        raise Refused(400, "NewAppID is not a ticketing application.")
    status_id = as_int(members.get("newstatusid"))
    if status_id and not world.has_ticket_status(app_id, status_id):
        raise Refused(400, f"{status_id} is not a valid status ID for this application.")
    before = ticket.app_id
    world.move_ticket(ticket.id, app_id)
    if status_id:
        ticket.status_id = status_id
    ticket.form_id = as_int(members.get("newformid")) or 0
    ticket.type_id = as_int(members.get("newtickettypeid")) or ticket.type_id
    details = {"before": before, "after": app_id}
    journal(world, "ticket_moved", ticket.id, call.user, details)
    text = as_text(members.get("comments"))
    if text:
        comment = Comment(text, is_rich=bool(as_bool(members.get("isrichhtml"))))
        deeds.post_comment(world, ticket, call.user, comment)
    deeds.touch(ticket, call.user, world.now())
    return _shown(call, ticket)


@ROUTES.on("POST", "/{appId}/tickets/{id}/children")
def add_children(call: Call) -> Reply:
    """Make tickets of the same app children of this one."""
    ticket, world = writable_ticket(call), call.world
    wanted = as_ints(call.body())
    children = [world.tickets.get(one) for one in wanted]
    for number, child in zip(wanted, children, strict=True):
        if child is None or child.app_id != ticket.app_id or child.id == ticket.id:
            raise Refused(400, f"The ticket {number} could not be found in this application.")
        if child.parent_id == ticket.id:
            raise Refused(400, f"The ticket {number} is already a child of this ticket.")
    for child in children:
        if child is not None:
            child.parent_id = ticket.id
    deeds.touch(ticket, call.user, world.now())
    journal(world, "children_added", ticket.id, call.user, {"children": wanted})
    return answer(f"Added {len(wanted)} children.")


def _tags(call: Call) -> list[str]:
    body = call.body()
    if not isinstance(body, list):
        raise Refused(400, "The request is invalid: a list of tags was expected.")
    return [as_text(one) for one in as_list(body)]


@ROUTES.on("POST", "/{appId}/tickets/{id}/tags")
def add_tags(call: Call) -> Reply:
    """Add tags; 304 when all are there already."""
    ticket = writable_ticket(call)
    return nothing(200 if deeds.add_tags(call.world, ticket, _tags(call), call.user) else 304)


@ROUTES.on("DELETE", "/{appId}/tickets/{id}/tags")
def remove_tags(call: Call) -> Reply:
    """Remove tags; 304 when none is there."""
    ticket = writable_ticket(call)
    return nothing(200 if deeds.remove_tags(call.world, ticket, _tags(call), call.user) else 304)


@ROUTES.on("GET", "/{appId}/tickets/{id}/contacts")
def contacts(call: Call) -> Reply:
    """The contacts; the requestor is none."""
    ticket, people = ticket_of(call), call.world.people
    shown = [people[uid] for uid in ticket.contacts if uid in people]
    return answer([dress.person(call.world, one, collections=False) for one in shown])


@ROUTES.on("POST", "/{appId}/tickets/{id}/contacts/{contactUid}")
def add_contact(call: Call) -> Reply:
    """Add a contact."""
    ticket, person = writable_ticket(call), person_of(call, "contactUid")
    if not deeds.add_contact(call.world, ticket, person, call.user):
        return nothing(call.world.behaviour.attach_again_status)
    return nothing(200)


@ROUTES.on("DELETE", "/{appId}/tickets/{id}/contacts/{contactUid}")
def remove_contact(call: Call) -> Reply:
    """Remove a contact."""
    ticket, person = writable_ticket(call), person_of(call, "contactUid")
    if not deeds.remove_contact(call.world, ticket, person, call.user):
        return nothing(call.world.behaviour.detach_absent_status)
    return nothing(200)
