"""Labs, as actions speak of them: configuration items of certain types or forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ticket_queue_daemon.tdx.models import TicketItem

# The original daemon asked for form 3830 in one place and type 10132 in another, and its newer
# settings say 3918 and 10014 (fact sheet 17.5 #7): whatever is any of them is a lab.
LAB_TYPE_IDS = (10014, 10132)
LAB_FORM_IDS = (3830, 3918)


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab, by the id of its configuration item."""

    id: int
    name: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or f"configuration item {self.id}"


@dataclass(frozen=True, slots=True)
class LabRecords:
    """What the data hub says of a ticket's labs; None: there is no such view, or no right to read it.

    Attributes:
        of_computers: the labs of the machines on the ticket.
        of_requestor: the labs that its requestor belongs to.
    """

    of_computers: tuple[Lab, ...] | None = None
    of_requestor: tuple[Lab, ...] | None = None


def labs_among(
    items: Iterable[TicketItem], type_ids: Collection[int], form_ids: Collection[int]
) -> list[TicketItem]:
    """Those of a ticket's items that are labs."""
    return [
        item
        for item in items
        if item.asset_id is None and (item.type_id in type_ids or item.form_id in form_ids)
    ]
