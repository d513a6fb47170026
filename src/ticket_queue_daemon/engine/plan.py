"""A plan: the ordered effects that an action decided on for one ticket, as it is stored.

The stored form is JSON on the claimed row. ``effects[n].state`` goes ``planned`` → ``sent`` →
``applied`` | ``already_there`` | ``refused``; the tracker writes it, in the database, one effect
at a time. ``told`` lists the effects that an earlier outcome told people of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.effects.codec import UnknownEffect, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.effects.base import Effect

FORMAT = 1
DONE_STATES = frozenset({"applied", "already_there"})
"""The effect is on the ticket."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and what to say when it is done.

    Attributes:
        effects: in order.
        message: the action's sentence for the log.
        summary: the action's line for people, true if every effect is applied.
        details: the action's details, kept in ``metadata``.
        lines: ids of the summary lines that this plan tells; for a summary only.
        on_unknown: what to do with an effect that can't be looked up.
    """

    effects: tuple[Effect, ...] = ()
    message: str = ""
    summary: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
    on_unknown: str = "verify"

    def stored(self) -> dict[str, Any]:
        """As JSON, every effect in state ``planned``."""
        return {
            "format": FORMAT,
            "effects": [{**encode(effect), "state": "planned"} for effect in self.effects],
            "message": self.message,
            "summary": list(self.summary),
            "details": dict(self.details),
            "lines": list(self.lines),
            "on_unknown": self.on_unknown,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Plan:
        """From JSON.

        Raises:
            UnknownEffect: it was stored by a version that knew more.
        """
        if stored.get("format") != FORMAT:
            raise UnknownEffect(
                f"A stored plan has format {stored.get('format')!r}; this version reads {FORMAT}.",
                "Run the version that stored it until it is done, then upgrade again.",
            )
        return cls(
            effects=tuple(decode(effect) for effect in stored.get("effects", ())),
            message=str(stored.get("message", "")),
            summary=tuple(stored.get("summary", ())),
            details=dict(stored.get("details", {})),
            lines=tuple(stored.get("lines", ())),
            on_unknown=str(stored.get("on_unknown", "verify")),
        )


def states(stored: Mapping[str, Any] | None) -> Sequence[str]:
    """The state of each effect of a stored plan, in order."""
    return [str(effect.get("state")) for effect in (stored or {}).get("effects", ())]


def is_under_way(stored: Mapping[str, Any] | None) -> bool:
    """Whether anything of a stored plan was sent: then it is finished, never made anew."""
    return any(state == "sent" or state in DONE_STATES for state in states(stored))
