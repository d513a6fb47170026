"""What happened, as frozen values, and the protocol of whoever wants to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

Level: TypeAlias = Literal["debug", "info", "warning", "error"]

STOPPED_ON_REQUEST = "stopped on request"
"""What a run that a person stopped says in ``stopped``."""
STOPPED_BY_CAP = "the cap on effects in an hour is reached"
"""How ``stopped`` begins when the cap ended the run; any other word there is the breaker's."""


@dataclass(frozen=True)
class RunStarted:
    """One pass over a queue begins."""

    run_id: UUID
    queue: str
    dry_run: bool = False


@dataclass(frozen=True)
class ReportRead:
    """The report was read; ``notes`` say what was odd about it, in sentences."""

    found: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TicketsPending:
    """How many tickets have work in this run."""

    total: int


@dataclass(frozen=True)
class TicketStarted:
    """A worker took up a ticket."""

    ticket_id: int


@dataclass(frozen=True)
class ActionFinished:
    """One action on one ticket ended.

    ``outcome`` is ``completed``, ``failed``, ``skipped``, ``needs_review`` or ``lease_lost``;
    ``message`` is a sentence for people. ``final`` tells a failure that is not tried again by
    itself. ``reason`` is the message without what the change holds (a comment's words, a name), for
    whoever tells it outside; "" where the message holds none of that.
    """

    ticket_id: int
    action_id: str
    outcome: str
    message: str = ""
    seconds: float = 0.0
    final: bool = False
    reason: str = ""


@dataclass(frozen=True)
class EffectSettled:
    """One effect's answer is on record.

    ``answer`` is ``applied``, ``already_there`` (seen by a look), ``refused`` (not applied, ever),
    ``postponed`` (not applied, later) or ``in_doubt`` (to be settled by a look, which is told too).
    """

    ticket_id: int
    kind: str
    answer: str


@dataclass(frozen=True)
class CallEnded:
    """One try of a call to TDX ended.

    ``route`` is a template such as ``tickets/{id}/feed``. ``status`` None: no answer came; then
    ``sent`` tells whether the request may have reached TDX. ``seconds`` does not count the wait for
    a place under TDX's limits.
    """

    verb: str
    route: str
    status: int | None
    sent: bool
    seconds: float


@dataclass(frozen=True)
class TicketFinished:
    """A worker is done with a ticket for this run."""

    ticket_id: int


class RunFigures(Protocol):
    """What observers may read of a run's report; the engine's ``RunReport`` has all of it."""

    @property
    def run_id(self) -> UUID: ...  # noqa: D102  the engine's report says what each of them means
    @property
    def dry_run(self) -> bool: ...  # noqa: D102
    @property
    def found(self) -> int: ...  # noqa: D102
    @property
    def pending(self) -> int: ...  # noqa: D102
    @property
    def executed(self) -> int: ...  # noqa: D102
    @property
    def succeeded(self) -> int: ...  # noqa: D102
    @property
    def failed(self) -> int: ...  # noqa: D102
    @property
    def skipped(self) -> int: ...  # noqa: D102
    @property
    def held(self) -> int: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def api_calls(self) -> int: ...  # noqa: D102
    @property
    def calls(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def refused(self) -> int: ...  # noqa: D102
    @property
    def waited(self) -> float: ...  # noqa: D102
    @property
    def stopped(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class RunFinished:
    """One pass over a queue ended; for one that an error ended it is :class:`RunFailed`."""

    report: RunFigures


@dataclass(frozen=True)
class RunFailed:
    """An error ended a pass, or kept it from beginning; the error is raised as well."""

    queue: str
    error: Exception


@dataclass(frozen=True)
class ActionHeldBack:
    """An action met far more tickets than it ever does, and waits for a person; told once."""

    action_id: str
    tickets: int
    reason: str


@dataclass(frozen=True)
class Note:
    """Something worth saying that belongs to no single action."""

    level: Level
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Trouble(Note):
    """What concerns everything has begun: no pass comes through; said once, not at each pass."""


class TroubleOver(Note):
    """The first pass after a trouble has come through."""


class Paused(Note):
    """A pass that did nothing, since a person has paused the queue."""


class RulesRejected(Note):
    """Changed rules can't be used; the old ones stay in force. Said once for each change."""


class RulesMended(Note):
    """After some that were rejected, rules were taken over."""


class StandingBy(Note):
    """A standby has begun to wait for the lead."""


@dataclass(frozen=True)
class PassFailed:
    """An error ended a daemon's pass; sent for each, unlike ``Trouble``. ``error`` is its kind."""

    error: str


@dataclass(frozen=True)
class Waiting:
    """A pass of a daemon is over. ``missed``: passes left out, since it outlasted its interval."""

    until: datetime
    missed: int = 0


Event: TypeAlias = (
    RunStarted
    | ReportRead
    | TicketsPending
    | TicketStarted
    | ActionFinished
    | EffectSettled
    | CallEnded
    | TicketFinished
    | RunFinished
    | RunFailed
    | PassFailed
    | Waiting
    | ActionHeldBack
    | Note
)


class Observer(Protocol):
    """Whoever wants to know. Called from any worker's thread; should return soon."""

    def on_event(self, event: Event) -> None:
        """Take notice of one event."""
        ...
