"""What others did is read from the feed; we and the bots never count, and doubt errs towards waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ticket_queue_daemon.rules.activity import read_feed
from ticket_queue_daemon.rules.facts import Feed
from ticket_queue_daemon.tdx.models import FeedEntry

PAT, SAM, OURS = (f"0000abcd-0000-0000-0000-00000000000{n}" for n in (1, 2, 9))
NAMES = {PAT: "Pat Doe", SAM: "Sam Tech", OURS: "Daemon"}


def at(hour: int) -> datetime:
    return datetime(2026, 11, 23, hour, tzinfo=UTC)


def entry(hour: int, who: str | None, body: str = "Hello", kind: int = 1, **more: Any) -> FeedEntry:
    replies = [
        {
            "ID": 1,
            "Body": "Yes",
            "CreatedUid": by,
            "CreatedFullName": NAMES[by],
            "CreatedDate": f"2026-11-23T{h:02}:00:00Z",
        }
        for h, by in more.pop("replies", ())
    ]
    return FeedEntry.model_validate(
        {
            "ID": hour,
            "CreatedUid": who,
            "CreatedFullName": NAMES.get(who or "", "System"),
            "CreatedDate": f"2026-11-23T{hour:02}:00:00Z",
            "Body": body,
            "UpdateType": kind,
            "Replies": replies,
            **more,
        }
    )


def feed(*entries: FeedEntry, ignored: tuple[str, ...] = (OURS.upper(),)) -> Feed:
    return read_feed(entries, requestor_uid=PAT.upper(), ignored=ignored)


def test_who_wrote_last_and_when() -> None:
    read = feed(entry(3, OURS), entry(2, SAM), entry(1, PAT))

    assert read == Feed(
        count=2,
        last_reply=at(2),
        last_reply_by="Sam Tech",
        last_reply_uid=SAM,
        last_reply_is_requestor=False,
        last_requestor_reply=at(1),
        last_technician_reply=at(2),
        last_activity=at(2),
        ignored=frozenset({OURS}),
    )


def test_an_empty_feed_says_that_nothing_has_happened() -> None:
    assert feed() == Feed(ignored=frozenset({OURS}))


def test_replies_under_our_own_entry_count_and_ours_under_others_do_not() -> None:
    read = feed(entry(1, OURS, replies=[(4, PAT)]), entry(2, SAM, replies=[(5, OURS)]))

    assert (read.count, read.last_reply, read.last_reply_is_requestor) == (2, at(4), True)


def test_a_listed_bot_does_not_count_by_uid_or_by_name() -> None:
    written = [
        entry(1, PAT),
        entry(2, SAM),
        entry(3, None, kind=2, body="Changed Status from New to Open."),
    ]

    assert feed(*written, ignored=(SAM,)).last_reply == at(1)
    assert feed(*written, ignored=(" sam TECH ",)).last_reply == at(1)
    assert feed(*written).last_activity == at(3)
    assert feed(*written, ignored=("System",)).last_activity == at(2)


@pytest.mark.parametrize(
    ("kind", "body", "is_reply", "is_status_change"),
    [
        (1, "Hello", True, False),
        (0, "Hello", True, False),
        (7, "Hello", True, False),
        (3, "Edited this Incident.", False, False),
        (4, "Created", False, False),
        (6, "Merged", False, False),
        (2, "Changed Status from New to In Process.", False, True),
        (2, "Changed status from <b>New</b> to <b>On Hold</b>.<br>&nbsp;", False, True),
        (2, "Changed Status from New to Open.<br>Please call me.", True, True),
        (1, "Changed Status from New to Open. Please call me.", True, True),
        (2, "", False, True),
    ],
)
def test_what_counts_as_a_reply_and_as_a_change_of_status(
    kind: int, body: str, is_reply: bool, is_status_change: bool
) -> None:
    read = feed(entry(1, SAM, body, kind))

    assert read.count == is_reply
    assert read.last_status_change == (at(1) if is_status_change else None)
    assert read.last_activity == at(1)


def test_a_change_of_status_of_ours_is_one_too_but_no_activity() -> None:
    read = feed(entry(1, OURS, "Changed Status from New to Open.", 2))

    assert (read.last_status_change, read.last_activity) == (at(1), None)


def test_an_entry_without_a_date_is_left_out() -> None:
    assert feed(entry(1, SAM, CreatedDate=None)).count == 0


def test_a_ticket_without_requestor_has_no_replies_of_one() -> None:
    read = read_feed([entry(1, None)], requestor_uid=None, ignored=())

    assert (read.last_requestor_reply, read.last_technician_reply) == (None, at(1))
