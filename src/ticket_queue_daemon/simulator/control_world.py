"""The world edits of the control API: JSON in, the id of what was made out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .values import Json
from .world import World

Edit: TypeAlias = Callable[[World, Json], Json]


def _add_person(world: World, body: Json) -> Json:
    person = world.add_person(**body)
    return {"uid": person.uid, "email": person.email}


def _add_asset(world: World, body: Json) -> Json:
    asset = world.add_asset(**body)
    return {"id": asset.id, "ci_id": asset.ci_id}


def _add_ticket(world: World, body: Json) -> Json:
    return {"id": world.add_ticket(**body).id}


def _add_feed_entry(world: World, body: Json) -> Json:
    return {"id": world.add_feed_entry(**body).id}


def _add_reply(world: World, body: Json) -> Json:
    return {"id": world.add_reply(**body).id}


def _attach_asset(world: World, body: Json) -> Json:
    world.attach_asset(body["ticket_id"], body["asset_id"])
    return {}


def _remove_asset(world: World, body: Json) -> Json:
    world.remove_asset_from_ticket(body["ticket_id"], body["asset_id"])
    return {}


def _delete_ticket(world: World, body: Json) -> Json:
    world.delete_ticket(body["ticket_id"])
    return {}


def _move_ticket(world: World, body: Json) -> Json:
    world.move_ticket(body["ticket_id"], body["app_id"])
    return {}


def _forbid_ticket(world: World, body: Json) -> Json:
    world.forbid_ticket(body["ticket_id"])
    return {}


def _set_status(world: World, body: Json) -> Json:
    world.set_status(body["ticket_id"], body["status_id"])
    return {}


def _assign(world: World, body: Json) -> Json:
    world.assign(body["ticket_id"], body.get("responsible"), body.get("group_id"))
    return {}


def _set_report(world: World, body: Json) -> Json:
    world.set_report(**body)
    return {}


def _ticket(world: World, body: Json) -> Json:
    ticket = world.tickets[body["ticket_id"]]
    return {
        "id": ticket.id,
        "app_id": ticket.app_id,
        "title": ticket.title,
        "status_id": ticket.status_id,
        "tags": list(ticket.tags),
        "contacts": list(ticket.contacts),
        "assets": world.assets_on(ticket.id),
        "items": list(ticket.items),
        "feed": [
            {"id": one.id, "author_uid": one.author_uid, "body": one.body}
            for one in world.feed_of(ticket.id)
        ],
    }


EDITS: dict[str, Edit] = {
    "add-person": _add_person,
    "add-asset": _add_asset,
    "add-ticket": _add_ticket,
    "add-feed-entry": _add_feed_entry,
    "add-reply": _add_reply,
    "attach-asset": _attach_asset,
    "remove-asset": _remove_asset,
    "delete-ticket": _delete_ticket,
    "move-ticket": _move_ticket,
    "forbid-ticket": _forbid_ticket,
    "set-status": _set_status,
    "assign": _assign,
    "set-report": _set_report,
    "show-ticket": _ticket,
}
