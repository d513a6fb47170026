"""Ways in which the identifier itself is written differently, and what stands right beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.pen import WITH_DIGITS, WITH_SEPARATOR
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.machines import Machine
    from corpus.pen import Pen

_SEPARATOR = re.compile(r"[-_]")


def _told(pen: Pen, text: str, machine: Machine) -> Draft:
    if pen.maybe(0.25):
        return Draft(pen.title(text), pen.letter(pen.filler()), expected=(machine,))
    return Draft(pen.topic(), pen.letter(pen.sentence(text)), expected=(machine,))


def _joined(pen: Pen, *joins: str) -> Draft:
    machine = pen.named(WITH_SEPARATOR)
    text = _SEPARATOR.sub(pen.one(joins), machine.name)
    return _told(pen, text.lower() if pen.maybe(0.2) else text, machine)


@way()
def trailing_punctuation(pen: Pen) -> Draft:
    """A comma, full stop, ellipsis or the like ends the identifier and is none of it."""
    machine, text = pen.target()
    mark = pen.one((".", ",", ";", ":", "!", "?", "...", "…", "?!", ".)", "--", "*"))
    end = (
        f"It is {text}{mark} {pen.filler()}"
        if pen.maybe(0.6)
        else f"The one I mean is {text}{mark}"
    )
    return Draft(pen.topic(), pen.letter(end), expected=(machine,))


@way()
def in_brackets(pen: Pen) -> Draft:
    """In round, square, curly or pointed brackets, at times glued to the word before."""
    machine, text = pen.target()
    left, right = tuple(pen.one(("()", "[]", "{}", "<>", "()", "【】", "（）")))
    gap = pen.one((" ", " ", ""))
    return _told(pen, f"my desktop{gap}{left}{text}{right}", machine)


@way()
def in_quotes(pen: Pen) -> Draft:
    """In straight, curly, French or German quotes."""
    machine, text = pen.target()
    left, right = tuple(pen.one(('""', "''", "“”", "‘’", "«»", "„“", "``")))
    return _told(pen, f"{left}{text}{right}", machine)


@way()
def possessive(pen: Pen) -> Draft:
    """``IC-EHLB760-F16's screen``, with either apostrophe."""
    machine = pen.named()
    thing = pen.one(("screen", "keyboard", "battery", "hard drive", "fan"))
    text = f"{machine.name}{pen.one(chr(39) + '’')}s {thing}"
    return _told(pen, text, machine)


@way()
def marked_name(pen: Pen) -> Draft:
    """``#NAME``, ``@NAME``, ``*NAME*``, ``-> NAME``: still the name."""
    machine, text = pen.target()
    mark = pen.one(("#{x}", "@{x}", "*{x}*", "**{x}**", "_{x}_", "-> {x}", "={x}"))
    return _told(pen, mark.replace("{x}", text), machine)


@way()
def two_backslashes(pen: Pen) -> Draft:
    r"""``\\NAME`` with no share behind it is how Windows writes a machine, not a path: the machine."""
    machine, text = pen.target()
    return _told(pen, f"\\\\{text}", machine)


@way()
def computer_account(pen: Pen) -> Draft:
    """``NAME$`` is how Windows' security log writes a machine's own account: the machine."""
    machine = pen.named()
    return _told(pen, f"{pen.one(('account ', 'Account Name: ', ''))}{machine.name}$", machine)


@way()
def no_space_after_full_stop(pen: Pen) -> Draft:
    """``It is NAME.Thanks``: typed in a hurry; the next sentence's first word is no domain."""
    machine, text = pen.target()
    stop = pen.one((".", ".", ",", "!", ";"))
    word = pen.one(
        ("Thanks", "Please come by", "It is urgent", "I need it today", "The screen is black")
    )
    return Draft(pen.topic(), pen.letter(f"It is {text}{stop}{word}."), expected=(machine,))


@way()
def in_backticks(pen: Pen) -> Draft:
    """Markdown: back-ticks, a fence, a bold list item, a heading."""
    machine, text = pen.target()
    shape = pen.one(("`{x}`", "```\n{x}\n```", "- **{x}**: dead", "## {x}\n", "| {x} | dead |"))
    return Draft(pen.topic(), pen.letter(f"\n{shape.replace('{x}', text)}\n"), expected=(machine,))


@way()
def beside_emoji(pen: Pen) -> Draft:
    """An emoji or an arrow with no space between."""
    machine, text = pen.target()
    left, right = pen.one(
        (("💻", ""), ("🔥", "🔥"), ("", "😭"), ("→", ""), ("•", ""), ("✅", "❌"))
    )
    return _told(pen, f"{left}{text}{right}", machine)


