"""Words that say what comes next: "asset tag", "S/N", "computer name" and their kin.

A bare number is a machine's tag only if somebody says so: right before it, as the next of a list
whose first was said to be one, or at the head of its column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from ticket_queue_daemon.assets.text import word_set

_NUMBER_WORD: Final = r"(?:[ ]?(?:numbers?|num|no|nr|id|code|#)\b)?[.#]?"
# Tags of other trades: nobody reads a computer off them.
_OTHER_TRADES: Final = word_set(
    "price name bag gift key dog ear vlan html meta git docker image luggage parking license "
    "licence rfid toll skin hash blog post song"
)
_OTHER_TAGS: Final = "".join(f"(?<!{word}[ -])" for word in sorted(_OTHER_TRADES))
_CUE: Final = re.compile(
    r"\b(?:"
    r"(?:asset|service|property|inventory|barcode|lsa|um|u-m|uofm)[ -]?tags?(?:[ ]?ids?)?"
    + _NUMBER_WORD
    + "|"
    + _OTHER_TAGS
    + "tags?"
    + _NUMBER_WORD
    + "|"
    r"(?:serials?|s/n|sn)" + _NUMBER_WORD + "|"
    r"assets?(?:[ ]?(?:numbers?|num|no|#))?|"
    r"barcodes?(?:[ ]?(?:numbers?|no|#))?|"
    r"(?:property|inventory)[ ]?(?:numbers?|num|no\b|#)|"
    r"stickers?(?=[ ](?:is|says|reads))|"
    r"(?:computer|machine|host|device|pc|workstation)[ -]?(?:names?|ids?)|"
    r"(?:computer|machine|host|device|pc|laptop|workstation)(?=[ ]?:)|"
    # Without a colon only before what nobody writes otherwise: a coined name in capitals.
    r"(?:computer|machine|laptop|workstation)(?=[ ](?-i:[A-Z]{8,}\b))"
    r")[.]?"
    r"(?:[ ](?:on|of|for|from)[ ](?:the|my|this|that|his|her|our|its|it)(?:[ ][a-z]{1,12}){0,2}"
    r"(?=[ ](?:is|says|reads)|:))?"
    r"(?:[ ]\([^()\n]{1,40}\)(?=[ ]?:|[ ](?:is|says|reads)))?"
    r"(?:[ ]{1,2}(?:is|was|are|says|reads))?"
    r"[ ]{0,3}[:#=?-]{0,2}[ \t\n]{0,8}[\"'(\[]{0,2}[ ]{0,1}",
    re.IGNORECASE,
)
_PLURAL: Final = re.compile(r"(?:tags|assets|serials|numbers|barcodes|names)\b", re.IGNORECASE)
_NEXT_IN_LIST: Final = re.compile(
    r"[ ]{0,2}(?:,|/|&|;|,?[ ](?:and|or))[ ]{1,2}|,|/|[ ]?\n[ ]{0,2}(?:[-*\u2022][ ]{0,2})?"
)
_LIST_GOES_ON: Final = re.compile(r"[ ]{0,2}(?:[,;.)\]/&]|\r?\n|(?:and|or)\b|\Z)")
_BULLET: Final = re.compile(r"[-*\u2022][ ]{0,2}")
_NEXT_LENGTH: Final = 8
_DIGIT: Final = re.compile(r"[0-9]")


class _Columns:
    """Which places stand in a column that a cue heads; a row's cells have tabs between them."""

    def __init__(self, text: str) -> None:
        self.heads: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        width, chosen, start = 0, frozenset[int](), 0
        for line in text.split("\n") if "\t" in text else ():
            cells = line.split("\t")
            if len(cells) > 1:
                cued = {place for place, cell in enumerate(cells) if _is_head(cell)}
                if cued and not _DIGIT.search(line):
                    width, chosen = len(cells), frozenset(cued)
                    self.heads.append((start, start + len(line)))
                elif len(cells) == width:
                    self._add(start, cells, chosen)
                else:
                    width = 0
            elif line.strip():
                width = 0
            start += len(line) + 1

    def _add(self, start: int, cells: list[str], chosen: frozenset[int]) -> None:
        for place, cell in enumerate(cells):
            if place in chosen:
                self._starts.append(start)
                self._ends.append(start + len(cell))
            start += len(cell) + 1

    def has(self, place: int) -> bool:
        """Whether this is in such a column."""
        before = bisect_right(self._starts, place) - 1
        return before >= 0 and place < self._ends[before]

    def is_head(self, start: int, end: int) -> bool:
        """Whether a cue is the last head of its row, so that what comes next is another column."""
        before = bisect_right(self.heads, (start, end)) - 1
        near = self.heads[max(before, 0) : before + 2]
        return any(first <= start <= last < end for first, last in near)


def _is_head(cell: str) -> bool:
    return _CUE.fullmatch(cell.strip(" *\r")) is not None


class Cues:
    """Which tokens of a text have a cue; asked for each token in order of appearance."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: dict[int, bool] = {}
        self._columns = _Columns(text)
        for match in _CUE.finditer(text):
            if self._columns.is_head(*match.span()):
                continue
            many = _PLURAL.search(match[0]) is not None
            self._ends[match.end()] = many
            bullet = _BULLET.match(text, match.end()) if "\n" in match[0] else None
            if bullet:
                self._ends[bullet.end()] = many
        self._last: tuple[re.Match[str], bool] | None = None
        self._starts: set[int] = set()

    def before(self, match: re.Match[str]) -> bool:
        """Whether a cue stands right before; ``tags 1042, 1043 and 1044`` are three."""
        start = match.start()
        many = self._ends.get(start)
        if many is None and self._columns.has(start):
            many = False
        if many is None:
            many = self._listed(match)
        if many is None:
            return False
        self._last = (match, many)
        self._starts.add(start)
        return True

    def at(self, start: int) -> bool:
        """Whether the token that starts here was found to have one."""
        return start in self._starts

    def _listed(self, match: re.Match[str]) -> bool | None:
        """Whether it is the next of a list, and if so of how many the cue spoke.

        After "tag 45001" another number is a tag only if it is as long and no word follows it: it
        may be a room, or "48109 Ann Arbor".
        """
        if self._last is None:
            return None
        last, many = self._last
        if match.start() - last.end() > _NEXT_LENGTH:
            return None
        if not (_DIGIT.search(match[0]) and _DIGIT.search(last[0])):
            return None
        alike = last[0].isdigit() and len(match[0]) == len(last[0])
        alike = alike and _LIST_GOES_ON.match(self._text, match.end()) is not None
        if not many and match[0].isdigit() and not alike:
            return None
        between = self._text[last.end() : match.start()]
        if not _NEXT_IN_LIST.fullmatch(between) or ("\n" in between and not many):
            return None
        return many
