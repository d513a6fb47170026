"""Applications, attributes, accounts, locations, single feed entries (fact sheet 2, 7, 13, 14)."""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress, dress_lists
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.dress_items import definition
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import as_bool, as_int, as_text

ROUTES = Routes()


@ROUTES.on("GET", "/applications")
def applications(call: Call) -> Reply:
    """The applications that the account can see."""
    return answer([dress_lists.application(one) for one in call.world.applications.values()])


@ROUTES.on("GET", "/attributes/custom")
def attributes(call: Call) -> Reply:
    """Attribute definitions of a component, without values."""
    component = call.integer("componentId")
    if component is None:
        raise Refused(400, "componentId is required.")
    found = call.world.attribute_definitions.values()
    return answer([definition(call.world, one) for one in found if one.component_id == component])


@ROUTES.on("GET", "/feed/{id}")
def feed_entry(call: Call) -> Reply:
    """One feed entry with all its replies."""
    entry = call.world.feed.get(call.number("id"))
    if entry is None:
        raise Refused(404)
    return answer(dress.feed_entry(call.world, entry, None))


@ROUTES.on("GET", "/accounts")
def accounts(call: Call) -> Reply:
    """The active departments."""
    found = call.world.accounts.values()
    return answer([dress.account(call.world, one) for one in found if one.is_active])


@ROUTES.on("POST", "/accounts/search")
def search_accounts(call: Call) -> Reply:
    """Departments by name or code."""
    members = call.members()
    text = as_text(members.get("searchtext")).lower()
    active, parent = as_bool(members.get("isactive")), as_int(members.get("parentaccountid"))
    found = [
        one
        for one in call.world.accounts.values()
        if text in f"{one.name}\n{one.code}".lower()
        and active in {None, one.is_active}
        and parent in {None, one.parent_id}
    ]
    cap = as_int(members.get("maxresults")) or len(found)
    return answer([dress.account(call.world, one) for one in found[:cap]])


@ROUTES.on("GET", "/accounts/{id}")
def account(call: Call) -> Reply:
    """One department."""
    found = call.world.accounts.get(call.number("id"))
    if found is None:
        raise Refused(404)
    return answer(dress.account(call.world, found))


@ROUTES.on("GET", "/locations")
def locations(call: Call) -> Reply:
    """Buildings."""
    return answer([dress_lists.location(call.world, one) for one in call.world.locations.values()])


@ROUTES.on("POST", "/locations/search")
def search_locations(call: Call) -> Reply:
    """Buildings by name."""
    members = call.members()
    text, active = as_text(members.get("namelike")).lower(), as_bool(members.get("isactive"))
    found = [
        one
        for one in call.world.locations.values()
        if text in one.name.lower() and active in {None, one.is_active}
    ]
    return answer([dress_lists.location(call.world, one) for one in found])


@ROUTES.on("GET", "/locations/{id}")
def location(call: Call) -> Reply:
    """One building."""
    found = call.world.locations.get(call.number("id"))
    if found is None:
        raise Refused(404)
    return answer(dress_lists.location(call.world, found))
