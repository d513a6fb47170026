"""Saved searches of tickets, assets and configuration items, page by page (fact sheet 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import Field

from ticket_queue_daemon.tdx.errors import TdxMalformed
from ticket_queue_daemon.tdx.fields import EmptyIfNull, Guid, Name, Number, TdxModel, TdxRequest
from ticket_queue_daemon.tdx.models import Asset, ConfigurationItem, Ticket
from ticket_queue_daemon.tdx.wire import Call, Due, Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session

Thing = TypeVar("Thing", Ticket, Asset, ConfigurationItem)

MOST_PER_PAGE = 200
# A list that changes under the reader is read anew this often before it is given up.
READINGS = 3
# StatusClass Completed and Cancelled (fact sheet 15).
_CLOSED = frozenset({3, 4})


class SavedSearch(TdxModel):
    """A search that somebody saved in TDX."""

    id: int
    name: Name = None
    application: Name = None
    app_id: Number = 0
    app_name: Name = None
    component_id: Number = 0
    component_name: Name = None
    component_order: float | None = None
    created_uid: Guid = Field(default=None, alias="CreatedUID")
    created_full_name: Name = None


class ResultPage(TdxModel, Generic[Thing]):
    """One page of what a saved search finds; ``total_count`` counts all pages."""

    data: Annotated[list[Thing], EmptyIfNull]
    total_count: int
    current_page_index: int
    page_size: int


class Page(TdxRequest):
    """Which page is asked for, counted from 0; TDX gives 1 to 200 results a page."""

    page_index: int = Field(ge=0)
    page_size: int = Field(ge=1, le=MOST_PER_PAGE)


class ResultsRequest(TdxRequest):
    """What a saved search is asked; ``only_my`` and ``only_open`` are for tickets alone."""

    page: Page
    search_text: str | None = None
    only_my: bool | None = None
    only_open: bool | None = None


class _Changed(Exception):  # noqa: N818  the name says what happened
    """A page does not continue the one before."""


class SavedSearches(Generic[Thing]):
    """The saved searches of one kind of thing. Raises leaves of ``TdxCallError``."""

    def __init__(
        self, session: Session, app: Callable[[], int], what: str, kind: type[Thing]
    ) -> None:
        self._session = session
        self._app = app
        self._what = what
        self._kind: type[Thing] = kind

    def visible(self) -> list[SavedSearch]:
        """The saved searches that this account sees."""
        call = Call(
            "GET", f"{self._what}/searches", f"{self._app()}/{self._what}/searches", Due.LIST
        )
        return self._session.fetch_list(call, SavedSearch)

    def results(
        self,
        search_id: int,
        *,
        search_text: str | None = None,
        only_my: bool = False,
        only_open: bool = False,
        page_size: int = MOST_PER_PAGE,
    ) -> list[Thing]:
        """Everything that a saved search finds, each thing once, reduced as searches are.

        No page past the end is asked for, and the count is compared with TDX's total. Things of
        other applications, and closed tickets where open ones were asked for, are dropped: TDX
        answers unfiltered when it does not understand a filter. ``search_text`` replaces the saved
        one; it and ``only_my`` can't be checked on our side.

        Raises:
            TdxMalformed: the pages did not make one whole in three readings.
        """
        request = ResultsRequest(
            page=Page(page_index=0, page_size=page_size),
            search_text=search_text,
            only_my=only_my or None,
            only_open=only_open or None,
        )
        why = ""
        for _ in range(READINGS):
            try:
                found = self._read(search_id, request)
            except _Changed as changed:
                why = str(changed)
                continue
            return [one for one in found if self._is_due(one, only_open=only_open)]
        raise TdxMalformed(
            f"Saved search {search_id} could not be read whole: {why}.",
            "Nothing is concluded from it. It may be changing all the time; try again later.",
            route=f"POST {self._what}/searches/{{id}}/results",
        )

    def _read(self, search_id: int, request: ResultsRequest) -> list[Thing]:
        found: dict[int, Thing] = {}
        total: int | None = None
        while total is None or len(found) < total:
            index = request.page.page_index
            page = self._page(search_id, request)
            if page.current_page_index != index:
                raise _Changed(f"page {page.current_page_index} came when {index} was asked for")
            if total is not None and page.total_count != total:
                raise _Changed(f"its total went from {total} to {page.total_count}")
            total = page.total_count
            known = len(found)
            found |= {one.id: one for one in page.data}
            if len(found) - known != len(page.data):
                raise _Changed(f"page {index} repeats what was there before")
            if not page.data and len(found) < total:
                raise _Changed(f"page {index} is empty at {len(found)} of {total}")
            page_after = Page(page_index=index + 1, page_size=request.page.page_size)
            request = request.model_copy(update={"page": page_after})
        if len(found) != total:
            raise _Changed(f"{len(found)} things came and its total is {total}")
        return list(found.values())

    def _page(self, search_id: int, request: ResultsRequest) -> ResultPage[Thing]:
        call = Call(
            "POST",
            f"{self._what}/searches/{{id}}/results",
            f"{self._app()}/{self._what}/searches/{search_id}/results",
            Due.OBJECT,
            body=request.body(),
            patience=Patience.REPORT,
        )
        kind: Any = ResultPage[self._kind]  # type: ignore[name-defined]  # built at run time
        page: ResultPage[Thing] = self._session.fetch(call, kind)
        return page

    def _is_due(self, one: Thing, *, only_open: bool) -> bool:
        if "app_id" in one.model_fields_set and getattr(one, "app_id", 0) != self._app():
            return False
        return not (only_open and isinstance(one, Ticket) and one.status_class in _CLOSED)


class SavedSearchesApi:
    """Saved searches, by what they find."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self.tickets = SavedSearches(session, lambda: apps.ticket, "tickets", Ticket)
        self.assets = SavedSearches(session, apps.asset, "assets", Asset)
        self.items = SavedSearches(session, apps.asset, "cmdb", ConfigurationItem)
