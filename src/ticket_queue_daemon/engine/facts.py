"""The facts of one ticket as a rule asks for them, each fetched when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.rules.activity import read_feed
from ticket_queue_daemon.rules.facts import AssetFact, Feed, QueueFact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.rules.rule import Rule

_ON_THE_TICKET = frozenset({"id", "name"})


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """Implements ``rules.facts.Facts`` by a ticket's reader.

    Attributes:
        reader: the ticket's reads of this run.
        now: TDX's time, aware.
        asset_fields: what is asked of assets; beyond id and name it costs a call for each.
    """

    reader: TicketReader
    now: datetime
    asset_fields: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reader: TicketReader, rule: Rule) -> TicketFacts:
        """The facts that a rule may ask for, as of now."""
        fields = rule.when.asset_fields if rule.when is not None else frozenset[str]()
        return cls(reader, reader.directory.now(), fields)

    @property
    def queue(self) -> QueueFact:
        """The queue that it came from."""
        return self.reader.queue

    def ticket(self) -> Any:
        """The ticket."""
        return self.reader.ticket()

    def row(self) -> Mapping[str, Any]:
        """The report's row; empty for a ticket that is not in the report now."""
        return self.reader.row

    def requestor(self) -> Any | None:
        """The requestor; None if the ticket has none."""
        return self.reader.requestor()

    def assets(self) -> Sequence[AssetFact]:
        """The assets on the ticket."""
        found = [item for item in self.reader.items() if item.asset_id is not None]
        if self.asset_fields <= _ON_THE_TICKET:
            return [AssetFact(id=item.asset_id or 0, name=item.name or "") for item in found]
        return [self._asset(item.asset_id or 0) for item in found]

    def _asset(self, asset_id: int) -> AssetFact:
        asset = self.reader.asset(asset_id)
        return AssetFact(
            id=asset.id,
            name=asset.name or "",
            serial=asset.serial_number or "",
            tag=asset.tag or "",
            status=asset.status_name or "",
            form=asset.form_name or "",
            owner=asset.owning_customer_name or "",
            owner_uid=asset.owning_customer_id or "",
            department=asset.owning_department_name or "",
            location=asset.location_name or "",
        )

    def feed(self) -> Feed:
        """What others than the daemon and the listed bots did on it."""
        return read_feed(
            self.reader.whole_feed(),
            requestor_uid=self.reader.ticket().requestor_uid,
            ignored=self.reader.ignored(),
        )
