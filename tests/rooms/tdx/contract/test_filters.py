"""Every filter that we can send is one that TDX knows: by its name it filters, unhelped by us."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.tdx.groups import GroupSearch
from ticket_queue_daemon.tdx.items import ItemSearch
from ticket_queue_daemon.tdx.models import AssetSearch, TicketSearch
from ticket_queue_daemon.tdx.people import PeopleSearch
from ticket_queue_daemon.tdx.reports import ReportSearch
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient

ROUTES: dict[type[BaseModel], str] = {
    TicketSearch: "46/tickets/search",
    AssetSearch: "48/assets/search",
    ItemSearch: "48/cmdb/search",
    PeopleSearch: "people/search",
    GroupSearch: "groups/search",
    ReportSearch: "reports/search",
}
# What nothing in the world has; a cap is no filter.
NOBODY = "ffffffff-ffff-4fff-8fff-ffffffffffff"
IMPOSSIBLE: dict[str, Any] = {
    "int": 987654,
    "str": "zzqq-nothing-is-called-so",
    "list[int]": [987654],
    "list[str]": [NOBODY],
    "bool": False,
    "datetime": datetime(2199, 1, 1, tzinfo=UTC),
}


def filters() -> list[Any]:
    found = []
    for model in ROUTES:
        for name, field in model.model_fields.items():
            if name == "max_results":
                continue
            kind = str(field.annotation).replace("datetime.", "").removesuffix(" | None")
            kind = kind.removeprefix("<class '").removesuffix("'>")
            found.append(pytest.param(model, name, kind, id=f"{model.__name__}.{name}"))
    return found


@pytest.mark.parametrize(("model", "name", "kind"), filters())
def test_it_filters(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    model: type[BaseModel],
    name: str,
    kind: str,
) -> None:
    world = simulator.world
    pat = world.add_person("Pat", "Doe", "patdoe")
    world.add_ticket("Broken", "text", requestor=pat, responsible=pat)
    world.add_asset("IC-EHLB760-F16", "C02XJ0AXJGH5", owner=pat)
    if kind == "bool":
        # Everybody is active and an employee: nobody is left when the others are asked for.
        everything: list[Any] = [*world.people.values(), *world.items.values()]
        for one in [*everything, *world.groups.values()]:
            one.is_active = True
        for person in world.people.values():
            person.is_employee = True
    route, tdx = ROUTES[model], connect()

    def raw(body: dict[str, Any]) -> list[Any]:
        found: list[Any] = tdx._session.send(Call("POST", route, route, Due.LIST, body=body))
        return found

    assert raw(model().body()) != []  # type: ignore[attr-defined]  # each is a request
    assert raw(model(**{name: IMPOSSIBLE[kind]}).body()) == []  # type: ignore[attr-defined]
