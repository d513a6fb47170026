from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.errors import ReportError
from ticket_queue_daemon.tdx.models import Report
from ticket_queue_daemon.tdx.reports import ticket_ids

if TYPE_CHECKING:
    from collections.abc import Callable


def report(rows: Any, **members: Any) -> Report:
    return Report.model_validate({"ID": 1344, "Name": "Unassigned", "DataRows": rows} | members)


def ids_of(*values: Any) -> list[int]:
    return ticket_ids(report([{"TicketID": value} for value in values])).ids


@pytest.mark.parametrize(
    "value", [9291804, "9291804", 9291804.0, " 9291804 ", "9291804.0", "09291804", "9291804."]
)
def test_an_id_is_read_in_each_form_that_tdx_may_send(value: Any) -> None:
    assert ids_of(value) == [9291804]


@pytest.mark.parametrize(
    "value",
    [
        *("", "  ", None, "abc", 1.5, "1.5", -1, "-1", 0, True, False, [], {}),
        *(2**31, "99999999999999999999", float("inf"), float("nan"), "1e6", "9,291,804"),
        *("٩", "12 13", "0x10", "9" * 5000),
    ],
)
def test_a_row_without_a_usable_id_is_told_with_its_reason(value: Any) -> None:
    found = ticket_ids(report([{"TicketID": 5}, {"TicketID": value}]))
    assert found.ids == [5]
    assert [bad.index for bad in found.bad_rows] == [1]
    assert found.bad_rows[0].reason.startswith("TicketID: ")
    assert len(found.bad_rows[0].reason) < 100


@given(
    st.lists(
        st.integers(1, 2**31 - 1)
        | st.integers(1, 9)
        | st.sampled_from([None, "", "abc", 0, -5, 1.5, True]),
        max_size=40,
    ),
    st.data(),
)
def test_every_row_is_an_id_a_duplicate_or_bad_and_order_is_kept(
    values: list[Any], data: st.DataObject
) -> None:
    forms: list[Callable[[Any], Any]] = [
        lambda v: v,
        float,
        str,
        lambda v: f" {v} ",
        lambda v: f"{v}.0",
    ]
    good = [v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0]
    rows = [
        {"TicketID": data.draw(st.sampled_from(forms))(v) if v in good and v is not True else v}
        for v in values
    ]
    if not rows:
        return
    found = ticket_ids(report(rows))
    assert found.ids == list(dict.fromkeys(good))
    assert len(found.ids) + found.duplicates + len(found.bad_rows) == len(rows)


def test_duplicates_are_counted_once_and_in_order() -> None:
    found = ticket_ids(report([{"TicketID": v} for v in (7, "5", 7.0, 5, 9)]))
    assert (found.ids, found.duplicates, found.bad_rows) == ([7, 5, 9], 2, [])


def test_no_data_is_not_an_empty_queue() -> None:
    with pytest.raises(ReportError, match="DataRows is null"):
        ticket_ids(report(None))
    assert ticket_ids(report([])).ids == []


def test_no_id_column_names_the_columns_there_are_and_the_setting() -> None:
    with pytest.raises(ReportError) as caught:
        ticket_ids(report([{"Title": "x", "StatusName": "New"}]))
    assert "StatusName, Title" in caught.value.message
    assert "DAEMON_REPORT_ID_COLUMN" in caught.value.advice


@pytest.mark.parametrize(
    ("row", "setting"),
    [
        ({"TicketID": 5, "ID": 6}, None),
        ({"ID": 5, "Title": "x"}, None),
        ({"ticketid": 5}, None),
        ({"TicketId": 5}, None),
        ({"Number": 5, "Title": "x"}, "Number"),
        ({"Number": 5, "ID": 6}, " number "),
    ],
)
def test_the_id_column_is_found(row: dict[str, Any], setting: str | None) -> None:
    assert ticket_ids(report([row]), setting).ids == [5]


def test_the_column_asked_for_when_the_report_was_run_counts() -> None:
    asked = report([{"Number": 5, "ID": 6}]).model_copy(update={"id_column": "Number"})
    assert ticket_ids(asked).ids == [5]


