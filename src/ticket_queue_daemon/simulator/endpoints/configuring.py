"""What an administrator keeps: statuses, attribute choices, models, vendors (fact sheet 7, 10.13).

Product models and vendors are no part of the fact sheet; the public Python client lists them
before it makes an asset, so they are here to be read.
"""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress_lists
from ticket_queue_daemon.simulator.deeds import Refused, journal
from ticket_queue_daemon.simulator.dress_items import definition
from ticket_queue_daemon.simulator.entities import AssetStatus, AttributeDefinition, TicketStatus
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_bool, as_float, as_int, as_text

ROUTES = Routes()
TICKET_ROUTES = Routes("TDTickets")
ASSET_ROUTES = Routes("TDAssets")
_CLASSES = frozenset(range(1, 7))


def _name_in(members: Json) -> str:
    name = as_text(members.get("name")).strip()
    if not name:
        raise Refused(400, "Name is required.")
    return name


def _active(members: Json) -> bool:
    given = as_bool(members.get("isactive"))
    return given is not False


def _ticket_status(call: Call) -> TicketStatus:
    wanted = call.number("id")
    for one in call.world.ticket_statuses:
        if one.id == wanted and one.app_id == call.app_id:
            return one
    raise Refused(404)


@TICKET_ROUTES.on("GET", "/{appId}/tickets/statuses/{id}")
def ticket_status(call: Call) -> Reply:
    """One ticket status."""
    return answer(dress_lists.ticket_status(call.world, _ticket_status(call)))


def _fill_ticket_status(status: TicketStatus, members: Json) -> None:
    status_class = as_int(members.get("statusclass"))
    if status_class not in _CLASSES:
        raise Refused(400, "StatusClass is not valid.")
    order = as_float(members.get("order")) or 0.0
    status.name, status.status_class, status.order = _name_in(members), status_class, order
    status.description = as_text(members.get("description"))
    status.is_active = _active(members)
    hold = as_bool(members.get("requiregoesoffhold"))
    status.require_goes_off_hold = bool(hold)
    status.do_not_reopen = bool(as_bool(members.get("donotreopen")))


@TICKET_ROUTES.on("POST", "/{appId}/tickets/statuses")
def create_ticket_status(call: Call) -> Reply:
    """A new ticket status."""
    status = TicketStatus(0, "", 0, app_id=call.app_id)
    _fill_ticket_status(status, call.members())
    status.id = call.world.next_id("status")
    call.world.ticket_statuses.append(status)
    journal(call.world, "ticket_status_created", None, call.user, {"status_id": status.id})
    shown = dress_lists.ticket_status(call.world, status)
    return answer(shown, call.world.behaviour.create_status)


@TICKET_ROUTES.on("PUT", "/{appId}/tickets/statuses/{id}")
def edit_ticket_status(call: Call) -> Reply:
    """Edit a ticket status."""
    status = _ticket_status(call)
    _fill_ticket_status(status, call.members())
    journal(call.world, "ticket_status_edited", None, call.user, {"status_id": status.id})
    return answer(dress_lists.ticket_status(call.world, status))


def _fill_asset_status(status: AssetStatus, members: Json) -> None:
    order = as_float(members.get("order")) or 0.0
    out = bool(as_bool(members.get("isoutofservice")))
    status.name, status.order, status.is_out_of_service = _name_in(members), order, out
    status.description = as_text(members.get("description"))
    status.is_active = _active(members)


@ASSET_ROUTES.on("POST", "/{appId}/assets/statuses")
def create_asset_status(call: Call) -> Reply:
    """A new asset status."""
    status = AssetStatus(0, "", app_id=call.app_id)
    _fill_asset_status(status, call.members())
    status.id = call.world.next_id("status")
    call.world.asset_statuses[status.id] = status
    journal(call.world, "asset_status_created", None, call.user, {"status_id": status.id})
    shown = dress_lists.asset_status(call.world, status)
    return answer(shown, call.world.behaviour.create_status)


