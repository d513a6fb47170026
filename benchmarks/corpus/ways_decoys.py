"""Tickets that name no machine, however much they look like it; nothing is attached to any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus import prose
from corpus.machines import PLACEHOLDERS
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.pen import Pen

_HYPHENATED = (
    "well-known problem",
    "up-to-date drivers",
    "a follow-up e-mail",
    "state-of-the-art x-ray",
    "COVID-19 protocol",
    "the T-shirt order",
    "USB-C to HDMI-2 adapter",
    "Wi-Fi 6E access-point",
    "pre-2020 equipment",
    "a 24-hour turn-around",
    "F-16 key",
    "half-time GSI-ship",
    "IN-PERSON-ONLY event",
    "MS-Teams call-in",
)
_SHOUTED = (
    "ATTACHMENTS",
    "REGISTRATION",
    "UNAUTHORIZED",
    "CHECKSUM-MISMATCH",
    "SYSTEM_THREAD_EXCEPTION_NOT_HANDLED",
    "INACCESSIBLE_BOOT_DEVICE",
    "WARNING-DO-NOT-REPLY",
    "DEPARTMENTAL",
    "0XC000021A",
    "PAGE_FAULT_IN_NONPAGED_AREA",
)


def _holding(pen: Pen, *kinds: str) -> Draft:
    numbers = [pen.noise(*kinds) for _ in range(pen.dice.randint(1, 4))]
    if pen.maybe(0.2):
        return Draft(f"{pen.topic()} ({numbers[0]})", pen.letter(*numbers[1:], pen.filler()))
    text = pen.one((", ", " and ", "; ", "\n")).join(numbers)
    return Draft(pen.topic(), pen.letter(f"This is about {text}."))


@way()
def decoy_prose(pen: Pen) -> Draft:
    """Prose alone."""
    return Draft(pen.topic(), pen.letter(pen.filler(2, 6)))


@way()
def decoy_hyphenated_words(pen: Pen) -> Draft:
    """Ordinary words with hyphens, in either case."""
    text = ", ".join(pen.some(_HYPHENATED, 2, 5))
    return Draft(pen.topic(), pen.letter(f"About the {text.upper() if pen.maybe(0.3) else text}."))


@way()
def decoy_capitals(pen: Pen) -> Draft:
    """Long words in capitals, error names and codes."""
    text = " ".join(pen.some(_SHOUTED, 2, 4))
    return Draft(pen.topic().upper(), pen.letter(f"It says {text}", pen.filler()))


@way()
def decoy_orders_and_tracking(pen: Pen) -> Draft:
    """Purchase orders, invoices, shortcodes, parcels."""
    return _holding(pen, "order", "tracking")


@way()
def decoy_phones_and_rooms(pen: Pen) -> Draft:
    """Phone numbers, rooms, and a signature full of them."""
    draft = _holding(pen, "phone", "room", "person")
    return Draft(draft.title, f"{draft.body}\n{pen.signature()}")


@way()
def decoy_courses_and_dates(pen: Pen) -> Draft:
    """Course codes, terms, dates."""
    return _holding(pen, "course", "moment")


@way()
def decoy_standards(pen: Pen) -> Draft:
    """Standards, CVE ids, knowledge-base articles, event ids, error codes."""
    return _holding(pen, "standard")


@way()
def decoy_network(pen: Pen) -> Draft:
    """MAC and IP addresses, ports, wall jacks."""
    return _holding(pen, "network")


@way()
def decoy_licence_keys(pen: Pen) -> Draft:
    """Licence keys, activation codes, BitLocker keys."""
    return _holding(pen, "licence")


@way()
def decoy_versions_and_models(pen: Pen) -> Draft:
    """Versions, builds, model names."""
    return _holding(pen, "version")


@way()
def decoy_hashes_and_ids(pen: Pen) -> Draft:
    """Hashes, GUIDs, session and message ids."""
    return _holding(pen, "digest")


@way()
def decoy_grants_and_books(pen: Pen) -> Draft:
    """Grant numbers, DOIs, ISBNs, review-board numbers."""
    return _holding(pen, "paper")


@way()
def decoy_log(pen: Pen) -> Draft:
    """A pasted log."""
    return Draft(pen.topic(), "\n".join([pen.filler(), *pen.log(5, 30)]))


@way()
def decoy_placeholders(pen: Pen) -> Draft:
    """What stands in empty fields of the inventory (``N/A``, ``Default string``) names nothing."""
    text = pen.one(
        ("Serial number: {x}", "Asset tag: {x}", "S/N: {x}", "computer name: {x}", "Device: {x}")
    ).replace("{x}", pen.one(PLACEHOLDERS))
    return Draft(pen.topic(), f"{pen.letter(pen.filler())}\n{text}\n")


@way()
def decoy_tag_number_in_other_role(pen: Pen) -> Draft:
    """A number that is some machine's tag, but said to be something else: nothing."""
    machine = pen.tagged(bare=True)
    shape = pen.one(
        (
            "PO {x}",
            "order number {x}",
            "invoice {x}",
            "room {x}",
            "ext. {x}",
            "shortcode {x}",
            "ticket #{x}",
            "case {x}",
            "UMID {x}",
            "${x}",
            "{x} files",
            "class number {x}",
            "phone 734-{x}",
            "ZIP {x}",
            "error code {x}",
            "port {x}",
            "account {x}",
        )
    )
    text = shape.replace("{x}", machine.tag)
    return Draft(
        pen.topic(), pen.letter(f"Please charge it or look it up: {text}."), also=(machine,)
    )


