"""What is watched, and what is done there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.rules.facts import QueueFact
from ticket_queue_daemon.tdx.source import tickets_of_report, tickets_of_search

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.store.rows import ActionKey
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.reportrows import TicketIds


@dataclass(frozen=True, slots=True)
class Queue:
    """A watched report or saved search with its ordered actions.

    Attributes:
        number: the id of the report or of the search.
        is_search: which of the two it is.
        label: what it was named; "" for its usual name.
    """

    number: int
    actions: Sequence[BoundAction]
    is_search: bool = False
    label: str = ""
    id_column: str | None = None
    max_new_tickets: int = 50
    anomaly_factor: float = 0.0
    bots: Collection[str] = ()
    recorded: bool = False

    @property
    def name(self) -> str:
        """What it was named, else ``report:1344`` or ``search:88``."""
        return self.label or f"{'search' if self.is_search else 'report'}:{self.number}"

    @property
    def source(self) -> str:
        """What is watched, in words."""
        return f"{'Saved search' if self.is_search else 'Report'} {self.number}"

    @property
    def fact(self) -> QueueFact:
        """As conditions see it."""
        return QueueFact(self.name, self.number)

    @property
    def keys(self) -> list[ActionKey]:
        """The actions as the tracker knows them."""
        return [bound.key for bound in self.actions]

    @property
    def reads_rows(self) -> bool:
        """Whether the report's columns are needed: for a condition, or to be recorded."""
        conditions = [bound.rule.when for bound in self.actions]
        asked = any(when is not None and "row" in when.needs for when in conditions)
        return asked or self.recorded

    def acting(self, now: datetime) -> list[ActionKey]:
        """Those whose schedule is open."""
        return [bound.key for bound in self.actions if bound.acts_at(now)]

    def tickets(self, client: TdxClient) -> TicketIds:
        """What it holds now.

        Raises:
            ReportError: it can't be read as a list of tickets; nothing is to be concluded.
            TdxError: TDX is away.
        """
        if self.is_search:
            return tickets_of_search(client, self.number)
        return tickets_of_report(client, self.number, self.id_column, with_rows=self.reads_rows)
