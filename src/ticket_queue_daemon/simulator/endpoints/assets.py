"""Assets (fact sheet 11)."""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress, dress_lists, searching
from ticket_queue_daemon.simulator.asset_edit import create_asset, edit_asset, patch_asset
from ticket_queue_daemon.simulator.deeds import Refused, journal
from ticket_queue_daemon.simulator.dress_items import asset as dress_asset
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer, nothing
from ticket_queue_daemon.simulator.thing_feed import asset_entries, post_on_asset
from ticket_queue_daemon.simulator.values import as_bool, as_text

from .common import asset_of, person_of, read_comment
from .ticket_feed import page, shown
from .ticket_items import relate, reverse_ticket, unrelate

ROUTES = Routes("TDAssets")


@ROUTES.on("POST", "/{appId}/assets/search")
def search(call: Call) -> Reply:
    """Assets, reduced; matching is by substring."""
    found = searching.assets(call.world, call.app_id, call.members())
    return answer([dress_asset(call.world, one, full=False) for one in found])


@ROUTES.on("GET", "/{appId}/assets/{id}")
def get(call: Call) -> Reply:
    """One asset with its attributes."""
    return answer(dress_asset(call.world, asset_of(call), full=True))


@ROUTES.on("POST", "/{appId}/assets")
def create(call: Call) -> Reply:
    """A new asset; a name or a serial number is needed."""
    asset = create_asset(call.world, call.members(), call.user)
    shown_asset = dress_asset(call.world, asset, full=True)
    return answer(shown_asset, call.world.behaviour.create_status)


@ROUTES.on("POST", "/{appId}/assets/{id}")
def edit(call: Call) -> Reply:
    """The full edit."""
    asset = asset_of(call)
    edit_asset(call.world, asset, call.members(), call.user)
    return answer(dress_asset(call.world, asset, full=True))


@ROUTES.on("PATCH", "/{appId}/assets/{id}")
def patch(call: Call) -> Reply:
    """JSON Patch on an asset and its attributes."""
    asset = asset_of(call)
    patch_asset(call.world, asset, call.body(), call.user)
    return answer(dress_asset(call.world, asset, full=True))


@ROUTES.on("DELETE", "/{appId}/assets/{id}")
def delete(call: Call) -> Reply:
    """Delete an asset and its CI, everywhere."""
    asset, world = asset_of(call), call.world
    for ticket in world.tickets.values():
        if asset.ci_id in ticket.items:
            ticket.items.remove(asset.ci_id)
    del world.assets[asset.id]
    world.items.pop(asset.ci_id, None)
    journal(world, "asset_deleted", None, call.user, {"asset_id": asset.id})
    return answer("The asset was deleted.")


@ROUTES.on("POST", "/{appId}/assets/{id}/tickets/{ticketId}")
def attach(call: Call) -> Reply:
    """Attach this asset to a ticket."""
    item = call.world.items[asset_of(call).ci_id]
    return relate(call, reverse_ticket(call), item, "asset_attached")


@ROUTES.on("DELETE", "/{appId}/assets/{id}/tickets/{ticketId}")
def detach(call: Call) -> Reply:
    """Detach this asset from a ticket."""
    item = call.world.items[asset_of(call).ci_id]
    return unrelate(call, reverse_ticket(call), item, "asset_detached")


@ROUTES.on("GET", "/{appId}/assets/statuses")
def statuses(call: Call) -> Reply:
    """The asset statuses; 38 is Active."""
    found = call.world.asset_statuses.values()
    return answer([dress_lists.asset_status(call.world, one) for one in found])


@ROUTES.on("GET", "/{appId}/assets/statuses/{id}")
def status(call: Call) -> Reply:
    """One asset status."""
    found = call.world.asset_statuses.get(call.number("id"))
    if found is None:
        raise Refused(404)
    return answer(dress_lists.asset_status(call.world, found))


@ROUTES.on("POST", "/{appId}/assets/statuses/search")
def search_statuses(call: Call) -> Reply:
    """Asset statuses by text and flags."""
    members = call.members()
    text = as_text(members.get("searchtext")).lower()
    active = as_bool(members.get("isactive"))
    out = as_bool(members.get("isoutofservice"))
    found = [
        one
        for one in call.world.asset_statuses.values()
        if text in one.name.lower()
        and active in {None, one.is_active}
        and out in {None, one.is_out_of_service}
    ]
    return answer([dress_lists.asset_status(call.world, one) for one in found])


@ROUTES.on("GET", "/{appId}/assets/forms")
def forms(call: Call) -> Reply:
    """The asset forms."""
    found = call.world.forms.values()
    return answer([dress_lists.form(call.world, one) for one in found if one.component_id == 27])  # noqa: PLR2004


@ROUTES.on("GET", "/{appId}/assets/{id}/users")
def users(call: Call) -> Reply:
    """The people who use an asset."""
    people = [call.world.people[uid] for uid in asset_of(call).users]
    return answer([dress.resource(one, "User") for one in people])


@ROUTES.on("POST", "/{appId}/assets/{id}/users/{resourceId}")
def add_user(call: Call) -> Reply:
    """Add a user to an asset."""
    asset, person = asset_of(call), person_of(call, "resourceId")
    if person.uid in asset.users:
        return nothing(call.world.behaviour.attach_again_status)
    asset.users.append(person.uid)
    details = {"asset_id": asset.id, "uid": person.uid}
    journal(call.world, "asset_user_added", None, call.user, details)
    return answer("The user was added.")


@ROUTES.on("DELETE", "/{appId}/assets/{id}/users/{resourceId}")
def remove_user(call: Call) -> Reply:
    """Remove a user from an asset."""
    asset, person = asset_of(call), person_of(call, "resourceId")
    if person.uid not in asset.users:
        return nothing(call.world.behaviour.detach_absent_status)
    asset.users.remove(person.uid)
    details = {"asset_id": asset.id, "uid": person.uid}
    journal(call.world, "asset_user_removed", None, call.user, details)
    return answer("The user was removed.")


@ROUTES.on("GET", "/{appId}/assets/{id}/feed")
def feed(call: Call) -> Reply:
    """The feed of an asset."""
    entries = [call.world.feed[one] for one in asset_of(call).feed]
    return answer(shown(call, entries))


@ROUTES.on("POST", "/{appId}/assets/{id}/feed")
def post_feed(call: Call) -> Reply:
    """A comment on an asset."""
    entry = post_on_asset(call.world, asset_of(call), call.user, read_comment(call.members()))
    return answer(dress.feed_entry(call.world, entry, 0), call.world.behaviour.feed_post_status)


@ROUTES.on("GET", "/{appId}/assets/feed")
def app_feed(call: Call) -> Reply:
    """The feed of all assets."""
    return answer(page(call, asset_entries(call.world)))


@ROUTES.on("GET", "/{appId}/assets/{id}/articles", "/{appId}/assets/{id}/associatedcontracts")
def relations(call: Call) -> Reply:
    """Articles and contracts: none here."""
    asset_of(call)
    return answer([])
