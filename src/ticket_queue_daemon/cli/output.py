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
        """A table that stays readable at 80 columns: long cells fold, nothing is cut."""
        table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left")
        listed = list(rows)
        for place, heading in enumerate(headings):
            # An action's id is there to be copied: it stays on one line as long as it can.
            ids = [len(str(row[place])) for row in listed] if heading == "action" else []
            table.add_column(heading, overflow="fold", min_width=min(max(ids, default=0), 40))
        for row in listed:
            table.add_row(*(cell if isinstance(cell, Text) else safe(cell) for cell in row))
        self.out.print(table)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # A pipe has no width; Rich would ask the terminal at the other end, and logs would differ.
    width = None if stream.isatty() else _PIPED_WIDTH
    return _Console(
        stderr=stderr, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False
    )
