"""What people see: consoles, text made safe for a terminal, tables."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PIPED_WIDTH = 80
# In columns of letters: from where on a cell is prose, and what prose needs; the longest id that is
# kept on one line; what a table puts between two cells.
_PROSE = 48
_PROSE_LEAST = 24
_LONGEST_ID = 40
_BETWEEN = 3
_ID = "action"
# Written into a title, these turn the direction of the text around and hide what it says.
_KEPT_FORMATS = {"\u200d"}  # joins emoji
_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F


def safe(text: object, *, style: str = "") -> Text:
    """Text from outside, as Rich should show it: no markup, no control character, one line."""
    return Text("".join(_visible(char) for char in str(text)), style=style)


def _visible(char: str) -> str:
    if char.isprintable() or char in _KEPT_FORMATS:
        return char
    kind = unicodedata.category(char)
    if char in "\n\r\t" or kind in {"Zl", "Zp", "Zs"}:
        return " "
    if kind == "Cc" and ord(char) < ord(" "):
        return chr(_CONTROL_PICTURES + ord(char))
    if kind == "Cf":
        return ""
    return "\N{SYMBOL FOR DELETE}" if ord(char) == _DELETE else "\N{REPLACEMENT CHARACTER}"


class _Console(Console):
    """A console whose reader may leave (``| head``) without ending the work."""

    def on_broken_pipe(self) -> None:
        """Go on in silence; Rich would end the program."""
        self.quiet = True
        mute(self.file)


def mute(stream: IO[str]) -> None:
    """Let a stream whose reader left write into the void, also when Python flushes it at exit."""
    try:
        void = os.open(os.devnull, os.O_WRONLY)
        os.dup2(void, stream.fileno())
        os.close(void)
    except (OSError, ValueError):
        # No file behind it (a test's buffer): then nothing is flushed into a pipe either.
        return


@dataclass
class Terminal:
    """Where a command speaks: results on ``out`` (stdout), progress and errors on ``err``."""

    out: Console = field(default_factory=lambda: _console(stderr=False))
    err: Console = field(default_factory=lambda: _console(stderr=True))

    @property
    def interactive(self) -> bool:
        """Whether a person is watching a live terminal."""
        return self.err.is_terminal and not self.err.is_dumb_terminal

    def say(self, *texts: object) -> None:
        """One line of result; wrapped by the terminal, never cut."""
        line = Text(" ").join(t if isinstance(t, Text) else safe(t) for t in texts)
        self.out.print(line, soft_wrap=True)

    def json(self, value: object) -> None:
        """One JSON document; what JSON has no form for (moments, ids) as text."""
        self.out.print(Text(json.dumps(value, indent=2, default=_as_text)), soft_wrap=True)

    def table(
        self, headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = ""
    ) -> None:
        """A table; or, where its last column would be a ribbon, each row on lines of its own.

        Long cells fold and nothing is cut: a ribbon of a few letters can't be read, and where even
        that has no room, Rich cuts it off.
        """
        listed = [[cell if isinstance(cell, Text) else safe(cell) for cell in row] for row in rows]
        columns = [[row[place] for row in listed] for place in range(len(headings))]
        least = [_least(*column) for column in zip(headings, columns, strict=True)]
        room = self.out.width - _BETWEEN * len(least) - 1
        fits = sum(least) <= room
        if not fits and (_ID in headings or _PROSE_LEAST in least):
            self._row_by_row(headings, listed, title)
            return
        table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left")
        widths = _widths(headings, columns, least, room) if fits else [None] * len(least)
        for heading, width in zip(headings, widths, strict=True):
            table.add_column(heading, overflow="fold", width=width)
        for row in listed:
            table.add_row(*row)
        self.out.print(table)

    def _row_by_row(
        self, headings: Sequence[str], rows: Sequence[Sequence[Text]], title: str
    ) -> None:
        r"""Heading and cell side by side, as psql's ``\x auto`` does it."""
        if title:
            self.out.print(safe(title, style="italic"))
        for row in rows:
            self.out.print()
            record = Table.grid(padding=(0, 0, 0, 2), pad_edge=True)
            record.add_column(no_wrap=True)
            record.add_column(overflow="fold")
            for heading, cell in zip(headings, row, strict=True):
                record.add_row(safe(heading, style="bold"), cell)
            self.out.print(record)
        self.out.print()


def _widths(
    headings: Sequence[str], columns: Sequence[Sequence[Text]], least: Sequence[int], room: int
) -> list[int]:
    """Each column as wide as it would be, the narrow ones first; what is left is the prose's."""
    wanted = [
        max(len(heading), *(cell.cell_len for cell in cells), 0)
        for heading, cells in zip(headings, columns, strict=True)
    ]
    widths = list(least)
    for place in sorted(range(len(widths)), key=lambda one: wanted[one] - least[one]):
        spare = room - sum(widths)
        widths[place] += max(0, min(wanted[place] - widths[place], spare))
    return widths


def _least(heading: str, cells: Sequence[Text]) -> int:
    """The least width at which a column can be read."""
    longest = max((cell.cell_len for cell in cells), default=0)
    if heading == _ID:
        # An action's id is there to be copied: it stays on one line as long as it can.
        return max(len(heading), min(longest, _LONGEST_ID))
    if longest > _PROSE:
        return max(len(heading), _PROSE_LEAST)
    words = [heading, *(word for cell in cells for word in cell.plain.split())]
    return max(len(word) for word in words)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # A pipe has no width; Rich would ask the terminal at the other end, and logs would differ.
    width = None if stream.isatty() else _PIPED_WIDTH
    return _Console(
        stderr=stderr, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False
    )
