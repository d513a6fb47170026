"""One recording, read back: the reads of a ticket as they were answered then, and no telephone.

What was not read then can't be answered now: that raises :class:`NotRecorded` and is remembered.
"""

from __future__ import annotations

import base64
from array import array
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast
from uuid import UUID

from ticket_queue_daemon.actions.labs import Lab, LabRecords
from ticket_queue_daemon.engine.notebook import FEED, WHOLE_FEED, Step, unpacked
from ticket_queue_daemon.engine.reading import Fact, TicketReader
from ticket_queue_daemon.engine.recorded_lists import Gaps, RecordedAssets, RecordedDirectory, Today
from ticket_queue_daemon.rules.facts import QueueFact
from ticket_queue_daemon.store.corrections import OurAsset
from ticket_queue_daemon.tdx.items import Relationship
from ticket_queue_daemon.tdx.models import Asset, FeedEntry, Person, Ticket, TicketItem
from ticket_queue_daemon.tdx.tasks import TicketTask

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ticket_queue_daemon.store.recordings import KeptRecording
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.fields import TdxModel

_ONE: Final[Mapping[str, type[TdxModel]]] = {"ticket": Ticket, "requestor": Person, "asset": Asset}
_MANY: Final[Mapping[str, type[TdxModel]]] = {
    "items": TicketItem,
    FEED: FeedEntry,
    WHOLE_FEED: FeedEntry,
    "contacts": Person,
    "tasks": TicketTask,
    "relationships": Relationship,
    "search": Ticket,
}
_WORDS: Final = {
    "ticket": "the ticket's fields",
    "items": "the assets and items on it",
    FEED: "its feed",
    WHOLE_FEED: "its feed",
    "contacts": "its contacts",
    "requestor": "the requestor's record",
    "tasks": "its tasks",
    "lab records": "what the data hub says of labs",
    "search": "a search for other tickets",
}


@dataclass(frozen=True)
class Recording:
    """One ticket in one run.

    Attributes:
        recorded_at: when it was written, the database's clock.
        queue: the queue's name.
        steps: the decisions, in order.
        actions: id, label and rule hash of every action that was in force.
        document: all of it.
    """

    ticket_id: int
    run_id: UUID
    recorded_at: datetime
    queue: str
    steps: tuple[Step, ...]
    actions: tuple[tuple[str, str, str], ...]
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, kept: KeptRecording) -> Recording:
        """From its row.

        Raises:
            ValueError: it can't be read.
        """
        document = unpacked(kept.data)
        try:
            return cls(
                ticket_id=kept.ticket_id,
                run_id=kept.run_id,
                recorded_at=kept.recorded_at,
                queue=kept.queue,
                steps=tuple(_step(one) for one in document["steps"]),
                actions=tuple((one[0], one[1], one[2]) for one in document["actions"]),
                document=document,
            )
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"a part is missing: {error}") from error

    def place_of(self, action_id: str) -> int | None:
        """The number of an action's decision; None if it made none here."""
        places = [n for n, step in enumerate(self.steps) if step.action_id == action_id]
        return places[-1] if places else None

    @property
    def title(self) -> str:
        """The ticket's title; "" if it was not read."""
        versions = self.document["facts"].get("ticket")
        return str(versions[0][1].get("Title") or "") if versions else ""


