"""People."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from ticket_queue_daemon.tdx.models import Person
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session


class PeopleApi:
    """People of the tenant. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, uid: str) -> Person:
        """One person, by UID or user name."""
        call = Call("GET", "people/{uid}", f"people/{quote(uid, safe='@')}", Due.OBJECT)
        return self._session.fetch(call, Person)
