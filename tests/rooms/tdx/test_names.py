"""Names become ids once; what is unknown or ambiguous is said with what may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.client import TdxClient
from ticket_queue_daemon.tdx.config import AdminKey, TdxConfig
from ticket_queue_daemon.tdx.directory import Directory
from ticket_queue_daemon.tdx.names import NameBook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.simulator.server import SimulatorServer


@pytest.fixture
def book(simulator: SimulatorServer) -> Iterator[NameBook]:
    env = simulator.env()
    key = AdminKey(SecretStr(env["TDX_BEID"]), SecretStr(env["TDX_WEB_SERVICES_KEY"]))
    config = TdxConfig(simulator.url, 46, 48, key)
    with TdxClient(config, clock=SystemClock()) as client:
        yield NameBook(Directory(client))


@pytest.mark.parametrize(
    ("kind", "name", "number"),
    [
        ("status", "in progress", 117),
        ("priority", " High ", 21),
        ("urgency", "High", 32),
        ("impact", "Affects Group", 41),
        ("source", "walk-in", 7),
        ("type", "Printing", 311),
        ("type", "Desktop Support / Printing", 311),
        ("location", "East Hall", 46),
        ("form", "Compliance Form", 107),
        ("group", "lsa-ts-chem", 368),
        ("attribute", "Room", 18376),
        ("status", "117", 117),
        ("status", 117, 117),
    ],
)
def test_a_name_is_taken_whole_whatever_its_case(
    book: NameBook, kind: str, name: str | int, number: int
) -> None:
    assert book.number(kind, name, "x") == number


def test_a_list_is_asked_for_once_and_not_for_a_number(
    book: NameBook, simulator: SimulatorServer
) -> None:
    book.number("priority", 21, "x")
    assert simulator.requests.count("GET /{appId}/tickets/priorities") == 0

    book.number("priority", "High", "x")
    book.number("priority", "Low", "x")

    assert simulator.requests.count("GET /{appId}/tickets/priorities") == 1


@pytest.mark.parametrize(
    ("kind", "name", "said", "advice"),
    [
        ("status", "In Progres", "no active status named 'In Progres'", "Did you mean In Progress"),
        ("status", "Legacy Review", "no active status", ""),
        ("priority", "zzz", "no active priority", "There are: Emergency, High, Low, Medium."),
    ],
)
def test_what_is_unknown_is_refused_with_suggestions(
    book: NameBook, kind: str, name: str, said: str, advice: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        book.number(kind, name, "new_status_id")

    assert caught.value.message.startswith("new_status_id: ")
    assert advice in caught.value.advice


def test_what_is_ambiguous_is_refused_with_the_numbers(
    book: NameBook, simulator: SimulatorServer
) -> None:
    simulator.world.groups[371].name = "LSA-TS-CHEM"

    with pytest.raises(ConfigError, match=r"LSA-TS-CHEM \(368\), LSA-TS-CHEM \(371\)"):
        book.number("group", "LSA-TS-CHEM", "x")


@pytest.mark.parametrize("name", ["Theo Novak", "tnovak", "TNOVAK@umich.edu", "theo novak"])
def test_a_person_is_found_by_each_name(
    book: NameBook, simulator: SimulatorServer, name: str
) -> None:
    theo = simulator.world.add_person("Theo", "Novak", "tnovak")
    simulator.world.add_person("Theodora", "Novak-Hill", "tnovakhill")

    assert book.person(name, "x") == theo.uid


def test_a_uid_is_no_question(book: NameBook, simulator: SimulatorServer) -> None:
    uid = "1A4F2A00-0000-4000-8000-000000000ABC"

    assert book.person(f"{{{uid}}}", "x") == uid.lower()
    assert simulator.requests.count("GET /people/lookup") == 0


def test_two_people_of_one_name_are_not_guessed_at(
    book: NameBook, simulator: SimulatorServer
) -> None:
    for login in ("jlee", "jlee2"):
        simulator.world.add_person("Jo", "Lee", login)

    with pytest.raises(ConfigError, match="2 people are called 'Jo Lee'"):
        book.person("Jo Lee", "x")


def test_nobody_is_said(book: NameBook) -> None:
    with pytest.raises(ConfigError, match="nobody called 'Nemo'") as caught:
        book.person("Nemo", "x")

    assert "our account must see people" in caught.value.advice
