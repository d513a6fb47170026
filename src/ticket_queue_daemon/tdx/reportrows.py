"""The ticket ids in a report's rows, and when each was modified. Pure.

Every row that has no id is told with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.errors import ReportError
from ticket_queue_daemon.tdx.fields import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ticket_queue_daemon.tdx.models import Report

SETTING = "DAEMON_REPORT_ID_COLUMN"
# The state store, like TDX, keeps ticket ids as 32-bit integers.
LARGEST_ID = 2**31 - 1
_USUAL_COLUMNS = ("ticketid", "id")
_USUAL_HEADERS = {"id", "ticketid", "ticket id"}
_MODIFIED = "modifieddate"
_MODIFIED_HEADERS = {"modified", "modified date", "date modified", "last modified"}
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row without a usable ticket id; ``index`` counts from 0."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class TicketIds:
    """What a report's rows say.

    Attributes:
        ids: each ticket once, in the report's order.
        bad_rows: rows that name no ticket.
        duplicates: rows that name a ticket again.
        notes: what an operator should hear.
        modified: when each ticket was modified last, by the report's own column; None: the report
            has no such column. A ticket whose cell is no date is left out.
        rows: each ticket's row, by the columns' names and by their headings; empty unless asked for.
    """

    ids: list[int]
    bad_rows: list[BadRow]
    duplicates: int
    notes: list[str]
    modified: dict[int, datetime] | None = None
    rows: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def ticket_ids(
    report: Report, id_column: str | None = None, *, with_rows: bool = False
) -> TicketIds:
    """The ticket ids of a report.

    The column is the one that is asked for, else ``TicketID``, else ``ID``, else one whose
    heading is "ID"; case does not matter.

    Raises:
        ReportError: TDX sent no data, or no column holds ids; nothing is to be concluded.
    """
    rows = report.rows
    if rows is None:
        raise ReportError(
            f"Report {report.id} came without data (DataRows is null); that is not an empty queue.",
            "TDX may not have run it; check the report in TeamDynamix if this stays.",
        )
    notes = []
    if 0 < report.max_results == len(rows):
        notes.append(
            f"Report {report.id} returned exactly its maximum of {report.max_results} rows: more "
            "tickets may match than it shows. Raise its maximum in Report Builder."
        )
    wanted = id_column or report.id_column
    column, note = _column(report, rows, wanted) if rows else ("", None)
    if note:
        notes.append(note)
    date_column = _modified_column(report, rows)
    found: dict[int, None] = {}
    dates: dict[int, datetime] = {}
    kept: dict[int, Mapping[str, Any]] = {}
    headings = _headings(report) if with_rows else {}
    bad: list[BadRow] = []
    for index, row in enumerate(rows):
        value = _cell(row, column)
        number = _ticket_id(value)
        if isinstance(number, str):
            bad.append(BadRow(index, f"{column}: {number}"))
        else:
            found[number] = None
            if with_rows:
                kept.setdefault(number, {**_under_headings(row, headings), **row})
            when = moment(_cell(row, date_column)) if date_column else None
            if when is not None:
                dates[number] = max(when, dates.get(number, when))
    duplicates = len(rows) - len(bad) - len(found)
    modified = dates if date_column or not rows else None
    return TicketIds(list(found), bad, duplicates, notes, modified, kept)


def _headings(report: Report) -> dict[str, str]:
    """Each column's heading, by the name that rows may have it under, casefolded."""
    return {
        name.casefold(): column.header_text.strip()
        for column in report.columns
        for name in (column.sort_column_name, column.column_name)
        if name and column.header_text.strip()
    }


def _under_headings(row: Mapping[str, Any], headings: Mapping[str, str]) -> dict[str, Any]:
    return {
        headings[key.casefold()]: value for key, value in row.items() if key.casefold() in headings
    }


def _column(
    report: Report, rows: list[dict[str, Any]], wanted: str | None
) -> tuple[str, str | None]:
    """The key under which rows hold their id, and a note if it is not what was asked for."""
    keys = {key.casefold(): key for row in rows for key in row}
    note = None
    if wanted and wanted.strip():
        key = keys.get(wanted.strip().casefold()) or _by_header(
            report, keys, {wanted.strip().casefold()}
        )
        if key is not None:
            return key, None
        note = f"Report {report.id} has no column {wanted!r} ({SETTING})"
    for name in _USUAL_COLUMNS:
        if name in keys:
            return keys[name], note and f"{note}; read {keys[name]} instead."
    key = _by_header(report, keys, _USUAL_HEADERS)
    if key is not None:
        return key, note and f"{note}; read {key} instead."
    there = ", ".join(sorted(keys.values(), key=str.casefold)) or "none"
    raise ReportError(
        f"{note or f'Report {report.id} has no column TicketID or ID'}; the columns are: {there}.",
        f"Add the ticket's ID to the report, or set {SETTING} to the column that holds it.",
    )


def _modified_column(report: Report, rows: list[dict[str, Any]]) -> str | None:
    """The key under which rows hold the modified date: by its name, else by its heading."""
    keys = {key.casefold(): key for row in rows for key in row}
    if _MODIFIED in keys:
        return keys[_MODIFIED]
    for column in report.columns:
        names = [column.column_name.casefold(), column.sort_column_name.casefold()]
        if _MODIFIED in names:
            for name in names:
                if name in keys:
                    return keys[name]
    return _by_header(report, keys, _MODIFIED_HEADERS)


def _by_header(report: Report, keys: dict[str, str], headers: set[str]) -> str | None:
    for column in report.columns:
        if column.header_text.strip().casefold() in headers:
            for name in (column.column_name, column.sort_column_name):
                if name.casefold() in keys:
                    return keys[name.casefold()]
    return None


def _cell(row: dict[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    folded = column.casefold()
    return next((value for key, value in row.items() if key.casefold() == folded), None)


def _ticket_id(value: Any) -> int | str:
    """The id, or why there is none."""
    number: int | None = None
    if isinstance(value, str):
        digits, point, zeros = value.strip().partition(".")
        whole = digits.isascii() and digits.isdigit() and (not point or zeros.strip("0") == "")
        number = int(digits) if whole and len(digits) <= _SHOWN else None
    elif isinstance(value, float):
        number = int(value) if value.is_integer() else None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    if value is None or (isinstance(value, str) and not value.strip()):
        return "empty"
    if number is None:
        return f"{repr(value)[:_SHOWN]} is no whole number"
    if not 1 <= number <= LARGEST_ID:
        return f"{str(number)[:_SHOWN]} is no ticket id"
    return number
