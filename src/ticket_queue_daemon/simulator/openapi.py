"""What the simulator answers, described by itself: ``/_control/openapi.json``.

Promise: paths and verbs come from the route table, so none is forgotten; the members of what is
answered come from what a small world really answers, so the description can't drift from it; the
members of what is asked are those of the fact sheet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import dress, dress_items, dress_lists, dress_tickets
from .editing import MEMBERS
from .entities import Attachment, Relationship, Task
from .openapi_bodies import BODIES, QUERIES
from .routing import is_text
from .world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .routing import Route
    from .values import Json

_REFUSALS = {
    "400": "The request is not valid, or TeamDynamix's rules forbid it.",
    "401": "No token, an expired one, or no permission.",
    "403": "No permission, or bad credentials.",
    "404": "There is no such thing, or not in this application.",
    "411": "The request has no length.",
    "413": "The request is longer than 4 MB.",
    "415": "The body is of a type that is not taken.",
    "429": "Too many calls of this method.",
    "500": "A failure of the simulator.",
}
# What a route answers: a name of _samples(), or a list of it.
_ANSWERS = {
    "GET /{appId}/tickets/{id}": "Ticket",
    "POST /{appId}/tickets/{id}": "Ticket",
    "PATCH /{appId}/tickets/{id}": "Ticket",
    "POST /{appId}/tickets": "Ticket",
    "PUT /{appId}/tickets/{id}/classification": "Ticket",
    "PUT /{appId}/tickets/{id}/sla": "Ticket",
    "PUT /{appId}/tickets/{id}/sla/delete": "Ticket",
    "POST /{appId}/tickets/{id}/application": "Ticket",
    "POST /{appId}/tickets/search": "[Ticket]",
    "GET /{appId}/tickets/{id}/feed": "[ItemUpdate]",
    "POST /{appId}/tickets/{id}/feed": "ItemUpdate",
    "GET /{appId}/assets/{id}/feed": "[ItemUpdate]",
    "POST /{appId}/assets/{id}/feed": "ItemUpdate",
    "GET /{appId}/cmdb/{id}/feed": "[ItemUpdate]",
    "POST /{appId}/cmdb/{id}/feed": "ItemUpdate",
    "GET /{appId}/tickets/{ticketId}/tasks/{id}/feed": "[ItemUpdate]",
    "POST /{appId}/tickets/{ticketId}/tasks/{id}/feed": "ItemUpdate",
    "GET /feed/{id}": "ItemUpdate",
    "GET /{appId}/tickets/{id}/assets": "[ConfigurationItem]",
    "GET /{appId}/tickets/{id}/configurationItems": "[ConfigurationItem]",
    "GET /{appId}/tickets/{id}/contacts": "[User]",
    "GET /{appId}/tickets/{ticketId}/tasks": "[TicketTask]",
    "POST /{appId}/tickets/{ticketId}/tasks": "TicketTask",
    "GET /{appId}/tickets/{ticketId}/tasks/{id}": "TicketTask",
    "PUT /{appId}/tickets/{ticketId}/tasks/{id}": "TicketTask",
    "GET /{appId}/tickets/forms": "[Form]",
    "GET /{appId}/assets/forms": "[Form]",
    "GET /{appId}/cmdb/forms": "[Form]",
    "GET /{appId}/tickets/types": "[TicketType]",
    "GET /{appId}/tickets/statuses": "[TicketStatus]",
    "GET /{appId}/tickets/statuses/{id}": "TicketStatus",
    "POST /{appId}/tickets/statuses": "TicketStatus",
    "PUT /{appId}/tickets/statuses/{id}": "TicketStatus",
    "POST /{appId}/tickets/statuses/search": "[TicketStatus]",
    "GET /{appId}/tickets/priorities": "[Level]",
    "GET /{appId}/tickets/urgencies": "[Level]",
    "GET /{appId}/tickets/impacts": "[Level]",
    "GET /{appId}/tickets/sources": "[TicketSource]",
    "POST /{appId}/tickets/{id}/attachments": "Attachment",
    "POST /{appId}/assets/{id}/attachments": "Attachment",
    "GET /attachments/{attachmentUid}": "Attachment",
    "POST /{appId}/assets/search": "[Asset]",
    "GET /{appId}/assets/{id}": "Asset",
    "POST /{appId}/assets/{id}": "Asset",
    "PATCH /{appId}/assets/{id}": "Asset",
    "POST /{appId}/assets": "Asset",
    "GET /{appId}/assets/statuses": "[AssetStatus]",
    "GET /{appId}/assets/statuses/{id}": "AssetStatus",
    "POST /{appId}/assets/statuses": "AssetStatus",
    "PUT /{appId}/assets/statuses/{id}": "AssetStatus",
    "POST /{appId}/assets/statuses/search": "[AssetStatus]",
    "GET /{appId}/assets/{id}/users": "[ResourceItem]",
    "POST /{appId}/cmdb/search": "[ConfigurationItem]",
    "GET /{appId}/cmdb/{id}": "ConfigurationItem",
    "PUT /{appId}/cmdb/{id}": "ConfigurationItem",
    "PATCH /{appId}/cmdb/{id}": "ConfigurationItem",
    "POST /{appId}/cmdb": "ConfigurationItem",
    "GET /{appId}/cmdb/{id}/tickets": "[TicketListing]",
    "GET /{appId}/cmdb/{id}/relationships": "[Relationship]",
    "PUT /{appId}/cmdb/{id}/relationships": "Relationship",
    "GET /applications": "[Application]",
    "GET /attributes/custom": "[CustomAttribute]",
    "POST /people/search": "[User]",
    "GET /people/lookup": "[User]",
    "GET /people/userlist": "[User]",
    "GET /people/{uid}": "User",
    "POST /people/{uid}": "User",
    "PATCH /people/{uid}": "User",
    "POST /people": "User",
    "POST /groups/search": "[Group]",
    "GET /groups/{id}": "Group",
    "GET /groups/{id}/members": "[User]",
    "GET /accounts": "[Account]",
    "POST /accounts/search": "[Account]",
    "GET /accounts/{id}": "Account",
    "POST /accounts": "Account",
    "PUT /accounts/{id}": "Account",
    "GET /locations": "[Location]",
    "POST /locations/search": "[Location]",
    "GET /locations/{id}": "Location",
}


def describe(routes: Iterable[Route], server: str = "/TDWebApi/api") -> Json:
    """The OpenAPI document of some routes."""
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TeamDynamix, simulated",
            "version": "1",
            "description": "What this simulator answers; written from TeamDynamix's documentation.",
        },
        "servers": [{"url": server}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {name: schema_of(sample) for name, sample in samples().items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> Json:
    names = re.findall(r"\{(\w+)\}", route.template)
    parameters = [_parameter(name) for name in names]
    for name, schema in QUERIES.get(route.key, {}).items():
        parameters.append({"name": name, "in": "query", "schema": schema})
    words = (route.handler.__doc__ or "").strip()
    operation: Json = {
        "summary": words.split("\n", 1)[0],
        "operationId": re.sub(r"\W+", "_", route.key).strip("_"),
        "tags": [next(part for part in route.template.split("/") if part and "{" not in part)],
        "parameters": parameters,
        "responses": _responses(route),
        "security": [] if route.public else [{"token": []}],
    }
    body = _body(route)
    if body is not None:
        operation["requestBody"] = body
    return operation


def _parameter(name: str) -> Json:
    schema: Json = {"type": "integer", "minimum": 0, "maximum": 2_147_483_647}
    if is_text(name):
        schema = {"type": "string", "minLength": 1, "pattern": "^[^/?#%.\\\\]+$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _body(route: Route) -> Json | None:
    if route.template.endswith("/attachments"):
        file = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        return {"content": {"multipart/form-data": {"schema": file}}}
    schema = BODIES.get(route.key)
    if route.method == "PATCH":
        schema = BODIES["JSON Patch"]
    elif route.key in {"POST /{appId}/tickets", "POST /{appId}/tickets/{id}"}:
        members: Json = {one.wire: {} for one in MEMBERS.values()} | {
            "Attributes": {"type": "array"}
        }
        schema = {"type": "object", "properties": members}
    return None if schema is None else {"content": {"application/json": {"schema": schema}}}


def _responses(route: Route) -> Json:
    answered = _ANSWERS.get(route.key)
    good: Json = {"description": "Done."}
    if answered is not None:
        schema: Json = {"$ref": f"#/components/schemas/{answered.strip('[]')}"}
        if answered.startswith("["):
            schema = {"type": "array", "items": schema}
        good["content"] = {"application/json": {"schema": schema}}
    responses = {"201" if _creates(route) else "200": good}
    responses["304"] = {"description": "It is so already."}
    return responses | {status: {"description": words} for status, words in _REFUSALS.items()}


def _creates(route: Route) -> bool:
    creating = ("/tickets", "/assets", "/cmdb", "/attachments", "/tasks", "/statuses", "/choices")
    whole = route.template in {"/people", "/accounts"}
    return route.method == "POST" and (whole or route.template.endswith(creating))


# -- the members of an answer -----------------------------------------------------------------

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}


def schema_of(sample: Json) -> Json:
    """Exactly these members; each of its sample's type, or null."""
    properties: Json = {}
    for name, value in sample.items():
        kind = _TYPES.get(type(value))
        properties[name] = {} if kind is None else {"type": [kind, "null"]}
    return {
        "type": "object",
        "required": list(sample),
        "properties": properties,
        "additionalProperties": False,
    }


