"""People and groups (fact sheet 13)."""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress, searching
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_bool, as_int, as_text

from .common import person_of

ROUTES = Routes()
_LOOKUP_MEMBERS = ("UID", "FullName", "FirstName", "LastName", "PrimaryEmail", "UserName")


@ROUTES.on("POST", "/people/search")
def search(call: Call) -> Reply:
    """People by text and flags; without the TDPeople right an empty list, no error."""
    if not call.world.behaviour.people_access:
        return answer([])
    found = searching.people(call.world, call.members())
    return answer([dress.person(call.world, one, collections=False) for one in found])


@ROUTES.on("GET", "/people/lookup")
def lookup(call: Call) -> Reply:
    """People by name, e-mail or user name, with few members filled."""
    if not call.world.behaviour.people_access:
        return answer([])
    wanted = call.query.get("searchtext", "").strip().lower()
    cap = min(100, max(1, call.integer("maxResults") or 50))
    found = [
        one
        for one in call.world.people.values()
        if one.uid != call.world.system.uid
        and wanted in f"{one.full_name}\n{one.email}\n{one.username}".lower()
    ]
    shown = []
    for one in found[:cap]:
        whole = dress.person(call.world, one, collections=False)
        empty = {key: None if isinstance(value, str) else value for key, value in whole.items()}
        shown.append(empty | {key: whole[key] for key in _LOOKUP_MEMBERS})
    return answer(shown)


@ROUTES.on("GET", "/people/userlist")
def user_list(call: Call) -> Reply:
    """Short users; for the admin key only."""
    if call.user.uid != call.world.admin.uid:
        raise Refused(401, "Authorization has been denied for this request.")
    active, employee = call.flag("isActive"), call.flag("isEmployee")
    kind = call.integer("userType")
    people = call.world.people.values()
    return answer(
        [
            dress.person(call.world, one, collections=False)
            for one in people
            if active in {None, one.is_active}
            and employee in {None, one.is_employee}
            and kind in {None, 0, one.type_id}
            and one.uid != call.world.system.uid
        ]
    )


@ROUTES.on("GET", "/people/getuid/{username}")
def get_uid(call: Call) -> Reply:
    """The UID behind a user name, as a JSON string."""
    return answer(person_of(call, "username").uid)


@ROUTES.on("GET", "/people/{uid}")
def get(call: Call) -> Reply:
    """One person, by UID or user name."""
    return answer(dress.person(call.world, person_of(call, "uid"), collections=True))


@ROUTES.on("GET", "/people/{uid}/groups")
def groups_of(call: Call) -> Reply:
    """The groups that a person is in."""
    person = person_of(call, "uid")
    return answer(
        [
            {
                "GroupID": number,
                "GroupName": call.world.groups[number].name,
                "IsPrimary": index == 0,
                "IsManager": False,
                "IsNotified": True,
            }
            for index, number in enumerate(person.groups)
        ]
    )


def _works_in(call: Call, members: Json) -> bool:
    # Groups work in every ticketing application here, and in no other.
    apps = call.world.applications
    asked = (as_int(members.get("hasappid")), as_int(members.get("associatedappid")))
    for number in asked:
        if number and (number not in apps or apps[number].app_class != "TDTickets"):
            return False
    return as_text(members.get("hassystemappname")).lower() in {"", "tdtickets"}


@ROUTES.on("POST", "/groups/search")
def search_groups(call: Call) -> Reply:
    """Groups by name and flag."""
    members = call.members()
    name, active = as_text(members.get("namelike")).lower(), as_bool(members.get("isactive"))
    found = [
        one
        for one in call.world.groups.values()
        if name in one.name.lower() and active in {None, one.is_active} and _works_in(call, members)
    ]
    return answer([dress.group(call.world, one) for one in found])


@ROUTES.on("GET", "/groups/{id}")
def group(call: Call) -> Reply:
    """One group."""
    found = call.world.groups.get(call.number("id"))
    if found is None:
        raise Refused(404)
    return answer(dress.group(call.world, found))


@ROUTES.on("GET", "/groups/{id}/members")
def members_of(call: Call) -> Reply:
    """The people in a group."""
    found = call.world.groups.get(call.number("id"))
    if found is None:
        raise Refused(404)
    people = [call.world.people[uid] for uid in found.members if uid in call.world.people]
    return answer([dress.person(call.world, one, collections=False) for one in people])


@ROUTES.on("GET", "/groups/{id}/applications")
def applications_of(call: Call) -> Reply:
    """The ticketing applications that a group works in: all of them here."""
    if call.number("id") not in call.world.groups:
        raise Refused(404)
    apps = call.world.applications.values()
    return answer(
        [
            {"GroupID": call.number("id"), "AppID": one.id, "AppName": one.name}
            for one in apps
            if one.app_class == "TDTickets"
        ]
    )
