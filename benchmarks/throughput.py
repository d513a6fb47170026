"""How near the daemon comes to the speed that TDX's rate limits allow, and how fast it is without them.

Run: ``python benchmarks/throughput.py [--quick]``. The simulator is a process of its own; windows are
1/6 of TDX's (10 s instead of 60), everything else is real: HTTP, PostgreSQL, claims, plans, history.

Each ticket needs one read and one comment, both limited to 60 calls a window. So of N tickets the last
one can't be done before (ceil(N/60) - 1) windows have passed: that is the bound. The peer is a plain
sequential loop without any state, which waits for the reset and 5 s more when TDX says 429, as the
fact sheet's clients do. "2 x 4" are two daemons with four workers each, side by side on one queue, one
database and one address: they share the windows, so the bound is the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
from pydantic import SecretStr

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.app import App
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.simulator.server import SimulatorServer
from ticket_queue_daemon.store.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 10.0
PER_WINDOW = 60
BOUND_RATIO = 1.1
BOUND_RATIO_TOGETHER = 1.15
PEERS_PAUSE = 5.0 / 6.0  # the clients' 5 s, on the same scale as the windows


@dataclass
class Result:
    """One timed pass."""

    seconds: float
    calls: Counter[str]
    refused: int
    shares: tuple[int, ...] = ()


# -- the simulated TDX, in a process of its own ---------------------------------------------------


def serve(tickets: int, limits: str, latency: float) -> None:
    """Serve until standard input closes; then say what was asked, and how often it was refused."""
    with SimulatorServer(limits="off" if limits == "off" else float(limits)) as simulator:
        person = simulator.world.add_person("Alice", "Rivera", "arivera")
        for number in range(tickets):
            simulator.world.add_ticket(f"Printer {number}", "It is slow.", requestor=person)
        if latency:
            simulator.faults.add("delay_before", route=".", seconds=latency)
        sys.stdout.write(json.dumps(simulator.env()) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        told = {
            "calls": simulator.requests.counts(),
            "refused": simulator.requests.status_count(429),
            "comments": simulator.journal.count("feed_entry"),
        }
        sys.stdout.write(json.dumps(told) + "\n")


@contextmanager
def simulated(tickets: int, limits: str, latency: float) -> Iterator[tuple[dict[str, str], Any]]:
    """The environment of a client, and a function that stops it and tells what it saw."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(tickets), limits, str(latency)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    environment = json.loads(process.stdout.readline())

    def stop() -> dict[str, Any]:
        told, _ = process.communicate("")
        seen: dict[str, Any] = json.loads(told)
        return seen

    try:
        yield environment, stop
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


# -- the two that are timed -----------------------------------------------------------------------


@contextmanager
def opened(environment: dict[str, str], database_url: str, workers: int) -> Iterator[App]:
    """A daemon, ready to begin."""
    settings = Settings(
        report_id=1344,
        tdx_base_url=environment["TDX_BASE_URL"],
        tdx_app_id=46,
        tdx_beid=SecretStr(environment["TDX_BEID"]),
        tdx_web_services_key=SecretStr(environment["TDX_WEB_SERVICES_KEY"]),
        database_url=SecretStr(database_url),
        workers=workers,
        max_new_tickets=1_000_000,
    )
    with App.open(
        settings, actions=[CommentAction(comment_text="Hello")], auto_upgrade=True
    ) as app:
        yield app


def ours(environment: dict[str, str], database_url: str, workers: int) -> float:
    """One pass of the daemon; its seconds, from the poll to the last record."""
    with opened(environment, database_url, workers) as app:
        began = time.perf_counter()
        report = app.run_once(dry_run=False)
        seconds = time.perf_counter() - began
    assert report.failed == 0, report
    return seconds


def one_of_many(database_url: str, workers: int) -> None:
    """A daemon in a process of its own: say that it is ready, wait for the word, say what it did."""
    with opened(dict(os.environ), database_url, workers) as app:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        report = app.run_once(dry_run=False)
    assert report.failed == 0, report
    sys.stdout.write(f"{report.executed}\n")


