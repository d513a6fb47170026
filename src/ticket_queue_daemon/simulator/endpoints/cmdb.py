"""Configuration items and their relations (fact sheet 12)."""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress, dress_lists, searching
from ticket_queue_daemon.simulator.ci_edit import (
    add_relation,
    create_item,
    delete_item,
    edit_item,
    patch_item,
    remove_relation,
)
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.dress_items import ci_type, relationship
from ticket_queue_daemon.simulator.dress_items import item as dress_item
from ticket_queue_daemon.simulator.dress_tickets import listing
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer, nothing
from ticket_queue_daemon.simulator.thing_feed import post_on_item
from ticket_queue_daemon.simulator.values import as_bool, as_int, as_list

from .common import item_of, read_comment
from .ticket_feed import shown
from .ticket_items import relate, reverse_ticket, unrelate

ROUTES = Routes("TDAssets")


@ROUTES.on("POST", "/{appId}/cmdb/search")
def search(call: Call) -> Reply:
    """Configuration items by name, type and flag; no attributes."""
    found = searching.items(call.world, call.app_id, call.members())
    return answer([dress_item(call.world, one) for one in found])


@ROUTES.on("GET", "/{appId}/cmdb/{id}")
def get(call: Call) -> Reply:
    """One configuration item."""
    return answer(dress_item(call.world, item_of(call), full=True))


@ROUTES.on("POST", "/{appId}/cmdb")
def create(call: Call) -> Reply:
    """A new stand-alone configuration item."""
    item = create_item(call.world, call.members(), call.user)
    shown_item = dress_item(call.world, item, full=True)
    return answer(shown_item, call.world.behaviour.create_status)


@ROUTES.on("PUT", "/{appId}/cmdb/{id}")
def edit(call: Call) -> Reply:
    """Replace a configuration item; system-maintained ones refuse."""
    item = item_of(call)
    edit_item(call.world, item, call.members(), call.user)
    return answer(dress_item(call.world, item, full=True))


@ROUTES.on("PATCH", "/{appId}/cmdb/{id}")
def patch(call: Call) -> Reply:
    """JSON Patch on a configuration item."""
    item = item_of(call)
    patch_item(call.world, item, call.body(), call.user)
    return answer(dress_item(call.world, item, full=True))


@ROUTES.on("DELETE", "/{appId}/cmdb/{id}")
def delete(call: Call) -> Reply:
    """Delete a stand-alone configuration item."""
    delete_item(call.world, item_of(call), call.user)
    return answer("The configuration item was deleted.")


@ROUTES.on("GET", "/{appId}/cmdb/{id}/tickets")
def tickets(call: Call) -> Reply:
    """The tickets of a configuration item, in all ticketing apps, open and closed."""
    item = item_of(call)
    found = [one for one in call.world.tickets.values() if item.id in one.items]
    return answer([listing(call.world, one) for one in found])


@ROUTES.on("POST", "/{appId}/cmdb/{id}/tickets/{ticketId}")
def link(call: Call) -> Reply:
    """Link this item to a ticket."""
    return relate(call, reverse_ticket(call), item_of(call), "ci_linked")


@ROUTES.on("DELETE", "/{appId}/cmdb/{id}/tickets/{ticketId}")
def unlink(call: Call) -> Reply:
    """Unlink this item from a ticket."""
    return unrelate(call, reverse_ticket(call), item_of(call), "ci_unlinked")


@ROUTES.on("GET", "/{appId}/cmdb/{id}/relationships")
def relationships(call: Call) -> Reply:
    """The relations of an item, in both directions."""
    item = item_of(call)
    found = call.world.relationships.values()
    return answer(
        [relationship(call.world, one) for one in found if item.id in {one.parent_id, one.child_id}]
    )


@ROUTES.on("PUT", "/{appId}/cmdb/{id}/relationships")
def relate_items(call: Call) -> Reply:
    """Relate an item to another."""
    item, other = item_of(call), call.integer("otherItemId")
    type_id, is_parent = call.integer("typeId"), call.flag("isParent")
    parent, child = (item.id, other) if is_parent else (other, item.id)
    relation = add_relation(call.world, parent, child, type_id, call.user)
    return answer(relationship(call.world, relation))


@ROUTES.on("DELETE", "/{appId}/cmdb/{id}/relationships/{relationshipId}")
def unrelate_items(call: Call) -> Reply:
    """Remove a relation."""
    item_of(call)
    if not remove_relation(call.world, call.number("relationshipId"), call.user):
        raise Refused(404)
    return answer("The relationship was removed.")


@ROUTES.on("POST", "/{appId}/cmdb/relationships/bulkadd")
def bulk_add(call: Call) -> Reply:
    """Add many relations; an empty body when all went well, as a live tenant answers."""
    members, errors, added = call.members(), list[str](), 0
    as_bool(members.get("logtofeed"))
    for entry in as_list(members.get("relationships")):
        given = searching.lowered(entry) if isinstance(entry, dict) else {}
        ends = (as_int(given.get("parentitemid")), as_int(given.get("childitemid")))
        try:
            add_relation(call.world, *ends, as_int(given.get("relationshiptypeid")), call.user)
            added += 1
        except Refused as refusal:
            errors.append(refusal.message)
    if not errors:
        return nothing(200)
    return answer({"AddedCount": added, "NotAddedCount": len(errors), "ErrorMessages": errors})


@ROUTES.on("POST", "/{appId}/cmdb/relationships/bulkdelete")
def bulk_delete(call: Call) -> Reply:
    """Remove many relations."""
    wanted = [as_int(one) or 0 for one in as_list(call.members().get("relationshipids"))]
    removed = sum(remove_relation(call.world, one, call.user) for one in wanted)
    if removed == len(wanted):
        return nothing(200)
    missing = len(wanted) - removed
    return answer({"DeletedCount": removed, "NotDeletedCount": missing, "ErrorMessages": []})


@ROUTES.on("GET", "/{appId}/cmdb/types")
def types(call: Call) -> Reply:
    """The CI types."""
    return answer([ci_type(call.world, number) for number in call.world.ci_types])


@ROUTES.on("GET", "/{appId}/cmdb/relationshiptypes")
def relationship_types(call: Call) -> Reply:
    """The relationship types."""
    return answer(
        [
            {
                "ID": one.id,
                "AppID": call.app_id,
                "AppName": call.world.app_name(call.app_id),
                "IsSystemDefined": False,
                "Description": one.name,
                "InverseDescription": one.description,
                "IsOperationalDependency": False,
                "IsActive": one.is_active,
                **dress_lists.stamps(call.world),
            }
            for one in call.world.relationship_types.values()
        ]
    )


@ROUTES.on("GET", "/{appId}/cmdb/forms")
def forms(call: Call) -> Reply:
    """The CI forms."""
    found = call.world.forms.values()
    return answer([dress_lists.form(call.world, one) for one in found if one.component_id == 63])  # noqa: PLR2004


@ROUTES.on("GET", "/{appId}/cmdb/{id}/feed")
def feed(call: Call) -> Reply:
    """The feed of an item."""
    return answer(shown(call, [call.world.feed[one] for one in item_of(call).feed]))


@ROUTES.on("POST", "/{appId}/cmdb/{id}/feed")
def post_feed(call: Call) -> Reply:
    """A comment on an item."""
    entry = post_on_item(call.world, item_of(call), call.user, read_comment(call.members()))
    return answer(dress.feed_entry(call.world, entry, 0), call.world.behaviour.feed_post_status)
