"""The books on corrections: what they hold, what they forget, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from ledger import sql
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.corrections import Correction, Corrections, PatternTickets

if TYPE_CHECKING:
    from ticket_queue_daemon.store.pool import Database

NOW = datetime.now(UTC)
LOG_ID = UUID(int=1)


def correction(asset_id: int, kind: Any, *, in_text: bool = True) -> Correction:
    return Correction(1, asset_id, kind, LOG_ID, "name\x00", "tag", "to\ud800ken", in_text, NOW)


@pytest.fixture
def books(database: Database) -> Corrections:
    return Corrections(database)


def known(books: Corrections) -> set[tuple[int, str]]:
    return {(one.asset_id, one.kind) for one in books.of_tickets([1])}


def attach(url: str, ticket_id: int, *effects: dict[str, Any], metadata: Any = None) -> None:
    sql(
        url,
        "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type, metadata, plan)"
        " VALUES (%s, gen_random_uuid()::text, 'x', %s, %s)",
        ticket_id,
        Jsonb(metadata or {}),
        Jsonb({"effects": list(effects)}),
    )


def effect(asset_id: int, state: str = "applied", **more: Any) -> dict[str, Any]:
    return {"kind": "attach_asset", "state": state, "params": {"asset_id": asset_id}, **more}


def test_a_correction_is_noted_once_whoever_notices_it(books: Corrections) -> None:
    found = [correction(7, "removed"), correction(8, "added")]

    assert books.note(1, [8], found) == 2
    assert books.note(1, [8], found) == 0
    assert known(books) == {(7, "removed"), (8, "added")}


def test_what_people_undid_is_forgotten(books: Corrections) -> None:
    books.note(1, [8], [correction(7, "removed"), correction(8, "added")])

    books.note(1, [7])

    assert known(books) == set()


def test_another_ticket_is_left_alone(books: Corrections) -> None:
    books.note(1, [], [correction(7, "removed")])

    books.note(2, [7])

    assert known(books) == {(7, "removed")}


def test_ours_is_what_was_applied_or_found_after_a_send(
    books: Corrections, database_url: str
) -> None:
    attach(
        database_url,
        1,
        effect(1),
        effect(2, "already_there", ours=True),
        effect(3, "already_there"),
        effect(4, "planned"),
        effect(5, "sent"),
        effect(6, "refused"),
        {"kind": "link_item", "state": "applied", "params": {"item_id": 7}},
    )
    attach(database_url, 1, effect(1))
    attach(database_url, 2, effect(8))

    assert [one.asset_id for one in books.ours(1)] == [1, 2]


def test_the_pattern_comes_from_the_evidence_in_any_of_its_forms(
    books: Corrections, database_url: str
) -> None:
    taken = {"verdict": "taken", "asset_id": 1, "pattern": "tag", "token": "42"}
    reading = {"considered": [{"verdict": "unknown", "token": "x"}, taken]}
    attach(database_url, 1, effect(1), metadata={"details": {"evidence": reading}})
    attach(database_url, 2, effect(1), metadata={"details": {"evidence": [{}, reading]}})
    attach(database_url, 3, effect(1), metadata={"details": {"evidence": [], "pattern": "owner"}})
    attach(database_url, 4, effect(1), metadata={"details": "odd"})
    attach(database_url, 5, effect(1), metadata=["odd"])

    told = [(one.pattern, one.token) for ticket in range(1, 6) for one in books.ours(ticket)]
    assert told == [("tag", "42"), ("tag", "42"), ("owner", ""), ("", ""), ("", "")]
    [counts] = [one for one in books.figures(NOW - timedelta(days=1)) if one.pattern == "tag"]
    assert counts.attached == 2


def test_a_resumed_pattern_is_judged_by_what_it_does_from_then_on(
    books: Corrections, database_url: str
) -> None:
    since = NOW - timedelta(days=1)
    taken = {"verdict": "taken", "asset_id": 7, "pattern": "tag", "token": "42"}
    metadata = {"details": {"evidence": {"considered": [taken]}}}
    attach(database_url, 1, effect(7), metadata=metadata)
    books.note(1, [], [correction(7, "removed")])
    judged = PatternTickets("tag", 1, 1)

    assert books.judged(since) == [judged]
    assert books.pause(judged)
    assert books.judged(since) == []
    books.resume("tag", "alice@desk")
    assert books.judged(since) == []
    attach(database_url, 2, effect(7), metadata=metadata)
    assert books.judged(since) == [PatternTickets("tag", 1, 0)]
    with pytest.raises(ConfigError, match="No pattern 'tag' is paused"):
        books.resume("tag", "alice@desk")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            (
                "INSERT INTO meta.daemon_corrections (ticket_id, asset_id, kind, log_id, decided_at)"
                " VALUES (1, 1, 'swapped', gen_random_uuid(), now())"
            ),
            "daemon_corrections_kind",
        ),
        (
            "INSERT INTO meta.daemon_pattern_pauses (pattern, tickets, corrected) VALUES ('x', 1, 2)",
            "daemon_pattern_pauses_counts",
        ),
        (
            (
                "INSERT INTO meta.daemon_pattern_pauses (pattern, tickets, corrected, resumed_at)"
                " VALUES ('x', 2, 1, now())"
            ),
            "daemon_pattern_pauses_resumed",
        ),
    ],
)
def test_the_tables_refuse_nonsense(database_url: str, statement: str, rule: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=rule):
        sql(database_url, statement)
