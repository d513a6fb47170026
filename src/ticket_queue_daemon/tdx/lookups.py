"""The lists behind ids: statuses, priorities, groups, people ... (fact sheet 10.13 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from ticket_queue_daemon.tdx.fields import EmptyIfNull, Flag, Number, TdxModel, Text
from ticket_queue_daemon.tdx.models import Person
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session

TICKET_COMPONENT = 9
MOST_PEOPLE = 100
_OF_TICKETS: Final = {
    "status": "statuses",
    "type": "types",
    "priority": "priorities",
    "urgency": "urgencies",
    "impact": "impacts",
    "source": "sources",
}
_OF_ALL: Final = {"location": "locations", "account": "accounts"}
KINDS: Final = (*_OF_TICKETS, *_OF_ALL, "group", "attribute")


class Choice(TdxModel):
    """A choice of a custom attribute."""

    id: int
    name: Text = ""
    is_active: bool | None = None


class Named(TdxModel):
    """An entry of a list. Some members are a status's alone, ``choices`` an attribute's."""

    id: int
    name: Text = ""
    full_name: Text = ""
    is_active: bool | None = None
    status_class: Number = 0
    require_goes_off_hold: Flag = False
    choices: Annotated[list[Choice], EmptyIfNull] = Field(default_factory=list)


class LookupsApi:
    """Lists of the tenant and of the ticketing application. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps

    def named(self, kind: str) -> list[Named]:
        """Every entry of one of ``KINDS``; one call."""
        if kind in _OF_TICKETS:
            word = _OF_TICKETS[kind]
            path = f"{self._apps.ticket}/tickets/{word}"
            call = Call("GET", f"tickets/{word}", path, Due.LIST)
        elif kind == "group":
            call = Call("POST", "groups/search", "groups/search", Due.LIST, body={"IsActive": True})
        elif kind == "attribute":
            query = {"componentId": str(TICKET_COMPONENT), "appId": str(self._apps.ticket)}
            call = Call("GET", "attributes/custom", "attributes/custom", Due.LIST, query=query)
        else:
            call = Call("GET", _OF_ALL[kind], _OF_ALL[kind], Due.LIST)
        return self._session.fetch_list(call, Named)

    def members(self, group_id: int) -> list[Person]:
        """The people in a group."""
        call = Call("GET", "groups/{id}/members", f"groups/{group_id}/members", Due.LIST)
        return self._session.fetch_list(call, Person)

    def people(self, text: str) -> list[Person]:
        """People whose name, e-mail address or user name has the text in it, a hundred at most."""
        query = {"searchText": text, "maxResults": str(MOST_PEOPLE)}
        call = Call("GET", "people/lookup", "people/lookup", Due.LIST, query=query)
        return self._session.fetch_list(call, Person)