class RecordedReader(TicketReader):
    """The reads of a recording, at the place of one of its decisions.

    Args:
        recording: what was read then.
        today: the list of assets as it is now, for words that were not looked up then.
        ours: gives the assets that the log says we attached to a ticket, where that was not asked.
        bots: whose doings do not count as activity, by the new rules.
    """

    def __init__(
        self,
        recording: Recording,
        today: Today,
        ours: Callable[[int], Sequence[OurAsset]] = lambda _: (),
        bots: Collection[str] = (),
    ) -> None:
        document = recording.document
        self.gaps = Gaps()
        self._recording = recording
        self._place: float = 0
        self._restored: dict[tuple[str, int], Any] = {}
        self._directory = RecordedDirectory(document["directory"], self.gaps)
        keys = array("I")
        keys.frombytes(base64.b64decode(document["keys"]))
        assets = RecordedAssets(document, frozenset(keys), today, self.gaps)
        super().__init__(
            cast("TdxClient", _NoTelephone(self.gaps)),
            recording.ticket_id,
            assets,
            ours=ours,
            directory=self._directory,
            paused=document["paused"],
            row=document["row"],
            queue=QueueFact(**document["queue"]),
            bots=bots,
        )

    def move(self, place: float, now: datetime) -> None:
        """Look from the place of a decision, at its time; what was missing before is forgotten."""
        self._place = place
        self._directory.moment = now
        self._known.clear()
        self.gaps.clear()

    def _once(self, what: str, fetch: Callable[[], Fact]) -> Fact:
        found, value = self._recorded(what)
        if found:
            answer: Fact = value
            return answer
        if what == FEED:
            found, value = self._recorded(WHOLE_FEED)
            if found:
                return cast("Fact", value)
        elif what in {WHOLE_FEED, "conversation"}:
            return super()._once(what, fetch)
        return self._miss(what)

    def _recorded(self, what: str) -> tuple[bool, Any]:
        """The version that the decision at this place saw, or would have seen."""
        versions = self._recording.document["facts"].get(what)
        if not versions:
            return False, None
        number = next(
            (n for n, (until, _) in enumerate(versions) if until is None or until >= self._place),
            len(versions) - 1,
        )
        for cut in self._recording.document["cut"].get(what, ()):
            self.gaps.remark(f"{_words(what)}, cut when it was recorded: {cut}")
        if (what, number) not in self._restored:
            try:
                self._restored[what, number] = _restored(what, versions[number][1])
            except (ValueError, TypeError, KeyError) as error:
                words = f"{_words(what)} (as another version of this program recorded it)"
                raise self.gaps.miss(words) from error
        return True, self._restored[what, number]

    def _miss(self, what: str) -> NoReturn:
        too_large = " (it was too large)" if what in self._recording.document["left_out"] else ""
        raise self.gaps.miss(_words(what) + too_large)

    def own_uid(self) -> str | None:
        """Our own account then."""
        if "me" not in self._recording.document:
            raise self.gaps.miss("which account is ours")
        uid: str | None = self._recording.document["me"]
        return uid

    def our_assets(self) -> Sequence[OurAsset]:
        """What we had attached by then; the log knows it too."""
        found, value = self._recorded("our assets")
        if found:
            ours: Sequence[OurAsset] = value
            return ours
        return [
            one for one in self._ours(self.ticket_id) if one.attached_at < self._directory.moment
        ]

    def statuses(self) -> Mapping[str, str]:
        """How the actions stood; nothing if it was not asked: the replay knows what it did itself."""
        found, value = self._recorded("statuses")
        statuses: Mapping[str, str] = value if found else {}
        return statuses

    def ticket_link(self, ticket_id: int) -> str:
        """Where a person opens a ticket."""
        link = str(self._recording.document["link"])
        return link.replace(f"TicketID={self.ticket_id}", f"TicketID={ticket_id}")

    def lab_records(self) -> LabRecords:
        """What the data hub said."""
        found, value = self._recorded("lab records")
        if not found:
            self._miss("lab records")
        records: LabRecords = value
        return records

    def _whole(self, entry: FeedEntry) -> FeedEntry:
        if entry.replies_count > len(entry.replies):
            raise self.gaps.miss("the replies in its feed")
        return entry


class _NoTelephone:
    """Stands where the client would: whatever is asked of it was not recorded."""

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps

    def __getattr__(self, name: str) -> NoReturn:
        raise self._gaps.miss(f"an answer of TDX ({name})")


def _step(stored: Mapping[str, Any]) -> Step:
    due_at = stored["due_at"]
    return Step(
        action_id=stored["action_id"],
        log_id=UUID(stored["log_id"]),
        occurrence=stored["occurrence"],
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        now=datetime.fromisoformat(stored["now"]),
        lines=stored["lines"],
    )


def _words(what: str) -> str:
    kind = what.partition(" ")[0]
    return _WORDS.get(what) or _WORDS.get(kind) or what


def _restored(what: str, stored: Any) -> Any:
    kind = what if what in _MANY else what.partition(" ")[0]
    if what == "our assets":
        return [_our_asset(one) for one in stored]
    if what == "lab records":
        return LabRecords(**{side: _labs(found) for side, found in stored.items()})
    if kind in _MANY:
        return [_MANY[kind].model_validate(one) for one in stored]
    if kind in _ONE:
        return _ONE[kind].model_validate(stored) if stored is not None else None
    return stored


def _our_asset(stored: Mapping[str, Any]) -> OurAsset:
    attached = datetime.fromisoformat(stored["attached_at"])
    return OurAsset(**{**stored, "log_id": UUID(stored["log_id"]), "attached_at": attached})


def _labs(stored: list[dict[str, Any]] | None) -> tuple[Lab, ...] | None:
    return None if stored is None else tuple(Lab(**one) for one in stored)
