"""Change members of the ticket: set-like, and only from the values it was planned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight
from ticket_queue_daemon.tdx.members import comparable, member_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class PatchTicketEffect(Effect):
    """Members set to values, by PATCH.

    Attributes:
        changes: member name (or ``attributes/{id}``) to its new value.
        expected: the values at planning time; a ticket that has others by now is left alone.
        notify_new_responsible: TDX mails whoever becomes responsible.
    """

    kind: ClassVar[str] = "patch_ticket"
    look_first: ClassVar[bool] = True

    changes: Mapping[str, Any]
    expected: Mapping[str, Any]
    notify_new_responsible: bool = False

    def describe(self) -> str:
        """``set StatusID to 117 (was 115)``."""
        return "set " + ", ".join(
            f"{member} to {value!r} (was {self.expected.get(member)!r})"
            for member, value in self.changes.items()
        )

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("ticket", "feed")

    def look(self, sight: Sight) -> Look:
        """Read the ticket and compare.

        All members new: there. All as they were: not there. Anything else is a person's doing
        since the plan was made, and is not undone.
        """
        ticket = sight.tdx.tickets.get(self.ticket_id)
        now = {one: comparable(member_value(ticket, one), one) for one in self.changes}
        wanted = {one: comparable(value, one) for one, value in self.changes.items()}
        if now == wanted:
            return Look(Seen.THERE, {"values": now})
        if now == {one: comparable(self.expected.get(one), one) for one in self.changes}:
            return Look(Seen.NOT_THERE, {"values": now})
        return Look(Seen.SUPERSEDED, {"values": now})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One PATCH of just these members."""
        tdx.tickets.patch(
            self.ticket_id,
            dict(self.changes),
            notify_new_responsible=self.notify_new_responsible,
        )
        return {"changes": dict(self.changes)}