@way()
def glued_to_a_dash(pen: Pen) -> Draft:
    """A long dash sets off the rest of the sentence without spaces: it ends the identifier."""
    machine, text = pen.target()
    dash = pen.one(("—", "--", "—"))
    thing = pen.one(("the one by the door", "my laptop", "will not start", "please hurry"))
    return Draft(pen.topic(), pen.letter(f"It is {text}{dash}{thing}."), expected=(machine,))


@way()
def en_dash(pen: Pen) -> Draft:
    """A word processor made the hyphens en-dashes, em-dashes or minus signs."""
    return _joined(pen, "–", "–", "–", "—", "−")


@way()
def special_hyphen(pen: Pen) -> Draft:
    """Non-breaking, typographic, full-width or small hyphens."""
    return _joined(pen, "\u2011", "\u2010", "\uff0d", "\ufe63")


@way()
def joined_by_underscores(pen: Pen) -> Draft:
    """Underscores for hyphens, and hyphens for underscores."""
    machine = pen.named(WITH_SEPARATOR)
    swap = {"-": "_", "_": "-"}
    return _told(pen, _SEPARATOR.sub(lambda found: swap[found[0]], machine.name), machine)


@way()
def joined_by_dots(pen: Pen) -> Draft:
    """Dots for hyphens; what follows is no domain, so it is no host name."""
    return _joined(pen, ".")


@way()
def separators_left_out(pen: Pen) -> Draft:
    """``ICEHLB760F16``: typed without its hyphens."""
    return _joined(pen, "")


@way()
def broken_by_spaces(pen: Pen) -> Draft:
    """``IC EHLB760 F16``: spaces for hyphens, as people read it out."""
    return _joined(pen, " ", " ", "  ", "\u00a0")


@way()
def partly_broken(pen: Pen) -> Draft:
    """``IC-EHLB760 F16``, ``IC - EHLB760 - F16``, ``IC- EHLB760-F16``."""
    machine = pen.named(WITH_SEPARATOR)
    places = [found.start() for found in _SEPARATOR.finditer(machine.name)]
    place = pen.one(places)
    join = pen.one((" ", " -", "- ", " - "))
    if join == " - ":
        text = _SEPARATOR.sub(join, machine.name)
    else:
        text = machine.name[:place] + join + machine.name[place + 1 :]
    return _told(pen, text, machine)


@way()
def broken_between_letters_and_digits(pen: Pen) -> Draft:
    """``IC-EHLB 760-F16``, ``CHEM-SMALD 1``: a space where letters turn into digits."""
    machine = pen.named(("room", "upper_user", "lectern", "mac", "three_parts"))
    turns = [found.start() for found in re.finditer(r"(?<=[A-Za-z])(?=\d)", machine.name)]
    place = pen.one(turns)
    return _told(pen, f"{machine.name[:place]} {machine.name[place:]}", machine)


@way()
def serial_in_groups_with_cue(pen: Pen) -> Draft:
    """``S/N C02X J0AX JGH5``: a serial number read off the case in groups, behind a cue."""
    return _grouped(pen, pen.one(("serial ", "S/N ", "S/N: ", "Serial number: ")))


@way()
def serial_in_groups_alone(pen: Pen) -> Draft:
    """The same without a cue: the inventory knows what the groups spell together."""
    return _grouped(pen, "")


def _grouped(pen: Pen, cue: str) -> Draft:
    machine = pen.made(("apple12", "apple10", "hp", "lenovo"))
    size = pen.one((4, 4, 3))
    groups = [machine.serial[place : place + size] for place in range(0, len(machine.serial), size)]
    return _told(pen, cue + pen.one((" ", " ", "-")).join(groups), machine)


@way()
def wrapped_at_line_end(pen: Pen) -> Draft:
    """The mail program broke the line right after a hyphen of the name."""
    machine = pen.named(("room", "el", "department_serial", "lower_user", "lectern", "three_parts"))
    place = pen.one([found.end() for found in re.finditer("-", machine.name)])
    broken = machine.name[:place] + pen.one(("\n", "\r\n", "\n ")) + machine.name[place:]
    return Draft(pen.topic(), pen.letter(pen.sentence(broken)), expected=(machine,))


@way()
def full_width(pen: Pen) -> Draft:
    """Typed with an East Asian keyboard: every character in its full-width form."""
    machine, text = pen.target()
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    return _told(pen, wide, machine)


@way()
def zero_width(pen: Pen) -> Draft:
    """Zero-width spaces, joiners, byte order marks, soft hyphens or marks of direction inside or beside it."""
    machine, text = pen.target()
    mark = pen.one(("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202a"))
    place = pen.one((0, len(text), pen.dice.randrange(len(text))))
    return _told(pen, text[:place] + mark + text[place:], machine)


@way()
def slip_of_a_separator(pen: Pen) -> Draft:
    """A doubled hyphen, or two kinds of it: no letter or digit differs."""
    machine = pen.named(WITH_DIGITS)
    text = machine.name.replace("-", pen.one(("--", "- -", "‐-")), 1)
    return _told(pen, text, machine)
