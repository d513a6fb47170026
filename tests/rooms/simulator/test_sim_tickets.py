"""Reading and creating tickets (fact sheet 10.1, 10.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

    from conftest import Place

MEMBERS = [
    "ID",
    "ParentID",
    "ParentTitle",
    "ParentClass",
    "TypeID",
    "TypeName",
    "TypeCategoryID",
    "TypeCategoryName",
    "Classification",
    "ClassificationName",
    "FormID",
    "FormName",
    "Title",
    "Description",
    "IsRichHtml",
    "Uri",
    "AccountID",
    "AccountName",
    "SourceID",
    "SourceName",
    "StatusID",
    "StatusName",
    "StatusClass",
    "ImpactID",
    "ImpactName",
    "UrgencyID",
    "UrgencyName",
    "PriorityID",
    "PriorityName",
    "PriorityOrder",
    "SlaID",
    "SlaName",
    "IsSlaViolated",
    "IsSlaRespondByViolated",
    "IsSlaResolveByViolated",
    "RespondByDate",
    "ResolveByDate",
    "SlaBeginDate",
    "IsOnHold",
    "PlacedOnHoldDate",
    "GoesOffHoldDate",
    "CreatedDate",
    "CreatedUid",
    "CreatedFullName",
    "CreatedEmail",
    "ModifiedDate",
    "ModifiedUid",
    "ModifiedFullName",
    "RequestorName",
    "RequestorFirstName",
    "RequestorLastName",
    "RequestorEmail",
    "RequestorPhone",
    "RequestorUid",
    "ActualMinutes",
    "EstimatedMinutes",
    "DaysOld",
    "StartDate",
    "EndDate",
    "ResponsibleUid",
    "ResponsibleFullName",
    "ResponsibleEmail",
    "ResponsibleGroupID",
    "ResponsibleGroupName",
    "RespondedDate",
    "RespondedUid",
    "RespondedFullName",
    "CompletedDate",
    "CompletedUid",
    "CompletedFullName",
    "ReviewerUid",
    "ReviewerFullName",
    "ReviewerEmail",
    "ReviewingGroupID",
    "ReviewingGroupName",
    "TimeBudget",
    "ExpensesBudget",
    "TimeBudgetUsed",
    "ExpensesBudgetUsed",
    "IsConvertedToTask",
    "ConvertedToTaskDate",
    "ConvertedToTaskUid",
    "ConvertedToTaskFullName",
    "TaskProjectID",
    "TaskProjectName",
    "TaskPlanID",
    "TaskPlanName",
    "TaskID",
    "TaskTitle",
    "TaskStartDate",
    "TaskEndDate",
    "TaskPercentComplete",
    "LocationID",
    "LocationName",
    "LocationRoomID",
    "LocationRoomName",
    "RefCode",
    "ServiceID",
    "ServiceName",
    "ServiceOfferingID",
    "ServiceOfferingName",
    "ServiceCategoryID",
    "ServiceCategoryName",
    "ArticleID",
    "ArticleSubject",
    "ArticleStatus",
    "ArticleCategoryPathNames",
    "ArticleAppID",
    "ArticleShortcutID",
    "AppID",
    "Attributes",
    "Attachments",
    "Tasks",
    "Notify",
    "WorkflowID",
    "WorkflowConfigurationID",
    "WorkflowName",
]


def test_a_ticket_has_all_members_in_declaration_order(place: Place, api: httpx2.Client) -> None:
    """The order is that of the vendor's type; ``Tags`` is not returned."""
    ticket = api.get(f"/46/tickets/{place.ticket.id}").json()
    assert list(ticket) == MEMBERS
    assert ticket["Uri"] == f"api/46/tickets/{place.ticket.id}"
    assert ticket["RequestorUid"] == place.pat.uid
    assert ticket["StatusClass"] == 1