def test_a_column_headed_id_is_found_under_its_own_name() -> None:
    columns = [
        {"HeaderText": "Title", "ColumnName": "Title", "SortColumnName": "Title"},
        {"HeaderText": "ID", "ColumnName": "Incident-No", "SortColumnName": "IncidentNo"},
    ]
    rows = [{"Title": "x", "IncidentNo": 5}]
    assert ticket_ids(report(rows, DisplayedColumns=columns)).ids == [5]
    assert ticket_ids(report(rows, DisplayedColumns=columns), "id").ids == [5]


def test_a_setting_that_names_no_column_is_told_when_another_serves() -> None:
    found = ticket_ids(report([{"TicketID": 5}]), "Nummer")
    assert found.ids == [5]
    assert "'Nummer'" in found.notes[0]


def test_a_row_that_lacks_the_column_is_bad_and_one_in_another_case_is_not() -> None:
    found = ticket_ids(report([{"TicketID": 5}, {"Title": "x"}, {"TICKETID": 6}]))
    assert found.ids == [5, 6]
    assert [bad.index for bad in found.bad_rows] == [1]


def test_as_many_rows_as_the_reports_maximum_is_said() -> None:
    rows = [{"TicketID": 5}, {"TicketID": 6}]
    assert "maximum of 2" in ticket_ids(report(rows, MaxResults=2)).notes[0]
    assert not ticket_ids(report(rows, MaxResults=3)).notes
    assert not ticket_ids(report(rows, MaxResults=0)).notes
    assert not ticket_ids(report([], MaxResults=0)).notes


def test_twenty_thousand_rows_are_read_whole() -> None:
    rows = [{"TicketID": str(9_000_000 + n), "Title": "x" * 50} for n in range(20_000)]
    assert len(ticket_ids(report(rows)).ids) == 20_000


EVENING = datetime(2026, 11, 24, 18, 5, 9, 120_000, UTC)


@pytest.mark.parametrize(
    "value",
    [
        *("2026-11-24T18:05:09.12Z", "2026-11-24T18:05:09.120", "2026-11-24T18:05:09.1200000Z"),
        *("2026-11-24T12:05:09.12-06:00", " 2026-11-24 18:05:09.12 "),
    ],
)
def test_a_modified_date_is_read_in_each_form(value: str) -> None:
    found = ticket_ids(report([{"TicketID": 5, "ModifiedDate": value}]))
    assert found.modified == {5: EVENING}


@pytest.mark.parametrize("value", [None, "", "0001-01-01T00:00:00Z", "yesterday", 5, True, [], {}])
def test_a_cell_that_is_no_date_leaves_its_ticket_out(value: Any) -> None:
    assert ticket_ids(report([{"TicketID": 5, "ModifiedDate": value}])).modified == {}


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("modifieddate", {}),
        ("ModifiedDate", {"ColumnName": "ModifiedDate"}),
        ("T.Modified", {"ColumnName": "T.Modified", "SortColumnName": "ModifiedDate"}),
        ("Mod1", {"ColumnName": "ModifiedDate", "SortColumnName": "Mod1"}),
        ("C7", {"HeaderText": " Last Modified ", "ColumnName": "C7"}),
    ],
)
def test_the_modified_date_is_found_by_name_or_heading(key: str, column: dict[str, str]) -> None:
    rows = [{"TicketID": 5, key: "2026-11-24T18:05:09.12Z"}]
    found = ticket_ids(report(rows, DisplayedColumns=[column] if column else []))
    assert found.modified == {5: EVENING}


def test_a_report_without_the_column_says_so_and_an_empty_one_says_nothing() -> None:
    assert ticket_ids(report([{"TicketID": 5}])).modified is None
    assert ticket_ids(report([])).modified == {}


def test_of_two_dates_of_a_ticket_the_later_one_counts() -> None:
    dates = ["2026-11-24T18:05:09.12Z", "2026-11-23T18:05:09Z", None]
    found = ticket_ids(report([{"TicketID": 5, "ModifiedDate": date} for date in dates]))
    assert found.modified == {5: EVENING}
