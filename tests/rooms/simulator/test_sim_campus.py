"""The seeded campus: believable, repeatable, quick, and honest about its truth."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.simulator import campus
from ticket_queue_daemon.simulator.reports import report_rows

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator import Asset, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

PATTERNS = {
    "IC-EHLB760-F16": r"IC-EHLB\d{3}-[FWS]\d{2}",
    "L-C02XJ0AXJGH5": r"L-C02[A-Z0-9]{9}",
    "LSAF-D30H6J3": r"[A-Z]{2,4}-[A-Z]\d{2}[A-Z]\d[A-Z]\d",
    "psyc-amiemgT01": r"[a-z]{2,4}-[a-z0-9]+[TLD]\d{2,4}",
    "C02XJ0AXJGH5": r"C02[A-Z0-9]{9}",
    "R8YWA0LX6ZE": r"R8Y[A-Z0-9]{8}",
}


@pytest.fixture(scope="module")
def big() -> World:
    return campus(4, tickets=600, assets=300, now=NOON)


def said_on(world: World, ticket_id: int) -> str:
    """All text of a ticket as a reader sees it, in lower case."""
    ticket = world.tickets[ticket_id]
    bodies = [
        text
        for entry in world.feed_of(ticket_id)
        for text in (entry.body, *(reply.body for reply in entry.replies))
    ]
    raw = "\n".join([ticket.title, ticket.description, *bodies])
    return html.unescape(re.sub(r"<[^>]+>", " ", raw)).lower()


def names(asset: Asset) -> list[str]:
    return [text.lower() for text in (asset.name, asset.serial, asset.tag) if text]


def test_the_story_comes_first_whatever_the_seed() -> None:
    """Twelve tickets, in order, each in the report, together covering every phase."""
    first, second = campus(1, now=NOON), campus(2, now=NOON)
    titles = [ticket.title for ticket in first.tickets.values()]
    assert titles == [ticket.title for ticket in second.tickets.values()]
    assert titles[0] == "IC-EHLB760-F16 will not boot"
    assert len(titles) == 12
    assert {truth.phase for truth in first.truth.values()} == {
        "title",
        "description",
        "conversation",
        "requestor",
        "none",
    }
    wanted = [len(truth.asset_ids) for truth in first.truth.values()]
    assert wanted == [1, 1, 1, 2, 1, 1, 1, 0, 0, 0, 0, 1]


def test_all_tickets_asked_for_are_in_the_report(big: World) -> None:
    """Some more exist that are in no report; every row has its truth."""
    rows = report_rows(big, big.reports[1344])
    assert isinstance(rows, list)
    assert {row["TicketID"] for row in rows} == set(big.truth)
    assert len(rows) == 600 < len(big.tickets)


def test_one_seed_gives_one_world() -> None:
    """Id for id; another seed gives another."""

    def picture(seed: int) -> list[object]:
        world = campus(seed, tickets=60, assets=80, now=NOON)
        return [
            [asdict(one) for one in world.assets.values()],
            [asdict(one) for one in world.tickets.values()],
            [asdict(one) for one in world.feed.values()],
            world.truth,
        ]

    assert picture(5) == picture(5)
    assert picture(5) != picture(6)


def test_all_six_patterns_of_the_seed_occur(big: World) -> None:
    """As names of active computers, with unique names, serials and tags."""
    active = [one for one in big.assets.values() if (one.status_id, one.form_id) == (38, 2448)]
    for example, pattern in PATTERNS.items():
        matching = [one for one in active if re.fullmatch(pattern, one.name)]
        assert len(matching) >= 10, example
    for member in ("name", "serial", "tag"):
        values = Counter(getattr(one, member).lower() for one in big.assets.values())
        assert max(values.values()) == 1


def test_some_machines_are_gone_or_no_computers(big: World) -> None:
    """Retired ones, printers, monitors; somebody is called O'Shea."""
    assert len({one.status_id for one in big.assets.values()}) >= 4
    assert {one.form_id for one in big.assets.values()} == {2448, 2449, 2450}
    assert any(person.last_name == "O'Shea" for person in big.people.values())


def test_the_truth_is_consistent_with_the_text(big: World) -> None:
    """What was named can be read; what is guessed is the requestor's only active computer."""
    for ticket_id, truth in big.truth.items():
        said = said_on(big, ticket_id)
        for asset_id in truth.asset_ids:
            asset = big.assets[asset_id]
            assert (asset.status_id, asset.form_id) == (38, 2448)
            assert asset_id not in big.assets_on(ticket_id)
            if truth.phase == "requestor":
                assert asset.owner_uid == big.tickets[ticket_id].requestor_uid
            else:
                assert any(name in said for name in names(asset)), (ticket_id, truth)


def test_nothing_is_named_that_the_truth_leaves_out(big: World) -> None:
    """No active computer is mentioned by accident."""
    words = {
        name: asset
        for asset in big.assets.values()
        if (asset.status_id, asset.form_id) == (38, 2448)
        for name in names(asset)
    }
    for ticket_id, truth in big.truth.items():
        tokens = set(re.findall(r"[a-z0-9][a-z0-9-]*[a-z0-9]", said_on(big, ticket_id)))
        found = {words[token].id for token in tokens & words.keys()}
        missing = found - set(big.assets_on(ticket_id))
        if truth.phase != "requestor":
            assert missing == truth.asset_ids, (ticket_id, truth)
        else:
            assert not missing, (ticket_id, truth)


def test_tickets_mention_machines_in_many_ways(big: World) -> None:
    """Every phase, rich and plain, in comments and in replies; decoys and requestor-less ones."""
    phases = Counter(truth.phase for truth in big.truth.values() if truth.asset_ids)
    assert min(phases[one] for one in ("title", "description", "conversation", "requestor")) > 20
    tickets = [big.tickets[one] for one in big.truth]
    assert {ticket.is_rich for ticket in tickets} == {True, False}
    assert any(entry.replies for entry in big.feed.values())
    assert any(ticket.requestor_uid is None for ticket in tickets)
    assert sum("well-known" in said_on(big, one) for one in big.truth) > 10


def test_twenty_thousand_tickets_have_a_report_of_as_many_rows() -> None:
    world = campus(1, tickets=20_000, assets=2_000)
    rows = report_rows(world, world.reports[1344])
    assert isinstance(rows, list)
    assert len(rows) == 20_000


@pytest.mark.parametrize(("tickets", "assets"), [(0, 0), (1, 1), (30, 16), (200, 20)])
def test_odd_sizes_work(tickets: int, assets: int) -> None:
    """Few machines for many tickets, or none at all."""
    world = campus(9, tickets=tickets, assets=assets)
    assert len(world.truth) == tickets
