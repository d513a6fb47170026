"""The contract: members in the order in which TDX declares them, and our client's models read them.

The lists are those of the fact sheet about the Web API, type by type; newer members that the
simulator leaves out are not in them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.simulator.openapi import samples
from ticket_queue_daemon.tdx import models

if TYPE_CHECKING:
    import httpx2

    from conftest import Place

SHEET = {
    "CustomAttribute": """ID, Name, Order, Description, SectionID, SectionName, FieldType, DataType,
        Choices, IsRequired, IsUpdatable, Value, ValueText, ChoicesText, AssociatedItemIDs""",
    "Attachment": """ID, AttachmentType, ItemID, CreatedUid, CreatedFullName, CreatedDate, Name, Size,
        Uri, ContentUri""",
    "ResourceItem": "ItemRole, Name, Initials, Value, RefValue, ProfileImageFileName",
    "ItemUpdate": """ID, CreatedUid, CreatedRefID, CreatedFullName, CreatedFirstName, CreatedLastName,
        CreatedByPicPath, CreatedDate, LastUpdatedDate, ProjectID, ProjectName, PlanID, PlanName,
        ItemType, ItemID, ItemTitle, ReferenceID, Body, IsRichHtml, UpdateType, NotifiedList,
        IsPrivate, IsParent, Replies, RepliesCount, Likes, ILike, LikesCount, IsCommunication,
        Participants, BreadcrumbsHtml, HasAttachment, Uri""",
    "Ticket": """ID, ParentID, ParentTitle, ParentClass, TypeID, TypeName, TypeCategoryID,
        TypeCategoryName, Classification, ClassificationName, FormID, FormName, Title, Description,
        IsRichHtml, Uri, AccountID, AccountName, SourceID, SourceName, StatusID, StatusName,
        StatusClass, ImpactID, ImpactName, UrgencyID, UrgencyName, PriorityID, PriorityName,
        PriorityOrder, SlaID, SlaName, IsSlaViolated, IsSlaRespondByViolated, IsSlaResolveByViolated,
        RespondByDate, ResolveByDate, SlaBeginDate, IsOnHold, PlacedOnHoldDate, GoesOffHoldDate,
        CreatedDate, CreatedUid, CreatedFullName, CreatedEmail, ModifiedDate, ModifiedUid,
        ModifiedFullName, RequestorName, RequestorFirstName, RequestorLastName, RequestorEmail,
        RequestorPhone, RequestorUid, ActualMinutes, EstimatedMinutes, DaysOld, StartDate, EndDate,
        ResponsibleUid, ResponsibleFullName, ResponsibleEmail, ResponsibleGroupID,
        ResponsibleGroupName, RespondedDate, RespondedUid, RespondedFullName, CompletedDate,
        CompletedUid, CompletedFullName, ReviewerUid, ReviewerFullName, ReviewerEmail,
        ReviewingGroupID, ReviewingGroupName, TimeBudget, ExpensesBudget, TimeBudgetUsed,
        ExpensesBudgetUsed, IsConvertedToTask, ConvertedToTaskDate, ConvertedToTaskUid,
        ConvertedToTaskFullName, TaskProjectID, TaskProjectName, TaskPlanID, TaskPlanName, TaskID,
        TaskTitle, TaskStartDate, TaskEndDate, TaskPercentComplete, LocationID, LocationName,
        LocationRoomID, LocationRoomName, RefCode, ServiceID, ServiceName, ServiceOfferingID,
        ServiceOfferingName, ServiceCategoryID, ServiceCategoryName, ArticleID, ArticleSubject,
        ArticleStatus, ArticleCategoryPathNames, ArticleAppID, ArticleShortcutID, AppID, Attributes,
        Attachments, Tasks, Notify, WorkflowID, WorkflowConfigurationID, WorkflowName""",
    "TicketTask": """ID, TicketID, Title, Description, IsActive, NotifyResponsible, StartDate, EndDate,
        CompleteWithinMinutes, EstimatedMinutes, ActualMinutes, PercentComplete, CreatedDate,
        CreatedUid, CreatedFullName, CreatedEmail, ModifiedDate, ModifiedUid, ModifiedFullName,
        CompletedDate, CompletedUid, CompletedFullName, ResponsibleUid, ResponsibleFullName,
        ResponsibleEmail, ResponsibleGroupID, ResponsibleGroupName, PredecessorID, PredecessorTitle,
        Order, TypeID, DetectedConflictCount, DetectedConflictTypes, LastConflictScanDateUtc, Uri""",
    "TicketStatus": """ID, AppID, AppName, Name, Description, Order, StatusClass, IsActive,
        RequireGoesOffHold, DoNotReopen, IsDefault""",
    "TicketType": """ID, AppID, AppName, Name, Description, CategoryID, CategoryName, FullName, IsActive,
        ReviewerUid, ReviewerFullName, ReviewerEmail, ReviewingGroupID, ReviewingGroupName,
        NotifyReviewer, OtherNotificationEmailAddresses, DefaultSLAID, DefaultSLAName,
        DefaultSLAIsActive, WorkspaceID, WorkspaceName""",
    "Level": "ID, Name, Description, Order, IsActive, IsDefault",
    "TicketSource": "ID, Name, Description, IsActive",
    "Form": """ID, Name, AppID, AppName, ComponentID, IsActive, IsConfigured, IsDefaultForApp, IsPinned,
        ShouldExpandHelp, CreatedDate, CreatedUid, CreatedFullName, ModifiedDate, ModifiedUid,
        ModifiedFullName, AssetsCount, ConfigurationItemsCount""",
    "AssetStatus": """ID, AppID, AppName, Name, Description, Order, IsActive, IsOutOfService,
        CreatedDate, CreatedUid, CreatedFullName, ModifiedDate, ModifiedUid, ModifiedFullName""",
    "ConfigurationItem": """ID, AppID, AppName, FormID, FormName, IsSystemMaintained, BackingItemID,
        BackingItemType, Name, TypeID, TypeName, MaintenanceScheduleID, MaintenanceScheduleName,
        OwnerUID, OwnerFullName, OwningDepartmentID, OwningDepartmentName, OwningGroupID,
        OwningGroupName, LocationID, LocationName, LocationRoomID, LocationRoomName, IsActive,
        CreatedDateUtc, CreatedUid, CreatedFullName, ModifiedDateUtc, ModifiedUid, ModifiedFullName,
        ExternalID, ExternalSourceID, ExternalSourceName, Attributes, Attachments, Uri""",
    "Asset": """ID, AppID, AppName, FormID, FormName, ProductModelID, ProductModelName, ManufacturerID,
        ManufacturerName, SupplierID, SupplierName, StatusID, StatusName, LocationID, LocationName,
        LocationRoomID, LocationRoomName, Tag, SerialNumber, Name, PurchaseCost, AcquisitionDate,
        ExpectedReplacementDate, RequestingCustomerID, RequestingCustomerName,
        RequestingDepartmentID, RequestingDepartmentName, OwningCustomerID, OwningCustomerName,
        OwningDepartmentID, OwningDepartmentName, ParentID, ParentSerialNumber, ParentName, ParentTag,
        MaintenanceScheduleID, MaintenanceScheduleName, ConfigurationItemID, CreatedDate, CreatedUid,
        CreatedFullName, ModifiedDate, ModifiedUid, ModifiedFullName, ExternalID, ExternalSourceID,
        ExternalSourceName, Attributes, Attachments, Uri""",
    "TicketListing": """ID, Title, AppID, AppName, ClassificationID, ClassificationName, StatusID,
        StatusName, AccountID, AccountName, TypeCategoryID, TypeCategoryName, TypeID, TypeName,
        CreatedUid, CreatedDate, CreatedFullName, ModifiedUid, ModifiedDate, ModifiedFullName,
        ContactUid, ContactFullName, StartDate, EndDate, RespondByDate, ResolveByDate,
        GoesOffHoldDate, IsArchived, PriorityID, PriorityName, LocationID, LocationName,
        LocationRoomID, LocationRoomName""",
    "Relationship": """ID, ParentID, ParentName, ParentTypeID, ParentTypeName, ChildID, ChildName,
        ChildTypeID, ChildTypeName, IsSystemMaintained, RelationshipTypeID, Description,
        InverseDescription, IsOperationalDependency, CreatedDateUtc, CreatedUID, CreatedFullName""",
    "Group": "ID, Name, Description, IsActive, ExternalID, CreatedDate, ModifiedDate, PlatformApplications",
    "Account": """ID, Name, IsActive, Address1, Address2, Address3, Address4, City, StateName, StateAbbr,
        PostalCode, Country, Phone, Fax, Url, Notes, CreatedDate, ModifiedDate, Code, IndustryID,
        IndustryName, ManagerUID, ManagerFullName, Attributes, ParentID, ParentName""",
    "Application": "AppID, Name, Description, Type, AppClass, ExternalUrl, Purpose, Active",
    "User": """UID, BEID, BEIDInt, IsActive, IsConfidential, UserName, FullName, FirstName, LastName,
        MiddleName, Salutation, Nickname, DefaultAccountID, DefaultAccountName, PrimaryEmail,
        AlternateEmail, ExternalID, AlternateID, Applications, SecurityRoleName, SecurityRoleID,
        Permissions, OrgApplications, PrimaryClientPortalApplicationID, GroupIDs, ReferenceID,
        AlertEmail, ProfileImageFileName, Company, Title, HomePhone, PrimaryPhone, WorkPhone, Pager,
        OtherPhone, MobilePhone, Fax, DefaultPriorityID, DefaultPriorityName, AboutMe, WorkAddress,
        WorkCity, WorkState, WorkZip, WorkCountry, HomeAddress, HomeCity, HomeState, HomeZip,
        HomeCountry, LocationID, LocationName, LocationRoomID, LocationRoomName, DefaultRate,
        CostRate, IsEmployee, WorkableHours, IsCapacityManaged, ReportTimeAfterDate, EndDate,
        ShouldReportTime, ReportsToUID, ReportsToFullName, ResourcePoolID, ResourcePoolName, TZID,
        TZName, TypeID, AuthenticationUserName, AuthenticationProviderID, Attributes, Gender,
        IMProvider, IMHandle""",
}
REPORT_INFO = """ID, Name, CreatedUid, CreatedFullName, CreatedDate, OwningGroupID, OwningGroupName,
    SystemAppName, PlatformAppID, PlatformAppName, ReportSourceID, ReportSourceName, Uri"""


def names(text: str) -> list[str]:
    return re.split(r",\s*", text)


@pytest.mark.parametrize("kind", sorted(SHEET))
def test_members_stand_in_the_order_of_their_declaration(kind: str) -> None:
    assert list(samples()[kind]) == names(SHEET[kind])


def test_a_location_is_the_only_answer_that_the_sheet_does_not_list() -> None:
    assert samples().keys() - SHEET.keys() == {"Location"}


def test_a_report_has_its_own_members_before_those_it_inherits(api: httpx2.Client) -> None:
    report = api.get("/reports/1344?withData=true").json()
    own = "Description, MaxResults, DisplayedColumns, SortOrder, ChartType, ChartSettings, DataRows"
    assert list(report) == [*names(own), *names(REPORT_INFO)]
    assert list(api.get("/reports").json()[0]) == names(REPORT_INFO)
    column = """HeaderText, ColumnName, DataType, SortColumnExpression, SortColumnName,
        SortDataType, Aggregate, Component, FooterExpression"""
    assert list(report["DisplayedColumns"][0]) == names(column)
    assert list(report["SortOrder"][0]) == ["ColumnLabel", "ColumnName", "IsAscending"]


def test_the_reply_printed_in_the_sheet_is_what_a_report_answers(
    api: httpx2.Client, place: Place
) -> None:
    """Section 8: first column, sort order and chart members, value for value."""
    report = api.get("/reports/1344?withData=true").json()
    assert report["DisplayedColumns"][0] == {
        "HeaderText": "ID",
        "ColumnName": "TicketID",
        "DataType": 2,
        "SortColumnExpression": "TicketID ASC",
        "SortColumnName": "TicketID",
        "SortDataType": 2,
        "Aggregate": 0,
        "Component": 0,
        "FooterExpression": None,
    }
    modified = {"ColumnLabel": "Modified", "ColumnName": "ModifiedDate", "IsAscending": False}
    assert report["SortOrder"] == [modified]
    assert (report["Description"], report["MaxResults"], report["ChartType"]) == ("", 0, "")
    assert (report["ChartSettings"], report["Uri"]) == ([], "api/reports/1344")
    assert report["DataRows"][0]["TicketID"] == place.ticket.id
    assert api.get("/reports/1344").json()["DataRows"] is None


def test_an_entry_has_the_nulls_and_types_of_the_recorded_one(
    api: httpx2.Client, place: Place
) -> None:
    """Section 10.8, recorded from a live tenant; its project and person differ from ours."""
    body = {"Comments": "x", "Notify": [place.tech.email]}
    api.post(f"/46/tickets/{place.ticket.id}/feed", json=body)
    entry = api.get(f"/46/tickets/{place.ticket.id}/feed").json()[0]
    null = {name for name, value in entry.items() if value is None}
    recorded = {"PlanName", "ReferenceID", "Participants", "BreadcrumbsHtml"}
    assert null - {"ProjectName", "CreatedByPicPath"} == recorded
    assert entry["NotifiedList"] == f"{place.tech.full_name} <{place.tech.email}>"
    assert (entry["Replies"], entry["Likes"], entry["ILike"]) == ([], [], False)
    assert entry["Uri"] == f"api/feed/{entry['ID']}"


def test_replies_choices_pages_and_assignments_have_their_members(
    api: httpx2.Client, place: Place
) -> None:
    place.world.add_reply(place.ticket.feed[0], "a reply")
    author = "CreatedUid, CreatedRefID, CreatedFullName, CreatedFirstName, CreatedLastName"
    reply = api.get(f"/feed/{place.ticket.feed[0]}").json()["Replies"][0]
    assert list(reply) == names(f"ID, Body, IsRichHtml, {author}, CreatedByPicPath, CreatedDate")
    choice = api.get("/attributes/18375/choices").json()[0]
    assert list(choice) == names("ID, Name, IsActive, DateCreated, DateModified, Order")
    saved = api.get("/46/tickets/searches").json()[0]
    assert list(saved) == names(
        "ID, Name, Application, AppID, AppName, ComponentID, ComponentName, ComponentOrder, "
        "CreatedUID, CreatedFullName"
    )
    page = {"Page": {"PageIndex": 0, "PageSize": 5}}
    found = api.post("/46/tickets/searches/7001/results", json=page).json()
    assert list(found) == ["Data", "TotalCount", "CurrentPageIndex", "PageSize"]
    feed = api.get("/46/tickets/feed").json()
    assert list(feed) == ["Entries", "AsOfDate", "NextDateTo"]
    eligible = api.get("/46/tickets/resources?searchText=nora").json()[0]
    assert list(eligible) == ["Name", "Value", "Email", "IsUser"]


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("Ticket", models.Ticket),
        ("CustomAttribute", models.Attribute),
        ("ConfigurationItem", models.TicketItem),
        ("ConfigurationItem", models.ConfigurationItem),
        ("ItemUpdate", models.FeedEntry),
        ("Asset", models.Asset),
        ("User", models.Person),
        ("Application", models.Application),
        ("TicketStatus", models.TicketStatus),
    ],
)
def test_each_answer_parses_in_the_model_of_our_client(kind: str, model: Any) -> None:
    """Every member that the model names is one that TDX sends, and nothing of it is lost."""
    sample = samples()[kind]
    assert model.model_validate(sample).raw().keys() == sample.keys()
    aliases = {field.alias or name for name, field in model.model_fields.items()}
    optional = {"Tags"}
    assert {one.lower() for one in aliases - optional} <= {one.lower() for one in sample}


def test_reduced_answers_parse_too(api: httpx2.Client, place: Place) -> None:
    """What searches leave out is null (fact sheet 10.3, 11, 13)."""
    tickets = api.post("/46/tickets/search", json={}).json()
    assert models.Ticket.model_validate(tickets[0]).id == place.ticket.id
    assets = api.post("/48/assets/search", json={}).json()
    assert models.Asset.model_validate(assets[0]).id == place.mac.id
    people = api.get("/people/lookup?searchText=poshea").json()
    assert models.Person.model_validate(people[0]).uid == place.pat.uid
    report = models.Report.model_validate(api.get("/reports/1344").json())
    assert report.id == 1344
