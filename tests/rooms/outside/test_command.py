"""A command is bounded in time and words, and nothing of it is left behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from ticket_queue_daemon.errors import Stopped
from ticket_queue_daemon.outside.command import KEPT_ERRORS, MOST_OUTPUT, Command, CommandFailed

PATH = {"PATH": os.environ["PATH"]}
FOREVER = "echo $$ > pid; (sleep 600 & echo $! >> pid; wait)"


def shell(text: str, **options: object) -> Command:
    return Command(["/bin/sh", "-c", text], **{"environment": PATH, **options})


def is_alive(pid: int) -> bool:
    """Whether it still runs; a zombie that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_are_gone(file: Path) -> bool:
    pids = [int(line) for line in file.read_text().split()]
    until = time.monotonic() + 20
    while any(map(is_alive, pids)) and time.monotonic() < until:
        pass
    return len(pids) == 2 and not any(map(is_alive, pids))


def test_what_it_is_given_and_says() -> None:
    given = b"x" * 300_000

    ran = shell("cat; echo why >&2; exit 3").run(given)

    assert (ran.code, ran.output, ran.errors) == (3, given, b"why\n")


def test_it_need_not_read() -> None:
    assert shell("echo done").run(b"x" * 300_000).output == b"done\n"


def test_no_shell_reads_its_words() -> None:
    ran = Command(["printf", "%s", "$HOME; `id` *"], environment=PATH).run(b"")

    assert ran.output == b"$HOME; `id` *"


def test_it_sees_the_variables_that_it_is_given() -> None:
    # A shell sets PWD and the like by itself; env as the program itself shows what came in.
    ran = Command(["env"], environment={**PATH, "ONE": "1"}).run(b"")

    names = {line.partition("=")[0] for line in ran.output.decode().splitlines()}
    assert names == {"PATH", "ONE"}


def test_too_slow_it_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"longer than 0\.5 seconds"):
        shell(FOREVER, cwd=str(tmp_path), timeout=0.5).run(b"")

    assert all_are_gone(tmp_path / "pid")


def test_what_it_left_running_is_ended_too(tmp_path: Path) -> None:
    ran = shell("echo $$ > pid; sleep 600 & echo $! >> pid; echo done", cwd=str(tmp_path)).run(b"")

    assert ran.output == b"done\n"
    assert all_are_gone(tmp_path / "pid")


def test_told_to_stop_it_is_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pid"

    def stopping() -> bool:
        return pids.exists() and pids.read_text().count("\n") == 2

    with pytest.raises(Stopped):
        shell(FOREVER, cwd=str(tmp_path), grace=0.0).run(b"", stopping=stopping)

    assert all_are_gone(pids)


def test_too_many_words_end_it() -> None:
    with pytest.raises(CommandFailed, match="more than 1,048,576 bytes"):
        shell("yes").run(b"")


def test_just_as_many_as_there_may_be_are_fine() -> None:
    program = f"print('x' * {MOST_OUTPUT}, end='')"

    ran = Command([sys.executable, "-I", "-c", program], environment=PATH).run(b"")

    assert len(ran.output) == MOST_OUTPUT


def test_of_its_errors_the_end_is_kept() -> None:
    ran = shell("yes no | head -n 100000 >&2; echo last >&2").run(b"")

    assert len(ran.errors) == KEPT_ERRORS
    assert ran.errors.endswith(b"no\nlast\n")


@pytest.mark.parametrize("argv", [["/nowhere/to/be/found"], ["/etc/passwd"], ["nowhere-to-be"]])
def test_what_can_not_be_started_is_said(argv: list[str]) -> None:
    with pytest.raises(CommandFailed, match=r"can't be started: (No such file|Permission)"):
        Command(argv, environment=PATH).run(b"")


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(CommandFailed, match="can't be started"):
        shell("echo", cwd="/nowhere").run(b"")
