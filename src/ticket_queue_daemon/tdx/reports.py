"""Reports, and the ticket ids in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ReportError
from ticket_queue_daemon.tdx.errors import TdxDenied, TdxMalformed, TdxNotFound
from ticket_queue_daemon.tdx.models import Report
from ticket_queue_daemon.tdx.reportrows import ticket_ids
from ticket_queue_daemon.tdx.wire import Call, Due, Patience

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session

__all__ = ["ReportsApi", "ticket_ids"]


class ReportsApi:
    """Reports of the tenant. Raises leaves of ``TdxCallError``, and ReportError."""

    def __init__(self, session: Session, base_url: str) -> None:
        self._session = session
        self._base_url = base_url

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
