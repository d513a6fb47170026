"""The command line: the seed's lines parse as written, traps are refused, help tells all."""

from __future__ import annotations

import argparse
import io
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ticket_queue_daemon import __version__
from ticket_queue_daemon.cli.commands import COMMANDS
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.parser import build_parser, parse
from ticket_queue_daemon.config.settings import variables
from ticket_queue_daemon.errors import ConfigError


def help_of(*argv: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        parse([*argv, "--help"])
    assert ended.value.code == 0
    return " ".join(out.getvalue().split())


SEED_LINES: list[tuple[str, dict[str, Any]]] = [
    (
        "--report-id 1344 --dry-run --log daemon.log",
        {"report_id": "1344", "dry_run": "true", "log": Path("daemon.log")},
    ),
    ("--report-id 1344 --log daemon.log", {"report_id": "1344", "log": Path("daemon.log")}),
    (
        "--report-id 1344 --daemon --interval 300 --log daemon.log",
        {"report_id": "1344", "daemon": True, "interval": "300", "log": Path("daemon.log")},
    ),
    ("--daemon --log daemon.log", {"daemon": True, "log": Path("daemon.log")}),
    (
        "--daemon --interval 300 --log /var/log/lsats/ticket_daemon.log",
        {"daemon": True, "interval": "300", "log": Path("/var/log/lsats/ticket_daemon.log")},
    ),
    (
        "--report-id 1344 --log /var/log/ticket_daemon.log",
        {"report_id": "1344", "log": Path("/var/log/ticket_daemon.log")},
    ),
    ("--daemon --interval 300", {"daemon": True, "interval": "300"}),
    (
        "--report-id 1344 --dry-run --log-level DEBUG --log debug.log",
        {"report_id": "1344", "dry_run": "true", "log_level": "DEBUG", "log": Path("debug.log")},
    ),
    ("--report-id 1344 --dry-run", {"report_id": "1344", "dry_run": "true"}),
    ("--report-id 1344", {"report_id": "1344"}),
    ("", {}),
]


def test_a_standby_is_a_daemon() -> None:
    assert parse(["--daemon", "--standby"]).standby == "true"
    with pytest.raises(ConfigError, match="--standby has a meaning only with --daemon"):
        parse(["--standby"])


@pytest.mark.parametrize(("line", "given"), SEED_LINES, ids=[line for line, _ in SEED_LINES])
def test_the_seed_s_command_lines_parse_as_written(line: str, given: dict[str, Any]) -> None:
    usual: dict[str, Any] = {
        "report_id": None,
        "daemon": False,
        "interval": None,
        "standby": None,
        "dry_run": None,
        "read_only": None,
        "log": None,
        "log_level": None,
        "config_path": None,
        "only_queue": None,
        "metrics_port": None,
        "metrics_host": None,
        "confirm": [],
        "confirm_instance": "",
        "auto_upgrade": False,
        "command": None,
    }

    assert vars(parse(line.split())) == {**usual, **given}


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("--log", "log", Path("ticket_queue_daemon.log")),
        ("--log --dry-run", "log", Path("ticket_queue_daemon.log")),
        ("--log=x.log", "log", Path("x.log")),
        ("--log ./stats", "log", Path("stats")),
        ("stats --log", "log", Path("ticket_queue_daemon.log")),
        ("stats --log x.log", "log", Path("x.log")),
        ("--log x.log stats", "log", Path("x.log")),
        ("--log-level debug", "log_level", "DEBUG"),
        ("stats --log-level warning", "log_level", "WARNING"),
        ("--confirm a:b:v1 c:d:v1", "confirm", ["a:b:v1", "c:d:v1"]),
        ("--confirm a:b:v1 --confirm c:d:v1", "confirm", ["a:b:v1", "c:d:v1"]),
        ("--config actions.py", "config_path", "actions.py"),
        ("--auto-upgrade", "auto_upgrade", True),
        ("ticket 9291804", "ticket_id", 9291804),
        ("retry --ticket 9291804", "ticket", 9291804),
        ("retry --all", "all", True),
        ("db sql", "what", "sql"),
        ("resolve 1f3c9a20 --done", "id", "1f3c9a20"),
        ("status --json", "json", True),
        ("verify", "since", None),
        ("verify --since 90m", "since", timedelta(minutes=90)),
        ("verify --since 7D", "since", timedelta(days=7)),
        (
            "verify --since 2026-11-24T08:00:00+00:00",
            "since",
            datetime(2026, 11, 24, 8, tzinfo=UTC),
        ),
        ("verify --since 2026-11-24", "since", datetime(2026, 11, 24).astimezone()),
        ("verify --ticket 1 --ticket 2", "ticket", [1, 2]),
        ("baseline --report-id 7", "report_id", "7"),
        ("--report-id 7 baseline", "report_id", "7"),
        ("simulate --port 0", "port", 0),
        ("simulate --rate-limits off", "rate_limits", "off"),
        ("simulate --rate-limits 0.01", "rate_limits", 0.01),
        ("simulate --env-file .env", "env_file", Path(".env")),
    ],
)
def test_one_option(line: str, name: str, value: object) -> None:
    assert getattr(parse(line.split()), name) == value


