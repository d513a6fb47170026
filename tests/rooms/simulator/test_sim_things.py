"""Assets, configuration items, people, groups, lists (fact sheet 10.13, 11, 12, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx2

    from conftest import Place

ASSET = [
    "ID",
    "AppID",
    "AppName",
    "FormID",
    "FormName",
    "ProductModelID",
    "ProductModelName",
    "ManufacturerID",
    "ManufacturerName",
    "SupplierID",
    "SupplierName",
    "StatusID",
    "StatusName",
    "LocationID",
    "LocationName",
    "LocationRoomID",
    "LocationRoomName",
    "Tag",
    "SerialNumber",
    "Name",
    "PurchaseCost",
    "AcquisitionDate",
    "ExpectedReplacementDate",
    "RequestingCustomerID",
    "RequestingCustomerName",
    "RequestingDepartmentID",
    "RequestingDepartmentName",
    "OwningCustomerID",
    "OwningCustomerName",
    "OwningDepartmentID",
    "OwningDepartmentName",
    "ParentID",
    "ParentSerialNumber",
    "ParentName",
    "ParentTag",
    "MaintenanceScheduleID",
    "MaintenanceScheduleName",
    "ConfigurationItemID",
    "CreatedDate",
    "CreatedUid",
    "CreatedFullName",
    "ModifiedDate",
    "ModifiedUid",
    "ModifiedFullName",
    "ExternalID",
    "ExternalSourceID",
    "ExternalSourceName",
    "Attributes",
    "Attachments",
    "Uri",
]
ITEM = [
    "ID",
    "AppID",
    "AppName",
    "FormID",
    "FormName",
    "IsSystemMaintained",
    "BackingItemID",
    "BackingItemType",
    "Name",
    "TypeID",
    "TypeName",
    "MaintenanceScheduleID",
    "MaintenanceScheduleName",
    "OwnerUID",
    "OwnerFullName",
    "OwningDepartmentID",
    "OwningDepartmentName",
    "OwningGroupID",
    "OwningGroupName",
    "LocationID",
    "LocationName",
    "LocationRoomID",
    "LocationRoomName",
    "IsActive",
    "CreatedDateUtc",
    "CreatedUid",
    "CreatedFullName",
    "ModifiedDateUtc",
    "ModifiedUid",
    "ModifiedFullName",
    "ExternalID",
    "ExternalSourceID",
    "ExternalSourceName",
    "Attributes",
    "Attachments",
    "Uri",
]
NOBODY = "00000000-0000-0000-0000-000000000000"


def test_an_asset_has_all_members_in_declaration_order(place: Place, api: httpx2.Client) -> None:
    """An unset owner is the zero GUID, called None."""
    place.dell.attributes = {10903: "2364,5176"}
    asset = api.get(f"/48/assets/{place.dell.id}").json()
    assert list(asset) == ASSET
    assert (asset["OwningCustomerID"], asset["OwningCustomerName"]) == (NOBODY, "None")
    assert asset["Attributes"][0]["ValueText"] == "East Hall, Infrastructure"
    assert asset["Uri"] == f"api/48/assets/{place.dell.id}"


def test_assets_are_created_edited_patched_and_deleted(place: Place, api: httpx2.Client) -> None:
    """A name or a serial is needed; an edit resets, a patch does not; the index follows."""
    refused = api.post("/48/assets", json={"StatusID": 38})
    assert refused.status_code == 400
    sentence = "Name or serial number must be provided for asset records"
    assert refused.json()["Message"] == sentence
    body = {"Name": "NEW-1", "StatusID": 38, "OwningCustomerID": place.pat.uid, "Tag": "LSA9"}
    made = api.post("/48/assets", json=body)
    assert made.status_code == 201
    path = f"/48/assets/{made.json()['ID']}"
    patched = api.patch(path, json=[{"op": "replace", "path": "/statusid", "value": 41}]).json()
    assert (patched["StatusName"], patched["Tag"]) == ("Retired", "LSA9")
    edited = api.post(path, json={"Name": "NEW-2", "StatusID": 38}).json()
    assert (edited["Name"], edited["Tag"], edited["OwningCustomerName"]) == ("NEW-2", None, "None")
    found = api.post("/48/assets/search", json={"SearchText": "new-2"}).json()
    assert [one["ID"] for one in found] == [edited["ID"]]
    assert api.post("/48/assets/search", json={"SearchText": "new-1"}).json() == []
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404
    kinds = [write.kind for write in place.world.journal]
    assert kinds == ["asset_created", "asset_patched", "asset_edited", "asset_deleted"]


def test_an_asset_has_users_and_a_feed(place: Place, api: httpx2.Client) -> None:
    """Both of them small relatives of the ticket's."""
    path = f"/48/assets/{place.mac.id}"
    assert api.post(f"{path}/users/{place.tech.uid}", json={}).status_code == 200
    assert api.get(f"{path}/users").json()[0]["Value"] == "nfield@umich.edu"
    entry = api.post(f"{path}/feed", json={"Comments": "a&b"}).json()
    assert (entry["Body"], entry["ItemType"]) == ("a&amp;b", 27)
    assert [one["ID"] for one in api.get(f"{path}/feed").json()] == [entry["ID"]]
    assert [one["ID"] for one in api.get("/48/assets/feed").json()["Entries"]] == [entry["ID"]]


