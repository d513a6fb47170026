"""``matching-report``: what people corrected is counted, told with numbers, and shown to be read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk import Desk

    Report = Callable[..., dict[str, Any]]

RETIRED = 39
ITEMS = "GET /{appId}/tickets/{id}/assets"
V1 = AddAssetAction()


@pytest.fixture
def _command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")


@pytest.fixture
def report(desk: Desk, _command: None, capsys: pytest.CaptureFixture[str]) -> Report:
    """The command's JSON; it never changes TDX."""

    def ask(*args: str) -> dict[str, Any]:
        writes = desk.writes()
        capsys.readouterr()
        assert main(["matching-report", "--json", *args]) == 0
        assert desk.writes() == writes
        return dict(json.loads(capsys.readouterr().out))

    return ask


def machines(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (one["name"], one["outcome"]) for ticket in told["tickets"] for one in ticket["machines"]
    ]


def pattern(told: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [one for one in told["patterns"] if one["pattern"] == name]
    return dict(found)


def test_attached_and_refused_are_told_with_the_text_around(desk: Desk, report: Report) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=RETIRED)
    ticket = desk.ticket("Lab: IC-EHLB760-F16 is slow", "so is LSAF-D30H6J3, very")
    desk.run(V1)

    told = report()

    assert machines(told) == [("IC-EHLB760-F16", "attached"), ("LSAF-D30H6J3", "refused")]
    [entry] = told["tickets"]
    assert (entry["ticket_id"], entry["title"]) == (ticket.id, "Lab: IC-EHLB760-F16 is slow")
    first, second = entry["machines"]
    assert first["mentions"] == [
        {"where": "title", "before": "Lab: ", "token": "IC-EHLB760-F16", "after": " is slow"}
    ]
    assert "its status is" in second["why"]
    assert (told["checked"], told["counts"]["attached"]) == (1, 1)


def test_what_a_person_took_off_is_noticed_without_any_further_run(
    desk: Desk, report: Report
) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)

    told = report()

    assert machines(told) == [("IC-EHLB760-F16", "taken off")]
    assert pattern(told, "department-location-identifier")["precision"]["share"] == 0.0


def test_without_a_check_tdx_is_not_asked(desk: Desk, report: Report) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    calls = len(desk.simulator.requests)

    told = report("--no-check")

    assert machines(told) == [("IC-EHLB760-F16", "attached")]
    assert (told["checked"], len(desk.simulator.requests)) == (0, calls)


def test_one_that_stood_in_the_text_and_that_a_person_added_is_a_miss(
    desk: Desk, report: Report
) -> None:
    named = desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=RETIRED)
    other = desk.asset("IC-LAB0001-F20", "SN000000002")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")
    desk.run(V1)
    desk.world.attach_asset(ticket.id, named.id)
    desk.world.attach_asset(ticket.id, other.id)

    told = report()

    assert machines(told) == [("LSAF-D30H6J3", "missed"), ("IC-LAB0001-F20", "added by hand")]
    missed = pattern(told, "department-serial")
    assert (missed["attached"], missed["missed"], missed["recall"]["share"]) == (0, 1, 0.0)
    assert told["all"]["missed"] == 1


def test_one_named_in_the_conversation_before_we_looked_is_a_miss_and_later_it_is_none(
    desk: Desk, report: Report
) -> None:
    early = desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=RETIRED)
    late = desk.asset("LSAF-AAAA1J3", "AAAA1J3", status_id=RETIRED)
    ticket = desk.ticket("It is slow")
    now, hour = desk.world.now(), timedelta(hours=1)
    desk.world.add_feed_entry(ticket.id, "It says LSAF-D30H6J3", desk.alice, created=now - hour)
    desk.run(V1)
    desk.world.add_feed_entry(ticket.id, "and LSAF-AAAA1J3", desk.alice, created=now + hour)
    desk.world.attach_asset(ticket.id, early.id)
    desk.world.attach_asset(ticket.id, late.id)

    assert sorted(machines(report())) == [
        ("LSAF-AAAA1J3", "added by hand"),
        ("LSAF-D30H6J3", "missed"),
    ]


