"""Tell which other open tickets there are of the same person, machines and lab."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import (
    ActionResult,
    BaseAction,
    Reevaluate,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.actions.ids import numbers
from ticket_queue_daemon.actions.labs import LAB_FORM_IDS, LAB_TYPE_IDS, labs_among
from ticket_queue_daemon.actions.rich_lines import cell, row, ticket_cell
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.tdx.models import Ticket
    from ticket_queue_daemon.tdx.names import NameBook

CATEGORIES = ("requestor", "assets", "lab")
OPEN_CLASSES = (1, 2, 5)
"""StatusClass New, InProcess, OnHold (fact sheet 15)."""
CLOSED_CLASSES = frozenset({3, 4})
MOST_RESULTS = 200
"""So many open tickets are no machine's or lab's: TDX did not understand what it was asked."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Found:
    """The other tickets of a category; ``whose`` says of whom or what."""

    whose: str
    tickets: Sequence[Ticket] = ()
    too_many: bool = False


class FindActiveTicketsAction(BaseAction):
    """Reports other open tickets in the summary; changes nothing on the ticket itself.

    A ticket stands in the first category that it belongs to, the last changed first. A rich summary
    (``SummaryCommentAction(is_rich_html=True)``) shows tables with links, a plain one shows lines.
    Place it after ``AddAssetAction`` and ``AddLabAction``. One search for each category at most.

    Args:
        by: the categories, in order: of requestor, assets and lab.
        status_ids: ticket statuses that count as open, by number or name; none given: the classes decide.
        status_class_ids: status classes that count as open, unless ``status_ids`` are given.
        most_per_category: list no more than this of one category; how many there are is said.
        lab_type_ids: configuration item types that are a lab.
        lab_form_ids: forms that are a lab's.
        version: raise it to report again on every ticket.
        reevaluate: ``on_update``: look again at a ticket that was skipped, once it has changed.
    """

    asks_for = frozenset[str]()

    def __init__(
        self,
        by: Iterable[str] = CATEGORIES,
        status_ids: Iterable[int | str] = (),
        status_class_ids: Iterable[int] = OPEN_CLASSES,
        most_per_category: int = 5,
        lab_type_ids: Iterable[int] = LAB_TYPE_IDS,
        lab_form_ids: Iterable[int] = LAB_FORM_IDS,
        version: str = "v1",
        reevaluate: Reevaluate = "never",
    ) -> None:
        super().__init__(version=version)
        self.by = list(dict.fromkeys(by))
        self.status_ids: list[int | str] = list(status_ids)
        self.status_class_ids = sorted(set(status_class_ids))
        self.most_per_category = most_per_category
        self.lab_type_ids = sorted(set(lab_type_ids))
        self.lab_form_ids = sorted(set(lab_form_ids))
        self.reevaluate = reevaluate
        if not self.by or set(self.by) - set(CATEGORIES):
            raise ConfigError(
                f"FindActiveTicketsAction: by is {self.by}.",
                f"Name one or more of {', '.join(CATEGORIES)}.",
            )
        if most_per_category < 1 or not (self.status_ids or self.status_class_ids):
            raise ConfigError(
                "FindActiveTicketsAction would report nothing, or everything.",
                "most_per_category is 1 or more; status_ids or status_class_ids say what is open.",
            )

    def get_action_type(self) -> str:
        """``find_active_tickets``."""
        return "find_active_tickets"

    def get_action_config(self) -> dict[str, Any]:
        """All options."""
        return {
            "by": self.by,
            "status_ids": self._statuses(),
            "status_class_ids": self.status_class_ids,
            "most_per_category": self.most_per_category,
            "lab_type_ids": self.lab_type_ids,
            "lab_form_ids": self.lab_form_ids,
        }

    def _statuses(self) -> list[int]:
        return numbers(self.status_ids, "FindActiveTicketsAction: status_ids")

    def resolve(self, names: NameBook) -> None:
        """The statuses by their names."""
        where = "FindActiveTicketsAction: status_ids"
        self.status_ids = names.numbers("status", self.status_ids, where)

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """One search for each category; what an earlier one has told is left out."""
        del dry_run
        if facade.get_ticket(ticket_id).status_class in CLOSED_CLASSES:
            return skip("the ticket is closed; nobody needs to know of others")
        told, found = {ticket_id}, list[tuple[str, _Found]]()
        for category in self.by:
            one = self._find(category, ticket_id, facade)
            if one is not None:
                found.append((category, self._without(one, told)))
                told |= {ticket.id for ticket in one.tickets}
        lines = [line for _, one in found for line in self._lines(one, facade)]
        if not lines:
            return skip("no other open ticket of its requestor, machines or lab")
        details = {
            name: {"tickets": [ticket.id for ticket in one.tickets], "too_many": one.too_many}
            for name, one in found
        }
        number = sum(len(one.tickets) for _, one in found)
        return ActionResult(
            message=f"{number} other open ticket{'s' if number != 1 else ''}",
            summary="\n".join(["Other open tickets", *lines]),
            details=details,
        )

    def _find(self, category: str, ticket_id: int, facade: TicketFacade) -> _Found | None:
        """The open tickets of a category; None if the ticket has nothing of the kind."""
        if category == "requestor":
            ticket = facade.get_ticket(ticket_id)
            if ticket.requestor_uid is None:
                return None
            found = self._search(ticket_id, facade, requestor_uid=ticket.requestor_uid)
            name = ticket.requestor_name or "the requestor"
            return _Found(f"of {name}", found)
        items = facade.get_ticket_items(ticket_id)
        meant = labs_among(items, self.lab_type_ids, self.lab_form_ids)
        if category == "assets":
            meant = [item for item in items if item.asset_id is not None]
        if not meant:
            return None
        whose = "about " + ", ".join(item.name or str(item.id) for item in meant)
        found = self._search(ticket_id, facade, item_ids=[item.id for item in meant])
        if len(found) >= MOST_RESULTS:
            return _Found(whose, too_many=True)
        return _Found(whose, found)

    def _search(
        self,
        ticket_id: int,
        facade: TicketFacade,
        *,
        requestor_uid: str = "",
        item_ids: Sequence[int] = (),
    ) -> Sequence[Ticket]:
        return facade.search_tickets(
            ticket_id,
            requestor_uid=requestor_uid,
            item_ids=item_ids,
            status_ids=self._statuses(),
            status_class_ids=() if self.status_ids else self.status_class_ids,
            max_results=MOST_RESULTS,
        )

    def _without(self, found: _Found, told: set[int]) -> _Found:
        """Without what was told, each ticket once, the last changed first."""
        others = {ticket.id: ticket for ticket in found.tickets if ticket.id not in told}
        newest = sorted(
            others.values(), key=lambda one: (one.modified_date or _LONG_AGO, one.id), reverse=True
        )
        return _Found(found.whose, newest, found.too_many)

    def _lines(self, found: _Found, facade: TicketFacade) -> list[str]:
        whose = cell(found.whose)
        if found.too_many:
            return [f"{whose}: {MOST_RESULTS} or more by TDX's answer, so none is listed"]
        if not found.tickets:
            return []
        shown = found.tickets[: self.most_per_category]
        many = f"{len(found.tickets)}"
        if len(shown) < len(found.tickets):
            many = f"{len(found.tickets)}, the last {len(shown)} that changed"
        rows = [
            row(
                ticket_cell(ticket.id, facade.ticket_link(ticket.id)),
                ticket.title,
                ticket.status_name or "",
                f"{ticket.modified_date:%Y-%m-%d}" if ticket.modified_date else "",
            )
            for ticket in shown
        ]
        return [f"{whose}: {many}", row("Ticket", "Title", "Status", "Last changed"), *rows]
