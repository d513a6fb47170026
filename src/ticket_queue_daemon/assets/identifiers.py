"""Text to candidates: every piece of a text that could name a machine. Pure, linear time.

No shape is asked for here beyond being a token: the catalogue decides what is a machine. A
candidate says how it stood in the text (whole, a piece between dots, a serial number inside a
longer name, or words that were broken by spaces), what it stood inside of, and whether a word
such as "asset tag" stood right before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

from ticket_queue_daemon.assets.cues import Cues
from ticket_queue_daemon.assets.patterns import MAX_SERIAL, MIN_SERIAL, pattern_of
from ticket_queue_daemon.assets.regions import Inside, Region, is_file, is_host, regions
from ticket_queue_daemon.assets.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ticket_queue_daemon.assets.naming import NamingPattern

Form = Literal["token", "piece", "serial", "joined"]

# Latin, Greek, Cyrillic and their neighbours: scripts that put spaces between words. Chinese or
# Japanese writes a name without any space around it.
LETTERS: Final = "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u1fff"
_TOKEN: Final = re.compile(rf"[{LETTERS}]+(?:[-_.][{LETTERS}]+)*")
_SEPARATORS: Final = re.compile(rf"[^{LETTERS}]+")
_DIGIT: Final = re.compile(r"[0-9]")
_MAX_TOKEN: Final = 80

MIN_SQUEEZED: Final = 8
_MIN_JOINED: Final = 6
_MAX_JOINED: Final = 40
_MAX_WORDS: Final = 6
_MAX_WORD: Final = 16
# What people and mail programs put into a name: a space, a spaced hyphen, a line break before or
# after a hyphen (with the marks of a quoted reply on the next line), quoted-printable's "=".
_GAP: Final = re.compile(
    r"[ ]{1,3}|\t|[ \t]{0,2}[-_][-_ \t]{0,2}|[ \t]{0,2}-(?:\r?\n){1,2}[> \t]{0,8}"
    r"|\r?\n[> \t]{0,8}-|-?=\r?\n-?|['\u2019]"
)
_GAP_LENGTH: Final = 12
_ROOM: Final = re.compile(
    r"[A-Za-z]+[ \t-]+(?:[A-Za-z]?[0-9]{1,4}[A-Za-z]?|[0-9]{1,4}(?:[ \t-]+[0-9]{1,4})+)"
)
_MOST_PARTS: Final = 3
# The serial number of a virtual machine, as VMware writes it: sixteen bytes in two halves.
_VMWARE: Final = re.compile(
    r"\bVMware-(?:[0-9a-f]{2} ){7}[0-9a-f]{2}-(?:[0-9a-f]{2} ){7}[0-9a-f]{2}\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of the text that may name a machine.

    Attributes:
        start, end: offsets into the text that was given.
        folded: what is looked up; without its separators when ``form`` is ``joined``.
        pattern: the naming pattern that it follows, if it follows one.
        shape: whether it would count as an identifier even if nothing is known of it.
        form: ``piece`` stood between dots, ``serial`` inside a longer name, ``joined`` was broken.
        inside: what kind of address it is part of.
        cue: "asset tag", "S/N", "computer name" or the like stood right before it.
    """

    token: str
    start: int
    end: int
    folded: str
    shape: bool = False
    form: Form = "token"
    inside: Inside | None = None
    cue: bool = False
    pattern: str = ""


def fold(text: str) -> str:
    """``text`` as it is compared: cleaned, spaces collapsed, whatever its case."""
    folded = clean(text).casefold()
    return folded if folded.isalnum() else " ".join(folded.split())


def squeeze(text: str) -> str:
    """``text`` without its separators: ``ic-ehlb760-f16`` is ``icehlb760f16``."""
    return text if text.isascii() and text.isalnum() else _SEPARATORS.sub("", text)


def boundaries(text: str) -> tuple[int, ...]:
    """Where separators stood, as offsets into :func:`squeeze` of the same text."""
    ends = list(accumulate(len(part) for part in _SEPARATORS.split(text)))
    return tuple(dict.fromkeys(place for place in ends if 0 < place < ends[-1]))


@dataclass(frozen=True, slots=True)
class _Word:
    """A token as a neighbour of others."""

    start: int
    end: int
    squeezed: str


