"""Single feed entries, which alone come with their replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.models import FeedEntry
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session


class FeedApi:
    """The feed, entry by entry. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def entry(self, entry_id: int) -> FeedEntry:
        """One entry with its replies; one call each, so ask only where there are some."""
        call = Call("GET", "feed/{id}", f"feed/{entry_id}", Due.OBJECT)
        return self._session.fetch(call, FeedEntry)
