"""What others did on a ticket, read from its feed: the daemon and the listed bots never count.

What is not certain of TDX's feed (fact sheet 10.8, 19 #14 and #15) is read so that nothing seems
idle that may not be: a doubtful entry counts as a reply, an author without a name as a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from ticket_queue_daemon.rules.facts import Feed, is_ignored

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

_STATUS_CHANGE: Final = 2
_NO_REPLY: Final = frozenset({3, 4, 5, 6})
"""Edit, created, change of "my work", merge: nobody wrote to anybody."""
_STATUS_SENTENCE: Final = re.compile(
    r"changed\s+(?:the\s+)?status\s+from\s.*?(?:\.|\n|$)", re.IGNORECASE
)
_TAGS: Final = re.compile(r"<[^<>]*>|&nbsp;")
_MOST_READ: Final = 2_000


class Written(Protocol):
    """A feed entry or a reply to one, as ``tdx.models`` has them."""

    @property
    def body(self) -> str:
        """HTML or plain."""
        ...

    @property
    def created_uid(self) -> str | None:
        """The author."""
        ...

    @property
    def created_full_name(self) -> str | None:
        """The author's name."""
        ...

    @property
    def created_date(self) -> datetime | None:
        """When; aware."""
        ...


class Entry(Written, Protocol):
    """A feed entry with its replies."""

    @property
    def update_type(self) -> int:
        """1 comment, 2 status change, 3 edit, 4 created; not to be relied on alone."""
        ...

    @property
    def replies(self) -> Sequence[Any]:
        """All of its replies, each a :class:`Written`."""
        ...


@dataclass(frozen=True, slots=True)
class _Deed:
    at: datetime
    uid: str
    name: str
    is_reply: bool


def read_feed(
    entries: Iterable[Entry], *, requestor_uid: str | None, ignored: Collection[str]
) -> Feed:
    """What others did.

    Args:
        entries: the feed, in any order, each with all of its replies.
        requestor_uid: the ticket's requestor.
        ignored: UIDs or full names of who does not count: our own account, and bots.
    """
    out = frozenset(one.strip().casefold() for one in ignored)
    everything = list(entries)
    deeds = [deed for entry in everything for deed in _deeds(entry, out)]
    replies = sorted((deed for deed in deeds if deed.is_reply), key=lambda deed: deed.at)
    requestor = (requestor_uid or "").casefold()
    theirs = [bool(requestor) and deed.uid.casefold() == requestor for deed in replies]
    last = replies[-1] if replies else None
    return Feed(
        count=len(replies),
        last_reply=last.at if last else None,
        last_reply_by=last.name if last else "",
        last_reply_uid=last.uid if last else "",
        last_reply_is_requestor=bool(theirs and theirs[-1]),
        last_requestor_reply=_last(
            deed.at for deed, own in zip(replies, theirs, strict=True) if own
        ),
        last_technician_reply=_last(
            deed.at for deed, own in zip(replies, theirs, strict=True) if not own
        ),
        last_status_change=_last(
            entry.created_date for entry in everything if _changes_status(entry)
        ),
        last_activity=_last(deed.at for deed in deeds),
        ignored=out,
    )


def _deeds(entry: Entry, ignored: frozenset[str]) -> Iterator[_Deed]:
    for written, is_reply in ((entry, _says_something(entry)), *((r, True) for r in entry.replies)):
        uid, name = written.created_uid or "", written.created_full_name or ""
        if written.created_date is not None and not is_ignored(uid, name, ignored):
            yield _Deed(written.created_date, uid, name, is_reply)


def _changes_status(entry: Entry) -> bool:
    """A comment with a status change may be of either type, its text begins with the change."""
    if entry.update_type == _STATUS_CHANGE:
        return True
    return _STATUS_SENTENCE.search(_plain(entry.body)) is not None


def _says_something(entry: Entry) -> bool:
    if entry.update_type == _STATUS_CHANGE:
        return bool(_STATUS_SENTENCE.sub("", _plain(entry.body)).strip())
    return entry.update_type not in _NO_REPLY


def _plain(body: str) -> str:
    return _TAGS.sub(" ", body[:_MOST_READ])


def _last(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
