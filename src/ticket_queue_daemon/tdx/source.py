"""The tickets of a queue, from a report or from a saved search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ReportError
from ticket_queue_daemon.tdx.errors import TdxDenied, TdxMalformed, TdxNotFound
from ticket_queue_daemon.tdx.reportrows import TicketIds, ticket_ids

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.client import TdxClient


def tickets_of_report(
    client: TdxClient, report_id: int, id_column: str | None, *, with_rows: bool = False
) -> TicketIds:
    """One call. What can't be read is raised and never taken for an empty queue.

    Raises:
        ReportError: the report can't be read as a list of tickets.
        TdxError: TDX is away.
    """
    report = client.reports.run(report_id, id_column=id_column)
    return ticket_ids(report, id_column, with_rows=with_rows)


def tickets_of_search(client: TdxClient, search_id: int) -> TicketIds:
    """A call for every 200 tickets; pages that don't make one whole are never taken for it.

    Raises:
        ReportError: the search is not there or not permitted, or did not come whole.
        TdxError: TDX is away.
    """
    try:
        found = client.saved_searches.tickets.results(search_id)
    except (TdxDenied, TdxNotFound) as error:
        said = f': "{error.answer}"' if error.answer else ""
        raise ReportError(
            f"Saved search {search_id} not found or not permitted (TDX answered "
            f"{error.status}{said}).",
            f"Check that it is a search of tickets in application {client.ticket_app_id} "
            "(TDX_APP_ID); that the API account sees it; and that TDX_BASE_URL is the right "
            f"environment, sandbox or production: it is {client.base_url}.",
        ) from error
    except TdxMalformed as error:
        raise ReportError(
            f"Saved search {search_id} was not read, and nothing is concluded from it: "
            f"{error.message}",
            error.advice,
        ) from error
    dates = {one.id: one.modified_date for one in found if one.modified_date is not None}
    return TicketIds(
        ids=[one.id for one in found],
        bad_rows=[],
        duplicates=0,
        notes=[],
        modified=dates if dates or not found else None,
    )
