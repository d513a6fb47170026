"""Watch what is asked of the assets and of TDX's lists, and write the answers down.

What is asked is answered by the real thing; nothing more is asked of it.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.assets.catalog import FIELDS, AssetCatalog
from ticket_queue_daemon.assets.lookup import LookUp, RunAssets
from ticket_queue_daemon.tdx.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.assets.catalog import AssetRecord, Field, Hit
    from ticket_queue_daemon.engine.notebook import Notebook
    from ticket_queue_daemon.tdx.directory import Entry
    from ticket_queue_daemon.tdx.models import Person


def key_number(key: str) -> int:
    """A word that is looked up, in four bytes; the same in every process."""
    return zlib.crc32(key.encode("utf-8", "replace"))


def question(kind: str, *asked: object) -> str:
    """What was asked of the directory, as text."""
    return json.dumps([kind, *asked])


class WatchedCatalog(AssetCatalog):
    """A catalogue whose answers are written down."""

    def __init__(self, base: AssetCatalog, notes: Notebook) -> None:
        self._base = base
        self._notes = notes
        super().__init__(())
        self.origin = base.origin
        notes.header["assets_from"] = base.origin

    @property
    def size(self) -> int:
        """How many assets are known."""
        return self._base.size

    def records(self) -> Iterator[AssetRecord]:
        """Every asset; that is too much to write down."""
        return self._base.records()

    def updated(
        self, changed: Iterable[AssetRecord], gone: Iterable[int] = (), origin: str = ""
    ) -> AssetCatalog:
        """Another catalogue, unwatched."""
        return self._base.updated(changed, gone, origin)

    def may_have(self, key: str) -> Iterator[AssetRecord]:
        """Assets that may have this key: the way of every look-up but ``near``."""
        self._notes.keys.add(key_number(key))
        for record in self._base.may_have(key):
            self._notes.hits[record.id] = record
            yield record

    def near(
        self, keys: Iterable[str], fields: frozenset[Field] = FIELDS
    ) -> Iterator[tuple[str, Hit]]:
        """Its keys are made up by the hundred from a word that was looked up: only hits are kept."""
        for spelling, hit in self._base.near(keys, fields):
            self._notes.hits[hit.asset.id] = hit.asset
            yield spelling, hit


class WatchedAssets(RunAssets):
    """The run's assets, for one ticket."""

    def __init__(self, base: RunAssets, notes: Notebook) -> None:
        self._base = base
        self._notes = notes

    def catalog(self) -> AssetCatalog:
        """The run's catalogue, watched."""
        return WatchedCatalog(self._base.catalog(), self._notes)

    def look_up(self, ticket_id: int, tokens: Sequence[str]) -> LookUp:
        """Ask TDX, and note what it knew."""
        answer = self._base.look_up(ticket_id, tokens)
        self._notes.hits.update((record.id, record) for record in answer.found)
        for token in tokens:
            self._notes.looked_up[token] = answer.remarks.get(token)
        return answer


class WatchedDirectory(Directory):
    """The run's directory, for one ticket."""

    def __init__(self, base: Directory, notes: Notebook) -> None:
        self._base = base
        self._notes = notes

    def _note(self, answer: Any, kind: str, *asked: object) -> None:
        self._notes.directory.setdefault(question(kind, *asked), answer)

    def now(self) -> datetime:
        """TDX's time; the last moment that a decision saw is the one that is kept."""
        now = self._base.now()
        if self._notes.steps:
            self._notes.steps[-1].now = now
        return now

    def entries(self, kind: str) -> Sequence[Entry]:
        """A list, whole."""
        found = self._base.entries(kind)
        self._note(found, "entries", kind)
        return found

    def entry(self, kind: str, number: int) -> Entry | None:
        """One entry of a list."""
        found = self._base.entry(kind, number)
        self._note(found, "entry", kind, number)
        return found

    def entry_if_shown(self, kind: str, number: int) -> Entry | None:
        """One entry of a list that may be hidden from us."""
        found = self._base.entry_if_shown(kind, number)
        self._note(found, "entry", kind, number)
        return found

    def members(self, group_id: int) -> Sequence[Person]:
        """The people in a group."""
        found = self._base.members(group_id)
        self._note(found, "members", group_id)
        return found

    def people(self, text: str) -> Sequence[Person]:
        """Whom TDX finds by a text."""
        found = self._base.people(text)
        self._note(found, "people", text)
        return found

    def name_of(self, kind: str, value: int | str) -> str:
        """The name behind an id or UID."""
        name = self._base.name_of(kind, value)
        self._note(name, "name", kind, value)
        return name

    def least_loaded(self, people: Sequence[str]) -> tuple[str, Mapping[str, int]]:
        """Who of them has the fewest open tickets."""
        answer = self._base.least_loaded(people)
        self._note(answer, "least_loaded", list(people))
        return answer