def test_a_configuration_item_mirrors_its_asset(place: Place, api: httpx2.Client) -> None:
    """And refuses to be edited directly."""
    item = api.get(f"/48/cmdb/{place.mac.ci_id}").json()
    assert list(item) == ITEM
    assert (item["Name"], item["OwnerUID"]) == ("L-C02XJ0AXJGH5", place.pat.uid)
    operations = [{"op": "replace", "path": "/name", "value": "x"}]
    assert api.patch(f"/48/cmdb/{place.mac.ci_id}", json=operations).status_code == 400
    assert api.delete(f"/48/cmdb/{place.mac.ci_id}").status_code == 400


def test_stand_alone_items_are_made_and_changed(place: Place, api: httpx2.Client) -> None:
    """Attributes by id and value; a PUT replaces."""
    body = {"Name": "abol Lab", "TypeID": 10132, "Attributes": [{"ID": 20789, "Value": "4033"}]}
    lab = api.post("/48/cmdb", json=body).json()
    assert lab["Attributes"][0]["Value"] == "4033"
    path = f"/48/cmdb/{lab['ID']}"
    patched = api.patch(path, json=[{"op": "add", "path": "/isactive", "value": False}]).json()
    assert (patched["IsActive"], patched["Name"]) == (False, "abol Lab")
    assert api.put(path, json={"Name": "B", "TypeID": 10132}).json()["Attributes"] == []
    found = api.post("/48/cmdb/search", json={"TypeIDs": [10132], "NameLike": "b"}).json()
    assert [one["ID"] for one in found] == [lab["ID"]]
    assert api.delete(path).status_code == 200


def test_a_computer_is_in_a_lab(place: Place, api: httpx2.Client) -> None:
    """Relations are seen from both ends, added in bulk with an empty answer, and unique."""
    lab = place.world.add_lab("poshea Lab", computers=[place.mac])
    for end in (lab.id, place.mac.ci_id):
        (relation,) = api.get(f"/48/cmdb/{end}/relationships").json()
        assert (relation["ParentID"], relation["ChildID"]) == (lab.id, place.mac.ci_id)
    edge = {
        "ParentItemID": lab.id,
        "ChildItemID": place.dell.ci_id,
        "RelationshipTypeID": 10012,
    }
    bulk = {"LogToFeed": "false", "Relationships": [edge]}
    first = api.post("/48/cmdb/relationships/bulkadd", json=bulk)
    assert (first.status_code, first.content) == (200, b"")
    again = api.post("/48/cmdb/relationships/bulkadd", json=bulk).json()
    assert (again["AddedCount"], again["NotAddedCount"]) == (0, 1)
    removed = api.delete(f"/48/cmdb/{lab.id}/relationships/{relation['ID']}")
    assert removed.status_code == 200
    assert len(api.get(f"/48/cmdb/{lab.id}/relationships").json()) == 1


def test_the_tickets_of_an_item_span_the_apps(place: Place, api: httpx2.Client) -> None:
    """Closed ones too; a listing, not a ticket."""
    elsewhere = place.world.add_ticket("Elsewhere", requestor=place.pat)
    for ticket in (place.ticket, elsewhere):
        place.world.attach_asset(ticket.id, place.mac.id)
    place.world.set_status(place.ticket.id, 122)
    place.world.move_ticket(elsewhere.id, 31)
    found = api.get(f"/48/cmdb/{place.mac.ci_id}/tickets").json()
    assert {(one["ID"], one["AppID"]) for one in found} == {
        (place.ticket.id, 46),
        (elsewhere.id, 31),
    }
    assert "Description" not in found[0]


