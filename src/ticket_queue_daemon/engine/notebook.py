"""What the decisions on one ticket in one run were made from, as one small JSON.

Only what was read anyway is written down. A long text, a long list and a large whole are cut, and it
is said what was cut. Nothing of the settings or the rules is in it, so no secret of theirs is.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.assets.records import row_of_record
from ticket_queue_daemon.tdx.fields import TdxModel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.assets.records import AssetRecord

FORMAT: Final = 1
LONGEST_TEXT: Final = 20_000
"""Letters of one text that are kept."""
LONGEST_LIST: Final = 500
"""Members of one list that are kept: the first, and a feed has its newest first."""
MOST_BYTES: Final = 256 * 1024
"""Of one recording, compressed; what is largest is left out until it fits."""
MOST_KEYS: Final = 20_000
"""Words that were looked up among the assets, four bytes each."""
FEED, WHOLE_FEED = "feed", "whole feed"
"""The second has all that the first has."""
CUT: Final = " … [cut here by the recording]"


@dataclass(slots=True)
class Step:
    """One action's decision."""

    action_id: str
    log_id: UUID
    occurrence: int
    due_at: datetime | None
    now: datetime
    lines: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "action_id": self.action_id,
            "log_id": str(self.log_id),
            "occurrence": self.occurrence,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "now": self.now.isoformat(),
            "lines": list(self.lines),
        }


@dataclass(slots=True)
class Version:
    """What was read of one thing; ``until`` is the last step that saw it, None if nothing changed it."""

    value: Any
    until: int | None = None


@dataclass(slots=True)
class Notebook:
    """What is written down while a ticket is worked on; by one thread.

    Attributes:
        steps: the decisions so far, in order.
        facts: what was read, each with its versions, oldest first: a write of ours makes another.
        directory: what was asked of TDX's lists, by a text that says what.
        hits: the assets that a look-up met.
        keys: the words that were looked up, each by its hash.
        looked_up: the names for which TDX was asked, and the remark if it did not know them.
        header: what stands beside.
    """

    steps: list[Step] = field(default_factory=list)
    facts: dict[str, list[Version]] = field(default_factory=dict)
    directory: dict[str, Any] = field(default_factory=dict)
    hits: dict[int, AssetRecord] = field(default_factory=dict)
    keys: set[int] = field(default_factory=set)
    looked_up: dict[str, str | None] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)

    def begin(self, step: Step) -> None:
        """An action is about to decide; a second try of the same decision takes the first one's place."""
        if self.steps and self.steps[-1].log_id == step.log_id:
            self.steps[-1] = step
        else:
            self.steps.append(step)

    def note(self, what: str, value: Any) -> None:
        """Something was read, from TDX or from memory."""
        if what == FEED and self._is_live(WHOLE_FEED):
            return
        if not self._is_live(what):
            self.facts.setdefault(what, []).append(Version(value))
        if what == WHOLE_FEED and self._is_live(FEED):
            self.facts[FEED].pop()

    def _is_live(self, what: str) -> bool:
        versions = self.facts.get(what, [])
        return bool(versions) and versions[-1].until is None

    def forget(self, whats: Collection[str]) -> None:
        """A write has changed these."""
        for what in whats:
            if self._is_live(what):
                self.facts[what][-1].until = len(self.steps) - 1

    def packed(self) -> bytes:
        """Compressed JSON, bounded."""
        cutter = _Cutter()
        facts = {
            what: [[one.until, cutter.cut(what, plain(one.value))] for one in versions]
            for what, versions in self.facts.items()
            if versions
        }
        directory = {
            what: cutter.cut(f"TDX's list: {what}", plain(value))
            for what, value in self.directory.items()
        }
        keys = array("I", sorted(self.keys)[:MOST_KEYS])
        document = {
            "format": FORMAT,
            **{what: cutter.cut(what, plain(value)) for what, value in self.header.items()},
            "steps": [step.to_json() for step in self.steps],
            "facts": facts,
            "directory": directory,
            "hits": [row_of_record(one) for one in self.hits.values()],
            "keys": base64.b64encode(keys.tobytes()).decode(),
            "looked_up": self.looked_up,
            "cut": cutter.cuts,
            "left_out": [],
        }
        return _fitting(document)


def unpacked(data: bytes) -> dict[str, Any]:
    """What :meth:`Notebook.packed` wrote.

    Raises:
        ValueError: it did not.
    """
    try:
        document = json.loads(zlib.decompress(data))
    except (zlib.error, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError("it was recorded by another version of this program")
    return document


def plain(value: Any) -> Any:
    """As JSON: TDX's things under TDX's names, dataclasses by their fields, the unknown as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, TdxModel):
        return value.raw()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    return str(value)


class _Cutter:
    """Shortens what is too long, and says where."""

    def __init__(self) -> None:
        self.cuts: dict[str, list[str]] = {}

    def cut(self, what: str, value: Any, member: str = "") -> Any:
        """The value, cut."""
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            self._say(what, f"{member or 'the text'} had {len(value):,} letters")
            return value[:LONGEST_TEXT] + CUT
        if isinstance(value, dict):
            return {name: self.cut(what, one, name) for name, one in value.items()}
        if isinstance(value, list):
            if len(value) > LONGEST_LIST:
                self._say(what, f"{member or 'the list'} had {len(value):,} members")
            return [self.cut(what, one, member) for one in value[:LONGEST_LIST]]
        return value

    def _say(self, what: str, sentence: str) -> None:
        said = self.cuts.setdefault(what, [])
        if sentence not in said:
            said.append(sentence)


def _fitting(document: dict[str, Any]) -> bytes:
    """Compressed; of what is too large the largest fact is left out, again and again."""
    while True:
        data = zlib.compress(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
        if len(data) <= MOST_BYTES:
            return data
        largest = _largest(document)
        if largest is None:
            return data
        part, what = largest
        if what is None:
            document[part] = "" if part == "keys" else []
        else:
            del document[part][what]
        document["left_out"].append(what or part)


def _largest(document: Mapping[str, Any]) -> tuple[str, str | None] | None:
    sizes: list[tuple[int, str, str | None]] = [
        (len(json.dumps(value)), part, what)
        for part in ("facts", "directory")
        for what, value in document[part].items()
    ]
    sizes += [
        (len(json.dumps(document[part])), part, None) for part in ("hits", "keys") if document[part]
    ]
    if not sizes:
        return None
    _, part, what = max(sizes, key=lambda one: one[0])
    return part, what
