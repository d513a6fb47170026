"""Say something on the ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.ids import number
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.tdx.names import NameBook

PREVIEW_LENGTH = 60


class CommentAction(BaseAction):
    """Adds a comment (a feed entry) to the ticket.

    Args:
        comment_text: what to say; plain text, or HTML with ``is_rich_html``.
        is_private: only technicians see it.
        is_rich_html: the text is HTML.
        is_communication: mark it as a communication record.
        notify: e-mail addresses to notify; the default notifies nobody.
        new_status_id: also move the ticket to this status, by number or name; 0 leaves it.
        cascade_status: let the status go down to child tickets.
        reference: carry a short visible reference by which we recognise our comment; None: on
            private comments only.
        template: the text is a template, filled in for each ticket.
        version: raise it to say it again.
    """

    def __init__(
        self,
        comment_text: str,
        is_private: bool = False,
        is_rich_html: bool = False,
        is_communication: bool = False,
        notify: Sequence[str] | None = None,
        new_status_id: int | str = 0,
        cascade_status: bool = False,
        reference: bool | None = None,
        template: bool = False,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if not comment_text.strip():
            raise ConfigError(
                "CommentAction has an empty comment_text.", "Give it something to say."
            )
        self.comment_text = comment_text
        self.is_private = is_private
        self.is_rich_html = is_rich_html
        self.is_communication = is_communication
        self.notify = list(notify) if notify is not None else ["null"]
        self.new_status_id = new_status_id
        # A status that rides on a comment is a change of the ticket.
        self.asks_for = frozenset({"feed_entry", *(["patch_ticket"] if new_status_id else [])})
        self.cascade_status = cascade_status
        self.reference = reference
        self.template = template
        where = "CommentAction: comment_text"
        self._wording = Wording(comment_text, template=template, where=where, is_html=is_rich_html)

    def get_action_type(self) -> str:
        """``comment``."""
        return "comment"

    def get_action_config(self) -> dict[str, Any]:
        """All options; ``reference`` and ``template`` only when they were chosen."""
        config: dict[str, Any] = {
            "comment_text": self.comment_text,
            "is_private": self.is_private,
            "is_rich_html": self.is_rich_html,
            "is_communication": self.is_communication,
            "notify": sorted(self.notify),
            "new_status_id": number(self.new_status_id, "CommentAction: new_status_id"),
            "cascade_status": self.cascade_status,
        }
        if self.reference is not None:
            config["reference"] = self.reference
        if self.template:
            config["template"] = True
        return config

    def resolve(self, names: NameBook) -> None:
        """The status by its name."""
        where = "CommentAction: new_status_id"
        self.new_status_id = names.number("status", self.new_status_id, where)

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Ask for the comment; the engine reads the ticket, so that a closed one is left alone."""
        del dry_run
        text = self._wording.fill(ticket_id, facade)
        if not text.strip():
            return skip("the template says nothing for this ticket")
        facade.add_comment(
            ticket_id,
            text,
            is_private=self.is_private,
            is_rich_html=self.is_rich_html,
            is_communication=self.is_communication,
            notify=self.notify,
            new_status_id=number(self.new_status_id, ""),
            cascade_status=self.cascade_status,
            reference=self.reference,
        )
        preview = " ".join(text.split())
        if len(preview) > PREVIEW_LENGTH:
            preview = preview[: PREVIEW_LENGTH - 1] + "…"
        return ActionResult(message=f"Comment: {preview}", details={"is_private": self.is_private})
