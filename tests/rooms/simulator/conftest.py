"""A running simulator over a small fixed world, and a logged-in client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
import pytest

from ticket_queue_daemon.simulator import SimulatorServer, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.simulator import Asset, Person, Ticket


@dataclass
class Place:
    """The few things that most tests talk about."""

    world: World
    pat: Person
    tech: Person
    mac: Asset
    dell: Asset
    ticket: Ticket


@pytest.fixture
def place() -> Place:
    world = World(seed=7)
    department = world.add_account("Psychology", "PSYC")
    pat = world.add_person("Pat", "O'Shea", "poshea", account_id=department.id, phone="5-0142")
    tech = world.add_person("Nora", "Fielding", "nfield", groups=[367])
    mac = world.add_asset("L-C02XJ0AXJGH5", "C02XJ0AXJGH5", "LSA00001", owner=pat)
    dell = world.add_asset("IC-EHLB760-F16", "D30H6J3", "LSA00002")
    ticket = world.add_ticket("Screen is <black>", "It will not start.", requestor=pat)
    return Place(world, pat, tech, mac, dell, ticket)


@pytest.fixture
def sim(place: Place) -> Iterator[SimulatorServer]:
    with SimulatorServer(place.world, limits="off") as server:
        yield server


@pytest.fixture
def anonymous(sim: SimulatorServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sim.url) as client:
        yield client


@pytest.fixture
def api(sim: SimulatorServer) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
    with httpx2.Client(base_url=sim.url, headers=headers) as client:
        yield client
