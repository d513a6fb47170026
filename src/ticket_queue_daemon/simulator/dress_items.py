"""Assets, configuration items and custom attributes as TDX prints them (fact sheet 7, 11, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import catalogue, dress
from .values import NO_GUID, Json, iso, iso_or_sentinel

if TYPE_CHECKING:
    from .entities import Asset, AttributeDefinition, Item, Relationship
    from .grounds import Grounds

_ASSET, _CI = 27, 63


def definition(world: Grounds, one: AttributeDefinition) -> Json:
    """A CustomAttribute without a value: all choices, as item reads carry them too."""
    return {
        "ID": one.id,
        "Name": one.name,
        "Order": one.order,
        "Description": "",
        "SectionID": 0,
        "SectionName": None,
        "FieldType": one.field_type,
        "DataType": "Date" if one.field_type == "datefield" else "String",
        "Choices": [
            {
                "ID": number,
                "Name": text,
                "IsActive": True,
                "DateCreated": iso(world.epoch),
                "DateModified": iso(world.epoch),
                "Order": order,
            }
            for order, (number, text) in enumerate(one.choices.items())
        ],
        "IsRequired": False,
        "IsUpdatable": True,
        "Value": "",
        "ValueText": "",
        "ChoicesText": "",
        "AssociatedItemIDs": [0],
    }


def attributes(world: Grounds, values: dict[int, str]) -> list[Json]:
    """The attributes that have a value, each with every possible choice (section 7)."""
    return [
        _attribute(world, world.attribute_definitions[number], value)
        for number, value in values.items()
        if number in world.attribute_definitions
    ]


def _attribute(world: Grounds, one: AttributeDefinition, value: str) -> Json:
    chosen = [
        one.choices[int(part)]
        for part in value.split(",")
        if one.choices and part.strip().isdigit() and int(part) in one.choices
    ]
    text = ", ".join(chosen)
    if one.field_type == "personfield" and value in world.people:
        text = world.people[value].full_name
    return definition(world, one) | {
        "Value": value,
        "ValueText": text,
        "ChoicesText": ", ".join(chosen),
    }


def asset(world: Grounds, one: Asset, *, full: bool) -> Json:
    """An Asset; searches leave Attributes and Attachments out (section 11)."""
    status = world.asset_statuses.get(one.status_id)
    parent = world.assets.get(one.parent_id)
    form = world.forms.get(one.form_id)
    return {
        "ID": one.id,
        "AppID": one.app_id,
        "AppName": world.app_name(one.app_id),
        "FormID": one.form_id,
        "FormName": form.name if form else "",
        "ProductModelID": one.model_id,
        "ProductModelName": world.name_in(world.models, one.model_id) or "",
        "ManufacturerID": one.manufacturer_id,
        "ManufacturerName": world.name_in(world.manufacturers, one.manufacturer_id) or "",
        "SupplierID": one.supplier_id,
        "SupplierName": world.name_in(world.suppliers, one.supplier_id) or "",
        "StatusID": one.status_id,
        "StatusName": status.name if status else "",
        "LocationID": one.location_id,
        "LocationName": world.name_in(world.locations, one.location_id) or "None",
        "LocationRoomID": 0,
        "LocationRoomName": one.room or "None",
        "Tag": one.tag or None,
        "SerialNumber": one.serial,
        "Name": one.name,
        "PurchaseCost": one.purchase_cost,
        "AcquisitionDate": iso_or_sentinel(one.acquired),
        "ExpectedReplacementDate": iso_or_sentinel(one.replace_by),
        **_owners(world, one),
        "ParentID": one.parent_id,
        "ParentSerialNumber": parent.serial if parent else "",
        "ParentName": parent.name if parent else "",
        "ParentTag": (parent.tag or None) if parent else None,
        "MaintenanceScheduleID": 0,
        "MaintenanceScheduleName": "None",
        "ConfigurationItemID": one.ci_id,
        **_asset_stamps(world, one),
        "ExternalID": one.external_id,
        "ExternalSourceID": 0,
        "ExternalSourceName": "None",
        "Attributes": attributes(world, one.attributes) if full else None,
        "Attachments": dress.attachments(world, _ASSET, one.id) if full else None,
        "Uri": f"api/{one.app_id}/assets/{one.id}",
    }


def _owners(world: Grounds, one: Asset) -> Json:
    owner = world.people.get(one.owner_uid or "")
    asker = world.people.get(one.requester_uid or "")
    department = world.accounts.get(one.department_id)
    requesting = world.accounts.get(one.requesting_department_id)
    return {
        "RequestingCustomerID": one.requester_uid or NO_GUID,
        "RequestingCustomerName": asker.full_name if asker else "None",
        "RequestingDepartmentID": one.requesting_department_id,
        "RequestingDepartmentName": requesting.name if requesting else "None",
        "OwningCustomerID": one.owner_uid or NO_GUID,
        "OwningCustomerName": owner.full_name if owner else "None",
        "OwningDepartmentID": one.department_id,
        "OwningDepartmentName": department.name if department else "None",
    }


def _asset_stamps(world: Grounds, one: Asset) -> Json:
    creator = world.people.get(one.created_uid)
    modifier = world.people.get(one.modified_uid)
    return {
        "CreatedDate": iso(one.created),
        "CreatedUid": one.created_uid,
        "CreatedFullName": creator.full_name if creator else "",
        "ModifiedDate": iso(one.modified),
        "ModifiedUid": one.modified_uid,
        "ModifiedFullName": modifier.full_name if modifier else "",
    }


def item(world: Grounds, one: Item, *, full: bool = False) -> Json:
    """A ConfigurationItem; system-maintained ones mirror their asset (section 10.10, 12)."""
    backing = world.assets.get(one.asset_id) if one.asset_id is not None else None
    kind = world.ci_types.get(one.type_id)
    form_id = backing.form_id if backing else one.form_id
    form = world.forms.get(form_id)
    owner_uid = backing.owner_uid if backing else one.owner_uid
    owner = world.people.get(owner_uid or "")
    return {
        "ID": one.id,
        "AppID": one.app_id,
        "AppName": world.app_name(one.app_id),
        "FormID": form_id,
        "FormName": form.name if form else "",
        "IsSystemMaintained": one.asset_id is not None,
        "BackingItemID": one.id if one.asset_id is None else one.asset_id,
        "BackingItemType": _CI if one.asset_id is None else _ASSET,
        "Name": (backing.name or backing.serial) if backing else one.name,
        "TypeID": one.type_id,
        "TypeName": kind.name if kind else "",
        "MaintenanceScheduleID": 0,
        "MaintenanceScheduleName": "None",
        "OwnerUID": owner_uid or NO_GUID,
        "OwnerFullName": owner.full_name if owner else "None",
        **_places(world, one, backing),
        **_item_stamps(world, one),
        "ExternalID": one.external_id,
        "ExternalSourceID": 0,
        "ExternalSourceName": "None",
        "Attributes": attributes(world, one.attributes) if full and backing is None else [],
        "Attachments": [],
        "Uri": f"api/{one.app_id}/cmdb/{one.id}",
    }


def _places(world: Grounds, one: Item, backing: Asset | None) -> Json:
    department_id = backing.department_id if backing else 0
    department = world.accounts.get(department_id)
    location_id = backing.location_id if backing else one.location_id
    group = world.groups.get(one.owning_group_id)
    return {
        "OwningDepartmentID": department_id,
        "OwningDepartmentName": department.name if department else "None",
        "OwningGroupID": one.owning_group_id,
        "OwningGroupName": group.name if group else "None",
        "LocationID": location_id,
        "LocationName": world.name_in(world.locations, location_id) or "None",
        "LocationRoomID": 0,
        "LocationRoomName": (backing.room if backing else "") or "None",
        "IsActive": one.is_active,
    }


def _item_stamps(world: Grounds, one: Item) -> Json:
    creator = world.people.get(one.created_uid)
    modifier = world.people.get(one.modified_uid)
    return {
        "CreatedDateUtc": iso(one.created),
        "CreatedUid": one.created_uid,
        "CreatedFullName": creator.full_name if creator else "",
        "ModifiedDateUtc": iso(one.modified),
        "ModifiedUid": one.modified_uid,
        "ModifiedFullName": modifier.full_name if modifier else "",
    }


def relationship(world: Grounds, one: Relationship) -> Json:
    """A Relationship between two CIs."""
    parent, child = world.items[one.parent_id], world.items[one.child_id]
    kind = world.relationship_types[one.type_id]
    creator = world.people.get(one.created_uid)
    return {
        "ID": one.id,
        "ParentID": parent.id,
        "ParentName": parent.name,
        "ParentTypeID": parent.type_id,
        "ParentTypeName": world.name_in(world.ci_types, parent.type_id),
        "ChildID": child.id,
        "ChildName": child.name,
        "ChildTypeID": child.type_id,
        "ChildTypeName": world.name_in(world.ci_types, child.type_id),
        "IsSystemMaintained": False,
        "RelationshipTypeID": one.type_id,
        "Description": kind.name,
        "InverseDescription": kind.description,
        "IsOperationalDependency": False,
        "CreatedDateUtc": iso(one.created),
        "CreatedUID": one.created_uid,
        "CreatedFullName": creator.full_name if creator else "",
    }


def ci_type(world: Grounds, number: int) -> Json:
    """A CI type."""
    return {
        "ID": number,
        "AppID": catalogue.ASSET_APP,
        "AppName": world.app_name(catalogue.ASSET_APP),
        "IsSystemDefined": number == catalogue.ASSET_CI_TYPE,
        "Name": world.name_in(world.ci_types, number),
        "IsActive": True,
        "CreatedDateUtc": iso(world.epoch),
        "CreatedUid": world.admin.uid,
        "CreatedFullName": world.admin.full_name,
        "ModifiedDateUtc": iso(world.epoch),
        "ModifiedUid": world.admin.uid,
        "ModifiedFullName": world.admin.full_name,
    }
