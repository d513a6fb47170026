"""Tickets: read, search, comment, attach, patch, contacts, tags."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.matching import matching_tickets
from ticket_queue_daemon.tdx.models import (
    FeedEntry,
    Person,
    Ticket,
    TicketItem,
)
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.models import FeedPost, TicketSearch
    from ticket_queue_daemon.tdx.session import Session

_PATCHABLE = re.compile(r"[A-Za-z]+|attributes/[0-9]+", re.IGNORECASE)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class TicketsApi:
    """Tickets of the ticketing application. Every method raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps

    def _call(self, verb: str, rest: str, due: Due, route: str, **options: Any) -> Call:
        return Call(verb, route, f"{self._apps.ticket}/tickets/{rest}", due, **options)

    def get(self, ticket_id: int) -> Ticket:
        """One ticket, with its attributes."""
        call = self._call("GET", f"{ticket_id}", Due.OBJECT, "tickets/{id}")
        return self._session.fetch(call, Ticket)

    def items(self, ticket_id: int) -> list[TicketItem]:
        """Assets, services and configuration items on the ticket, in one list."""
        call = self._call("GET", f"{ticket_id}/assets", Due.LIST, "tickets/{id}/assets")
        return self._session.fetch_list(call, TicketItem)

    def feed(self, ticket_id: int) -> list[FeedEntry]:
        """The whole feed, newest first; replies are only counted (``feed.entry`` has them)."""
        call = self._call("GET", f"{ticket_id}/feed", Due.LIST, "tickets/{id}/feed")
        entries = self._session.fetch_list(call, FeedEntry)
        # TDX promises no order (fact sheet 19 #16).
        entries.sort(key=lambda entry: (entry.created_date or _LONG_AGO, entry.id), reverse=True)
        return entries

    def post_feed(self, ticket_id: int, post: FeedPost) -> FeedEntry:
        """Post a comment, with a status change if the post has one; sent once."""
        call = self._call(
            "POST",
            f"{ticket_id}/feed",
            Due.ENTITY,
            "tickets/{id}/feed",
            writes=True,
            body=post.body(),
        )
        return self._session.fetch(call, FeedEntry)

    def attach_asset(self, ticket_id: int, asset_id: int) -> None:
        """Put an asset on the ticket; one that is there already is no error."""
        self._relate("POST", ticket_id, "assets", asset_id, "{assetId}")

    def detach_asset(self, ticket_id: int, asset_id: int) -> None:
        """Take an asset off the ticket, by its asset id."""
        self._relate("DELETE", ticket_id, "assets", asset_id, "{assetId}")

    def link_item(self, ticket_id: int, ci_id: int) -> None:
        """Put a configuration item on the ticket, by its own id."""
        self._relate("POST", ticket_id, "configurationItems", ci_id, "{configurationItemId}")

    def unlink_item(self, ticket_id: int, ci_id: int) -> None:
        """Take a configuration item off the ticket, by its own id."""
        self._relate("DELETE", ticket_id, "configurationItems", ci_id, "{configurationItemId}")

    def remove_contact(self, ticket_id: int, uid: str) -> None:
        """Make a person no contact of the ticket any more."""
        self._relate("DELETE", ticket_id, "contacts", uid, "{contactUid}")

    def add_contact(self, ticket_id: int, uid: str) -> None:
        """Make a person a contact of the ticket."""
        self._relate("POST", ticket_id, "contacts", uid, "{contactUid}")

    def contacts(self, ticket_id: int) -> list[Person]:
        """The ticket's contacts; the requestor is none of them."""
        call = self._call("GET", f"{ticket_id}/contacts", Due.LIST, "tickets/{id}/contacts")
        return self._session.fetch_list(call, Person)

    def add_tags(self, ticket_id: int, tags: Sequence[str]) -> None:
        """Add tags; those that are there already are no error."""
        self._tags("POST", ticket_id, tags)

    def remove_tags(self, ticket_id: int, tags: Sequence[str]) -> None:
        """Remove tags; those that are not there are no error."""
        self._tags("DELETE", ticket_id, tags)

    def patch(
        self,
        ticket_id: int,
        changes: Mapping[str, Any],
        *,
        notify_new_responsible: bool = False,
    ) -> Ticket:
        """Change single members, leaving all others alone; sent once.

        Args:
            ticket_id: the ticket.
            changes: TDX's member names, or ``attributes/1234``, to values; None clears.
            notify_new_responsible: whether TDX mails whoever becomes responsible.

        Raises:
            ConfigError: a name can't be patched.
        """
        call = self._call(
            "PATCH",
            f"{ticket_id}",
            Due.OBJECT,
            "tickets/{id}",
            writes=True,
            body=[_operation(path, value) for path, value in changes.items()],
            query={"notifyNewResponsible": "true" if notify_new_responsible else "false"},
        )
        return self._session.fetch(call, Ticket)

    def search(self, search: TicketSearch) -> list[Ticket]:
        """Tickets that match, without descriptions and attributes.

        Results that evidently don't match are dropped: TDX answers unfiltered when it does not
        understand a filter.
        """
        call = self._call("POST", "search", Due.LIST, "tickets/search", body=search.body())
        return matching_tickets(self._session.fetch_list(call, Ticket), search)

    def _relate(self, verb: str, ticket_id: int, what: str, other: int | str, word: str) -> None:
        call = self._call(
            verb,
            f"{ticket_id}/{what}/{quote(str(other), safe='')}",
            Due.NOTHING,
            f"tickets/{{id}}/{what}/{word}",
            writes=True,
            # A body that is blank is refused by TDX's web server (fact sheet 10.10).
            body={},
        )
        self._session.send(call)

    def _tags(self, verb: str, ticket_id: int, tags: Sequence[str]) -> None:
        call = self._call(
            verb,
            f"{ticket_id}/tags",
            Due.NOTHING,
            "tickets/{id}/tags",
            writes=True,
            body=list(tags),
        )
        self._session.send(call)


def _operation(path: str, value: Any) -> dict[str, Any]:
    path = path.strip("/")
    if not _PATCHABLE.fullmatch(path):
        raise ConfigError(
            f"{path!r} is no member of a ticket that can be patched.",
            "Use a member's name as TDX writes it, such as StatusID, or attributes/1234.",
        )
    if "/" not in path:
        return {"op": "replace", "path": f"/{path}", "value": value}
    if value is None or value == "":
        return {"op": "remove", "path": f"/{path}"}
    return {"op": "replace", "path": f"/{path}", "value": _attribute_text(value)}


def _attribute_text(value: Any) -> str:
    """An attribute's value is always text: ids of several choices are joined by commas."""
    if isinstance(value, list | tuple):
        return ",".join(_attribute_text(part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
