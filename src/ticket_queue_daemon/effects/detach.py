"""Take an asset off a ticket: set-like, seen by reading the ticket's items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight
from ticket_queue_daemon.tdx.errors import TdxNotFound

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class DetachAssetEffect(Effect):
    """An asset that is not on the ticket any more; "there" means gone."""

    kind: ClassVar[str] = "detach_asset"

    asset_id: int
    name: str = ""

    def describe(self) -> str:
        """``take off asset IC-EHLB760-F16``."""
        return f"take off asset {self.name or self.asset_id}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("items", "feed", "our assets")

    def look(self, sight: Sight) -> Look:
        """Read the ticket's items, all of them: what is not among them was taken off."""
        gone = not self._is_on(sight.tdx)
        return Look(Seen.THERE if gone else Seen.NOT_THERE, {"asset_id": self.asset_id})

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One DELETE.

        For an asset that is not on the ticket TDX may answer 200, 304 or 404 (fact sheet 10.10). A
        404 is a refusal only if the asset is on the ticket, or the ticket itself is not to be found.
        """
        try:
            tdx.tickets.detach_asset(self.ticket_id, self.asset_id)
        except TdxNotFound:
            if self._is_on(tdx):
                raise
            return {"asset_id": self.asset_id, "was_gone": True}
        return {"asset_id": self.asset_id}

    def _is_on(self, tdx: TdxClient) -> bool:
        return any(item.asset_id == self.asset_id for item in tdx.tickets.items(self.ticket_id))
