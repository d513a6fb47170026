"""The conversation of a ticket (fact sheet 10.7 to 10.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator import deeds, dress
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import as_date, iso, iso_or_none

from .common import read_comment, ticket_of, writable_ticket

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.entities import FeedEntry

ROUTES = Routes("TDTickets")


@ROUTES.on("GET", "/{appId}/tickets/{id}/feed")
def read(call: Call) -> Reply:
    """The entries, newest first; their replies are counted, not shown."""
    entries = [call.world.feed[one] for one in reversed(ticket_of(call).feed)]
    return answer(shown(call, entries))


def shown(call: Call, entries: list[FeedEntry]) -> list[dict[str, object]]:
    """Entries of a list as the API lists them: visible ones, the newest ``top`` of them."""
    behaviour = call.world.behaviour
    if behaviour.feed_lag_seconds:
        horizon = call.world.time() - behaviour.feed_lag_seconds
        entries = [one for one in entries if one.created.timestamp() <= horizon]
    top = call.integer("top") or 0
    if top < 0:
        raise Refused(400, "top must not be negative.")
    replies = None if behaviour.replies_in_feed_list else 0
    entries = sorted(entries, key=lambda one: (one.created, one.id), reverse=True)
    return [dress.feed_entry(call.world, one, replies) for one in entries[: top or None]]


@ROUTES.on("POST", "/{appId}/tickets/{id}/feed")
def post(call: Call) -> Reply:
    """A comment, a status change, or both."""
    ticket, comment = writable_ticket(call), read_comment(call.members())
    entry = deeds.post_comment(call.world, ticket, call.user, comment)
    body = dress.feed_entry(call.world, entry, 0)
    return answer(body, call.world.behaviour.feed_post_status)


@ROUTES.on("GET", "/{appId}/tickets/feed")
def app_feed(call: Call) -> Reply:
    """The feed of all tickets of the app: a window of dates, ``ReturnCount`` at a time."""
    world, app_id = call.world, call.app_id
    entries = [
        entry
        for entry in world.feed.values()
        if entry.item_type == 9  # noqa: PLR2004
        and entry.item_id in world.tickets
        and world.tickets[entry.item_id].app_id == app_id
    ]
    return answer(page(call, entries))


def page(call: Call, entries: list[FeedEntry]) -> dict[str, object]:
    """An ItemUpdatesPage: ``DateFrom`` is the latest, ``DateTo`` the earliest date, exclusive."""
    latest, earliest = (as_date(call.query.get(name)) for name in ("datefrom", "dateto"))
    count, replies = _bounded(call, "ReturnCount", 25, 1), _bounded(call, "ReplyCount", 3, 0)
    found = [
        one
        for one in entries
        if (latest is None or one.updated < latest) and (earliest is None or one.updated > earliest)
    ]
    found.sort(key=lambda one: (one.updated, one.id), reverse=True)
    left_out = found[count].updated if len(found) > count else None
    return {
        "Entries": [dress.feed_entry(call.world, one, replies) for one in found[:count]],
        "AsOfDate": iso(call.world.now()),
        "NextDateTo": iso_or_none(left_out),
    }


def _bounded(call: Call, name: str, default: int, least: int) -> int:
    value = call.integer(name)
    if value is None:
        return default
    if not least <= value <= 100:  # noqa: PLR2004
        raise Refused(400, f"{name} must be between {least} and 100.")
    return value
