"""Where people work: departments and buildings (fact sheet 13). They belong to no application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.fields import Name, TdxModel
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session


class Account(TdxModel):
    """A department."""

    id: int
    name: Name = None
    is_active: bool | None = None


class Location(TdxModel):
    """A building."""

    id: int
    name: Name = None
    is_active: bool | None = None


class PlacesApi:
    """Departments and buildings. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accounts(self) -> list[Account]:
        """The active departments."""
        return self._session.fetch_list(Call("GET", "accounts", "accounts", Due.LIST), Account)

    def locations(self) -> list[Location]:
        """The buildings."""
        return self._session.fetch_list(Call("GET", "locations", "locations", Due.LIST), Location)