def side_by_side(
    environment: dict[str, str], database_url: str, processes: int, workers: int
) -> tuple[float, tuple[int, ...]]:
    """Several daemons on one queue; seconds until the last is done, and what each of them did."""
    daemons = [
        subprocess.Popen(
            [sys.executable, __file__, "--one-of-many", database_url, str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        for _ in range(processes)
    ]
    try:
        for daemon in daemons:
            assert daemon.stdout is not None
            assert daemon.stdout.readline() == "ready\n"
        began = time.perf_counter()
        for daemon in daemons:
            assert daemon.stdin is not None
            daemon.stdin.write("go\n")
            daemon.stdin.flush()
        shares = tuple(int(daemon.communicate()[0]) for daemon in daemons)
        return time.perf_counter() - began, shares
    finally:
        for daemon in daemons:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()


def peers(environment: dict[str, str]) -> float:
    """A plain loop: read, comment, next; its seconds."""
    began = time.perf_counter()
    with httpx2.Client(base_url=environment["TDX_BASE_URL"] + "/", timeout=60) as client:
        token = client.post(
            "auth/loginadmin",
            json={
                "BEID": environment["TDX_BEID"],
                "WebServicesKey": environment["TDX_WEB_SERVICES_KEY"],
            },
        ).text
        client.headers["Authorization"] = f"Bearer {token}"
        rows = _patiently(client, "GET", "reports/1344?withData=true").json()["DataRows"]
        for row in rows:
            path = f"46/tickets/{row['TicketID']}"
            _patiently(client, "GET", path)
            _patiently(client, "POST", f"{path}/feed", {"Comments": "Hello", "Notify": ["null"]})
    return time.perf_counter() - began


def _patiently(
    client: httpx2.Client, verb: str, path: str, body: dict[str, Any] | None = None
) -> httpx2.Response:
    while True:
        answer = client.request(verb, path, json=body)
        if answer.status_code != 429:
            answer.raise_for_status()
            return answer
        reset = parsedate_to_datetime(answer.headers["X-RateLimit-Reset"]).timestamp()
        time.sleep(max(0.0, reset - time.time()) + PEERS_PAUSE)


# -- the table ------------------------------------------------------------------------------------


def timed(
    server: EmbeddedPostgres,
    tickets: int,
    limits: str,
    latency: float,
    workers: int,
    processes: int = 1,
) -> Result:
    """One pass of ours; ``workers`` 0 is the peer."""
    shares: tuple[int, ...] = ()
    with simulated(tickets, limits, latency) as (environment, stop):
        if workers:
            name = f"bench_{time.monotonic_ns()}"
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            url = server.url.replace("/postgres?", f"/{name}?")
            # The tables are there before the clock starts.
            if processes == 1:
                seconds = ours(environment, url, workers)
            else:
                seconds, shares = side_by_side(environment, url, processes, workers)
        else:
            seconds = peers(environment)
        seen = stop()
    assert seen["comments"] == tickets, f"{seen['comments']} comments on {tickets} tickets"
    return Result(seconds, Counter(seen["calls"]), seen["refused"], shares)


def limited(
    server: EmbeddedPostgres, counts: list[int], teams: list[tuple[int, int]]
) -> tuple[bool, bool]:
    """Against TDX's limits at scale 1/6; whether passes alone, and side by side, kept to the bound.

    ``teams``: processes and their workers; no worker is the plain loop.
    """
    say(f"Limits on: windows of {WINDOW:.0f} s, {PER_WINDOW} calls per route and window\n")
    say(
        f"{'tickets':>8} {'who':>12} {'seconds':>8} {'bound':>6} {'ratio':>6} {'calls':>6} {'429s':>5}"
        "  share of each"
    )
    kept = {True: True, False: True}
    for tickets in counts:
        bound = (math.ceil(tickets / PER_WINDOW) - 1) * WINDOW
        for processes, number in teams:
            result = timed(server, tickets, str(WINDOW / 60), 0.0, number, processes)
            ratio = result.seconds / bound
            alone = processes == 1
            most = BOUND_RATIO if alone else BOUND_RATIO_TOGETHER
            kept[alone] = kept[alone] and (not number or ratio <= most)
            who = f"{number} workers" if alone else f"{processes} x {number}"
            calls = sum(result.calls.values())
            say(
                f"{tickets:>8} {who if number else 'plain loop':>12} {result.seconds:>8.1f}"
                f" {bound:>6.0f} {ratio:>6.2f} {calls:>6} {result.refused:>5}"
                f"  {' '.join(map(str, result.shares))}"
            )
    return kept[True], kept[False]


def unlimited(server: EmbeddedPostgres, tickets: int, workers: list[int]) -> None:
    """Without limits: tickets a second."""
    say(f"\nLimits off: {tickets} tickets, tickets a second (times the plain loop)\n")
    say(f"{'latency':>8} {'plain loop':>12}" + "".join(f"{f'{n} workers':>18}" for n in workers))
    for latency in (0.0, 0.05):
        alone = tickets / timed(server, tickets, "off", latency, 0).seconds
        row = f"{latency * 1000:>5.0f} ms {alone:>12.1f}"
        for number in workers:
            speed = tickets / timed(server, tickets, "off", latency, number).seconds
            row += f"{f'{speed:.1f} ({speed / alone:.1f}x)':>18}"
        say(row)


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one size, half a minute a row")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--one-of-many", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--together", action="store_true", help="only the rows side by side")
    args = parser.parse_args()
    if args.serve:
        serve(int(args.serve[0]), args.serve[1], float(args.serve[2]))
        return 0
    if args.one_of_many:
        one_of_many(args.one_of_many[0], int(args.one_of_many[1]))
        return 0
    workers = [4] if args.quick else [1, 4, 16]
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = EmbeddedPostgres(Path(folder) / "pg")
        server.start()
        try:
            teams = [(1, number) for number in workers]
            teams += [(2, 4)] if args.quick else [(2, 4), (4, 4), (1, 0)]
            if args.together:
                teams = [(2, 4), (3, 2), (4, 4)]
            alone, together = limited(server, [200] if args.quick else [200, 500], teams)
            if not args.together:
                unlimited(server, 60 if args.quick else 200, workers)
        finally:
            server.stop()
    say(f"\nWithin {BOUND_RATIO} times the bound: {'yes' if alone else 'NO'}")
    say(f"Side by side within {BOUND_RATIO_TOGETHER} times: {'yes' if together else 'NO'}")
    return 0 if alone and together else 1


if __name__ == "__main__":
    sys.exit(main())
