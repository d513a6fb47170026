"""The things TDX sends and takes, in our names; see ``fields.py`` for what is tolerated.

Members beyond these are kept by every model and given back by ``raw()``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ticket_queue_daemon.tdx.fields import (
    EmptyIfNull,
    Flag,
    Guid,
    Moment,
    Name,
    Number,
    TdxModel,
    TdxRequest,
    Text,
)

BACKING_ASSET = 27
BACKING_CONFIGURATION_ITEM = 63


class Attribute(TdxModel):
    """A custom attribute with its value; ``value`` is always text (ids of choices included)."""

    id: int
    name: Text = ""
    value: Text = ""
    value_text: Text = ""
    choices_text: Text = ""


class Ticket(TdxModel):
    """A ticket. ``status_class``: 1 new, 2 in process, 3 completed, 4 cancelled, 5 on hold."""

    id: int
    parent_id: Number = 0
    type_id: Number = 0
    type_name: Name = None
    type_category_id: Number = 0
    type_category_name: Name = None
    classification: Number = 0
    classification_name: Name = None
    form_id: Number = 0
    form_name: Name = None
    title: Text = ""
    description: Text = ""
    is_rich_html: bool | None = None
    account_id: Number = 0
    account_name: Name = None
    source_id: Number = 0
    source_name: Name = None
    status_id: Number = 0
    status_name: Name = None
    status_class: Number = 0
    impact_id: Number = 0
    impact_name: Name = None
    urgency_id: Number = 0
    urgency_name: Name = None
    priority_id: Number = 0
    priority_name: Name = None
    is_on_hold: Flag = False
    goes_off_hold_date: Moment = None
    created_date: Moment = None
    created_uid: Guid = None
    created_full_name: Name = None
    modified_date: Moment = None
    modified_uid: Guid = None
    modified_full_name: Name = None
    requestor_uid: Guid = None
    requestor_name: Name = None
    requestor_first_name: Name = None
    requestor_last_name: Name = None
    requestor_email: Name = None
    responsible_uid: Guid = None
    responsible_full_name: Name = None
    responsible_email: Name = None
    responsible_group_id: Number = 0
    responsible_group_name: Name = None
    days_old: Number = 0
    start_date: Moment = None
    end_date: Moment = None
    responded_date: Moment = None
    completed_date: Moment = None
    location_id: Number = 0
    location_name: Name = None
    location_room_id: Number = 0
    location_room_name: Name = None
    ref_code: Name = None
    service_id: Number = 0
    service_name: Name = None
    app_id: Number = 0
    tags: Annotated[list[str], EmptyIfNull] = Field(default_factory=list)
    attributes: Annotated[list[Attribute], EmptyIfNull] = Field(default_factory=list)

    def attribute(self, attribute_id: int) -> str | None:
        """The value of a custom attribute; None when it is unset."""
        for attribute in self.attributes:
            if attribute.id == attribute_id:
                return attribute.value or None
        return None


class TicketItem(TdxModel):
    """An asset, a service or a configuration item on a ticket; ``id`` is that of the CI.

    Ids of assets and of their CIs are different sequences that overlap: compare ``asset_id``.
    """

    id: int
    name: Name = None
    backing_item_id: Number = 0
    backing_item_type: Number = 0
    form_id: Number = 0
    type_id: Number = 0
    type_name: Name = None
    owner_uid: Guid = Field(default=None, alias="OwnerUID")
    is_active: bool | None = None

    @property
    def asset_id(self) -> int | None:
        """The asset behind it, or None if it is no asset."""
        return self.backing_item_id if self.backing_item_type == BACKING_ASSET else None


class FeedReply(TdxModel):
    """An answer under a feed entry."""

    id: Number = 0
    body: Text = ""
    is_rich_html: bool | None = None
    created_uid: Guid = None
    created_full_name: Name = None
    created_date: Moment = None


class FeedEntry(TdxModel):
    """One entry of a feed. ``update_type``: 1 comment, 2 status change, 3 edit, 4 created.

    Lists leave ``replies`` empty and say only how many there are; ``feed.entry`` has them.
    """

    id: int
    created_uid: Guid = None
    created_full_name: Name = None
    created_date: Moment = None
    last_updated_date: Moment = None
    item_type: Number = 0
    item_id: Number = 0
    body: Text = ""
    is_rich_html: bool | None = None
    is_private: Flag = False
    is_communication: Flag = False
    update_type: Number = 0
    notified_list: Text = ""
    replies: Annotated[list[FeedReply], EmptyIfNull] = Field(default_factory=list)
    replies_count: Number = 0


class FeedPost(TdxRequest):
    """A comment to post. ``notify`` defaults to nobody; ``new_status_id`` 0 leaves the status."""

    comments: str
    is_private: bool = False
    is_rich_html: bool = False
    is_communication: bool = False
    # ["null"] is the proven way to notify nobody; what [] does is not established (19 #10).
    notify: list[str] = Field(default_factory=lambda: ["null"])
    new_status_id: int = 0
    cascade_status: bool = False


class Asset(TdxModel):
    """An asset, as a search or a read gives it (searches leave attributes out)."""

    id: int
    name: Name = None
    serial_number: Name = None
    tag: Name = None
    status_id: Number = 0
    status_name: Name = None
    form_id: Number = 0
    form_name: Name = None
    requesting_customer_id: Guid = None
    owning_customer_id: Guid = None
    owning_customer_name: Name = None
    owning_department_id: Number = 0
    owning_department_name: Name = None
    location_name: Name = None
    configuration_item_id: Number = 0
    external_id: Name = None
    modified_date: Moment = None


class ConfigurationItem(TdxModel):
    """A configuration item of the CMDB; its own id is ``id``, whatever stands behind it."""

    id: int
    name: Name = None
    backing_item_id: Number = 0
    backing_item_type: Number = 0
    form_id: Number = 0
    type_id: Number = 0
    type_name: Name = None
    owner_uid: Guid = Field(default=None, alias="OwnerUID")
    is_active: bool | None = None
    attributes: Annotated[list[Attribute], EmptyIfNull] = Field(default_factory=list)


class Person(TdxModel):
    """A person or a service account. Partial people (contacts) have few members filled."""

    uid: Guid = Field(default=None, alias="UID")
    full_name: Name = None
    first_name: Name = None
    last_name: Name = None
    user_name: Name = None
    primary_email: Name = None
    alert_email: Name = None
    external_id: Name = None
    alternate_id: Name = None
    reference_id: Number = 0
    is_active: bool | None = None
    is_employee: bool | None = None
    type_id: Number = 0


class Application(TdxModel):
    """An application of the tenant; ``app_class`` is ``TDTickets``, ``TDAssets``, ..."""

    id: int = Field(alias="AppID")
    name: Text = ""
    app_class: Text = ""
    active: bool = True


class TicketStatus(TdxModel):
    """A status that a ticket can have."""

    id: int
    app_id: Number = 0
    name: Text = ""
    status_class: Number = 0
    is_active: bool | None = None
    require_goes_off_hold: Flag = False
    do_not_reopen: Flag = False


class Column(TdxModel):
    """A column of a report: rows are keyed by ``column_name`` or ``sort_column_name``."""

    header_text: Text = ""
    column_name: Text = ""
    sort_column_name: Text = ""


def _rows(value: Any) -> Any:
    """Rows that are no objects become empty ones, so that they are counted as bad, not fatal."""
    if not isinstance(value, list):
        return value
    return [row if isinstance(row, dict) else {} for row in value]


class Report(TdxModel):
    """A report; ``rows`` is None when TDX sent no data, which is not the same as no rows.

    ``id_column`` is ours: the column that was asked for.
    """

    id: Number = 0
    name: Text = ""
    max_results: Number = 0
    columns: Annotated[list[Column], EmptyIfNull] = Field(
        default_factory=list, alias="DisplayedColumns"
    )
    rows: Annotated[list[dict[str, Any]] | None, BeforeValidator(_rows)] = Field(
        default=None, alias="DataRows"
    )
    id_column: str | None = Field(default=None, exclude=True)


class TicketSearch(TdxRequest):
    """A ticket search; members AND each other, values of one list OR. ``max_results`` 0 means all."""

    max_results: int = 0
    ticket_id: int | None = None
    parent_ticket_id: int | None = None
    search_text: str | None = None
    status_ids: list[int] | None = None
    status_class_ids: list[int] | None = None
    type_ids: list[int] | None = None
    form_ids: list[int] | None = None
    requestor_uids: list[str] | None = None
    primary_responsibility_uids: list[str] | None = None
    primary_responsibility_group_ids: list[int] | None = None
    configuration_item_ids: list[int] | None = None
    created_date_from: Moment = None
    modified_date_from: Moment = None


class AssetSearch(TdxRequest):
    """An asset search; ``serial_like`` looks at serial number and tag, never at the name."""

    serial_like: str | None = None
    search_text: str | None = None
    max_results: int | None = None
    status_ids: list[int] | None = None
    form_ids: list[int] | None = None
    owning_customer_ids: list[str] | None = None
    ticket_ids: list[int] | None = None
    external_ids: list[str] | None = None
