"""Real things for every test: a PostgreSQL, a TDX simulator, and an environment without surprises."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psycopg
import pytest

from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.tracker import StateTracker
from unseen import gather, leaks, nothing_leaks

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ticket_queue_daemon.simulator.server import SimulatorServer

# How fast an example is on a busy machine is no property of the program.
hypothesis.settings.register_profile("calm", deadline=None)
hypothesis.settings.load_profile("calm")

# Cloning a database makes hundreds of files: five times faster in memory, where there is room.
_MEMORY = Path("/dev/shm")  # noqa: S108  mkdtemp makes a private folder in it
_ROOMY = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 2 << 30
# One folder for each process, xdist's workers included, with a short name: sockets live in it.
_ROOM = Path(tempfile.mkdtemp(prefix="tqd-", dir=_MEMORY if _ROOMY else None))
_RUNTIME = _ROOM / "run"
_RUNTIME.mkdir(mode=0o700)
os.environ["XDG_RUNTIME_DIR"] = str(_RUNTIME)
# No test leaves this machine, so no proxy is asked and nobody is trusted: an empty folder is read in
# no time, a whole bundle would be read anew for each of a thousand clients. The tests of TLS name
# their own authority.
_NOBODY = _ROOM / "authorities"
_NOBODY.mkdir()
for _name in list(os.environ):
    if _name.lower().endswith("_proxy") or _name == "SSL_CERT_FILE":
        del os.environ[_name]
os.environ["SSL_CERT_DIR"] = str(_NOBODY)
# Hundreds of processes are started: each would compile the whole package where this is set.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_TEMPLATE = "migrated_template"
_numbers = itertools.count(1)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_ROOM, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_surprises(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's own, no .env, no file outside the test's folder."""
    for name in list(os.environ):
        if name.startswith(("TDX_", "DAEMON_", "PG")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL of this process alone, with a migrated template database in it."""
    with EmbeddedPostgres(_ROOM / "pg") as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            # Tests kill clients, never the machine: nothing needs to reach a disk.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {_TEMPLATE}")
        with Database(_named(server.url, _TEMPLATE)) as template:
            Migrator(template).upgrade()
        yield server.url


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """A fresh, migrated database."""
    with _fresh_database(postgres, _TEMPLATE) as url:
        yield url


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """A fresh database without a schema."""
    with _fresh_database(postgres, "template0") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, migrated database."""
    with Database(database_url) as opened:
        yield opened


@pytest.fixture
def tracker(database: Database) -> StateTracker:
    """A tracker at a fresh database."""
    return StateTracker(database)


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    """A TDX with a blank world and no limits."""
    from ticket_queue_daemon.simulator.server import (  # noqa: PLC0415  only the tests that want it
        SimulatorServer,
    )

    with SimulatorServer(limits="off") as server:
        gather(server.env())
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, Any]:
    """A test that printed or logged a secret has failed, whatever else it showed."""
    report = yield
    found = leaks(*(text for _, text in report.sections))
    if found and report.outcome == "passed":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} printed or logged a secret: {', '.join(found)}"
    return report


_read = pytest.CaptureFixture.readouterr


def _read_and_searched(fixture: pytest.CaptureFixture[str]) -> Any:
    seen = _read(fixture)
    if isinstance(seen.out, str):
        nothing_leaks(seen.out, seen.err)
    return seen


pytest.CaptureFixture.readouterr = _read_and_searched  # what a test reads back is in no report


_stale: list[str] = []
"""Databases of tests that are over; dropped later, when PostgreSQL has seen the last client go."""


@contextmanager
def _fresh_database(postgres: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        while _stale:
            connection.execute(f"DROP DATABASE {_stale.pop()} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield _named(postgres, name)
    finally:
        _stale.append(name)


def _named(url: str, database: str) -> str:
    return url.replace("/postgres?", f"/{database}?")