@ASSET_ROUTES.on("PUT", "/{appId}/assets/statuses/{id}")
def edit_asset_status(call: Call) -> Reply:
    """Edit an asset status."""
    status = call.world.asset_statuses.get(call.number("id"))
    if status is None:
        raise Refused(404)
    _fill_asset_status(status, call.members())
    journal(call.world, "asset_status_edited", None, call.user, {"status_id": status.id})
    return answer(dress_lists.asset_status(call.world, status))


def _models(call: Call) -> list[Json]:
    world = call.world
    return [dress_lists.model(world, one, call.app_id) for one in world.models.values()]


def _vendors(call: Call) -> list[Json]:
    world, app_id = call.world, call.app_id
    makers = [dress_lists.vendor(world, one, app_id) for one in world.manufacturers.values()]
    sellers = world.suppliers.values()
    return makers + [dress_lists.vendor(world, one, app_id, sells=True) for one in sellers]


def _one_of(call: Call, listed: list[Json]) -> Reply:
    for one in listed:
        if one["ID"] == call.number("id"):
            return answer(one)
    raise Refused(404)


@ASSET_ROUTES.on("GET", "/{appId}/assets/models")
def models(call: Call) -> Reply:
    """The product models."""
    return answer(_models(call))


@ASSET_ROUTES.on("GET", "/{appId}/assets/models/{id}")
def model(call: Call) -> Reply:
    """One product model."""
    return _one_of(call, _models(call))


@ASSET_ROUTES.on("GET", "/{appId}/assets/models/types")
def model_types(_call: Call) -> Reply:
    """The product types: none here."""
    return answer([])


@ASSET_ROUTES.on("GET", "/{appId}/assets/vendors")
def vendors(call: Call) -> Reply:
    """Manufacturers and suppliers."""
    return answer(_vendors(call))


@ASSET_ROUTES.on("GET", "/{appId}/assets/vendors/{id}")
def vendor(call: Call) -> Reply:
    """One manufacturer or supplier."""
    return _one_of(call, _vendors(call))


# -- the choices of an attribute; writing them takes the admin key (fact sheet 3) -------------


def _attribute(call: Call) -> AttributeDefinition:
    found = call.world.attribute_definitions.get(call.number("id"))
    if found is None:
        raise Refused(404)
    return found


def _administered(call: Call) -> AttributeDefinition:
    if call.user.uid != call.world.admin.uid:
        raise Refused(401, "Authorization has been denied for this request.")
    return _attribute(call)


def _choice(call: Call, attribute: AttributeDefinition, number: int) -> Json:
    choices: list[Json] = definition(call.world, attribute)["Choices"]
    return next(one for one in choices if one["ID"] == number)


@ROUTES.on("GET", "/attributes/{id}/choices")
def choices(call: Call) -> Reply:
    """The choices of one attribute."""
    return answer(definition(call.world, _attribute(call))["Choices"])


@ROUTES.on("POST", "/attributes/{id}/choices")
def add_choice(call: Call) -> Reply:
    """A new choice."""
    attribute, name = _administered(call), _name_in(call.members())
    number = call.world.next_id("choice")
    attribute.choices[number] = name
    details = {"attribute_id": attribute.id, "choice_id": number, "name": name}
    journal(call.world, "choice_added", None, call.user, details)
    return answer(_choice(call, attribute, number), call.world.behaviour.create_status)


@ROUTES.on("PUT", "/attributes/{id}/choices/{choiceId}")
def edit_choice(call: Call) -> Reply:
    """Rename a choice."""
    attribute, number = _administered(call), call.number("choiceId")
    if number not in attribute.choices:
        raise Refused(404)
    attribute.choices[number] = _name_in(call.members())
    details = {"attribute_id": attribute.id, "choice_id": number}
    journal(call.world, "choice_edited", None, call.user, details)
    return answer(_choice(call, attribute, number))


@ROUTES.on("DELETE", "/attributes/{id}/choices/{choiceId}")
def delete_choice(call: Call) -> Reply:
    """Delete a choice."""
    attribute, number = _administered(call), call.number("choiceId")
    if attribute.choices.pop(number, None) is None:
        raise Refused(404)
    details = {"attribute_id": attribute.id, "choice_id": number}
    journal(call.world, "choice_deleted", None, call.user, details)
    return answer("The choice was deleted.")
