"""A plain reading of the seed's approach: regular expressions on raw HTML, then exact equality.

Four patterns for names and two for serial numbers, run over title and description as they came;
each hit is compared, without regard to case, with name, serial number and tag of the active
computers, and at most ten are attached. Run it to see what the patterns make of the seed's names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.machines import Machine

NAMES = (
    re.compile(r"\b[A-Z]{2,4}-[A-Z0-9]+-[A-Z0-9]+\b"),  # IC-EHLB760-F16
    re.compile(r"\b[A-Z]{2,}-[A-Z0-9]{3,}\b"),  # CHEM-SMALD1, LSAF-D30H6J3
    re.compile(r"\bL-[A-Z0-9]{7,12}\b"),  # L-C02XJ0AXJGH5
    re.compile(r"\b[a-z]{2,}-[a-z]{2,}[A-Za-z0-9]*\b"),  # psyc-amiemgT01
)
SERIALS = (
    re.compile(r"\bC02[A-Z0-9]{8,9}\b"),  # C02XJ0AXJGH5
    re.compile(r"\b[A-Z0-9]{10,15}\b"),  # R8YWA0LX6ZE
)
_MOST = 10


def candidates(text: str) -> list[str]:
    """Whatever a pattern hits, in order of patterns."""
    found = (hit for pattern in (*NAMES, *SERIALS) for hit in pattern.findall(text))
    return list(dict.fromkeys(found))


class SeedMatcher:
    """The seed's search, answered from memory instead of by TDX."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self._holders: dict[str, set[int]] = defaultdict(set)
        for machine in machines:
            if machine.eligible:
                for value in (machine.name, machine.serial, machine.tag):
                    if value:
                        self._holders[value.casefold()].add(machine.id)

    def attached(self, title: str, body: str | None) -> set[int]:
        """The ids of the assets that the seed would attach."""
        found: dict[int, None] = {}
        for candidate in candidates(f"{title} {body or ''}"):
            for asset_id in sorted(self._holders.get(candidate.casefold(), ())):
                found[asset_id] = None
        return set(list(found)[:_MOST])


def main() -> None:
    for name in (
        "IC-EHLB760-F16",
        "L-C02XJ0AXJGH5",
        "LSAF-D30H6J3",
        "psyc-amiemgT01",
        "C02XJ0AXJGH5",
        "R8YWA0LX6ZE",
        "eng-x-lec12",
        "D30H6J3",
        "a well-known problem, ATTACHMENTS, 1234567890",
    ):
        print(f"{name:<46} {', '.join(candidates(name)) or 'nothing'}")


if __name__ == "__main__":
    main()
