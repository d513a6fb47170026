"""A site to do harm at: a simulated TDX, a database, real daemon processes, and the judge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psycopg

from chaos.judge import Log
from ticket_queue_daemon.simulator.server import SimulatorServer
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.simulator.journal import Write

TESTS = Path(__file__).resolve().parent.parent
CONFIG = TESTS / "chaos" / "config.py"
FEED = r"/tickets/\{id\}/feed$"
SUMMARY = "Automated Actions Summary"


@dataclass(frozen=True)
class Kind:
    """A kind of effect: what the journal calls it, how often it is due, and its route."""

    name: str
    word: str
    route: str = FEED
    method: str = "POST"
    times: int = 1


KINDS = (
    Kind("public comment", "feed_entry"),
    Kind("private comment", "feed_entry"),
    Kind("rich comment", "feed_entry"),
    Kind("twin comments", "feed_entry", times=2),
    Kind("asset", "asset_attached", r"/tickets/\{id\}/assets/"),
    Kind("configuration item", "ci_linked", r"/tickets/\{id\}/configurationItems/"),
    Kind("field and status", "ticket_patched", r"/tickets/\{id\}$", "PATCH"),
    Kind("tags", "tags_added", r"/tickets/\{id\}/tags$"),
    Kind("contact", "contact_added", r"/tickets/\{id\}/contacts/"),
    Kind("asset taken off", "asset_detached", r"/tickets/\{id\}/assets/", "DELETE"),
    Kind("task", "task_created", r"/tickets/\{ticketId\}/tasks$"),
    Kind("summary", "asset_attached"),
)
"""The kind ``summary`` is struck and faulted at its summary; its work is an asset."""


@dataclass
class Started:
    """A daemon process under way."""

    process: subprocess.Popen[bytes]
    log: Path
    told: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def is_stopped(self) -> bool:
        """Whether SIGSTOP has taken hold."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def stood(self) -> set[int]:
        """The tickets in hand when it was struck; empty if it was not."""
        return set(json.loads(self.told.read_text())) if self.told.exists() else set()

    def wait(self, seconds: float = 90.0) -> int:
        """Its exit code; negative: the signal that ended it."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the daemon did not end:\n{self.said()}") from None

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@dataclass
class Site:
    """One simulated TDX and one database, and the daemons at work on them."""

    simulator: SimulatorServer
    database_url: str
    folder: Path
    started: list[Started] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.simulator.world
        self.person = world.add_person("Theo", "Novak", "tnovak")
        self.asset = world.add_asset("IC-EHLB760-F16", "SN-A")
        self.lab = world.add_lab("aabol Lab")

    # the world

    def ticket(self, title: str) -> int:
        world = self.simulator.world
        ticket = world.add_ticket(title, "It is slow.", requestor=self.person)
        if title.startswith("asset taken off"):
            world.attach_asset(ticket.id, self.asset.id)
        return ticket.id

    # the daemons

    def start(
        self, *arguments: str, chaos: dict[str, Any] | None = None, **settings: object
    ) -> Started:
        """A daemon process: one pass, unless the arguments say ``--daemon``."""
        number = len(self.started)
        told, log = self.folder / f"told-{number}", self.folder / f"log-{number}"
        orders = {
            "asset_id": self.asset.id,
            "item_id": self.lab.id,
            "person_uid": str(self.person.uid),
            "told": str(told),
            **(chaos or {}),
        }
        given = {
            "SETTLE_SECONDS": 0,
            "RETRY_SECONDS": 0,
            "MAX_NEW_TICKETS": 100_000,
            "WORKERS": 4,
            **{name.upper(): value for name, value in settings.items()},
        }
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("TDX_", "DAEMON_"))
            },
            **self.simulator.env(),
            **{f"DAEMON_{name}": str(value) for name, value in given.items()},
            "DATABASE_URL": self.database_url,
            "CHAOS": json.dumps(orders),
            "PYTHONPATH": str(TESTS),
        }
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "ticket_queue_daemon", "--config", str(CONFIG), *arguments],
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        daemon = Started(process, log, told)
        self.started.append(daemon)
        return daemon

    def run(self, **settings: Any) -> int:
        """One pass by a daemon of its own; its exit code."""
        return self.start(**settings).wait()

    def end(self) -> None:
        """Leave no process behind."""
        for daemon in self.started:
            if daemon.process.poll() is None:
                daemon.process.kill()
                daemon.process.wait()

    # the database

    def sql(self, statement: str, *, elsewhere: bool = False) -> list[tuple[Any, ...]]:
        """Look, or act, behind the daemons' backs; ``elsewhere``: from the database ``postgres``."""
        url = self.database_url.replace(f"/{self.database}?", "/postgres?")
        with psycopg.connect(
            url if elsewhere else self.database_url, autocommit=True
        ) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @property
    def database(self) -> str:
        return self.database_url.partition("?")[0].rpartition("/")[2]

    def let_leases_run_out(self) -> None:
        self.sql(
            "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 s' "
            "WHERE status = 'started'"
        )

    def take_the_database_away(self) -> None:
        """Refuse every connection, and cut those that are open."""
        self.sql(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false", elsewhere=True)
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{self.database}'",
            elsewhere=True,
        )

    def give_the_database_back(self) -> None:
        self.sql(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true", elsewhere=True)

    # the judge

    def verdict(self, wanted: dict[int, tuple[tuple[str, int], ...]]) -> dict[int, list[str]]:
        """What is wrong, by ticket.

        Args:
            wanted: for each ticket the journal's word of each effect that is due, and how often; the
                summary comes on top. An attempt that did some of its effects and failed tells a
                line too, so there may be several; each stands in exactly one summary.
        """
        journal: dict[int, list[Write]] = defaultdict(list)
        for write in self.simulator.journal:
            journal[write.ticket_id or 0].append(write)
        log = Log.read(self)
        wrong = {}
        for ticket_id, effects in wanted.items():
            bodies = [_sent(write) for write in journal[ticket_id] if _word(write) == "summary"]
            found = Counter(_word(write) for write in journal[ticket_id])
            due = Counter({"summary": log.summaries(ticket_id)})
            for word, times in effects:
                due[word] += times
            problems = [
                f"{word}: {found[word]} times, due {due[word]}"
                for word in sorted(found | due)
                if found[word] != due[word]
            ]
            wrong[ticket_id] = [*problems, *log.problems(ticket_id), *log.untold(ticket_id, bodies)]
        return {ticket_id: problems for ticket_id, problems in wrong.items() if problems}


def _sent(write: Write) -> str:
    return str(write.details.get("body_sent", ""))


def _word(write: Write) -> str:
    return "summary" if SUMMARY in _sent(write) else write.kind


def wait_until(true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for something that must come about."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"it did not come about: {what}")
        time.sleep(0.01)


def stop_at(daemon: Started) -> set[int]:
    """Wait until a daemon that is to be stopped at its point stands there; the tickets in hand."""
    wait_until(
        lambda: (daemon.told.exists() and daemon.is_stopped()) or daemon.process.poll() is not None,
        f"the daemon stops at its point\n{daemon.said()}",
    )
    return daemon.stood()


@contextmanager
def site_at(database_url: str, simulator: SimulatorServer, folder: Path) -> Iterator[Site]:
    site = Site(simulator, database_url, folder)
    try:
        yield site
    finally:
        site.end()


class Grounds:
    """A PostgreSQL for a script, and any number of sites at it; a context manager."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")  # noqa: S108  mkdtemp makes a private folder in it
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
        self.folder = Path(tempfile.mkdtemp(prefix="tqd-", dir=memory if roomy else None))
        self._server = EmbeddedPostgres(self.folder / "pg")

    def __enter__(self) -> Self:
        run = self.folder / "run"
        run.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(run)
        self._server.start()
        self._do("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE tmpl")
        with Database(self._named("tmpl")) as template:
            Migrator(template).upgrade()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _do(self, *statements: str) -> None:
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _named(self, database: str) -> str:
        return self._server.url.replace("/postgres?", f"/{database}?")

    @contextmanager
    def site(self) -> Iterator[Site]:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        name = f"site_{folder.name.lower().replace('-', '_')}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE tmpl STRATEGY file_copy')
        try:
            with (
                SimulatorServer(limits="off") as simulator,
                site_at(self._named(name), simulator, folder) as site,
            ):
                yield site
        finally:
            self._do(f'DROP DATABASE "{name}" WITH (FORCE)')
