"""What is asked of TDX once and serves many tickets: lists, groups, who has how much to do.

One directory lives for a run; another one for the moment in which names become ids.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ticket_queue_daemon.errors import TdxError
from ticket_queue_daemon.tdx.attributes import TICKET
from ticket_queue_daemon.tdx.errors import is_away
from ticket_queue_daemon.tdx.groups import GroupSearch
from ticket_queue_daemon.tdx.models import TicketSearch
from ticket_queue_daemon.tdx.people import MOST_LOOKED_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.tdx.attributes import Choice
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.models import Person

# New, in process, on hold, requested (fact sheet 15).
OPEN_CLASSES: Final = (1, 2, 5, 6)

Fact = TypeVar("Fact")

_LISTS: Final[dict[str, Callable[[TdxClient], Sequence[Any]]]] = {
    "status": lambda tdx: tdx.lists.tickets.statuses(),
    "type": lambda tdx: tdx.lists.tickets.types(),
    "priority": lambda tdx: tdx.lists.tickets.priorities(),
    "urgency": lambda tdx: tdx.lists.tickets.urgencies(),
    "impact": lambda tdx: tdx.lists.tickets.impacts(),
    "source": lambda tdx: tdx.lists.tickets.sources(),
    "form": lambda tdx: tdx.lists.tickets.forms(),
    "asset status": lambda tdx: tdx.lists.assets.statuses(),
    "location": lambda tdx: tdx.places.locations(),
    "account": lambda tdx: tdx.places.accounts(),
    "group": lambda tdx: tdx.groups.search(GroupSearch(is_active=True)),
    "attribute": lambda tdx: tdx.attributes.definitions(TICKET, app_id=tdx.ticket_app_id),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list; ``full_name`` is a type's alone, ``choices`` an attribute's."""

    id: int
    name: str
    full_name: str
    is_active: bool
    choices: Sequence[Choice]


def _entry(found: Any) -> Entry:
    return Entry(
        id=found.id,
        name=found.name or "",
        full_name=getattr(found, "full_name", ""),
        is_active=getattr(found, "is_active", None) is not False,
        choices=getattr(found, "choices", ()),
    )


class Directory:
    """Answers from memory what was asked before; for any number of threads."""

    def __init__(self, tdx: TdxClient) -> None:
        self._tdx = tdx
        self._lock = threading.RLock()
        self._known: dict[Any, Any] = {}

    def _once(self, what: object, fetch: Callable[[], Fact]) -> Fact:
        with self._lock:
            if what not in self._known:
                self._known[what] = fetch()
            known: Fact = self._known[what]
            return known

    def now(self) -> datetime:
        """TDX's time, aware UTC."""
        return self._tdx.tdx_now()

    def entries(self, kind: str) -> Sequence[Entry]:
        """A list, such as "status" or "group"; one call."""
        return self._once(kind, lambda: [_entry(one) for one in _LISTS[kind](self._tdx)])

    def entry(self, kind: str, number: int) -> Entry | None:
        """One entry of a list."""
        return next((one for one in self.entries(kind) if one.id == number), None)

    def members(self, group_id: int) -> Sequence[Person]:
        """The people in a group; one call for each group."""
        return self._once(("group", group_id), lambda: self._tdx.groups.members(group_id))

    def people(self, text: str) -> Sequence[Person]:
        """Whom TDX finds by a text; one call."""
        return self._once(
            ("people", text), lambda: self._tdx.people.lookup(text, max_results=MOST_LOOKED_UP)
        )

    def name_of(self, kind: str, value: int | str) -> str:
        """The name behind an id or UID, to tell people; the id itself where TDX won't say."""
        if kind != "person":
            found = self.entry_if_shown(kind, int(value))
            return found.name if found and found.name else str(value)
        who = self._once(
            ("name", value), lambda: self._if_shown(lambda: self._tdx.people.get(str(value)))
        )
        return who.full_name if who and who.full_name else str(value)

    def entry_if_shown(self, kind: str, number: int) -> Entry | None:
        """One entry of a list; None also where our account may not see the list."""
        shown = self._once(("shown", kind), lambda: self._if_shown(lambda: self.entries(kind)))
        return next((one for one in shown or () if one.id == number), None)

    @staticmethod
    def _if_shown(fetch: Callable[[], Fact]) -> Fact | None:
        try:
            return fetch()
        except TdxError as error:
            if is_away(error):
                raise
            return None

    def least_loaded(self, people: Sequence[str]) -> tuple[str, Mapping[str, int]]:
        """Who of these UIDs has the fewest open tickets, the first of equals; and the counts.

        One search for the whole list and run. Whoever is chosen counts one more from then on, so
        that the tickets of one run are spread though TDX's own counts are from before it.
        """
        with self._lock:
            counts = self._once(("load", tuple(people)), lambda: self._loads(people))
            chosen = min(people, key=lambda uid: counts[uid])
            seen = dict(counts)
            counts[chosen] += 1
            return chosen, seen

    def _loads(self, people: Sequence[str]) -> dict[str, int]:
        search = TicketSearch(
            primary_responsibility_uids=list(people), status_class_ids=list(OPEN_CLASSES)
        )
        found = Counter(ticket.responsible_uid for ticket in self._tdx.tickets.search(search))
        return {uid: found[uid] for uid in people}