@way()
def decoy_cue_without_answer(pen: Pen) -> Draft:
    """The asset tag is asked for and left empty; the next answer happens to be some tag: nothing."""
    machine = pen.tagged(bare=True)
    cue = pen.one(("Asset tag", "Serial number", "Computer name", "Service tag"))
    other = pen.one(("UMID", "Shortcode", "Phone extension", "PO number", "Class number"))
    if pen.maybe(0.5):
        body = (
            f"<table><tr><td>{cue}</td><td></td></tr><tr><td>{other}</td><td>{machine.tag}</td></tr>"
            f"</table><p>{pen.filler()}</p>"
        )
        return Draft(pen.topic(), body, is_html=True, also=(machine,))
    body = f"{cue}:\n{other}: {machine.tag}\n{pen.filler()}"
    return Draft(pen.topic(), body, also=(machine,))


@way()
def decoy_cue_of_another_sentence(pen: Pen) -> Draft:
    """A tag or serial number is spoken of, and a number said to be something else follows: nothing."""
    machine = pen.tagged(bare=True)
    text = pen.one(
        (
            "I can't find the asset tag. The order was {x}.",
            "The asset tag fell off; my UMID is {x}.",
            "No serial number on it. Call extension {x} please.",
            "I don't know its computer name, the room code is {x}.",
            "The price tag said ${x} back then.",
        )
    )
    body = pen.letter(text.replace("{x}", machine.tag))
    return Draft(pen.topic(), body, also=(machine,))


@way()
def decoy_words_that_spell_a_name(pen: Pen) -> Draft:
    """``FRONT-DESK`` is a machine; "the front desk" and "lab 3" in prose are no mention: nothing."""
    machine = pen.one(pen.campus.phrases)
    text = machine.name.replace("-", " ").lower()
    shape = pen.one(
        (
            "We met at the {x} this morning.",
            "Please ask at {x} for the key.",
            "The heating in {x} is broken too.",
            "{x} asked me to write to you.",
        )
    )
    return Draft(pen.topic(), pen.letter(shape.replace("{x}", text)), also=(machine,))


@way()
def decoy_word_that_is_a_name(pen: Pen) -> Draft:
    """A machine is called by an ordinary word, and the prose uses that word: nothing."""
    machine = pen.one(pen.campus.words)
    text = pen.one(
        (
            "We are planning the {x} exhibition for the fall.",
            "Students collect samples for the {x} project.",
            "The {x} poster will not print on the plotter.",
            "I read about the {x} in the newspaper.",
        )
    )
    word = machine.name.lower() if pen.maybe(0.5) else machine.name
    return Draft(pen.topic(), pen.letter(text.replace("{x}", word)), also=(machine,))


@way()
def decoy_names_of_people(pen: Pen) -> Draft:
    """People, their logins and addresses; a login that is part of a machine's name is no machine."""
    people = pen.some(prose.PEOPLE, 2, 4)
    owners = [pen.named(("upper_user",)).name.rpartition("-")[2][:-2].lower() for _ in range(3)]
    logins = [owners[0], f"{owners[1]}@umich.edu", f"uniqname {owners[2]}"]
    text = f"Please give {', '.join(people)} ({'; '.join(logins)}) access to the shared folder."
    return Draft(pen.topic(), pen.letter(text))


@way()
def decoy_everything(pen: Pen) -> Draft:
    """A long ticket with one of every kind of number."""
    numbers = [pen.noise() for _ in range(12)]
    body = "\n".join([pen.letter(*numbers), *pen.log(3, 10), pen.signature()])
    return Draft(pen.topic(), body)


@way()
def empty_ticket(pen: Pen) -> Draft:
    """Nothing at all in the description."""
    return Draft(pen.topic(), pen.one((None, "", " ", "\n\n", "&nbsp;")))
