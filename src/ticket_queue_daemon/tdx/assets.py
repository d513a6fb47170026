"""Assets of the assets application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.tdx.lists import AssetLists
from ticket_queue_daemon.tdx.matching import matching_assets
from ticket_queue_daemon.tdx.models import Asset, AssetSearch
from ticket_queue_daemon.tdx.wire import Call, Due, Patience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.lists import AssetStatus, Form
    from ticket_queue_daemon.tdx.session import Session


class AssetsApi:
    """Assets. Raises leaves of ``TdxCallError``, and ConfigError without an assets application."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps
        self._lists = AssetLists(session, apps.asset)

    def get(self, asset_id: int) -> Asset:
        """One asset, by its asset id (not that of its configuration item)."""
        path = f"{self._apps.asset()}/assets/{asset_id}"
        return self._session.fetch(Call("GET", "assets/{id}", path, Due.OBJECT), Asset)

    def search(
        self,
        *,
        serial_like: str | None = None,
        search_text: str | None = None,
        status_ids: Sequence[int] | None = None,
        form_ids: Sequence[int] | None = None,
        owning_customer_ids: Sequence[str] | None = None,
        ticket_ids: Sequence[int] | None = None,
        external_ids: Sequence[str] | None = None,
        max_results: int | None = None,
    ) -> list[Asset]:
        """Assets that match all that is given, without their attributes.

        ``serial_like`` is a part of serial number or tag, ``search_text`` a full-text search whose
        results need comparing. Results that evidently don't match are dropped, because TDX answers
        unfiltered when it does not understand a filter.
        """
        search = AssetSearch(
            serial_like=serial_like,
            search_text=search_text,
            status_ids=_listed(status_ids),
            form_ids=_listed(form_ids),
            owning_customer_ids=_listed(owning_customer_ids),
            ticket_ids=_listed(ticket_ids),
            external_ids=_listed(external_ids),
            max_results=max_results,
        )
        return matching_assets(self._search(search.body(), Patience.USUAL), search)

    def all(self) -> list[Asset]:
        """Every asset of the application, in one unfiltered search; 40,000 are usual."""
        return self._search({}, Patience.REPORT)

    def page(
        self,
        *,
        form_ids: Sequence[int] | None = None,
        status_ids: Sequence[int] | None = None,
        max_results: int | None = None,
    ) -> tuple[list[Asset], bool]:
        """The assets of a group for a sync, and whether TDX obeyed the filter.

        An answer with an asset that does not belong to the group was not filtered: then it says
        nothing about which assets the group has. It is given whole.
        """
        search = AssetSearch(
            form_ids=_listed(form_ids), status_ids=_listed(status_ids), max_results=max_results
        )
        found = self._search(search.body(), Patience.REPORT)
        return found, len(matching_assets(found, search)) == len(found)

    def called(self, name: str, *, as_serial: bool, max_results: int) -> list[Asset]:
        """The assets that TDX finds for a name, unchecked: compare them, and count them.

        ``as_serial``: look for it in serial number and tag, which finds parts too; else by full text.
        """
        search = AssetSearch(
            serial_like=name if as_serial else None,
            search_text=None if as_serial else name,
            max_results=max_results,
        )
        return self._search(search.body(), Patience.USUAL)

    def forms(self) -> list[Form]:
        """The forms of the application."""
        return self._lists.forms()

    def statuses(self) -> list[AssetStatus]:
        """The asset statuses of the application."""
        return self._lists.statuses()

    def _search(self, body: dict[str, Any], patience: Patience) -> list[Asset]:
        path = f"{self._apps.asset()}/assets/search"
        call = Call("POST", "assets/search", path, Due.LIST, body=body, patience=patience)
        return self._session.fetch_list(call, Asset)


def _listed(values: Sequence[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)
