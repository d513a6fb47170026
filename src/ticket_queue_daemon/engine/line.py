"""What the tickets of a run have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.share import Share
from ticket_queue_daemon.errors import TdxError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from uuid import UUID

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.effects.base import Doors
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.leases import LeaseKeeper
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class Limits:
    """The engine's numbers; each is a setting."""

    lease_seconds: float = 300.0
    retry_seconds: float = 60.0
    max_attempts: int = 5
    settle_seconds: tuple[float, ...] = (2.0, 5.0, 15.0)


class TdxAway(TdxError):  # noqa: N818  the name says the state
    """TDX as a whole does not answer: the run ends, and nothing counts as an attempt."""


@dataclass(slots=True)
class Line:
    """What every ticket's line needs; one for a run, shared by its workers."""

    tdx: TdxClient
    doors: Doors
    tracker: StateTracker
    clock: Clock
    queue: str
    run_id: UUID
    limits: Limits
    leases: LeaseKeeper
    observer: Observer
    actions: Sequence[BoundAction]
    stopping: Callable[[], bool]
    share: Share = field(default_factory=Share)

    def lets(self, bound: BoundAction) -> bool:
        """Whether an action may begin on one more ticket now; what was left behind may be out of hours."""
        return bound.acts_at(self.clock.now()) and self.share.take(bound)

    def waiting(self, ticket_id: int, wanted: Collection[str]) -> set[str]:
        """Those of the actions whose limit is reached; what is under way is finished all the same."""
        spent = {
            one.key.action_id
            for one in self.actions
            if one.key.action_id in wanted and self.share.is_spent(one)
        }
        return spent - self.tracker.under_way(ticket_id) if spent else spent

    def dependents(self, action_id: str) -> Sequence[str]:
        """The actions that wait on a ticket until this one is completed there."""
        return [one.key.action_id for one in self.actions if one.depends_on == action_id]
