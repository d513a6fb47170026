"""What an audit can find, and how bad it is."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.tdx.models import FeedEntry


class Level(enum.IntEnum):
    """How bad a finding is; the worst of an audit is its result."""

    FINE = 0
    WARNING = 1
    PROBLEM = 2


class Kind(enum.Enum):
    """What was found of one effect, or of one entry in TDX; each with its level and meaning."""

    level: Level
    meaning: str

    def __new__(cls, word: str, level: Level, meaning: str) -> Self:
        """Word, level and meaning in one member."""
        member = object.__new__(cls)
        member._value_ = word
        member.level = level
        member.meaning = meaning
        return member

    POSTED = "posted", Level.FINE, "the log says that it was done, and TDX has it exactly once"
    CHANGED = "changed", Level.FINE, "a value that was set, and that somebody has changed since"
    UNCHECKED = "unchecked", Level.FINE, "can't be checked (tags), or not yet (just being done)"
    MISSING = (
        "missing",
        Level.WARNING,
        "the log says that it was done, and TDX does not have it now",
    )
    PENDING = "pending", Level.WARNING, "in doubt, or parked for a person"
    DOUBLE = "double", Level.PROBLEM, "TDX has it more often than the log accounts for"
    UNEXPLAINED = "unexplained", Level.PROBLEM, "by our account, and no row of the log explains it"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        what: the effect or the entry in a few words.
        why: what was seen, for a person; may be empty.
        action_id, log_id: the row of the log; None for what the log does not know.
        at: when the log or TDX says that it happened.
        entry_ids: the feed entries that it is about.
    """

    kind: Kind
    ticket_id: int
    what: str
    why: str = ""
    action_id: str | None = None
    log_id: UUID | None = None
    at: datetime | None = None
    entry_ids: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "kind": self.kind.value,
            "level": self.kind.level.name.lower(),
            "ticket_id": self.ticket_id,
            "what": self.what,
            "why": self.why,
            "action_id": self.action_id,
            "log_id": None if self.log_id is None else str(self.log_id),
            "at": None if self.at is None else self.at.isoformat(),
            "entry_ids": list(self.entry_ids),
        }


@dataclass(frozen=True, slots=True)
class Lens:
    """What an audit of one ticket goes by.

    Attributes:
        ticket_id: the ticket.
        own_uid: our account; None if TDX does not name it: then nothing is told by author.
        since: the beginning of the span; None for all time.
        settled_by: in the database's clock: what was recorded later may not be shown by TDX yet.
    """

    ticket_id: int
    own_uid: str | None
    since: datetime | None
    settled_by: datetime

    def covers(self, *moments: datetime | None) -> bool:
        """Whether any of these moments is in the span; one that is not known is."""
        return self.since is None or any(at is None or at >= self.since for at in moments)

    def is_ours(self, entry: FeedEntry) -> bool:
        """Whether our account wrote it."""
        return self.own_uid is not None and entry.created_uid == self.own_uid


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among them; fine if there are none."""
    return max((finding.kind.level for finding in findings), default=Level.FINE)
