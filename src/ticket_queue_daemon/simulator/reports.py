"""Reports (fact sheet 8): rows computed when asked, unless a test dictates the answer.

Promise: report 1344 lists the active, unassigned tickets of the East Hall group, so that a
ticket that was handled leaves it; whatever a report can answer in real life can be dictated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from . import catalogue
from .entities import CLOSED_CLASSES, Ticket
from .values import Json, iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from .grounds import Grounds

COMPUTED: Final = object()

Rows: TypeAlias = "Callable[[Grounds], list[Json]]"


@dataclass(frozen=True, slots=True)
class Column:
    """A displayed column; ``kind`` is the ColumnDataType enum."""

    header: str
    name: str
    kind: int = 1


TICKET_COLUMNS = (
    Column("ID", "TicketID", 2),
    Column("Title", "Title"),
    Column("Status", "StatusName"),
    Column("Created", "CreatedDate", 7),
    Column("Modified", "ModifiedDate", 7),
    Column("Requestor", "CustomerName"),
    Column("Resp Group", "ResponsibleGroupName"),
)
ASSET_COLUMNS = (
    Column("Name", "Name"),
    Column("Serial Number", "SerialNumber"),
    Column("Department", "OwningDepartmentName"),
    Column("Owner E-mail", "OwningCustomerEmail"),
    Column("Location", "LocationName"),
)


@dataclass(slots=True)
class Report:
    """A report and what a test has dictated about it.

    ``rows`` replaces the computed rows (None makes ``DataRows`` null); ``raw`` replaces the whole
    body, with ``raw_type`` as its content type and ``raw_status`` as its status; ``id_column``
    renames or, when None, removes the ticket id; ``hidden`` withdraws it from the API account.
    """

    id: int
    name: str
    compute: Rows
    columns: tuple[Column, ...]
    app_id: int = catalogue.TICKET_APP
    source_id: int = 35
    source_name: str = "Tickets"
    sort: tuple[str, bool] | None = None
    max_results: int = 0
    rows: object = COMPUTED
    raw: str | None = None
    raw_type: str = "text/html"
    raw_status: int = 200
    id_column: str | None = "TicketID"
    hidden: bool = False
    description: str = ""


def ticket_row(world: Grounds, ticket: Ticket) -> Json:
    """One row of a ticket report; keys as in fact sheet 8."""
    status = world.ticket_status(ticket.app_id, ticket.status_id)
    asker = world.people.get(ticket.requestor_uid or "")
    group = world.groups.get(ticket.responsible_group_id)
    return {
        "TicketID": ticket.id,
        "Title": ticket.title,
        "StatusName": status.name,
        "CreatedDate": iso(ticket.created),
        "ModifiedDate": iso(ticket.modified),
        "CustomerName": asker.full_name if asker else ticket.requestor_name,
        "ResponsibleGroupName": group.name if group else "",
    }


def unassigned_in(group_id: int) -> Rows:
    """Rows of the active tickets of a group that nobody has taken."""

    def compute(world: Grounds) -> list[Json]:
        closed = {
            (one.app_id, one.id)
            for one in world.ticket_statuses
            if one.status_class in CLOSED_CLASSES
        }
        return [
            ticket_row(world, ticket)
            for ticket in world.tickets.values()
            if ticket.responsible_group_id == group_id
            and ticket.responsible_uid is None
            and ticket.app_id == catalogue.TICKET_APP
            and (ticket.app_id, ticket.status_id) not in closed
        ]

    return compute


def all_open(world: Grounds) -> list[Json]:
    """Rows of every open ticket, whosever it is."""
    return [
        ticket_row(world, ticket)
        for ticket in world.tickets.values()
        if ticket.app_id == catalogue.TICKET_APP
        and world.ticket_status(ticket.app_id, ticket.status_id).status_class not in CLOSED_CLASSES
    ]


def _active_computers(world: Grounds) -> list[Json]:
    rows = []
    for asset in world.assets.values():
        if asset.status_id != catalogue.ACTIVE or asset.form_id != catalogue.COMPUTER_FORM:
            continue
        owner = world.people.get(asset.owner_uid or "")
        department = world.accounts.get(asset.department_id)
        rows.append(
            {
                "Name": asset.name,
                "SerialNumber": asset.serial,
                "OwningDepartmentName": department.name if department else "",
                "OwningCustomerEmail": owner.email if owner else "",
                "LocationName": world.name_in(world.locations, asset.location_id) or "",
            }
        )
    return rows


def _nothing(_world: Grounds) -> list[Json]:
    return []


def standard_reports() -> dict[int, Report]:
    """The reports of every world: the daemon's, one of assets, one that is always empty."""
    reports = (
        Report(
            catalogue.EAST_HALL_REPORT,
            "Desktop Support-East Hall Unassigned Tickets",
            unassigned_in(catalogue.EAST_HALL_GROUP),
            TICKET_COLUMNS,
            sort=("ModifiedDate", False),
        ),
        Report(
            catalogue.ASSET_REPORT,
            "Active Computers",
            _active_computers,
            ASSET_COLUMNS,
            app_id=catalogue.ASSET_APP,
            source_id=27,
            source_name="Assets",
            sort=("Name", True),
        ),
        Report(
            catalogue.EMPTY_REPORT,
            "Tickets on Fire",
            _nothing,
            TICKET_COLUMNS,
            sort=("TicketID", True),
        ),
    )
    return {report.id: report for report in reports}


def report_rows(world: Grounds, report: Report) -> object:
    """The rows that a report answers with: dictated ones, or those of this moment."""
    if report.rows is not COMPUTED:
        return report.rows
    rows = report.compute(world)
    if report.id_column != "TicketID":
        rows = [_rename_id(row, report.id_column) for row in rows]
    return rows


def _rename_id(row: Json, column: str | None) -> Json:
    renamed = {key: value for key, value in row.items() if key != "TicketID"}
    return renamed if column is None else {column: row["TicketID"], **renamed}
