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
    from ticket_queue_daemon.engine.expected import Expected, Made
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.leases import LeaseKeeper
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.recovery import Lost
    from ticket_queue_daemon.store.rows import Claim
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
    """What every ticket's line needs; one for a run, shared by its workers.

    Attributes:
        expected: what the run is for; None: for all that is pending.
    """

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
    expected: Expected | None = None
    lost: Lost | None = None

    def __post_init__(self) -> None:
        if self.expected is not None:
            # Limits were held when the plan was made.
            self.share = Share(everyone=True)

    def hold(
        self, claim: Claim, bound: BoundAction | None, made: Made, *, stored: bool = False
    ) -> None:
        """See that a plan is what is expected of the run, if anything is.

        Raises:
            PlanChanged: it is something else.
        """
        if self.expected is not None:
            self.expected.hold(claim, bound, made, stored=stored)

    def settle(self, claim: Claim, bound: BoundAction, made: Made) -> Made:
        """What was planned, held against what is expected of the run, if anything is.

        Raises:
            PlanChanged: it is something else.
        """
        if self.expected is not None:
            made = self.expected.left_out(claim, bound, made)
            self.expected.hold(claim, bound, made)
        return made

    def tells(self, ticket_id: int, bound: BoundAction) -> bool:
        """Whether a summary is to be posted on a ticket in this run, if it has anything to tell."""
        if not bound.key.summarises:
            return False
        return self.expected is None or self.expected.names(ticket_id, bound.key.action_id)

    def bound(self, action_id: str) -> BoundAction | None:
        """A configured action by its id; None: it is not configured any more."""
        return next((one for one in self.actions if one.key.action_id == action_id), None)

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
