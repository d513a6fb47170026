"""Reports, and the ticket ids in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ticket_queue_daemon.errors import ReportError
from ticket_queue_daemon.tdx.errors import TdxDenied, TdxMalformed, TdxNotFound
from ticket_queue_daemon.tdx.fields import Guid, Moment, Name, Number, TdxModel, TdxRequest
from ticket_queue_daemon.tdx.matching import is_part, matching, only
from ticket_queue_daemon.tdx.models import Report
from ticket_queue_daemon.tdx.reportrows import ticket_ids
from ticket_queue_daemon.tdx.wire import Call, Due, Patience

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session

__all__ = ["ReportsApi", "ticket_ids"]


class ReportInfo(TdxModel):
    """A report, as lists of reports name it."""

    id: int
    name: Name = None
    created_uid: Guid = None
    created_full_name: Name = None
    created_date: Moment = None
    owning_group_id: Number = Field(default=0, alias="OwningGroupID")
    owning_group_name: Name = None
    system_app_name: Name = None
    platform_app_id: Number = 0
    platform_app_name: Name = None
    report_source_id: Number = 0
    report_source_name: Name = None


class ReportSearch(TdxRequest):
    """A search of reports; ``search_text`` is a part of the name."""

    search_text: str | None = None
    for_app_id: int | None = None
    report_source_id: int | None = None


class ReportsApi:
    """Reports of the tenant. Raises leaves of ``TdxCallError``, and ReportError."""

    def __init__(self, session: Session, base_url: str) -> None:
        self._session = session
        self._base_url = base_url

    def visible(self) -> list[ReportInfo]:
        """The reports that are shared with this account."""
        return self._session.fetch_list(Call("GET", "reports", "reports", Due.LIST), ReportInfo)

    def search(self, search: ReportSearch) -> list[ReportInfo]:
        """Reports that match; what evidently does not is dropped."""
        call = Call("POST", "reports/search", "reports/search", Due.LIST, body=search.body())
        found = matching(
            self._session.fetch_list(call, ReportInfo),
            {
                "platform_app_id": only(search.for_app_id or None),
                "report_source_id": only(search.report_source_id or None),
            },
        )
        return [one for one in found if is_part(search.search_text, one.name)]

    def run(self, report_id: int, *, id_column: str | None = None) -> Report:
        """Run a report and give its rows.

        Args:
            report_id: the report, as in its web address.
            id_column: the column that holds ticket ids, kept for :func:`ticket_ids`.

        Raises:
            ReportError: the report is not there or not permitted, or something else than a
                report came back; nothing is to be concluded from it.
        """
        call = Call(
            "GET",
            "reports/{id}",
            f"reports/{report_id}",
            Due.OBJECT,
            query={"withData": "true"},
            patience=Patience.REPORT,
        )
        try:
            report = self._session.fetch(call, Report)
        except (TdxDenied, TdxNotFound) as error:
            said = f': "{error.answer}"' if error.answer else ""
            raise ReportError(
                f"Report {report_id} not found or not permitted (TDX answered "
                f"{error.status}{said}).",
                f"Check that report {report_id} exists in TeamDynamix; that it is shared with the "
                "API account; and that TDX_BASE_URL is the right environment, sandbox or "
                f"production: it is {self._base_url}.",
            ) from error
        except TdxMalformed as error:
            raise ReportError(
                f"Report {report_id} was not read, and nothing is concluded from it: "
                f"{error.message}",
                error.advice,
            ) from error
        return report.model_copy(update={"id_column": id_column})
