"""An admin's own export: headings as reports have them, and no row or name lost silently."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from ticket_queue_daemon.simulator import SimulatorServer, World, campus
from ticket_queue_daemon.simulator.files import UnusableFileError
from ticket_queue_daemon.simulator.loading import load_assets, load_tickets
from ticket_queue_daemon.simulator.serving import Contents, open_world
from ticket_queue_daemon.simulator.state import restore, snapshot

if TYPE_CHECKING:
    from pathlib import Path

ASSETS = """\
Serial Number,NAME,Asset Tag,Status,Owner,Owner E-mail,Location,Product Model,Purchase Cost,Colour
C02XJ0AXJGH5,L-C02XJ0AXJGH5,00017,Active,"O'Shea, Pat",poshea@example.edu,East Hall,MacBook Pro 14,"$1,999.00",grey
D30H6J3,IC-EHLB760-F16,,Gone to Surplus,,,Annex,OptiPlex 9,,
"""
TICKETS = """\
ID;Title;Status;Requestor;Requestor Email;Resp Group;Created;Description;Type
77001;Screen of L-C02XJ0AXJGH5;Open;Pat O'Shea;poshea@example.edu;Helpdesk;11/20/2026 9:58 AM;"<p>It is
black.</p>";Desktop Support / Printing
77002;Done already;Closed;;;;2026-11-21T10:00:00Z;;
"""


def given(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_assets_are_loaded_with_what_their_columns_say(tmp_path: Path) -> None:
    world = World()
    loaded = load_assets(world, given(tmp_path, ASSETS))
    mac, dell = world.assets.values()
    assert (mac.serial, mac.name, mac.tag, mac.status_id) == (
        "C02XJ0AXJGH5",
        "L-C02XJ0AXJGH5",
        "00017",
        38,
    )
    owner = world.people[mac.owner_uid or ""]
    assert (owner.full_name, owner.email) == ("Pat O'Shea", "poshea@example.edu")
    assert (mac.location_id, mac.model_id, mac.purchase_cost) == (46, 11, 1999.0)
    assert world.asset_statuses[dell.status_id].is_out_of_service
    said = "\n".join(loaded.sentences())
    assert "Loaded 2 assets" in said
    assert "'Gone to Surplus'" in said
    assert "Columns that mean nothing here: Colour." in said
    assert "1 locations" in said


def test_tickets_are_loaded_and_the_report_lists_the_open_ones(tmp_path: Path) -> None:
    """Groups of their own would leave the daemon's report empty."""
    world = World()
    load_tickets(world, given(tmp_path, TICKETS))
    first = world.tickets[77001]
    assert first.is_rich
    assert (first.created.hour, first.description) == (9, "<p>It is\nblack.</p>")
    assert (first.type_id, world.groups[first.responsible_group_id].name) == (311, "Helpdesk")
    assert world.status(world.tickets[77002]).status_class == 3
    with SimulatorServer(world, limits="off") as sim:
        headers = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
        path = f"{sim.url}/reports/1344?withData=true"
        rows = httpx2.get(path, headers=headers).json()["DataRows"]
    assert [one["TicketID"] for one in rows] == [77001]
    again, _ = restore(json.loads(json.dumps(snapshot(world))))
    assert again.reports[1344].compute(again)[0]["TicketID"] == 77001


