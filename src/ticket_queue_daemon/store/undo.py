"""What can be taken back, and that it is not done again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ticket_queue_daemon.store import values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.store.session import Session

UNDO = "undo"
"""The action type of what takes something back."""
SHORTEST_PREFIX = 4
"""As many letters of a run's id must be given."""
_HEX = 32


@dataclass(frozen=True, slots=True)
class Undoable:
    """An action that changed a ticket.

    Attributes:
        occurrence: the last one; those before it left no plan.
        undone: who took it back and when, as JSON; None: nobody.
    """

    log_id: UUID
    ticket_id: int
    action_id: str
    status: str
    occurrence: int
    queue: str | None
    run_id: UUID | None
    executed_at: datetime | None
    undone: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class UndoRow:
    """How an undo stands; see the columns of ``meta.daemon_action_log``."""

    ticket_id: int
    action_id: str
    status: str
    metadata: Mapping[str, Any]
    error_message: str | None
    next_attempt_at: datetime | None
    lease_until: datetime | None
    plan: Mapping[str, Any] | None


class Undo:
    """What there is to take back. Every method is one statement, and raises StoreError."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_runs(self, prefix: str) -> list[Undoable]:
        """What runs did whose id begins so, by ticket, newest first; nothing if it is no such text."""
        letters = prefix.strip().lower().replace("-", "")
        if not SHORTEST_PREFIX <= len(letters) <= _HEX or set(letters) - set("0123456789abcdef"):
            return []
        lowest, highest = UUID(letters.ljust(_HEX, "0")), UUID(letters.ljust(_HEX, "f"))
        found = self._session.rows("undo_of_run", {"lowest": lowest, "highest": highest})
        return [Undoable(**row) for row in found]

    def of_ticket(self, ticket_id: int) -> list[Undoable]:
        """What was done to a ticket, newest first."""
        found = self._session.rows("undo_of_ticket", {"ticket_id": ticket_id})
        return [Undoable(**row) for row in found]

    def undos(self, ticket_ids: Sequence[int]) -> list[UndoRow]:
        """The undos of these tickets, by ticket."""
        found = self._session.rows("undos_of_tickets", {"ticket_ids": list(ticket_ids)})
        return [UndoRow(**row) for row in found]

    def stop(self, log_id: UUID, occurrence: int, who: str, why: str) -> bool:
        """See that an action is not done again by itself; False if it is so already, or is at work."""
        given = {
            "log_id": log_id,
            "occurrence": occurrence,
            "who": values.text(who),
            "why": values.text(why),
        }
        return bool(self._session.rows("stop_undone", given))
