"""What is asked, for the simulator's own description: the members that the fact sheet lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Json

_INT: Json = {"type": ["integer", "null"]}
_INTS: Json = {"type": ["array", "null"], "items": {"type": "integer"}}
_BOOL: Json = {"type": ["boolean", "null"]}
_TEXT: Json = {"type": ["string", "null"]}
_TEXTS: Json = {"type": ["array", "null"], "items": {"type": "string"}}
_GUID: Json = {"type": ["string", "null"], "format": "uuid"}
_GUIDS: Json = {"type": ["array", "null"], "items": {"type": "string", "format": "uuid"}}
_DATE: Json = {"type": ["string", "null"], "format": "date-time"}
_COST: Json = {"type": ["number", "null"]}
_VALUES: Json = {
    "type": ["array", "null"],
    "items": {"type": "object", "properties": {"ID": _INT, "Value": _TEXT}},
}
_PAGE: Json = {
    "type": "object",
    "properties": {
        "PageIndex": {"type": "integer", "minimum": 0},
        "PageSize": {"type": "integer", "minimum": 1, "maximum": 200},
    },
}


def _object(**members: Json) -> Json:
    return {"type": "object", "properties": members}


def _each(schema: Json, *names: str) -> dict[str, Json]:
    return dict.fromkeys(names, schema)


def _dates(*stems: str) -> dict[str, Json]:
    return {f"{stem}{end}": _DATE for stem in stems for end in ("From", "To")}


_FEED = _object(
    Comments=_TEXT,
    Notify=_TEXTS,
    IsPrivate=_BOOL,
    IsRichHtml=_BOOL,
    IsCommunication=_BOOL,
    NewStatusID=_INT,
    CascadeStatus=_BOOL,
    PercentComplete=_COST,
)
_TICKET_SEARCH = _object(
    **_each(_INT, "MaxResults", "TicketID", "ParentTicketID", "DaysOldFrom", "DaysOldTo"),
    **_each(_INT, "SlaUnmetConstraints"),
    **_each(_TEXT, "SearchText", "RequestorNameSearch", "RequestorEmailSearch"),
    **_each(_TEXT, "RequestorPhoneSearch"),
    **_each(_INTS, "TicketClassification", "TypeIDs", "FormIDs", "SourceIDs", "AccountIDs"),
    **_each(_INTS, "LocationIDs", "LocationRoomIDs", "ServiceIDs", "ServiceOfferingIDs"),
    **_each(_INTS, "KBArticleIDs", "SlaIDs", "StatusIDs", "PastStatusIDs", "StatusClassIDs"),
    **_each(_INTS, "PriorityIDs", "UrgencyIDs", "ImpactIDs", "ResponsibilityGroupIDs"),
    **_each(_INTS, "PrimaryResponsibilityGroupIDs", "ConfigurationItemIDs"),
    **_each(_INTS, "ExcludeConfigurationItemIDs"),
    **_each(_GUIDS, "RequestorUids", "ResponsibilityUids", "PrimaryResponsibilityUids"),
    **_each(_GUID, "ReviewerUid", "CreatedByUid", "ModifiedByUid", "UpdatedByUid"),
    **_each(_GUID, "RespondedByUid", "ClosedByUid", "SubmitterUid"),
    **_each(_BOOL, "HasReferenceCode", "AssignmentStatus", "IsOnHold", "ConvertedToTask"),
    **_each(_BOOL, "SlaViolationStatus", "CompletedTaskResponsibilityFilter"),
    **_dates("CreatedDate", "ModifiedDate", "UpdatedDate", "StartDate", "EndDate"),
    **_dates("RespondedDate", "RespondByDate", "ClosedDate", "CloseByDate", "GoesOffHold"),
    CustomAttributes=_VALUES,
)
_ASSET_SEARCH = _object(
    **_each(_TEXT, "SerialLike", "SearchText"),
    **_each(_INT, "MaxResults", "SavedSearchID", "RoomID", "ContractProviderID"),
    **_each(_BOOL, "OnlyParentAssets", "IsInService"),
    **_each(_INTS, "StatusIDs", "StatusIDsPast", "FormIDs", "OwningDepartmentIDs"),
    **_each(_INTS, "OwningDepartmentIDsPast", "RequestingDepartmentIDs", "UsingDepartmentIDs"),
    **_each(_INTS, "LocationIDs", "TicketIDs", "ExcludeTicketIDs", "ParentIDs", "ContractIDs"),
    **_each(_INTS, "ExcludeContractIDs", "MaintenanceScheduleIDs", "ProductModelIDs"),
    **_each(_INTS, "ManufacturerIDs", "SupplierIDs"),
    **_each(_GUIDS, "OwningCustomerIDs", "OwningCustomerIDsPast", "RequestingCustomerIDs"),
    **_each(_GUIDS, "UsingCustomerIDs"),
    **_each(_COST, "PurchaseCostFrom", "PurchaseCostTo"),
    **_dates("AcquisitionDate", "ExpectedReplacementDate", "ContractEndDate"),
    ExternalIDs=_TEXTS,
    CustomAttributes=_VALUES,
)
_ASSET = _object(
    **_each(_TEXT, "Name", "SerialNumber", "Tag", "ExternalID"),
    **_each(_INT, "StatusID", "FormID", "ProductModelID", "ManufacturerID", "SupplierID"),
    **_each(_INT, "LocationID", "RequestingDepartmentID", "OwningDepartmentID", "ParentID"),
    **_each(_GUID, "RequestingCustomerID", "OwningCustomerID"),
    **_each(_DATE, "AcquisitionDate", "ExpectedReplacementDate"),
    PurchaseCost=_COST,
    Attributes=_VALUES,
)
_CI = _object(
    **_each(_INT, "ID", "FormID", "TypeID", "OwningDepartmentID", "OwningGroupID", "LocationID"),
    Name=_TEXT,
    OwnerUID=_GUID,
    IsActive=_BOOL,
    ExternalID=_TEXT,
    Attributes=_VALUES,
)
_TASK = _object(
    **_each(_TEXT, "Title", "Description"),
    **_each(_DATE, "StartDate", "EndDate"),
    **_each(_INT, "CompleteWithinMinutes", "EstimatedMinutes", "ResponsibleGroupID"),
    PredecessorID=_INT,
    ResponsibleUid=_GUID,
)
_STATUS = _object(
    **_each(_TEXT, "Name", "Description"),
    **_each(_BOOL, "IsActive", "RequireGoesOffHold", "DoNotReopen", "IsOutOfService"),
    Order=_COST,
    StatusClass=_INT,
)
_TICKET_STATUS_SEARCH = _object(
    **_each(_BOOL, "IsActive", "IsDefault", "RequiresGoesOffHold"),
    SearchText=_TEXT,
    StatusClass=_INT,
)
_ASSET_STATUS_SEARCH = _object(**_each(_BOOL, "IsActive", "IsOutOfService"), SearchText=_TEXT)
_PERSON = _object(
    **_each(_TEXT, "UserName", "FirstName", "LastName", "PrimaryEmail", "Title", "WorkPhone"),
    **_each(_TEXT, "ExternalID", "AlternateID"),
    **_each(_INT, "DefaultAccountID", "TypeID"),
    **_each(_BOOL, "IsActive", "IsEmployee"),
)
_ACCOUNT = _object(**_each(_TEXT, "Name", "Code"), ParentID=_INT, IsActive=_BOOL, ManagerUID=_GUID)
_RELATIONS = _object(
    LogToFeed=_BOOL,
    Relationships={
        "type": "array",
        "items": _object(**_each(_INT, "ParentItemID", "ChildItemID", "RelationshipTypeID")),
    },
)
_SAVED = _object(SearchText=_TEXT, OnlyMy=_BOOL, OnlyOpen=_BOOL, Page=_PAGE)
_LOGIN = _object(**_each(_TEXT, "UserName", "Password"))
_TICKETS, _ASSETS, _CMDB = "/{appId}/tickets", "/{appId}/assets", "/{appId}/cmdb"

BODIES: dict[str, Json] = {
    "JSON Patch": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"enum": ["add", "remove", "replace", "copy", "move"]},
                "path": {"enum": ["/title", "/statusid", "/name", "/attributes/18376", "/nothing"]},
                "from": {"enum": ["/title", "/name", "/attributes/18376"]},
                "value": {"type": ["string", "integer", "boolean", "null"]},
            },
        },
    },
    "POST /auth": _LOGIN,
    "POST /auth/login": _LOGIN,
    "POST /auth/loginadmin": _object(**_each(_TEXT, "BEID", "WebServicesKey")),
    f"POST {_TICKETS}/search": _TICKET_SEARCH,
    f"POST {_TICKETS}/{{id}}/feed": _FEED,
    f"POST {_TICKETS}/{{id}}/tags": {"type": "array", "items": {"type": "string"}},
    f"DELETE {_TICKETS}/{{id}}/tags": {"type": "array", "items": {"type": "string"}},
    f"POST {_TICKETS}/{{id}}/children": {"type": "array", "items": {"type": "integer"}},
    f"POST {_TICKETS}/{{id}}/application": _object(
        **_each(_INT, "NewAppID", "NewFormID", "NewTicketTypeID", "NewStatusID"),
        Comments=_TEXT,
        IsRichHtml=_BOOL,
    ),
    f"PUT {_TICKETS}/{{id}}/sla": _object(NewSlaID=_INT),
    f"POST {_TICKETS}/{{ticketId}}/tasks": _TASK,
    f"PUT {_TICKETS}/{{ticketId}}/tasks/{{id}}": _TASK,
    f"POST {_TICKETS}/{{ticketId}}/tasks/{{id}}/feed": _FEED,
    f"POST {_TICKETS}/statuses": _STATUS,
    f"PUT {_TICKETS}/statuses/{{id}}": _STATUS,
    f"POST {_TICKETS}/statuses/search": _TICKET_STATUS_SEARCH,
    f"POST {_TICKETS}/searches/{{searchId}}/results": _SAVED,
    f"POST {_ASSETS}/search": _ASSET_SEARCH,
    f"POST {_ASSETS}": _ASSET,
    f"POST {_ASSETS}/{{id}}": _ASSET,
    f"POST {_ASSETS}/{{id}}/feed": _FEED,
    f"POST {_ASSETS}/statuses": _STATUS,
    f"PUT {_ASSETS}/statuses/{{id}}": _STATUS,
    f"POST {_ASSETS}/statuses/search": _ASSET_STATUS_SEARCH,
    f"POST {_ASSETS}/searches/{{searchId}}/results": _SAVED,
    f"POST {_CMDB}/search": _object(
        NameLike=_TEXT, IsActive=_BOOL, TypeIDs=_INTS, CustomAttributes=_VALUES
    ),
    f"POST {_CMDB}": _CI,
    f"PUT {_CMDB}/{{id}}": _CI,
    f"POST {_CMDB}/{{id}}/feed": _FEED,
    f"POST {_CMDB}/searches/{{searchId}}/results": _SAVED,
    f"POST {_CMDB}/relationships/bulkadd": _RELATIONS,
    f"POST {_CMDB}/relationships/bulkdelete": _object(LogToFeed=_BOOL, RelationshipIDs=_INTS),
    "POST /reports/search": _object(
        **_each(_TEXT, "SearchText", "ForApplicationName"),
        **_each(_INT, "OwningGroupID", "ForAppID", "ReportSourceID"),
        OwnerUid=_GUID,
    ),
    "POST /people/search": _object(
        **_each(_TEXT, "SearchText", "AppName", "ExternalID", "AlternateID", "UserName"),
        **_each(_BOOL, "IsActive", "IsEmployee", "IsConfidential"),
        **_each(_INTS, "AccountIDs", "ReferenceIDs"),
        MaxResults=_INT,
        SecurityRoleID=_GUID,
    ),
    "POST /people": _PERSON,
    "POST /people/{uid}": _PERSON,
    "POST /groups/search": _object(
        **_each(_INT, "HasAppID", "AssociatedAppID"),
        **_each(_TEXT, "NameLike", "HasSystemAppName"),
        IsActive=_BOOL,
    ),
    "POST /accounts": _ACCOUNT,
    "PUT /accounts/{id}": _ACCOUNT,
    "POST /accounts/search": _object(
        SearchText=_TEXT, IsActive=_BOOL, ParentAccountID=_INT, MaxResults=_INT
    ),
    "POST /locations/search": _object(NameLike=_TEXT, IsActive=_BOOL),
    "POST /attributes/{id}/choices": _object(Name=_TEXT),
    "PUT /attributes/{id}/choices/{choiceId}": _object(Name=_TEXT),
}

_FLAG: Json = {"type": "boolean"}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 100}
_WINDOW: dict[str, Json] = {
    "DateFrom": {"type": "string", "format": "date-time"},
    "DateTo": {"type": "string", "format": "date-time"},
    "ReplyCount": _COUNT,
    "ReturnCount": {"type": "integer", "minimum": 1, "maximum": 100},
}

QUERIES: dict[str, dict[str, Json]] = {
    "GET /reports/{id}": {"withData": _FLAG, "dataSortExpression": {"type": "string"}},
    f"GET {_TICKETS}/{{id}}/feed": {"top": _COUNT},
    f"GET {_TICKETS}/feed": _WINDOW,
    f"GET {_ASSETS}/feed": _WINDOW,
    f"POST {_TICKETS}": {
        "EnableNotifyReviewer": _FLAG,
        "NotifyRequestor": _FLAG,
        "NotifyResponsible": _FLAG,
        "AllowRequestorCreation": _FLAG,
        "applyDefaults": _FLAG,
    },
    f"POST {_TICKETS}/{{id}}": {"notifyNewResponsible": _FLAG},
    f"PATCH {_TICKETS}/{{id}}": {"notifyNewResponsible": _FLAG},
    f"GET {_TICKETS}/types": {"isActive": _FLAG},
    f"GET {_TICKETS}/resources": {"searchText": {"type": "string"}},
    f"GET {_TICKETS}/{{ticketId}}/tasks": {"isEligiblePredecessor": _FLAG},
    f"PUT {_TICKETS}/{{id}}/classification": {"newClassificationId": {"type": "integer"}},
    f"PUT {_CMDB}/{{id}}/relationships": {
        "typeId": {"type": "integer"},
        "otherItemId": {"type": "integer"},
        "isParent": _FLAG,
        "removeExisting": _FLAG,
    },
    "GET /people/lookup": {"searchText": {"type": "string"}, "maxResults": _COUNT},
    "GET /people/userlist": {
        "isActive": _FLAG,
        "isEmployee": _FLAG,
        "userType": {"type": "integer"},
    },
    "GET /attributes/custom": {
        "componentId": {"type": "integer"},
        "associatedTypeId": {"type": "integer"},
        "appId": {"type": "integer"},
    },
}
