"""A saved search is read whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.errors import ReportError
from ticket_queue_daemon.tdx.errors import TdxMalformed, TdxNotFound
from ticket_queue_daemon.tdx.models import Ticket
from ticket_queue_daemon.tdx.savedsearches import READINGS, SavedSearches
from ticket_queue_daemon.tdx.source import tickets_of_search

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.wire import Call

OPEN_TICKETS, ACTIVE_COMPUTERS, LABS = 7001, 7002, 7003


class Pages:
    """A session that answers given pages, over and over."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = pages
        self.asked: list[dict[str, int]] = []

    def fetch(self, call: Call, kind: Any) -> Any:
        page = self.pages[len(self.asked) % len(self.pages)]
        self.asked.append(call.body["Page"])
        return kind.model_validate(page)


def page(index: int, total: int, *ids: int, **members: Any) -> dict[str, Any]:
    data = [{"ID": number, **members} for number in ids]
    return {"Data": data, "TotalCount": total, "CurrentPageIndex": index, "PageSize": 2}


def read(session: Pages, **options: Any) -> list[int]:
    searches = SavedSearches(session, lambda: 46, "tickets", Ticket)  # type: ignore[arg-type]  # a stand-in
    return [ticket.id for ticket in searches.results(7001, page_size=2, **options)]


def test_every_page_is_read_once_and_none_past_the_end() -> None:
    session = Pages(page(0, 4, 1, 2), page(1, 4, 3, 4))
    assert read(session) == [1, 2, 3, 4]
    assert [asked["PageIndex"] for asked in session.asked] == [0, 1]
    assert read(Pages(page(0, 0))) == []


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (page(1, 4, 1, 2), "repeats"),
        (page(0, 4, 1, 2), "page 0 came when 1 was asked for"),
        (page(1, 5, 3, 4), "total went from 4 to 5"),
        (page(1, 4), "empty at 2 of 4"),
        (page(1, 4, 3, 4, 5), "5 things came and its total is 4"),
        (page(1, 4, 3, 3), "repeats"),
    ],
)
def test_pages_that_make_no_whole_conclude_nothing(second: dict[str, Any], why: str) -> None:
    session = Pages(page(0, 4, 1, 2), second)
    with pytest.raises(TdxMalformed, match=why):
        read(session)
    assert len(session.asked) == 2 * READINGS


def test_a_list_that_changed_while_it_was_read_is_read_anew() -> None:
    session = Pages(page(0, 3, 1, 2), page(1, 2), page(0, 2, 2, 3))
    assert read(session) == [2, 3]


def test_what_does_not_belong_is_dropped_though_it_was_counted() -> None:
    assert read(Pages(page(0, 2, 1, 2, AppID=99))) == []
    assert read(Pages(page(0, 2, 1, 2, AppID=46))) == [1, 2]
    assert read(Pages(page(0, 2, 1, 2, StatusClass=3)), only_open=True) == []


def test_saved_searches_of_the_simulator(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    world = simulator.world
    tickets = [world.add_ticket(f"T{n}", "text").id for n in range(5)]
    world.add_ticket("Done", "text", status_id=122)
    machines = [world.add_asset(f"IC-EHLB760-F{n}").id for n in range(3)]
    lab = world.add_lab("aabol Lab")
    saved = connect().saved_searches
    assert [one.id for one in saved.tickets.visible()] == [OPEN_TICKETS]
    assert [one.id for one in saved.assets.visible()] == [ACTIVE_COMPUTERS]
    assert [one.id for one in saved.items.visible()] == [LABS]
    found = saved.tickets.results(OPEN_TICKETS, page_size=2)
    assert sorted(one.id for one in found) == sorted(tickets)
    assert saved.tickets.results(OPEN_TICKETS, only_my=True, only_open=True) == []
    assert {one.id for one in saved.assets.results(ACTIVE_COMPUTERS)} == set(machines)
    assert [one.name for one in saved.items.results(LABS)] == [lab.name]
    assert saved.items.results(LABS, search_text="nobody") == []
    pages = [one for one in simulator.requests if one.path.endswith(f"{OPEN_TICKETS}/results")]
    assert len(pages) == 4
    with pytest.raises(TdxNotFound):
        saved.tickets.results(1)


def test_a_queue_of_a_search_that_is_not_whole_is_refused_and_not_empty() -> None:
    searches = SavedSearches(Pages(page(0, 4, 1, 2), page(1, 4)), lambda: 46, "tickets", Ticket)  # type: ignore[arg-type]  # a stand-in
    client = SimpleNamespace(saved_searches=SimpleNamespace(tickets=searches))

    with pytest.raises(ReportError, match="7001 was not read, and nothing is concluded from it"):
        tickets_of_search(client, 7001)  # type: ignore[arg-type]  # likewise


def test_a_queue_of_a_search_knows_when_each_ticket_was_modified() -> None:
    pages = Pages(page(0, 1, 1, ModifiedDate="2026-11-25T10:00:00Z"), page(0, 0))
    searches = SavedSearches(pages, lambda: 46, "tickets", Ticket)  # type: ignore[arg-type]  # a stand-in
    client = SimpleNamespace(saved_searches=SimpleNamespace(tickets=searches))

    one, none = (tickets_of_search(client, 7001) for _ in range(2))  # type: ignore[arg-type]  # likewise

    assert one.modified == {1: datetime(2026, 11, 25, 10, tzinfo=UTC)}
    assert (none.ids, none.modified) == ([], {})
