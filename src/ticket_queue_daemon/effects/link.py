"""Attach an asset, link a configuration item or take it off: set-like, seen by reading the ticket's items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight
from ticket_queue_daemon.tdx.errors import TdxNotFound

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class AttachAssetEffect(Effect):
    """An asset on the ticket. TDX makes no second link for one that is there (fact sheet 10.10)."""

    kind: ClassVar[str] = "attach_asset"

    asset_id: int
    name: str = ""

    def describe(self) -> str:
        """``attach asset IC-EHLB760-F16``."""
        return f"attach asset {self.name or self.asset_id}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("items", "feed", "our assets")

    def look(self, sight: Sight) -> Look:
        """Read the ticket's items and compare ``BackingItemID``.

        The list's own ids are those of configuration items, a sequence that overlaps with asset ids.
        """
        there = any(
            item.asset_id == self.asset_id for item in sight.tdx.tickets.items(self.ticket_id)
        )
        return Look(Seen.THERE if there else Seen.NOT_THERE, {"asset_id": self.asset_id})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST; its body says nothing that can be relied on."""
        tdx.tickets.attach_asset(self.ticket_id, self.asset_id)
        return {"asset_id": self.asset_id}


@dataclass(frozen=True, slots=True)
class LinkItemEffect(Effect):
    """A configuration item on the ticket."""

    kind: ClassVar[str] = "link_item"

    item_id: int
    name: str = ""

    def describe(self) -> str:
        """``link configuration item aabol Lab``."""
        return f"link configuration item {self.name or self.item_id}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("items", "feed")

    def look(self, sight: Sight) -> Look:
        """Read the ticket's items and compare their own ids (fact sheet 19 #25)."""
        there = any(item.id == self.item_id for item in sight.tdx.tickets.items(self.ticket_id))
        return Look(Seen.THERE if there else Seen.NOT_THERE, {"item_id": self.item_id})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST."""
        tdx.tickets.link_item(self.ticket_id, self.item_id)
        return {"item_id": self.item_id}


@dataclass(frozen=True, slots=True)
class UnlinkItemEffect(Effect):
    """A configuration item that is not on the ticket any more; "there" means gone."""

    kind: ClassVar[str] = "unlink_item"

    item_id: int
    name: str = ""

    def describe(self) -> str:
        """``take off configuration item aabol Lab``."""
        return f"take off configuration item {self.name or self.item_id}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("items", "feed")

    def look(self, sight: Sight) -> Look:
        """Read the ticket's items, all of them: what is not among them was taken off."""
        gone = not self._is_on(sight.tdx)
        return Look(Seen.THERE if gone else Seen.NOT_THERE, {"item_id": self.item_id})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One DELETE; a 404 for what is gone already is no refusal, as with assets."""
        try:
            tdx.tickets.unlink_item(self.ticket_id, self.item_id)
        except TdxNotFound:
            if self._is_on(tdx):
                raise
            return {"item_id": self.item_id, "was_gone": True}
        return {"item_id": self.item_id}

    def _is_on(self, tdx: TdxClient) -> bool:
        return any(item.id == self.item_id for item in tdx.tickets.items(self.ticket_id))
