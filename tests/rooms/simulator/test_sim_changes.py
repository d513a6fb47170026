"""Edits, patches, tags, contacts, children, moves (fact sheet 10.5, 10.6, 10.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

    from conftest import Place


def patch(api: httpx2.Client, place: Place, *operations: dict[str, Any]) -> httpx2.Response:
    return api.patch(f"/46/tickets/{place.ticket.id}", json=list(operations))


def test_a_patch_changes_only_what_it_names(place: Place, api: httpx2.Client) -> None:
    """Member names in any case; the whole ticket comes back."""
    reply = patch(
        api,
        place,
        {"op": "replace", "path": "/priorityid", "value": "22"},
        {"op": "add", "path": "/Attributes/18375", "value": 26190},
        {"op": "Replace", "path": "/ResponsibleGroupId", "value": 368},
    )
    shown = reply.json()
    assert reply.status_code == 200
    assert (shown["PriorityName"], shown["ResponsibleGroupID"]) == ("Emergency", 368)
    assert shown["Attributes"][0]["ValueText"] == "Windows"
    assert (shown["Title"], shown["Description"]) == ("Screen is <black>", "It will not start.")
    (write,) = place.world.journal.writes()
    assert write.kind == "ticket_patched"
    assert write.details["changes"]["PriorityID"] == {"before": 20, "after": 22}


def test_copy_move_and_remove(place: Place, api: httpx2.Client) -> None:
    """The other operations; ``remove`` clears."""
    reply = patch(
        api,
        place,
        {"op": "copy", "from": "/title", "path": "/description"},
        {"op": "replace", "path": "/responsibleuid", "value": place.tech.uid},
    )
    assert reply.json()["Description"] == "Screen is <black>"
    assert reply.json()["ResponsibleFullName"] == "Nora Fielding"
    cleared = patch(api, place, {"op": "remove", "path": "/responsibleuid"})
    assert cleared.json()["ResponsibleUid"] is None


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/title", "value": "x"},
        {"op": "replace", "path": "/nosuchthing", "value": 1},
        {"op": "replace", "path": "/id", "value": 1},
        {"op": "add", "path": "/attributes/-", "value": "x"},
        {"op": "add", "path": "/attributes/99", "value": "x"},
        {"op": "add", "path": "/tasks/1", "value": "x"},
        {"op": "replace", "path": "/statusid", "value": 77},
        {"op": "replace", "path": "/statusid", "value": 622},
        {"op": "replace", "path": "/title", "value": ""},
        {"op": "replace", "path": "/requestoruid", "value": "not a guid"},
    ],
)
def test_a_bad_patch_is_refused_whole(
    place: Place, api: httpx2.Client, operation: dict[str, Any]
) -> None:
    """Good operations beside a bad one are not applied either."""
    good = {"op": "replace", "path": "/priorityid", "value": 22}
    assert patch(api, place, good, operation).status_code == 400
    assert place.ticket.priority_id == 20
    assert len(place.world.journal) == 0


def test_a_status_change_by_patch_writes_its_entry(place: Place, api: httpx2.Client) -> None:
    """A status entry and, for the rest, an edit entry; none for what stays the same."""
    patch(
        api,
        place,
        {"op": "replace", "path": "/statusid", "value": 117},
        {"op": "replace", "path": "/priorityid", "value": 21},
        {"op": "replace", "path": "/typeid", "value": 310},
    )
    entries = place.world.feed_of(place.ticket.id)[1:]
    assert [(one.update_type, one.body) for one in entries] == [
        (2, "Changed Status from New to In Progress."),
        (3, "Changed Priority from Medium to High."),
    ]


def full(place: Place) -> dict[str, Any]:
    return {
        "TypeID": 310,
        "AccountID": place.pat.account_id,
        "StatusID": 115,
        "PriorityID": 20,
        "Title": "Edited",
        "RequestorUid": place.pat.uid,
    }


def test_a_full_edit_resets_what_it_leaves_out(place: Place, api: httpx2.Client) -> None:
    """Description, group and attributes are gone when they are not sent back."""
    place.ticket.attributes = {18376: "4033"}
    body = full(place) | {"Comments": "not part of the edit", "ID": 5}
    shown = api.post(f"/46/tickets/{place.ticket.id}", json=body).json()
    assert (shown["Title"], shown["Description"]) == ("Edited", "")
    assert (shown["ResponsibleGroupID"], shown["Attributes"]) == (0, [])
    assert shown["ID"] == place.ticket.id
    assert place.world.journal.count("ticket_edited") == 1
    assert all("not part" not in one.body for one in place.world.feed_of(place.ticket.id))


@pytest.mark.parametrize("missing", ["TypeID", "StatusID", "PriorityID", "Title", "AccountID"])
def test_a_full_edit_needs_its_required_members(
    place: Place, api: httpx2.Client, missing: str
) -> None:
    """400 with the member's name."""
    body = {key: value for key, value in full(place).items() if key != missing}
    reply = api.post(f"/46/tickets/{place.ticket.id}", json=body)
    assert reply.status_code == 400
    assert missing in reply.json()["Message"]


