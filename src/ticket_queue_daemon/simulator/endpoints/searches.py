"""Saved searches (fact sheet 9): ``Page`` is required, results are reduced."""

from __future__ import annotations

from ticket_queue_daemon.simulator import searching
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.dress_items import asset as dress_asset
from ticket_queue_daemon.simulator.dress_items import item as dress_item
from ticket_queue_daemon.simulator.dress_tickets import ticket as dress_ticket
from ticket_queue_daemon.simulator.entities import CLOSED_CLASSES, SavedSearch
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_bool, as_int, as_text

TICKET_ROUTES = Routes("TDTickets")
ASSET_ROUTES = Routes("TDAssets")
_COMPONENTS = {9: "Ticket", 27: "Asset", 63: "ConfigurationItem"}
_TICKET, _ASSET, _CI = 9, 27, 63
_LARGEST_PAGE = 200


def _listed(call: Call, component: int) -> Reply:
    world = call.world
    return answer(
        [
            {
                "ID": one.id,
                "Name": one.name,
                "Application": world.applications[one.app_id].app_class,
                "AppID": one.app_id,
                "AppName": world.app_name(one.app_id),
                "ComponentID": component,
                "ComponentName": _COMPONENTS[component],
                "ComponentOrder": 1.0,
                "CreatedUID": world.admin.uid,
                "CreatedFullName": world.admin.full_name,
            }
            for one in world.saved_searches.values()
            if one.app_id == call.app_id and one.component_id == component
        ]
    )


def _search_of(call: Call, component: int) -> SavedSearch:
    found = call.world.saved_searches.get(call.number("searchId"))
    if found is None or found.app_id != call.app_id or found.component_id != component:
        raise Refused(404)
    return found


def _page(call: Call, found: list[Json]) -> Reply:
    page = call.members().get("page")
    if not isinstance(page, dict):
        raise Refused(400, "Page is required.")
    given = searching.lowered(page)
    index, size = as_int(given.get("pageindex")) or 0, as_int(given.get("pagesize")) or 0
    if index < 0 or not 1 <= size <= _LARGEST_PAGE:
        raise Refused(400, "PageIndex must not be negative and PageSize must be from 1 to 200.")
    return answer(
        {
            "Data": found[index * size : (index + 1) * size],
            "TotalCount": len(found),
            "CurrentPageIndex": index,
            "PageSize": size,
        }
    )


def _body(call: Call, saved: SavedSearch) -> Json:
    text = as_text(call.members().get("searchtext"))
    body = searching.lowered(saved.body) | {"maxresults": 0}
    return body | {"searchtext": text} if text else body


@TICKET_ROUTES.on("GET", "/{appId}/tickets/searches")
def ticket_searches(call: Call) -> Reply:
    """The saved ticket searches."""
    return _listed(call, _TICKET)


@TICKET_ROUTES.on("POST", "/{appId}/tickets/searches/{searchId}/results")
def ticket_results(call: Call) -> Reply:
    """A page of a saved ticket search."""
    world, members = call.world, call.members()
    found = searching.tickets(world, call.app_id, _body(call, _search_of(call, _TICKET)))
    if as_bool(members.get("onlymy")):
        found = [one for one in found if one.responsible_uid == call.user.uid]
    if as_bool(members.get("onlyopen")):
        found = [one for one in found if world.status(one).status_class not in CLOSED_CLASSES]
    return _page(call, [dress_ticket(world, one, full=False) for one in found])


@ASSET_ROUTES.on("GET", "/{appId}/assets/searches")
def asset_searches(call: Call) -> Reply:
    """The saved asset searches."""
    return _listed(call, _ASSET)


@ASSET_ROUTES.on("POST", "/{appId}/assets/searches/{searchId}/results")
def asset_results(call: Call) -> Reply:
    """A page of a saved asset search."""
    found = searching.assets(call.world, call.app_id, _body(call, _search_of(call, _ASSET)))
    return _page(call, [dress_asset(call.world, one, full=False) for one in found])


@ASSET_ROUTES.on("GET", "/{appId}/cmdb/searches")
def item_searches(call: Call) -> Reply:
    """The saved CI searches."""
    return _listed(call, _CI)


@ASSET_ROUTES.on("POST", "/{appId}/cmdb/searches/{searchId}/results")
def item_results(call: Call) -> Reply:
    """A page of a saved CI search."""
    body = _body(call, _search_of(call, _CI))
    found = searching.items(call.world, call.app_id, body | {"namelike": body.get("searchtext")})
    return _page(call, [dress_item(call.world, one) for one in found])
