"""The application's feed, whichever way round its dates are meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.tdx.appfeed import AppFeedApi
from ticket_queue_daemon.tdx.applications import AppIds

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.wire import Call

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> str:
    return (
        (NOON + timedelta(seconds=seconds))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


class Feed:
    """A session over entries; ``latest`` is the query name that means the later date."""

    def __init__(
        self, *seconds: float, latest: str = "DateFrom", size: int = 3, lively: bool = False
    ) -> None:
        self.lively = lively
        self.entries = [
            {"ID": n, "ItemType": 9, "LastUpdatedDate": at(s)} for n, s in enumerate(seconds, 1)
        ]
        self.latest = latest
        self.size = size
        self.calls = 0

    def fetch(self, call: Call, kind: Any) -> Any:
        self.calls += 1
        if self.lively:
            self.entries.append(
                {
                    "ID": 1000 + self.calls,
                    "ItemType": 9,
                    "LastUpdatedDate": at(1000 + self.calls),
                }
            )
        earliest = "DateTo" if self.latest == "DateFrom" else "DateFrom"
        upper, lower = call.query.get(self.latest), call.query.get(earliest)
        found = [
            entry
            for entry in self.entries
            if (upper is None or entry["LastUpdatedDate"] < upper)
            and (lower is None or entry["LastUpdatedDate"] > lower)
        ]
        found.sort(key=lambda entry: entry["LastUpdatedDate"], reverse=True)
        left = found[self.size]["LastUpdatedDate"] if len(found) > self.size else None
        return kind.model_validate({"Entries": found[: self.size], "NextDateTo": left})


def since(feed: Feed, seconds: float, **options: Any) -> Any:
    api = AppFeedApi(feed, AppIds(46, 48))  # type: ignore[arg-type]  # a stand-in
    return api.since(NOON + timedelta(seconds=seconds), **options)


@pytest.mark.parametrize("latest", ["DateFrom", "DateTo"])
def test_all_that_was_changed_is_found_whichever_date_is_the_later_one(latest: str) -> None:
    recent = since(Feed(*range(10), latest=latest), 2)
    assert [entry.id for entry in recent.entries] == [10, 9, 8, 7, 6, 5, 4, 3]
    assert recent.complete


def test_entries_that_come_in_meanwhile_are_not_taken_for_a_way_back() -> None:
    recent = since(Feed(*range(10), latest="DateTo", lively=True), 2)
    assert {entry.id for entry in recent.entries} >= {3, 4, 5, 6, 7, 8, 9, 10}
    assert recent.complete


def test_entries_of_one_instant_are_counted_once_and_none_is_lost_between_pages() -> None:
    recent = since(Feed(5, 4, 3, 3, 2, 1), 0)
    assert sorted(entry.id for entry in recent.entries) == [1, 2, 3, 4, 5, 6]
    assert recent.complete


def test_more_entries_of_one_instant_than_a_page_holds_are_said_to_be_incomplete() -> None:
    feed = Feed(3, 3, 3, 3, 3)
    assert not since(feed, 0).complete
    assert feed.calls == 3


def test_reading_has_an_end() -> None:
    feed = Feed(*range(100))
    recent = since(feed, 0, most_pages=4)
    assert (recent.complete, recent.pages, feed.calls) == (False, 4, 4)


def test_the_feed_of_the_simulator(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    now = datetime.now(UTC)
    tickets = [
        world.add_ticket(f"T{n}", "text", created=now - timedelta(seconds=n)) for n in range(150)
    ]
    old = world.add_ticket("old", "text", created=datetime(2020, 1, 1, tzinfo=UTC))
    client = connect()
    recent = client.app_feed.since(client.tdx_now() - timedelta(hours=1))
    assert {entry.item_id for entry in recent.entries} == {one.id for one in tickets}
    assert old.id not in {entry.item_id for entry in recent.entries}
    assert recent.complete
    assert client.call_counts()["GET tickets/feed"] == recent.pages
