"""How well and how fast machines are found in tickets, beside the seed's regular expressions.

Run: ``python benchmarks/matching.py [--seed TEXT] [--tickets N] [--misses N] [--quick]``. Another
seed gives another campus and tickets that nobody has seen. Exits 1 below the promised precision
or recall. Times are CPU seconds; memory is what the process grew by, in a process of its own for each size.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.build import corpus
from corpus.campus import Campus
from corpus.machines import ACTIVE, COMPUTER_FORM
from corpus.scoring import Score, table
from corpus.ticket import WAYS
from seed_matcher import SeedMatcher
from ticket_queue_daemon.assets.catalog import AssetCatalog
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text
from ticket_queue_daemon.assets.records import record_of_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.ticket import Ticket
    from ticket_queue_daemon.assets.evidence import Finding

PRECISION, RECALL = 0.995, 0.98
SIZES = (2_000, 20_000, 200_000)
JUDGED_ON = 20_000
RULES = FinderRules(form_ids=frozenset({COMPUTER_FORM}), active_status_ids=frozenset({ACTIVE}))
MEGABYTE = 1_000_000


def catalog_of(rows: Iterator[dict[str, Any]]) -> AssetCatalog:
    records = map(record_of_row, rows)
    return AssetCatalog(record for record in records if record is not None)


def find(title: str, body: str | None, is_html: bool, catalog: AssetCatalog) -> Finding:
    parts = [TextPart("title", title, is_html=False), TextPart("description", body, is_html)]
    return find_in_text(parts, catalog, RULES)


# -- right or wrong


def judge(campus: Campus, tickets: list[Ticket], misses: int) -> bool:
    """Print the table and what else was to be said; whether the promise holds."""
    catalog = catalog_of(machine.row() for machine in campus.machines)
    peer = SeedMatcher(campus.machines)
    ours = {name: Score() for name in WAYS}
    seed = {name: Score() for name in WAYS}
    said, to_say = Counter[str](), Counter[str]()
    shown = Counter[str]()
    for ticket in tickets:
        finding = find(ticket.title, ticket.body, ticket.is_html, catalog)
        attached = {match.asset.id for match in finding.matches}
        ours[ticket.way].count(ticket.expected, attached)
        seed[ticket.way].count(ticket.expected, peer.attached(ticket.title, ticket.body))
        if says := WAYS[ticket.way].says:
            to_say[ticket.way] += 1
            said[ticket.way] += bool(getattr(finding, says))
        if attached != ticket.expected and shown[ticket.way] < misses:
            shown[ticket.way] += 1
            show(campus, ticket, finding)
    for line in table(ours, seed):
        print(line)
    for name, count in to_say.items():
        print(f"{name}: said to be {WAYS[name].says} in {said[name]} of {count}")
    total = sum(ours.values(), Score())
    good = (total.precision or 0) >= PRECISION and (total.recall or 0) >= RECALL
    print(f"promised: precision {PRECISION}, recall {RECALL}: {'kept' if good else 'NOT KEPT'}")
    return good


def show(campus: Campus, ticket: Ticket, finding: Finding) -> None:
    """One wrong ticket in full, for whoever mends the matcher."""
    known = {machine.id: machine for machine in campus.machines}
    attached = {match.asset.id for match in finding.matches}
    print(f"=== {ticket.way}: {WAYS[ticket.way].rule}")
    print(
        f"title: {ticket.title!r}\nbody ({'HTML' if ticket.is_html else 'plain'}): {ticket.body!r}"
    )
    for what, ids in (
        ("missed", ticket.expected - attached),
        ("false", attached - ticket.expected),
    ):
        for asset_id in sorted(ids):
            machine = known[asset_id]
            print(f"{what}: {asset_id} {machine.name!r} {machine.serial!r} {machine.tag!r}")
    for one in finding.evidence[:12]:
        print(f"  {one.verdict}: {one.token!r} in {one.where}: {one.reason}")
    print()


# -- how fast, in how much memory


def measure(size: int, campus: Campus, tickets: list[Ticket]) -> None:
    """Print one line: load and read in a fresh process, from files, as from a database."""
    with tempfile.TemporaryDirectory() as folder:
        rows, texts = Path(folder, "rows"), Path(folder, "texts")
        with rows.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(machine.row()) + "\n" for machine in campus.machines)
        with texts.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps([t.title, t.body, t.is_html]) + "\n" for t in tickets)
        command = [sys.executable, __file__, "--child", str(rows), str(texts)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(f"{size:>9,}  {told.strip()}", flush=True)


def child(rows: Path, texts: Path) -> None:
    """Load, then read every ticket; in seconds of CPU, which busy neighbours do not change."""
    before = memory("VmRSS")
    start = time.process_time()
    with rows.open(encoding="utf-8") as file:
        catalog = catalog_of(map(json.loads, file))
    loading = time.process_time() - start
    loaded = memory("VmHWM") - before
    with texts.open(encoding="utf-8") as file:
        tickets = [json.loads(line) for line in file]
    volume = sum(len((t[0] + (t[1] or "")).encode()) for t in tickets) / MEGABYTE
    for ticket in tickets[:100]:
        find(ticket[0], ticket[1], ticket[2], catalog)
    start = time.process_time()
    for ticket in tickets:
        find(ticket[0], ticket[1], ticket[2], catalog)
    reading = time.process_time() - start
    peak = memory("VmHWM") - before
    print(
        f"{loading:>7.2f}  {loaded:>12.1f}  {peak:>9.1f}"
        f"  {len(tickets) / reading:>10,.0f}  {volume / reading:>7.2f}"
    )


def memory(member: str) -> float:
    """A member of Linux's own account of this process, in megabytes; elsewhere the peak only."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(member))
        return int(line.split()[1]) * 1024 / MEGABYTE
    import resource  # noqa: PLC0415 -- unknown on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", default="1", help="of campus and tickets (default 1)")
    options.add_argument("--tickets", type=int, default=5_000, help="how many (default 5,000)")
    options.add_argument(
        "--misses", type=int, default=0, help="show so many wrong ones of each way"
    )
    options.add_argument("--quick", action="store_true", help="no speed and memory")
    options.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        child(*chosen.child)
        return 0
    campus = Campus(JUDGED_ON, chosen.seed)
    tickets = corpus(campus, chosen.tickets, chosen.seed)
    print(
        f"{len(tickets):,} tickets in {len(WAYS)} ways, {JUDGED_ON:,} assets, seed {chosen.seed}\n"
    )
    good = judge(campus, tickets, chosen.misses)
    if not chosen.quick:
        print("\n   assets   load s  load peak MB    peak MB  tickets/s     MB/s")
        for size in SIZES:
            own = campus if size == JUDGED_ON else Campus(size, chosen.seed)
            measure(size, own, corpus(own, 1_000, chosen.seed, checked=False))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
