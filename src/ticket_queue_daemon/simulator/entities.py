"""The things in a small TeamDynamix: what is stored, before it is dressed for the wire.

Promise: plain records with no behaviour; names, member order and null conventions are the
business of ``dress_*.py``. Dates are aware UTC datetimes, GUIDs lower case, unset ids 0 or None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

CLOSED_CLASSES = frozenset({3, 4})


@dataclass(slots=True)
class Application:
    """A TDX application (fact sheet 2)."""

    id: int
    name: str
    app_class: str
    description: str = ""


@dataclass(slots=True)
class Named:
    """An entry of a look-up list: priority, urgency, impact, source, location, service, model."""

    id: int
    name: str
    description: str = ""
    order: float = 0.0
    is_active: bool = True
    is_default: bool = False


@dataclass(slots=True)
class TicketStatus:
    """A ticket status; ``status_class`` is the enum of fact sheet 15."""

    id: int
    name: str
    status_class: int
    order: float = 0.0
    is_active: bool = True
    is_default: bool = False
    require_goes_off_hold: bool = False
    do_not_reopen: bool = False
    app_id: int = 46
    description: str = ""


@dataclass(slots=True)
class AssetStatus:
    """An asset status; 38 is Active (fact sheet 17.1)."""

    id: int
    name: str
    is_out_of_service: bool = False
    is_active: bool = True
    order: float = 0.0
    app_id: int = 48
    description: str = ""


@dataclass(slots=True)
class TicketType:
    """A ticket type inside a category."""

    id: int
    name: str
    category_id: int
    category_name: str
    is_active: bool = True


@dataclass(slots=True)
class Form:
    """A form of a ticket, asset or CI application; component ids of fact sheet 15."""

    id: int
    name: str
    app_id: int
    component_id: int
    is_default: bool = False


@dataclass(slots=True)
class AttributeDefinition:
    """A custom attribute; ``choices`` maps choice id to its text (fact sheet 7)."""

    id: int
    name: str
    component_id: int
    field_type: str = "textbox"
    choices: dict[int, str] = field(default_factory=dict)
    app_id: int = 0
    order: int = 0


@dataclass(slots=True)
class Account:
    """A department (fact sheet 13)."""

    id: int
    name: str
    code: str = ""
    parent_id: int = 0
    is_active: bool = True
    manager_uid: str | None = None


@dataclass(slots=True)
class Group:
    """A group of technicians (fact sheet 13)."""

    id: int
    name: str
    description: str = ""
    is_active: bool = True
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """A person; ``type_id`` is the UserType enum: 1 user, 2 customer, 9 service account."""

    uid: str
    first_name: str
    last_name: str
    username: str
    email: str
    reference_id: int
    account_id: int = 0
    type_id: int = 1
    title: str = ""
    phone: str = ""
    external_id: str = ""
    alternate_id: str = ""
    is_active: bool = True
    is_employee: bool = True
    groups: list[int] = field(default_factory=list)
    picture: str | None = None

    @property
    def full_name(self) -> str:
        """The name as it stands on feed entries."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(slots=True)
class Asset:
    """An asset; ``ci_id`` is the id of its system-maintained CI, from another sequence."""

    id: int
    ci_id: int
    name: str
    serial: str
    tag: str
    status_id: int
    form_id: int
    owner_uid: str | None
    department_id: int
    created: datetime
    modified: datetime
    created_uid: str
    modified_uid: str
    requester_uid: str | None = None
    requesting_department_id: int = 0
    location_id: int = 0
    room: str = ""
    model_id: int = 0
    manufacturer_id: int = 0
    supplier_id: int = 0
    parent_id: int = 0
    purchase_cost: float = 0.0
    acquired: datetime | None = None
    replace_by: datetime | None = None
    external_id: str = ""
    app_id: int = 48
    attributes: dict[int, str] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    feed: list[int] = field(default_factory=list)
    past_status_ids: list[int] = field(default_factory=list)
    past_owner_uids: list[str] = field(default_factory=list)
    past_department_ids: list[int] = field(default_factory=list)
    # Lower-cased text that SerialLike and SearchText look in; kept by World.reindex_asset.
    serial_text: str = ""
    search_text: str = ""


