"""What people corrected after us: what we attached, what they took off or added, what rests for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store import values
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.store.pool import Database

Kind = Literal["removed", "added"]


@dataclass(frozen=True, slots=True)
class OurAsset:
    """An asset that we put on a ticket; ``pattern`` and ``token`` say by what it was found.

    ``detached``: we took it off again ourselves, so that it is missing says nothing of people.
    """

    asset_id: int
    name: str
    log_id: UUID
    pattern: str
    token: str
    attached_at: datetime
    detached: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person changed after us.

    Attributes:
        kind: ``removed``: we attached it, and it is not there; ``added``: the other way round.
        log_id: the row that it corrects.
        pattern, token: by what it was found, or could have been found.
        in_text: for ``added``: the text that we read names it, so we missed it.
        decided_at: when we attached it, or looked and did not; it counts in that week.
    """

    ticket_id: int
    asset_id: int
    kind: Kind
    log_id: UUID
    name: str
    pattern: str
    token: str
    in_text: bool
    decided_at: datetime
    noticed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """One action's decision on one ticket, with its evidence in ``metadata``."""

    log_id: UUID
    ticket_id: int
    action_id: str
    status: str
    executed_at: datetime
    error_message: str | None
    metadata: dict[str, Any]
    plan: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """A pattern's week (``2026-W47``): attached, taken off again, missed; of assets, each once."""

    pattern: str
    week: str
    attached: int
    removed: int
    missed: int


@dataclass(frozen=True, slots=True)
class PatternTickets:
    """Tickets on which a pattern attached something, and those of them that people corrected."""

    pattern: str
    tickets: int
    corrected: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A pattern that rests until a person resumes it, and what it was judged by."""

    pattern: str
    tickets: int
    corrected: int
    paused_at: datetime

    @property
    def reason(self) -> str:
        """``taken off again on 5 of 30 tickets``."""
        return f"taken off again on {self.corrected} of {self.tickets} tickets"


def taken_off(
    ticket_id: int, ours: Sequence[OurAsset], present: Collection[int]
) -> list[Correction]:
    """A correction for each asset of ours that is not on the ticket any more."""
    return [
        Correction(
            ticket_id=ticket_id,
            asset_id=one.asset_id,
            kind="removed",
            log_id=one.log_id,
            name=one.name,
            pattern=one.pattern,
            token=one.token,
            in_text=True,
            decided_at=one.attached_at,
        )
        for one in ours
        if one.asset_id not in present and not one.detached
    ]


class Corrections:
    """The books on corrections. Every method is one statement, and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ours(self, ticket_id: int) -> list[OurAsset]:
        """What we attached to a ticket, whichever action and version did."""
        return [OurAsset(**row) for row in self._rows("our_assets", ticket_id=ticket_id)]

    def note(
        self, ticket_id: int, present: Collection[int], found: Sequence[Correction] = ()
    ) -> int:
        """Write corrections down, and forget those that people have undone; how many are new.

        Args:
            ticket_id: the ticket.
            present: the assets on it now.
            found: what is corrected now; known ones may be among them.
        """
        noted = self._rows(
            "note_corrections",
            ticket_id=ticket_id,
            present=sorted(present),
            asset_ids=[one.asset_id for one in found],
            kinds=[one.kind for one in found],
            log_ids=[one.log_id for one in found],
            names=[values.text(one.name) for one in found],
            patterns=[one.pattern for one in found],
            tokens=[values.text(one.token) for one in found],
            in_text=[one.in_text for one in found],
            decided=[one.decided_at for one in found],
        )
        return int(noted[0]["noted"])

    def matched_tickets(self, since: datetime, most: int) -> list[int]:
        """The tickets on which machines were looked for, newest first."""
        found = self._rows("matched_tickets", since=since, most=most)
        return [row["ticket_id"] for row in found]

    def matched_rows(self, ticket_ids: Sequence[int]) -> list[MatchedRow]:
        """What was decided on these tickets, by ticket, oldest first."""
        found = self._rows("matched_rows", ticket_ids=list(ticket_ids))
        return [MatchedRow(**row) for row in found]

    def of_tickets(self, ticket_ids: Sequence[int]) -> list[Correction]:
        """What people corrected on these tickets."""
        found = self._rows("corrections_of", ticket_ids=list(ticket_ids))
        return [Correction(**row) for row in found]

    def figures(self, since: datetime) -> list[Counts]:
        """Attached, removed and missed, by pattern and ISO week (in UTC)."""
        return [Counts(**row) for row in self._rows("matching_figures", since=since)]

    def judged(self, since: datetime) -> list[PatternTickets]:
        """The patterns of which something was taken off, unless they rest already."""
        suspects = [row["pattern"] for row in self._rows("suspect_patterns", since=since)]
        if not suspects:
            return []
        found = self._rows("judge_patterns", since=since, patterns=suspects)
        return [PatternTickets(**row) for row in found]

    def pause(self, judged: PatternTickets) -> bool:
        """Let a pattern rest; False if it rests already, by another daemon's word."""
        return bool(
            self._rows(
                "pause_pattern",
                pattern=judged.pattern,
                tickets=judged.tickets,
                corrected=judged.corrected,
            )
        )

    def paused(self) -> list[Pause]:
        """The patterns that rest, the longest first."""
        return [Pause(**row) for row in self._rows("paused_patterns")]

    def resume(self, pattern: str, who: str) -> None:
        """Let a pattern attach again; it is judged anew, by what it does from now on.

        Raises:
            ConfigError: no such pattern rests.
        """
        if not self._rows("resume_pattern", pattern=pattern, who=values.text(who)):
            resting = ", ".join(repr(one.pattern) for one in self.paused()) or "none"
            raise ConfigError(
                f"No pattern {pattern!r} is paused.", f"Paused at present: {resting}."
            )

    def _rows(self, name: str, **params: object) -> list[dict[str, Any]]:
        given: Mapping[str, Any] = params
        return self._database.rows(sql(name), given)
