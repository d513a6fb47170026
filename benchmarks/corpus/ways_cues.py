"""Ways with a cue beside the identifier: what kind of number it is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.pen import ALONE
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.machines import Machine
    from corpus.pen import Pen

_SERIAL = (
    "S/N: {x}",
    "S/N {x}",
    "s/n:{x}",
    "SN: {x}",
    "SN#{x}",
    "Serial # {x}",
    "Serial #: {x}",
    "serial number {x}",
    "Serial Number: {x}",
    "Serial No. {x}",
    "serial no: {x}",
    "Serial: {x}",
    "serial is {x}",
    "serialnumber={x}",
)
_SERVICE = (
    "service tag {x}",
    "Service Tag: {x}",
    "ST: {x}",
    "Dell service tag # {x}",
    "svc tag {x}",
)
_TAG = (
    "asset tag {x}",
    "Asset Tag: {x}",
    "asset tag # {x}",
    "asset tag number {x}",
    "Asset #{x}",
    "property tag {x}",
    "tag: {x}",
    "Tag # {x}",
    "tag number {x}",
    "UM tag {x}",
    "inventory tag {x}",
)
_NAME = (
    "computer name:{x}",
    "Computer Name: {x}",
    "Computername={x}",
    "PC name is {x}",
    "hostname {x}",
    "Hostname:{x}",
    "host name: {x}",
    "Device name\t{x}",
    "machine:{x}",
    "workstation {x}",
    "computer ID: {x}",
    "device:{x}",
)


@way()
def serial_with_cue(pen: Pen) -> Draft:
    """``S/N: X``, ``Serial # X`` and their like, in either case."""
    machine = pen.made(ALONE)
    text = machine.serial.lower() if pen.maybe(0.25) else machine.serial
    return _cued(pen, pen.one(_SERIAL).replace("{x}", text), machine)


@way()
def service_tag_with_cue(pen: Pen) -> Draft:
    """``service tag X`` is Dell's word for the serial number."""
    machine = pen.made(("dell",))
    text = machine.serial.lower() if pen.maybe(0.25) else machine.serial
    return _cued(pen, pen.one(_SERVICE).replace("{x}", text), machine)


@way()
def numeric_serial_with_cue(pen: Pen) -> Draft:
    """A serial number of digits alone (Surface) with a cue is that machine."""
    machine = pen.made(("surface",))
    return _cued(pen, pen.one(_SERIAL).replace("{x}", machine.serial), machine)


@way()
def numeric_tag_with_cue(pen: Pen) -> Draft:
    """``asset tag 104233``: a bare number with a cue is that machine."""
    machine = pen.tagged(bare=True)
    return _cued(pen, pen.one(_TAG).replace("{x}", machine.tag), machine)


@way()
def tags_with_one_cue(pen: Pen) -> Draft:
    """``asset tags 104233, 104234 and 104250``: the cue speaks of every number in the list."""
    machines = {machine.id: machine for machine in (pen.tagged(bare=True) for _ in range(3))}
    tags = [machine.tag for machine in machines.values()]
    cue = pen.one(("asset tags {x}", "Asset tags: {x}", "tag numbers {x}", "tags: {x}"))
    listed = pen.one((", ".join(tags), f"{', '.join(tags[:-1])} and {tags[-1]}", "/".join(tags)))
    text = f"These have {cue.replace('{x}', listed)}."
    return Draft(pen.topic(), pen.letter(text), expected=tuple(machines.values()))


@way()
def column_of_tags(pen: Pen) -> Draft:
    """A pasted table whose heading says ``Asset tag``: the numbers in that column are tags."""
    machines = {machine.id: machine for machine in (pen.tagged(bare=True) for _ in range(2))}
    rows = [("Room", "Asset tag", "User")]
    rows += [(pen.noise("room"), found.tag, "jabe") for found in machines.values()]
    is_html = pen.maybe(0.5)
    if is_html:
        cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
        body = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table><p>{pen.filler()}</p>"
    else:
        body = pen.filler() + "\n" + "\n".join("\t".join(row) for row in rows) + "\n"
    return Draft(pen.topic(), body, is_html=is_html, expected=tuple(machines.values()))