@dataclass(slots=True)
class Item:
    """A configuration item; ``asset_id`` is set when an asset stands behind it."""

    id: int
    name: str
    type_id: int
    form_id: int
    created: datetime
    modified: datetime
    created_uid: str
    modified_uid: str
    asset_id: int | None = None
    owner_uid: str | None = None
    owning_group_id: int = 0
    department_id: int = 0
    location_id: int = 0
    external_id: str = ""
    is_active: bool = True
    app_id: int = 48
    attributes: dict[int, str] = field(default_factory=dict)
    feed: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Relationship:
    """A relation between two configuration items (fact sheet 12)."""

    id: int
    parent_id: int
    child_id: int
    type_id: int
    created: datetime
    created_uid: str


@dataclass(slots=True)
class Reply:
    """A reply below a feed entry."""

    id: int
    body: str
    is_rich: bool
    author_uid: str
    created: datetime


@dataclass(slots=True)
class FeedEntry:
    """One feed entry of a ticket, task, asset or CI (fact sheet 10.8)."""

    id: int
    author_uid: str
    created: datetime
    updated: datetime
    item_type: int
    item_id: int
    body: str
    is_rich: bool
    update_type: int
    is_private: bool = False
    is_communication: bool = False
    notified: str | None = None
    replies: list[Reply] = field(default_factory=list)
    ticket_id: int = 0


@dataclass(slots=True)
class Task:
    """A ticket task (fact sheet 10.12)."""

    id: int
    ticket_id: int
    title: str
    created: datetime
    modified: datetime
    created_uid: str
    modified_uid: str
    description: str = ""
    start: datetime | None = None
    end: datetime | None = None
    complete_within_minutes: int = 0
    estimated_minutes: int = 0
    percent: float = 0.0
    completed: datetime | None = None
    completed_uid: str | None = None
    responsible_uid: str | None = None
    responsible_group_id: int = 0
    predecessor_id: int = 0
    order: int = 0
    type_id: int = 1
    feed: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Ticket:
    """A ticket; members that nothing here computes with wait in ``extra``."""

    id: int
    app_id: int
    title: str
    description: str
    is_rich: bool
    status_id: int
    type_id: int
    priority_id: int
    account_id: int
    created: datetime
    modified: datetime
    created_uid: str
    modified_uid: str
    requestor_uid: str | None = None
    requestor_name: str = ""
    requestor_email: str = ""
    requestor_phone: str = ""
    responsible_uid: str | None = None
    responsible_group_id: int = 0
    form_id: int = 0
    classification: int = 46
    parent_id: int = 0
    location_id: int = 0
    service_id: int = 0
    source_id: int = 0
    impact_id: int = 0
    urgency_id: int = 0
    goes_off_hold: datetime | None = None
    responded: datetime | None = None
    responded_uid: str | None = None
    completed: datetime | None = None
    completed_uid: str | None = None
    attributes: dict[int, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    feed: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    past_statuses: list[tuple[datetime, str, int]] = field(default_factory=list)
    # When an item was put on the ticket through the API; only for the lag switch.
    attached_at: dict[int, float] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Notification:
    """A mail that TDX would have sent."""

    ticket_id: int
    entry_id: int
    addresses: list[str]
    author_uid: str


@dataclass(slots=True)
class Attachment:
    """A file on a ticket (type 9) or an asset (type 27), with its bytes."""

    uid: str
    type_id: int
    item_id: int
    name: str
    created: datetime
    created_uid: str
    content: bytes
    content_type: str = "application/octet-stream"
    is_private: bool = False


@dataclass(slots=True)
class SavedSearch:
    """A saved search and the search body it stands for (fact sheet 9)."""

    id: int
    name: str
    app_id: int
    component_id: int
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Truth:
    """What a perfect technician would attach to a generated ticket, and why."""

    asset_ids: frozenset[int]
    why: str
    phase: str = "none"
