"""The world behind the simulator: one small university, in memory.

Promise: thread-safe (one lock, ``World.lock``), deterministic for one seed and one starting time.
The methods here are for tests and seeders; they model what people do in TDX besides our client,
so they leave the journal alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import catalogue, values
from .entities import CLOSED_CLASSES, FeedEntry, Reply, Ticket, TicketStatus
from .grounds import Grounds, Who, uid_of
from .reports import Report, all_open, standard_reports

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Who", "World"]


class World(Grounds):
    """People, machines, tickets and conversations, and the record of what was done to them."""

    def __init__(self, seed: int = 0, *, now: datetime | None = None) -> None:
        super().__init__(seed, now=now)
        self.reports: dict[int, Report] = standard_reports()
        # An admin's own tickets are in groups of their own; the report then lists them all.
        self.lists_all_open = False

    def list_all_open(self) -> None:
        """From now on report 1344 lists every open ticket."""
        self.lists_all_open = True
        self.reports[catalogue.EAST_HALL_REPORT].compute = all_open

    # -- tickets ------------------------------------------------------------------------------

    def add_ticket(
        self,
        title: str,
        description: str = "",
        *,
        requestor: Who = None,
        rich: bool = False,
        status_id: int = catalogue.NEW,
        group_id: int = catalogue.EAST_HALL_GROUP,
        responsible: Who = None,
        app_id: int = catalogue.TICKET_APP,
        type_id: int = 310,
        priority_id: int = 20,
        account_id: int = 0,
        created: datetime | None = None,
        ticket_id: int | None = None,
    ) -> Ticket:
        """Add a ticket; by default new, unassigned, in the East Hall group (report 1344)."""
        with self.lock:
            when = created or self.now()
            by = uid_of(requestor) or self.system.uid
            asker = self.people.get(by)
            ticket = Ticket(
                id=self.next_id("ticket") if ticket_id is None else ticket_id,
                app_id=app_id,
                title=title,
                description=description,
                is_rich=rich,
                status_id=status_id,
                type_id=type_id,
                priority_id=priority_id,
                account_id=account_id or (asker.account_id if asker else 0),
                created=when,
                modified=when,
                created_uid=by,
                modified_uid=by,
                requestor_uid=uid_of(requestor),
                responsible_uid=uid_of(responsible),
                responsible_group_id=group_id,
                source_id=5,
                impact_id=40,
                urgency_id=30,
            )
            self.tickets[ticket.id] = ticket
            self.write_entry(ticket, "Created ticket.", by=by, update_type=4, at=when)
            return ticket

    def write_entry(
        self,
        ticket: Ticket,
        body: str,
        *,
        by: str,
        update_type: int,
        at: datetime,
        rich: bool = False,
        private: bool = False,
    ) -> FeedEntry:
        """Put an entry in a ticket's feed as it will be given back; touches nothing else."""
        entry = FeedEntry(
            id=self.next_id("feed"),
            author_uid=by,
            created=at,
            updated=at,
            item_type=9,
            item_id=ticket.id,
            body=body,
            is_rich=rich,
            update_type=update_type,
            is_private=private,
            ticket_id=ticket.id,
        )
        self.feed[entry.id] = entry
        ticket.feed.append(entry.id)
        return entry

    def add_feed_entry(
        self,
        ticket_id: int,
        body: str,
        author: Who = None,
        replies: Iterable[tuple[Who, str] | str] = (),
        *,
        rich: bool = False,
        private: bool = False,
        update_type: int = 1,
        created: datetime | None = None,
    ) -> FeedEntry:
        """Somebody comments on a ticket; plain text is encoded as TDX does."""
        with self.lock:
            ticket = self.tickets[ticket_id]
            when = created or self.now()
            by = uid_of(author) or ticket.requestor_uid or self.system.uid
            stored = body if rich else values.plain_to_body(body)
            entry = self.write_entry(
                ticket, stored, by=by, update_type=update_type, at=when, rich=rich, private=private
            )
            self._touch(ticket, by, when)
            for reply in replies:
                who, text = (None, reply) if isinstance(reply, str) else reply
                self.add_reply(entry.id, text, who or by, created=when + timedelta(minutes=7))
            return entry

    def add_reply(
        self,
        entry_id: int,
        body: str,
        author: Who = None,
        *,
        rich: bool = False,
        created: datetime | None = None,
    ) -> Reply:
        """Somebody replies to a feed entry; the entry's last-updated date moves."""
        with self.lock:
            entry = self.feed[entry_id]
            when = created or self.now()
            stored = body if rich else values.plain_to_body(body)
            by = uid_of(author) or entry.author_uid
            reply = Reply(self.next_id("reply"), stored, rich, by, when)
            entry.replies.append(reply)
            entry.updated = max(entry.updated, when)
            if entry.ticket_id in self.tickets:
                self._touch(self.tickets[entry.ticket_id], by, when)
            return reply

    def _touch(self, ticket: Ticket, by: str, when: datetime) -> None:
        if when >= ticket.modified:
            ticket.modified = when
            ticket.modified_uid = by

    def attach_asset(self, ticket_id: int, asset_id: int) -> None:
        """Somebody attaches an asset by hand."""
        with self.lock:
            self.attach_item(ticket_id, self.assets[asset_id].ci_id)

    def attach_item(self, ticket_id: int, ci_id: int) -> None:
        """Somebody attaches a configuration item by hand."""
        with self.lock:
            ticket = self.tickets[ticket_id]
            if ci_id not in ticket.items:
                ticket.items.append(ci_id)

    def remove_asset_from_ticket(self, ticket_id: int, asset_id: int) -> None:
        """Somebody takes an asset off a ticket."""
        with self.lock:
            ci_id = self.assets[asset_id].ci_id
            ticket = self.tickets[ticket_id]
            if ci_id in ticket.items:
                ticket.items.remove(ci_id)

    def set_status(self, ticket_id: int, status_id: int, *, by: Who = None) -> None:
        """Somebody changes a ticket's status, with the feed entry that belongs to it."""
        with self.lock:
            ticket = self.tickets[ticket_id]
            actor, when = uid_of(by) or self.system.uid, self.now()
            sentence = self.move_status(ticket, status_id, actor, when)
            self.write_entry(ticket, sentence, by=actor, update_type=2, at=when)
            self._touch(ticket, actor, when)

    def move_status(self, ticket: Ticket, status_id: int, by: str, when: datetime) -> str:
        """Change the status and its completion dates; returns the sentence for the feed."""
        before, after = self.status(ticket), self.ticket_status(ticket.app_id, status_id)
        ticket.past_statuses.append((when, by, ticket.status_id))
        ticket.status_id = status_id
        if after.status_class in CLOSED_CLASSES and before.status_class not in CLOSED_CLASSES:
            ticket.completed, ticket.completed_uid = when, by
        elif after.status_class not in CLOSED_CLASSES:
            ticket.completed, ticket.completed_uid = None, None
        return f"Changed Status from {before.name} to {after.name}."

    def status(self, ticket: Ticket) -> TicketStatus:
        """The status a ticket is in."""
        return self.ticket_status(ticket.app_id, ticket.status_id)

    def assign(self, ticket_id: int, responsible: Who, group_id: int | None = None) -> None:
        """Somebody takes a ticket, or gives it to a person or group."""
        with self.lock:
            ticket = self.tickets[ticket_id]
            ticket.responsible_uid = uid_of(responsible)
            if group_id is not None:
                ticket.responsible_group_id = group_id
            self._touch(ticket, uid_of(responsible) or self.system.uid, self.now())

    def delete_ticket(self, ticket_id: int) -> None:
        """A ticket vanishes (merged, or lost in a sandbox refresh)."""
        with self.lock:
            ticket = self.tickets.pop(ticket_id)
            for entry_id in ticket.feed:
                self.feed.pop(entry_id, None)

    def move_ticket(self, ticket_id: int, app_id: int) -> None:
        """A ticket is moved to another application: 404 in the old one from now on."""
        with self.lock:
            ticket = self.tickets[ticket_id]
            ticket.app_id = app_id
            statuses = [one for one in self.ticket_statuses if one.app_id == app_id]
            if statuses and all(one.id != ticket.status_id for one in statuses):
                ticket.status_id = statuses[0].id

    def forbid_ticket(self, ticket_id: int) -> None:
        """The API account may read this ticket from now on, but not change it."""
        with self.lock:
            self.forbidden_tickets.add(ticket_id)

    # -- what tests ask -----------------------------------------------------------------------

    def assets_on(self, ticket_id: int) -> list[int]:
        """The asset ids on a ticket, in the order in which they were attached."""
        with self.lock:
            items = (self.items[ci] for ci in self.tickets[ticket_id].items)
            return [item.asset_id for item in items if item.asset_id is not None]

    def feed_of(self, ticket_id: int) -> list[FeedEntry]:
        """A ticket's feed entries, oldest first."""
        with self.lock:
            return [self.feed[entry] for entry in self.tickets[ticket_id].feed]

    def comments_on(self, ticket_id: int, author: Who = None) -> list[FeedEntry]:
        """A ticket's comments (update types 1 and 2), oldest first, perhaps of one author."""
        wanted = uid_of(author)
        return [
            entry
            for entry in self.feed_of(ticket_id)
            if entry.update_type in {1, 2} and wanted in {None, entry.author_uid}
        ]

    def set_report(self, report_id: int, **changes: Any) -> None:
        """Override a report's answer; see the members of `Report` (rows, raw, max_results ...)."""
        with self.lock:
            report = self.reports[report_id]
            for member, value in changes.items():
                if not hasattr(report, member):
                    message = f"a report has no {member}"
                    raise AttributeError(message)
                setattr(report, member, value)
