"""How many tickets an action meets anew in a run as a rule, and what is held back for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store import values

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.store.session import Session

RUNS_KEPT = 50
"""As many runs of each action are remembered, the last ones in which it met a ticket anew."""


@dataclass(frozen=True, slots=True)
class PastRuns:
    """An action's last runs.

    Attributes:
        counts: tickets that each met anew, the newest first; at most ``RUNS_KEPT``.
        released_for: a person has released it for so many since; None: nobody has.
    """

    action_id: str
    counts: Sequence[int]
    released_for: int | None


@dataclass(frozen=True, slots=True)
class HeldAction:
    """An action that is held back in a queue.

    Attributes:
        tickets: that it would have met anew.
        usual: the middle one of its last ``runs`` runs.
        most: up to here it would not have been held.
    """

    queue: str
    action_id: str
    tickets: int
    usual: float
    most: float
    runs: int
    held_at: datetime


class Anomalies:
    """The books on sizes. Every method is one statement, and raises StoreError."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def past(self, queue: str, action_ids: Sequence[str]) -> list[PastRuns]:
        """The last runs of some actions, in any order."""
        given = {"queue": queue, "action_ids": list(action_ids), "runs": RUNS_KEPT}
        return [PastRuns(**row) for row in self._session.rows("action_counts", given)]

    def hold(
        self, queue: str, action_id: str, *, tickets: int, usual: float, most: float, runs: int
    ) -> bool:
        """Hold an action back; False if it was held already."""
        given = {
            "queue": queue,
            "action_id": action_id,
            "tickets": tickets,
            "usual": usual,
            "most": most,
            "runs": runs,
        }
        return bool(self._session.rows("hold_action", given)[0]["news"])

    def note(
        self,
        queue: str,
        run_id: UUID,
        counts: Mapping[str, int],
        *,
        configured: Sequence[str],
        held: Collection[str],
    ) -> list[str]:
        """A run is over: remember it; the actions that were held until now and are no more."""
        rows = self._session.rows(
            "note_counts",
            {
                "queue": queue,
                "run_id": run_id,
                "action_ids": list(counts),
                "tickets": list(counts.values()),
                "configured": list(configured),
                "held": list(held),
                "runs": RUNS_KEPT,
            },
        )
        return [row["action_id"] for row in rows]

    def release(self, action_id: str, who: str) -> list[HeldAction]:
        """Let an action be carried out on as many tickets as it was held for, in each queue.

        Raises:
            ConfigError: it is not held back.
        """
        given: dict[str, Any] = {"action_id": action_id, "who": values.text(who)}
        released = [HeldAction(**row) for row in self._session.rows("release_action", given)]
        if not released:
            held = ", ".join(row["action_id"] for row in self._session.rows("held_actions"))
            raise ConfigError(
                f"{action_id} is not held back.", f"Held back at present: {held or 'none'}."
            )
        return released
