"""People (fact sheet 13). An account without the right to see them gets ``[]``, not a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import Field

from ticket_queue_daemon.tdx.errors import TdxMalformed
from ticket_queue_daemon.tdx.fields import TdxRequest
from ticket_queue_daemon.tdx.matching import is_part, matching, only
from ticket_queue_daemon.tdx.models import Person
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.tdx.session import Session

MOST_LOOKED_UP = 100
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PeopleSearch(TdxRequest):
    """A people search: the filters whose effect its results show.

    ``search_text`` is a part of full name, user name, external or alternate id; 50 characters.
    """

    search_text: str | None = Field(default=None, max_length=50)
    is_active: bool | None = None
    is_employee: bool | None = None
    user_name: str | None = None
    external_id: str | None = None
    alternate_id: str | None = None
    reference_ids: list[int] | None = Field(default=None, alias="ReferenceIDs")
    max_results: int | None = None


class PeopleApi:
    """People of the tenant. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session, me: Callable[[], Person]) -> None:
        self._session = session
        self._me = me

    def get(self, uid: str) -> Person:
        """One person, by UID or user name."""
        call = Call("GET", "people/{uid}", f"people/{quote(uid, safe='@')}", Due.OBJECT)
        return self._session.fetch(call, Person)

    def uid_of(self, user_name: str) -> str:
        """The UID behind a user name.

        Raises:
            TdxNotFound: nobody that this account sees has it.
            TdxMalformed: what came is no GUID.
        """
        path = f"people/getuid/{quote(user_name, safe='@')}"
        call = Call("GET", "people/getuid/{username}", path, Due.TEXT)
        text = str(self._session.send(call)).strip().strip('"').lower()
        if not _GUID.fullmatch(text):
            raise TdxMalformed(
                f"{call.key} answered with something that is no UID.", route=call.key
            )
        return text

    def lookup(self, text: str, *, max_results: int = 50) -> list[Person]:
        """People by name, e-mail or user name, with few members filled.

        An empty list is no proof that there is nobody: see :meth:`sees_people`.
        """
        call = Call(
            "GET",
            "people/lookup",
            "people/lookup",
            Due.LIST,
            query={
                "searchText": text,
                "maxResults": str(min(MOST_LOOKED_UP, max(1, max_results))),
            },
        )
        found = self._session.fetch_list(call, Person)
        # How TDX takes several words is not established, so each may be anywhere.
        return [
            one
            for one in found
            if all(
                is_part(word, one.full_name, one.user_name, one.primary_email, one.alert_email)
                for word in text.split()
            )
        ]

    def search(self, search: PeopleSearch) -> list[Person]:
        """People that match, without their groups and attributes; what evidently does not is dropped.

        An empty list is no proof that there is nobody: see :meth:`sees_people`.
        """
        call = Call("POST", "people/search", "people/search", Due.LIST, body=search.body())
        found = self._session.fetch_list(call, Person)
        found = matching(
            found,
            {
                "is_active": only(search.is_active),
                "is_employee": only(search.is_employee),
                "reference_id": search.reference_ids,
            },
        )
        return [one for one in found if _fits_words(one, search)]

    def sees_people(self) -> bool:
        """Whether a search shows us at least our own account (fact sheet 19 #34).

        If not, the account may lack the right to see people, and an empty search says nothing.
        """
        me = self._me()
        if not me.user_name:
            return False
        found = self.search(PeopleSearch(user_name=me.user_name))
        return any(one.uid == me.uid for one in found)


def _fits_words(person: Person, search: PeopleSearch) -> bool:
    exact = {
        "user_name": search.user_name,
        "external_id": search.external_id,
        "alternate_id": search.alternate_id,
    }
    for member, wanted in exact.items():
        if wanted and member in person.model_fields_set:
            sent = getattr(person, member) or ""
            if sent.casefold() != wanted.strip().casefold():
                return False
    return is_part(
        search.search_text,
        person.full_name,
        person.user_name,
        person.external_id,
        person.alternate_id,
    )
