"""The simulator's own description, and schemathesis let loose on it.

Each verb of each path is called with requests that fit the description and with some that don't,
on ids that exist and on ids that don't. Nothing may end in a 500, in a status that the description
does not name, or in an answer with a member too many, too few or of another type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis import checks as judged
from schemathesis.specs.openapi import checks as judged_by_openapi

from ticket_queue_daemon.simulator import SimulatorServer, campus
from ticket_queue_daemon.simulator.endpoints import build_router
from ticket_queue_daemon.simulator.openapi import describe, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.simulator import World

# What goes over the wire is left to requests and urllib3, which leave sockets to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

KEYS = sorted(f"{one.method} {one.template}" for one in build_router())
CHECKS = [
    judged.not_a_server_error,
    judged_by_openapi.status_code_conformance,
    judged_by_openapi.response_schema_conformance,
    judged_by_openapi.content_type_conformance,
]
LOOSE = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def ids_of(world: World, template: str, name: str) -> list[Any]:
    """Some ids that are there, and one that is not."""
    tickets, assets = list(world.tickets)[:2], list(world.assets)[:2]
    known: dict[str, list[Any]] = {
        "appId": [46 if "/tickets" in template.replace("/tickets/{ticketId}", "") else 48] * 5,
        "ticketId": tickets,
        "assetId": assets,
        "configurationItemId": list(world.items)[:2],
        "uid": [next(iter(world.people))],
        "contactUid": [next(iter(world.people))],
        "groupId": [367],
        "searchId": [7001, 7002, 7003],
        "relationshipId": list(world.relationships)[:1],
        "choiceId": [26190],
    }
    if name == "id":
        known["id"] = {
            "tickets": tickets,
            "assets": assets,
            "cmdb": [*list(world.items)[:1], max(world.items)],
            "reports": list(world.reports),
            "accounts": list(world.accounts)[:1],
            "groups": [367],
            "locations": [46],
            "attributes": [18375],
            "feed": list(world.feed)[:1],
        }.get(next(one for one in template.split("/") if one and "{" not in one), [])
        if "statuses" in template:
            known["id"] = [115, 38]
    return [*known.get(name, []), "nobody" if name.lower().endswith("uid") else 1]


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorServer]:
    world = campus(1, tickets=12, assets=20)
    with SimulatorServer(world, limits="off") as server:
        yield server


@pytest.fixture(scope="module")
def session(sim: SimulatorServer) -> Iterator[requests.Session]:
    """The admin account may do everything."""
    env = sim.env()
    with requests.Session() as opened:
        opened.trust_env = False
        given_keys = {"BEID": env["TDX_BEID"], "WebServicesKey": env["TDX_WEB_SERVICES_KEY"]}
        token = opened.post(f"{sim.url}/auth/loginadmin", json=given_keys).text
        opened.headers["Authorization"] = f"Bearer {token}"
        yield opened


@pytest.fixture(scope="module")
def operations(sim: SimulatorServer) -> dict[str, Any]:
    """The operations of the description, with ids of the world that is served."""
    document = describe(build_router())
    for template, verbs in document["paths"].items():
        for operation in verbs.values():
            # Else it sends tokens of its own making; refusals have their tests elsewhere.
            operation.pop("security")
            for one in operation["parameters"]:
                if one["in"] == "path":
                    one["schema"] = {"enum": ids_of(sim.world, template, one["name"])}
    schema = schemathesis.openapi.from_dict(document)
    found = (one.ok() for one in schema.get_all_operations())
    return {one.label: one for one in found}


@pytest.mark.parametrize("key", KEYS)
def test_every_endpoint_keeps_to_its_description(
    key: str, operations: dict[str, Any], session: requests.Session, sim: SimulatorServer
) -> None:
    fitting = operations[key].as_strategy(generation_mode=GenerationMode.POSITIVE)

    @LOOSE
    @given(case=fitting)
    def loose(case: Any) -> None:
        answered = case.call(base_url=sim.url, session=session, timeout=10)
        case.validate_response(answered, checks=CHECKS)
        assert "x-ratelimit-remaining" in answered.headers

    loose()


WRITES = [key for key in KEYS if key.split()[0] in {"POST", "PUT", "PATCH"}]
RUBBISH: tuple[Any, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"{not json",
    b"\xff\xfe",
    b"[" * 2000,
    b'{"ID": 1e999, "Title": {}, "StatusID": [], "Comments": {"a": 1}, "Attributes": [1]}',
    b'{"Name": [], "MaxResults": -1, "Page": 7, "StatusIDs": "x", "Relationships": [1, null]}',
    b'[{"op": "replace", "path": "/statusid", "value": {}}, {"op": "move", "path": 7}]',
    b'[{"ID": null}, [], "x"]',
    b'{"Title": "\\ud800", "Comments": "half \\udfff", "Name": "\\ud83d", "SearchText": "\\ud800"}',
    b'{"StatusID": 1e999, "PurchaseCost": NaN, "Order": Infinity, "MaxResults": 1e400, "Name": "n"}',
    b'{"StartDate": "9999-12-31T23:59:59-05:00", "CreatedDateFrom": "/Date(99999999999999999)/"}',
    b'{"Title": "t", "EndDate": "0001-01-02T00:00:00+14:00", "AcquisitionDate": 5, "Name": "n"}',
)


@pytest.mark.parametrize("key", WRITES)
def test_no_endpoint_fails_on_rubbish(
    key: str, session: requests.Session, sim: SimulatorServer
) -> None:
    verb, template = key.split()
    path = template
    for name in [one.partition("}")[0] for one in template.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", str(ids_of(sim.world, template, name)[0]))
    headers = {"Content-Type": "application/json"}
    for body in RUBBISH:
        answered = session.request(verb, f"{sim.url}{path}", data=body, headers=headers, timeout=10)
        assert answered.status_code < 500, (body, answered.text)


def test_the_description_is_served_and_names_every_route(sim: SimulatorServer) -> None:
    document = httpx2.get(f"{sim.control_url}/openapi.json").json()
    named = {
        f"{verb.upper()} {path}" for path, verbs in document["paths"].items() for verb in verbs
    }
    assert named == set(KEYS)
    assert document["openapi"] == "3.1.0"
    ticket = document["components"]["schemas"]["Ticket"]
    assert ticket["required"] == list(samples()["Ticket"])


JUNK: tuple[Any, ...] = ([], {}, [1], [None], [{}], [[]], ["x"], "x", "", -1, 1e30, True, None)


@pytest.mark.parametrize(
    "key",
    [
        "POST /{appId}/tickets/{id}",
        "POST /{appId}/tickets/search",
        "POST /{appId}/tickets/{id}/feed",
        "POST /{appId}/assets/{id}",
        "POST /{appId}/assets/search",
        "PUT /{appId}/cmdb/{id}",
        "POST /{appId}/cmdb/search",
        "POST /people/search",
        "POST /reports/search",
    ],
)
def test_no_member_of_a_good_body_may_be_junk_enough_to_fail(
    key: str, session: requests.Session
) -> None:
    """One member at a time, in a body that is fine but for it."""
    world = campus(1, tickets=12, assets=20)
    verb, template = key.split()
    with SimulatorServer(world, limits="off") as sim:
        path = template.replace("{appId}", str(ids_of(world, template, "appId")[0]))
        if "{id}" in path:
            path = path.replace("{id}", str(ids_of(world, template, "id")[-2]))
        good = {"Title": "t", "Name": "n", "TypeID": 310, "AccountID": 901, "StatusID": 115}
        good |= {"PriorityID": 20, "Comments": "c"}
        if "assets" in path:
            good["StatusID"] = 38
        if "cmdb" in path:
            good["TypeID"] = 10132
        document = describe(build_router())["paths"][template][verb.lower()]
        schema = document["requestBody"]["content"]["application/json"]["schema"]
        for name in schema["properties"]:
            for junk in JUNK:
                body = good | {name: junk}
                answered = session.request(verb, f"{sim.url}{path}", json=body, timeout=10)
                assert answered.status_code < 500, (name, junk, answered.text)
