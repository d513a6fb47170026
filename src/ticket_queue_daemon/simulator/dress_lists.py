"""Look-up lists as TDX prints them: applications, statuses, types, forms (fact sheet 2, 10.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import Json, iso

if TYPE_CHECKING:
    from .entities import Application, AssetStatus, Form, Named, TicketStatus, TicketType
    from .grounds import Grounds


def application(one: Application) -> Json:
    """An application of the list of section 2."""
    return {
        "AppID": one.id,
        "Name": one.name,
        "Description": one.description,
        "Type": "Ticketing" if one.app_class == "TDTickets" else one.app_class,
        "AppClass": one.app_class,
        "ExternalUrl": None,
        "Purpose": None,
        "Active": True,
    }


def ticket_status(world: Grounds, one: TicketStatus) -> Json:
    """A TicketStatus of section 10.13."""
    return {
        "ID": one.id,
        "AppID": one.app_id,
        "AppName": world.app_name(one.app_id),
        "Name": one.name,
        "Description": one.description,
        "Order": one.order,
        "StatusClass": one.status_class,
        "IsActive": one.is_active,
        "RequireGoesOffHold": one.require_goes_off_hold,
        "DoNotReopen": one.do_not_reopen,
        "IsDefault": one.is_default,
    }


def ticket_type(world: Grounds, one: TicketType, app_id: int) -> Json:
    """A TicketType of section 10.13."""
    return {
        "ID": one.id,
        "AppID": app_id,
        "AppName": world.app_name(app_id),
        "Name": one.name,
        "Description": "",
        "CategoryID": one.category_id,
        "CategoryName": one.category_name,
        "FullName": f"{one.category_name} / {one.name}",
        "IsActive": one.is_active,
        "ReviewerUid": None,
        "ReviewerFullName": None,
        "ReviewerEmail": None,
        "ReviewingGroupID": 0,
        "ReviewingGroupName": None,
        "NotifyReviewer": False,
        "OtherNotificationEmailAddresses": "",
        "DefaultSLAID": 0,
        "DefaultSLAName": None,
        "DefaultSLAIsActive": False,
        "WorkspaceID": 0,
        "WorkspaceName": None,
    }


def level(one: Named) -> Json:
    """A Priority, Urgency or Impact."""
    return {
        "ID": one.id,
        "Name": one.name,
        "Description": one.description,
        "Order": one.order,
        "IsActive": one.is_active,
        "IsDefault": one.is_default,
    }


def source(one: Named) -> Json:
    """A TicketSource."""
    return {
        "ID": one.id,
        "Name": one.name,
        "Description": one.description,
        "IsActive": one.is_active,
    }


def form(world: Grounds, one: Form) -> Json:
    """A Form; counts are -1 because nobody counted."""
    return {
        "ID": one.id,
        "Name": one.name,
        "AppID": one.app_id,
        "AppName": world.app_name(one.app_id),
        "ComponentID": one.component_id,
        "IsActive": True,
        "IsConfigured": True,
        "IsDefaultForApp": one.is_default,
        "IsPinned": False,
        "ShouldExpandHelp": False,
        **stamps(world),
        "AssetsCount": -1,
        "ConfigurationItemsCount": -1,
    }


def asset_status(world: Grounds, one: AssetStatus) -> Json:
    """An AssetStatus of section 11."""
    return {
        "ID": one.id,
        "AppID": one.app_id,
        "AppName": world.app_name(one.app_id),
        "Name": one.name,
        "Description": one.description,
        "Order": one.order,
        "IsActive": one.is_active,
        "IsOutOfService": one.is_out_of_service,
        **stamps(world),
    }


def stamps(world: Grounds) -> Json:
    """Created and modified members of configuration that nobody has touched."""
    return {
        "CreatedDate": iso(world.epoch),
        "CreatedUid": world.admin.uid,
        "CreatedFullName": world.admin.full_name,
        "ModifiedDate": iso(world.epoch),
        "ModifiedUid": world.admin.uid,
        "ModifiedFullName": world.admin.full_name,
    }


def location(world: Grounds, one: Named) -> Json:
    """A location; rooms are not modelled."""
    return {
        "ID": one.id,
        "Name": one.name,
        "Description": one.description,
        "ExternalID": "",
        "IsActive": one.is_active,
        **stamps(world),
        "Rooms": [],
        "RoomsCount": -1,
    }


def model(world: Grounds, one: Named, app_id: int) -> Json:
    """A product model, as far as clients read it."""
    return {
        "ID": one.id,
        "AppID": app_id,
        "AppName": world.app_name(app_id),
        "Name": one.name,
        "Description": one.description,
        "IsActive": one.is_active,
        "ManufacturerID": 0,
        "ManufacturerName": "None",
        "ProductTypeID": 0,
        "ProductTypeName": "None",
        "PartNumber": "",
        **stamps(world),
        "Attributes": [],
    }


def vendor(world: Grounds, one: Named, app_id: int, *, sells: bool = False) -> Json:
    """A manufacturer, or a supplier if it ``sells``, as far as clients read it."""
    return {
        "ID": one.id,
        "AppID": app_id,
        "AppName": world.app_name(app_id),
        "Name": one.name,
        "Description": one.description,
        "IsActive": one.is_active,
        "AccountNumber": None,
        "IsContractProvider": False,
        "IsManufacturer": not sells,
        "IsSupplier": sells,
        **stamps(world),
        "Attributes": [],
        "Attachments": [],
    }