@way()
def cue_joined_by_hyphen(pen: Pen) -> Draft:
    """``SN-D30H6J3``, ``laptop-D30H6J3``: the cue is tied to the serial number by a hyphen."""
    machine = pen.made(ALONE)
    cue = pen.one(("SN-", "ST-", "Serial-", "laptop-", "PC-", "dell-", "SN_"))
    return _cued(pen, cue + machine.serial, machine)


@way()
def model_beside_serial(pen: Pen) -> Draft:
    """The model right before the serial number is none of it."""
    machine = pen.made(("dell", "lenovo"))
    model = (
        pen.one(("Latitude 5420", "OptiPlex 7090", "XPS 13 9310"))
        if machine.maker == "dell"
        else (pen.one(("ThinkPad T14 Gen 3", "ThinkCentre M70q", "X1 Carbon G9")))
    )
    join = pen.one((" ", "/", ", ", " - ", " (", ": "))
    text = f"{model}{join}{machine.serial}{')' if '(' in join else ''}"
    return _cued(pen, text, machine)


@way()
def name_with_cue(pen: Pen) -> Draft:
    """``computer name:IC-EHLB760-F16``, often with no space between."""
    machine = pen.named()
    return _cued(pen, pen.one(_NAME).replace("{x}", machine.name), machine)


@way()
def word_name_with_cue(pen: Pen) -> Draft:
    """A machine called by an ordinary word is meant when a cue says that it is a computer's name."""
    machine = pen.one(pen.campus.words)
    cue = pen.one(("computer name: {x}", "hostname {x}", "PC name is {x}", "Computer Name: {x}"))
    return _cued(pen, cue.replace("{x}", machine.name), machine)


@way()
def coined_name_with_cue(pen: Pen) -> Draft:
    """A coined name of letters alone behind a cue."""
    machine = pen.named(("coined",))
    return _cued(pen, pen.one(_NAME).replace("{x}", machine.name), machine)


@way()
def name_and_serial_together(pen: Pen) -> Draft:
    """Name, serial number and tag of one machine side by side: it is attached once."""
    machine = pen.until(pen.named, lambda found: found.maker in ALONE and found.tag.isalnum())
    shape = pen.one(
        (
            "{m.name} (S/N {m.serial})",
            "{m.name}/{m.serial}",
            "{m.name}, s/n: {m.serial}, tag {m.tag}",
            "Name: {m.name}\nSerial: {m.serial}\nAsset tag: {m.tag}\nModel: Latitude 5420\n",
            "{m.name} [{m.serial}]",
        )
    )
    return _cued(pen, shape.format(m=machine), machine)


@way()
def settings_screen(pen: Pen) -> Draft:
    """Windows' or the Mac's own "about" page, pasted as it stands."""
    machine = pen.until(pen.named, lambda found: found.maker in ALONE)
    windows = (
        f"Device specifications\n\nDevice name\t{machine.name}\nProcessor\t12th Gen Intel(R) "
        "Core(TM) i7-1265U   1.80 GHz\nInstalled RAM\t16.0 GB (15.7 GB usable)\n"
        f"Device ID\t{pen.noise('digest')}\nProduct ID\t00330-{pen.dice.randint(10_000, 99_999)}"
        "-00000-AAOEM\nSystem type\t64-bit operating system, x64-based processor"
    )
    mac = (
        "MacBook Pro\n14-inch, 2021\n\nChip Apple M1 Pro\nMemory 16 GB\n"
        f"Serial number {machine.serial}\nmacOS Sonoma 14.5"
    )
    body = windows if machine.maker in {"dell", "lenovo", "hp"} else mac
    return Draft(
        pen.topic(), pen.letter(f"Here is what it shows:\n\n{body}\n\n"), expected=(machine,)
    )


def _cued(pen: Pen, mention: str, machine: Machine) -> Draft:
    spot = pen.dice.random()
    if spot < 0.2:
        return Draft(f"{pen.topic()} - {mention}", pen.letter(pen.filler()), expected=(machine,))
    if spot < 0.6:
        return Draft(pen.topic(), f"{pen.letter(pen.filler())}\n{mention}\n", expected=(machine,))
    return Draft(pen.topic(), pen.letter(f"It is the one with {mention}."), expected=(machine,))