def test_tags_come_back_when_the_switch_is_on(place: Place, api: httpx2.Client) -> None:
    """The member may return one day; then it stands before the attributes."""
    place.world.behaviour.ticket_tags_member = True
    place.ticket.tags = ["seen"]
    assert api.get(f"/46/tickets/{place.ticket.id}").json()["Tags"] == ["seen"]


def test_a_ticket_without_requestor_is_read(place: Place, api: httpx2.Client) -> None:
    """No UID, and an empty address."""
    ticket = place.world.add_ticket("From a monitor")
    shown = api.get(f"/46/tickets/{ticket.id}").json()
    assert (shown["RequestorUid"], shown["RequestorEmail"]) == (None, "")


def test_attributes_carry_every_choice(place: Place, api: httpx2.Client) -> None:
    """The value is a string, its text stands beside it, all choices are listed."""
    place.ticket.attributes = {18375: "26191", 18377: "2364,5176"}
    one, several = api.get(f"/46/tickets/{place.ticket.id}").json()["Attributes"]
    assert (one["ID"], one["Value"], one["ValueText"]) == (18375, "26191", "macOS")
    assert len(one["Choices"]) == 3
    assert several["ChoicesText"] == "E-mail, Wi-Fi"


def test_an_unknown_ticket_is_404_with_an_empty_body(api: httpx2.Client) -> None:
    """There is nothing to parse."""
    reply = api.get("/46/tickets/1")
    assert (reply.status_code, reply.text) == (404, "")


def new_ticket(place: Place) -> dict[str, Any]:
    return {
        "TypeID": "310",
        "AccountID": place.pat.account_id,
        "PriorityID": 20,
        "StatusID": 115,
        "Title": "New",
        "RequestorUid": place.pat.uid.upper(),
        "Attributes": [{"ID": 18376, "Value": "4033"}],
    }


def test_a_ticket_is_created(place: Place, api: httpx2.Client) -> None:
    """201 with the whole ticket, a created entry in its feed, one line in the journal."""
    query = {"EnableNotifyReviewer": "False", "NotifyRequestor": "True"}
    reply = api.post("/46/tickets", json=new_ticket(place), params=query)
    shown = reply.json()
    assert reply.status_code == 201
    assert (shown["Title"], shown["TypeID"]) == ("New", 310)
    assert shown["CreatedUid"] == place.world.service.uid
    assert shown["Attributes"][0]["Value"] == "4033"
    assert [one.update_type for one in place.world.feed_of(shown["ID"])] == [4]
    (write,) = place.world.journal.writes()
    assert (write.kind, write.ticket_id) == ("ticket_created", shown["ID"])


@pytest.mark.parametrize(
    "change",
    [{"Title": ""}, {"TypeID": 0}, {"TypeID": 9}, {"RequestorUid": None}, {"StatusID": 5}],
)
def test_a_bad_new_ticket_is_refused_and_leaves_nothing(
    place: Place, api: httpx2.Client, change: dict[str, Any]
) -> None:
    """400 with a sentence, and the world is as before."""
    before = len(place.world.tickets)
    reply = api.post("/46/tickets", json=new_ticket(place) | change)
    assert reply.status_code == 400
    assert reply.json()["Message"]
    assert len(place.world.tickets) == before
    assert len(place.world.journal) == 0


def test_a_requestor_is_found_or_made_by_address(place: Place, api: httpx2.Client) -> None:
    """By e-mail address, and a new person only when that is allowed."""
    body = new_ticket(place) | {"RequestorUid": None, "RequestorEmail": "poshea@umich.edu"}
    assert api.post("/46/tickets", json=body).json()["RequestorUid"] == place.pat.uid
    body["RequestorEmail"] = "new@umich.edu"
    assert api.post("/46/tickets", json=body).status_code == 400
    reply = api.post("/46/tickets?AllowRequestorCreation=true", json=body)
    assert reply.json()["RequestorEmail"] == "new@umich.edu"
