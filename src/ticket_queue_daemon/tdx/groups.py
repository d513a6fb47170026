"""Groups of people (fact sheet 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.fields import Moment, Name, TdxModel, TdxRequest, Text
from ticket_queue_daemon.tdx.matching import is_part, matching, only
from ticket_queue_daemon.tdx.models import Person
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session


class Group(TdxModel):
    """A group."""

    id: int
    name: Name = None
    description: Text = ""
    is_active: bool | None = None
    external_id: Name = None
    created_date: Moment = None
    modified_date: Moment = None


class GroupSearch(TdxRequest):
    """A group search: the filters whose effect its results show.

    There is no text search and no cap; TDX ignores ``SearchText`` and ``MaxResults`` here (1).
    """

    name_like: str | None = None
    is_active: bool | None = None


class GroupsApi:
    """Groups. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def search(self, search: GroupSearch) -> list[Group]:
        """Groups that match; what evidently does not is dropped."""
        call = Call("POST", "groups/search", "groups/search", Due.LIST, body=search.body())
        found = self._session.fetch_list(call, Group)
        found = matching(found, {"is_active": only(search.is_active)})
        return [group for group in found if is_part(search.name_like, group.name)]

    def get(self, group_id: int) -> Group:
        """One group."""
        call = Call("GET", "groups/{id}", f"groups/{group_id}", Due.OBJECT)
        return self._session.fetch(call, Group)

    def members(self, group_id: int) -> list[Person]:
        """The people in a group."""
        call = Call("GET", "groups/{id}/members", f"groups/{group_id}/members", Due.LIST)
        return self._session.fetch_list(call, Person)
