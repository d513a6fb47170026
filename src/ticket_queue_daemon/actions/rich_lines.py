"""Tables in a summary line: kept as text, shown as HTML only by us.

A line is plain text everywhere: in the log, in ``ticket``, in a plain comment. A row of a table is a
text line whose cells are parted by tabs; a rich summary makes a table of such rows, with every cell
escaped, and a link of a cell that is ``#123 <https://...>`` and nothing else. So no HTML is ever
stored or passed on, and there is none that a ticket's title could bring along.
"""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import groupby

_TAB = "\t"
_LINK = re.compile(r"#([0-9]+) <(https?://[^\s<>\"']+)>")
_MOST_IN_CELL = 120
# Control characters, and those that make a text look other than it is (right-to-left overrides).
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def cell(text: str) -> str:
    """An outside text as one cell: on one line, without signs that can't be seen, not too long."""
    words = " ".join(text.split())
    seen = "".join(char for char in words if unicodedata.category(char) not in _UNSEEN)
    return seen if len(seen) <= _MOST_IN_CELL else seen[: _MOST_IN_CELL - 1] + "…"


def ticket_cell(ticket_id: int, link: str) -> str:
    """A cell that a rich summary shows as a link to a ticket."""
    return f"#{ticket_id} <{link}>"


def row(first: str, *cells: str) -> str:
    """A row: a heading, or a cell of :func:`ticket_cell`, and texts from outside."""
    return _TAB.join([first, *map(cell, cells)])


def as_plain(line: str) -> str:
    """The line for a plain comment."""
    return line.replace(_TAB, " | ")


def as_html(line: str) -> str:
    """The line for a rich comment: escaped, line feeds as ``<br>``, rows as tables."""
    shown = ""
    for is_table, lines in groupby(line.split("\n"), lambda text: _TAB in text):
        if is_table:
            shown += f"<table>{''.join(map(_row, lines))}</table>"
        else:
            text = "<br>".join(map(html.escape, lines))
            shown += f"<br>{text}" if shown and not shown.endswith("</table>") else text
    return shown


def _row(line: str) -> str:
    first, *cells = line.split(_TAB)
    linked = _LINK.fullmatch(first)
    if linked is None:
        return f"<tr>{''.join(f'<th>{html.escape(text)}</th>' for text in (first, *cells))}</tr>"
    number, address = linked.groups()
    shown = f'<a href="{html.escape(address)}">#{number}</a>'
    return f"<tr><td>{shown}</td>{''.join(f'<td>{html.escape(text)}</td>' for text in cells)}</tr>"