@pytest.mark.parametrize("word", sorted(COMMANDS))
def test_log_never_swallows_a_command(word: str) -> None:
    for line in (["--log", word], ["--log", word, "x"], [f"--log={word}"], ["--confirm", word]):
        with pytest.raises(ConfigError, match=f"the command word '{word}'"):
            parse(line)


@pytest.mark.parametrize(
    "line",
    [
        "--report 1344",
        "--log-level LOUD",
        "--confirm comment",
        "bogus",
        "db",
        "db drop",
        "ticket",
        "ticket nine",
        "ticket 0",
        "ticket -1",
        "ticket 99999999999999999999999",
        "ticket ²",
        "retry",
        "retry --ticket 1 --all",
        "simulate --port 65536",
        "simulate --rate-limits fast",
        "simulate --rate-limits 0",
        "simulate --tickets -1",
        "--dry-run baseline",
        "--dry-run retry --all",
        "--daemon stats",
        "--report-id 5 ticket 5",
        "resolve 5",
        "resolve 5 --done --retry",
        "--dry-run resolve 5 --done",
        "verify --since",
        "verify --since soon",
        "verify --since 0h",
        "verify --since 99999999999w",
        "verify --since 7",
        "verify --since 9999-12-31T23:59:59-23:59x",
        "verify --ticket x",
    ],
)
def test_a_wrong_line_is_refused_with_advice(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(line.split())

    assert caught.value.exit_code == 2
    assert "--help" in caught.value.advice


def test_version_is_printed() -> None:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        parse(["--version"])

    assert out.getvalue() == f"ticket-queue-daemon {__version__}\n"


class TestHelp:
    def test_it_names_the_variable_of_each_option_that_is_a_setting(self) -> None:
        told = help_of()

        for name, variable in variables().items():
            if variable.flag:
                assert variable.flag in told
                assert f"[{variable.name}]" in told
            assert any(name == action.dest for action in build_parser()._actions) is bool(
                variable.flag
            )

    def test_it_ends_with_examples_and_exit_codes(self) -> None:
        told = help_of()

        examples, codes = told.index("examples:"), told.index("exit codes:")
        assert told.index("logging:") < examples < codes
        for code in ExitCode:
            assert f"{int(code)} {code.meaning}" in told[codes:]

    def test_every_example_parses(self) -> None:
        epilog = build_parser().epilog or ""
        examples = [line.split()[1:] for line in epilog.splitlines() if "  ticket-queue" in line]

        assert len(examples) >= 6
        for example in examples:
            parse(example)

    @pytest.mark.parametrize("word", sorted(COMMANDS))
    def test_every_command_has_its_own(self, word: str) -> None:
        assert COMMANDS[word].help in help_of()
        assert COMMANDS[word].help in help_of(word)

    def test_no_option_is_without_a_word(self) -> None:
        def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
            found = []
            for action in parser._actions:
                found.append(action)
                if isinstance(action, argparse._SubParsersAction):
                    for below in action.choices.values():
                        found += options(below)
            return found

        assert all(
            action.help
            for action in options(build_parser())
            if not isinstance(action, argparse._SubParsersAction)
        )


@pytest.mark.parametrize(
    ("line", "said", "advice"),
    [
        ("--dryrun", "Unknown option --dryrun; is --dry-run meant?", "daemon --help"),
        ("--repor-id 3", "Unknown option --repor-id; is --report-id meant?", "daemon --help"),
        ("--repor-id=3", "Unknown option --repor-id; is --report-id meant?", "daemon --help"),
        ("--frobnicate", "Unknown option --frobnicate.", "daemon --help"),
        ("statu", "There is no command statu; is status meant?", "daemon --help"),
        ("Status", "There is no command Status; is status meant?", "daemon --help"),
        ("xyzzy", "There is no command xyzzy.", "daemon --help"),
        ("ticket 9291804 --json", "Unknown option --json.", "ticket --help"),
        ("verify --sinse 7d", "Unknown option --sinse; is --since meant?", "verify --help"),
        ("status now", "Unrecognized arguments: now.", "status --help"),
    ],
)
def test_a_slip_is_told_with_what_may_be_meant(line: str, said: str, advice: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(line.split())

    assert refused.value.message == said
    assert refused.value.advice.endswith(advice)
