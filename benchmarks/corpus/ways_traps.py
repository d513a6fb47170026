"""Ways that name something which must not be attached, or not without thinking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.pen import ALONE
from corpus.serials import ANY
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.machines import Machine
    from corpus.pen import Pen

_LOOKALIKES = {
    "O": "0",
    "0": "O",
    "I": "1",
    "1": "I",
    "L": "1",
    "S": "5",
    "5": "S",
    "B": "8",
    "8": "B",
}


def _told(pen: Pen, text: str, *expected: Machine, also: tuple[Machine, ...] = ()) -> Draft:
    if pen.maybe(0.25):
        return Draft(pen.title(text), pen.letter(pen.filler()), expected=expected, also=also)
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=expected, also=also)


@way(says="ineligible")
def retired_machine(pen: Pen) -> Draft:
    """A machine that is no longer active is named: nothing, and the reason is said."""
    machine = pen.until(lambda: pen.one(pen.campus.retired), _coded)
    return _told(pen, machine.name, also=(machine,))


@way()
def retired_and_active(pen: Pen) -> Draft:
    """A retired machine and the active one that replaces it: only the active one."""
    old = pen.until(lambda: pen.one(pen.campus.retired), _coded)
    new, text = pen.target()
    text = pen.one((f"{text} (replaces {old.name})", f"{text}, formerly {old.name},"))
    return _told(pen, text, new, also=(old,))


@way()
def retired_twin(pen: Pen) -> Draft:
    """Two records of one name, one of them retired: the active one."""
    old, new = pen.until(lambda: pen.one(pen.campus.retired_twins), lambda pair: _coded(pair[1]))
    return _told(pen, new.name, new, also=(old,))


@way(says="ambiguous")
def two_active_twins(pen: Pen) -> Draft:
    """Two active machines of one name: neither, and it is said so."""
    one, other = pen.one(pen.campus.active_twins)
    return _told(pen, one.name, also=(one, other))


@way()
def twin_told_by_serial(pen: Pen) -> Draft:
    """Two active machines of one name, and one's serial number beside it: that one."""
    one, other = pen.until(
        lambda: pen.one(pen.campus.active_twins), lambda pair: pair[0].maker in ALONE
    )
    return _told(pen, f"{one.name} (S/N {one.serial})", one, also=(other,))


@way(says="ineligible")
def not_a_computer(pen: Pen) -> Draft:
    """A printer, monitor or phone of the inventory is named: nothing, it is not eligible."""
    machine = pen.until(lambda: pen.one(pen.campus.other), lambda found: found.maker in ALONE)
    return _told(pen, machine.serial, also=(machine,))


@way()
def longer_of_two_names(pen: Pen) -> Draft:
    """One machine's name begins another's; the longer one is written: only that one."""
    short, long = pen.one(pen.campus.nested)
    return _told(pen, long.name, long, also=(short,))


@way()
def shorter_of_two_names(pen: Pen) -> Draft:
    """One machine's name begins another's; the shorter one is written: only that one."""
    short, _ = pen.one(pen.campus.nested)
    return _told(pen, short.name, short)


@way()
def name_before_a_number(pen: Pen) -> Draft:
    """A number right behind the name counts something else: the name is the machine."""
    machine = pen.named(("room", "upper_user", "lower_user", "mac", "el"))
    count = pen.dice.randint(2, 40)
    text = f"{machine.name} {count} {pen.one(('times', 'days ago', 'monitors', 'GB short'))}"
    return Draft(pen.topic(), pen.letter(f"I wrote about {text} already."), expected=(machine,))


@way()
def name_kept_by_successor(pen: Pen) -> Draft:
    """A machine still holds its predecessor's serial number in its name: the name says which."""
    gone, heir = pen.one(pen.campus.heirs)
    return _told(pen, heir.name, heir, also=(gone,))


@way()
def typing_slip(pen: Pen) -> Draft:
    """One character wrong, missing, doubled or swapped with its neighbour: nothing is attached."""
    machine, text = pen.target()
    while True:
        place = pen.dice.randrange(len(text))
        if not text[place].isalnum():
            continue
        slipped = pen.one(
            (
                text[:place] + pen.dice.choice(ANY) + text[place + 1 :],
                text[:place] + text[place + 1 :],
                text[:place] + text[place] + text[place:],
                text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
            )
        )
        if slipped.casefold() != text.casefold() and slipped.strip("-_") == slipped:
            break
    draft = _told(pen, slipped)
    return Draft(draft.title, draft.body, near=(machine,))


@way()
def look_alike_character(pen: Pen) -> Draft:
    """O for 0, I or l for 1, 5 for S, 8 for B: nothing is attached."""
    while True:
        machine, text = pen.target()
        places = [place for place, c in enumerate(text) if c.upper() in _LOOKALIKES]
        if places:
            break
    place = pen.one(places)
    slipped = text[:place] + _LOOKALIKES[text[place].upper()] + text[place + 1 :]
    draft = _told(pen, slipped)
    return Draft(draft.title, draft.body, near=(machine,))


@way()
def part_of_a_name(pen: Pen) -> Draft:
    """Only the department, the room or the user of a name is written: no machine is named."""
    machine = pen.named(("room", "upper_user", "lower_user", "lectern"))
    head, _, tail = machine.name.rpartition("-")
    text = pen.one(
        (f"the {head} machines", f"someone from {head.partition('-')[0]}", f"seat {tail}")
    )
    return _told(pen, text)


@way()
def serial_inside_longer_code(pen: Pen) -> Draft:
    """A serial number's characters inside a longer code (``QX7D30H6J3ZZ``): another code, nothing."""
    machine = pen.made(("dell", "lenovo", "apple10"))
    left, right = ("".join(pen.dice.choices(ANY, k=pen.dice.randint(2, 5))) for _ in range(2))
    shape = pen.one((f"{left}{machine.serial}{right}", f"{machine.serial}{right}"))
    draft = _told(pen, f"activation code {shape}")
    return Draft(draft.title, draft.body, near=(machine,))


@way()
def unknown_machine(pen: Pen) -> Draft:
    """A well-formed name or serial number that the inventory does not hold: nothing."""
    stranger = pen.campus.stranger(pen.dice)
    text = pen.one((stranger.name, f"S/N {stranger.serial}", stranger.serial))
    return _told(pen, text)


def _coded(machine: Machine) -> bool:
    return machine.family not in {"spoken", "coined"}
