"""What a pass costs that finds nothing to do, as the report and the log grow.

Run: ``python benchmarks/scale.py [--quick]`` (the full run makes a log of 10 million rows: some 10 GB of
disk and some minutes). Each pass is a process of its own, so that its peak memory is its own; the
simulated TDX, which takes its time over a report of 100,000 rows, is a process too, and its time is
taken off by a plain client that reads the same report.

Must hold: one API call, one query; time grows no faster than the report's rows; it does not grow with
the log.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
from pydantic import SecretStr

from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.app import App
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.simulator.server import SimulatorServer
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_TICKET = 9_000_000
PASSES = 3
STEEPER_THAN_LINEAR = 1.3
"""A tenfold report may take so many times ten times as long."""
GROWTH_WITH_LOG = 1.5
"""A tenfold log may make a pass so much slower: caches are colder, trees are deeper."""


def actions() -> list[Any]:
    return [AddAssetAction(), CommentAction(comment_text="Hello"), SummaryCommentAction()]


# -- a pass, in a process of its own ----------------------------------------------------------------


def one_pass(environment: dict[str, str], url: str) -> None:
    """Print what the second pass of this process cost; the first one opens the connections."""
    settings = Settings(
        report_id=1344,
        tdx_base_url=environment["TDX_BASE_URL"],
        tdx_app_id=46,
        tdx_api_token=SecretStr(environment["TDX_API_TOKEN"]),
        database_url=SecretStr(url),
    )
    queries = 0
    run_query = Database.rows

    def counted(database: Database, *given: Any) -> Any:
        nonlocal queries
        queries += 1
        return run_query(database, *given)

    Database.rows = counted  # type: ignore[method-assign]
    with App.open(settings, actions=actions()) as app:
        app.run_once(dry_run=False)
        asked, queries, times = 0, 0, []
        for _ in range(PASSES):
            began = time.perf_counter()
            report = app.run_once(dry_run=False)
            times.append(time.perf_counter() - began)
            asked += report.api_calls
            assert report.pending == 0, report
    print(
        json.dumps(
            {
                "seconds": median(times),
                "calls": asked / PASSES,
                "queries": queries / PASSES,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            }
        )
    )


def the_report_alone(environment: dict[str, str]) -> float:
    """Seconds in which a plain client reads and parses the report: TDX's own time and the wire's."""
    headers = {"Authorization": f"Bearer {environment['TDX_API_TOKEN']}"}
    times = []
    with httpx2.Client(headers=headers, timeout=120) as client:
        for _ in range(PASSES):
            began = time.perf_counter()
            client.get(f"{environment['TDX_BASE_URL']}/reports/1344?withData=true").json()
            times.append(time.perf_counter() - began)
    return median(times)


# -- the far side -----------------------------------------------------------------------------------


def serve(tickets: int) -> None:
    """A TDX whose report 1344 has so many rows, until standard input closes."""
    with SimulatorServer(limits="off") as simulator:
        simulator.world.set_report(
            1344,
            rows=[
                {"TicketID": FIRST_TICKET + number, "Title": f"Printer {number}"}
                for number in range(tickets)
            ],
        )
        print(json.dumps(simulator.env()), flush=True)
        sys.stdin.read()


@contextmanager
def simulated(tickets: int) -> Iterator[dict[str, str]]:
    """The environment of a client of it."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(tickets)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.communicate("")


def grow(url: str, rows: int) -> None:
    """Make the log so long: two rows a ticket, with plan and metadata as real ones have them."""
    ids = [one.get_action_id() for one in actions()[:2]]
    with psycopg.connect(url, autocommit=True) as connection:
        there = connection.execute("SELECT count(*) FROM meta.daemon_action_log").fetchall()[0][0]
        connection.execute(
            "INSERT INTO meta.daemon_action_log"
            " (ticket_id, action_id, action_type, queue, executed_at, metadata, plan)"
            " SELECT ticket, action, split_part(action, ':', 1), 'report:1344',"
            " now() - (ticket %% 1000) * interval '1 hour',"
            ' \'{"message": "Added 1 asset", "details": {"found": ["IC-EHLB760-F16"]}}\','
            ' \'{"format": 1, "effects": [{"kind": "attach_asset", "state": "applied"}]}\''
            " FROM generate_series(%s::int, %s::int) ticket, unnest(%s::text[]) action",
            [FIRST_TICKET + there // 2, FIRST_TICKET + rows // 2 - 1, ids],
        )
        connection.execute("VACUUM (ANALYZE) meta.daemon_action_log")


# -- the table --------------------------------------------------------------------------------------


def measure(url: str, tickets: int) -> dict[str, float]:
    with simulated(tickets) as environment:
        alone = the_report_alone(environment)
        told = subprocess.run(
            [sys.executable, __file__, "--pass", json.dumps(environment), url],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    found: dict[str, float] = json.loads(told)
    return {**found, "alone": alone, "own": max(0.0, found["seconds"] - alone)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a log of 1 million rows at the most")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--pass", nargs=2, dest="one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve is not None:
        serve(args.serve)
    elif args.one:
        one_pass(json.loads(args.one[0]), args.one[1])
    else:
        return table(args.quick)
    return 0


def table(quick: bool) -> int:
    logs = [200_000, 1_000_000] if quick else [1_000_000, 4_000_000, 10_000_000]
    reports = [1_000, 10_000, 100_000]
    found: dict[tuple[int, int], dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = EmbeddedPostgres(Path(folder) / "pg")
        server.start()
        try:
            with Database(server.url) as database:
                Migrator(database).upgrade()
            print(
                f"{'log rows':>12} {'report rows':>12} {'pass s':>8} {'report s':>9} {'own s':>7}"
                f" {'µs a row':>9} {'calls':>6} {'queries':>8} {'peak MB':>8}"
            )
            for log in logs:
                grow(server.url, log)
                for report in reports:
                    one = found[log, report] = measure(server.url, report)
                    print(
                        f"{log:>12,} {report:>12,} {one['seconds']:>8.3f} {one['alone']:>9.3f}"
                        f" {one['own']:>7.3f} {one['own'] / report * 1e6:>9.1f}"
                        f" {one['calls']:>6.0f} {one['queries']:>8.0f} {one['megabytes']:>8.0f}",
                        flush=True,
                    )
        finally:
            server.stop()
    return judge(found, logs, reports)


def judge(
    found: dict[tuple[int, int], dict[str, float]], logs: list[int], reports: list[int]
) -> int:
    steep = max(
        (found[log, reports[-1]]["own"] / reports[-1])
        / (found[log, reports[-2]]["own"] / reports[-2])
        for log in logs
    )
    growth = found[logs[-1], reports[-1]]["own"] / found[logs[0], reports[-1]]["own"]
    one_each = all(one["calls"] == one["queries"] == 1 for one in found.values())
    checks = {
        "one call and one query": one_each,
        f"a tenfold report: {steep:.2f} times linear (at most {STEEPER_THAN_LINEAR})": steep
        <= STEEPER_THAN_LINEAR,
        f"a {logs[-1] // logs[0]}-fold log: {growth:.2f} times as long (at most {GROWTH_WITH_LOG})": growth
        <= GROWTH_WITH_LOG,
    }
    for text, kept in checks.items():
        print(f"{text}: {'yes' if kept else 'NO'}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
