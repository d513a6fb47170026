"""The public Python client, unchanged: what its users do with a real TDX works here too.

It writes ``https://`` itself, so the simulator is given a certificate for these tests.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from tdxlib.tdx_asset_integration import TDXAssetIntegration
from tdxlib.tdx_report_integration import TDXReportIntegration
from tdxlib.tdx_ticket_integration import TDXTicketIntegration

from ticket_queue_daemon.simulator import SimulatorServer, campus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# It calls datetime.utcnow() and leaves sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "certificate.pem"))
    server = authority.issue_cert("127.0.0.1", "localhost")
    server.private_key_and_cert_chain_pem.write_to_path(str(folder / "both.pem"))
    return folder


@pytest.fixture(scope="module")
def sim(certificate: Path) -> Iterator[SimulatorServer]:
    world = campus(1, tickets=12, assets=40)
    with SimulatorServer(world, limits="off", tls=certificate / "both.pem") as server:
        yield server


@pytest.fixture(scope="module")
def clients(sim: SimulatorServer, certificate: Path) -> Iterator[Any]:
    """Its three clients, set up as its manual says: with variables, by user and password."""
    env = sim.env()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "certificate.pem"))
        patch.setenv("NO_PROXY", "127.0.0.1")
        for name, value in {
            "FULL_HOST": sim.url.split("/")[2],
            "SANDBOX": "false",
            "AUTH_TYPE": "password",
            "USERNAME": env["TDX_USERNAME"],
            "PASSWORD": env["TDX_PASSWORD"],
            "TICKET_APP_ID": "46",
            "ASSET_APP_ID": "48",
        }.items():
            patch.setenv(f"TDXLIB_{name}", value)
        # It rests a second after each login.
        patch.setattr("time.sleep", lambda _seconds: None)
        yield TDXTicketIntegration(), TDXAssetIntegration(), TDXReportIntegration()


@pytest.fixture
def tickets(clients: Any) -> TDXTicketIntegration:
    return clients[0]


@pytest.fixture
def assets(clients: Any) -> TDXAssetIntegration:
    return clients[1]


@pytest.fixture
def number(sim: SimulatorServer) -> int:
    """The first ticket."""
    return min(sim.world.tickets)


@pytest.fixture
def person(sim: SimulatorServer) -> Any:
    """A technician."""
    return next(one for one in sim.world.people.values() if one.groups)


def test_it_logs_in_by_user_and_password(
    tickets: TDXTicketIntegration, sim: SimulatorServer
) -> None:
    assert len(tickets.config.token) > 200
    assert sim.requests.count("POST /auth") == 3


def test_it_searches_and_reads_tickets(tickets: TDXTicketIntegration, number: int) -> None:
    found = tickets.search_tickets({"ResponsibilityGroupIDs": [367]}, max_results=5)
    assert [len(found), type(found[0].get_id())] == [5, int]
    assert tickets.get_ticket_by_id(number).ticket_data["ID"] == number


def test_it_creates_a_ticket_with_an_attribute(
    tickets: TDXTicketIntegration, sim: SimulatorServer, person: Any
) -> None:
    department = next(iter(sim.world.accounts.values())).name
    wanted = tickets.generate_ticket(
        "Printer {name} is out",
        "Printing",
        department,
        person.email,
        template_values={"name": "P1"},
        requestor=person.email,
        location="East Hall",
        custom_attributes={"Room": "B760"},
    )
    made = tickets.create_ticket(wanted)
    assert sim.world.tickets[made.get_id()].title == "Printer P1 is out"
    assert made.get_attribute("Attributes")[0]["Value"] == "B760"


def test_it_edits_and_reassigns(
    tickets: TDXTicketIntegration, sim: SimulatorServer, number: int, person: Any
) -> None:
    tickets.edit_ticket(number, {"Title": "Another title"})
    tickets.edit_ticket(
        number,
        {"Attributes": tickets.build_ticket_custom_attribute_value("Operating System", "macOS")},
    )
    tickets.reassign_ticket(number, person.email)
    ticket = sim.world.tickets[number]
    assert (ticket.title, ticket.attributes[18375]) == ("Another title", "26191")
    assert ticket.responsible_uid == person.uid


def test_it_comments_and_changes_the_status(tickets: TDXTicketIntegration, number: int) -> None:
    made = tickets.update_ticket(number, "Looking at it.", new_status="In Progress", private=False)
    assert "Looking at it." in made["Body"]
    assert tickets.get_ticket_feed(number)[0]["ID"] == made["ID"]


def test_it_attaches_a_file_that_can_be_read_back(
    tickets: TDXTicketIntegration, sim: SimulatorServer, number: int
) -> None:
    content = b"\x00\r\n--not a boundary\r\n\xff"
    made = tickets.upload_attachment(number, io.BytesIO(content), "photo.bin")
    assert (made["Name"], made["Size"], made["ItemID"]) == ("photo.bin", len(content), number)
    assert sim.world.attachments[made["ID"]].content == content
    listed = tickets.get_ticket_by_id(number).ticket_data["Attachments"]
    assert [one["ID"] for one in listed] == [made["ID"]]


def test_it_keeps_tasks(tickets: TDXTicketIntegration, number: int, person: Any) -> None:
    wanted = tickets.generate_ticket_task("Fetch it", responsible=person.email)
    task = tickets.create_ticket_task(number, wanted)
    tickets.edit_ticket_task(number, task, {"Title": "Fetch it today"})
    tickets.update_ticket_task(number, task["ID"], 50, "Half of it")
    assert tickets.get_ticket_task_by_id(number, task["ID"])["PercentComplete"] == 50
    assert tickets.get_ticket_task_feed(number, task["ID"])[0]["Body"] == "Half of it"
    tickets.delete_ticket_task(number, task["ID"])
    assert tickets.get_all_tasks_by_ticket_id(number) == []


@pytest.mark.parametrize(
    ("ask", "name", "expected"),
    [
        ("get_ticket_type_by_name_id", "Printing", 311),
        ("search_ticket_status", "On Hold", 622),
        ("get_ticket_priority_by_name_id", "High", 21),
        ("get_ticket_urgency_by_name_id", "High", 32),
        ("get_ticket_impact_by_name_id", "Affects User", 40),
        ("get_ticket_source_by_name_id", "Phone", 6),
        ("get_ticket_form_by_name_id", "Compliance Form", 107),
        ("get_location_by_name", "East Hall", 46),
        ("get_group_by_name", "LSA-TS-CHEM", 368),
    ],
)
def test_it_finds_by_name(
    tickets: TDXTicketIntegration, ask: str, name: str, expected: int
) -> None:
    assert getattr(tickets, ask)(name)["ID"] == expected


def test_it_makes_and_reads_a_status(tickets: TDXTicketIntegration) -> None:
    made = tickets.create_custom_ticket_status("Waiting for Parts", 12.0, "OnHold")
    tickets.edit_custom_ticket_status("Waiting for Parts", {"Description": "Ordered."})
    assert tickets.get_ticket_status_by_id(made["ID"])["Description"] == "Ordered."


def test_it_finds_people_and_members(tickets: TDXTicketIntegration, person: Any) -> None:
    assert tickets.get_person_by_name_email(person.email)["UID"] == person.uid
    assert tickets.get_person_by_uid(person.uid)["FullName"] == person.full_name
    members = tickets.get_group_members_by_id(person.groups[0])
    assert person.uid in {one["UID"] for one in members}


def test_it_puts_an_asset_on_a_ticket(
    tickets: TDXTicketIntegration, sim: SimulatorServer, number: int
) -> None:
    asset = next(iter(sim.world.assets))
    tickets.add_asset_to_ticket(number, asset)
    shown = tickets.get_all_ticket_assets(number)
    assert asset in {one["BackingItemID"] for one in shown}


def test_it_finds_assets_by_tag_and_serial(
    assets: TDXAssetIntegration, sim: SimulatorServer
) -> None:
    wanted = next(iter(sim.world.assets.values()))
    assert assets.find_asset_by_tag(wanted.tag)["ID"] == wanted.id
    assert assets.find_asset_by_sn(wanted.serial)["ID"] == wanted.id


def test_it_changes_an_asset(
    assets: TDXAssetIntegration, sim: SimulatorServer, person: Any
) -> None:
    asset = list(sim.world.assets.values())[1]
    department = list(sim.world.accounts.values())[2]
    assets.update_assets(asset.id, {"Name": "NEW-NAME"})
    assets.change_asset_owner(asset.id, person.email)
    assets.change_asset_location(asset.id, "Angell Hall")
    assets.change_asset_requesting_dept(asset.id, department.name)
    assets.change_asset_custom_attribute_value(
        asset.id, [assets.build_asset_custom_attribute_value("Memory", "16 GB")]
    )
    assert (asset.name, asset.owner_uid, asset.location_id) == ("NEW-NAME", person.uid, 51)
    assert (asset.requesting_department_id, asset.attributes[10902]) == (department.id, "16 GB")


def test_it_makes_an_asset(assets: TDXAssetIntegration, sim: SimulatorServer, person: Any) -> None:
    wanted = assets.build_asset(
        "NEW-1",
        "SER12345678",
        "Active",
        location_name="East Hall",
        requester=person.email,
        owner=person.email,
        product_model="Mac mini",
        form="Computer Form",
        supplier="CDW-G",
    )
    made = assets.create_asset(wanted)
    assert sim.world.assets[made["ID"]].model_id == 12
    assets.add_asset_user(made["ID"], person.uid)
    assert assets.get_asset_users(made["ID"])[0]["Name"] == person.full_name


def test_it_reads_a_report(clients: Any) -> None:
    report = clients[2].get_report_by_id(1344, withData=True)
    assert report["report_data"]["DataRows"][0]["TicketID"]
