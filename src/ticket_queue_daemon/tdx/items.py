"""Configuration items (labs, for one) of the assets application, and what they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ticket_queue_daemon.tdx.fields import Flag, Guid, Moment, Name, Number, TdxModel, TdxRequest
from ticket_queue_daemon.tdx.fields import Text as TdxText
from ticket_queue_daemon.tdx.matching import is_part, matching, only
from ticket_queue_daemon.tdx.models import ConfigurationItem
from ticket_queue_daemon.tdx.wire import Call, Due, Patience

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session


class Relationship(TdxModel):
    """Two configuration items that belong together."""

    id: int
    parent_id: Number = 0
    parent_name: Name = None
    parent_type_id: Number = 0
    child_id: Number = 0
    child_name: Name = None
    child_type_id: Number = 0
    is_system_maintained: Flag = False
    relationship_type_id: Number = 0
    description: TdxText = ""
    inverse_description: TdxText = ""
    created_date_utc: Moment = None
    created_uid: Guid = Field(default=None, alias="CreatedUID")


class TicketListing(TdxModel):
    """A ticket of a configuration item, of any ticketing application, open or closed."""

    id: int
    title: TdxText = ""
    app_id: Number = 0
    classification_id: Number = 0
    status_id: Number = 0
    status_name: Name = None
    type_id: Number = 0
    type_name: Name = None
    created_date: Moment = None
    modified_date: Moment = None
    contact_uid: Guid = None
    contact_full_name: Name = None
    start_date: Moment = None
    end_date: Moment = None
    goes_off_hold_date: Moment = None
    is_archived: Flag = False


class ItemSearch(TdxRequest):
    """A search of configuration items. TDX has no cap and no external id here (fact sheet 12)."""

    name_like: str | None = None
    is_active: bool | None = None
    type_ids: list[int] | None = Field(default=None, alias="TypeIDs")


class ConfigurationItemsApi:
    """The CMDB. Raises leaves of ``TdxCallError``, and ConfigError without an assets application."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps

    def get(self, item_id: int) -> ConfigurationItem:
        """One configuration item, by its own id."""
        path = f"{self._apps.asset()}/cmdb/{item_id}"
        return self._session.fetch(Call("GET", "cmdb/{id}", path, Due.OBJECT), ConfigurationItem)

    def search(self, search: ItemSearch) -> list[ConfigurationItem]:
        """Items that match, those behind assets included, without attributes.

        Results that evidently don't match are dropped.
        """
        call = Call(
            "POST",
            "cmdb/search",
            f"{self._apps.asset()}/cmdb/search",
            Due.LIST,
            body=search.body(),
            patience=Patience.REPORT,
        )
        found = self._session.fetch_list(call, ConfigurationItem)
        found = matching(found, {"is_active": only(search.is_active), "type_id": search.type_ids})
        return [item for item in found if is_part(search.name_like, item.name)]

    def relationships(self, item_id: int) -> list[Relationship]:
        """What the item belongs to and what belongs to it; relations of others are dropped."""
        path = f"{self._apps.asset()}/cmdb/{item_id}/relationships"
        call = Call("GET", "cmdb/{id}/relationships", path, Due.LIST)
        found = self._session.fetch_list(call, Relationship)
        return [one for one in found if item_id in {one.parent_id, one.child_id}]

    def tickets(self, item_id: int) -> list[TicketListing]:
        """The item's tickets in all ticketing applications, open and closed (fact sheet 12)."""
        path = f"{self._apps.asset()}/cmdb/{item_id}/tickets"
        call = Call("GET", "cmdb/{id}/tickets", path, Due.LIST)
        return self._session.fetch_list(call, TicketListing)
