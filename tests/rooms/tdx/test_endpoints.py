"""Every endpoint group against the simulator over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.errors import ConfigError, ReportError
from ticket_queue_daemon.tdx.errors import TdxError
from ticket_queue_daemon.tdx.models import FeedPost, TicketSearch
from ticket_queue_daemon.tdx.reports import ticket_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient


def test_a_ticket_is_read_with_its_people_and_dates(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    pat = simulator.world.add_person("Pat", "O'Shea", "poshea")
    made = simulator.world.add_ticket("Broken", "<b>dead</b>", requestor=pat, rich=True)
    ticket = connect().tickets.get(made.id)
    assert (ticket.id, ticket.title, ticket.app_id) == (made.id, "Broken", 46)
    assert (ticket.requestor_uid, ticket.requestor_name) == (pat.uid, "Pat O'Shea")
    assert (ticket.status_id, ticket.status_name, ticket.status_class) == (115, "New", 1)
    assert ticket.created_date is not None
    assert ticket.created_date.tzinfo is UTC
    assert ticket.completed_date is None
    assert ticket.responsible_uid is None
    assert ticket.raw()["Title"] == "Broken"


def test_items_tell_assets_from_configuration_items_though_their_ids_overlap(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    ticket = world.add_ticket("Broken", "text")
    machines = [world.add_asset(f"IC-EHLB760-F{n}") for n in range(12)]
    lab = world.add_lab("aabol Lab")
    client = connect()
    client.tickets.attach_asset(ticket.id, machines[0].id)
    client.tickets.link_item(ticket.id, lab.id)
    client.tickets.link_item(ticket.id, machines[1].ci_id)
    items = client.tickets.items(ticket.id)
    assert {item.asset_id for item in items} == {machines[0].id, machines[1].id, None}
    assert {item.id for item in items} == {machines[0].ci_id, machines[1].ci_id, lab.id}
    assert client.items.get(lab.id).name == "aabol Lab"


def test_the_feed_is_newest_first_and_replies_come_from_the_single_entry(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    pat = world.add_person("Pat", "Doe", "patdoe")
    ticket = world.add_ticket("Broken", "text", requestor=pat)
    first = world.add_feed_entry(ticket.id, "first", pat, replies=["a reply", "another"])
    second = world.add_feed_entry(ticket.id, "second", pat)
    client = connect()
    feed = client.tickets.feed(ticket.id)
    ids = [entry.id for entry in feed]
    assert ids.index(second.id) < ids.index(first.id)
    entry = feed[ids.index(first.id)]
    assert (entry.replies, entry.replies_count, entry.created_uid) == ([], 2, pat.uid)
    assert [reply.body for reply in client.feed.entry(first.id).replies] == ["a reply", "another"]


def test_a_post_comes_back_as_an_entry_of_our_own_and_may_change_the_status(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    client = connect()
    entry = client.tickets.post_feed(
        ticket.id, FeedPost(comments="hello you", is_private=True, new_status_id=117)
    )
    assert "hello you" in entry.body
    assert entry.created_uid == client.me().uid
    assert client.tickets.get(ticket.id).status_id == 117
    assert simulator.world.notifications == []


def test_a_patch_changes_what_it_names_and_nothing_else(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    pat = simulator.world.add_person("Pat", "Doe", "patdoe")
    made = simulator.world.add_ticket("Broken", "text", responsible=pat)
    client = connect()
    ticket = client.tickets.patch(made.id, {"StatusID": 117, "Attributes/18377": [2364, 5176]})
    assert (ticket.status_id, ticket.title, ticket.responsible_uid) == (117, "Broken", pat.uid)
    assert client.tickets.patch(made.id, {"ResponsibleUid": None}).responsible_uid is None
    assert ticket.attribute(18377) == "2364,5176"
    cleared = {"attributes/18377": None}
    ticket = client.tickets.patch(made.id, cleared, notify_new_responsible=True)
    assert ticket.attribute(18377) is None


@pytest.mark.parametrize("path", ["Status ID", "/a/b", "", "attributes/x", "tasks/5"])
def test_a_path_that_can_not_be_patched_is_refused_at_home(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, path: str
) -> None:
    with pytest.raises(ConfigError, match="patched"):
        connect().tickets.patch(1, {path: 5})
    assert simulator.requests.count() == 0


def test_contacts_and_tags_are_added_once_and_for_all(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    pat = simulator.world.add_person("Pat", "Doe", "patdoe")
    ticket = simulator.world.add_ticket("Broken", "text")
    client = connect()
    client.tickets.add_contact(ticket.id, pat.uid.upper())
    assert [person.uid for person in client.tickets.contacts(ticket.id)] == [pat.uid]
    for _ in range(2):
        client.tickets.add_tags(ticket.id, ["one", "two"])
    for _ in range(2):
        client.tickets.remove_tags(ticket.id, ["one"])
    assert simulator.journal.count("tags_added") == simulator.journal.count("tags_removed") == 1
    assert simulator.requests.status_count(304) == 2


def test_statuses_and_searches_of_tickets(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    pat = world.add_person("Pat", "Doe", "patdoe")
    mine = world.add_ticket("Broken", "text", requestor=pat)
    world.add_ticket("Other", "text", requestor=pat, status_id=122)
    world.add_ticket("Third", "text")
    client = connect()
    found = client.tickets.search(TicketSearch(status_ids=[115], requestor_uids=[pat.uid.upper()]))
    assert [ticket.id for ticket in found] == [mine.id]
    assert found[0].attributes == []
    assert any(status.do_not_reopen for status in client.lists.tickets.statuses())


def test_assets_are_searched_read_and_listed_whole(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    pat = world.add_person("Pat", "Doe", "patdoe")
    mac = world.add_asset("L-C02XJ0AXJGH5", "C02XJ0AXJGH5", owner=pat)
    world.add_asset("CHEM-SMALD1", "D30H6J3", status_id=41)
    client = connect()
    assert [a.id for a in client.assets.search(serial_like="xj0axj", status_ids=[38])] == [mac.id]
    assert [a.id for a in client.assets.search(owning_customer_ids=[pat.uid])] == [mac.id]
    assert client.assets.search(serial_like="nothing") == []
    assert len(client.assets.all()) == 2
    asset = client.assets.get(mac.id)
    assert (asset.serial_number, asset.configuration_item_id) == ("C02XJ0AXJGH5", mac.ci_id)
    assert asset.owning_customer_id == pat.uid


def test_people_are_read_by_uid_or_user_name(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    pat = simulator.world.add_person("Pat", "Doe", "patdoe")
    client = connect()
    assert client.people.get(pat.uid).full_name == "Pat Doe"
    assert client.people.get("patdoe@umich.edu").uid == pat.uid


def test_a_report_gives_its_tickets(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    made = [simulator.world.add_ticket(f"T{n}", "text").id for n in range(3)]
    client = connect()
    report = client.reports.run(1344)
    assert (report.id, report.rows is None) == (1344, False)
    assert set(ticket_ids(report).ids) == set(made)
    simulator.world.set_report(1344, id_column="ID")
    assert set(ticket_ids(client.reports.run(1344)).ids) == set(made)
    rows = [{"Nr": "9291804"}, {"Nr": 9291804.0}, {}]
    simulator.world.set_report(1344, rows=rows)
    found = ticket_ids(client.reports.run(1344, id_column="nr"))
    assert (found.ids, found.duplicates, len(found.bad_rows)) == ([9291804], 1, 1)
    simulator.world.set_report(1344, rows=None)
    with pytest.raises(ReportError, match="DataRows is null"):
        ticket_ids(client.reports.run(1344))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_report_that_is_not_visible_is_one_message_with_three_things_to_check(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, status: int
) -> None:
    simulator.world.behaviour.hidden_report_status = status
    simulator.world.set_report(1344, hidden=True)
    with pytest.raises(ReportError, match="Report 1344 not found or not permitted") as caught:
        connect().reports.run(1344)
    for thing in ("exists", "shared with the API account", "TDX_BASE_URL"):
        assert thing in caught.value.advice


def test_a_report_that_answers_a_page_concludes_nothing(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    simulator.world.set_report(
        1344, raw="<html><title>Sign in</title></html>", raw_type="text/html", raw_status=200
    )
    with pytest.raises(ReportError, match="nothing is concluded"):
        connect().reports.run(1344)


def test_a_report_that_fails_in_tdx_is_tdx_failing_and_not_a_setting(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    simulator.faults.add("status_before", "GET", "/reports/", status=500)
    with pytest.raises(TdxError, match="not available"):
        connect().reports.run(1344)


def test_the_applications_are_checked_by_one_call_and_used_from_then_on(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    asset = simulator.world.add_asset("IC-EHLB760-F16")
    client = connect(asset_app_id=None)
    with pytest.raises(ConfigError, match="assets application"):
        client.assets.get(asset.id)
    check = client.check_applications()
    assert (check.ticket_app_id, check.asset_app_id, len(check.notes)) == (46, 48, 1)
    assert client.assets.get(asset.id).name == "IC-EHLB760-F16"
    assert client.call_counts()["GET applications"] == 1
    with pytest.raises(ConfigError, match="TDX_APP_ID 48 is an assets application"):
        connect(ticket_app_id=48).check_applications()


def test_links_and_instance_name_the_environment(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    with connect() as client:
        root = simulator.url.removesuffix("/TDWebApi/api")
        link = f"{root}/TDNext/Apps/46/Tickets/TicketDet?TicketID=9291804"
        assert client.ticket_link(9291804) == link
        assert client.instance == f"{root.removeprefix('http://')}/TDWebApi"
    sandbox = connect(url=simulator.sandbox_url)
    assert sandbox.instance.endswith("/SBTDWebApi")
    assert "/SBTDNext/Apps/46/" in sandbox.ticket_link(1)


@pytest.mark.parametrize("offset", [0.0, 3600.0, -400.0])
def test_the_time_of_tdx_is_learned_from_its_answers(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, clock: Any, offset: float
) -> None:
    simulator.world.behaviour.clock_offset = offset
    client = connect()
    client.me()
    ours = clock.now() + timedelta(seconds=offset)
    assert abs(client.tdx_now() - ours) < timedelta(seconds=1.5)
    assert isinstance(client.tdx_now(), datetime)


def test_the_state_of_the_limits_can_be_shown(
    connect: Callable[..., TdxClient],
) -> None:
    client = connect()
    client.me()
    states = {state.key: state for state in client.rate_limits()}
    assert states["GET auth/getuser"].used == 1
    assert states["GET auth/getuser"].in_flight == 0
