"""Post a feed entry: append-like, found again by author, time and text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight
from ticket_queue_daemon.effects.fingerprint import carries, says, with_reference
from ticket_queue_daemon.tdx.models import FeedPost

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.models import FeedEntry

# TDX's clock is known from the Date header, to the second, and entries carry milliseconds.
CLOCK_SLACK = timedelta(seconds=5)
PREVIEW_LENGTH = 70


@dataclass(frozen=True, slots=True)
class FeedEntryEffect(Effect):
    """A comment, with a status change in the same post when ``new_status_id`` is not 0.

    Attributes:
        status_was: the status that it is changed from, or 0 to change it from any. A ticket that
            has another by now is left alone, comment and all: what it says is no longer so.
    """

    kind: ClassVar[str] = "feed_entry"

    comments: str
    is_private: bool = False
    is_rich_html: bool = False
    is_communication: bool = False
    notify: tuple[str, ...] = ("null",)
    new_status_id: int = 0
    cascade_status: bool = False
    ref: str | None = None
    status_was: int = 0

    @property
    def needs_look(self) -> bool:
        """See the base class."""
        return bool(self.status_was)

    @property
    def needs_allowed(self) -> frozenset[str]:
        """See the base class: a status that rides on a comment is a change of the ticket."""
        return frozenset({self.kind, "patch_ticket"} if self.new_status_id else {self.kind})

    def text(self) -> str:
        """What is sent: the comment, with its reference if it carries one."""
        if self.ref is None:
            return self.comments
        return with_reference(self.comments, self.ref, is_rich_html=self.is_rich_html)

    def describe(self) -> str:
        """``post private comment: first words …``."""
        words = " ".join(self.comments.split())
        if len(words) > PREVIEW_LENGTH:
            words = words[: PREVIEW_LENGTH - 1] + "…"
        was = f" (was {self.status_was})" if self.status_was else ""
        status = f" and set status {self.new_status_id}{was}" if self.new_status_id else ""
        told = ", ".join(one for one in self.notify if one != "null")
        mail = f" to {told}" if told else ""
        return f"post {'private' if self.is_private else 'public'} comment{mail}{status}: {words}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("feed", "ticket") if self.new_status_id else ("feed",)

    def look(self, sight: Sight) -> Look:
        """Search the whole feed for our words.

        It must be an entry by our own account, not older than the first send, that is not known
        to be another effect.

        The list is complete (no ``top`` is asked for), so its silence means "not there". An entry
        with our words whose author TDX does not name can't be told from a technician's.
        """
        # What was never sent is in no feed: then only the status is looked at.
        if sight.not_before is None and self.status_was:
            return self._look_at_status(sight)
        look = self._look_in_feed(sight)
        if look.seen is Seen.NOT_THERE and self.status_was:
            return self._look_at_status(sight)
        return look

    def recall(self, sight: Sight) -> Look:
        """Search the feed for our words, whatever reference they carry: that was another row's."""

        def is_it(entry: FeedEntry) -> bool:
            return says(entry.body, sent=self.comments, sent_is_html=self.is_rich_html)

        return self._find(sight, is_it)

    def _look_at_status(self, sight: Sight) -> Look:
        status = sight.tdx.tickets.get(self.ticket_id).status_id
        if status == self.status_was:
            return Look(Seen.NOT_THERE, {"status_id": status})
        if sight.not_before is None:
            return Look(Seen.SUPERSEDED, {"status_id": status})
        # A person's doing, or our own, whose comment the feed does not show yet.
        why = f"its comment is not in the feed, but the status is {status} by now"
        return Look(Seen.CANNOT_TELL, {"status_id": status, "why": why})

    def _look_in_feed(self, sight: Sight) -> Look:
        return self._find(sight, self._carries)

    def _find(self, sight: Sight, is_it: Callable[[FeedEntry], bool]) -> Look:
        own_uid = sight.tdx.me().uid
        entries = sight.tdx.tickets.feed(self.ticket_id)
        doubtful: int | None = None
        for entry in entries:
            if entry.id in sight.foreign_entry_ids or _is_older(entry, sight.not_before):
                continue
            if not is_it(entry):
                continue
            if own_uid and entry.created_uid == own_uid:
                return Look(Seen.THERE, {"entry_id": entry.id})
            if not own_uid or entry.created_uid is None:
                doubtful = entry.id
        if doubtful is not None:
            return Look(Seen.CANNOT_TELL, {"entry_id": doubtful, "why": "its author is not named"})
        return Look(Seen.NOT_THERE, {"entries_read": len(entries)})

    def _carries(self, entry: FeedEntry) -> bool:
        return carries(entry.body, sent=self.text(), sent_is_html=self.is_rich_html, ref=self.ref)

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST; the answer's id is kept, so that this entry is never taken for another's."""
        entry = tdx.tickets.post_feed(
            self.ticket_id,
            FeedPost(
                comments=self.text(),
                is_private=self.is_private,
                is_rich_html=self.is_rich_html,
                is_communication=self.is_communication,
                notify=list(self.notify),
                new_status_id=self.new_status_id,
                cascade_status=self.cascade_status,
            ),
        )
        return {"entry_id": entry.id}


def _is_older(entry: FeedEntry, not_before: datetime | None) -> bool:
    return (
        not_before is not None
        and entry.created_date is not None
        and entry.created_date < not_before - CLOCK_SLACK
    )