def candidates(text: str, patterns: Sequence[NamingPattern] = ()) -> list[Candidate]:
    """Every candidate of a cleaned text, in order of appearance; they may overlap.

    A word that follows one of ``patterns`` counts as if it had a cue.

    Promise: pure, never raises, linear in the length of ``text``.
    """
    found: list[Candidate] = []
    near: list[_Word] = []
    inside = regions(text)
    cued = Cues(text)
    for match in _TOKEN.finditer(text):
        token, start = match[0], match.start()
        region = inside.at(start)
        found.extend(_of_token(token, start, region, cued.before(match), patterns))
        if region is None and len(token) <= _MAX_WORD and "." not in token:
            word = _Word(start, match.end(), squeeze(token).casefold())
            near = [*near[1 - _MAX_WORDS :], word]
            found.extend(_joined(text, near, cued))
        else:
            near = []
    found.extend(
        Candidate(match[0], *match.span(), fold(match[0])) for match in _VMWARE.finditer(text)
    )
    found.sort(key=lambda candidate: (candidate.start, -candidate.end))
    return found


def _of_token(
    token: str,
    start: int,
    region: Region | None,
    cue: bool,
    patterns: Sequence[NamingPattern],
) -> Iterator[Candidate]:
    """The token itself, its pieces between dots, and serial numbers between its hyphens."""
    inside: Inside | None = region.kind if region else None
    dotted = "." in token
    if inside is None and dotted:
        inside = "url" if is_host(token) else "path" if is_file(token) else None
    yield from _whole(token, start, "token", inside, cue, patterns)
    if not dotted or squeeze(token).isdigit():
        return
    for piece, offset in _split(token, "."):
        yield from _whole(piece, start + offset, "piece", inside, cue and not offset, patterns)


def _whole(
    token: str,
    start: int,
    form: Form,
    inside: Inside | None,
    cue: bool,
    patterns: Sequence[NamingPattern],
) -> Iterator[Candidate]:
    """A token or piece as it stands, and the serial numbers between its hyphens."""
    if len(token) > _MAX_TOKEN:
        return
    own = next((pattern.name for pattern in patterns if pattern.follows(token)), "")
    if not (own or _may_name(token, cue)):
        return
    general = None if own else pattern_of(token)
    pattern = general.name if general else own
    shape = inside is None and bool(pattern)
    end, folded = start + len(token), token.casefold()
    yield Candidate(token, start, end, folded, shape, form, inside, cue or bool(own), pattern)
    yield from _serials(token, start, inside)


def _serials(token: str, start: int, inside: Inside | None) -> Iterator[Candidate]:
    """``C02XJ0AXJGH5`` out of ``L-C02XJ0AXJGH5``: it is looked up among serial numbers only."""
    parts = list(_split(token, "-_"))
    if not 1 < len(parts) <= _MOST_PARTS:  # more of them are a GUID, a MAC address, a licence key
        return
    for part, offset in parts:
        if MIN_SERIAL <= len(part) <= MAX_SERIAL + 2 and _has_digit(part) and not part.isdigit():
            yield Candidate(
                part,
                start + offset,
                start + offset + len(part),
                fold(part),
                False,
                "serial",
                inside,
            )


def _joined(text: str, near: Sequence[_Word], cues: Cues) -> Iterator[Candidate]:
    """Two to four neighbouring words that end with the last of ``near``, as one name."""
    if len(near) < 2:  # noqa: PLR2004  one word is not joined to anything
        return
    end, squeezed = near[-1].end, near[-1].squeezed
    for left, right in zip(near[-2::-1], near[:0:-1], strict=True):
        if right.start - left.end > _GAP_LENGTH or not _GAP.fullmatch(text, left.end, right.start):
            return
        squeezed = left.squeezed + squeezed
        if len(squeezed) > _MAX_JOINED:
            return
        if _is_room(text[left.start : end]) and not cues.at(left.start):
            continue
        if len(squeezed) >= _MIN_JOINED and not squeezed.isdigit() and _has_digit(squeezed):
            token, cue = text[left.start : end], cues.at(left.start)
            yield Candidate(token, left.start, end, squeezed, False, "joined", None, cue)


def _is_room(words: str) -> bool:
    """``EEB 4033A`` is a room and ``HIST 217 01`` a course, whatever machine has such a name."""
    return len(words) <= _MAX_WORD and _ROOM.fullmatch(words) is not None


def _may_name(token: str, cue: bool) -> bool:
    """A plain word names a machine only after a cue; this keeps prose cheap."""
    return cue or _has_digit(token) or not token.isalpha()


def _has_digit(token: str) -> bool:
    return _DIGIT.search(token) is not None


def _split(token: str, separators: str) -> Iterator[tuple[str, int]]:
    for match in re.finditer(f"[^{re.escape(separators)}]+", token):
        yield match[0], match.start()
