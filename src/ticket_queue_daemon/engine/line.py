"""What the tickets of a run have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.share import Share
from ticket_queue_daemon.errors import TdxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.effects.base import Doors
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.leases import LeaseKeeper
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.recovery import Lost
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
    lost: Lost | None = None
