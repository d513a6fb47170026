"""Ways of naming a machine as it is written in the inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.pen import CODED
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.pen import Pen


@way()
def plain_in_title(pen: Pen) -> Draft:
    """The name or serial number stands in the title and nowhere else."""
    machine, text = pen.target()
    body = pen.letter(pen.filler(1, 2)) if pen.maybe(0.8) else None
    return Draft(pen.title(text), body, expected=(machine,))


@way()
def plain_mid_sentence(pen: Pen) -> Draft:
    """The name or serial number stands in a sentence of the description."""
    machine, text = pen.target()
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def first_and_last_word(pen: Pen) -> Draft:
    """It is the first or last thing of the description, with nothing beside it."""
    machine, text = pen.target()
    body = f"{text} {pen.filler()}" if pen.maybe(0.5) else f"{pen.filler()} {text}"
    return Draft(pen.topic(), body, expected=(machine,))


@way()
def alone_in_ticket(pen: Pen) -> Draft:
    """The description is the name or serial number and nothing else."""
    machine, text = pen.target()
    return Draft(pen.topic(), pen.one((text, f" {text} ", f"{text}\n")), expected=(machine,))


@way()
def lower_case_name(pen: Pen) -> Draft:
    """A name in lower case, however the inventory spells it, is the machine."""
    machine = pen.named()
    return Draft(pen.topic(), pen.letter(pen.sentence(machine.name.lower())), expected=(machine,))


@way()
def upper_case_name(pen: Pen) -> Draft:
    """A lower-case name in capitals is the machine."""
    machine = pen.named(("lower_user", "lectern", "mac", "glued"))
    text = machine.name.upper()
    if pen.maybe(0.4):
        return Draft(pen.title(text), pen.letter(pen.filler()), expected=(machine,))
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def mixed_case_name(pen: Pen) -> Draft:
    """A phone's keyboard begins with a capital; someone types capitals at random."""
    machine = pen.named()
    text = machine.name.capitalize()
    if pen.maybe(0.4):
        text = "".join(c.upper() if pen.maybe(0.5) else c.lower() for c in machine.name)
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def all_capitals_ticket(pen: Pen) -> Draft:
    """EVERYTHING IN CAPITALS; the words around are no machines."""
    machine, text = pen.target()
    body = pen.letter(pen.sentence(text), "SEE ATTACHMENTS. ASAP-PLEASE. REINSTALLED TWICE.")
    return Draft(pen.title(text).upper(), body.upper(), expected=(machine,))


@way()
def all_lower_ticket(pen: Pen) -> Draft:
    """Everything in lower case, serial numbers too."""
    machine, text = pen.target()
    return Draft(pen.topic().lower(), pen.letter(pen.sentence(text)).lower(), expected=(machine,))


@way()
def dell_alone(pen: Pen) -> Draft:
    """Dell's seven characters without any cue, in either case: the index decides."""
    return _alone(pen, "dell")


@way()
def lenovo_alone(pen: Pen) -> Draft:
    """Lenovo's eight characters without any cue, in either case."""
    return _alone(pen, "lenovo")


@way()
def apple_alone(pen: Pen) -> Draft:
    """Apple's twelve or ten characters without any cue, in either case."""
    return _alone(pen, "apple12", "apple10")


@way()
def hp_samsung_alone(pen: Pen) -> Draft:
    """HP's ten and Samsung's eleven characters without any cue, in either case."""
    return _alone(pen, "hp", "samsung")


def _alone(pen: Pen, *makers: str) -> Draft:
    machine = pen.made(makers)
    text = machine.serial.lower() if pen.maybe(0.5) else machine.serial
    if pen.maybe(0.3):
        return Draft(pen.title(text), pen.letter(pen.filler()), expected=(machine,))
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def long_identifier(pen: Pen) -> Draft:
    """A virtual machine's identifier as its host prints it is a serial number like any other."""
    machine = pen.made(("uuid", "vmware"))
    return Draft(pen.topic(), pen.letter(pen.sentence(machine.serial)), expected=(machine,))


@way()
def letters_only_name(pen: Pen) -> Draft:
    """``UMMA-JOSHEA``: letters alone around a hyphen, in either case."""
    return _letters(pen, "person")


@way()
def coined_name(pen: Pen) -> Draft:
    """``OSTEOSCAN``: letters alone in one piece, no word of any language: the index decides."""
    return _letters(pen, "coined")


def _letters(pen: Pen, family: str) -> Draft:
    machine = pen.named((family,))
    text = machine.name.lower() if pen.maybe(0.3) else machine.name
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def spoken_name(pen: Pen) -> Draft:
    """A machine that the inventory calls by a phrase (``Chen Lab Confocal PC 2``), written in full."""
    machine = pen.named(("spoken",))
    return Draft(pen.topic(), pen.letter(pen.sentence(machine.name)), expected=(machine,))


@way()
def prefixed_tag_alone(pen: Pen) -> Draft:
    """A tag with a prefix (``LSA-0104233``) is as good as a name, without a cue and in either case."""
    machine = pen.tagged(bare=False)
    text = machine.tag.lower() if pen.maybe(0.3) else machine.tag
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def prefixed_tag_respelled(pen: Pen) -> Draft:
    """``LSA 0104233``, ``LSA-0104233`` and ``LSA0104233`` are one tag."""
    machine = pen.tagged(bare=False)
    digits = machine.tag[-7:]
    letters = machine.tag[:-7].rstrip("-")
    text = f"{letters}{pen.one((' ', '-', '', '_'))}{digits}"
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def serial_in_the_name_only(pen: Pen) -> Draft:
    """The inventory knows the serial number only as part of the name; people write it bare."""
    machine = pen.one(pen.campus.maker["in name only"])
    text = machine.name.rpartition("-")[2]
    text = text.lower() if pen.maybe(0.3) else text
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def serial_in_a_former_name(pen: Pen) -> Draft:
    """A former name around the serial number (``PSYC-D30H6J3``) still says which machine it is."""
    machine = pen.made(("dell", "apple12", "apple10", "lenovo"))
    text = f"{pen.one(('L', 'LSAF', 'PSYC', 'D', 'ECON', 'lsad'))}-{machine.serial}"
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


@way()
def named_many_times(pen: Pen) -> Draft:
    """Title, text and serial number name one machine: it is attached once."""
    machine = pen.until(
        lambda: pen.named(CODED), lambda found: found.maker not in {"none", "surface"}
    )
    body = pen.letter(pen.sentence(machine.name), pen.sentence(machine.name.lower()))
    if machine.serial:
        body += f"\n\n(serial {machine.serial})"
    return Draft(pen.title(machine.name), body, expected=(machine,))
