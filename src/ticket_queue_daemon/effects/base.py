"""An effect: one write to TDX (or a post to another system), and beside it the way to see that it was made.

TDX has no idempotency keys, so ``do`` alone could only promise "at least once". ``look`` is what
makes it exactly once: after a lost answer the engine looks before it sends again.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ticket_queue_daemon.outside.post import Outside
    from ticket_queue_daemon.tdx.client import TdxClient


class Seen(enum.Enum):
    """What a look at TDX tells of an effect."""

    THERE = "there"
    NOT_THERE = "not there"
    SUPERSEDED = "superseded"
    """Somebody has changed the value since the plan was made; it is theirs now."""
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Look:
    """The answer of :meth:`Effect.look`: what was seen, and by what."""

    seen: Seen
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look may go by.

    Attributes:
        tdx: the client to look with.
        not_before: when the effect was first sent, in TDX's clock; None when it never was.
        foreign_entry_ids: feed entries of this ticket that are known to be other effects of ours.
        foreign_task_ids: such tasks; asked for only where something is recalled.
    """

    tdx: TdxClient
    not_before: datetime | None = None
    foreign_entry_ids: frozenset[int] = frozenset()
    foreign_task_ids: frozenset[int] = frozenset()


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Doors:
    """By which an effect may leave.

    Attributes:
        tdx: the client, which asks ``before`` by itself.
        outside: what is not TDX.
        before: to be called right before a send leaves; what it raises stops the send.
    """

    tdx: TdxClient
    outside: Outside
    before: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Effect(ABC):
    """One write on one ticket, as values that can be stored and read back.

    Every subclass is a frozen dataclass whose fields are plain JSON.
    """

    kind: ClassVar[str]
    repeatable: ClassVar[bool] = False
    """True if TDX itself makes a second send harmless (adding a tag that is there)."""
    look_first: ClassVar[bool] = False
    """True if even the first send needs a look, since the value may have moved since the plan."""
    can_be_seen: ClassVar[bool] = True
    """False if no look will ever tell, so that there is nothing to wait for."""

    ticket_id: int

    @property
    def needs_look(self) -> bool:
        """Whether this one needs a look before its first send; see :attr:`look_first`."""
        return self.look_first

    @property
    def needs_allowed(self) -> frozenset[str]:
        """The kinds that must be allowed before it may be sent: all that it changes."""
        return frozenset({self.kind})

    @abstractmethod
    def describe(self) -> str:
        """In a few words, as in "attach asset IC-EHLB760-F16"."""

    def stale_reads(self) -> tuple[str, ...]:
        """What was read of the ticket in this run and is stale once this was sent."""
        return ("ticket",)

    @abstractmethod
    def look(self, sight: Sight) -> Look:
        """Ask TDX whether the effect is there.

        Raises:
            TdxError: the look did not succeed, so it tells nothing.
        """

    def recall(self, sight: Sight) -> Look:
        """Ask TDX whether it is there from a time that the log has lost, sent by another row of it.

        Asked before a first send, after a restore. Set-like effects need no recalling: they are planned
        from what is on the ticket, and a second one changes nothing.

        Raises:
            TdxError: the look did not succeed, so it tells nothing.
        """
        del sight
        return Look(Seen.NOT_THERE)

    def send(self, doors: Doors) -> dict[str, Any]:
        """Send it, once, by the door that it needs: TDX, unless a kind says otherwise.

        Raises:
            TdxError, OutsideError: see :meth:`do`.
        """
        return self.do(doors.tdx)

    @abstractmethod
    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """Send it, once. Returns what is worth remembering of the answer, as JSON.

        Raises:
            TdxError: with its ``delivery``: whether it may have been applied all the same.
        """
