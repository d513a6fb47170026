"""Take assets off a ticket: those that are retired, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import (
    ActionResult,
    BaseAction,
    Reevaluate,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.actions.ids import numbers
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.tdx.models import TicketItem
    from ticket_queue_daemon.tdx.names import NameBook


class RemoveAssetAction(BaseAction):
    """Takes assets off the ticket.

    Which ones is said as in TDX's searches: options AND each other, the values of one option OR.
    What a person attached stays, unless ``also_by_people``: by the log only those assets are taken off
    that this daemon attached. What is taken off so is never put back by ``AddAssetAction``, and
    counts as no correction by people.

    Args:
        asset_ids: assets, by asset id.
        names: assets, by the name that the ticket shows, in upper or lower case.
        status_ids: assets that are in one of these asset statuses now, by number or name; asks TDX
            for each asset that is to go.
        also_by_people: take off what people attached, too.
        version: raise it to look at every ticket again.
        reevaluate: ``on_update``: look again at a ticket that was skipped, once it has changed.
    """

    asks_for = frozenset({"detach_asset"})

    def __init__(
        self,
        asset_ids: Iterable[int] = (),
        names: Iterable[str] = (),
        status_ids: Iterable[int | str] = (),
        also_by_people: bool = False,
        version: str = "v1",
        reevaluate: Reevaluate = "never",
    ) -> None:
        super().__init__(version=version)
        self.asset_ids = sorted(set(asset_ids))
        self.names = sorted({name.strip().casefold() for name in names} - {""})
        self.status_ids: list[int | str] = list(status_ids)
        self.also_by_people = also_by_people
        self.reevaluate = reevaluate
        if not (self.asset_ids or self.names or self.status_ids):
            raise ConfigError(
                "RemoveAssetAction does not say which assets are to be taken off.",
                "Give asset_ids, names or status_ids.",
            )

    def get_action_type(self) -> str:
        """``remove_asset``."""
        return "remove_asset"

    def get_action_config(self) -> dict[str, Any]:
        """All options."""
        return {
            "asset_ids": self.asset_ids,
            "names": self.names,
            "status_ids": self._statuses(),
            "also_by_people": self.also_by_people,
        }

    def _statuses(self) -> list[int]:
        return numbers(self.status_ids, "RemoveAssetAction: status_ids")

    def resolve(self, names: NameBook) -> None:
        """The statuses by their names."""
        where = "RemoveAssetAction: status_ids"
        self.status_ids = names.numbers("asset status", self.status_ids, where)

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Find them among the ticket's assets; the log says which of them are ours."""
        del dry_run
        meant = [
            (asset_id, item)
            for item in facade.get_ticket_items(ticket_id)
            if (asset_id := item.asset_id) is not None and self._is_named(asset_id, item)
        ]
        ours = facade.our_assets(ticket_id) if meant else frozenset[int]()
        to_go: list[tuple[int, TicketItem]] = []
        by_people: list[tuple[int, TicketItem]] = []
        for asset_id, item in meant:
            if not (self.also_by_people or asset_id in ours):
                by_people.append((asset_id, item))
            elif self._has_status(ticket_id, asset_id, facade):
                to_go.append((asset_id, item))
        details: dict[str, Any] = {"removed": _listed(to_go), "by_people": _listed(by_people)}
        left = f"; left alone, since a person attached it: {_names(by_people)}" if by_people else ""
        if not to_go:
            return skip(f"no asset on the ticket is to be taken off{left}", **details)
        for asset_id, item in to_go:
            facade.remove_asset(ticket_id, asset_id, name=item.name or "")
        many = f"{len(to_go)} asset{'s' if len(to_go) != 1 else ''}"
        summary = f"Took off {many}: {_names(to_go)}. Reason: {self._reason(facade)}"
        return ActionResult(message=f"{summary}{left}", summary=summary, details=details)

    def _is_named(self, asset_id: int, item: TicketItem) -> bool:
        if self.asset_ids and asset_id not in self.asset_ids:
            return False
        return not self.names or (item.name or "").casefold() in self.names

    def _has_status(self, ticket_id: int, asset_id: int, facade: TicketFacade) -> bool:
        # Asked of TDX and not of the list of assets: that may be a day old, and this takes away.
        if not self.status_ids:
            return True
        return facade.get_asset(ticket_id, asset_id).status_id in self._statuses()

    def _reason(self, facade: TicketFacade) -> str:
        if self.status_ids:
            name_of = facade.directory().name_of
            names = [name_of("asset status", number) for number in self._statuses()]
            return f"in asset status {' or '.join(names)}"
        return "named by the rule"


def _listed(assets: Sequence[tuple[int, TicketItem]]) -> list[dict[str, Any]]:
    return [{"asset_id": asset_id, "name": item.name or ""} for asset_id, item in assets]


def _names(assets: Sequence[tuple[int, TicketItem]]) -> str:
    return ", ".join(item.name or str(asset_id) for asset_id, item in assets)
