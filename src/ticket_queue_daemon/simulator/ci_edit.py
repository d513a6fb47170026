"""Creating and changing configuration items and relations (fact sheet 12).

Promise: a system-maintained CI refuses direct edits, but takes relations and tickets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deeds import Refused, journal
from .editing import read_attributes
from .entities import Item, Person, Relationship
from .patching import Patch, read_operations
from .values import Json, as_bool, as_guid, as_int, as_text

if TYPE_CHECKING:
    from .world import World

_MAINTAINED = "System-maintained configuration items cannot be edited."
_DEFAULT_FORM = 121
_WIRES = ("Name", "TypeID", "FormID", "OwnerUID", "OwningGroupID", "LocationID", "IsActive")


def _fill(world: World, item: Item, members: Json) -> None:
    name, type_id = as_text(members.get("name")).strip(), as_int(members.get("typeid")) or 0
    owner = as_guid(members.get("owneruid"))
    if not name:
        raise Refused(400, "Name is required.")
    if type_id not in world.ci_types:
        raise Refused(400, "TypeID is not a valid configuration item type.")
    if owner is not None and owner not in world.people:
        raise Refused(400, "OwnerUID could not be found.")
    item.name, item.type_id, item.owner_uid = name, type_id, owner
    item.form_id = as_int(members.get("formid")) or _DEFAULT_FORM
    item.owning_group_id = as_int(members.get("owninggroupid")) or 0
    item.location_id = as_int(members.get("locationid")) or 0
    item.external_id = as_text(members.get("externalid"))
    item.is_active = as_bool(members.get("isactive")) is not False


def create_item(world: World, members: Json, by: Person) -> Item:
    """A new stand-alone CI."""
    when = world.now()
    item = Item(0, "", 0, 0, when, when, by.uid, by.uid)
    _fill(world, item, members)
    item.attributes = read_attributes(world, members.get("attributes"))
    item.id = world.next_id("lab")
    world.items[item.id] = item
    journal(world, "ci_created", None, by, {"ci_id": item.id, "name": item.name})
    return item


def edit_item(world: World, item: Item, members: Json, by: Person) -> None:
    """Replace a CI: absent members are reset."""
    if item.asset_id is not None:
        raise Refused(400, _MAINTAINED)
    attributes = read_attributes(world, members.get("attributes"))
    _fill(world, item, members)
    item.attributes = attributes
    item.modified, item.modified_uid = world.now(), by.uid
    journal(world, "ci_edited", None, by, {"ci_id": item.id})


def patch_item(world: World, item: Item, body: object, by: Person) -> None:
    """JSON Patch: only what is named changes."""
    if item.asset_id is not None:
        raise Refused(400, _MAINTAINED)
    present: Json = {
        "Name": item.name,
        "TypeID": item.type_id,
        "FormID": item.form_id,
        "OwnerUID": item.owner_uid,
        "OwningGroupID": item.owning_group_id,
        "LocationID": item.location_id,
        "IsActive": item.is_active,
    }
    patch = Patch({wire.lower(): wire for wire in _WIRES}, present, item.attributes)
    patch.play(read_operations(body))
    members = {wire.lower(): value for wire, value in (present | patch.changes).items()}
    _fill(world, item, members | {"externalid": item.external_id})
    item.attributes = patch.attributes
    item.modified, item.modified_uid = world.now(), by.uid
    journal(world, "ci_patched", None, by, {"ci_id": item.id, "changes": list(patch.changes)})


def delete_item(world: World, item: Item, by: Person) -> None:
    """Delete a stand-alone CI, everywhere."""
    if item.asset_id is not None:
        raise Refused(400, "System-maintained configuration items cannot be deleted.")
    for ticket in world.tickets.values():
        if item.id in ticket.items:
            ticket.items.remove(item.id)
    ends = world.relationships.values()
    gone = [one.id for one in ends if item.id in {one.parent_id, one.child_id}]
    for number in gone:
        del world.relationships[number]
    del world.items[item.id]
    journal(world, "ci_deleted", None, by, {"ci_id": item.id})


def add_relation(
    world: World, parent: int | None, child: int | None, type_id: int | None, by: Person
) -> Relationship:
    """Relate two CIs; the same relation is never there twice."""
    if parent not in world.items or child not in world.items or parent == child:
        raise Refused(400, "The configuration item could not be found.")
    if type_id not in world.relationship_types:
        raise Refused(400, "The relationship type could not be found.")
    for known in world.relationships.values():
        if (known.parent_id, known.child_id, known.type_id) == (parent, child, type_id):
            raise Refused(400, "The relationship already exists.")
    number = world.next_id("relation")
    relation = Relationship(number, parent, child, type_id, world.now(), by.uid)
    world.relationships[number] = relation
    details = {"relationship_id": number, "parent": parent, "child": child, "type_id": type_id}
    journal(world, "relationship_added", None, by, details)
    return relation


def remove_relation(world: World, number: int, by: Person) -> bool:
    """Remove a relation; False when there was none."""
    if world.relationships.pop(number, None) is None:
        return False
    journal(world, "relationship_removed", None, by, {"relationship_id": number})
    return True