def test_a_person_is_got_by_uid_or_login(place: Place, api: httpx2.Client) -> None:
    """And by user name to a UID; the unknown are 404."""
    by_uid = api.get(f"/people/{place.pat.uid.upper()}").json()
    assert by_uid == api.get("/people/poshea@umich.edu").json()
    assert (by_uid["AlternateID"], by_uid["DefaultAccountName"]) == ("poshea", "Psychology")
    assert api.get("/people/getuid/poshea@umich.edu").json() == place.pat.uid
    assert api.get("/people/nobody@umich.edu").status_code == 404
    assert api.get("/people/userlist").status_code == 401


def test_groups_and_their_members(place: Place, api: httpx2.Client) -> None:
    """Unknown members of the search filter nothing."""
    found = api.post("/groups/search", json={"NameLike": "east hall", "MaxResults": 1}).json()
    assert [one["ID"] for one in found] == [367]
    assert len(api.post("/groups/search", json={"SearchText": "east hall"}).json()) == 8
    assert [one["UID"] for one in api.get("/groups/367/members").json()] == [place.tech.uid]
    assert api.get(f"/people/{place.tech.uid}/groups").json()[0]["GroupID"] == 367


def test_accounts_keep_their_blanks(place: Place, api: httpx2.Client) -> None:
    """Fixed-width columns, as in the recorded fixture."""
    (account,) = api.post("/accounts/search", json={"SearchText": "psy"}).json()
    assert account["StateAbbr"] == "MI  "
    assert account["PostalCode"] == "48109     "
    assert api.get(f"/accounts/{place.pat.account_id}").json() == account
    assert api.get("/accounts").json() == [account]


def test_applications_tell_their_kind(api: httpx2.Client) -> None:
    """Ticketing, assets and portal."""
    found = {one["AppID"]: one["AppClass"] for one in api.get("/applications").json()}
    assert found == {46: "TDTickets", 48: "TDAssets", 31: "TDTickets", 2045: "TDClient"}


@pytest.mark.parametrize(
    ("path", "number", "name"),
    [
        ("/46/tickets/statuses", 620, "Awaiting Input"),
        ("/46/tickets/types", 652, "Unified List Management"),
        ("/46/tickets/priorities", 22, "Emergency"),
        ("/46/tickets/urgencies", 32, "High"),
        ("/46/tickets/impacts", 40, "Affects User"),
        ("/46/tickets/sources", 8, "Systems"),
        ("/46/tickets/forms", 107, "Compliance Form"),
        ("/48/assets/statuses", 38, "Active"),
        ("/48/assets/forms", 2448, "Computer Form"),
        ("/48/cmdb/types", 10132, "Lab"),
        ("/48/cmdb/forms", 3830, "Lab Form"),
        ("/locations", 46, "East Hall"),
        ("/attributes/custom?componentId=27", 10903, "Support Group(s)"),
    ],
)
def test_the_lists_hold_the_known_ids(
    api: httpx2.Client, path: str, number: int, name: str
) -> None:
    """Each look-up list names the ids of the fact sheet."""
    assert (number, name) in {(one["ID"], one["Name"]) for one in api.get(path).json()}


def test_statuses_have_classes_and_flags(api: httpx2.Client) -> None:
    """Inactive ones are listed; the search filters them."""
    found = {one["ID"]: one for one in api.get("/46/tickets/statuses").json()}
    assert (found[122]["StatusClass"], found[124]["StatusClass"]) == (3, 4)
    assert found[622]["RequireGoesOffHold"] is True
    assert found[123]["DoNotReopen"] is True
    assert found[118]["IsActive"] is False
    active = api.post("/46/tickets/statuses/search", json={"IsActive": True}).json()
    assert 118 not in {one["ID"] for one in active}


def test_resources_are_at_most_five_people_and_groups(api: httpx2.Client) -> None:
    """A user by UID, a group by its id as text."""
    found = api.get("/46/tickets/resources?searchText=LSA").json()
    assert len(found) == 5
    (nora,) = api.get("/46/tickets/resources?searchText=fielding").json()
    assert nora["IsUser"] is True