def test_what_the_web_api_answers_can_be_loaded(tmp_path: Path) -> None:
    """An asset search, a saved search's page, and a report's own JSON."""
    source = campus(1, tickets=12, assets=40)
    with SimulatorServer(source, limits="off") as sim:
        headers = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
        with httpx2.Client(base_url=sim.url, headers=headers) as api:
            assets = api.post("/48/assets/search", json={}).content
            one = api.get(f"/48/assets/{next(iter(source.assets))}").json()
            page = {"Page": {"PageIndex": 0, "PageSize": 200}}
            tickets = api.post("/46/tickets/searches/7001/results", json=page).content
            report = api.get("/reports/1344?withData=true").content
    world = World()
    load_assets(world, given(tmp_path, assets))
    load_tickets(world, given(tmp_path, tickets))
    assert world.assets.keys() == source.assets.keys()
    for number, asset in world.assets.items():
        before = source.assets[number]
        for member in ("ci_id", "name", "serial", "tag", "status_id", "form_id", "owner_uid"):
            assert getattr(asset, member) == getattr(before, member), member
    assert len(world.tickets) == 12
    load_tickets(World(), given(tmp_path, report))
    one["ID"] = one["ConfigurationItemID"] = 5
    one["Attributes"] = [{"ID": 10902, "Name": "Memory", "Value": "16 GB"}]
    load_assets(world, given(tmp_path, json.dumps([one])))
    assert world.assets[5].attributes == {10902: "16 GB"}


def test_attribute_columns_are_known_by_name_or_number(tmp_path: Path) -> None:
    """Reports head them with the id and show the text of a choice (fact sheet 8)."""
    text = "TicketID,Title,18375,Room,153921\n1,A,macOS,B760,\n2,B,BeOS,,x\n"
    world = World()
    load_tickets(world, given(tmp_path, text))
    assert world.tickets[1].attributes == {18375: "26191", 18376: "B760"}
    choices = world.attribute_definitions[18375].choices
    assert choices[int(world.tickets[2].attributes[18375])] == "BeOS"
    assert world.tickets[2].attributes[153921] == "x"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: f"\n\n{text}\n,,\n".encode(),
    ],
)
def test_files_as_other_programs_save_them(tmp_path: Path, encode: Any) -> None:
    world = World()
    load_assets(world, given(tmp_path, encode("name,serial\nCafé-01,X1\n")))
    assert [one.name for one in world.assets.values()] == ["Café-01"]


def test_every_wrong_row_is_named_and_then_none_is_loaded(tmp_path: Path) -> None:
    text = (
        "AssetID,Name,Serial Number,Created,Purchase Cost\n"
        '1,A,"S\n1",,\n'
        "1,B,S2,,\n"
        ",,,,5\n"
        "x,C,S3,,\n"
        "3,D,S4,yesterday,\n"
        "4,E\n"
        "5,F,S5,,much\n"
    )
    world = World()
    with pytest.raises(UnusableFileError) as caught:
        load_assets(world, given(tmp_path, text))
    assert caught.value.reason.splitlines() == [
        "6 rows can't be loaded, so nothing was:",
        "  line 8: 2 cells, but there are 5 headings",
        "  line 4: the id 1 is there already",
        "  line 5: it has neither a name nor a serial number",
        "  line 6: 'x' is no id",
        "  line 7: 'yesterday' is no date",
        "  line 9: 'much' is no amount",
    ]
    assert not world.assets


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no rows"),
        ("[]", "it has no rows"),
        ("[1, 2]", "it has no rows"),
        ("{nonsense", "it is not JSON"),
        ('"a', "it is not CSV"),
        ("Colour,Size\nred,5\n", "no column tells the name or the serial number"),
    ],
)
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UnusableFileError, match=reason):
        load_assets(World(), given(tmp_path, text))


def test_ids_that_are_not_given_stay_clear_of_those_that_are(tmp_path: Path) -> None:
    text = "AssetID,Name,ConfigurationItemID\n,A,\n106894,B,106901\n,C,106902\n"
    world = World()
    load_assets(world, given(tmp_path, text))
    assert sorted(one.name for one in world.assets.values()) == ["A", "B", "C"]
    assert len(world.items) == 3


def test_the_simulator_opens_with_both(tmp_path: Path) -> None:
    assets = given(tmp_path, ASSETS, "assets.csv")
    tickets = given(tmp_path, TICKETS, "tickets.csv")
    world, _, said = open_world(Contents(load_assets=assets, load_tickets=tickets))
    assert (len(world.assets), len(world.tickets)) == (2, 2)
    assert len([one for one in world.people.values() if one.email == "poshea@example.edu"]) == 1
    assert any(one.startswith("Loaded 2 tickets") for one in said)
