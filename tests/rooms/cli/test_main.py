"""``main``: the one place where an exception becomes a sentence and a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from ticket_queue_daemon.cli import main
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import (
    BlastRadiusError,
    ConfigError,
    DaemonError,
    DatabaseUnreachable,
    InstanceMismatch,
    MigrationNeeded,
    ReportError,
    StoreError,
    TdxError,
)

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "correct-horse-battery"


def stats_that_raise(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def stats(session: object) -> NoReturn:
        raise error

    monkeypatch.setattr("ticket_queue_daemon.cli.stats.stats", stats)


@pytest.fixture(autouse=True)
def _secret_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TDX_USERNAME", "tqd")
    monkeypatch.setenv("TDX_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ConfigError, 2),
        (BlastRadiusError, 2),
        (ReportError, 2),
        (MigrationNeeded, 2),
        (InstanceMismatch, 2),
        (StoreError, 3),
        (DatabaseUnreachable, 3),
        (TdxError, 3),
        (DaemonError, 1),
    ],
)
def test_each_error_becomes_its_sentence_its_advice_and_its_code(
    kind: type[DaemonError],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stats_that_raise(monkeypatch, kind(f"It is {PASSWORD}.", "Do this."))

    assert main(["stats"]) == code
    assert capsys.readouterr().err == "It is ***.\nDo this.\n"


def test_the_log_file_gets_the_last_word_too_and_its_traceback_only_at_debug(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stats_that_raise(monkeypatch, StoreError("The database is away.", "Start it."))

    main(["stats", "--log", "a.log"])
    main(["stats", "--log", "b.log", "--log-level", "DEBUG"])

    assert "The database is away. Start it." in (tmp_path / "a.log").read_text()
    assert "Traceback" not in (tmp_path / "a.log").read_text()
    assert "Traceback" in (tmp_path / "b.log").read_text()


def test_what_nobody_expected_is_a_sentence_and_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stats_that_raise(monkeypatch, ZeroDivisionError(f"with {PASSWORD}"))

    assert main(["stats"]) == ExitCode.SOME_FAILED

    told = capsys.readouterr().err
    assert "Something unexpected happened: ZeroDivisionError: with ***" in told
    assert "Traceback" not in told
    kept = list((tmp_path / "state").rglob("crash-*.log"))
    assert len(kept) == 1
    assert str(kept[0]) in told
    assert "Traceback" in kept[0].read_text()
    assert PASSWORD not in kept[0].read_text()


def test_with_a_log_file_the_traceback_goes_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stats_that_raise(monkeypatch, ZeroDivisionError(PASSWORD))

    assert main(["stats", "--log", "a.log"]) == ExitCode.SOME_FAILED

    assert str(tmp_path / "a.log") in capsys.readouterr().err
    assert "Traceback" in (tmp_path / "a.log").read_text()
    assert PASSWORD not in (tmp_path / "a.log").read_text()
    assert not (tmp_path / "state").exists()


def test_where_no_traceback_can_be_kept_it_is_said_how_to_keep_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    stats_that_raise(monkeypatch, ZeroDivisionError())

    assert main(["stats"]) == ExitCode.SOME_FAILED
    assert "Run it again with --log" in capsys.readouterr().err


def test_ctrl_c_is_no_error_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stats_that_raise(monkeypatch, KeyboardInterrupt())

    assert main(["stats"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.startswith("Stopped.\n")


def test_help_and_version_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert main(["--version"]) == 0
    assert capsys.readouterr().err == ""


def test_a_wrong_command_line_ends_with_2_and_where_to_look(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--log", "stats"]) == ExitCode.USAGE

    sentence, advice = capsys.readouterr().err.splitlines()
    assert "the command word 'stats'" in sentence
    assert advice == "For all options, run: ticket-queue-daemon --help"


def test_an_error_cannot_command_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stats_that_raise(monkeypatch, TdxError("TDX says \x1b[2J[red]boo[/red]"))

    main(["stats"])

    assert capsys.readouterr().err == "TDX says ␛[2J[red]boo[/red]\n"


def test_every_exit_code_has_its_meaning() -> None:
    assert {int(code): code.meaning for code in ExitCode}.keys() == {0, 1, 2, 3, 130}
    assert all(code.meaning for code in ExitCode)
