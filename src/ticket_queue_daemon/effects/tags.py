"""Add or remove tags: set-like, not readable, and harmless to send again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class TagsEffect(Effect):
    """Tags on the ticket, added or removed in one call."""

    kind: ClassVar[str] = "tags"
    repeatable: ClassVar[bool] = True

    tags: tuple[str, ...]
    remove: bool = False

    def describe(self) -> str:
        """``add tags urgent, vip``."""
        return f"{'remove' if self.remove else 'add'} tags {', '.join(self.tags)}"

    def look(self, sight: Sight) -> Look:
        """Tags can't be read through the API since July 2025 (fact sheet 10.11).

        A repeated send answers 304 and changes nothing, so nothing is lost by not knowing.
        """
        del sight
        return Look(Seen.CANNOT_TELL, {"why": "tags can't be read"})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST or DELETE; 304 means that it was so already."""
        send = tdx.tickets.remove_tags if self.remove else tdx.tickets.add_tags
        send(self.ticket_id, list(self.tags))
        return {"tags": list(self.tags)}
