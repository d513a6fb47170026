"""Each answer of the simulator is read by our models; a route without a test fails here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from rooms.tdx.contract.calls import CALLS, OTHERS, Things
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.simulator.ci_edit import add_relation
from ticket_queue_daemon.simulator.endpoints import build_router
from ticket_queue_daemon.simulator.entities import Task
from ticket_queue_daemon.simulator.server import SimulatorServer
from ticket_queue_daemon.tdx.attributes import ASSET
from ticket_queue_daemon.tdx.client import TdxClient
from ticket_queue_daemon.tdx.config import AdminKey, TdxConfig
from ticket_queue_daemon.tdx.fields import TdxModel

if TYPE_CHECKING:
    from collections.abc import Iterator

# Answers that hold no model: a UID; nothing at all.
WITHOUT = {
    "GET /people/getuid/{username}",
    "POST /{appId}/tickets/{id}/tags",
    "DELETE /{appId}/tickets/{id}/tags",
    "POST /{appId}/tickets/{id}/contacts/{contactUid}",
    "POST /{appId}/tickets/{id}/assets/{assetId}",
    "DELETE /{appId}/tickets/{id}/assets/{assetId}",
    "POST /{appId}/tickets/{id}/configurationItems/{configurationItemId}",
    "DELETE /{appId}/tickets/{id}/configurationItems/{configurationItemId}",
    "DELETE /{appId}/tickets/{id}/contacts/{contactUid}",
}
# Without these, the lists of feeds would be empty and prove nothing.
FIRST = (
    "POST /{appId}/tickets/{ticketId}/tasks/{id}/feed",
    "POST /{appId}/assets/{id}/feed",
    "POST /{appId}/cmdb/{id}/feed",
)


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(limits="off") as server:
        yield server


@pytest.fixture(scope="module")
def things(server: SimulatorServer, tdx: TdxClient) -> Things:
    """One of everything, and everything on the one ticket."""
    world = server.world
    pat = world.add_person("Pat", "Doe", "patdoe")
    world.groups[367].members.append(pat.uid)
    asset, lab = world.add_asset("IC-EHLB760-F16", "C02XJ0AXJGH5"), world.add_lab("aabol Lab")
    ticket = world.add_ticket("Broken", "<b>dead</b>", requestor=pat, rich=True)
    ticket.items += [asset.ci_id, lab.id]
    ticket.contacts.append(pat.uid)
    entry = world.add_feed_entry(ticket.id, "first", pat, replies=["a reply"])
    when = world.now()
    task = Task(world.next_id("task"), ticket.id, "Fetch it", when, when, pat.uid, pat.uid)
    world.tasks[task.id] = task
    ticket.tasks.append(task.id)
    chosen = next(
        one.id
        for one in world.attribute_definitions.values()
        if one.component_id == ASSET and one.choices
    )
    ticket.attributes[chosen] = "1"
    add_relation(world, asset.ci_id, lab.id, 10016, pat)
    account = world.add_account("LSA Chemistry")
    made = Things(
        ticket=ticket.id,
        asset=asset.id,
        asset_ci=asset.ci_id,
        item=lab.id,
        task=task.id,
        entry=entry.id,
        group=367,
        attribute=chosen,
        account=account.id,
        person=pat.uid,
        user_name=pat.username,
    )
    for route in FIRST:
        CALLS[route](tdx, made)
    return made


@pytest.fixture(scope="module")
def tdx(server: SimulatorServer) -> Iterator[TdxClient]:
    env = server.env()
    key = AdminKey(SecretStr(env["TDX_BEID"]), SecretStr(env["TDX_WEB_SERVICES_KEY"]))
    with TdxClient(TdxConfig(server.url, 46, 48, key), clock=SystemClock()) as client:
        yield client


def test_every_route_is_called_or_has_its_reason() -> None:
    routes = {route.key for route in build_router()}
    assert set(CALLS) & set(OTHERS) == set()
    assert routes == set(CALLS) | set(OTHERS)
    assert all(OTHERS.values())


@pytest.mark.parametrize("route", CALLS)
def test_what_it_answers_is_read(
    route: str, tdx: TdxClient, server: SimulatorServer, things: Things
) -> None:
    before = server.requests.count(route)
    answer: Any = CALLS[route](tdx, things)
    assert server.requests.count(route) > before
    if route in WITHOUT:
        assert answer in {None, things.person}
        return
    found = answer if isinstance(answer, list) else [answer]
    assert found
    for one in found:
        assert isinstance(one, TdxModel)
        assert type(one).model_validate(one.raw()) == one
