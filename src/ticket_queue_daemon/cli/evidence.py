"""Evidence as people read it: what was considered, where it stood, what it matched, what came of it.

::

    description  …the machine in the lab, IC-EHLB760-F16, does not start any more…
                 taken       name of asset 106894: its name
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ticket_queue_daemon.cli.output import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ticket_queue_daemon.assets.considered import Consideration, Considered

_STYLES = {
    "taken": "green",
    "paused": "yellow",
    "ambiguous": "yellow",
    "ineligible": "yellow",
    "unknown": "cyan",
}
_RANK = {verdict: rank for rank, verdict in enumerate(_STYLES)}
_INDENT = "  "
_GAP = 2
_MOST_AROUND = 40
_LEAST_WIDTH = 20


def print_evidence(
    console: Console,
    found: Consideration,
    *,
    names: Mapping[int, str] | None = None,
    most: int | None = None,
    more: str = "",
) -> None:
    """Print what was considered, two lines each; nothing if nothing was.

    Args:
        console: where to.
        found: what was considered.
        names: what assets are called, by number.
        most: show no more than this, what decided something first.
        more: where the rest is to be seen.
    """
    shown = _first(found.candidates, most)
    places = min(max((len(one.where) for one in shown), default=0), console.width // 3)
    verdicts = max((len(one.verdict) for one in shown), default=0)
    margin = len(_INDENT) + places + _GAP
    width = max(_LEAST_WIDTH, console.width - margin)
    where = ""
    for one in shown:
        place = "" if one.where == where else _cut(one.where, places)
        where = one.where
        style = _STYLES.get(one.verdict, "dim")
        verdict = safe(one.verdict.replace("_", " ").ljust(verdicts + _GAP), style=style)
        text = _in_text(one, width, style=style, plain=not console.color_system)
        why = Text.assemble(verdict, safe(_why(one, names or {})))
        # In a pipe a line is a line.
        wrapped = why.wrap(console, width) if console.is_terminal else [why]
        for number, line in enumerate([text, *wrapped]):
            head = _INDENT + ("" if number else place).ljust(places + _GAP)
            console.print(Text.assemble(safe(head), line), soft_wrap=True)
    left = len(found.candidates) - len(shown) + found.not_kept
    if left:
        pointed = f": {more}" if more and len(shown) < len(found.candidates) else ""
        console.print(safe(f"{_INDENT}and {left} more{pointed}", style="dim"), soft_wrap=True)


def names_in(details: object) -> dict[int, str]:
    """The names of assets that an action wrote into its details beside their numbers."""
    listed = details.values() if isinstance(details, Mapping) else ()
    return {
        entry["asset_id"]: str(entry["name"])
        for entries in listed
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("asset_id"), int) and "name" in entry
    }


def details_of(row: Mapping[str, Any] | None) -> object:
    """The details that an action left in its row."""
    metadata = row.get("metadata") if row else None
    return metadata.get("details") if isinstance(metadata, Mapping) else None


def _first(candidates: Sequence[Considered], most: int | None) -> list[Considered]:
    """The weightiest, in the order in which they stood."""
    ranked = sorted(
        range(len(candidates)),
        key=lambda place: _RANK.get(candidates[place].verdict, len(_RANK)),
    )
    return [candidates[place] for place in sorted(ranked[:most])]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _in_text(one: Considered, width: int, *, style: str, plain: bool) -> Text:
    """The token in its surroundings, set off by its colour, or by brackets where there is none."""
    around = min(_MOST_AROUND, max(0, (width - len(one.token) - 4) // 2))
    before, after = one.before, one.after
    # As much as is ever kept: the text goes on.
    if len(before) > around or len(before) >= _MOST_AROUND:
        before = "…" + before[max(0, len(before) - around) :].lstrip()
    if len(after) > around or len(after) >= _MOST_AROUND:
        after = after[:around].rstrip() + "…"
    brackets = ("[", "]") if plain and (before or after) else ("", "")
    token = safe(one.token, style=f"bold {style}")
    return Text.assemble(safe(before), brackets[0], token, brackets[1], safe(after))


def _why(one: Considered, names: Mapping[int, str]) -> str:
    return ": ".join(filter(None, (_matched(one, names), one.reason)))


def _matched(one: Considered, names: Mapping[int, str]) -> str:
    if one.asset_id is None:
        return one.field
    asset = f"asset {one.asset_id}"
    name = names.get(one.asset_id, "")
    if name and name.casefold() != one.token.casefold():
        asset = f"{name} ({one.asset_id})"
    return f"{one.field} of {asset}" if one.field else asset
