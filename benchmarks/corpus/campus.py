"""The campus: any number of assets with everything that makes real ones awkward."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import Any

from corpus.machines import ACTIVE, COMPUTER_FORM, PLACEHOLDERS, Machine, squeezed
from corpus.naming import FAMILIES, FAMILY_WEIGHTS, PHRASES, WITH_SERIAL, WORDS
from corpus.serials import MAKER_WEIGHTS, MAKERS, tag

_OTHER_FORMS = {"printer": 2451, "monitor": 2455, "phone": 2460}
_RETIRED = (41, 59, 46, 141)
_PRINTABLE = ("dell", "apple12", "apple10", "lenovo", "hp")
_FIRST_ID = 106_894


class Campus:
    """All machines, in pools by what is special about them.

    ``twins`` are pairs of one name: in ``retired_twins`` the second is the active one, in
    ``active_twins`` both are. In ``nested`` the first one's name begins the second one's.
    ``heirs`` are pairs of a retired machine and the active one whose name still holds its serial.
    """

    def __init__(self, size: int, seed: int | str) -> None:
        self._dice = Random(f"{seed}/campus/{size}")
        self._taken: set[str] = set()
        self._next = _FIRST_ID
        self.machines: list[Machine] = []
        self.retired_twins: list[tuple[Machine, Machine]] = []
        self.active_twins: list[tuple[Machine, Machine]] = []
        self.nested: list[tuple[Machine, Machine]] = []
        self.heirs: list[tuple[Machine, Machine]] = []
        self.words: list[Machine] = []
        self.phrases: list[Machine] = []
        special = max(12, size // 400)
        self._awkward(special)
        while len(self.machines) < size:
            self._ordinary()
        self._pools()

    def _awkward(self, count: int) -> None:
        """What must be there whatever the size."""
        for word in WORDS:
            self.words.append(self._add(self._draw("room"), name=word, family="word"))
        for phrase in PHRASES:
            self.phrases.append(self._add(self._draw("room"), name=phrase, family="phrase"))
        for number in range(count):
            old = self._add(self._draw(), status=self._dice.choice(_RETIRED))
            change = {"serial": old.serial, "maker": old.maker} if number % 4 == 0 else {}
            new = self._draw(old.family if old.family not in WITH_SERIAL else "room")
            heir = self._add(new, name=old.name, family=old.family, **change)
            self.retired_twins.append((old, heir))
            one = self._add(self._draw(self._dice.choice(("room", "upper_user", "lower_user"))))
            other = self._add(self._draw("room"), name=one.name, family=one.family)
            self.active_twins.append((one, other))
            long = self._add(self._draw("room"))
            short = self._add(self._draw("room"), name=long.name.rpartition("-")[0])
            self.nested.append((short, long))
            gone = self._add(self._draw("upper_user", "dell"), status=41)
            name = f"LSAF-{gone.serial}"
            self.heirs.append((gone, self._add(self._draw("room"), name=name, family="heir")))
        shared = [*self.retired_twins, *self.active_twins, *self.nested, *self.heirs]
        self._special = {machine.id for pair in shared for machine in pair}
        self._special |= {machine.id for machine in (*self.words, *self.phrases)}

    def _ordinary(self) -> None:
        dice = self._dice
        machine = self._draw()
        chance = dice.random()
        if chance < 0.15:
            machine = replace(machine, status=dice.choice(_RETIRED))
        elif chance < 0.25:
            kind = dice.choice(list(_OTHER_FORMS))
            machine = replace(machine, form=_OTHER_FORMS[kind], family=f"other {kind}")
        if dice.random() < 0.055 and machine.family not in WITH_SERIAL:
            lost = dice.choice(("", "", "", dice.choice(PLACEHOLDERS)))
            machine = replace(machine, serial=lost, maker="none")
        elif dice.random() < 0.03 and machine.family in WITH_SERIAL - {"bare_serial"}:
            machine = replace(machine, serial="", maker="in name only")
        if dice.random() < 0.08:
            machine = replace(machine, tag=dice.choice(("", "", dice.choice(PLACEHOLDERS))))
        self._add(machine)

    def stranger(self, dice: Random) -> Machine:
        """A machine of another campus: well formed, and unknown here."""
        maker = dice.choice(_PRINTABLE)
        family = dice.choice(list(FAMILIES))
        serial = MAKERS[maker](dice)
        name = FAMILIES[family](dice, serial)
        return Machine(0, name, serial, "", "", ACTIVE, COMPUTER_FORM, family, maker)

    def _draw(self, family: str | None = None, maker: str | None = None) -> Machine:
        """A new active computer whose identifiers nothing else has; not yet on the campus."""
        dice = self._dice
        family = family or dice.choices(list(FAMILIES), FAMILY_WEIGHTS)[0]
        maker = maker or dice.choices(list(MAKERS), MAKER_WEIGHTS)[0]
        if family in WITH_SERIAL and maker not in _PRINTABLE:
            maker = dice.choice(_PRINTABLE)
        while True:
            serial = MAKERS[maker](dice)
            name = FAMILIES[family](dice, serial)
            label = tag(dice, crowded=len(self.machines) > 25_000)
            keys = {squeezed(serial), squeezed(name), squeezed(label)}
            if keys.isdisjoint(self._taken):
                break
        self._taken |= keys
        owner = f"{dice.getrandbits(32):08x}-0000-4000-8000-{dice.getrandbits(48):012x}"
        return Machine(0, name, serial, label, owner, ACTIVE, COMPUTER_FORM, family, maker)

    def _add(self, machine: Machine, **change: Any) -> Machine:
        machine = replace(machine, id=self._next, **change)
        self._taken.update(map(squeezed, machine.identifiers()))
        self._next += self._dice.randint(1, 3)
        self.machines.append(machine)
        return machine

    def _pools(self) -> None:
        """Sort them; from the pools come only machines whose identifiers are theirs alone."""
        self.holders: dict[str, set[int]] = defaultdict(set)
        self.family: dict[str, list[Machine]] = defaultdict(list)
        self.maker: dict[str, list[Machine]] = defaultdict(list)
        self.retired: list[Machine] = []
        self.other: list[Machine] = []
        self.computers: list[Machine] = []
        for machine in self.machines:
            for value in machine.identifiers():
                self.holders[squeezed(value)].add(machine.id)
            if machine.maker == "in name only":
                # The serial number in it identifies the machine as well as the whole name does.
                self.holders[squeezed(machine.name.rpartition("-")[2])].add(machine.id)
            if machine.id in self._special:
                continue
            if machine.form != COMPUTER_FORM:
                self.other.append(machine)
            elif machine.status != ACTIVE:
                self.retired.append(machine)
            else:
                self.computers.append(machine)
                self.family[machine.family].append(machine)
                self.maker[machine.maker].append(machine)
        self.longest = max(map(len, self.holders))
        self.lengths = sorted({len(key) for key in self.holders if len(key) >= 7})
