"""People, feeds, groups and departments as TDX prints them (fact sheet 10.8, 13, 14).

Promise: exact member names in declaration order, nulls present, year-1 dates, ``"None"`` names
and trailing blanks where live fixtures have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import NO_DATE, NO_GUID, Json, iso

if TYPE_CHECKING:
    from .entities import (
        Account,
        Attachment,
        FeedEntry,
        Group,
        Person,
        Reply,
        Ticket,
    )
    from .grounds import Grounds


def _author(world: Grounds, uid: str) -> Json:
    who = world.people.get(uid)
    return {
        "CreatedUid": uid,
        "CreatedRefID": who.reference_id if who else 0,
        "CreatedFullName": who.full_name if who else "System",
        "CreatedFirstName": who.first_name if who else "System",
        "CreatedLastName": who.last_name if who else "",
        "CreatedByPicPath": who.picture if who else None,
    }


def reply(world: Grounds, one: Reply) -> Json:
    """An ItemUpdateReply."""
    return {
        "ID": one.id,
        "Body": one.body,
        "IsRichHtml": one.is_rich,
        **_author(world, one.author_uid),
        "CreatedDate": iso(one.created),
    }


def feed_entry(world: Grounds, one: FeedEntry, replies: int | None) -> Json:
    """An ItemUpdate; ``replies`` is how many to show, None all (10.8: none in lists)."""
    shown = one.replies if replies is None else one.replies[:replies]
    return {
        "ID": one.id,
        **_author(world, one.author_uid),
        "CreatedDate": iso(one.created),
        "LastUpdatedDate": iso(one.updated),
        "ProjectID": 0,
        "ProjectName": None,
        "PlanID": 0,
        "PlanName": None,
        "ItemType": one.item_type,
        "ItemID": one.item_id,
        "ItemTitle": item_title(world, one),
        "ReferenceID": None,
        "Body": one.body,
        "IsRichHtml": one.is_rich,
        "UpdateType": one.update_type,
        "NotifiedList": one.notified,
        "IsPrivate": one.is_private,
        "IsParent": False,
        "Replies": [reply(world, each) for each in shown],
        "RepliesCount": len(one.replies),
        "Likes": [],
        "ILike": False,
        "LikesCount": 0,
        "IsCommunication": one.is_communication,
        "Participants": [] if replies is None else None,
        "BreadcrumbsHtml": None,
        "HasAttachment": False,
        "Uri": f"api/feed/{one.id}",
    }


def item_title(world: Grounds, one: FeedEntry) -> str:
    """The title of what a feed entry stands on."""
    ticket = world.tickets.get(one.item_id) if one.item_type == 9 else None  # noqa: PLR2004
    if ticket is not None:
        return ticket.title
    asset = world.assets.get(one.item_id) if one.item_type == 27 else None  # noqa: PLR2004
    if asset is not None:
        return asset.name
    task = world.tasks.get(one.item_id) if one.item_type == 25 else None  # noqa: PLR2004
    if task is not None:
        return task.title
    item = world.items.get(one.item_id)
    return item.name if item else ""


def person(world: Grounds, one: Person, *, collections: bool) -> Json:
    """A User with its many members; searches leave the collections out (section 13)."""
    account = world.accounts.get(one.account_id)
    is_user = one.type_id != 2  # noqa: PLR2004
    return {
        "UID": one.uid,
        "BEID": NO_GUID,
        "BEIDInt": 1,
        "IsActive": one.is_active,
        "IsConfidential": False,
        "UserName": one.username,
        "FullName": one.full_name,
        "FirstName": one.first_name,
        "LastName": one.last_name,
        "MiddleName": None,
        "Salutation": "",
        "Nickname": "",
        "DefaultAccountID": one.account_id,
        "DefaultAccountName": account.name if account else "None",
        "PrimaryEmail": one.email,
        "AlternateEmail": "",
        "ExternalID": one.external_id,
        "AlternateID": one.alternate_id,
        "Applications": ["TDNext", "TDPeople"] if is_user and collections else [],
        "SecurityRoleName": "Technician" if is_user else "",
        "SecurityRoleID": "",
        "Permissions": [] if collections else None,
        "OrgApplications": [] if collections else None,
        "PrimaryClientPortalApplicationID": None,
        "GroupIDs": list(one.groups) if collections else None,
        "ReferenceID": one.reference_id,
        "AlertEmail": one.email,
        "ProfileImageFileName": one.picture,
        **_contact_members(one),
        **_work_members(world, one),
        "Attributes": [] if collections else None,
        "Gender": 0,
        "IMProvider": "",
        "IMHandle": "",
    }


def _contact_members(one: Person) -> Json:
    address = ("Address", "City", "State", "Zip", "Country")
    return {
        "Company": "University of Michigan",
        "Title": one.title,
        "HomePhone": "",
        "PrimaryPhone": "Work" if one.phone else "",
        "WorkPhone": one.phone,
        "Pager": "",
        "OtherPhone": "",
        "MobilePhone": "",
        "Fax": "",
        "DefaultPriorityID": 0,
        "DefaultPriorityName": "None",
        "AboutMe": None,
        **{f"Work{part}": "" for part in address},
        **{f"Home{part}": "" for part in address},
    }


def _work_members(world: Grounds, one: Person) -> Json:
    return {
        "LocationID": 0,
        "LocationName": world.name_in(world.locations, 0) or "None",
        "LocationRoomID": 0,
        "LocationRoomName": "None",
        "DefaultRate": 0.0,
        "CostRate": 0.0,
        "IsEmployee": one.is_employee,
        "WorkableHours": 8.0,
        "IsCapacityManaged": False,
        "ReportTimeAfterDate": NO_DATE,
        "EndDate": NO_DATE,
        "ShouldReportTime": False,
        "ReportsToUID": "",
        "ReportsToFullName": "",
        "ResourcePoolID": -1,
        "ResourcePoolName": "None",
        "TZID": 2,
        "TZName": "(GMT-05:00) Eastern Time (US and Canada)",
        "TypeID": one.type_id,
        "AuthenticationUserName": one.alternate_id,
        "AuthenticationProviderID": None,
    }


def group(world: Grounds, one: Group) -> Json:
    """A Group of section 13."""
    return {
        "ID": one.id,
        "Name": one.name,
        "Description": one.description,
        "IsActive": one.is_active,
        "ExternalID": "",
        "CreatedDate": iso(world.epoch),
        "ModifiedDate": iso(world.epoch),
        "PlatformApplications": [],
    }


def account(world: Grounds, one: Account) -> Json:
    """An Account; the fixed-width columns keep their blanks (section 6)."""
    manager = world.people.get(one.manager_uid or "")
    parent = world.accounts.get(one.parent_id)
    return {
        "ID": one.id,
        "Name": one.name,
        "IsActive": one.is_active,
        "Address1": "",
        "Address2": "",
        "Address3": "",
        "Address4": "",
        "City": "Ann Arbor",
        "StateName": "Michigan",
        "StateAbbr": "MI  ",
        "PostalCode": "48109     ",
        "Country": "US",
        "Phone": "",
        "Fax": "",
        "Url": "",
        "Notes": "",
        "CreatedDate": iso(world.epoch),
        "ModifiedDate": iso(world.epoch),
        "Code": one.code,
        "IndustryID": 0,
        "IndustryName": None,
        "ManagerUID": manager.uid if manager else NO_GUID,
        "ManagerFullName": manager.full_name if manager else "",
        "Attributes": [],
        "ParentID": one.parent_id or None,
        "ParentName": parent.name if parent else "",
    }


def resource(one: Person, role: str) -> Json:
    """A ResourceItem for a person."""
    return {
        "ItemRole": role,
        "Name": one.full_name,
        "Initials": f"{one.first_name[:1]}{one.last_name[:1]}",
        "Value": one.email,
        "RefValue": one.reference_id,
        "ProfileImageFileName": one.picture,
    }


def attachment(world: Grounds, one: Attachment) -> Json:
    """An Attachment of section 10.1."""
    author = world.people.get(one.created_uid)
    return {
        "ID": one.uid,
        "AttachmentType": one.type_id,
        "ItemID": one.item_id,
        "CreatedUid": one.created_uid,
        "CreatedFullName": author.full_name if author else "",
        "CreatedDate": iso(one.created),
        "Name": one.name,
        "Size": len(one.content),
        "Uri": f"api/attachments/{one.uid}",
        "ContentUri": f"api/attachments/{one.uid}/content",
    }


def attachments(world: Grounds, type_id: int, item_id: int) -> list[Json]:
    """The attachments of a ticket or an asset."""
    return [
        attachment(world, one)
        for one in world.attachments.values()
        if (one.type_id, one.item_id) == (type_id, item_id)
    ]


def notify_list(world: Grounds, ticket: Ticket) -> list[Json]:
    """The Notify member of a ticket: its requestor, its responsible, its contacts."""
    roles = [
        ("Requestor", ticket.requestor_uid),
        ("Responsible", ticket.responsible_uid),
        *(("Contact", uid) for uid in ticket.contacts),
    ]
    return [resource(world.people[uid], role) for role, uid in roles if uid in world.people]
