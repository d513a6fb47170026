"""A conversation is whole, and no entry is asked for that the list showed whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.tdx.models import FeedEntry, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

THEM = "aaaaaaaa-0000-0000-0000-000000000001"
WHOLE = [{"ID": n, "Body": f"reply {n}", "CreatedUid": THEM} for n in (1, 2, 3)]


class Told:
    """A client whose list shows some of an entry's three replies."""

    def __init__(self, shown: int, count: int = 3) -> None:
        self.shown, self.count = shown, count
        self.asked: list[int] = []

    def me(self) -> Person:
        return Person(UID="bbbbbbbb-0000-0000-0000-000000000002")

    def feed(self, ticket_id: int) -> Sequence[FeedEntry]:
        sent = {"ID": 7, "Body": "entry", "CreatedUid": THEM, "RepliesCount": self.count}
        return [FeedEntry.model_validate({**sent, "Replies": WHOLE[: self.shown]})]

    def entry(self, entry_id: int) -> FeedEntry:
        self.asked.append(entry_id)
        return FeedEntry.model_validate({"ID": entry_id, "Replies": WHOLE, "RepliesCount": 3})


def said(told: Told) -> list[str]:
    class Client:
        me = told.me
        tickets = told
        feed = told

    reader = TicketReader(Client(), 1, None)  # type: ignore[arg-type]  # stand-ins
    first = sorted(message.text for message in reader.conversation())
    assert sorted(message.text for message in reader.conversation()) == first
    return first


def test_replies_that_the_list_leaves_out_wholly_or_in_part_are_asked_for_once() -> None:
    for shown in (0, 1, 2):
        told = Told(shown)
        assert said(told) == ["entry", "reply 1", "reply 2", "reply 3"]
        assert told.asked == [7]


def test_an_entry_that_the_list_shows_whole_is_not_asked_for() -> None:
    told = Told(3)
    assert said(told) == ["entry", "reply 1", "reply 2", "reply 3"]
    none = Told(0, count=0)
    assert said(none) == ["entry"]
    assert told.asked == none.asked == []
