"""The recording facade: reads go to TDX, writes are written down, nothing is sent.

This is why a dry run can't lie and no action can write behind the engine's back: an action never
holds anything that could send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from ticket_queue_daemon.actions.base import ActionError, Message
from ticket_queue_daemon.effects.contact import ContactEffect
from ticket_queue_daemon.effects.detach import DetachAssetEffect
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.fingerprint import key as make_key
from ticket_queue_daemon.effects.fingerprint import reference as make_reference
from ticket_queue_daemon.effects.link import AttachAssetEffect, LinkItemEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect
from ticket_queue_daemon.effects.task import CreateTaskEffect
from ticket_queue_daemon.effects.webhook import WebhookEffect
from ticket_queue_daemon.engine.seed_facade import SeedTickets
from ticket_queue_daemon.tdx.members import member_value
from ticket_queue_daemon.tdx.models import TicketSearch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.actions.labs import LabRecords
    from ticket_queue_daemon.assets.catalog import AssetCatalog
    from ticket_queue_daemon.assets.lookup import LookUp
    from ticket_queue_daemon.effects.base import Effect
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.tdx.directory import Directory
    from ticket_queue_daemon.tdx.items import Relationship
    from ticket_queue_daemon.tdx.models import Asset, FeedEntry, Person, Ticket, TicketItem
    from ticket_queue_daemon.tdx.tasks import TicketTask

PREVIEW_LOG_ID = UUID(int=0)
"""Stands for the row that a dry run does not make."""


class RecordingFacade:
    """What one action sees while it plans for one ticket.

    Args:
        reader: the ticket's reads of this run.
        log_id: the claimed row; references are made from it.
        occurrence: how often this action has been carried out on this ticket, from 1.
    """

    def __init__(
        self, reader: TicketReader, *, log_id: UUID = PREVIEW_LOG_ID, occurrence: int = 1
    ) -> None:
        self._reader = reader
        self._log_id = log_id
        self._occurrence = occurrence
        self.effects: list[Effect] = []
        self.tickets = SeedTickets(self)

    def _read(self, ticket_id: int) -> TicketReader:
        if ticket_id != self._reader.ticket_id:
            raise ActionError(
                f"An action called for ticket {self._reader.ticket_id} asked for {ticket_id}.",
                "An action sees and changes the one ticket that it is called for.",
            )
        return self._reader

    def _record(self, effect: Effect) -> Effect:
        self._read(effect.ticket_id)
        self.effects.append(effect)
        return effect

    # reads

    def get_ticket(self, ticket_id: int) -> Ticket:
        """The ticket, all members."""
        return self._read(ticket_id).ticket()

    def get_ticket_items(self, ticket_id: int) -> Sequence[TicketItem]:
        """Assets and configuration items on the ticket."""
        return self._read(ticket_id).items()

    def get_feed(self, ticket_id: int) -> Sequence[FeedEntry]:
        """The feed, newest first, without replies."""
        return self._read(ticket_id).feed()

    def get_conversation(self, ticket_id: int) -> Sequence[Message]:
        """What people said, oldest first, our own entries left out."""
        return self._read(ticket_id).conversation()

    def get_contacts(self, ticket_id: int) -> Sequence[Person]:
        """The ticket's contacts."""
        return self._read(ticket_id).contacts()

    def asset_catalog(self) -> AssetCatalog:
        """Every asset that is known."""
        return self._reader.assets.catalog()

    def look_up_assets(self, tokens: Sequence[str]) -> LookUp:
        """Ask TDX for names that the catalogue does not know."""
        return self._reader.assets.look_up(self._reader.ticket_id, tokens)

    def our_assets(self, ticket_id: int) -> frozenset[int]:
        """The assets that we attached to the ticket, by the log."""
        return frozenset(one.asset_id for one in self._read(ticket_id).our_assets())

    def detached_assets(self, ticket_id: int) -> frozenset[int]:
        """Those of them that we took off again, by the log."""
        ours = self._read(ticket_id).our_assets()
        return frozenset(one.asset_id for one in ours if one.detached)

    def get_asset(self, ticket_id: int, asset_id: int) -> Asset:
        """An asset as TDX has it now."""
        return self._read(ticket_id).asset(asset_id)

    def get_relationships(self, ticket_id: int, item_id: int) -> Sequence[Relationship]:
        """The relations of a configuration item."""
        return self._read(ticket_id).relationships(item_id)

    def get_tasks(self, ticket_id: int) -> Sequence[TicketTask]:
        """The ticket's tasks."""
        return self._read(ticket_id).tasks()

    def lab_records(self, ticket_id: int) -> LabRecords:
        """What the data hub says of the labs of its machines and requestor."""
        return self._read(ticket_id).lab_records()

    def search_tickets(
        self,
        ticket_id: int,
        *,
        requestor_uid: str = "",
        item_ids: Sequence[int] = (),
        status_ids: Sequence[int] = (),
        status_class_ids: Sequence[int] = (),
        max_results: int = 0,
    ) -> Sequence[Ticket]:
        """Tickets that fit all that is given."""
        if not requestor_uid and not item_ids:
            raise ActionError(
                "An action searched for tickets of nobody and nothing.",
                "Give a requestor_uid or item_ids: TDX would answer with every ticket there is.",
            )
        search = TicketSearch(
            max_results=max_results,
            requestor_uids=[requestor_uid] if requestor_uid else None,
            configuration_item_ids=list(item_ids) or None,
            status_ids=list(status_ids) or None,
            status_class_ids=list(status_class_ids) or None,
        )
        return self._read(ticket_id).search(search)

    def ticket_link(self, ticket_id: int) -> str:
        """Where a person opens a ticket."""
        return self._reader.ticket_link(ticket_id)

    def paused_patterns(self) -> Mapping[str, str]:
        """The patterns that rest, and why."""
        return self._reader.paused

    def directory(self) -> Directory:
        """Lists, groups and people of TDX, each asked for once in a run."""
        return self._reader.directory

    # writes

    def add_comment(
        self,
        ticket_id: int,
        text: str,
        *,
        is_private: bool = False,
        is_rich_html: bool = False,
        is_communication: bool = False,
        notify: Sequence[str] = ("null",),
        new_status_id: int = 0,
        cascade_status: bool = False,
        reference: bool | None = None,
    ) -> Effect:
        """Record a feed entry; a private one carries a visible reference unless told otherwise."""
        ref = None
        if is_private if reference is None else reference:
            ref = make_reference(self._log_id, self._occurrence, len(self.effects))
        return self._record(
            FeedEntryEffect(
                ticket_id,
                comments=text,
                is_private=is_private,
                is_rich_html=is_rich_html,
                is_communication=is_communication,
                notify=tuple(notify) or ("null",),
                new_status_id=new_status_id,
                cascade_status=cascade_status,
                ref=ref,
            )
        )

    def add_asset(self, ticket_id: int, asset_id: int, *, name: str = "") -> Effect:
        """Record an asset to attach."""
        return self._record(AttachAssetEffect(ticket_id, asset_id, name))

    def remove_asset(self, ticket_id: int, asset_id: int, *, name: str = "") -> Effect:
        """Record an asset to take off."""
        return self._record(DetachAssetEffect(ticket_id, asset_id, name))

    def add_task(
        self,
        ticket_id: int,
        title: str,
        description: str = "",
        *,
        responsible_uid: str = "",
        responsible_group_id: int = 0,
        estimated_minutes: int = 0,
        complete_within_minutes: int = 0,
    ) -> Effect:
        """Record a task to add, with its reference."""
        return self._record(
            CreateTaskEffect(
                ticket_id,
                title=title,
                ref=make_reference(self._log_id, self._occurrence, len(self.effects)),
                description=description,
                responsible_uid=responsible_uid,
                responsible_group_id=responsible_group_id,
                estimated_minutes=estimated_minutes,
                complete_within_minutes=complete_within_minutes,
            )
        )

    def add_configuration_item(self, ticket_id: int, item_id: int, *, name: str = "") -> Effect:
        """Record a configuration item to link."""
        return self._record(LinkItemEffect(ticket_id, item_id, name))

    def update_ticket(
        self, ticket_id: int, changes: Mapping[str, Any], *, notify_new_responsible: bool = False
    ) -> Effect:
        """Record members to change, with the values that they are changed from."""
        ticket = self.get_ticket(ticket_id)
        expected = {member: member_value(ticket, member) for member in changes}
        return self._record(
            PatchTicketEffect(ticket_id, dict(changes), expected, notify_new_responsible)
        )

    def add_tags(self, ticket_id: int, tags: Sequence[str]) -> Effect:
        """Record tags to add."""
        return self._record(TagsEffect(ticket_id, tuple(tags)))

    def remove_tags(self, ticket_id: int, tags: Sequence[str]) -> Effect:
        """Record tags to remove."""
        return self._record(TagsEffect(ticket_id, tuple(tags), remove=True))

    def add_contact(self, ticket_id: int, person_uid: str, *, name: str = "") -> Effect:
        """Record a contact to add."""
        return self._record(ContactEffect(ticket_id, person_uid, name))

    def post_webhook(self, ticket_id: int, receiver: str, body: str) -> Effect:
        """Record a post, with the key that is its own for ever."""
        key = make_key(self._log_id, self._occurrence, len(self.effects))
        return self._record(WebhookEffect(ticket_id, receiver, body, key))
