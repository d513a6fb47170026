"""One comment that tells what the actions before it did."""

from __future__ import annotations

import html
from typing import Any, ClassVar

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.rich_lines import as_html, as_plain


class SummaryCommentAction(BaseAction):
    """Posts one comment for everything that was done on the ticket and not yet told.

    It is handed the lines that no summary has covered; after a crash they are still there, and
    after it has posted them they are covered, so none is lost and none is told twice.
    Place it last.

    Args:
        comment_prefix: the first line.
        is_private: only technicians see it.
        skip_if_empty: post nothing on a ticket on which nothing was done.
        separator: what stands between the numbered lines.
        is_rich_html: post HTML (everything escaped, line feeds become ``<br>``, tables tables).
        reference: carry a visible reference; None: when private.
        version: part of the action id.
    """

    summarises: ClassVar[bool] = True
    asks_for = frozenset({"feed_entry"})

    def __init__(
        self,
        comment_prefix: str = "🤖 Automated Actions Summary",
        is_private: bool = True,
        skip_if_empty: bool = True,
        separator: str = "\n",
        is_rich_html: bool = False,
        reference: bool | None = None,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        self.comment_prefix = comment_prefix
        self.is_private = is_private
        self.skip_if_empty = skip_if_empty
        self.separator = separator
        self.is_rich_html = is_rich_html
        self.reference = reference

    def get_action_type(self) -> str:
        """``summary_comment``."""
        return "summary_comment"

    def get_action_config(self) -> dict[str, Any]:
        """All options; ``reference`` only when it was chosen."""
        config: dict[str, Any] = {
            "comment_prefix": self.comment_prefix,
            "is_private": self.is_private,
            "skip_if_empty": self.skip_if_empty,
            "separator": self.separator,
            "is_rich_html": self.is_rich_html,
        }
        if self.reference is not None:
            config["reference"] = self.reference
        return config

    def execute_action(
        self,
        ticket_id: int,
        facade: TicketFacade,
        dry_run: bool = False,
        context: dict[str, Any] | None = None,
    ) -> ActionResult:
        """Ask for the comment. ``context["summaries"]``: the lines not yet told, oldest first."""
        del dry_run
        lines: list[str] = list((context or {}).get("summaries", ()))
        if not lines and self.skip_if_empty:
            return skip("nothing was done on this ticket, so there is nothing to tell")
        facade.add_comment(
            ticket_id,
            self.compose(lines),
            is_private=self.is_private,
            is_rich_html=self.is_rich_html,
            reference=self.reference,
        )
        many = f"{len(lines)} line{'s' if len(lines) != 1 else ''}"
        return ActionResult(message=f"Summary of {many}", details={"lines": lines})

    def compose(self, lines: list[str]) -> str:
        """The seed's layout: prefix, blank line, numbered list."""
        numbered = [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
        body = numbered or ["No automated action was needed."]
        if not self.is_rich_html:
            return f"{self.comment_prefix}\n\n{self.separator.join(map(as_plain, body))}"
        separator = self.separator.replace("\n", "<br>")
        escaped = separator.join(map(as_html, body))
        return f"{html.escape(self.comment_prefix)}<br><br>{escaped}"
