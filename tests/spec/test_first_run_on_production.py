"""The first run that may change tickets of a production TDX has to be meant; a person names its host.

0.0.0.0 reaches the simulator too, and is no loopback address: it stands for a host elsewhere.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import TdxError, Unconfirmed

if TYPE_CHECKING:
    from pathlib import Path

    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

HELLO = CommentAction(comment_text="Hello")
FILE = "from ticket_queue_daemon.actions import CommentAction\nactions = [CommentAction(comment_text='Hello')]\n"


def elsewhere(desk: Desk, url: str = "") -> str:
    return (url or desk.simulator.url).replace("127.0.0.1", "0.0.0.0")  # noqa: S104  reached, not served on


@pytest.fixture
def shell(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The variables of a user whose TDX is elsewhere; the host to confirm."""
    (tmp_path / "hello.py").write_text(FILE)
    env = {**desk.simulator.env(), "DATABASE_URL": desk.database_url, "DAEMON_CONFIG": "hello.py"}
    env["TDX_BASE_URL"] = elsewhere(desk)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return elsewhere(desk).split("/")[2]


def test_a_first_run_elsewhere_is_refused_before_it_asks_tdx_anything(
    desk: Desk, shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.ticket("Printer")

    code = main([])

    assert code == 2
    assert f"--confirm-instance {shell}" in capsys.readouterr().err
    assert desk.simulator.requests.count() == 0
    assert desk.writes() == 0


def test_a_confirmed_host_is_remembered_and_a_mistyped_one_refused(
    desk: Desk, shell: str, capsys: pytest.CaptureFixture[str], database: Database
) -> None:
    first = desk.ticket("Printer")

    assert main(["--confirm-instance", "tdx.example.edu"]) == 2
    assert "tdx.example.edu" in capsys.readouterr().err
    assert desk.comments(first) == []

    assert main(["--confirm-instance", shell.upper()]) == 0
    second = desk.ticket("Keyboard")
    assert main([]) == 0

    assert [desk.comments(first), desk.comments(second)] == [["Hello"], ["Hello"]]
    (known,) = database.rows(b"SELECT confirmed_by FROM meta.daemon_instance")
    assert known["confirmed_by"].startswith("--confirm-instance, ")


def test_a_wrong_host_is_refused_even_where_nothing_is_to_be_confirmed(
    desk: Desk, shell: str
) -> None:
    ticket = desk.ticket("Printer")

    code = main(["--confirm-instance", shell])
    wrong = main(["--confirm-instance", "other.example.edu"])

    assert (code, wrong) == (0, 2)
    assert desk.comments(ticket) == ["Hello"]


def test_a_look_needs_no_word_and_a_baseline_gives_none(desk: Desk) -> None:
    desk.ticket("Printer")
    there = {"tdx_base_url": elsewhere(desk)}

    assert desk.run(HELLO, dry_run=True, **there).pending == 1
    desk.app(HELLO, **there).baseline()
    desk.ticket("Keyboard")

    with pytest.raises(Unconfirmed):
        desk.run(HELLO, **there)


def test_the_sandbox_needs_no_word(desk: Desk) -> None:
    ticket = desk.ticket("Printer")

    desk.run(HELLO, tdx_base_url=elsewhere(desk, desk.simulator.sandbox_url))

    assert desk.comments(ticket) == ["Hello"]


def test_a_host_that_never_answered_is_not_remembered(desk: Desk, database: Database) -> None:
    app = desk.app(HELLO, tdx_base_url="http://0.0.0.0:1/TDWebApi")
    app.guard.accept("0.0.0.0:1", "typed")

    with pytest.raises(TdxError):
        app.run_once(dry_run=False)

    assert database.rows(b"SELECT * FROM meta.daemon_instance") == []


@pytest.mark.parametrize("typed", ["0.0.0.0:{port}", "yes"])
def test_a_person_at_a_terminal_is_asked(desk: Desk, shell: str, typed: str) -> None:
    ticket = desk.ticket("Printer")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ticket_queue_daemon"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as run:
        os.close(theirs)
        said = b""
        while b"Type the host's name" not in said:
            said += os.read(ours, 1000)
        os.write(ours, typed.format(port=shell.partition(":")[2]).encode() + b"\n")
        while True:
            try:
                said += os.read(ours, 1000)
            except OSError:  # the far end has closed: so Linux says it
                break
    os.close(ours)

    assert b"first run that may change tickets on 0.0.0.0" in said
    assert run.returncode == (2 if typed == "yes" else 0)
    assert desk.comments(ticket) == ([] if typed == "yes" else ["Hello"])
