"""What a run has to tell when it is over."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any
    from uuid import UUID

    from ticket_queue_daemon.effects.base import Effect
    from ticket_queue_daemon.store.rows import LookAgain


@dataclass(frozen=True, slots=True)
class PlanView:
    """One action's plan for one ticket, in words, as a dry run shows it.

    Attributes:
        outcome: the outcome word that it would have; "" if it waits for the next run.
        planned: the effects themselves.
        condition: the parts of the rule's condition that let it through; "" without a condition.
        details: what the action found, evidence among it.
        again: when it is looked at anew, if its rule turned the ticket away.
    """

    ticket_id: int
    title: str
    action_id: str
    effects: tuple[str, ...]
    summary: str
    reason: str
    outcome: str = ""
    planned: tuple[Effect, ...] = ()
    condition: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    again: LookAgain | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """The figures of one run.

    Attributes:
        queue: its name.
        found: tickets in the report.
        pending: tickets with work.
        executed, succeeded, failed, skipped, held: (ticket, action) pairs carried out, by
            outcome; ``held`` is ``needs_review``.
        seconds: how long it took.
        calls: requests that were sent to TDX, by verb and route.
        refused: answers 429 among them.
        waited: seconds that calls waited for places under TDX's limits, of all workers together.
        notes: what was noticed on the way and does not stop the run.
        plans: a dry run's plans.
        tickets: those in the report, in its order.
        stopped: why the run ended early; "" if it did not.
        held_back: actions that met far more tickets than they ever do, and wait for a person.
    """

    run_id: UUID
    dry_run: bool
    found: int = 0
    pending: int = 0
    executed: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    held: int = 0
    seconds: float = 0.0
    calls: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    waited: float = 0.0
    notes: tuple[str, ...] = ()
    plans: tuple[PlanView, ...] = ()
    tickets: tuple[int, ...] = ()
    stopped: str = ""
    queue: str = ""
    held_back: tuple[str, ...] = ()

    @property
    def api_calls(self) -> int:
        """Requests that were sent to TDX."""
        return sum(self.calls.values())


@dataclass(frozen=True, slots=True)
class BaselineReport:
    """What a baseline did: tickets in the report, rows newly marked as done."""

    tickets: int
    rows: int


OUTCOMES = {
    "completed": "succeeded",
    "failed": "failed",
    "skipped": "skipped",
    "needs_review": "held",
}
"""The outcome words of the state, and what the report calls their counts."""


@dataclass(slots=True)
class Tally:
    """Counts outcomes as the workers report them."""

    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, outcomes: Iterable[str]) -> None:
        """The outcome words of one ticket."""
        with self._lock:
            self.counts.update(outcomes)

    def figures(self) -> dict[str, int]:
        """The counts under the report's names; only pairs that came to an outcome count."""
        figures = {name: self.counts[word] for word, name in OUTCOMES.items()}
        return {"executed": sum(figures.values()), **figures}
