"""A report that could not be read is never an empty queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.errors import ConfigError, DaemonError, ReportError

if TYPE_CHECKING:
    from desk import Desk

HELLO = CommentAction(comment_text="Hello")


def test_data_rows_null_is_said(desk: Desk) -> None:
    desk.world.set_report(1344, rows=None)

    with pytest.raises(ReportError, match="DataRows is null"):
        desk.run(HELLO)


def test_a_missing_id_column_names_the_columns_and_the_setting(desk: Desk) -> None:
    desk.world.set_report(1344, rows=[{"Title": "Printer", "Number": 5}])

    with pytest.raises(ReportError, match="Title") as caught:
        desk.run(HELLO)

    assert "DAEMON_REPORT_ID_COLUMN" in f"{caught.value.message} {caught.value.advice}"


def test_the_column_can_be_set(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.world.set_report(1344, rows=[{"Title": "Printer", "Number": ticket.id}])

    desk.run(HELLO, report_id_column="Number")

    assert desk.comments(ticket) == ["Hello"]


def test_a_column_called_id_will_do(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.world.set_report(1344, rows=[{"ID": ticket.id, "Title": "Printer"}])

    desk.run(HELLO)

    assert desk.comments(ticket) == ["Hello"]


def test_html_instead_of_json_is_said(desk: Desk) -> None:
    desk.world.set_report(1344, raw="<html><body>Maintenance</body></html>", raw_type="text/html")

    with pytest.raises(DaemonError) as caught:
        desk.run(HELLO)

    assert caught.value.exit_code in {2, 3}
    assert "web page" in caught.value.message


def test_rows_equal_to_the_reports_own_cap_are_noted(desk: Desk) -> None:
    tickets = [desk.ticket(f"Ticket {number}") for number in range(3)]
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id} for ticket in tickets], max_results=3)

    report = desk.run(HELLO)

    assert report.succeeded == 3
    assert any("3" in note and "more" in note for note in report.notes)


@pytest.mark.parametrize("write", [str, float, lambda number: f" {number} "])
def test_ids_as_text_or_floats_are_understood(desk: Desk, write: Any) -> None:
    ticket = desk.ticket("Printer")
    desk.world.set_report(1344, rows=[{"TicketID": write(ticket.id)}])

    assert desk.run(HELLO).succeeded == 1


def test_bad_rows_are_said_and_the_good_ones_worked_on(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    bad: list[Any] = ["", None, "abc", 1.5, -3, True]
    desk.world.set_report(
        1344, rows=[*({"TicketID": value} for value in bad), {"TicketID": ticket.id}]
    )

    report = desk.run(HELLO)

    assert (report.found, report.succeeded) == (1, 1)
    assert any("6 rows name no ticket" in note for note in report.notes)


def test_duplicate_rows_count_once(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}] * 3)

    report = desk.run(HELLO)

    assert report.found == 1
    assert desk.comments(ticket) == ["Hello"]


def test_an_empty_report_is_an_empty_queue(desk: Desk) -> None:
    desk.world.set_report(1344, rows=[])

    report = desk.run(HELLO)

    assert (report.found, report.executed, report.failed) == (0, 0, 0)


def test_twenty_thousand_rows_are_counted_and_guarded(desk: Desk) -> None:
    rows = [{"TicketID": 9_000_000 + number} for number in range(20_000)]
    desk.world.set_report(1344, rows=rows)

    with pytest.raises(DaemonError, match="20000"):
        desk.run(HELLO)

    assert desk.writes() == 0


def test_a_ticketing_app_id_that_names_the_asset_app_is_found_out_and_said(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    del desk.world.applications[31]

    report = desk.run(HELLO, tdx_app_id=48)

    assert desk.comments(ticket) == ["Hello"]
    assert any("48" in note and "46" in note for note in report.notes)


def test_with_two_ticketing_apps_to_choose_from_both_are_named(desk: Desk) -> None:
    desk.ticket("Printer")

    with pytest.raises(ConfigError, match=r"46.*31|31.*46"):
        desk.run(HELLO, tdx_app_id=48)
