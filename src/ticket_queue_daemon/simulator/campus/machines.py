"""Machines named in the seed's six patterns, with serial numbers, tags and owners.

Promise: names and serials are unique in a world; each pattern of the seed's list occurs as soon
as there are a dozen machines; about one in six is retired, disposed of or no computer at all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator import catalogue
from ticket_queue_daemon.simulator.campus.words import DEPARTMENTS

if TYPE_CHECKING:
    import random

    from ticket_queue_daemon.simulator.entities import Asset, Person
    from ticket_queue_daemon.simulator.world import World

_LETTERS = "ABCDEFGHJKLMNPQRTVWXYZ"
_DIGITS = "0123456789"
_APPLE, _DELL, _LENOVO, _HP = 1, 2, 3, 4
_GONE = (39, 40, 40, 41, 41, 41, 201)


@dataclass(slots=True)
class Park:
    """All machines of a world, sorted by what a ticket needs."""

    active: list[Asset] = field(default_factory=list)
    retired: list[Asset] = field(default_factory=list)
    others: list[Asset] = field(default_factory=list)
    owned: dict[str, list[Asset]] = field(default_factory=lambda: defaultdict(list))

    def add(self, asset: Asset) -> None:
        """Sort a machine in."""
        if asset.form_id != catalogue.COMPUTER_FORM:
            self.others.append(asset)
        elif asset.status_id != catalogue.ACTIVE:
            self.retired.append(asset)
        else:
            self.active.append(asset)
            if asset.owner_uid is not None:
                self.owned[asset.owner_uid].append(asset)

    def owners_of(self, count: int, people: list[Person]) -> list[Person]:
        """The people who own exactly so many active computers."""
        return [one for one in people if len(self.owned.get(one.uid, ())) == count]


class Namer:
    """Makes names and serials that nobody else in this world has."""

    def __init__(self, rng: random.Random, taken: set[str]) -> None:
        self._rng = rng
        self._taken = taken

    def _mixed(self, pattern: str) -> str:
        pools = {"A": _LETTERS, "9": _DIGITS, "X": _LETTERS + _DIGITS}
        return "".join(self._rng.choice(pools[one]) if one in pools else one for one in pattern)

    def _fresh(self, make: str) -> str:
        while True:
            found = self._mixed(make)
            if found.lower() not in self._taken:
                self._taken.add(found.lower())
                return found

    def apple_serial(self) -> str:
        """Twelve characters, as ``C02XJ0AXJGH5``."""
        # A "c" is no pattern letter here, so the prefix stays as it is.
        return self._fresh("C02AA9AXAAA9")

    def dell_tag(self) -> str:
        """Seven characters, as ``D30H6J3``."""
        return self._fresh("A99A9A9")

    def generic_serial(self) -> str:
        """Eleven characters, as ``R8YWA0LX6ZE``."""
        return self._fresh("R8YAA9AX9AA")

    def claim(self, name: str) -> str:
        """A name as it is, or with a number when it is taken."""
        candidate, number = name, 2
        while candidate.lower() in self._taken:
            candidate, number = f"{name}{number:02d}", number + 1
        self._taken.add(candidate.lower())
        return candidate


def grow(world: World, rng: random.Random, people: list[Person], count: int) -> Park:
    """Add machines until the world has ``count``; returns all of them, sorted."""
    park = Park()
    taken: set[str] = set()
    for asset in world.assets.values():
        park.add(asset)
        taken.update(text.lower() for text in (asset.name, asset.serial, asset.tag) if text)
    namer = Namer(rng, taken)
    owners = _owners(rng, people, max(0, count - len(world.assets)))
    for number, owner in enumerate(owners):
        park.add(_machine(world, rng, namer, number, owner))
    return park


def _owners(rng: random.Random, people: list[Person], count: int) -> list[Person | None]:
    # One in ten people owns nothing, most own one machine, some two or three.
    found: list[Person | None] = []
    order = list(people)
    while len(found) < count:
        rng.shuffle(order)
        for person in order:
            found.extend([person] * rng.choices((0, 1, 2, 3), (10, 60, 20, 10))[0])
            if rng.random() < 0.08:  # noqa: PLR2004 - lab machines belong to nobody
                found.append(None)
            if len(found) >= count:
                break
        if not order:
            found.append(None)
    return found[:count]


def _machine(
    world: World, rng: random.Random, namer: Namer, number: int, owner: Person | None
) -> Asset:
    department = world.accounts.get(owner.account_id) if owner else None
    code = department.code if department else rng.choice(DEPARTMENTS)[1]
    if rng.random() < 0.07:  # noqa: PLR2004
        return _peripheral(world, rng, namer, number, code)
    name, serial, maker, model = _named(rng, namer, number % 7, code, owner)
    gone = rng.random() < 0.14  # noqa: PLR2004
    asset = world.add_asset(
        name,
        serial,
        f"LSA{20_000 + number:05d}",
        owner=owner,
        department_id=department.id if department else 0,
        status_id=rng.choice(_GONE) if gone else catalogue.ACTIVE,
        location_id=rng.choice(tuple(world.locations)),
        manufacturer_id=maker,
        model_id=model,
    )
    asset.room = str(rng.randrange(1000, 4999))
    if rng.random() < 0.5:  # noqa: PLR2004
        asset.attributes = {10902: rng.choice(("8 GB", "16 GB", "32 GB")), 10903: "2364"}
    return asset


def _named(  # noqa: PLR0911 - one return per pattern of the seed
    rng: random.Random, namer: Namer, pattern: int, code: str, owner: Person | None
) -> tuple[str, str, int, int]:
    """Name, serial, maker and model in one of the seed's patterns."""
    who = owner.alternate_id if owner else f"lab{rng.randrange(10, 99)}"
    if pattern == 0:
        season, year, room = rng.choice("FWS"), rng.randrange(14, 26), rng.randrange(100, 999)
        name = namer.claim(f"IC-EHLB{room}-{season}{year}")
        return name, namer.dell_tag(), _DELL, 21
    if pattern == 1:
        serial = namer.apple_serial()
        return namer.claim(f"L-{serial}"), serial, _APPLE, 11
    if pattern == 2:  # noqa: PLR2004
        serial = namer.dell_tag()
        return namer.claim(f"{code}-{serial}"), serial, _DELL, 22
    if pattern == 3:  # noqa: PLR2004
        name = namer.claim(f"{code.lower()}-{who}{rng.choice('TLD')}{rng.randrange(1, 20):02d}")
        return name, namer.generic_serial(), _LENOVO, 31
    if pattern == 4:  # noqa: PLR2004
        serial = namer.apple_serial()
        return serial, serial, _APPLE, 12
    if pattern == 5:  # noqa: PLR2004
        serial = namer.generic_serial()
        return serial, serial, _HP, 31
    return namer.claim(f"{code}-{who.upper()}{rng.randrange(1, 4)}"), namer.dell_tag(), _DELL, 21


def _peripheral(world: World, rng: random.Random, namer: Namer, number: int, code: str) -> Asset:
    printer = rng.random() < 0.5  # noqa: PLR2004
    kind, form = ("PRN", catalogue.PRINTER_FORM) if printer else ("MON", catalogue.MONITOR_FORM)
    return world.add_asset(
        namer.claim(f"{code}-{kind}{rng.randrange(1, 999):03d}"),
        namer.generic_serial(),
        f"LSA{20_000 + number:05d}",
        form_id=form,
        location_id=rng.choice(tuple(world.locations)),
        manufacturer_id=_HP if printer else _DELL,
        model_id=41 if printer else 42,
    )