def test_what_was_there_before_us_and_what_we_attached_is_no_miss(
    desk: Desk, report: Report
) -> None:
    before = desk.asset("LSAF-D30H6J3", "D30H6J3")
    desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("LSAF-D30H6J3 and IC-EHLB760-F16")
    desk.world.attach_asset(ticket.id, before.id)
    desk.run(V1)

    told = report()

    assert sorted(machines(told)) == [
        ("IC-EHLB760-F16", "attached"),
        ("LSAF-D30H6J3", "already there"),
    ]
    assert told["all"]["missed"] == 0


def test_a_check_costs_one_call_a_ticket_and_asks_again_only_for_what_is_new(
    desk: Desk, report: Report
) -> None:
    by_hand = desk.asset("IC-LAB0001-F20", "SN000000002")
    desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=RETIRED)
    tickets = [desk.ticket(f"LSAF-D30H6J3 {number}") for number in range(4)]
    desk.run(V1)
    desk.world.attach_asset(tickets[0].id, by_hand.id)
    requests = desk.simulator.requests
    one = "GET /{appId}/tickets/{id}"
    items, texts = requests.count(ITEMS), requests.count(one)

    report()
    assert (requests.count(ITEMS) - items, requests.count(one) - texts) == (4, 1)
    report()
    assert (requests.count(ITEMS) - items, requests.count(one) - texts) == (8, 1)


def test_where_nobody_looked_what_was_on_the_ticket_nothing_is_concluded_from_what_is(
    desk: Desk, report: Report
) -> None:
    """Nothing named: the asset that is there now may have been there before, so nobody added it."""
    there, missed = (desk.asset(f"LSAF-D30H6J{number}", f"D30H6J{number}") for number in (1, 2))
    desk.world.assets[missed.id].status_id = RETIRED
    nothing = desk.ticket("Nothing is named")
    desk.world.attach_asset(nothing.id, there.id)
    link = desk.ticket("Help", "see https://LSAF-D30H6J2/")
    desk.run(V1)
    # The text is judged as it is now; that must not make a miss of what was there all the time.
    desk.world.tickets[nothing.id].description = "LSAF-D30H6J1"
    desk.world.attach_asset(link.id, missed.id)

    told = report()

    assert machines(told) == [("LSAF-D30H6J2", "missed")]
    assert (told["all"]["missed"], told["checked"]) == (1, 2)


def test_a_ticket_that_is_gone_is_told_and_the_rest_goes_on(desk: Desk, report: Report) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    gone = desk.ticket("IC-EHLB760-F16 is slow")
    desk.ticket("IC-EHLB760-F16 is slow too")
    desk.run(V1)
    desk.world.delete_ticket(gone.id)

    told = report()

    assert told["checked"] == 1
    assert [
        bool(one["unreadable"]) for one in sorted(told["tickets"], key=lambda t: t["ticket_id"])
    ] == [True, False]


def test_the_numbers_are_right_on_a_small_example(desk: Desk, report: Report) -> None:
    """8 attached by serial number; 2 taken off; 1 missed: 6 of 8 were right, 6 of 7 were found."""
    tickets = []
    for number in range(8):
        desk.asset(f"Desk of person {number}", f"R8YWA0LX{number}ZE")
        tickets.append(desk.ticket(f"R8YWA0LX{number}ZE is slow"))
    missed = desk.asset("Another desk", "R8YWB1LX9ZE", status_id=RETIRED)
    tickets.append(desk.ticket("R8YWB1LX9ZE is slow"))
    desk.run(V1)
    for ticket in tickets[:2]:
        [asset_id] = desk.attached(ticket)
        desk.world.remove_asset_from_ticket(ticket.id, asset_id)
    desk.world.attach_asset(tickets[-1].id, missed.id)

    told = report("--last", "100", "--since", "7d")

    figures = pattern(told, "generic-serial")
    assert (figures["attached"], figures["removed"], figures["missed"]) == (8, 2, 1)
    # Wilson by hand: 6 of 8 is 0.750 (0.409 to 0.929), 6 of 7 is 0.857 (0.487 to 0.974).
    precision, recall = figures["precision"], figures["recall"]
    assert precision["share"] == pytest.approx(6 / 8)
    assert (precision["low"], precision["high"]) == pytest.approx((0.4093, 0.9285), abs=1e-4)
    assert recall["share"] == pytest.approx(6 / 7)
    assert (recall["low"], recall["high"]) == pytest.approx((0.4869, 0.9743), abs=1e-4)
    assert sum(one["attached"] for one in told["weeks"]) == 8
    assert len({one["week"] for one in told["weeks"]}) in {1, 2}


