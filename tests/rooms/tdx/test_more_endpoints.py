"""Groups, people, attributes, reports, lists, tasks and relations: found, and checked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from ticket_queue_daemon.tdx import attributes
from ticket_queue_daemon.tdx.applications import AppIds
from ticket_queue_daemon.tdx.errors import TdxMalformed, TdxNotFound
from ticket_queue_daemon.tdx.groups import GroupsApi, GroupSearch
from ticket_queue_daemon.tdx.items import ConfigurationItemsApi, ItemSearch
from ticket_queue_daemon.tdx.models import Person
from ticket_queue_daemon.tdx.people import PeopleApi, PeopleSearch
from ticket_queue_daemon.tdx.reports import ReportsApi, ReportSearch
from ticket_queue_daemon.tdx.tasks import NewTask, TasksApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.wire import Call


class Unfiltered:
    """A session that answers everything, as TDX does to a filter it does not understand."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.entries = entries

    def fetch_list(self, call: Call, kind: Any) -> Any:
        return [kind.model_validate(entry) for entry in self.entries]

    def send(self, call: Call) -> str:
        return "<p>something else</p>"


def stand_in(*entries: dict[str, Any]) -> Any:
    return Unfiltered(*entries)


def test_groups_that_do_not_match_are_dropped() -> None:
    session = stand_in(
        {"ID": 1, "Name": "East Hall", "IsActive": True},
        {"ID": 2, "Name": "East Wing", "IsActive": False},
        {"ID": 3, "Name": "BSB", "IsActive": True},
    )
    found = GroupsApi(session).search(GroupSearch(name_like="east", is_active=True))
    assert [group.id for group in found] == [1]
    with pytest.raises(ValidationError):
        GroupSearch(SearchText="east")  # type: ignore[call-arg]  # the mistake itself


def test_people_that_do_not_match_are_dropped() -> None:
    sent = (
        {"UID": "A", "UserName": "pat@x.edu", "FullName": "Pat Doe", "IsActive": True},
        {"UID": "B", "UserName": "sam@x.edu", "FullName": "Sam Roe", "IsActive": True},
        {"UID": "C", "UserName": "pat2@x.edu", "FullName": "Pat Poe", "IsActive": False},
    )
    people = PeopleApi(stand_in(*sent), lambda: Person(UserName="me@x.edu", UID="z"))
    assert [p.uid for p in people.search(PeopleSearch(search_text="pat", is_active=True))] == ["a"]
    assert [p.uid for p in people.search(PeopleSearch(user_name="SAM@x.edu"))] == ["b"]
    assert [p.uid for p in people.lookup("doe pat")] == ["a"]
    assert not people.sees_people()
    with pytest.raises(TdxMalformed, match="no UID"):
        people.uid_of("pat@x.edu")
    with pytest.raises(ValidationError):
        PeopleSearch(search_text="x" * 51)


def test_items_reports_relations_and_tasks_that_do_not_match_are_dropped() -> None:
    items = ConfigurationItemsApi(
        stand_in({"ID": 1, "Name": "a Lab", "TypeID": 5}, {"ID": 2, "Name": "b Lab", "TypeID": 6}),
        AppIds(46, 48),
    )
    assert [one.id for one in items.search(ItemSearch(type_ids=[5], name_like="lab"))] == [1]
    relations = ConfigurationItemsApi(
        stand_in({"ID": 1, "ParentID": 7}, {"ID": 2, "ChildID": 7}, {"ID": 3, "ChildID": 8}),
        AppIds(46, 48),
    )
    assert [one.id for one in relations.relationships(7)] == [1, 2]
    reports = ReportsApi(
        stand_in({"ID": 1, "Name": "A", "PlatformAppID": 46}, {"ID": 2, "Name": "B"}), "https://x"
    )
    assert [one.id for one in reports.search(ReportSearch(search_text="a", for_app_id=46))] == [1]
    tasks = TasksApi(stand_in({"ID": 1, "TicketID": 5}, {"ID": 2, "TicketID": 6}), AppIds(46, 48))
    assert [one.id for one in tasks.list(5)] == [1]


def test_people_and_groups_of_the_simulator(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    pat = simulator.world.add_person("Pat", "Doe", "patdoe")
    simulator.world.groups[367].members.append(pat.uid)
    client = connect()
    assert client.people.uid_of("patdoe@umich.edu") == pat.uid
    assert [one.uid for one in client.people.lookup("pat doe", max_results=500)] == [pat.uid]
    assert [one.uid for one in client.people.search(PeopleSearch(search_text="doe"))] == [pat.uid]
    (east,) = client.groups.search(GroupSearch(name_like="east hall", is_active=True))
    assert client.groups.get(east.id) == east
    assert [one.uid for one in client.groups.members(east.id)] == [pat.uid]
    with pytest.raises(TdxNotFound):
        client.people.uid_of("nobody@umich.edu")


def test_an_empty_people_search_is_no_proof_and_can_be_probed(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    client = connect()
    assert client.people.sees_people()
    simulator.world.behaviour.people_access = False
    assert client.people.search(PeopleSearch(search_text="doe")) == []
    assert not client.people.sees_people()


def test_attributes_and_their_choices(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    client = connect()
    definitions = client.attributes.definitions(attributes.ASSET)
    chosen = next(one for one in definitions if one.choices)
    assert client.attributes.choices(chosen.id) == chosen.choices
    first = chosen.choices[0]
    assert chosen.choice_id(f" {first.name.upper()} ") == first.id
    assert chosen.choice_id("no such choice") is None


def test_reports_are_listed_and_searched(connect: Callable[..., TdxClient]) -> None:
    reports = connect().reports
    every = reports.visible()
    assert 1344 in {one.id for one in every}
    assert [one.id for one in reports.search(ReportSearch(search_text="East Hall Unass"))] == [1344]
    assert reports.search(ReportSearch(for_app_id=9999)) == []


def test_tasks_are_listed_and_added_once(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    client = connect()
    task = client.tasks.create(ticket.id, NewTask(title="Fetch it", estimated_minutes=30))
    assert client.tasks.list(ticket.id) == [client.tasks.get(ticket.id, task.id)]
    assert (task.title, task.estimated_minutes, task.completed_date) == ("Fetch it", 30, None)
    assert simulator.journal.count("task_created") == 1


def test_an_items_tickets_and_relations(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    pc, lab = world.add_asset("IC-EHLB760-F16"), world.add_lab("aabol Lab")
    ticket = world.add_ticket("Broken", "text")
    client = connect()
    client.tickets.attach_asset(ticket.id, pc.id)
    assert [one.id for one in client.items.tickets(pc.ci_id)] == [ticket.id]
    assert client.items.tickets(lab.id) == []
    assert client.items.relationships(lab.id) == []
    assert [one.id for one in client.items.search(ItemSearch(name_like="aabol"))] == [lab.id]
