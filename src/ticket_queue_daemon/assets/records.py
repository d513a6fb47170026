"""One asset as matching needs it, read from TDX's own member names or from the client's model.

``bronze.raw_entities`` holds what TDX sent, so unset members come as ``"None"``, ``""``, 0 or an
all-zero GUID; here they become ``None``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.store.assets import AssetRow

_NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
_UNSET: Final = frozenset({"", "none", _NO_GUID})
GONE_MARK: Final = "_ingestion_gone_at"
"""Stands in the last bronze version of an asset that TDX no longer has."""
# Searches leave these out, and a hub's enriched rows have them.
_BESIDE: Final = frozenset({"Attributes", "Attachments"})


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """What matching needs to know of one asset; ids are TDX's, an unset member is ``None``."""

    id: int
    name: str | None = None
    serial_number: str | None = None
    tag: str | None = None
    owner_uid: str | None = None
    status_id: int | None = None
    status_name: str | None = None
    form_id: int | None = None
    configuration_item_id: int | None = None
    requestor_uid: str | None = None


class AssetLike(Protocol):
    """An asset as the TDX client gives it."""

    @property
    def id(self) -> int:
        """Asset id, which is not the id of its configuration item."""
        ...

    @property
    def name(self) -> str | None:
        """Computer name."""
        ...

    @property
    def serial_number(self) -> str | None:
        """Serial number of its maker."""
        ...

    @property
    def tag(self) -> str | None:
        """Asset tag, often a number."""
        ...

    @property
    def owning_customer_id(self) -> str | None:
        """UID of the owner."""
        ...

    @property
    def requesting_customer_id(self) -> str | None:
        """UID of the person for whom it was bought."""
        ...

    @property
    def status_id(self) -> int:
        """Asset status; 38 is Active at LSATS."""
        ...

    @property
    def status_name(self) -> str | None:
        """Its name."""
        ...

    @property
    def form_id(self) -> int:
        """Form; 2448 is the Computer Form at LSATS."""
        ...

    @property
    def configuration_item_id(self) -> int:
        """The asset's own configuration item."""
        ...


def record_of_asset(asset: AssetLike) -> AssetRecord:
    """The record of an asset that a search returned."""
    return AssetRecord(
        id=asset.id,
        name=_text(asset.name),
        serial_number=_text(asset.serial_number),
        tag=_text(asset.tag),
        owner_uid=_shared(asset.owning_customer_id, fold=True),
        status_id=_number(asset.status_id),
        status_name=_shared(asset.status_name),
        form_id=_number(asset.form_id),
        configuration_item_id=_number(asset.configuration_item_id),
        requestor_uid=_shared(asset.requesting_customer_id, fold=True),
    )


def record_of_row(row: Mapping[str, Any]) -> AssetRecord | None:
    """The record of a bronze row, or ``None`` when it has no usable ``ID`` or its asset is gone."""
    asset_id = _number(row.get("ID"))
    if asset_id is None or GONE_MARK in row:
        return None
    return AssetRecord(
        id=asset_id,
        name=_text(row.get("Name")),
        serial_number=_text(row.get("SerialNumber")),
        tag=_text(row.get("Tag")),
        owner_uid=_shared(row.get("OwningCustomerID"), fold=True),
        status_id=_number(row.get("StatusID")),
        status_name=_shared(row.get("StatusName")),
        form_id=_number(row.get("FormID")),
        configuration_item_id=_number(row.get("ConfigurationItemID")),
        requestor_uid=_shared(row.get("RequestingCustomerID"), fold=True),
    )


def row_of_record(record: AssetRecord) -> AssetRow:
    """The record as the index keeps it."""
    return (
        record.id,
        record.name,
        record.serial_number,
        record.tag,
        record.owner_uid,
        record.status_id,
        record.status_name,
        record.form_id,
        record.configuration_item_id,
        record.requestor_uid,
    )


def record_of_index(row: AssetRow) -> AssetRecord:
    """The record of a row of the index, which has no unset members to clean; texts are shared."""
    asset_id, name, serial_number, tag, owner, status_id, status_name, form_id, item_id, asker = row
    return AssetRecord(
        asset_id,
        name,
        serial_number,
        tag,
        None if owner is None else sys.intern(owner),
        status_id,
        None if status_name is None else sys.intern(status_name),
        form_id,
        item_id,
        None if asker is None else sys.intern(asker),
    )


def content_hash(raw: Mapping[str, Any]) -> str:
    """SHA-256 of what TDX said of an asset, the same whether a hub or a search of ours brought it.

    Unset members, those that only some answers have, and a hub's own (``_...``) do not count.
    """
    told = {
        name: value
        for name, value in raw.items()
        if name not in _BESIDE
        and not name.startswith("_")
        and not (value is None or (isinstance(value, str) and value.strip().casefold() in _UNSET))
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str | None:
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = str(value).strip()
    return None if text.casefold() in _UNSET else text


def _shared(value: object, *, fold: bool = False) -> str | None:
    """A text that many assets have: kept once."""
    text = _text(value)
    return None if text is None else sys.intern(text.casefold() if fold else text)


def _number(value: object) -> int | None:
    """A positive integer, also when it came as text or as a float; anything else is unset."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if number > 0 else None


def label(asset: AssetRecord) -> str:
    """What people call an asset: its name, else serial number, else tag, else id."""
    return asset.name or asset.serial_number or asset.tag or str(asset.id)
