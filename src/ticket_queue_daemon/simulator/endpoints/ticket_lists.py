"""Look-up lists of a ticketing application (fact sheet 10.13)."""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress_lists
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_bool, as_int, as_text

ROUTES = Routes("TDTickets")
_TICKET = 9
_MOST = 5


@ROUTES.on("GET", "/{appId}/tickets/statuses")
def statuses(call: Call) -> Reply:
    """All statuses of the app, inactive ones too."""
    found = [one for one in call.world.ticket_statuses if one.app_id == call.app_id]
    return answer([dress_lists.ticket_status(call.world, one) for one in found])


@ROUTES.on("POST", "/{appId}/tickets/statuses/search")
def search_statuses(call: Call) -> Reply:
    """Statuses by text, class and flags."""
    members = call.members()
    text = as_text(members.get("searchtext")).lower()
    wanted_class = as_int(members.get("statusclass"))
    active, default = as_bool(members.get("isactive")), as_bool(members.get("isdefault"))
    hold = as_bool(members.get("requiresgoesoffhold"))
    found = [
        one
        for one in call.world.ticket_statuses
        if one.app_id == call.app_id
        and text in one.name.lower()
        and wanted_class in {None, one.status_class}
        and active in {None, one.is_active}
        and default in {None, one.is_default}
        and hold in {None, one.require_goes_off_hold}
    ]
    return answer([dress_lists.ticket_status(call.world, one) for one in found])


@ROUTES.on("GET", "/{appId}/tickets/types")
def types(call: Call) -> Reply:
    """The types, perhaps only active ones."""
    active = call.flag("isActive")
    found = [one for one in call.world.ticket_types.values() if active in {None, one.is_active}]
    return answer([dress_lists.ticket_type(call.world, one, call.app_id) for one in found])


@ROUTES.on("GET", "/{appId}/tickets/forms")
def forms(call: Call) -> Reply:
    """The active forms."""
    found = call.world.forms.values()
    return answer(
        [
            dress_lists.form(call.world, one)
            for one in found
            if one.component_id == _TICKET and one.app_id == call.app_id
        ]
    )


@ROUTES.on("GET", "/{appId}/tickets/priorities")
def priorities(call: Call) -> Reply:
    """The priorities."""
    return answer([dress_lists.level(one) for one in call.world.priorities.values()])


@ROUTES.on("GET", "/{appId}/tickets/urgencies")
def urgencies(call: Call) -> Reply:
    """The urgencies."""
    return answer([dress_lists.level(one) for one in call.world.urgencies.values()])


@ROUTES.on("GET", "/{appId}/tickets/impacts")
def impacts(call: Call) -> Reply:
    """The impacts."""
    return answer([dress_lists.level(one) for one in call.world.impacts.values()])


@ROUTES.on("GET", "/{appId}/tickets/sources")
def sources(call: Call) -> Reply:
    """The sources."""
    return answer([dress_lists.source(one) for one in call.world.sources.values()])


@ROUTES.on("GET", "/{appId}/tickets/resources")
def resources(call: Call) -> Reply:
    """People and groups that tickets can be assigned to; at most five."""
    wanted = call.query.get("searchtext", "").strip().lower()
    found: list[Json] = []
    found.extend(
        {"Name": group.name, "Value": str(group.id), "Email": "", "IsUser": False}
        for group in call.world.groups.values()
        if group.is_active and wanted in group.name.lower()
    )
    for person in call.world.people.values():
        text = f"{person.full_name}\n{person.email}".lower()
        if person.type_id == 1 and person.uid != call.world.system.uid and wanted in text:
            found.append(
                {
                    "Name": person.full_name,
                    "Value": person.uid,
                    "Email": person.email,
                    "IsUser": True,
                }
            )
    return answer(found[:_MOST])
