"""Changing people, group memberships and departments (fact sheet 3, 13).

Promise: people and departments take the admin key; a person is written whole by POST and in part
by PATCH, with the same members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.simulator import dress
from ticket_queue_daemon.simulator.deeds import Refused, journal
from ticket_queue_daemon.simulator.patching import Patch, read_operations
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_bool, as_guid, as_int, as_text

from .common import person_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.entities import Account, Person

ROUTES = Routes()

_MEMBERS: dict[str, tuple[str, Callable[[object], Any]]] = {
    "FirstName": ("first_name", as_text),
    "LastName": ("last_name", as_text),
    "PrimaryEmail": ("email", as_text),
    "DefaultAccountID": ("account_id", as_int),
    "Title": ("title", as_text),
    "WorkPhone": ("phone", as_text),
    "ExternalID": ("external_id", as_text),
    "AlternateID": ("alternate_id", as_text),
    "IsActive": ("is_active", as_bool),
    "IsEmployee": ("is_employee", as_bool),
}
_REQUIRED = ("FirstName", "LastName", "PrimaryEmail")


def _admin(call: Call) -> None:
    if call.user.uid != call.world.admin.uid:
        raise Refused(401, "Authorization has been denied for this request.")


def _store(person: Person, values: Json) -> None:
    for wire, value in values.items():
        if value is not None:
            setattr(person, _MEMBERS[wire][0], value)


def _read(call: Call, members: Json) -> Json:
    values = {
        wire: reader(members.get(wire.lower()))
        for wire, (_, reader) in _MEMBERS.items()
        if wire.lower() in members
    }
    missing = [wire for wire in _REQUIRED if not as_text(values.get(wire)).strip()]
    if missing:
        raise Refused(400, f"{missing[0]} is required.")
    if values.get("DefaultAccountID") and values["DefaultAccountID"] not in call.world.accounts:
        raise Refused(400, "DefaultAccountID could not be found.")
    return values


@ROUTES.on("POST", "/people")
def create(call: Call) -> Reply:
    """A new person."""
    _admin(call)
    members, world = call.members(), call.world
    values = _read(call, members)
    username = as_text(members.get("username")).strip()
    if not username:
        raise Refused(400, "UserName is required.")
    login = username.partition("@")[0].lower()
    if username.lower() in world.by_login or f"{login}@umich.edu" in world.by_login:
        raise Refused(400, "A user with this user name already exists.")
    type_id = as_int(members.get("typeid")) or 1
    person = world.add_person(values["FirstName"], values["LastName"], login, type_id=type_id)
    person.username = username
    world.by_login[username.lower()] = person
    _store(person, values)
    journal(world, "person_created", None, call.user, {"uid": person.uid})
    return answer(dress.person(world, person, collections=True), world.behaviour.create_status)


@ROUTES.on("POST", "/people/{uid}")
def edit(call: Call) -> Reply:
    """The full edit of a person."""
    _admin(call)
    person = person_of(call, "uid")
    _store(person, _read(call, call.members()))
    journal(call.world, "person_edited", None, call.user, {"uid": person.uid})
    return answer(dress.person(call.world, person, collections=True))


@ROUTES.on("PATCH", "/people/{uid}")
def patch(call: Call) -> Reply:
    """JSON Patch on a person."""
    _admin(call)
    person = person_of(call, "uid")
    present = {wire: getattr(person, field) for wire, (field, _) in _MEMBERS.items()}
    played = Patch({wire.lower(): wire for wire in _MEMBERS}, present, {})
    played.play(read_operations(call.body()))
    if played.attributes:
        raise Refused(400, "The attribute could not be found.")
    changed = {wire.lower(): value for wire, value in (present | played.changes).items()}
    _store(person, _read(call, changed))
    journal(call.world, "person_patched", None, call.user, {"uid": person.uid})
    return answer(dress.person(call.world, person, collections=True))


@ROUTES.on("GET", "/people/{uid}/functionalroles")
def functional_roles(call: Call) -> Reply:
    """Functional roles: none here."""
    person_of(call, "uid")
    return answer([])


@ROUTES.on("POST", "/people/{uid}/groups/{groupId}")
def join(call: Call) -> Reply:
    """Put a person in a group."""
    person, group = person_of(call, "uid"), call.world.groups.get(call.number("groupId"))
    if group is None:
        raise Refused(404)
    if group.id not in person.groups:
        person.groups.append(group.id)
        group.members.append(person.uid)
        details = {"uid": person.uid, "group_id": group.id}
        journal(call.world, "group_joined", None, call.user, details)
    return answer("The user was added to the group.")


@ROUTES.on("DELETE", "/people/{uid}/groups/{groupId}")
def leave(call: Call) -> Reply:
    """Take a person out of a group."""
    person, group = person_of(call, "uid"), call.world.groups.get(call.number("groupId"))
    if group is None or group.id not in person.groups:
        raise Refused(404)
    person.groups.remove(group.id)
    group.members.remove(person.uid)
    details = {"uid": person.uid, "group_id": group.id}
    journal(call.world, "group_left", None, call.user, details)
    return answer("The user was removed from the group.")


def _fill_account(call: Call, account: Account, members: Json) -> None:
    name, parent = as_text(members.get("name")).strip(), as_int(members.get("parentid")) or 0
    if not name:
        raise Refused(400, "Name is required.")
    if parent and (parent not in call.world.accounts or parent == account.id):
        raise Refused(400, "ParentID could not be found.")
    account.name, account.code, account.parent_id = name, as_text(members.get("code")), parent
    account.is_active = as_bool(members.get("isactive")) is not False
    account.manager_uid = as_guid(members.get("manageruid"))


@ROUTES.on("POST", "/accounts")
def create_account(call: Call) -> Reply:
    """A new department."""
    _admin(call)
    members, world = call.members(), call.world
    account = world.add_account(as_text(members.get("name")).strip() or "?")
    try:
        _fill_account(call, account, members)
    except Refused:
        del world.accounts[account.id]
        raise
    journal(world, "account_created", None, call.user, {"account_id": account.id})
    return answer(dress.account(world, account), world.behaviour.create_status)


@ROUTES.on("PUT", "/accounts/{id}")
def edit_account(call: Call) -> Reply:
    """Edit a department."""
    _admin(call)
    account = call.world.accounts.get(call.number("id"))
    if account is None:
        raise Refused(404)
    _fill_account(call, account, call.members())
    journal(call.world, "account_edited", None, call.user, {"account_id": account.id})
    return answer(dress.account(call.world, account))
