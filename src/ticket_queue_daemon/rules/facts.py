"""What a condition or a due time may ask about one ticket, fetched only when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AssetFact:
    """An asset on the ticket. What is not known is empty."""

    id: int
    name: str = ""
    serial: str = ""
    tag: str = ""
    status: str = ""
    form: str = ""
    owner: str = ""
    owner_uid: str = ""
    department: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What others than the daemon and the listed bots did on the ticket; see ``activity.py``.

    Times are aware; None when that has not happened. ``ignored``: who does not count,
    UIDs and full names in small letters.
    """

    count: int = 0
    last_reply: datetime | None = None
    last_reply_by: str = ""
    last_reply_uid: str = ""
    last_reply_is_requestor: bool = False
    last_requestor_reply: datetime | None = None
    last_technician_reply: datetime | None = None
    last_status_change: datetime | None = None
    last_activity: datetime | None = None
    ignored: frozenset[str] = NOBODY


@dataclass(frozen=True, slots=True)
class QueueFact:
    """The queue that a ticket came from: its name, and the number of its report or saved search."""

    name: str = ""
    id: int = 0


class Facts(Protocol):
    """One ticket at one moment. A method may fetch; it is to keep what it fetched.

    A method is called only when a condition or a due time needs its answer, and what it raises is
    passed on as it is.
    """

    def ticket(self) -> Any:
        """The ticket: ``tdx.models.Ticket``, or anything with the members that are asked for."""
        ...

    def row(self) -> Mapping[str, Any]:
        """The report's row: its columns, by header and by TDX's names for them."""
        ...

    def requestor(self) -> Any | None:
        """The requestor: ``tdx.models.Person`` or alike; None if the ticket has none."""
        ...

    def assets(self) -> Sequence[AssetFact]:
        """The assets on the ticket."""
        ...

    def feed(self) -> Feed:
        """What others did on it."""
        ...

    @property
    def now(self) -> datetime:
        """The time of this decision, aware; the same for all parts of it."""
        ...

    @property
    def queue(self) -> QueueFact:
        """The queue that it came from."""
        ...


@dataclass(frozen=True)
class KnownFacts:
    """Facts that are all at hand: for a replay, and for tests."""

    now: datetime
    of_ticket: Any = None
    of_row: Mapping[str, Any] = field(default_factory=dict)
    of_requestor: Any | None = None
    of_assets: Sequence[AssetFact] = ()
    of_feed: Feed = field(default_factory=Feed)
    queue: QueueFact = field(default_factory=QueueFact)

    def ticket(self) -> Any:
        """The ticket."""
        return self.of_ticket

    def row(self) -> Mapping[str, Any]:
        """The report's row."""
        return self.of_row

    def requestor(self) -> Any | None:
        """The requestor."""
        return self.of_requestor

    def assets(self) -> Sequence[AssetFact]:
        """The assets on the ticket."""
        return self.of_assets

    def feed(self) -> Feed:
        """What others did."""
        return self.of_feed


def is_ignored(uid: str | None, name: str | None, ignored: Collection[str]) -> bool:
    """Whether somebody is one of those who do not count, by UID or by full name.

    ``ignored`` is in small letters. Nobody's name is that of somebody: such entries count.
    """
    return any(one and one.strip().casefold() in ignored for one in (uid, name))


def last_doing(facts: Facts) -> datetime | None:
    """When somebody who counts last did anything to the ticket, its creation included.

    The ticket's own modified date counts only if who made it does: a comment of ours moves it too.
    """
    ticket, feed = facts.ticket(), facts.feed()
    ours = is_ignored(ticket.modified_uid, ticket.modified_full_name, feed.ignored)
    moments = [ticket.created_date, None if ours else ticket.modified_date, feed.last_activity]
    return max((one for one in moments if one is not None), default=None)
