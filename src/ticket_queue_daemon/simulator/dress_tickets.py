"""Tickets as TDX prints them: whole, reduced for searches, listed for CIs (fact sheet 10.1, 12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from . import dress
from .dress_items import attributes
from .values import NO_DATE, NO_LOCAL_DATE, Json, iso, iso_or_none, iso_or_sentinel

if TYPE_CHECKING:
    from .entities import Person, Task, Ticket
    from .grounds import Grounds

_CLASSES = {
    9: "Ticket",
    32: "Incident",
    33: "Problem",
    34: "Change",
    35: "Release",
    46: "Service Request",
    77: "Major Incident",
}
_CLOSED = (3, 4)


def ticket(world: Grounds, one: Ticket, *, full: bool) -> Json:
    """A Ticket; searches leave Attachments, Attributes, Description, Notify, Tasks null (10.3)."""
    status = world.ticket_status(one.app_id, one.status_id)
    members = {
        "ID": one.id,
        **_parent_and_kind(world, one),
        "Title": one.title,
        "Description": one.description if full else None,
        "IsRichHtml": one.is_rich,
        "Uri": f"api/{one.app_id}/tickets/{one.id}",
        "AccountID": one.account_id,
        "AccountName": _name(world.accounts.get(one.account_id)),
        "SourceID": one.source_id,
        "SourceName": world.name_in(world.sources, one.source_id),
        "StatusID": one.status_id,
        "StatusName": status.name,
        "StatusClass": status.status_class,
        **_levels(world, one),
        **_dates(world, one),
        **_people(world, one),
        **_work(world, one),
        "AppID": one.app_id,
    }
    if world.behaviour.ticket_tags_member:
        members["Tags"] = list(one.tags)
    open_tasks = full and status.status_class not in _CLOSED
    members.update(
        {
            "Attributes": attributes(world, one.attributes) if full else None,
            "Attachments": dress.attachments(world, 9, one.id) if full else None,
            "Tasks": [task(world, world.tasks[key]) for key in one.tasks]
            if open_tasks
            else ([] if full else None),
            "Notify": dress.notify_list(world, one) if full else None,
            "WorkflowID": 0,
            "WorkflowConfigurationID": 0,
            "WorkflowName": None,
        }
    )
    return members


def _name(thing: object) -> str:
    return getattr(thing, "name", "None") if thing is not None else "None"


def _parent_and_kind(world: Grounds, one: Ticket) -> Json:
    parent = world.tickets.get(one.parent_id)
    kind = world.ticket_types.get(one.type_id)
    form = world.forms.get(one.form_id)
    return {
        "ParentID": one.parent_id,
        "ParentTitle": parent.title if parent else None,
        "ParentClass": parent.classification if parent else 0,
        "TypeID": one.type_id,
        "TypeName": kind.name if kind else "",
        "TypeCategoryID": kind.category_id if kind else 0,
        "TypeCategoryName": kind.category_name if kind else "",
        "Classification": one.classification,
        "ClassificationName": _CLASSES.get(one.classification, "None"),
        "FormID": one.form_id,
        "FormName": form.name if form else None,
    }


def _levels(world: Grounds, one: Ticket) -> Json:
    priority = world.priorities.get(one.priority_id)
    return {
        "ImpactID": one.impact_id,
        "ImpactName": world.name_in(world.impacts, one.impact_id),
        "UrgencyID": one.urgency_id,
        "UrgencyName": world.name_in(world.urgencies, one.urgency_id),
        "PriorityID": one.priority_id,
        "PriorityName": priority.name if priority else None,
        "PriorityOrder": priority.order if priority else 0.0,
        "SlaID": one.extra.get("SlaID", 0),
        "SlaName": one.extra.get("SlaName", ""),
        "IsSlaViolated": False,
        "IsSlaRespondByViolated": None,
        "IsSlaResolveByViolated": None,
    }


def _dates(world: Grounds, one: Ticket) -> Json:
    creator = world.people.get(one.created_uid)
    modifier = world.people.get(one.modified_uid)
    status = world.ticket_status(one.app_id, one.status_id)
    return {
        "RespondByDate": None,
        "ResolveByDate": None,
        "SlaBeginDate": None,
        "IsOnHold": status.status_class == 5,  # noqa: PLR2004
        "PlacedOnHoldDate": None,
        "GoesOffHoldDate": iso_or_none(one.goes_off_hold),
        "CreatedDate": iso(one.created),
        "CreatedUid": one.created_uid,
        "CreatedFullName": creator.full_name if creator else "",
        "CreatedEmail": creator.email if creator else "",
        "ModifiedDate": iso(one.modified),
        "ModifiedUid": one.modified_uid,
        "ModifiedFullName": modifier.full_name if modifier else "",
    }


def _people(world: Grounds, one: Ticket) -> Json:
    asker = world.people.get(one.requestor_uid or "")
    first, last = (asker.first_name, asker.last_name) if asker else ("", "")
    responsible = world.people.get(one.responsible_uid or "")
    group = world.groups.get(one.responsible_group_id)
    return {
        "RequestorName": asker.full_name if asker else one.requestor_name,
        "RequestorFirstName": first,
        "RequestorLastName": last,
        "RequestorEmail": asker.email if asker else one.requestor_email,
        "RequestorPhone": asker.phone if asker else one.requestor_phone,
        "RequestorUid": one.requestor_uid,
        "ActualMinutes": 0,
        "EstimatedMinutes": one.extra.get("EstimatedMinutes", 0),
        "DaysOld": max(0, (world.now() - one.created).days),
        "StartDate": _extra_date(one, "StartDate"),
        "EndDate": _extra_date(one, "EndDate"),
        "ResponsibleUid": one.responsible_uid,
        "ResponsibleFullName": responsible.full_name if responsible else "",
        "ResponsibleEmail": responsible.email if responsible else "",
        "ResponsibleGroupID": one.responsible_group_id,
        "ResponsibleGroupName": group.name if group else "",
        # Both year-1 forms in one object, as in live data (fact sheet 6).
        "RespondedDate": iso_or_sentinel(one.responded),
        "RespondedUid": one.responded_uid,
        "RespondedFullName": _full_name(world, one.responded_uid),
        "CompletedDate": iso(one.completed) if one.completed else NO_LOCAL_DATE,
        "CompletedUid": one.completed_uid,
        "CompletedFullName": _full_name(world, one.completed_uid),
        "ReviewerUid": None,
        "ReviewerFullName": "",
        "ReviewerEmail": "",
        "ReviewingGroupID": 0,
        "ReviewingGroupName": "",
    }


def _extra_date(one: Ticket, member: str) -> str | None:
    value = one.extra.get(member)
    return iso(value) if isinstance(value, datetime) else None


def _full_name(world: Grounds, uid: str | None) -> str:
    found: Person | None = world.people.get(uid or "")
    return found.full_name if found else ""


def _work(world: Grounds, one: Ticket) -> Json:
    extra = one.extra
    return {
        "TimeBudget": extra.get("TimeBudget", 0.0),
        "ExpensesBudget": extra.get("ExpensesBudget", 0.0),
        "TimeBudgetUsed": 0.0,
        "ExpensesBudgetUsed": 0.0,
        "IsConvertedToTask": False,
        "ConvertedToTaskDate": NO_DATE,
        "ConvertedToTaskUid": None,
        "ConvertedToTaskFullName": "",
        "TaskProjectID": 0,
        "TaskProjectName": None,
        "TaskPlanID": 0,
        "TaskPlanName": None,
        "TaskID": 0,
        "TaskTitle": None,
        "TaskStartDate": NO_DATE,
        "TaskEndDate": NO_DATE,
        "TaskPercentComplete": 0,
        "LocationID": one.location_id,
        "LocationName": world.name_in(world.locations, one.location_id) or "None",
        "LocationRoomID": extra.get("LocationRoomID", 0),
        "LocationRoomName": "None",
        "RefCode": "",
        "ServiceID": one.service_id,
        "ServiceName": world.name_in(world.services, one.service_id),
        "ServiceOfferingID": extra.get("ServiceOfferingID", 0),
        "ServiceOfferingName": None,
        "ServiceCategoryID": 307 if one.service_id else 0,
        "ServiceCategoryName": "Devices" if one.service_id else None,
        "ArticleID": extra.get("ArticleID", 0),
        "ArticleSubject": None,
        "ArticleStatus": 0,
        "ArticleCategoryPathNames": None,
        "ArticleAppID": 0,
        "ArticleShortcutID": extra.get("ArticleShortcutID"),
    }


def listing(world: Grounds, one: Ticket) -> Json:
    """A TicketListing of ``cmdb/{id}/tickets``."""
    kind = world.ticket_types.get(one.type_id)
    return {
        "ID": one.id,
        "Title": one.title,
        "AppID": one.app_id,
        "AppName": world.app_name(one.app_id),
        "ClassificationID": one.classification,
        "ClassificationName": _CLASSES.get(one.classification, "None"),
        "StatusID": one.status_id,
        "StatusName": world.ticket_status(one.app_id, one.status_id).name,
        "AccountID": one.account_id,
        "AccountName": _name(world.accounts.get(one.account_id)),
        "TypeCategoryID": kind.category_id if kind else 0,
        "TypeCategoryName": kind.category_name if kind else "",
        "TypeID": one.type_id,
        "TypeName": kind.name if kind else "",
        "CreatedUid": one.created_uid,
        "CreatedDate": iso(one.created),
        "CreatedFullName": _full_name(world, one.created_uid),
        "ModifiedUid": one.modified_uid,
        "ModifiedDate": iso(one.modified),
        "ModifiedFullName": _full_name(world, one.modified_uid),
        "ContactUid": one.requestor_uid,
        "ContactFullName": _full_name(world, one.requestor_uid),
        "StartDate": _extra_date(one, "StartDate"),
        "EndDate": _extra_date(one, "EndDate"),
        "RespondByDate": None,
        "ResolveByDate": None,
        "GoesOffHoldDate": iso_or_none(one.goes_off_hold),
        "IsArchived": False,
        "PriorityID": one.priority_id,
        "PriorityName": world.name_in(world.priorities, one.priority_id),
        "LocationID": one.location_id,
        "LocationName": world.name_in(world.locations, one.location_id) or "None",
        "LocationRoomID": one.extra.get("LocationRoomID", 0),
        "LocationRoomName": "None",
    }


def task(world: Grounds, one: Task) -> Json:
    """A TicketTask of section 10.12."""
    creator = world.people.get(one.created_uid)
    responsible = world.people.get(one.responsible_uid or "")
    before = world.tasks.get(one.predecessor_id)
    ticket_of = world.tickets.get(one.ticket_id)
    app_id = ticket_of.app_id if ticket_of else 0
    return {
        "ID": one.id,
        "TicketID": one.ticket_id,
        "Title": one.title,
        "Description": one.description,
        "IsActive": before is None or before.completed is not None,
        "NotifyResponsible": False,
        "StartDate": iso_or_none(one.start),
        "EndDate": iso_or_none(one.end),
        "CompleteWithinMinutes": one.complete_within_minutes or None,
        "EstimatedMinutes": one.estimated_minutes,
        "ActualMinutes": 0,
        "PercentComplete": one.percent,
        "CreatedDate": iso(one.created),
        "CreatedUid": one.created_uid,
        "CreatedFullName": creator.full_name if creator else "",
        "CreatedEmail": creator.email if creator else "",
        "ModifiedDate": iso(one.modified),
        "ModifiedUid": one.modified_uid,
        "ModifiedFullName": _full_name(world, one.modified_uid),
        "CompletedDate": iso_or_sentinel(one.completed),
        "CompletedUid": one.completed_uid,
        "CompletedFullName": _full_name(world, one.completed_uid),
        "ResponsibleUid": one.responsible_uid,
        "ResponsibleFullName": responsible.full_name if responsible else "",
        "ResponsibleEmail": responsible.email if responsible else "",
        "ResponsibleGroupID": one.responsible_group_id,
        "ResponsibleGroupName": _name(world.groups.get(one.responsible_group_id)),
        "PredecessorID": one.predecessor_id,
        "PredecessorTitle": before.title if before else "",
        "Order": one.order,
        "TypeID": one.type_id,
        "DetectedConflictCount": 0,
        "DetectedConflictTypes": 0,
        "LastConflictScanDateUtc": None,
        "Uri": f"api/{app_id}/tickets/{one.ticket_id}/tasks/{one.id}",
    }