def samples() -> dict[str, Json]:
    """One answer of each type, from a world made for it."""
    world = World()
    person = world.add_person("Pat", "Doe", account_id=world.add_account("Physics").id)
    asset = world.add_asset("PHYS-1", "S1", owner=person)
    ticket = world.add_ticket("A title", "A description", requestor=person)
    lab, now = world.add_lab("Doe Lab"), world.now()
    relation = Relationship(1, lab.id, asset.ci_id, 10012, now, person.uid)
    task = Task(1, ticket.id, "Do it", now, now, person.uid, person.uid)
    file = Attachment("1", 9, ticket.id, "a.txt", now, person.uid, b"a")
    return {
        "Ticket": dress_tickets.ticket(world, ticket, full=True),
        "TicketListing": dress_tickets.listing(world, ticket),
        "TicketTask": dress_tickets.task(world, task),
        "ItemUpdate": dress.feed_entry(world, world.feed[ticket.feed[0]], None),
        "Attachment": dress.attachment(world, file),
        "Asset": dress_items.asset(world, asset, full=True),
        "ConfigurationItem": dress_items.item(world, lab, full=True),
        "Relationship": dress_items.relationship(world, relation),
        "User": dress.person(world, person, collections=True),
        "ResourceItem": dress.resource(person, "User"),
        "Group": dress.group(world, world.groups[367]),
        "Account": dress.account(world, world.accounts[person.account_id]),
        "Application": dress_lists.application(world.applications[46]),
        "CustomAttribute": dress_items.definition(world, world.attribute_definitions[18375]),
        "TicketStatus": dress_lists.ticket_status(world, world.ticket_statuses[0]),
        "TicketType": dress_lists.ticket_type(world, world.ticket_types[310], 46),
        "TicketSource": dress_lists.source(world.sources[5]),
        "Level": dress_lists.level(world.priorities[20]),
        "Form": dress_lists.form(world, world.forms[107]),
        "AssetStatus": dress_lists.asset_status(world, world.asset_statuses[38]),
        "Location": dress_lists.location(world, world.locations[46]),
    }
