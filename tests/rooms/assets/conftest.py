"""A small park of machines, and one call that reads a text with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.assets.finder import Finding

ACTIVE, DISPOSED = 38, 41
COMPUTER, MONITOR = 2448, 2555


def machine(
    number: int,
    name: str | None,
    serial: str | None = None,
    tag: str | None = None,
    *,
    owner: str | None = None,
    status: int = ACTIVE,
    form: int = COMPUTER,
) -> AssetRecord:
    status_name = "Active" if status == ACTIVE else "Disposed"
    return AssetRecord(number, name, serial, tag, owner, status, status_name, form, 9_000 + number)


PARK = [
    machine(1, "IC-EHLB760-F16", "5CG1234ABC", "0012345", owner="ann"),
    machine(2, "L-C02XJ0AXJGH5", "C02XJ0AXJGH5", "LSA20002", owner="bob"),
    machine(3, "LSAF-D30H6J3", "D30H6J3", "45001", owner="ann"),
    machine(4, "psyc-amiemgT01", "PF2ABC12", None, owner="cho", status=DISPOSED),
    machine(5, "CHEM-SMALD1", "R8YWA0LX6ZE", "45003", owner="cho"),
    machine(6, "IC-EHLB760", "MJ0K7T2Q", None),
    machine(7, "SHARED-PC07", "MXL1030QX4", None),
    machine(8, "shared-pc07", "MXL1030QX5", None),
    machine(9, "TWIN-LAB04", "TW1N00A1", None, status=DISPOSED),
    machine(10, "TWIN-LAB04", "TW1N00A2", None),
    machine(11, "MON-EHLB760", "CN0A1B2C3", None, form=MONITOR),
    machine(12, "L-C02YY0AXJGH6", None, None),
    machine(13, "UMMA-JOSHEA", None, "2024"),
    machine(14, "eng-x-lec12", None, None),
]


@pytest.fixture
def park() -> AssetCatalog:
    return AssetCatalog(PARK)


@pytest.fixture
def rules() -> FinderRules:
    return FinderRules(form_ids=frozenset({COMPUTER}))


@pytest.fixture
def find(park: AssetCatalog, rules: FinderRules) -> Callable[[str], Finding]:
    return lambda text: find_in_text([TextPart("description", text)], park, rules)


@pytest.fixture
def found(find: Callable[[str], Finding]) -> Callable[[str], list[int]]:
    return lambda text: [match.asset.id for match in find(text).matches]
