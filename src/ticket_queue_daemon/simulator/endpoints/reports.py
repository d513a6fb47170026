"""Reports (fact sheet 8)."""

from __future__ import annotations

from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.reports import Column, Report, report_rows
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_guid, as_int, as_text, iso

ROUTES = Routes()


def _info(call: Call, report: Report) -> Json:
    world = call.world
    app = world.applications.get(report.app_id)
    return {
        "ID": report.id,
        "Name": report.name,
        "CreatedUid": world.admin.uid,
        "CreatedFullName": world.admin.full_name,
        "CreatedDate": iso(world.epoch),
        "OwningGroupID": None,
        "OwningGroupName": None,
        "SystemAppName": app.app_class if app else "",
        "PlatformAppID": report.app_id,
        "PlatformAppName": world.app_name(report.app_id),
        "ReportSourceID": report.source_id,
        "ReportSourceName": report.source_name,
        "Uri": f"api/reports/{report.id}",
    }


def _column(column: Column, report: Report) -> Json | None:
    name = column.name
    if name == "TicketID":
        if report.id_column is None:
            return None
        name = report.id_column
    return {
        "HeaderText": column.header,
        "ColumnName": name,
        "DataType": column.kind,
        "SortColumnExpression": f"{name} ASC",
        "SortColumnName": name,
        "SortDataType": column.kind,
        "Aggregate": 0,
        "Component": 0,
        "FooterExpression": None,
    }


@ROUTES.on("GET", "/reports")
def visible(call: Call) -> Reply:
    """The reports that the account can see."""
    found = call.world.reports.values()
    return answer([_info(call, one) for one in found if not one.hidden])


@ROUTES.on("POST", "/reports/search")
def search(call: Call) -> Reply:
    """Reports by name, app or source."""
    members = call.members()
    text = as_text(members.get("searchtext")).lower()
    app_id, source_id = as_int(members.get("forappid")), as_int(members.get("reportsourceid"))
    app_name = as_text(members.get("forapplicationname")).lower()
    owner = as_guid(members.get("owneruid"))
    # Every report here is the administrator's own and belongs to no group.
    if owner not in {None, call.world.admin.uid} or as_int(members.get("owninggroupid")):
        return answer([])
    found = [
        one
        for one in call.world.reports.values()
        if not one.hidden
        and text in one.name.lower()
        and app_id in {None, 0, one.app_id}
        and source_id in {None, 0, one.source_id}
        and app_name in {"", call.world.applications[one.app_id].app_class.lower()}
    ]
    return answer([_info(call, one) for one in found])


@ROUTES.on("GET", "/reports/{id}")
def run(call: Call) -> Reply:
    """A report; ``DataRows`` is null unless data was asked for."""
    report = call.world.reports.get(call.number("id"))
    if report is None:
        raise Refused(404)
    if report.hidden:
        raise Refused(call.world.behaviour.hidden_report_status)
    if report.raw is not None:
        return Reply(report.raw_status, report.raw.encode(), f"{report.raw_type}; charset=utf-8")
    columns = [shown for one in report.columns if (shown := _column(one, report)) is not None]
    sort, order = _sort(call.query.get("datasortexpression", ""), report, columns)
    rows = report_rows(call.world, report) if call.flag("withData") else None
    if sort is not None and isinstance(rows, list):
        rows = _sorted(rows, *sort)
    return answer(
        {
            "Description": report.description,
            "MaxResults": report.max_results,
            "DisplayedColumns": columns,
            "SortOrder": order,
            "ChartType": "",
            "ChartSettings": [],
            "DataRows": rows,
            **_info(call, report),
        }
    )


def _sort(
    expression: str, report: Report, columns: list[Json]
) -> tuple[tuple[str, bool] | None, list[Json]]:
    """The sort to use and what ``SortOrder`` says: ``[]`` for an invalid column, no error."""
    words = expression.split()
    if words:
        wanted, ascending = words[0], len(words) < 2 or words[1].upper() != "DESC"  # noqa: PLR2004
    elif report.sort is not None:
        wanted, ascending = report.sort
    else:
        return None, []
    known = {str(column["ColumnName"]).lower(): column for column in columns}
    column = known.get(wanted.lower())
    if column is None:
        return None, []
    order = {
        "ColumnLabel": column["HeaderText"],
        "ColumnName": column["ColumnName"],
        "IsAscending": ascending,
    }
    return (str(column["ColumnName"]), ascending), [order]


def _sorted(rows: list[object], name: str, ascending: bool) -> list[object]:
    def key(row: object) -> tuple[int, float, str]:
        value = row.get(name) if isinstance(row, dict) else None
        if value is None:
            return 0, 0.0, ""
        if isinstance(value, int | float):
            return 1, float(value), ""
        return 2, 0.0, str(value).lower()

    return sorted(rows, key=key, reverse=not ascending)
