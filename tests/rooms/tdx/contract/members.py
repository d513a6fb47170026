"""Every member of every kind that we model, as the fact sheet prints it, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx import models
from ticket_queue_daemon.tdx.appfeed import FeedPage
from ticket_queue_daemon.tdx.attributes import AttributeDefinition, Choice
from ticket_queue_daemon.tdx.groups import Group, GroupSearch
from ticket_queue_daemon.tdx.items import ItemSearch, Relationship, TicketListing
from ticket_queue_daemon.tdx.lists import (
    AssetStatus,
    EligibleAssignment,
    Form,
    ItemType,
    Level,
    RelationshipType,
    TicketSource,
    TicketType,
)
from ticket_queue_daemon.tdx.people import PeopleSearch
from ticket_queue_daemon.tdx.reports import ReportInfo, ReportSearch
from ticket_queue_daemon.tdx.savedsearches import Page, ResultPage, ResultsRequest, SavedSearch
from ticket_queue_daemon.tdx.tasks import NewTask, TicketTask

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ticket_queue_daemon.tdx.fields import TdxModel

_STAMPS = (
    "CreatedDate CreatedUid CreatedFullName ModifiedDate ModifiedUid ModifiedFullName "
    "CreatedByUid ModifiedByUid"
)
_ATTRIBUTE = (
    "ID Name Order Description SectionID SectionName FieldType DataType Choices IsRequired "
    "IsUpdatable Value ValueText ChoicesText AssociatedItemIDs"
)
_REPORT_INFO = (
    "ID Name CreatedUid CreatedFullName CreatedDate OwningGroupID OwningGroupName SystemAppName "
    "PlatformAppID PlatformAppName ReportSourceID ReportSourceName Uri"
)
_ITEM = (
    "ID AppID AppName FormID FormName IsSystemMaintained BackingItemID BackingItemType Name TypeID "
    "TypeName MaintenanceScheduleID MaintenanceScheduleName OwnerUID OwnerFullName "
    "OwningDepartmentID OwningDepartmentName OwningGroupID OwningGroupName LocationID LocationName "
    "LocationRoomID LocationRoomName IsActive CreatedDateUtc CreatedUid CreatedFullName "
    "ModifiedDateUtc ModifiedUid ModifiedFullName ExternalID ExternalSourceID ExternalSourceName "
    "Attributes Attachments Uri"
)
_TICKET = (
    "ID ParentID ParentTitle ParentClass TypeID TypeName TypeCategoryID TypeCategoryName "
    "Classification ClassificationName FormID FormName Title Description IsRichHtml Uri AccountID "
    "AccountName SourceID SourceName StatusID StatusName StatusClass ImpactID ImpactName UrgencyID "
    "UrgencyName PriorityID PriorityName PriorityOrder SlaID SlaName IsSlaViolated "
    "IsSlaRespondByViolated IsSlaResolveByViolated RespondByDate ResolveByDate SlaBeginDate "
    "IsOnHold PlacedOnHoldDate GoesOffHoldDate CreatedDate CreatedUid CreatedFullName CreatedEmail "
    "ModifiedDate ModifiedUid ModifiedFullName RequestorName RequestorFirstName RequestorLastName "
    "RequestorEmail RequestorPhone RequestorUid ActualMinutes EstimatedMinutes DaysOld StartDate "
    "EndDate ResponsibleUid ResponsibleFullName ResponsibleEmail ResponsibleGroupID "
    "ResponsibleGroupName RespondedDate RespondedUid RespondedFullName CompletedDate CompletedUid "
    "CompletedFullName ReviewerUid ReviewerFullName ReviewerEmail ReviewingGroupID "
    "ReviewingGroupName TimeBudget ExpensesBudget TimeBudgetUsed ExpensesBudgetUsed "
    "IsConvertedToTask ConvertedToTaskDate ConvertedToTaskUid ConvertedToTaskFullName "
    "TaskProjectID TaskProjectName TaskPlanID TaskPlanName TaskID TaskTitle TaskStartDate "
    "TaskEndDate TaskPercentComplete LocationID LocationName LocationRoomID LocationRoomName "
    "RefCode ServiceID ServiceName ServiceOfferingID ServiceOfferingName ServiceCategoryID "
    "ServiceCategoryName ArticleID ArticleSubject ArticleStatus ArticleCategoryPathNames "
    "ArticleAppID ArticleShortcutID AppID Tags Attributes Attachments Tasks Notify WorkflowID "
    "WorkflowConfigurationID WorkflowName"
)
_ASSET = (
    "ID AppID AppName FormID FormName ProductModelID ProductModelName ManufacturerID "
    "ManufacturerName SupplierID SupplierName StatusID StatusName LocationID LocationName "
    "LocationRoomID LocationRoomName Tag SerialNumber Name PurchaseCost AcquisitionDate "
    "ExpectedReplacementDate RequestingCustomerID RequestingCustomerName RequestingDepartmentID "
    "RequestingDepartmentName OwningCustomerID OwningCustomerName OwningDepartmentID "
    "OwningDepartmentName ParentID ParentSerialNumber ParentName ParentTag MaintenanceScheduleID "
    "MaintenanceScheduleName ConfigurationItemID CreatedDate CreatedUid CreatedFullName "
    "ModifiedDate ModifiedUid ModifiedFullName ExternalID ExternalSourceID ExternalSourceName "
    "Attributes Attachments Uri"
)
_USER = (
    "UID BEID BEIDInt IsActive IsConfidential UserName FullName FirstName LastName MiddleName "
    "Salutation Nickname DefaultAccountID DefaultAccountName PrimaryEmail AlternateEmail "
    "ExternalID AlternateID Applications SecurityRoleName SecurityRoleID Permissions "
    "OrgApplications PrimaryClientPortalApplicationID GroupIDs ReferenceID AlertEmail "
    "ProfileImageFileName Company Title HomePhone PrimaryPhone WorkPhone Pager OtherPhone "
    "MobilePhone Fax DefaultPriorityID DefaultPriorityName AboutMe LocationID LocationName "
    "LocationRoomID LocationRoomName DefaultRate CostRate IsEmployee WorkableHours "
    "IsCapacityManaged ReportTimeAfterDate EndDate ShouldReportTime ReportsToUID ReportsToFullName "
    "ResourcePoolID ResourcePoolName TZID TZName TypeID AuthenticationUserName "
    "AuthenticationProviderID Attributes Gender IMProvider IMHandle"
)

ANSWERS: dict[type[TdxModel], str] = {
    models.Ticket: _TICKET,
    models.TicketItem: _ITEM,
    models.ConfigurationItem: _ITEM,
    models.Asset: _ASSET,
    models.Person: _USER,
    models.Attribute: _ATTRIBUTE,
    AttributeDefinition: _ATTRIBUTE,
    Choice: "ID Name IsActive DateCreated DateModified Order",
    models.FeedEntry: (
        "ID CreatedUid CreatedRefID CreatedFullName CreatedFirstName CreatedLastName "
        "CreatedByPicPath CreatedDate LastUpdatedDate ProjectID ProjectName PlanID PlanName "
        "ItemType ItemID ItemTitle ReferenceID Body IsRichHtml UpdateType NotifiedList IsPrivate "
        "IsParent Replies RepliesCount Likes ILike LikesCount IsCommunication Participants "
        "BreadcrumbsHtml HasAttachment Uri"
    ),
    models.FeedReply: (
        "ID Body IsRichHtml CreatedUid CreatedRefID CreatedFullName CreatedFirstName "
        "CreatedLastName CreatedByPicPath CreatedDate"
    ),
    FeedPage: "Entries AsOfDate NextDateTo",
    models.Application: "AppID Name Description Type AppClass ExternalUrl Purpose Active",
    models.TicketStatus: (
        "ID AppID AppName Name Description Order StatusClass IsActive RequireGoesOffHold "
        "DoNotReopen IsDefault"
    ),
    models.Report: (
        "Description MaxResults DisplayedColumns SortOrder ChartType ChartSettings DataRows "
        + _REPORT_INFO
    ),
    models.Column: (
        "HeaderText ColumnName DataType SortColumnExpression SortColumnName SortDataType Aggregate "
        "Component FooterExpression"
    ),
    ReportInfo: _REPORT_INFO,
    SavedSearch: (
        "ID Name Application AppID AppName ComponentID ComponentName ComponentOrder CreatedUID "
        "CreatedFullName"
    ),
    ResultPage: "Data TotalCount CurrentPageIndex PageSize",
    Group: "ID Name Description IsActive ExternalID CreatedDate ModifiedDate PlatformApplications",
    Relationship: (
        "ID ParentID ParentName ParentTypeID ParentTypeName ChildID ChildName ChildTypeID "
        "ChildTypeName IsSystemMaintained RelationshipTypeID Description InverseDescription "
        "IsOperationalDependency CreatedDateUtc CreatedUID CreatedFullName"
    ),
    TicketListing: (
        "ID Title AppID AppName ClassificationID ClassificationName StatusID StatusName AccountID "
        "AccountName TypeCategoryID TypeCategoryName TypeID TypeName CreatedUid CreatedDate "
        "CreatedFullName ModifiedUid ModifiedDate ModifiedFullName ContactUid ContactFullName "
        "StartDate EndDate RespondByDate ResolveByDate GoesOffHoldDate IsArchived PriorityID "
        "PriorityName LocationID LocationName LocationRoomID LocationRoomName"
    ),
    TicketType: (
        "ID AppID AppName Name Description CategoryID CategoryName FullName IsActive ReviewerUid "
        "ReviewerFullName ReviewerEmail ReviewingGroupID ReviewingGroupName NotifyReviewer "
        "OtherNotificationEmailAddresses DefaultSLAID DefaultSLAName DefaultSLAIsActive "
        f"WorkspaceID WorkspaceName {_STAMPS}"
    ),
    Level: "ID Name Description Order IsActive IsDefault",
    TicketSource: "ID Name Description IsActive",
    Form: (
        "ID Name AppID AppName ComponentID IsActive IsConfigured IsDefaultForApp IsPinned "
        f"ShouldExpandHelp AssetsCount ConfigurationItemsCount {_STAMPS}"
    ),
    AssetStatus: f"ID AppID AppName Name Description Order IsActive IsOutOfService {_STAMPS}",
    ItemType: f"ID AppID AppName IsSystemDefined Name IsActive {_STAMPS}",
    RelationshipType: (
        "ID AppID AppName IsSystemDefined Description InverseDescription IsOperationalDependency "
        f"IsActive {_STAMPS}"
    ),
    EligibleAssignment: "Name Value Email IsUser",
    TicketTask: (
        "ID TicketID Title Description IsActive NotifyResponsible StartDate EndDate "
        "CompleteWithinMinutes EstimatedMinutes ActualMinutes PercentComplete CreatedDate "
        "CreatedUid CreatedFullName CreatedEmail ModifiedDate ModifiedUid ModifiedFullName "
        "CompletedDate CompletedUid CompletedFullName ResponsibleUid ResponsibleFullName "
        "ResponsibleEmail ResponsibleGroupID ResponsibleGroupName PredecessorID PredecessorTitle "
        "Order TypeID DetectedConflictCount DetectedConflictTypes LastConflictScanDateUtc Uri"
    ),
}

REQUESTS: dict[type[BaseModel], str] = {
    models.FeedPost: (
        "NewStatusID CascadeStatus Comments Notify IsPrivate IsRichHtml IsCommunication"
    ),
    models.TicketSearch: (
        "MaxResults TicketID ParentTicketID HasReferenceCode SearchText TicketClassification "
        "TypeIDs FormIDs SourceIDs AccountIDs StatusIDs PastStatusIDs StatusClassIDs PriorityIDs "
        "RequestorUids PrimaryResponsibilityUids PrimaryResponsibilityGroupIDs CreatedDateFrom "
        "ModifiedDateFrom ConfigurationItemIDs"
    ),
    models.AssetSearch: (
        "SerialLike SearchText MaxResults SavedSearchID OnlyParentAssets StatusIDs StatusIDsPast "
        "IsInService FormIDs OwningCustomerIDs OwningCustomerIDsPast RequestingCustomerIDs "
        "UsingCustomerIDs TicketIDs ExcludeTicketIDs ParentIDs ExternalIDs"
    ),
    GroupSearch: "IsActive NameLike HasAppID HasSystemAppName AssociatedAppID",
    PeopleSearch: (
        "SearchText IsActive IsEmployee AppName AccountIDs MaxResults ReferenceIDs ExternalID "
        "AlternateID UserName SecurityRoleID IsConfidential"
    ),
    ItemSearch: "NameLike IsActive TypeIDs MaintenanceScheduleIDs CustomAttributes",
    ReportSearch: ("OwnerUid SearchText OwningGroupID ForAppID ForApplicationName ReportSourceID"),
    Page: "PageIndex PageSize",
    ResultsRequest: "SearchText OnlyMy OnlyOpen Page",
    NewTask: (
        "Title Description StartDate EndDate CompleteWithinMinutes EstimatedMinutes "
        "ResponsibleUid ResponsibleGroupID PredecessorID"
    ),
}
