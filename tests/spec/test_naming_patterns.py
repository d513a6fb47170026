"""Seed: "Supported Computer Naming Patterns"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.actions import AddAssetAction

if TYPE_CHECKING:
    from desk import Desk

PATTERNS = [
    ("IC-EHLB760-F16", "SN-A"),
    ("L-C02XJ0AXJGH5", "C02XJ0AXJGH5"),
    ("LSAF-D30H6J3", "D30H6J3"),
    ("psyc-amiemgT01", "SN-B"),
    ("", "C02XJ0AXJGH5"),
    ("", "R8YWA0LX6ZE"),
]


@pytest.mark.parametrize(("name", "serial"), PATTERNS)
@pytest.mark.parametrize("spoken", [str, str.lower, str.upper], ids=["as is", "lower", "upper"])
def test_each_of_the_seeds_patterns_is_found(
    desk: Desk, name: str, serial: str, spoken: type[str]
) -> None:
    machine = desk.asset(name, serial)
    desk.asset("IC-OTHER00-F16", "ZZZZZZZZZZZ")
    ticket = desk.ticket("Help", f"My machine ({spoken(name or serial)}) is broken.")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]


@pytest.mark.parametrize(
    "text", ["well-known", "ATTACHMENTS", "1234567890", "to-date", "COVID-19", "734-555-0199"]
)
def test_ordinary_words_are_no_computers(desk: Desk, text: str) -> None:
    mine = desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    ticket = desk.ticket("Help", f"See {text} please")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [mine.id]
