"""Assets and configuration items on tickets, from all four directions (fact sheet 10.10).

Promise: the list mixes assets and stand-alone CIs as ConfigurationItems; the asset routes take
asset ids, the CI routes CI ids; an item is never on a ticket twice.
"""

from __future__ import annotations

from collections.abc import Callable

from ticket_queue_daemon.simulator import deeds
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.dress_items import item as dress_item
from ticket_queue_daemon.simulator.entities import Item, Ticket
from ticket_queue_daemon.simulator.routing import TEXT_TYPE, Call, Reply, Routes, answer, nothing

from .common import allowed, asset_of, item_of, ticket_of, writable_ticket

ROUTES = Routes("TDTickets")


@ROUTES.on("GET", "/{appId}/tickets/{id}/assets", "/{appId}/tickets/{id}/configurationItems")
def listed(call: Call) -> Reply:
    """Everything on the ticket."""
    ticket, world = ticket_of(call), call.world
    horizon = world.time() - world.behaviour.attach_lag_seconds
    shown = [
        world.items[one]
        for one in ticket.items
        if one in world.items and ticket.attached_at.get(one, 0.0) <= horizon
    ]
    return answer([dress_item(world, one) for one in shown])


def relate(call: Call, ticket: Ticket, item: Item, kind: str) -> Reply:
    """Put an item on a ticket and answer as this TDX is set to."""
    behaviour = call.world.behaviour
    if not deeds.attach(call.world, ticket, item, call.user, kind=kind):
        status = behaviour.attach_again_status
        if status >= 400:  # noqa: PLR2004
            raise Refused(status, "The item is already associated with this ticket.")
        return nothing(status)
    if behaviour.attach_body:
        return Reply(behaviour.attach_status, behaviour.attach_body.encode(), TEXT_TYPE)
    return nothing(behaviour.attach_status)


def unrelate(call: Call, ticket: Ticket, item: Item, kind: str) -> Reply:
    """Take an item off a ticket."""
    if not deeds.detach(call.world, ticket, item, call.user, kind=kind):
        return nothing(call.world.behaviour.detach_absent_status)
    return nothing(200)


def _asset_item(call: Call, name: str) -> Item:
    return call.world.items[asset_of(call, name).ci_id]


@ROUTES.on("POST", "/{appId}/tickets/{id}/assets/{assetId}")
def attach_asset(call: Call) -> Reply:
    """Attach an asset, by asset id."""
    return relate(call, writable_ticket(call), _asset_item(call, "assetId"), "asset_attached")


@ROUTES.on("DELETE", "/{appId}/tickets/{id}/assets/{assetId}")
def detach_asset(call: Call) -> Reply:
    """Detach an asset, by asset id."""
    return unrelate(call, writable_ticket(call), _asset_item(call, "assetId"), "asset_detached")


@ROUTES.on("POST", "/{appId}/tickets/{id}/configurationItems/{configurationItemId}")
def link_item(call: Call) -> Reply:
    """Link a configuration item, by CI id; asset-backed ones too."""
    return relate(call, writable_ticket(call), item_of(call, "configurationItemId"), "ci_linked")


@ROUTES.on("DELETE", "/{appId}/tickets/{id}/configurationItems/{configurationItemId}")
def unlink_item(call: Call) -> Reply:
    """Unlink a configuration item, by CI id."""
    item = item_of(call, "configurationItemId")
    return unrelate(call, writable_ticket(call), item, "ci_unlinked")


# -- the reverse routes, in the asset application ---------------------------------------------

Relation = Callable[[Call, Ticket, Item, str], Reply]


def reverse_ticket(call: Call) -> Ticket:
    """The ticket of a reverse route; the app in the path is the asset app, so any app's ticket."""
    ticket = call.world.tickets.get(call.number("ticketId"))
    if ticket is None:
        raise Refused(404)
    return allowed(call, ticket)
