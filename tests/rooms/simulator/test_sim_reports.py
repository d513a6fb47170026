"""Reports (fact sheet 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.simulator.reports import COMPUTED

if TYPE_CHECKING:
    import httpx2

    from conftest import Place


def rows(api: httpx2.Client, report_id: int = 1344) -> Any:
    return api.get(f"/reports/{report_id}?withData=true").json()["DataRows"]


def test_rows_come_only_when_asked_for(api: httpx2.Client) -> None:
    """Without ``withData`` the member is null, not an empty list."""
    assert api.get("/reports/1344").json()["DataRows"] is None
    assert api.get("/reports/1399?withData=true").json()["DataRows"] == []


def test_a_row_has_the_documented_keys(place: Place, api: httpx2.Client) -> None:
    """Keys are column names; the id is a JSON integer."""
    (row,) = rows(api)
    assert list(row) == [
        "TicketID",
        "Title",
        "StatusName",
        "CreatedDate",
        "ModifiedDate",
        "CustomerName",
        "ResponsibleGroupName",
    ]
    assert row["TicketID"] == place.ticket.id
    assert row["CustomerName"] == "Pat O'Shea"


def test_the_columns_tell_header_and_name(api: httpx2.Client) -> None:
    """The header text differs from the key, and the report itself comes first."""
    report = api.get("/reports/1344").json()
    first = report["DisplayedColumns"][0]
    assert (first["HeaderText"], first["ColumnName"], first["DataType"]) == ("ID", "TicketID", 2)
    assert list(report)[:8] == [
        "Description",
        "MaxResults",
        "DisplayedColumns",
        "SortOrder",
        "ChartType",
        "ChartSettings",
        "DataRows",
        "ID",
    ]


def test_rows_are_those_of_this_moment(place: Place, api: httpx2.Client) -> None:
    """A ticket leaves the report when it is taken, closed, moved or deleted."""
    world = place.world
    others = [world.add_ticket(f"Ticket {number}", requestor=place.pat) for number in range(5)]
    assert len(rows(api)) == 6
    world.assign(others[0].id, place.tech)
    world.set_status(others[1].id, 122)
    world.move_ticket(others[2].id, 31)
    world.delete_ticket(others[3].id)
    assert {row["TicketID"] for row in rows(api)} == {place.ticket.id, others[4].id}


@pytest.mark.parametrize(
    ("expression", "ascending"), [("TicketID", True), ("ticketid DESC", False)]
)
def test_a_sort_replaces_the_reports_own(
    place: Place, api: httpx2.Client, expression: str, ascending: bool
) -> None:
    """``SortOrder`` says what was done, and the rows are in that order."""
    for number in range(3):
        place.world.add_ticket(f"Ticket {number}")
    reply = api.get(
        "/reports/1344", params={"withData": "true", "dataSortExpression": expression}
    ).json()
    ids = [row["TicketID"] for row in reply["DataRows"]]
    assert ids == sorted(ids, reverse=not ascending)
    expected = {"ColumnLabel": "ID", "ColumnName": "TicketID", "IsAscending": ascending}
    assert reply["SortOrder"] == [expected]


def test_an_invalid_sort_column_is_no_error(api: httpx2.Client) -> None:
    """Rows come all the same, and ``SortOrder`` is empty."""
    reply = api.get("/reports/1344?withData=true&dataSortExpression={dataSortExpression}").json()
    assert len(reply["DataRows"]) == 1
    assert reply["SortOrder"] == []


def test_whatever_a_report_can_answer_can_be_dictated(place: Place, api: httpx2.Client) -> None:
    """Rows of any shape, null rows, a cap, and the computed rows again."""
    odd = [{"TicketID": "9291804"}, {"TicketID": 9291804.0}, {"TicketID": None}, {}]
    place.world.set_report(1344, rows=odd, max_results=4)
    assert rows(api) == odd
    assert api.get("/reports/1344").json()["MaxResults"] == 4
    place.world.set_report(1344, rows=None)
    assert rows(api) is None
    place.world.set_report(1344, rows=COMPUTED)
    assert len(rows(api)) == 1


def test_the_id_column_can_be_renamed_or_missing(place: Place, api: httpx2.Client) -> None:
    """Some reports call it ID, some do not show it."""
    place.world.set_report(1344, id_column="ID")
    assert rows(api)[0]["ID"] == place.ticket.id
    assert "TicketID" not in rows(api)[0]
    place.world.set_report(1344, id_column=None)
    assert "ID" not in rows(api)[0]
    names = [one["ColumnName"] for one in api.get("/reports/1344").json()["DisplayedColumns"]]
    assert "TicketID" not in names


def test_an_html_page_can_stand_in_for_a_report(place: Place, api: httpx2.Client) -> None:
    """A maintenance page comes with 200 and its own content type."""
    place.world.set_report(1344, raw="<html>Back soon</html>")
    reply = api.get("/reports/1344?withData=true")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.text == "<html>Back soon</html>"


def test_a_hidden_report_is_refused_and_not_listed(place: Place, api: httpx2.Client) -> None:
    """The refusal may be 404, 401 or 403."""
    place.world.set_report(1344, hidden=True)
    assert api.get("/reports/1344").status_code == 404
    place.world.behaviour.hidden_report_status = 401
    assert api.get("/reports/1344").status_code == 401
    assert 1344 not in {one["ID"] for one in api.get("/reports").json()}


def test_reports_are_found_by_name_and_app(api: httpx2.Client) -> None:
    """Unknown members of the body filter nothing."""
    body = {"searchText": "east hall", "NoSuchMember": 1}
    found = api.post("/reports/search", json=body).json()
    assert [one["ID"] for one in found] == [1344]
    assert "DisplayedColumns" not in found[0]
    assert [one["ID"] for one in api.post("/reports/search", json={"ForAppID": 48}).json()] == [
        1402
    ]


def test_an_asset_report_has_its_own_keys(api: httpx2.Client) -> None:
    """Active computers, with text cells that are empty and not null."""
    found = rows(api, 1402)
    assert [row["Name"] for row in found] == ["IC-EHLB760-F16", "L-C02XJ0AXJGH5"]
    assert found[0]["OwningCustomerEmail"] == ""
    assert found[1]["OwningCustomerEmail"] == "poshea@umich.edu"


def test_a_misspelt_override_is_refused(place: Place) -> None:
    """A test that dictates nothing by mistake is told so."""
    with pytest.raises(AttributeError, match="no rwos"):
        place.world.set_report(1344, rwos=[])
