"""Memory and time of the asset catalogue at several sizes, and of reading a text with it.

Run: ``python benchmarks/catalog_memory.py [ASSETS ...]`` (default 2,000, 20,000 and 200,000).
Memory is what tracemalloc counts; loading is timed in a second pass without it. The second table is
the same out of a real PostgreSQL: filling the index and bronze as a first sync does, writing all of
it again unchanged, loading it, and taking up 100 changes.
"""

from __future__ import annotations

import random
import string
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.assets.catalog import AssetCatalog
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text
from ticket_queue_daemon.assets.keeper import AssetKeeper, KeeperRules
from ticket_queue_daemon.assets.records import content_hash, record_of_row, row_of_record
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.store.assets import AssetIndex, IndexedAsset
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEGABYTE = 1_000_000
STATUSES = [(38, "Active"), (41, "Disposed"), (59, "In Storage")]


def _guid(digits: str) -> str:
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Bronze rows as TDX writes them, every text and number an object of its own."""
    chance = random.Random(7)
    people = [f"{chance.getrandbits(128):032x}" for _ in range(count // 2)]
    for number in range(count):
        serial = "".join(chance.choices(string.ascii_uppercase + string.digits, k=10))
        department = "".join(chance.choices(string.ascii_uppercase, k=4))
        name = (
            f"{department}-{serial}" if number % 2 else f"{department}-EHLB{number}-F{number % 40}"
        )
        uid, other = (_guid(chance.choice(people)) for _ in range(2))
        status_id, status = chance.choice(STATUSES)
        yield {
            "ID": 100_000 + number,
            "Name": name,
            "SerialNumber": serial if number % 28 else "",
            "Tag": f"{number + 500_000:08d}",
            "OwningCustomerID": uid,
            "RequestingCustomerID": other,
            "StatusID": status_id,
            "StatusName": str(status),
            "FormID": 2448,
            "ConfigurationItemID": 900_000 + number,
        }


def build(count: int) -> AssetCatalog:
    """The catalogue of so many assets."""
    records = map(record_of_row, rows(count))
    return AssetCatalog(record for record in records if record is not None)


def indexed(count: int, *, renamed: int = 0) -> Iterator[IndexedAsset]:
    """Those assets as a sync writes them, the first few under another name."""
    for number, raw in enumerate(rows(count)):
        told = {**raw, "Name": f"RENAMED-{number}"} if number < renamed else raw
        record = record_of_row(told)
        if record is not None:
            yield IndexedAsset(row_of_record(record), content_hash(told), told)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def from_postgresql(sizes: list[int]) -> None:
    """Print one line per size."""
    print(
        "   assets   fill s   again s   load s    kept MB   peak MB   100 changes ms   nothing ms"
    )
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="tqd-") as folder,
            EmbeddedPostgres(Path(folder) / "pg") as server,
            Database(server.url) as database,
        ):
            Migrator(database).upgrade()
            index = AssetIndex(database)
            filling = timed(lambda: index.write(indexed(size), source="sync"))  # noqa: B023
            again = timed(lambda: index.write(indexed(size), source="sync"))  # noqa: B023
            keeper = AssetKeeper(None, database, SystemClock(), KeeperRules())  # type: ignore[arg-type]  # nothing is asked of TDX
            loading = timed(keeper.current)
            tracemalloc.start()
            measured = AssetKeeper(None, database, SystemClock(), KeeperRules())  # type: ignore[arg-type]
            measured.current()
            kept, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            index.write(indexed(100, renamed=100), source="sync")
            changing, nothing = timed(keeper.current), timed(keeper.current)
        print(
            f"{size:>9,}  {filling:>7.2f}  {again:>8.2f}  {loading:>7.2f}  {kept / MEGABYTE:>9.1f}"
            f"  {peak / MEGABYTE:>8.1f}  {changing * 1000:>15.1f}  {nothing * 1000:>11.1f}"
        )


def main(sizes: list[int]) -> None:
    """Print one line per size."""
    print("   assets    kept MB    peak MB   load s   reading MB/s")
    for size in sizes:
        tracemalloc.start()
        catalog = build(size)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        del catalog
        start = time.perf_counter()
        catalog = build(size)
        loading = time.perf_counter() - start
        text = "My computer CHEM-EHLB12-F3 is slow since Monday 10:30, call 734-555-0199. " * 4_000
        start = time.perf_counter()
        find_in_text([TextPart("description", text)], catalog, FinderRules())
        reading = len(text) / MEGABYTE / (time.perf_counter() - start)
        print(
            f"{size:>9,}  {kept / MEGABYTE:>9.1f}  {peak / MEGABYTE:>9.1f}"
            f"  {loading:>7.2f}  {reading:>13.2f}"
        )


if __name__ == "__main__":
    asked = [int(size) for size in sys.argv[1:]] or [2_000, 20_000, 200_000]
    main(asked)
    from_postgresql(asked)
