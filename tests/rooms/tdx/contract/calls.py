"""For each route of the simulator: how our client calls it, or why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.tdx import models
from ticket_queue_daemon.tdx.appfeed import FeedPage
from ticket_queue_daemon.tdx.attributes import ASSET
from ticket_queue_daemon.tdx.groups import GroupSearch
from ticket_queue_daemon.tdx.items import ItemSearch, Relationship
from ticket_queue_daemon.tdx.lists import AssetStatus
from ticket_queue_daemon.tdx.people import PeopleSearch
from ticket_queue_daemon.tdx.reports import ReportSearch
from ticket_queue_daemon.tdx.tasks import NewTask, TicketTask
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True)
class Things:
    """What is in the world that the routes are called for."""

    ticket: int
    asset: int
    asset_ci: int
    item: int
    task: int
    entry: int
    group: int
    attribute: int
    account: int
    person: str
    user_name: str


def raw(verb: str, path: str, kind: type[Any], body: Any = None) -> Callable[..., Any]:
    """A route that no endpoint group calls, but that answers a kind which we model."""

    def call(tdx: TdxClient, things: Things) -> Any:
        due = Due.OBJECT
        sent = body
        if isinstance(body, dict):
            names = vars(things)
            sent = {k: v.format(**names) if isinstance(v, str) else v for k, v in body.items()}
        filled = path.format(**vars(things))
        made = Call(verb, path, filled, due, writes=verb != "GET", body=sent)
        return tdx._session.fetch(made, kind)

    return call


def raw_list(verb: str, path: str, kind: type[Any], body: Any = None) -> Callable[..., Any]:
    """Likewise, for a list."""

    def call(tdx: TdxClient, things: Things) -> Any:
        made = Call(verb, path, path.format(**vars(things)), Due.LIST, body=body)
        return tdx._session.fetch_list(made, kind)

    return call


_COMMENT = {"Comments": "hello", "Notify": ["null"]}
_PATCH = [{"op": "replace", "path": "/title", "value": "New"}]
_RENAME = [{"op": "replace", "path": "/name", "value": "New"}]
_TICKET = {
    "TypeID": 310,
    "AccountID": "{account}",
    "PriorityID": 20,
    "StatusID": 115,
    "Title": "Another",
    "RequestorUid": "{person}",
}

CALLS: dict[str, Callable[[Any, Things], Any]] = {
    "GET /auth/getuser": lambda tdx, _: tdx._session.fetch(
        Call("GET", "auth/getuser", "auth/getuser", Due.OBJECT), models.Person
    ),
    "GET /applications": lambda tdx, _: tdx.applications.list(),
    "GET /attributes/custom": lambda tdx, _: tdx.attributes.definitions(ASSET),
    "GET /attributes/{id}/choices": lambda tdx, it: tdx.attributes.choices(it.attribute),
    "GET /feed/{id}": lambda tdx, it: tdx.feed.entry(it.entry),
    "GET /reports": lambda tdx, _: tdx.reports.visible(),
    "POST /reports/search": lambda tdx, _: tdx.reports.search(ReportSearch()),
    "GET /reports/{id}": lambda tdx, _: tdx.reports.run(1344),
    "POST /people/search": lambda tdx, _: tdx.people.search(PeopleSearch()),
    "GET /people/lookup": lambda tdx, _: tdx.people.lookup("pat"),
    "GET /people/userlist": raw_list("GET", "people/userlist", models.Person),
    "GET /people/getuid/{username}": lambda tdx, it: tdx.people.uid_of(it.user_name),
    "GET /people/{uid}": lambda tdx, it: tdx.people.get(it.person),
    "POST /groups/search": lambda tdx, _: tdx.groups.search(GroupSearch()),
    "GET /groups/{id}": lambda tdx, it: tdx.groups.get(it.group),
    "GET /groups/{id}/members": lambda tdx, it: tdx.groups.members(it.group),
    "GET /accounts": lambda tdx, _: tdx.places.accounts(),
    "GET /locations": lambda tdx, _: tdx.places.locations(),
    # tickets
    "GET /{appId}/tickets/{id}": lambda tdx, it: tdx.tickets.get(it.ticket),
    "POST /{appId}/tickets/search": lambda tdx, _: tdx.tickets.search(models.TicketSearch()),
    "PATCH /{appId}/tickets/{id}": lambda tdx, it: tdx.tickets.patch(it.ticket, {"Title": "New"}),
    "POST /{appId}/tickets/{id}/tags": lambda tdx, it: tdx.tickets.add_tags(it.ticket, ["one"]),
    "DELETE /{appId}/tickets/{id}/tags": lambda tdx, it: tdx.tickets.remove_tags(it.ticket, ["x"]),
    "GET /{appId}/tickets/{id}/contacts": lambda tdx, it: tdx.tickets.contacts(it.ticket),
    "POST /{appId}/tickets/{id}/contacts/{contactUid}": lambda tdx, it: tdx.tickets.add_contact(
        it.ticket, it.person
    ),
    "DELETE /{appId}/tickets/{id}/contacts/{contactUid}": (
        lambda tdx, it: tdx.tickets.remove_contact(it.ticket, it.person)
    ),
    "GET /{appId}/tickets/{id}/feed": lambda tdx, it: tdx.tickets.feed(it.ticket),
    "POST /{appId}/tickets/{id}/feed": lambda tdx, it: tdx.tickets.post_feed(
        it.ticket, models.FeedPost(comments="hello")
    ),
    "GET /{appId}/tickets/feed": lambda tdx, _: tdx.app_feed.page(ReturnCount="100"),
    "GET /{appId}/tickets/{id}/assets": lambda tdx, it: tdx.tickets.items(it.ticket),
    "GET /{appId}/tickets/{id}/configurationItems": raw_list(
        "GET", "46/tickets/{ticket}/configurationItems", models.TicketItem
    ),
    "DELETE /{appId}/tickets/{id}/assets/{assetId}": lambda tdx, it: tdx.tickets.detach_asset(
        it.ticket, it.asset
    ),
    "POST /{appId}/tickets/{id}/assets/{assetId}": lambda tdx, it: tdx.tickets.attach_asset(
        it.ticket, it.asset
    ),
    "POST /{appId}/tickets/{id}/configurationItems/{configurationItemId}": (
        lambda tdx, it: tdx.tickets.link_item(it.ticket, it.item)
    ),
    "DELETE /{appId}/tickets/{id}/configurationItems/{configurationItemId}": (
        lambda tdx, it: tdx.tickets.unlink_item(it.ticket, it.item)
    ),
    "GET /{appId}/tickets/statuses": lambda tdx, _: tdx.lists.tickets.statuses(),
    "POST /{appId}/tickets/statuses/search": raw_list(
        "POST", "46/tickets/statuses/search", models.TicketStatus, {}
    ),
    "GET /{appId}/tickets/types": lambda tdx, _: tdx.lists.tickets.types(active=True),
    "GET /{appId}/tickets/forms": lambda tdx, _: tdx.lists.tickets.forms(),
    "GET /{appId}/tickets/priorities": lambda tdx, _: tdx.lists.tickets.priorities(),
    "GET /{appId}/tickets/urgencies": lambda tdx, _: tdx.lists.tickets.urgencies(),
    "GET /{appId}/tickets/impacts": lambda tdx, _: tdx.lists.tickets.impacts(),
    "GET /{appId}/tickets/sources": lambda tdx, _: tdx.lists.tickets.sources(),
    "GET /{appId}/tickets/resources": lambda tdx, _: tdx.lists.tickets.resources("east"),
    "GET /{appId}/tickets/{ticketId}/tasks": lambda tdx, it: tdx.tasks.list(it.ticket),
    "POST /{appId}/tickets/{ticketId}/tasks": lambda tdx, it: tdx.tasks.create(
        it.ticket, NewTask(title="Fetch it")
    ),
    "GET /{appId}/tickets/{ticketId}/tasks/{id}": lambda tdx, it: tdx.tasks.get(it.ticket, it.task),
    # assets and configuration items
    "POST /{appId}/assets/search": lambda tdx, _: tdx.assets.search(status_ids=[38]),
    "GET /{appId}/assets/{id}": lambda tdx, it: tdx.assets.get(it.asset),
    "GET /{appId}/assets/statuses": lambda tdx, _: tdx.lists.assets.statuses(),
    "GET /{appId}/assets/forms": lambda tdx, _: tdx.lists.assets.forms(),
    "POST /{appId}/cmdb/search": lambda tdx, _: tdx.items.search(ItemSearch()),
    "GET /{appId}/cmdb/{id}": lambda tdx, it: tdx.items.get(it.item),
    "GET /{appId}/cmdb/{id}/tickets": lambda tdx, it: tdx.items.tickets(it.asset_ci),
    "GET /{appId}/cmdb/{id}/relationships": lambda tdx, it: tdx.items.relationships(it.item),
    "GET /{appId}/cmdb/types": lambda tdx, _: tdx.lists.items.types(),
    "GET /{appId}/cmdb/relationshiptypes": lambda tdx, _: tdx.lists.items.relationship_types(),
    "GET /{appId}/cmdb/forms": lambda tdx, _: tdx.lists.items.forms(),
    # saved searches
    "GET /{appId}/tickets/searches": lambda tdx, _: tdx.saved_searches.tickets.visible(),
    "POST /{appId}/tickets/searches/{searchId}/results": (
        lambda tdx, _: tdx.saved_searches.tickets.results(7001)
    ),
    "GET /{appId}/assets/searches": lambda tdx, _: tdx.saved_searches.assets.visible(),
    "POST /{appId}/assets/searches/{searchId}/results": (
        lambda tdx, _: tdx.saved_searches.assets.results(7002)
    ),
    "GET /{appId}/cmdb/searches": lambda tdx, _: tdx.saved_searches.items.visible(),
    "POST /{appId}/cmdb/searches/{searchId}/results": (
        lambda tdx, _: tdx.saved_searches.items.results(7003)
    ),
    # routes that nothing of ours calls, but whose answers are of a kind that we model
    "POST /{appId}/tickets": raw("POST", "46/tickets", models.Ticket, _TICKET),
    "POST /{appId}/tickets/{id}": raw("POST", "46/tickets/{ticket}", models.Ticket, _TICKET),
    "PUT /{appId}/tickets/{id}/classification": raw(
        "PUT", "46/tickets/{ticket}/classification?newClassificationId=46", models.Ticket, {}
    ),
    "PUT /{appId}/tickets/{ticketId}/tasks/{id}": raw(
        "PUT", "46/tickets/{ticket}/tasks/{task}", TicketTask, {"Title": "Bring it"}
    ),
    "GET /{appId}/tickets/{ticketId}/tasks/{id}/feed": raw_list(
        "GET", "46/tickets/{ticket}/tasks/{task}/feed", models.FeedEntry
    ),
    "POST /{appId}/tickets/{ticketId}/tasks/{id}/feed": raw(
        "POST", "46/tickets/{ticket}/tasks/{task}/feed", models.FeedEntry, _COMMENT
    ),
    "POST /{appId}/assets": raw("POST", "48/assets", models.Asset, {"Name": "A", "StatusID": 38}),
    "POST /{appId}/assets/{id}": raw(
        "POST", "48/assets/{asset}", models.Asset, {"Name": "A", "StatusID": 38}
    ),
    "PATCH /{appId}/assets/{id}": raw("PATCH", "48/assets/{asset}", models.Asset, _RENAME),
    "GET /{appId}/assets/statuses/{id}": raw("GET", "48/assets/statuses/38", AssetStatus),
    "POST /{appId}/assets/statuses/search": raw_list(
        "POST", "48/assets/statuses/search", AssetStatus, {}
    ),
    "GET /{appId}/assets/{id}/feed": raw_list("GET", "48/assets/{asset}/feed", models.FeedEntry),
    "POST /{appId}/assets/{id}/feed": raw(
        "POST", "48/assets/{asset}/feed", models.FeedEntry, _COMMENT
    ),
    "GET /{appId}/assets/feed": raw("GET", "48/assets/feed", FeedPage),
    "POST /{appId}/cmdb": raw(
        "POST", "48/cmdb", models.ConfigurationItem, {"Name": "B", "TypeID": 10132}
    ),
    "PUT /{appId}/cmdb/{id}": raw(
        "PUT", "48/cmdb/{item}", models.ConfigurationItem, {"Name": "B", "TypeID": 10132}
    ),
    "PATCH /{appId}/cmdb/{id}": raw("PATCH", "48/cmdb/{item}", models.ConfigurationItem, _RENAME),
    "PUT /{appId}/cmdb/{id}/relationships": raw(
        "PUT",
        "48/cmdb/{item}/relationships?typeId=10012&otherItemId={asset_ci}&isParent=true",
        Relationship,
        {},
    ),
    "GET /{appId}/cmdb/{id}/feed": raw_list("GET", "48/cmdb/{item}/feed", models.FeedEntry),
    "POST /{appId}/cmdb/{id}/feed": raw("POST", "48/cmdb/{item}/feed", models.FeedEntry, _COMMENT),
}

NO_OBJECT = "it answers a message, or nothing"
NOT_MODELLED = "no action asks for it, so there is no model of it"
OTHERS: dict[str, str] = {
    "POST /auth": "a token: test_auth.py",
    "POST /auth/login": "a token: test_auth.py",
    "POST /auth/loginadmin": "a token: test_auth.py",
    "GET /auth/loginsso": "a page for people",
    "POST /accounts/search": NOT_MODELLED,
    "GET /accounts/{id}": NOT_MODELLED,
    "POST /locations/search": NOT_MODELLED,
    "GET /locations/{id}": NOT_MODELLED,
    "GET /people/{uid}/groups": NOT_MODELLED,
    "POST /{appId}/tickets/{id}/application": "it moves the ticket away; it answers a Ticket as others do",
    "POST /{appId}/tickets/{id}/children": NO_OBJECT,
    "DELETE /{appId}/tickets/{ticketId}/tasks/{id}": NO_OBJECT,
    "DELETE /{appId}/assets/{id}": NO_OBJECT,
    "POST /{appId}/assets/{id}/tickets/{ticketId}": NO_OBJECT,
    "DELETE /{appId}/assets/{id}/tickets/{ticketId}": NO_OBJECT,
    "GET /{appId}/assets/{id}/users": NOT_MODELLED,
    "POST /{appId}/assets/{id}/users/{resourceId}": NO_OBJECT,
    "DELETE /{appId}/assets/{id}/users/{resourceId}": NO_OBJECT,
    "GET /{appId}/assets/{id}/articles": NOT_MODELLED,
    "GET /{appId}/assets/{id}/associatedcontracts": NOT_MODELLED,
    "DELETE /{appId}/cmdb/{id}": NO_OBJECT,
    "POST /{appId}/cmdb/{id}/tickets/{ticketId}": NO_OBJECT,
    "DELETE /{appId}/cmdb/{id}/tickets/{ticketId}": NO_OBJECT,
    "DELETE /{appId}/cmdb/{id}/relationships/{relationshipId}": NO_OBJECT,
    "POST /{appId}/cmdb/relationships/bulkadd": NO_OBJECT,
    "POST /{appId}/cmdb/relationships/bulkdelete": NO_OBJECT,
    # Served for other people's clients.
    "DELETE /attachments/{attachmentUid}": NO_OBJECT,
    "DELETE /attributes/{id}/choices/{choiceId}": NO_OBJECT,
    "DELETE /people/{uid}/groups/{groupId}": NO_OBJECT,
    "GET /attachments/{attachmentUid}": NOT_MODELLED,
    "GET /attachments/{attachmentUid}/content": NOT_MODELLED,
    "GET /groups/{id}/applications": NOT_MODELLED,
    "GET /people/{uid}/functionalroles": NOT_MODELLED,
    "GET /{appId}/assets/models": NOT_MODELLED,
    "GET /{appId}/assets/models/types": NOT_MODELLED,
    "GET /{appId}/assets/models/{id}": NOT_MODELLED,
    "GET /{appId}/assets/vendors": NOT_MODELLED,
    "GET /{appId}/assets/vendors/{id}": NOT_MODELLED,
    "GET /{appId}/tickets/statuses/{id}": NOT_MODELLED,
    "PATCH /people/{uid}": NOT_MODELLED,
    "POST /accounts": NOT_MODELLED,
    "POST /attributes/{id}/choices": NOT_MODELLED,
    "POST /people": NOT_MODELLED,
    "POST /people/{uid}": NOT_MODELLED,
    "POST /people/{uid}/groups/{groupId}": NOT_MODELLED,
    "POST /{appId}/assets/statuses": NOT_MODELLED,
    "POST /{appId}/assets/{id}/attachments": NOT_MODELLED,
    "POST /{appId}/tickets/statuses": NOT_MODELLED,
    "POST /{appId}/tickets/{id}/attachments": NOT_MODELLED,
    "PUT /accounts/{id}": NOT_MODELLED,
    "PUT /attributes/{id}/choices/{choiceId}": NOT_MODELLED,
    "PUT /{appId}/assets/statuses/{id}": NOT_MODELLED,
    "PUT /{appId}/tickets/statuses/{id}": NOT_MODELLED,
    "PUT /{appId}/tickets/{id}/sla": NOT_MODELLED,
    "PUT /{appId}/tickets/{id}/sla/delete": NOT_MODELLED,
}
