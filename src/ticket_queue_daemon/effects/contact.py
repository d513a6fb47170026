"""Add or remove a contact: set-like, seen by reading the ticket's contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight
from ticket_queue_daemon.tdx.errors import TdxNotFound

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
        there = _is_contact(sight.tdx, self.ticket_id, self.person_uid)
        return Look(Seen.THERE if there else Seen.NOT_THERE, {"person_uid": self.person_uid})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST."""
        tdx.tickets.add_contact(self.ticket_id, self.person_uid)
        return {"person_uid": self.person_uid}


@dataclass(frozen=True, slots=True)
class RemoveContactEffect(Effect):
    """A person who is no contact of the ticket any more; "there" means gone."""

    kind: ClassVar[str] = "remove_contact"

    person_uid: str
    name: str = ""

    def describe(self) -> str:
        """``remove contact Pat Doe``."""
        return f"remove contact {self.name or self.person_uid}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("contacts",)

    def look(self, sight: Sight) -> Look:
        """Read the contacts, all of them: who is not among them was removed."""
        gone = not _is_contact(sight.tdx, self.ticket_id, self.person_uid)
        return Look(Seen.THERE if gone else Seen.NOT_THERE, {"person_uid": self.person_uid})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One DELETE (fact sheet 10.11); a 404 for who is gone already is no refusal."""
        try:
            tdx.tickets.remove_contact(self.ticket_id, self.person_uid)
        except TdxNotFound:
            if _is_contact(tdx, self.ticket_id, self.person_uid):
                raise
            return {"person_uid": self.person_uid, "was_gone": True}
        return {"person_uid": self.person_uid}


def _is_contact(tdx: TdxClient, ticket_id: int, uid: str) -> bool:
    return any(
        (person.uid or "").casefold() == uid.casefold()
        for person in tdx.tickets.contacts(ticket_id)
    )
