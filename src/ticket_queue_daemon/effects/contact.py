"""Add a contact: set-like, seen by reading the ticket's contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class ContactEffect(Effect):
    """A person among the ticket's contacts."""

    kind: ClassVar[str] = "contact"

    person_uid: str
    name: str = ""

    def describe(self) -> str:
        """``add contact Pat Doe``."""
        return f"add contact {self.name or self.person_uid}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("contacts",)

    def look(self, sight: Sight) -> Look:
        """Read the contacts and compare UIDs, whatever their case."""
        uid = self.person_uid.casefold()
        contacts = sight.tdx.tickets.contacts(self.ticket_id)
        there = any((person.uid or "").casefold() == uid for person in contacts)
        return Look(Seen.THERE if there else Seen.NOT_THERE, {"person_uid": self.person_uid})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST."""
        tdx.tickets.add_contact(self.ticket_id, self.person_uid)
        return {"person_uid": self.person_uid}
