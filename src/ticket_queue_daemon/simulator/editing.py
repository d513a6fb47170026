"""Changing a ticket's members: the full edit and the JSON Patch (fact sheet 10.5, 10.6).

Promise: a POST resets what it leaves out, a PATCH touches only what it names; both validate
first and change afterwards, so a refused edit leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .deeds import Refused, journal, touch
from .values import (
    Json,
    Unreadable,
    as_bool,
    as_date,
    as_float,
    as_guid,
    as_int,
    as_text,
    iso,
    plain_to_body,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .entities import Person, Ticket
    from .world import World


@dataclass(frozen=True, slots=True)
class Member:
    """An editable member: its wire name, its place on the record, its reader and its default."""

    wire: str
    attribute: str
    read: Callable[[object], Any]
    default: object


def _member(wire: str, attribute: str, read: Callable[[object], Any], default: object) -> Member:
    return Member(wire, attribute, read, default)


# An attribute that starts with "extra:" lives in Ticket.extra under its wire name.
_MEMBERS = (
    _member("Title", "title", as_text, ""),
    _member("Description", "description", as_text, ""),
    _member("IsRichHtml", "is_rich", as_bool, default=False),
    _member("AccountID", "account_id", as_int, 0),
    _member("SourceID", "source_id", as_int, 0),
    _member("StatusID", "status_id", as_int, 0),
    _member("ImpactID", "impact_id", as_int, 0),
    _member("UrgencyID", "urgency_id", as_int, 0),
    _member("PriorityID", "priority_id", as_int, 0),
    _member("TypeID", "type_id", as_int, 0),
    _member("FormID", "form_id", as_int, 0),
    _member("GoesOffHoldDate", "goes_off_hold", as_date, None),
    _member("RequestorUid", "requestor_uid", as_guid, None),
    _member("EstimatedMinutes", "extra:", as_int, 0),
    _member("StartDate", "extra:", as_date, None),
    _member("EndDate", "extra:", as_date, None),
    _member("ResponsibleUid", "responsible_uid", as_guid, None),
    _member("ResponsibleGroupID", "responsible_group_id", as_int, 0),
    _member("TimeBudget", "extra:", as_float, 0.0),
    _member("ExpensesBudget", "extra:", as_float, 0.0),
    _member("LocationID", "location_id", as_int, 0),
    _member("LocationRoomID", "extra:", as_int, 0),
    _member("ServiceID", "service_id", as_int, 0),
    _member("ServiceOfferingID", "extra:", as_int, 0),
    _member("ArticleID", "extra:", as_int, 0),
    _member("ArticleShortcutID", "extra:", as_int, None),
    _member("ParentID", "parent_id", as_int, 0),
)
MEMBERS: dict[str, Member] = {one.wire.lower(): one for one in _MEMBERS}
_REQUIRED = ("TypeID", "AccountID", "StatusID", "PriorityID", "Title")

Changes = dict[str, Any]


def current(ticket: Ticket, member: Member) -> object:
    """The present value of a member."""
    if member.attribute == "extra:":
        return ticket.extra.get(member.wire, member.default)
    return getattr(ticket, member.attribute)


def store(ticket: Ticket, member: Member, value: object) -> None:
    """Set a member."""
    if member.attribute == "extra:":
        ticket.extra[member.wire] = value
    else:
        setattr(ticket, member.attribute, value)


def read(member: Member, value: object) -> object:
    """Read a member's value from a body; null means the default."""
    if value is None:
        return member.default
    try:
        found = member.read(value)
    except Unreadable as problem:
        raise Refused(400, f"The value of {member.wire} is not valid: {problem}") from None
    return member.default if found is None else found


def check(world: World, ticket: Ticket, changes: Changes) -> None:
    """Refuse ids that do not exist, before anything is changed."""
    tables: dict[str, Any] = {
        "PriorityID": world.priorities,
        "TypeID": world.ticket_types,
        "SourceID": world.sources,
        "ImpactID": world.impacts,
        "UrgencyID": world.urgencies,
        "LocationID": world.locations,
        "ResponsibleGroupID": world.groups,
        "AccountID": world.accounts,
        "RequestorUid": world.people,
        "ResponsibleUid": world.people,
    }
    for wire, table in tables.items():
        value = changes.get(wire)
        if value and value not in table:
            raise Refused(400, f"{wire} {value} could not be found.")
    status_id = changes.get("StatusID", ticket.status_id)
    if status_id != ticket.status_id:
        if not world.has_ticket_status(ticket.app_id, status_id):
            raise Refused(400, f"{status_id} is not a valid status ID for this application.")
        status = world.ticket_status(ticket.app_id, status_id)
        if status.require_goes_off_hold and not changes.get("GoesOffHoldDate"):
            raise Refused(400, f"A goes off hold date is required for the status {status.name}.")
    if "Title" in changes and not changes["Title"].strip():
        raise Refused(400, "Title is required.")
    parent = changes.get("ParentID")
    if parent and (parent == ticket.id or parent not in world.tickets):
        raise Refused(400, f"ParentID {parent} could not be found.")


