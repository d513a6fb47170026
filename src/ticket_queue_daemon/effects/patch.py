"""Change members of the ticket: set-like, and only from the values it was planned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.models import Ticket


def member_value(ticket: Ticket, member: str) -> Any:
    """The value, as TDX gives it, for a PATCH path such as ``StatusID`` or ``attributes/1234``."""
    word, _, attribute_id = member.strip("/").partition("/")
    if word.casefold() == "attributes" and attribute_id:
        for attribute in ticket.raw().get("Attributes") or ():
            if str(attribute.get("ID")) == attribute_id:
                return attribute.get("Value")
        return None
    for name, value in ticket.raw().items():
        if name.casefold() == word.casefold():
            return value
    return None


def _comparable(value: Any) -> Any:
    """One form for what TDX writes in several.

    Ids come as int or text, guids in either case, and "unset" in many words (fact sheet 6): None.
    """
    if isinstance(value, bool) or value is None:
        return value
    text = str(value).strip().casefold()
    unset = {"", "none", "0", "0.0", "00000000-0000-0000-0000-000000000000"}
    if text in unset or text.startswith("0001-01-01"):
        return None
    return text.removesuffix(".0")


@dataclass(frozen=True, slots=True)
class PatchTicketEffect(Effect):
    """Members set to values, by PATCH.

    Attributes:
        changes: member name (or ``attributes/{id}``) to its new value.
        expected: the values at planning time; a ticket that has others by now is left alone.
    """

    kind: ClassVar[str] = "patch_ticket"
    look_first: ClassVar[bool] = True

    changes: Mapping[str, Any]
    expected: Mapping[str, Any]

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
        now = {member: _comparable(member_value(ticket, member)) for member in self.changes}
        wanted = {member: _comparable(value) for member, value in self.changes.items()}
        if now == wanted:
            return Look(Seen.THERE, {"values": now})
        if now == {member: _comparable(self.expected.get(member)) for member in self.changes}:
            return Look(Seen.NOT_THERE, {"values": now})
        return Look(Seen.SUPERSEDED, {"values": now})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One PATCH of just these members."""
        tdx.tickets.patch(self.ticket_id, dict(self.changes))
        return {"changes": dict(self.changes)}