def test_it_holds_the_newest_tickets_and_no_more(desk: Desk, report: Report) -> None:
    tickets = [desk.ticket(f"Nothing {number}") for number in range(5)]
    for ticket in tickets:
        desk.run(V1)
        del ticket

    assert len(report("--last", "3")["tickets"]) == 3
    assert report("--since", "2026-01-01", "--last", "1", "--no-check")["tickets"] != []


def test_an_empty_log_has_an_empty_report(report: Report) -> None:
    told = report()

    assert (told["tickets"], told["patterns"], told["all"]["precision"]["share"]) == ([], [], None)


@pytest.mark.usefixtures("_command")
def test_the_terminal_shows_a_table_and_the_numbers(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    desk.ticket("IC-EHLB760-F16 is slow")
    desk.ticket("Nothing is named")
    desk.run(V1)
    capsys.readouterr()

    assert main(["matching-report"]) == 0

    shown = capsys.readouterr().out
    assert "attached" in shown
    assert "1 more tickets name no computer" in shown
    assert "(21-100)" in shown
    assert "2 tickets since" in shown


def test_a_dry_run_setting_keeps_it_from_writing(
    desk: Desk, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    monkeypatch.setenv("DAEMON_DRY_RUN", "true")

    assert report()["checked"] == 0
    assert sql(desk.database_url, "SELECT count(*) FROM meta.daemon_corrections") == [(0,)]


# the page


@pytest.fixture
def page(desk: Desk, _command: None, tmp_path: Path) -> Callable[[], str]:
    def write() -> str:
        assert main(["matching-report", "--html", "report.html"]) == 0
        return (tmp_path / "report.html").read_text("utf-8")

    return write


def test_the_page_highlights_each_mention_and_escapes_every_text(
    desk: Desk, page: Callable[[], str]
) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=RETIRED)
    desk.ticket("<script>alert(1)</script> IC-EHLB760-F16 & more", "LSAF-D30H6J3: 3 < 4 & 5 > 2")
    desk.run(V1)

    html = page()

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; IC-EHLB760-F16 &amp; more</h3>" in html
    assert "<mark>IC-EHLB760-F16</mark> &amp; more" in html
    assert "<mark>LSAF-D30H6J3</mark>: 3 &lt; 4 &amp; 5 &gt; 2" in html
    assert '<div class="m attached">' in html
    assert '<div class="m refused">' in html


def test_the_page_needs_nothing_else_and_lets_no_script_run(
    desk: Desk, page: Callable[[], str]
) -> None:
    html = page()

    assert "default-src 'none'" in html
    for word in ("src=", "@import", "url(", "<link", "<script"):
        assert word not in html


def test_the_page_replaces_its_like_and_nothing_else(
    desk: Desk, page: Callable[[], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page()
    page()
    (tmp_path / "thesis.html").write_text("forty years of work")

    assert main(["matching-report", "--html", "thesis.html"]) == 2
    assert "is left as it is" in capsys.readouterr().err
    assert (tmp_path / "thesis.html").read_text() == "forty years of work"
    assert main(["matching-report", "--html", "thesis.html", "--force"]) == 0
    assert "forty years" not in (tmp_path / "thesis.html").read_text()
    assert main(["matching-report", "--html", "nowhere/report.html"]) == 2
    assert sorted(path.name for path in tmp_path.glob("*html*")) == ["report.html", "thesis.html"]
