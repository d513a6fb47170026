"""The catalogue that reads itself: once, from the right place, and never an empty one by mistake."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord, LazyCatalog
from ticket_queue_daemon.errors import TdxError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Bronze:
    def __init__(self, *rows: dict[str, Any], here: bool = True) -> None:
        self.rows = rows
        self.here = here

    def available(self) -> bool:
        return self.here

    def assets(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def newest(self) -> datetime | None:
        return NOW


class Found:
    """An asset as a search gives it."""

    def __init__(self, number: int) -> None:
        self.id = number
        self.name = f"IC-FOUND{number}"
        self.serial_number = self.tag = self.owning_customer_id = self.status_name = None
        self.requesting_customer_id = None
        self.status_id = self.form_id = self.configuration_item_id = 0


class Search:
    def __init__(self, *answers: list[Found] | Exception) -> None:
        self.answers = list(answers)
        self.calls = 0

    def __call__(self) -> list[Found]:
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def lazy(search: Search, bronze: Bronze | None = None, clock: Clock | None = None) -> LazyCatalog:
    return LazyCatalog(bronze=bronze, search=search, clock=clock or Clock(), max_age=60)


def test_bronze_is_read_first_and_named_as_origin() -> None:
    search = Search([Found(2)])
    catalog = lazy(search, Bronze({"ID": 1, "Name": "IC-ROW1"}, {"Name": "without id"}))
    assert catalog.origin == "not read yet"
    assert catalog.get().lookup("ic-row1") == (AssetRecord(1, "IC-ROW1"),)
    assert catalog.origin == "bronze.raw_entities, newest row 2026-11-23 04:00 UTC, 1 asset"
    assert search.calls == 0


@pytest.mark.parametrize("bronze", [None, Bronze(here=False), Bronze()])
def test_without_bronze_rows_tdx_is_searched_once(bronze: Bronze | None) -> None:
    search = Search([Found(2), Found(3)])
    catalog = lazy(search, bronze)
    assert catalog.get() is catalog.get()
    assert catalog.origin == "TDX asset search, 2026-11-23 04:00 UTC, 2 assets"
    assert search.calls == 1


def test_it_is_read_again_when_it_is_too_old() -> None:
    clock = Clock()
    search = Search([Found(1)], [Found(1), Found(2)])
    catalog = lazy(search, clock=clock)
    catalog.get()
    clock.seconds = 60
    assert catalog.get().size == 1
    clock.seconds = 61
    assert catalog.get().size == 2


def test_a_failed_load_is_raised_and_tried_again_next_time() -> None:
    search = Search(TdxError("TDX is down."), [Found(1)])
    catalog = lazy(search)
    with pytest.raises(TdxError):
        catalog.get()
    assert catalog.get().size == 1


def test_an_old_catalogue_is_not_passed_off_as_new_when_its_reload_fails() -> None:
    clock = Clock()
    catalog = lazy(Search([Found(1)], TdxError("TDX is down.")), clock=clock)
    catalog.get()
    clock.seconds = 61
    with pytest.raises(TdxError):
        catalog.get()


@pytest.mark.parametrize("fails", [False, True])
def test_threads_that_ask_together_share_one_load_and_its_failure(fails: bool) -> None:
    """The load waits until every other thread stands before the lock."""
    everyone = threading.Barrier(4, timeout=30)

    class Slow(Search):
        def __call__(self) -> list[Found]:
            everyone.wait()
            assert crowd.wait(30)
            return super().__call__()

    class Lock:
        """Counts who comes while it is held."""

        def __init__(self) -> None:
            self.lock = threading.Lock()

        def __enter__(self) -> None:
            if not self.lock.acquire(blocking=False):
                waiting.append(1)
                if len(waiting) == 3:
                    crowd.set()
                self.lock.acquire()

        def __exit__(self, *error: object) -> None:
            self.lock.release()

    waiting: list[int] = []
    crowd = threading.Event()
    search = Slow(TdxError("TDX is down.") if fails else [Found(1)])
    catalog = lazy(search)
    catalog._lock = Lock()  # type: ignore[assignment]

    def ask(first: bool) -> AssetCatalog:
        if not first:
            everyone.wait()
        return catalog.get()

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, first) for first in (True, False, False, False)]
        errors = [one.exception() for one in asked]
    assert search.calls == 1
    assert [isinstance(error, TdxError) for error in errors] == [fails] * 4
