"""Several machines in one ticket, and machines in pasted data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from corpus.pen import ALONE
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.machines import Machine
    from corpus.pen import Pen


def _several(pen: Pen, least: int = 2, most: int = 6) -> dict[str, Machine]:
    """Some machines by how each is called here."""
    wanted = pen.dice.randint(least, most)
    called: dict[str, Machine] = {}
    while len(called) < wanted:
        machine, text = pen.target()
        if machine not in called.values():
            called[text] = machine
    return called


def _listed(pen: Pen, text: str, called: dict[str, Machine]) -> Draft:
    return Draft(pen.topic(), pen.letter(text), expected=tuple(called.values()))


@way()
def comma_list(pen: Pen) -> Draft:
    """Commas with and without spaces, ``and`` before the last."""
    called = _several(pen)
    *most, last = called
    comma = pen.one((", ", ",", " , "))
    text = f"{comma.join(most)}{pen.one((' and ', ', and ', ' & ', ' plus '))}{last}"
    return _listed(pen, f"Please update {text} this week.", called)


@way()
def slash_list(pen: Pen) -> Draft:
    """``A/B/C``: slashes between names are no path."""
    called = _several(pen, 2, 4)
    return _listed(pen, f"Same on {pen.one(('/', ' / ', '/')).join(called)}.", called)


@way()
def symbol_list(pen: Pen) -> Draft:
    """Semicolons, plus signs, ampersands, pipes, arrows."""
    called = _several(pen, 2, 5)
    join = pen.one((";", "; ", "+", " + ", "&", " | ", "|", " -> ", " -- ", " or "))
    return _listed(pen, f"It is about {join.join(called)} in our lab.", called)


@way()
def line_list(pen: Pen) -> Draft:
    """One to a line: bare, with bullets, with numbers."""
    called = _several(pen, 2, 8)
    mark = pen.one(("", "- ", "* ", "• ", "{n}. ", "{n}) ", "\t", "[ ] "))
    lines = [mark.replace("{n}", str(number)) + text for number, text in enumerate(called, 1)]
    return _listed(pen, "These machines:\n" + "\n".join(lines) + "\n", called)


@way()
def list_in_title(pen: Pen) -> Draft:
    """Two or three in the title."""
    called = _several(pen, 2, 3)
    title = pen.title(pen.one((", ", " & ", "/", " and ")).join(called))
    return Draft(title, pen.letter(pen.filler()), expected=tuple(called.values()))


@way()
def old_and_new(pen: Pen) -> Draft:
    """A swap names both machines; both are what the ticket is about."""
    (old, one), (new, other) = list(_several(pen, 2, 2).items())
    text = pen.one(
        (
            f"Swap {old} with {new}.",
            f"{old} => {new}",
            f"Old: {old} New: {new}",
            f"Move my files from {old} to {new}.",
        )
    )
    return Draft(pen.topic(), pen.letter(text), expected=(one, other))


@way()
def spreadsheet_paste(pen: Pen) -> Draft:
    """Rows copied from a spreadsheet: tabs between, with headings and other columns."""
    called = _several(pen, 2, 6)
    lines = ["#\tComputer\tRoom\tUser\tCost"]
    for number, text in enumerate(called, 1):
        cost = f"${pen.dice.randint(300, 2900)}.00"
        lines.append(
            f"{number}\t{text}\t{pen.noise('room')}\t{pen.one(('jabe', 'praman'))}\t{cost}"
        )
    return Draft(pen.topic(), pen.letter("\n".join(lines)), expected=tuple(called.values()))


@way()
def csv_paste(pen: Pen) -> Draft:
    """Comma-separated values, quoted or not."""
    machines = _whole(pen)
    quote = pen.one(("", '"'))
    rows = [["Name", "Serial", "Status", "Last seen"]]
    rows += [[m.name, m.serial, "ok", pen.noise("moment")] for m in machines]
    text = "\n".join(",".join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    return Draft(pen.topic(), f"Export:\n{text}\n", expected=tuple(machines))


@way()
def json_paste(pen: Pen) -> Draft:
    """JSON from some tool, indented or on one line."""
    machines = _whole(pen)
    items = [
        {
            "hostname": m.name,
            "serial_number": m.serial,
            "ram_mb": 16_384,
            "mac": pen.noise("network"),
        }
        for m in machines
    ]
    text = json.dumps({"devices": items, "count": len(items)}, indent=pen.one((None, 2)))
    return Draft(pen.topic(), pen.letter(f"\n{text}\n"), expected=tuple(machines))


@way()
def command_output(pen: Pen) -> Draft:
    """What ``hostname``, ``wmic`` or ``system_profiler`` printed."""
    machine = pen.until(pen.named, lambda found: found.maker in ALONE)
    text = pen.one(
        (
            f"C:\\Users\\jabe>hostname\n{machine.name}\n\nC:\\Users\\jabe>",
            f"C:\\>wmic bios get serialnumber\nSerialNumber\n{machine.serial}\n",
            f"Hardware Overview:\n  Model Identifier: MacBookPro18,3\n  Serial Number (system): {machine.serial}\n",
            f"Host Name:                 {machine.name}\nOS Name:                   Microsoft Windows 11\n",
            f"Windows IP Configuration\n\n   Host Name . . . . . . . . . . . . : {machine.name}\n   Node Type . . . . : Hybrid\n",
            f"PS> $env:COMPUTERNAME\n{machine.name}",
        )
    )
    return Draft(pen.topic(), pen.letter(f"\n{text}\n"), expected=(machine,))


@way()
def long_ramble_with_logs(pen: Pen) -> Draft:
    """Pages of talk and pasted logs with one name in it; nothing in the logs is a machine."""
    machine, text = pen.target()
    parts = [
        pen.filler(3, 6),
        *pen.log(8, 25),
        pen.sentence(text),
        *pen.log(4, 20),
        pen.filler(3, 6),
    ]
    body = "\n".join([*parts, pen.signature()])
    return Draft(pen.topic(), body, expected=(machine,))


@way()
def among_other_numbers(pen: Pen) -> Draft:
    """One machine between order numbers, rooms, courses and phones."""
    machine, text = pen.target()
    others = [pen.noise() for _ in range(6)]
    place = pen.dice.randrange(7)
    numbers = [*others[:place], text, *others[place:]]
    return Draft(
        pen.topic(), pen.letter(f"For the record: {'; '.join(numbers)}."), expected=(machine,)
    )


def _whole(pen: Pen) -> list[Machine]:
    """Some machines that have both a name and a printed serial number."""
    draws = (
        pen.until(pen.named, lambda m: m.maker in ALONE) for _ in range(pen.dice.randint(1, 5))
    )
    return list({machine.id: machine for machine in draws}.values())
