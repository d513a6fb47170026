"""Creating and changing assets (fact sheet 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .deeds import Refused, journal
from .editing import read_attributes
from .patching import Patch, read_operations
from .values import Json, as_date, as_float, as_guid, as_int, as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from .entities import Asset, Person
    from .world import World

_FIELDS: dict[str, tuple[str, Callable[[object], Any], object]] = {
    "Name": ("name", as_text, ""),
    "SerialNumber": ("serial", as_text, ""),
    "Tag": ("tag", as_text, ""),
    "StatusID": ("status_id", as_int, 0),
    "FormID": ("form_id", as_int, 0),
    "ProductModelID": ("model_id", as_int, 0),
    "ManufacturerID": ("manufacturer_id", as_int, 0),
    "SupplierID": ("supplier_id", as_int, 0),
    "LocationID": ("location_id", as_int, 0),
    "PurchaseCost": ("purchase_cost", as_float, 0.0),
    "AcquisitionDate": ("acquired", as_date, None),
    "ExpectedReplacementDate": ("replace_by", as_date, None),
    "RequestingCustomerID": ("requester_uid", as_guid, None),
    "RequestingDepartmentID": ("requesting_department_id", as_int, 0),
    "OwningCustomerID": ("owner_uid", as_guid, None),
    "OwningDepartmentID": ("department_id", as_int, 0),
    "ParentID": ("parent_id", as_int, 0),
    "ExternalID": ("external_id", as_text, ""),
}


def _read(wire: str, value: object) -> object:
    _, reader, default = _FIELDS[wire]
    found = None if value is None else reader(value)
    return default if found is None else found


def _check(world: World, values: Json) -> None:
    if not values.get("Name") and not values.get("SerialNumber"):
        raise Refused(400, "Name or serial number must be provided for asset records")
    if values.get("StatusID") not in world.asset_statuses:
        raise Refused(400, "StatusID is not a valid asset status.")
    for wire in ("OwningCustomerID", "RequestingCustomerID"):
        if values.get(wire) and values[wire] not in world.people:
            raise Refused(400, f"{wire} could not be found.")


def _values(asset: Asset) -> Json:
    return {wire: getattr(asset, field) for wire, (field, _, _) in _FIELDS.items()}


def _store(
    world: World, asset: Asset, values: Json, attributes: dict[int, str], by: Person, kind: str
) -> None:
    before = _values(asset)
    changed = {wire: str(value) for wire, value in values.items() if before.get(wire) != value}
    if "StatusID" in changed:
        asset.past_status_ids.append(asset.status_id)
    if "OwningCustomerID" in changed and asset.owner_uid is not None:
        asset.past_owner_uids.append(asset.owner_uid)
    if "OwningDepartmentID" in changed and asset.department_id:
        asset.past_department_ids.append(asset.department_id)
    for wire, value in values.items():
        setattr(asset, _FIELDS[wire][0], value)
    asset.attributes = attributes
    asset.modified, asset.modified_uid = world.now(), by.uid
    world.items[asset.ci_id].name = asset.name or asset.serial
    world.reindex_asset(asset)
    journal(world, kind, None, by, {"asset_id": asset.id, "changes": changed})


def create_asset(world: World, members: Json, by: Person) -> Asset:
    """A new asset with its system-maintained CI."""
    values = {wire: _read(wire, members.get(wire.lower())) for wire in _FIELDS}
    _check(world, values)
    attributes = read_attributes(world, members.get("attributes"))
    asset = world.add_asset(created=world.now())
    asset.created_uid = by.uid
    values["FormID"] = values["FormID"] or asset.form_id
    _store(world, asset, values, attributes, by, "asset_created")
    return asset


def edit_asset(world: World, asset: Asset, members: Json, by: Person) -> None:
    """The full edit: absent members are reset."""
    values = {wire: _read(wire, members.get(wire.lower())) for wire in _FIELDS}
    _check(world, values)
    attributes = read_attributes(world, members.get("attributes"))
    _store(world, asset, values, attributes, by, "asset_edited")


def patch_asset(world: World, asset: Asset, body: object, by: Person) -> None:
    """JSON Patch: only what is named changes."""
    present = _values(asset)
    patch = Patch({wire.lower(): wire for wire in _FIELDS}, present, asset.attributes)
    patch.play(read_operations(body))
    values = {wire: _read(wire, value) for wire, value in patch.changes.items()}
    _check(world, present | values)
    unknown = set(patch.attributes) - set(world.attribute_definitions)
    if unknown:
        raise Refused(400, f"The attribute {min(unknown)} could not be found.")
    _store(world, asset, values, patch.attributes, by, "asset_patched")
