"""The assets and TDX's lists as a recording has them, and what is missing of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ticket_queue_daemon.assets.catalog import FIELDS, AssetCatalog
from ticket_queue_daemon.assets.identifiers import fold
from ticket_queue_daemon.assets.lookup import LookUp, RunAssets
from ticket_queue_daemon.assets.records import record_of_index
from ticket_queue_daemon.engine.watching import key_number, question
from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.tdx.attributes import Choice
from ticket_queue_daemon.tdx.directory import Directory, Entry
from ticket_queue_daemon.tdx.models import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from ticket_queue_daemon.assets.catalog import AssetRecord, Field, Hit

Today: TypeAlias = "Callable[[], AssetCatalog | None]"
"""Gives the list of assets as the index has it now; None if there is no whole one."""

TODAYS_ASSETS: Final = "words that were not looked up then were compared with today's assets"


class NotRecorded(DaemonError):  # noqa: N818  the name says the state
    """What is asked for was not read when the decision was made."""


@dataclass(slots=True)
class Gaps:
    """What was asked for in vain, and what should be known of the answers."""

    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def miss(self, what: str) -> NotRecorded:
        """Remember it; the caller raises what comes back."""
        if what not in self.missing:
            self.missing.append(what)
        return NotRecorded(f"Not recorded: {what}.", "It was not read when the ticket was decided.")

    def remark(self, sentence: str) -> None:
        """Remember something about an answer."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def clear(self) -> None:
        """Begin anew."""
        self.missing, self.remarks = [], []


class RecordedCatalog(AssetCatalog):
    """What a look-up met then; a word that was not looked up then is looked up in today's list."""

    def __init__(
        self, records: Sequence[AssetRecord], keys: Collection[int], today: Today, gaps: Gaps
    ) -> None:
        super().__init__(records)
        self._keys = keys
        self._today = today
        self._gaps = gaps

    def may_have(self, key: str) -> Iterator[AssetRecord]:
        """Assets that may have this key.

        Raises:
            NotRecorded: it was not looked up then, and there is no list today.
        """
        if key_number(key) in self._keys:
            yield from super().may_have(key)
            return
        yield from self._todays().may_have(key)

    def near(
        self, keys: Iterable[str], fields: frozenset[Field] = FIELDS
    ) -> Iterator[tuple[str, Hit]]:
        """Its keys were not written down: what was near then is near now, and nothing else."""
        return self._met.near(keys, fields)

    def records(self) -> Iterator[AssetRecord]:
        """Every asset of today."""
        return self._todays().records()

    @cached_property
    def _met(self) -> AssetCatalog:
        return AssetCatalog(self._assets)

    def _todays(self) -> AssetCatalog:
        today = self._today()
        if today is None:
            raise self._gaps.miss("the list of assets")
        self._gaps.remark(TODAYS_ASSETS)
        return today


class RecordedAssets(RunAssets):
    """The assets of one recording."""

    def __init__(
        self, document: Mapping[str, Any], keys: Collection[int], today: Today, gaps: Gaps
    ) -> None:
        self._looked_up = {fold(name): remark for name, remark in document["looked_up"].items()}
        self._gaps = gaps
        records = [record_of_index(tuple(one)) for one in document["hits"]]
        self._recorded = RecordedCatalog(records, keys, today, gaps)
        self._left_out = "hits" in document["left_out"]
        self._recorded.origin = str(document.get("assets_from", ""))

    def catalog(self) -> AssetCatalog:
        """Then's, and today's for what was not asked then."""
        if self._left_out:
            raise self._gaps.miss("the assets that were looked at (they were too many)")
        return self._recorded

    def look_up(self, ticket_id: int, tokens: Sequence[str]) -> LookUp:
        """What TDX was asked for then."""
        del ticket_id
        found: dict[int, AssetRecord] = {}
        remarks: dict[str, str] = {}
        for token in tokens:
            name = fold(token)
            if name not in self._looked_up:
                raise self._gaps.miss(f"whether TDX knows an asset called {token}")
            if remark := self._looked_up[name]:
                remarks[token] = remark
            else:
                hits = self._recorded.exact(name) or self._recorded.broken(name)
                found |= {hit.asset.id: hit.asset for hit in hits}
        return LookUp(tuple(found.values()), remarks)


class RecordedDirectory(Directory):
    """TDX's lists as far as they were asked for."""

    def __init__(self, answers: Mapping[str, Any], gaps: Gaps) -> None:
        self._answers = answers
        self._gaps = gaps
        self.moment = datetime.min.replace(tzinfo=UTC)

    def _answer(self, words: str, kind: str, *asked: object) -> Any:
        key = question(kind, *asked)
        if key not in self._answers:
            raise self._gaps.miss(words)
        return self._answers[key]

    def now(self) -> datetime:
        """The time of the decision."""
        return self.moment

    def entries(self, kind: str) -> Sequence[Entry]:
        """A list, whole."""
        found = self._answer(f"TDX's list of each {kind}", "entries", kind)
        return [_entry(one) for one in found]

    def entry(self, kind: str, number: int) -> Entry | None:
        """One entry of a list."""
        found = self._answer(f"TDX's {kind} {number}", "entry", kind, number)
        return None if found is None else _entry(found)

    def entry_if_shown(self, kind: str, number: int) -> Entry | None:
        """One entry of a list."""
        return self.entry(kind, number)

    def members(self, group_id: int) -> Sequence[Person]:
        """The people in a group."""
        found = self._answer(f"who is in group {group_id}", "members", group_id)
        return [Person.model_validate(one) for one in found]

    def people(self, text: str) -> Sequence[Person]:
        """Whom TDX found by a text."""
        found = self._answer(f"whom TDX finds by {text!r}", "people", text)
        return [Person.model_validate(one) for one in found]

    def name_of(self, kind: str, value: int | str) -> str:
        """The name behind an id; the id itself, as where TDX won't say: it changes no decision."""
        return str(self._answers.get(question("name", kind, value), value))

    def least_loaded(self, people: Sequence[str]) -> tuple[str, Mapping[str, int]]:
        """Who had the fewest open tickets."""
        words = "who had how many open tickets"
        chosen, counts = self._answer(words, "least_loaded", list(people))
        return chosen, counts


def _entry(stored: Mapping[str, Any]) -> Entry:
    choices = [Choice.model_validate(one) for one in stored["choices"]]
    return Entry(**{**stored, "choices": choices})
