"""Reads of one ticket in one run: each thing is fetched once, then answered from memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from ticket_queue_daemon.actions.base import Message
from ticket_queue_daemon.store.corrections import taken_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.assets.lookup import RunAssets
    from ticket_queue_daemon.store.corrections import Correction, OurAsset
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.models import FeedEntry, Person, Ticket, TicketItem

Fact = TypeVar("Fact")


class TicketReader:
    """What is known of one ticket in this run.

    Args:
        tdx: the client that fetches.
        ticket_id: the one ticket.
        assets: the asset catalogue of this run, and the door to look names up.
        ours: gives the assets that the log says we attached to a ticket.
        paused: the patterns that rest in this run, and why.
        allowed: the kinds of effect that may be sent in this run; None: every kind.
    """

    def __init__(
        self,
        tdx: TdxClient,
        ticket_id: int,
        assets: RunAssets,
        *,
        ours: Callable[[int], Sequence[OurAsset]] = lambda _: (),
        paused: Mapping[str, str] | None = None,
        allowed: frozenset[str] | None = None,
    ) -> None:
        self._tdx = tdx
        self.ticket_id = ticket_id
        self.assets = assets
        self.paused = paused or {}
        self.allowed = allowed
        self._ours = ours
        self._lock = threading.RLock()
        self._known: dict[str, Any] = {}

    def _once(self, what: str, fetch: Callable[[], Fact]) -> Fact:
        with self._lock:
            if what not in self._known:
                self._known[what] = fetch()
            known: Fact = self._known[what]
            return known

    def forget(self, *whats: str) -> None:
        """Fetch these anew when they are next asked for: a write has changed them."""
        with self._lock:
            for what in whats:
                self._known.pop(what, None)

    @property
    def ticket_if_known(self) -> Ticket | None:
        """The ticket, if some action has read it; costs no call."""
        known: Ticket | None = self._known.get("ticket")
        return known

    def ticket(self) -> Ticket:
        """The ticket itself."""
        return self._once("ticket", lambda: self._tdx.tickets.get(self.ticket_id))

    def items(self) -> Sequence[TicketItem]:
        """Assets and configuration items on it."""
        return self._once("items", lambda: self._tdx.tickets.items(self.ticket_id))

    def feed(self) -> Sequence[FeedEntry]:
        """Its feed, newest first."""
        return self._once("feed", lambda: self._tdx.tickets.feed(self.ticket_id))

    def contacts(self) -> Sequence[Person]:
        """Its contacts."""
        return self._once("contacts", lambda: self._tdx.tickets.contacts(self.ticket_id))

    def our_assets(self) -> Sequence[OurAsset]:
        """What the log says that we attached; one query."""
        return self._once("our assets", lambda: self._ours(self.ticket_id))

    def corrections_if_known(self) -> tuple[set[int], list[Correction]] | None:
        """The assets on the ticket, and those of ours that are not among them any more.

        None unless some action has asked for both; costs neither a call nor a query.
        """
        with self._lock:
            items, ours = self._known.get("items"), self._known.get("our assets")
        if items is None or not ours:
            return None
        present = {item.asset_id for item in items if item.asset_id is not None}
        return present, taken_off(self.ticket_id, ours, present)

    def conversation(self) -> Sequence[Message]:
        """Everything said by others, oldest first; one call per entry that has replies."""
        return self._once("conversation", self._read_conversation)

    def _read_conversation(self) -> Sequence[Message]:
        own_uid = self._tdx.me().uid
        messages: list[Message] = []
        for entry in self.feed():
            whole = entry
            # The list leaves replies out, or some of them (fact sheet 10.8 and 19 #17): only entries
            # that have more than it shows are asked.
            if entry.replies_count > len(entry.replies):
                whole = self._tdx.feed.entry(entry.id)
            if own_uid is None or entry.created_uid != own_uid:
                messages.append(_message(entry, entry.created_date, is_reply=False))
            messages.extend(
                Message(
                    text=reply.body,
                    author=reply.created_full_name or "",
                    author_uid=reply.created_uid,
                    created=reply.created_date,
                    is_html=True,
                    is_reply=True,
                    entry_id=entry.id,
                )
                for reply in whole.replies
                if own_uid is None or reply.created_uid != own_uid
            )
        return sorted(messages, key=lambda message: str(message.created or ""))


def _message(entry: FeedEntry, created: datetime | None, *, is_reply: bool) -> Message:
    return Message(
        text=entry.body,
        author=entry.created_full_name or "",
        author_uid=entry.created_uid,
        created=created,
        is_html=True,
        is_reply=is_reply,
        entry_id=entry.id,
    )
