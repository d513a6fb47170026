"""Whether a ticket's dates alone tell that nobody has said anything on it.

Where each comment and each reply moves the modified date, a ticket that was never modified has no
conversation to be read. TDX does not promise that. So it is believed only of a TDX that has shown
this process both, and not once the opposite.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.tdx.models import FeedEntry, Ticket

_COMMENT, _CREATED = 1, 4
_PROOF: Final = frozenset({"comment", "reply"})
_SAME: Final = timedelta(seconds=1)


class Silence:
    """What this process has seen of how TDX dates tickets; shared by its workers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: set[str] = set()
        self._refuted = False

    def is_certain(self, ticket: Ticket) -> bool:
        """Whether nobody can have said anything: TDX is believed, and the ticket is as it was made."""
        with self._lock:
            return not self._refuted and self._shown >= _PROOF and _is_untouched(ticket)

    def learn(self, ticket: Ticket, feed: Sequence[FeedEntry]) -> None:
        """Hold a ticket's dates against its feed.

        Something newest that has the ticket's modified date shows that its kind moves the date;
        anything but "created" on a ticket that was never modified refutes it for good.

        Args:
            ticket: as it was read before the feed.
            feed: every entry with all its replies.
        """
        happened = [
            (entry.created_date, "comment" if entry.update_type == _COMMENT else "event")
            for entry in feed
            if entry.update_type != _CREATED
        ]
        happened += [(reply.created_date, "reply") for entry in feed for reply in entry.replies]
        dated = [(at, kind) for at, kind in happened if at is not None]
        with self._lock:
            if happened and _is_untouched(ticket):
                self._refuted = True
            elif dated and ticket.modified_date is not None:
                newest, kind = max(dated)
                if abs(ticket.modified_date - newest) <= _SAME:
                    self._shown.add(kind)


def _is_untouched(ticket: Ticket) -> bool:
    return ticket.created_date is not None and ticket.created_date == ticket.modified_date
