"""What the tickets of a run have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ticket_queue_daemon.engine.share import Share
from ticket_queue_daemon.errors import TdxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.effects.base import Doors
    from ticket_queue_daemon.engine.expected import Expected
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.leases import LeaseKeeper
    from ticket_queue_daemon.engine.plan import Plan
    from ticket_queue_daemon.engine.planning import Declined, Unsuccessful
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.rows import Claim
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient

    Made: TypeAlias = Plan | Declined | Unsuccessful


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

    def tells(self, ticket_id: int, bound: BoundAction) -> bool:
        """Whether a summary is to be posted on a ticket in this run, if it has anything to tell."""
        if not bound.key.summarises:
            return False
        return self.expected is None or self.expected.names(ticket_id, bound.key.action_id)