def apply_changes(
    world: World, ticket: Ticket, changes: Changes, attributes: dict[int, str] | None, by: Person
) -> Json:
    """Change members and attributes, write the system entries, and tell what became of what."""
    when = world.now()
    differences: Json = {}
    sentences: list[str] = []
    for wire, value in changes.items():
        member = MEMBERS[wire.lower()]
        before = current(ticket, member)
        if before == value:
            continue
        differences[wire] = {"before": _plain(before), "after": _plain(value)}
        if wire == "StatusID":
            sentence = world.move_status(ticket, int(value), by.uid, when)
            world.write_entry(ticket, sentence, by=by.uid, update_type=2, at=when)
            continue
        sentences.append(_sentence(world, wire, before, value))
        store(ticket, member, value)
    if attributes is not None and attributes != ticket.attributes:
        differences["Attributes"] = {"before": dict(ticket.attributes), "after": dict(attributes)}
        ticket.attributes = attributes
        sentences.append("Edited custom attributes.")
    if sentences:
        text = plain_to_body("\n".join(sentences))
        world.write_entry(ticket, text, by=by.uid, update_type=3, at=when)
    touch(ticket, by, when)
    return differences


def _plain(value: object) -> object:
    return iso(value) if hasattr(value, "strftime") else value  # type: ignore[arg-type]


def _sentence(world: World, wire: str, before: object, after: object) -> str:
    if wire == "Description":
        return "Edited the description."
    tables: dict[str, Any] = {
        "PriorityID": world.priorities,
        "TypeID": world.ticket_types,
        "ResponsibleGroupID": world.groups,
        "AccountID": world.accounts,
        "SourceID": world.sources,
        "LocationID": world.locations,
    }
    label = wire.removesuffix("ID").removesuffix("Uid")
    if wire in {"ResponsibleUid", "RequestorUid"}:
        names = [
            world.people[one].full_name if one in world.people else "Nothing"
            for one in (before, after)
        ]
    elif wire in tables:
        names = [getattr(tables[wire].get(one), "name", "Nothing") for one in (before, after)]
    else:
        names = ["Nothing" if one in {None, "", 0} else str(one) for one in (before, after)]
    return f"Changed {label} from {names[0]} to {names[1]}."


def edit(world: World, ticket: Ticket, body: Json, by: Person) -> None:
    """The full edit: absent members go back to their defaults (fact sheet 10.5)."""
    given = {key.lower(): value for key, value in body.items()}
    changes = {one.wire: read(one, given.get(one.wire.lower())) for one in _MEMBERS}
    missing = [wire for wire in _REQUIRED if not changes[wire]]
    if missing:
        raise Refused(400, f"{missing[0]} is required.")
    email = as_text(given.get("requestoremail"))
    if not (changes["RequestorUid"] or email or changes["AccountID"]):
        raise Refused(400, "A requestor or an account is required.")
    if changes["RequestorUid"] is None and email:
        changes["RequestorUid"] = find_by_email(world, email)
    check(world, ticket, changes)
    attributes = read_attributes(world, given.get("attributes"))
    differences = apply_changes(world, ticket, changes, attributes, by)
    journal(world, "ticket_edited", ticket.id, by, {"changes": differences})


def find_by_email(world: World, email: str) -> str | None:
    """The UID of the person with an address, if any."""
    wanted = email.strip().lower()
    return next((one.uid for one in world.people.values() if one.email.lower() == wanted), None)


def read_attributes(world: World, value: object) -> dict[int, str]:
    """``[{ID, Value}]`` as id -> value; empty values are left out (fact sheet 7)."""
    found: dict[int, str] = {}
    for entry in value if isinstance(value, list) else []:
        if not isinstance(entry, dict):
            raise Refused(400, "The request is invalid: an attribute must be an object.")
        given = {key.lower(): part for key, part in entry.items()}
        number = as_int(given.get("id")) or 0
        if number not in world.attribute_definitions:
            raise Refused(400, f"The attribute {number} could not be found.")
        text = as_text(given.get("value"))
        if text:
            found[number] = text
    return found