def test_tags_answer_304_when_nothing_changes(place: Place, api: httpx2.Client) -> None:
    """Adding a present tag, deleting an absent one; case does not matter."""
    path = f"/46/tickets/{place.ticket.id}/tags"
    first = api.post(path, json=["handled", "daemon"])
    assert (first.status_code, first.content) == (200, b"")
    assert api.post(path, json=["Handled"]).status_code == 304
    assert api.request("DELETE", path, json=["absent"]).status_code == 304
    assert api.request("DELETE", path, json=["HANDLED"]).status_code == 200
    assert place.ticket.tags == ["daemon"]
    kinds = [write.kind for write in place.world.journal]
    assert kinds == ["tags_added", "tags_removed"]


def test_contacts_are_added_by_uid(place: Place, api: httpx2.Client) -> None:
    """Once; the requestor is none by nature."""
    path = f"/46/tickets/{place.ticket.id}/contacts"
    assert api.get(path).json() == []
    assert api.post(f"{path}/{place.tech.uid.upper()}", json={}).status_code == 200
    api.post(f"{path}/{place.tech.uid}", json={})
    assert [one["PrimaryEmail"] for one in api.get(path).json()] == ["nfield@umich.edu"]
    assert place.world.journal.count("contact_added") == 1
    assert api.delete(f"{path}/{place.tech.uid}").status_code == 200
    assert api.delete(f"{path}/{place.tech.uid}").status_code == 404
    assert api.post(f"{path}/{place.world.journal.count()}", json={}).status_code == 404


def test_children_must_be_of_the_same_app_and_new(place: Place, api: httpx2.Client) -> None:
    """All or none."""
    world = place.world
    child, foreign = world.add_ticket("Child"), world.add_ticket("Foreign")
    world.move_ticket(foreign.id, 31)
    path = f"/46/tickets/{place.ticket.id}/children"
    assert api.post(path, json=[child.id, foreign.id]).status_code == 400
    assert child.parent_id == 0
    assert api.post(path, json=[child.id]).status_code == 200
    assert api.post(path, json=[child.id]).status_code == 400
    found = api.post("/46/tickets/search", json={"ParentTicketID": place.ticket.id}).json()
    assert [one["ID"] for one in found] == [child.id]


def test_a_ticket_is_classified_and_moved(place: Place, api: httpx2.Client) -> None:
    """After a move the old app does not know it any more."""
    path = f"/46/tickets/{place.ticket.id}"
    shown = api.put(f"{path}/classification?newClassificationId=32", json={}).json()
    assert shown["ClassificationName"] == "Incident"
    body = {"NewAppID": 31, "NewStatusID": 2, "Comments": "to you"}
    assert api.post(f"{path}/application", json=body).json()["AppID"] == 31
    assert api.get(path).status_code == 404
    assert api.get(f"/31/tickets/{place.ticket.id}").json()["StatusName"] == "Open"
    kinds = [write.kind for write in place.world.journal]
    assert kinds == ["ticket_classified", "ticket_moved", "feed_entry"]


def test_tasks_live_their_life(place: Place, api: httpx2.Client) -> None:
    """Create, read, complete, delete; closed tickets do not show theirs."""
    path = f"/46/tickets/{place.ticket.id}/tasks"
    assert api.post(path, json={"Title": ""}).status_code == 400
    task = api.post(path, json={"Title": "Fetch it", "ResponsibleUid": place.tech.uid}).json()
    assert task["ResponsibleFullName"] == "Nora Fielding"
    assert [one["ID"] for one in api.get(path).json()] == [task["ID"]]
    done = api.post(f"{path}/{task['ID']}/feed", json={"PercentComplete": 100}).json()
    assert done["ItemType"] == 25
    assert api.get(f"{path}/{task['ID']}").json()["CompletedUid"] == place.world.service.uid
    assert len(api.get(f"/46/tickets/{place.ticket.id}").json()["Tasks"]) == 1
    place.world.set_status(place.ticket.id, 122)
    assert api.get(f"/46/tickets/{place.ticket.id}").json()["Tasks"] == []
    assert api.put(f"{path}/{task['ID']}", json={"Title": "Bring it"}).json()["Title"] == "Bring it"
    assert api.delete(f"{path}/{task['ID']}").status_code == 200
    assert api.get(f"{path}/{task['ID']}").status_code == 404
