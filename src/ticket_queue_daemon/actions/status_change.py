"""Move the ticket to another status."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.ids import number
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.members import written_date

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.names import NameBook


class StatusChangeAction(BaseAction):
    """Moves the ticket to a status, only from the status that it had when this was planned.

    With a comment it is one feed entry that carries the status; without one it is a change of the
    ticket itself, which alone can carry a date.

    Args:
        new_status_id: the status, by number or by name.
        comment: what to say with it; "" says nothing.
        is_private: only technicians see the comment.
        goes_off_hold_date: when the ticket comes off hold, for a status that requires it; not with
            a comment.
        goes_off_hold_days: the same, in days from now; 0 for no date.
        template: the comment is a template.
        version: raise it to do it again.
    """

    def __init__(
        self,
        new_status_id: int | str,
        comment: str = "",
        is_private: bool = False,
        goes_off_hold_date: str = "",
        goes_off_hold_days: int = 0,
        template: bool = False,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if not new_status_id:
            raise ConfigError("StatusChangeAction has no new_status_id.", "Name a status.")
        self.new_status_id = new_status_id
        self.asks_for = frozenset({"patch_ticket", *(["feed_entry"] if comment else [])})
        self.comment = Wording(comment, template=template, where="StatusChangeAction: comment")
        self.is_private = is_private
        self.template = template
        self.goes_off_hold_days = goes_off_hold_days
        if goes_off_hold_days < 0:
            raise ConfigError(
                f"StatusChangeAction: goes_off_hold_days is {goes_off_hold_days}.", "Count forward."
            )
        try:
            self.goes_off_hold_date = written_date(goes_off_hold_date) if goes_off_hold_date else ""
        except ValueError as error:
            raise ConfigError(
                f"StatusChangeAction: goes_off_hold_date: {error}.", "Write it as 2026-12-31."
            ) from error
        if comment and (goes_off_hold_date or goes_off_hold_days):
            # Two effects would be two fates: the comment might stand there without the status.
            raise ConfigError(
                "StatusChangeAction: TDX takes no goes-off-hold date together with a comment.",
                "Leave the comment to a CommentAction.",
            )

    def get_action_type(self) -> str:
        """``status_change``."""
        return "status_change"

    def get_action_config(self) -> dict[str, Any]:
        """The status as in the seed; every other option only when it was chosen."""
        more = {
            "comment": self.comment.text,
            "is_private": self.is_private,
            "goes_off_hold_date": self.goes_off_hold_date,
            "goes_off_hold_days": self.goes_off_hold_days,
            "template": self.template,
        }
        status = number(self.new_status_id, "StatusChangeAction: new_status_id")
        return {"new_status_id": status, **{name: one for name, one in more.items() if one}}

    def resolve(self, names: NameBook) -> None:
        """The status by its name."""
        where = "StatusChangeAction: new_status_id"
        self.new_status_id = names.number("status", self.new_status_id, where)

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Ask for the change."""
        del dry_run
        ticket, status_id = facade.get_ticket(ticket_id), number(self.new_status_id, "")
        if ticket.status_id == status_id:
            return skip(f"the ticket has the status {ticket.status_name or status_id} already")
        text = self.comment.fill(ticket_id, facade)
        date = self._date(facade)
        dated = {"GoesOffHoldDate": date} if date else {}
        facade.update_ticket(ticket_id, {"StatusID": status_id, **dated})
        if text.strip():
            # The engine makes one feed entry of both.
            facade.add_comment(ticket_id, text, is_private=self.is_private)
        name = facade.directory().name_of("status", status_id)
        return ActionResult(
            message=f"status {ticket.status_name or ticket.status_id} -> {name}",
            summary=f"Changed status to {name}",
            details={"from": ticket.status_id, "to": status_id},
        )

    def _date(self, facade: TicketFacade) -> str:
        if not self.goes_off_hold_days:
            return self.goes_off_hold_date
        day = facade.directory().now() + timedelta(days=self.goes_off_hold_days)
        return written_date(day.isoformat(timespec="seconds"))
