"""Searches of tickets, assets, people and saved searches (fact sheet 9, 10.3, 11, 13)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.simulator.openapi_bodies import BODIES

if TYPE_CHECKING:
    import httpx2

    from conftest import Place
    from ticket_queue_daemon.simulator import Ticket


@pytest.fixture
def other(place: Place) -> Ticket:
    ticket = place.world.add_ticket(
        "Printer", requestor=place.tech, status_id=117, responsible=place.tech, group_id=368
    )
    ticket.created -= timedelta(days=10)
    place.world.attach_asset(ticket.id, place.mac.id)
    return ticket


def tickets(api: httpx2.Client, **members: object) -> list[int]:
    return [one["ID"] for one in api.post("/46/tickets/search", json=members).json()]


@pytest.mark.parametrize(
    "criterion",
    [
        {"StatusIDs": [117]},
        {"statusids": ["117", 9999]},
        {"StatusClassIDs": [2]},
        {"SearchText": "PRINTER"},
        {"DaysOldFrom": 5},
        {"AssignmentStatus": True, "ResponsibilityGroupIDs": [368]},
        {"ExcludeConfigurationItemIDs": [], "RequestorNameSearch": "fielding"},
    ],
)
def test_each_criterion_finds_its_ticket(
    place: Place, api: httpx2.Client, other: Ticket, criterion: dict[str, Any]
) -> None:
    """Lists are OR inside, members in any case."""
    assert tickets(api, **criterion) == [other.id]
    assert place.ticket.id not in tickets(api, **criterion)


def test_criteria_and_together(place: Place, api: httpx2.Client, other: Ticket) -> None:
    """A requestor and a CI that are not on one ticket find nothing."""
    ci = place.mac.ci_id
    assert tickets(api, ConfigurationItemIDs=[ci]) == [other.id]
    assert tickets(api, RequestorUids=[place.tech.uid], ConfigurationItemIDs=[ci]) == [other.id]
    assert tickets(api, RequestorUids=[place.pat.uid], ConfigurationItemIDs=[ci]) == []
    assert tickets(api, ExcludeConfigurationItemIDs=[ci]) == [place.ticket.id]
    assert tickets(api, ConfigurationItemIDs=[place.mac.id]) == []


def test_what_is_misspelt_filters_nothing(place: Place, api: httpx2.Client, other: Ticket) -> None:
    """The whole app comes back, newest first; so do empty lists and nulls."""
    both = [place.ticket.id, other.id]
    assert tickets(api, search={"StatusIDs": [117]}) == both
    assert tickets(api, StatusIDs=[], TypeIDs=None, ParentTicketID=None) == both


def test_ticket_results_are_reduced_and_capped(place: Place, api: httpx2.Client) -> None:
    """300 by default, all with 0; the big members are null."""
    for number in range(320):
        place.world.add_ticket(f"t{number}")
    assert len(tickets(api)) == 300
    assert len(tickets(api, MaxResults=0)) == 321
    assert len(tickets(api, maxResults="5")) == 5
    shown = api.post("/46/tickets/search", json={"MaxResults": 1}).json()[0]
    for member in ("Attachments", "Attributes", "Description", "Notify", "Tasks"):
        assert shown[member] is None


def test_a_search_sees_the_conversation(place: Place, api: httpx2.Client) -> None:
    """Replies too."""
    entry = place.world.add_feed_entry(place.ticket.id, "Which?", place.tech)
    place.world.add_reply(entry.id, "R8YWA0LX6ZE")
    assert tickets(api, SearchText="r8ywa0lx6ze") == [place.ticket.id]


def test_status_changes_are_searched_by_date_and_person(place: Place, api: httpx2.Client) -> None:
    """``UpdatedDate`` means a status change, not any change."""
    long_ago = (place.world.now() - timedelta(days=1)).isoformat()
    place.world.add_feed_entry(place.ticket.id, "no status change", place.tech)
    assert tickets(api, UpdatedDateFrom=long_ago) == []
    place.world.set_status(place.ticket.id, 117, by=place.tech)
    assert tickets(api, UpdatedDateFrom=long_ago) == [place.ticket.id]
    assert tickets(api, UpdatedByUid=place.pat.uid) == []
    assert tickets(api, PastStatusIDs=[115]) == [place.ticket.id]


def assets(api: httpx2.Client, **members: object) -> list[str]:
    return [one["Name"] for one in api.post("/48/assets/search", json=members).json()]


def test_serial_like_looks_in_serial_and_tag_only(place: Place, api: httpx2.Client) -> None:
    """By substring and in any case; the name needs ``SearchText``."""
    assert assets(api, SerialLike="xj0axj") == ["L-C02XJ0AXJGH5"]
    assert assets(api, SerialLike="lsa00002") == ["IC-EHLB760-F16"]
    assert assets(api, SerialLike="EHLB760") == []
    assert assets(api, SearchText="ehlb760") == ["IC-EHLB760-F16"]


def test_asset_results_need_checking_again(place: Place, api: httpx2.Client) -> None:
    """A short text finds more than what was meant."""
    place.world.add_asset("IC-EHLB7601-F16")
    assert len(assets(api, SearchText="IC-EHLB760")) == 2
    assert len(assets(api, SearchText="IC-EHLB760", maxresults=1)) == 1


def test_asset_filters(place: Place, api: httpx2.Client) -> None:
    """Status, form, owner, ticket; results are reduced and carry the CI id."""
    world = place.world
    retired = world.add_asset("OLD-1", owner=place.pat, status_id=41)
    world.add_asset("PRN-1", form_id=2450)
    assert assets(api, OwningCustomerIDs=[place.pat.uid]) == ["L-C02XJ0AXJGH5", "OLD-1"]
    assert assets(api, OwningCustomerIDs=[place.pat.uid], StatusIDs=[38]) == ["L-C02XJ0AXJGH5"]
    assert "PRN-1" not in assets(api, FormIDs=[2448])
    assert assets(api, IsInService="false") == ["OLD-1"]
    world.attach_asset(place.ticket.id, retired.id)
    assert assets(api, TicketIDs=[place.ticket.id]) == ["OLD-1"]
    shown = api.post("/48/assets/search", json={"SerialLike": "C02X"}).json()[0]
    assert (shown["Attributes"], shown["ConfigurationItemID"]) == (None, place.mac.ci_id)


def people(api: httpx2.Client, **members: object) -> list[str]:
    return [one["FullName"] for one in api.post("/people/search", json=members).json()]


def test_people_are_found_by_name_and_login(place: Place, api: httpx2.Client) -> None:
    """Or by their other ids; without the right to see people nobody is found."""
    assert people(api, SearchText="o'shea") == ["Pat O'Shea"]
    assert people(api, UserName="POSHEA@umich.edu") == ["Pat O'Shea"]
    assert people(api, AlternateID="nfield") == ["Nora Fielding"]
    assert api.get("/people/lookup?searchText=fiel&maxResults=1").json()[0]["UID"]
    place.world.behaviour.people_access = False
    assert people(api, SearchText="o'shea") == []
    assert api.get("/people/lookup?searchText=fiel").json() == []


def test_saved_searches_page(place: Place, api: httpx2.Client) -> None:
    """``Page`` is required; a page past the end is empty and tells the true total."""
    for number in range(4):
        place.world.add_ticket(f"t{number}", requestor=place.pat)
    (saved,) = api.get("/46/tickets/searches").json()
    path = f"/46/tickets/searches/{saved['ID']}/results"
    assert api.post(path, json={}).status_code == 400
    assert api.post(path, json={"Page": {"PageSize": 201}}).status_code == 400
    page = api.post(path, json={"Page": {"PageIndex": 1, "PageSize": 3}}).json()
    assert (len(page["Data"]), page["TotalCount"], page["CurrentPageIndex"]) == (2, 5, 1)
    beyond = api.post(path, json={"Page": {"PageIndex": 9, "PageSize": 3}}).json()
    assert (beyond["Data"], beyond["TotalCount"]) == ([], 5)
    text = api.post(path, json={"SearchText": "t2", "Page": {"PageSize": 3}}).json()
    assert text["TotalCount"] == 1
    computers = {"Page": {"PageSize": 10}}
    assert api.post("/48/assets/searches/7002/results", json=computers).json()["TotalCount"] == 2
    assert api.post("/46/tickets/searches/7002/results", json=computers).status_code == 404


NOBODY = "11111111-2222-3333-4444-555555555555"
SEARCHES = (
    "POST /{appId}/tickets/search",
    "POST /{appId}/assets/search",
    "POST /{appId}/cmdb/search",
    "POST /people/search",
    "POST /groups/search",
    "POST /accounts/search",
    "POST /reports/search",
    "POST /locations/search",
    "POST /{appId}/tickets/statuses/search",
    "POST /{appId}/assets/statuses/search",
)
# Members that take nothing away by their nature, or in a world where everything is as they ask.
TAKES_NOTHING = {
    "MaxResults",
    "SavedSearchID",
    "OnlyParentAssets",
    "ExcludeConfigurationItemIDs",
    "ExcludeTicketIDs",
    "ExcludeContractIDs",
    "CompletedTaskResponsibilityFilter",
    "AppName",
}


def never(name: str, schema: dict[str, Any]) -> list[object]:
    """Values of a search member of which at least one finds nothing."""
    kind, items = schema["type"][0], schema.get("items", {})
    if name == "CustomAttributes":
        return [[{"ID": 18376, "Value": "zzz"}]]
    if kind == "array":
        return [[{"integer": 999_999_999, "string": NOBODY}[items["type"]]]]
    if kind == "boolean":
        return [True, False]
    if schema.get("format") == "uuid":
        return [NOBODY]
    if schema.get("format") == "date-time":
        return ["9000-01-01T00:00:00Z" if name.endswith("From") else "1900-01-01T00:00:00Z"]
    if kind in {"integer", "number"}:
        return [-1 if name.endswith("To") else 999_999_999]
    return ["zzz-nothing"]


@pytest.mark.parametrize("key", SEARCHES)
def test_no_documented_filter_is_ignored(place: Place, api: httpx2.Client, key: str) -> None:
    """A filter that is taken for nothing finds everything, and a client believes it."""
    path = key.split()[1].replace("{appId}", "46" if "tickets" in key else "48")
    everything = api.post(path, json={}).json()
    assert everything
    for name, schema in BODIES[key]["properties"].items():
        if name not in TAKES_NOTHING:
            found = [api.post(path, json={name: one}).json() for one in never(name, schema)]
            assert min(len(one) for one in found) < len(everything), name


def test_a_saved_search_narrows_an_asset_search(place: Place, api: httpx2.Client) -> None:
    place.dell.status_id = 41
    found = api.post("/48/assets/search", json={"SavedSearchID": 7002}).json()
    assert [one["ID"] for one in found] == [place.mac.id]


def test_former_owners_are_found(place: Place, api: httpx2.Client) -> None:
    operations = [{"op": "replace", "path": "/owningcustomerid", "value": place.tech.uid}]
    assert api.patch(f"/48/assets/{place.mac.id}", json=operations).status_code == 200
    body = {"OwningCustomerIDsPast": [place.pat.uid]}
    found = api.post("/48/assets/search", json=body).json()
    assert [one["ID"] for one in found] == [place.mac.id]
    assert api.post("/48/assets/search", json={"OwningCustomerIDs": [place.pat.uid]}).json() == []


def test_responsibility_for_tasks_narrows_to_done_or_open(place: Place, api: httpx2.Client) -> None:
    path = f"/46/tickets/{place.ticket.id}/tasks"
    task = api.post(path, json={"Title": "t", "ResponsibleUid": place.tech.uid}).json()
    mine = {"ResponsibilityUids": [place.tech.uid]}
    assert tickets(api, **mine, CompletedTaskResponsibilityFilter=True) == []
    assert tickets(api, **mine, CompletedTaskResponsibilityFilter=False) == [place.ticket.id]
    api.post(f"{path}/{task['ID']}/feed", json={"PercentComplete": 100})
    assert tickets(api, **mine, CompletedTaskResponsibilityFilter=True) == [place.ticket.id]
