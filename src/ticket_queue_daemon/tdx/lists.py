"""Look-up lists: what a ticket, an asset or a configuration item can be (fact sheet 10.13 to 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import Field

from ticket_queue_daemon.tdx.fields import Flag, Guid, Name, Number, TdxModel, Text
from ticket_queue_daemon.tdx.models import TicketStatus
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session

Entry = TypeVar("Entry", bound=TdxModel)


class TicketType(TdxModel):
    """A type of ticket; ``full_name`` is "Category / Name"."""

    id: int
    app_id: Number = 0
    name: Text = ""
    category_id: Number = 0
    category_name: Name = None
    full_name: Text = ""
    is_active: bool | None = None
    reviewer_uid: Guid = None
    reviewing_group_id: Number = 0


class Level(TdxModel):
    """A priority, an urgency or an impact."""

    id: int
    name: Text = ""
    description: Text = ""
    order: float | None = None
    is_active: bool | None = None
    is_default: Flag = False


class TicketSource(TdxModel):
    """How a ticket came in."""

    id: int
    name: Text = ""
    description: Text = ""
    is_active: bool | None = None


class Form(TdxModel):
    """A form of tickets, assets or configuration items; counts are -1 when not loaded."""

    id: int
    name: Text = ""
    app_id: Number = 0
    component_id: Number = 0
    is_active: bool | None = None
    is_default_for_app: Flag = False
    assets_count: Number = -1
    configuration_items_count: Number = -1


class AssetStatus(TdxModel):
    """A status that an asset can have."""

    id: int
    app_id: Number = 0
    name: Text = ""
    order: float | None = None
    is_active: bool | None = None
    is_out_of_service: Flag = False


class ItemType(TdxModel):
    """A type of configuration item."""

    id: int
    app_id: Number = 0
    name: Text = ""
    is_system_defined: Flag = False
    is_active: bool | None = None


class RelationshipType(TdxModel):
    """How two configuration items can belong together, read from either end."""

    id: int
    app_id: Number = 0
    description: Text = ""
    inverse_description: Text = ""
    is_operational_dependency: Flag = False
    is_active: bool | None = None


class EligibleAssignment(TdxModel):
    """Whom a ticket can be given to: ``value`` is a person's UID or a group's id, as text."""

    name: Name = None
    value: Text = Field(default="")
    email: Name = None
    is_user: Flag = False


class _Lists:
    """Lists under one part of one application. Raises leaves of ``TdxCallError``."""

    _part: str

    def __init__(self, session: Session, app: Callable[[], int]) -> None:
        self._session = session
        self._app = app

    def _list(
        self, what: str, kind: type[Entry], query: dict[str, str] | None = None
    ) -> list[Entry]:
        route = f"{self._part}/{what}"
        call = Call("GET", route, f"{self._app()}/{route}", Due.LIST, query=query or {})
        return self._session.fetch_list(call, kind)


class TicketLists(_Lists):
    """What a ticket of the ticketing application can be. One call each; nothing is kept."""

    _part = "tickets"

    def statuses(self) -> list[TicketStatus]:
        """The statuses, active or not."""
        return self._list("statuses", TicketStatus)

    def types(self, *, active: bool | None = None) -> list[TicketType]:
        """The types; those that say themselves that they don't fit ``active`` are dropped."""
        query = None if active is None else {"isActive": str(active).lower()}
        found = self._list("types", TicketType, query)
        return [one for one in found if active is None or one.is_active in {None, active}]

    def forms(self) -> list[Form]:
        """The active forms."""
        return self._list("forms", Form)

    def priorities(self) -> list[Level]:
        """The priorities."""
        return self._list("priorities", Level)

    def urgencies(self) -> list[Level]:
        """The urgencies."""
        return self._list("urgencies", Level)

    def impacts(self) -> list[Level]:
        """The impacts."""
        return self._list("impacts", Level)

    def sources(self) -> list[TicketSource]:
        """The sources."""
        return self._list("sources", TicketSource)

    def resources(self, text: str) -> list[EligibleAssignment]:
        """People and groups to assign to, by name; TDX gives five at most."""
        return self._list("resources", EligibleAssignment, {"searchText": text})


class AssetLists(_Lists):
    """What an asset can be."""

    _part = "assets"

    def statuses(self) -> list[AssetStatus]:
        """The statuses."""
        return self._list("statuses", AssetStatus)

    def forms(self) -> list[Form]:
        """The forms."""
        return self._list("forms", Form)


class ItemLists(_Lists):
    """What a configuration item can be."""

    _part = "cmdb"

    def types(self) -> list[ItemType]:
        """The types."""
        return self._list("types", ItemType)

    def relationship_types(self) -> list[RelationshipType]:
        """The kinds of relationship."""
        return self._list("relationshiptypes", RelationshipType)

    def forms(self) -> list[Form]:
        """The forms."""
        return self._list("forms", Form)


class ListsApi:
    """The look-up lists of both applications."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self.tickets = TicketLists(session, lambda: apps.ticket)
        self.assets = AssetLists(session, apps.asset)
        self.items = ItemLists(session, apps.asset)
