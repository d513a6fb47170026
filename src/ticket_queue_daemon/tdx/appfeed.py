"""The feed of a whole ticketing application (fact sheet 10.9), newest change first.

Its two dates are named the wrong way round in TDX's manual, or in its server: which of
``DateFrom`` and ``DateTo`` is the later one is not established (19 #18). So both are tried, every
entry counts once, and a page without a new entry ends the reading.

It must never be read as "this ticket has no such entry": it holds what was *changed lately*, and
only when ``complete`` is true everything that was. See ``docs/tdx-calls.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from ticket_queue_daemon.tdx.fields import EmptyIfNull, Moment, TdxModel
from ticket_queue_daemon.tdx.models import FeedEntry  # noqa: TC001  pydantic reads it at run time
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session

MOST_PER_PAGE = 100
_OF_TICKETS = 9
# Both dates are exclusive, and TDX keeps milliseconds.
_TICK = timedelta(milliseconds=1)


class FeedPage(TdxModel):
    """One page; ``next_date_to`` is when the first entry left out was changed, None for none."""

    entries: Annotated[list[FeedEntry], EmptyIfNull]
    as_of_date: Moment = None
    next_date_to: Moment = None


@dataclass(frozen=True, slots=True)
class RecentFeed:
    """What was changed since a moment.

    Attributes:
        entries: of tickets, each once, the latest change first; all changed at or after the moment.
        complete: TDX itself said that it left out nothing since that moment; what was changed
            again while we read may be missing all the same.
        pages: how many calls it took.
    """

    entries: tuple[FeedEntry, ...]
    complete: bool
    pages: int


class AppFeedApi:
    """The feed of the ticketing application. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps

    def page(self, **query: str) -> FeedPage:
        """One page, by TDX's own query names."""
        path = f"{self._apps.ticket}/tickets/feed"
        call = Call("GET", "tickets/feed", path, Due.OBJECT, query=query)
        return self._session.fetch(call, FeedPage)

    def since(self, moment: datetime, *, most_pages: int = 20) -> RecentFeed:
        """What was changed since a moment, a hundred entries a call."""
        found: dict[int, FeedEntry] = {}
        usual = {"ReturnCount": str(MOST_PER_PAGE), "ReplyCount": "0"}
        page = self.page(**usual)
        pages = 1
        names: tuple[str, ...] = ("DateFrom", "DateTo")
        while True:
            found |= {entry.id: entry for entry in page.entries}
            left = page.next_date_to
            if left is None or left < moment:
                return RecentFeed(_since(found, moment), complete=True, pages=pages)
            # What was changed in the same instant as the first one left out comes once more.
            bound = _written(left + _TICK)
            for name in names:
                if pages >= most_pages:
                    return RecentFeed(_since(found, moment), complete=False, pages=pages)
                page = self.page(**usual, **{name: bound})
                pages += 1
                # Entries that came in meanwhile are newer: they show no way back.
                if any(e.id not in found and _changed(e) <= left for e in page.entries):
                    # This name goes back in time; the other is not tried again.
                    names = (name,)
                    break
            else:
                return RecentFeed(_since(found, moment), complete=False, pages=pages)


def _changed(entry: FeedEntry) -> datetime:
    return entry.last_updated_date or entry.created_date or datetime.max.replace(tzinfo=UTC)


def _since(found: dict[int, FeedEntry], moment: datetime) -> tuple[FeedEntry, ...]:
    kept = [
        entry
        for entry in found.values()
        if _changed(entry) >= moment and entry.item_type in {0, _OF_TICKETS}
    ]
    return tuple(sorted(kept, key=lambda entry: (_changed(entry), entry.id), reverse=True))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
