"""What is watched, and what is done there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.store.rows import ActionKey


@dataclass(frozen=True, slots=True)
class Queue:
    """A watched report with its ordered actions."""

    report_id: int
    actions: Sequence[BoundAction]
    label: str = ""
    id_column: str | None = None
    max_new_tickets: int = 50
    bots: Collection[str] = ()

    @property
    def name(self) -> str:
        """What it was named, else ``report:1344``."""
        return self.label or f"report:{self.report_id}"

    @property
    def keys(self) -> list[ActionKey]:
        """The actions as the tracker knows them."""
        return [bound.key for bound in self.actions]

    @property
    def reads_rows(self) -> bool:
        """Whether any condition asks for the report's columns."""
        conditions = [bound.rule.when for bound in self.actions]
        return any(when is not None and "row" in when.needs for when in conditions)

    def acting(self, now: datetime) -> list[ActionKey]:
        """Those whose schedule is open."""
        return [bound.key for bound in self.actions if bound.acts_at(now)]
