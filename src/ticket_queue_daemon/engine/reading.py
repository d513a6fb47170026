"""Reads of one ticket in one run: each thing is fetched once, then answered from memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from ticket_queue_daemon.actions.base import Message
from ticket_queue_daemon.actions.labs import Lab, LabRecords
from ticket_queue_daemon.engine.silence import Silence
from ticket_queue_daemon.rules.facts import QueueFact
from ticket_queue_daemon.store.corrections import taken_off
from ticket_queue_daemon.tdx.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.assets.lookup import RunAssets
    from ticket_queue_daemon.store.corrections import Correction, OurAsset
    from ticket_queue_daemon.store.labs import HubLab, HubLabs
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.items import Relationship
    from ticket_queue_daemon.tdx.models import (
        Asset,
        FeedEntry,
        FeedReply,
        Person,
        Ticket,
        TicketItem,
        TicketSearch,
    )
    from ticket_queue_daemon.tdx.tasks import TicketTask

Fact = TypeVar("Fact")


class TicketReader:
    """What is known of one ticket in this run.

    Args:
        tdx: the client that fetches.
        ticket_id: the one ticket.
        assets: the asset catalogue of this run, and the door to look names up.
        ours: gives the assets that the log says we attached to a ticket.
        paused: the patterns that rest in this run, and why.
        labs: the data hub's views of labs.
        directory: what the tickets of a run ask for together.
        row: the ticket's row in the report; empty if it is not there.
        queue: the queue that it came from.
        bots: UIDs or full names whose doings on a ticket do not count as activity; we never do.
        statuses: gives the status of each action that the log knows on a ticket.
        silence: what this process knows of how TDX dates its tickets.
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
        labs: HubLabs | None = None,
        directory: Directory | None = None,
        row: Mapping[str, Any] | None = None,
        queue: QueueFact | None = None,
        bots: Collection[str] = (),
        statuses: Callable[[int], Mapping[str, str]] = lambda _: {},
        silence: Silence | None = None,
        allowed: frozenset[str] | None = None,
    ) -> None:
        self._tdx = tdx
        self.directory = directory or Directory(tdx)
        self.ticket_id = ticket_id
        self.assets = assets
        self.paused = paused or {}
        self.row = row or {}
        self.queue = queue or QueueFact()
        self._bots = bots
        self._statuses = statuses
        self.allowed = allowed
        self._ours = ours
        self._labs = labs
        self._silence = silence or Silence()
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

    def whole_feed(self) -> Sequence[FeedEntry]:
        """The feed, each entry with all of its replies; one call per entry that hides some."""
        return self._once(
            "whole feed",
            lambda: [self._whole(entry) for entry in self.feed()],
        )

    def deciding(
        self,
        action_id: str,
        log_id: UUID,
        occurrence: int,
        due_at: datetime | None,
        lines: Sequence[tuple[int, str]],
    ) -> None:
        """An action is about to decide; for who writes down what decisions are made from."""

    def own_uid(self) -> str | None:
        """Our own account's UID; asked once in a process."""
        return self._tdx.me().uid

    def ignored(self) -> frozenset[str]:
        """Whose doings do not count as activity: our own account's, and the bots'."""
        own = self.own_uid()
        return frozenset({*self._bots, *([own] if own else [])})

    def requestor(self) -> Person | None:
        """The requestor, as people's records have them; None if the ticket has none."""
        uid = self.ticket().requestor_uid
        return self._once("requestor", lambda: self._tdx.people.get(uid)) if uid else None

    def statuses(self) -> Mapping[str, str]:
        """The status of each action that the log knows on this ticket; one query."""
        return self._once("statuses", lambda: self._statuses(self.ticket_id))

    def contacts(self) -> Sequence[Person]:
        """Its contacts."""
        return self._once("contacts", lambda: self._tdx.tickets.contacts(self.ticket_id))

    def tasks(self) -> Sequence[TicketTask]:
        """Its tasks."""
        return self._once("tasks", lambda: self._tdx.tasks.list(self.ticket_id))

    def asset(self, asset_id: int) -> Asset:
        """An asset, as TDX has it now."""
        return self._once(f"asset {asset_id}", lambda: self._tdx.assets.get(asset_id))

    def relationships(self, item_id: int) -> Sequence[Relationship]:
        """The relations of a configuration item."""
        return self._once(
            f"relationships {item_id}", lambda: self._tdx.items.relationships(item_id)
        )

    def search(self, search: TicketSearch) -> Sequence[Ticket]:
        """Tickets that fit; the same search is made once."""
        return self._once(
            f"search {search.model_dump_json()}", lambda: self._tdx.tickets.search(search)
        )

    def ticket_link(self, ticket_id: int) -> str:
        """Where a person opens a ticket; no call."""
        return self._tdx.ticket_link(ticket_id)

    def lab_records(self) -> LabRecords:
        """What the data hub says of the labs of its machines and of its requestor."""
        if self._labs is None:
            return LabRecords()
        computers = [item.id for item in self.items() if item.asset_id is not None]
        requestor = self.ticket().requestor_uid
        return LabRecords(
            of_computers=_labs(self._labs.of_computers(computers)),
            of_requestor=_labs(self._labs.of_member(requestor)) if requestor else (),
        )

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
        """Everything said by others, oldest first; one call per entry that has replies.

        None at all on a ticket whose dates tell that nobody has said anything.
        """
        return self._once("conversation", self._read_conversation)

    def _read_conversation(self) -> Sequence[Message]:
        ticket = self.ticket_if_known
        if ticket is not None and self._silence.is_certain(ticket):
            return []
        own_uid = self.own_uid()
        feed = self.whole_feed()
        if ticket is not None:
            self._silence.learn(ticket, feed)
        messages: list[Message] = []
        for entry in feed:
            told: list[FeedEntry | FeedReply] = [entry, *entry.replies]
            messages += [
                _message(entry, said)
                for said in told
                if own_uid is None or said.created_uid != own_uid
            ]
        return sorted(messages, key=lambda message: str(message.created or ""))

    def _whole(self, entry: FeedEntry) -> FeedEntry:
        """The entry with all its replies.

        The list leaves replies out, or some of them (fact sheet 10.8 and 19 #17): only entries that
        have more than it shows are asked for.
        """
        if entry.replies_count <= len(entry.replies):
            return entry
        replies = self._tdx.feed.entry(entry.id).replies
        return entry.model_copy(update={"replies": replies})


def _labs(found: Sequence[HubLab] | None) -> tuple[Lab, ...] | None:
    return None if found is None else tuple(Lab(one.item_id, one.name) for one in found)


def _message(entry: FeedEntry, said: FeedEntry | FeedReply) -> Message:
    return Message(
        text=said.body,
        author=said.created_full_name or "",
        author_uid=said.created_uid,
        created=said.created_date,
        is_html=True,
        is_reply=said is not entry,
        entry_id=entry.id,
    )
