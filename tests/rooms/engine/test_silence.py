"""A ticket's dates are believed only of a TDX that has shown that people's words move them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticket_queue_daemon.engine.silence import Silence
from ticket_queue_daemon.tdx.models import FeedEntry, Ticket

BORN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ticket(modified: datetime | None = BORN, created: datetime | None = BORN) -> Ticket:
    dates = {"CreatedDate": created, "ModifiedDate": modified}
    return Ticket.model_validate(
        {"ID": 1, **{key: at and at.isoformat() for key, at in dates.items()}}
    )


def entry(at: datetime | None, *replied: datetime, kind: int = 1) -> FeedEntry:
    replies = [{"ID": 2, "Body": "b", "CreatedDate": one.isoformat()} for one in replied]
    sent: dict[str, Any] = {"ID": 1, "Body": "a", "UpdateType": kind, "Replies": replies}
    return FeedEntry.model_validate({**sent, "CreatedDate": at and at.isoformat()})


MADE = entry(BORN, kind=4)
COMMENTED = (ticket(BORN + HOUR), [MADE, entry(BORN + HOUR)])
REPLIED = (ticket(BORN + 2 * HOUR), [MADE, entry(BORN + HOUR, BORN + 2 * HOUR)])


def taught(*lessons: tuple[Ticket, list[FeedEntry]]) -> Silence:
    silence = Silence()
    for lesson in lessons:
        silence.learn(*lesson)
    return silence


def test_both_a_comment_and_a_reply_must_have_been_seen_to_move_the_date() -> None:
    assert not taught().is_certain(ticket())
    assert not taught(COMMENTED, COMMENTED).is_certain(ticket())
    assert not taught(REPLIED, REPLIED).is_certain(ticket())
    assert taught(COMMENTED, REPLIED).is_certain(ticket())


@pytest.mark.parametrize(
    "one", [ticket(BORN + timedelta(milliseconds=1)), ticket(None), ticket(None, None)]
)
def test_it_is_told_only_of_a_ticket_that_was_never_modified(one: Ticket) -> None:
    assert not taught(COMMENTED, REPLIED).is_certain(one)


@pytest.mark.parametrize(
    "said",
    [
        entry(BORN + HOUR),
        entry(BORN - HOUR),
        entry(None),
        entry(BORN, BORN + HOUR, kind=4),
        entry(BORN + HOUR, kind=0),
    ],
    ids=["comment", "older than the ticket", "undated", "reply to the first", "of no kind"],
)
def test_one_thing_that_did_not_move_the_date_refutes_it_for_good(said: FeedEntry) -> None:
    against = (ticket(), [said])
    assert not taught(COMMENTED, REPLIED, against).is_certain(ticket())
    assert not taught(against, COMMENTED, REPLIED).is_certain(ticket())


def test_the_entry_that_tells_of_the_ticket_being_made_refutes_nothing() -> None:
    assert taught((ticket(), [MADE]), COMMENTED, (ticket(), []), REPLIED).is_certain(ticket())


@pytest.mark.parametrize(
    "lesson",
    [
        (ticket(BORN + 3 * HOUR), [entry(BORN + HOUR)]),
        (ticket(BORN + 2 * HOUR), [entry(BORN + HOUR), entry(BORN + 2 * HOUR, kind=3)]),
        (ticket(None), [entry(BORN + HOUR)]),
    ],
    ids=["something else came later", "an edit", "no date"],
)
def test_a_date_that_something_else_has_moved_shows_nothing(
    lesson: tuple[Ticket, list[FeedEntry]],
) -> None:
    assert not taught(lesson, REPLIED).is_certain(ticket())
