"""A stage for one daemon in one scenario: a simulated TDX, a database of its own, real processes."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import psycopg

from beside_original.model import COMMENT, TABLE
from ticket_queue_daemon.simulator.server import SimulatorServer
from ticket_queue_daemon.simulator.world import World
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODEL = Path(__file__).with_name("model.py")
PATIENCE = 90.0
"""Seconds after which a process or a condition counts as stuck and the benchmark gives up."""

ACTIONS = f"""from ticket_queue_daemon.actions import (
    AddAssetAction, CommentAction, SummaryCommentAction,
)

actions = [CommentAction({COMMENT!r}), AddAssetAction(), SummaryCommentAction()]
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two daemons: how it is started, and which database it is given."""

    name: str
    command: tuple[str, ...]
    template: str
    flags: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether it is this project's daemon."""
        return self.name == "ours"


@dataclass(slots=True)
class House:
    """The PostgreSQL of the benchmark, with one template database for each side."""

    url: str
    room: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_database(self, template: str) -> str:
        """A fresh copy of a template."""
        name = f"stage_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.named(name)

    def named(self, database: str) -> str:
        """The URL of one database."""
        return self.url.replace("/postgres?", f"/{database}?")


@contextmanager
def house() -> Iterator[House]:
    """Start PostgreSQL in a temporary folder; gone afterwards."""
    memory = Path("/dev/shm")  # noqa: S108  a private folder is made in it
    place = memory if os.access(memory, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="tqd-", dir=place) as folder,
        EmbeddedPostgres(Path(folder) / "pg") as server,
    ):
        built = House(server.url, Path(folder))
        with psycopg.connect(server.url, autocommit=True) as connection:
            # Clients are killed here, never the machine: nothing needs to reach a disk.
            for setting in ("fsync", "full_page_writes", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE original_template")
            connection.execute("CREATE DATABASE ours_template")
        with psycopg.connect(built.named("original_template")) as connection:
            connection.execute(TABLE)
        with Database(built.named("ours_template")) as database:
            Migrator(database).upgrade()
        (built.room / "actions.py").write_text(ACTIONS, encoding="utf-8")
        yield built


def sides(room: Path) -> tuple[Side, Side, Side]:
    """The original, ours, and the original with the query that its README prints."""
    model = (sys.executable, str(MODEL))
    ours = Side(
        "ours",
        (sys.executable, "-m", "ticket_queue_daemon"),
        "ours_template",
        env=(
            ("DAEMON_CONFIG", str(room / "actions.py")),
            # Waits are short, and time is made to pass otherwise: not what is compared here.
            ("DAEMON_SETTLE_SECONDS", "0"),
            ("DAEMON_RETRY_SECONDS", "0"),
            ("DAEMON_MAX_NEW_TICKETS", "100000"),
            ("DAEMON_WORKERS", "2"),
        ),
    )
    return (
        Side("original", model, "original_template"),
        ours,
        Side("original, README", model, "original_template", ("--failed-is-final",)),
    )


class Stage:
    """One daemon's TDX, database and processes; the same tickets whoever plays."""

    def __init__(self, house: House, side: Side, tickets: int, seed: int) -> None:
        self.side = side
        self.room = house.room
        self.database_url = house.new_database(side.template)
        self._stack = ExitStack()
        world = World(seed)
        asker = world.add_person("Alice", "Rivera", "arivera")
        self.wanted: dict[int, int] = {}
        for number in range(tickets):
            machine = world.add_asset(f"IC-LAB{number:05d}-F20", f"LABSERIAL{number:05d}")
            ticket = world.add_ticket(f"{machine.name} is slow", requestor=asker)
            self.wanted[ticket.id] = machine.id
        self.tdx = SimulatorServer(world, limits="off")
        self.tdx.faults.reseed(seed)
        self._running: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []

    def __enter__(self) -> Self:
        """Open the doors of the simulated TDX."""
        self._stack.enter_context(self.tdx)
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs, and close."""
        for process, log in self._running:
            if process.poll() is None:
                process.kill()
                process.wait()
            log.close()
        self._stack.close()

    def start(self, *flags: str) -> subprocess.Popen[bytes]:
        """Start the daemon."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TDX_", "DAEMON_", "DATABASE_", "PG"))
        }
        log = tempfile.TemporaryFile(dir=self.room)  # noqa: SIM115  closed with the stage
        process = subprocess.Popen(
            [*self.side.command, *self.side.flags, *flags],
            env={
                **kept,
                **self.tdx.env(),
                **dict(self.side.env),
                "DATABASE_URL": self.database_url,
            },
            cwd=self.room,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        self._running.append((process, log))
        return process

    def passes(self, count: int) -> None:
        """So many passes, each a process from start to end."""
        for _ in range(count):
            self.start().wait(PATIENCE)
            self.let_leases_run_out()

    def let_leases_run_out(self) -> None:
        """Make time pass for the leases of the dead; the original has none."""
        if self.side.is_ours:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                connection.execute(
                    "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp()"
                    " - interval '1 s' WHERE status = 'started'"
                )

    def shut_database(self, *, shut: bool) -> None:
        """Refuse everybody, and end the connections that there are; or open it again."""
        name = psycopg.conninfo.conninfo_to_dict(self.database_url)["dbname"]
        beside = psycopg.conninfo.make_conninfo(self.database_url, dbname="postgres")
        with psycopg.connect(beside, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(not shut).lower()}")
            if shut:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [name],
                )

    def until(self, holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
        """Wait for a condition; False when the process ends first."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.side.name}: nothing moved for {PATIENCE:.0f} s")
            time.sleep(0.001)
        return True

    def tracebacks(self) -> list[str]:
        """What the processes wrote in horror; the last lines of each such log."""
        horrors = []
        for _, log in self._running:
            log.seek(0)
            written = log.read().decode("utf-8", "replace")
            if "Traceback" in written:
                horrors.append(written[-2000:])
        return horrors
