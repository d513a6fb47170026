"""``facade.tickets``: the method names that actions for the original daemon call.

An action written for it runs unchanged: reads answer dicts with TDX's member names, writes are
recorded like any other and answer True.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.actions.base import TicketFacade


class SeedTickets:
    """The ticket calls of the original facade that an action needs."""

    def __init__(self, facade: TicketFacade) -> None:
        self._facade = facade

    def get_ticket(self, ticket_id: int) -> dict[str, Any]:
        """The ticket as TDX gives it."""
        return self._facade.get_ticket(ticket_id).raw()

    def get_ticket_assets(self, ticket_id: int) -> list[dict[str, Any]]:
        """The items on the ticket as TDX gives them."""
        return [item.raw() for item in self._facade.get_ticket_items(ticket_id)]

    def get_ticket_feed(self, ticket_id: int) -> list[dict[str, Any]]:
        """The feed as TDX gives it, newest first."""
        return [entry.raw() for entry in self._facade.get_feed(ticket_id)]

    def update_ticket(
        self,
        id: int,  # noqa: A002  the original's parameter name
        comments: str = "",
        private: bool = False,
        commrecord: bool = False,
        status: int = 0,
        cascade: bool = False,
        notify: Sequence[str] = ("null",),
        rich: bool = False,
    ) -> bool:
        """A comment (with a status, if given), or a status alone."""
        if comments:
            self._facade.add_comment(
                id,
                comments,
                is_private=private,
                is_rich_html=rich,
                is_communication=commrecord,
                notify=notify,
                new_status_id=status,
                cascade_status=cascade,
            )
        elif status:
            self._facade.update_ticket(id, {"StatusID": status})
        return True

    def add_ticket_asset(self, ticket_id: int, asset_id: int) -> bool:
        """An asset to attach."""
        self._facade.add_asset(ticket_id, asset_id)
        return True
