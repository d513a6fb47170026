"""The ledger of TDX's limits, against a real PostgreSQL, threads and processes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.store.limits import Granted, RateLedger
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUTE = "GET tickets/{id}"


def client(database: Database, name: str = "a", home: str = "here") -> RateLedger:
    # A laden machine may be slow; what is tested is never how fast.
    return RateLedger(database, "host/TDWebApi", name, home=home, answer_seconds=60)


def ask(wanted: int = 1000, **changed: Any) -> dict[str, Any]:
    usual = {
        "route": ROUTE, "per_account": False, "window": None, "over": None, "wanted": wanted,
        "spent": 0, "limit": 60, "seen": 0, "closes_in": None,
    }  # fmt: skip
    return {**usual, **changed}


def told(**changed: Any) -> dict[str, Any]:
    usual = {
        "route": ROUTE, "per_account": False, "window_no": None, "spent": 0, "unused": 0, "used": 0,
        "call_limit": 60, "seen": 0, "closes_in": 30.0, "refused": 0, "waited": 0.0,
    }  # fmt: skip
    return {**usual, **changed}


def take(ledger: RateLedger, wanted: int = 1000, **changed: Any) -> Granted:
    granted = ledger.take(ask(wanted, **changed))
    assert granted is not None
    return granted


def grace_is_over(url: str) -> None:
    sql(url, "UPDATE meta.daemon_rate_windows SET opened_at = opened_at - interval '1 s'")


def test_alone_one_gets_what_it_wants_and_no_more_than_there_is(database: Database) -> None:
    ledger = client(database)
    assert take(ledger, 10).places == 10
    first = take(ledger, 100)
    assert (first.number, first.places, first.others) == (1, 50, 0)
    last = take(ledger)
    assert last.places == 0
    assert 0 < last.hold <= 60


def test_two_get_even_shares_at_a_windows_opening_and_the_rest_goes_to_whoever_needs_it(
    database: Database, database_url: str
) -> None:
    one, two = client(database, "a"), client(database, "b")
    take(one, 1)
    take(two, 1)
    mine = 1
    while (granted := take(one)).places:
        mine += granted.places
    assert mine == 30
    assert granted.others == 1
    assert granted.hold < 1
    grace_is_over(database_url)
    while granted := take(one).places:
        mine += granted
    assert mine == 59
    assert take(two).places == 0


def test_threads_of_many_processes_never_get_more_than_a_window_has(database_url: str) -> None:
    databases = [Database(database_url, max_size=3) for _ in range(4)]
    got: list[Granted] = []

    def help_yourself(number: int) -> None:
        ledger = client(databases[number % 4], f"client {number % 4}")
        got.extend([take(ledger, 3) for _ in range(12)])

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(help_yourself, number) for number in range(8)]:
            done.result(timeout=60)
    for database in databases:
        database.close()
    assert {granted.number for granted in got} == {1}
    grace_is_over(database_url)
    with Database(database_url) as database:
        rest = 0
        while places := take(client(database, "client 0")).places:
            rest += places
    assert sum(granted.places for granted in got) + rest == 60


PROCESS = """
import json, sys
from ticket_queue_daemon.store.limits import RateLedger
from ticket_queue_daemon.store.pool import Database
ledger = RateLedger(Database(sys.argv[1]), "host/TDWebApi", sys.argv[2], home="here", answer_seconds=60)
ask = json.loads(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
print(sum(ledger.take(ask).places for _ in range(20)))
"""


def test_processes_never_get_more_than_a_window_has(database_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, database_url, name, json.dumps(ask(4))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c")
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    got = [int(process.communicate("go\n", timeout=60)[0]) for process in started]
    assert 20 <= sum(got) <= 60


def test_a_window_known_to_be_over_is_followed_by_one_new_window(database: Database) -> None:
    one, two = client(database, "a"), client(database, "b")
    number = take(one, 60).number
    assert take(two, 60).number == number
    after = [take(ledger, 5, over=number) for ledger in (one, two, one, two)]
    assert {granted.number for granted in after} == {number + 1}
    assert all(granted.places for granted in after)


def test_a_killed_clients_places_come_back_when_the_window_ends(
    database: Database, database_url: str
) -> None:
    take(client(database, "killed"), 60)
    survivor = client(database, "survivor")
    assert take(survivor).places == 0
    sql(database_url, "UPDATE meta.daemon_rate_windows SET closes_at = clock_timestamp()")
    assert take(survivor, 10).places == 10
    grace_is_over(database_url)
    # It wanted places of the window before, so it is still counted with; after that no more.
    assert take(survivor, 50).places == 13
    sql(database_url, "UPDATE meta.daemon_rate_windows SET closes_at = clock_timestamp()")
    assert take(survivor, 60).places == 60


def test_what_the_headers_say_counts_for_all(database: Database) -> None:
    one, two = client(database, "a"), client(database, "b")
    number = take(one, 5).number
    take(one, 0, window=number, seen=55, limit=60, closes_in=7.0)
    late = take(two, 60)
    assert 0 < late.hold <= 7
    assert late.places == 2
    # What is said of another window is not taken for news of this one.
    take(one, 0, window=number - 1, seen=60, closes_in=0.0)
    assert take(two, 1).places == 1


def test_calls_made_without_a_place_are_counted(database: Database) -> None:
    assert take(client(database), 60, spent=20).places == 40


def test_unused_places_go_back_and_who_goes_is_counted_no_more(database: Database) -> None:
    one, two = client(database, "a"), client(database, "b")
    number = take(one, 60).number
    assert one.note([told(window_no=number, unused=50, used=10)], goes=True) == 0
    granted = take(two, 60)
    assert (granted.places, granted.others) == (50, 0)
    assert one.note([], goes=False) == 1


def test_hosts_have_limits_of_their_own_and_an_account_has_one(database: Database) -> None:
    here, there = client(database, "a", "here"), client(database, "b", "there")
    assert take(here, 60).places == 60
    assert take(there, 60).places == 60
    assert take(here, 30, per_account=True).places == 30
    grant = take(there, 30, per_account=True)
    assert grant.places < 30
    assert grant.others == 0


@pytest.fixture
def hung(database: Database, database_url: str) -> Iterator[RateLedger]:
    """A ledger whose database takes its time: somebody holds a lock."""
    take(client(database), 1)
    with Database(database_url) as other, other.transaction() as connection:
        connection.execute(b"LOCK TABLE meta.daemon_rate_windows IN ACCESS EXCLUSIVE MODE")
        yield RateLedger(database, "host/TDWebApi", "a", home="here", answer_seconds=0.01)


def test_a_database_that_does_not_answer_holds_nobody_up(hung: RateLedger) -> None:
    assert [hung.take(ask()) for _ in range(8)] == [None] * 8


def test_a_database_that_is_away_is_no_error() -> None:
    away = client(Database("postgresql://nobody@127.0.0.1:1/nowhere"))
    assert away.take(ask()) is None
    assert away.note([], goes=True) is None


def test_status_shows_what_is_taken_by_how_many_and_who_was_refused(database: Database) -> None:
    one, two = client(database, "a"), client(database, "b")
    take(one, 10)
    take(two, 5)
    one.note([told(refused=2, waited=12.5, used=10, seen=15)], goes=False)
    two.note([told(refused=1, window_no=77, closes_in=None)], goes=False)

    (row,) = Reports(database).status(overdue_seconds=600, most=10).rate_windows

    assert (row.scope, row.route, row.limit, row.taken) == ("host here", ROUTE, 60, 15)
    assert (row.processes, row.refused, row.waited) == (2, 3, 12.5)
    assert row.resets_in is not None
    assert 0 < row.resets_in <= 30


def test_one_who_was_alone_tells_of_its_window_too(database: Database, database_url: str) -> None:
    ledger = client(database)
    ledger.note([told(used=42, seen=42)], goes=True)
    ledger.note([told(used=42, seen=43, spent=1)], goes=True)
    (row,) = Reports(database).status(overdue_seconds=600, most=10).rate_windows
    assert (row.taken, row.processes) == (43, 0)
    sql(database_url, "UPDATE meta.daemon_rate_windows SET closes_at = clock_timestamp()")
    assert Reports(database).status(overdue_seconds=600, most=10).rate_windows == []


def test_no_thread_is_left_behind(database: Database) -> None:
    take(client(database), 1)
    for thread in threading.enumerate():
        if thread.name == "rate-ledger":
            thread.join(timeout=10)
    assert "rate-ledger" not in {thread.name for thread in threading.enumerate()}


def test_what_is_long_over_is_forgotten(database: Database, database_url: str) -> None:
    client(database, "old").note([told()], goes=True)
    sql(database_url, "UPDATE meta.daemon_rate_clients SET seen_at = seen_at - interval '6 min'")
    client(database, "new").note([], goes=False)
    assert sql(database_url, "SELECT DISTINCT client FROM meta.daemon_rate_clients") == [("new",)]
