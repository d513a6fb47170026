"""Log lines: where they go, what they look like, what they refuse to carry."""

from __future__ import annotations

import io
import logging
import re
import stat
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.events import (
    ActionFinished,
    Event,
    Note,
    ReportRead,
    RunStarted,
    TicketFinished,
    TicketsPending,
    TicketStarted,
    Waiting,
)
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.logs import TICKET_LOGGER, logging_to
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from pathlib import Path

RUN = UUID("00000000-0000-4000-8000-000000000001")


def lines_of(*events: Event, level: str = "DEBUG") -> list[str]:
    out, observer = io.StringIO(), LogObserver()
    with logging_to(Scrubber(), level=level, console=out):
        for event in events:
            observer.on_event(event)
    return out.getvalue().splitlines()


def test_a_line_has_time_level_event_and_pairs() -> None:
    line = lines_of(RunStarted(RUN, "report:1344"))[0]

    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z info    run started "
        rf"run={RUN} queue=report:1344 dry_run=false",
        line,
    )


def test_what_is_said_between_two_runs_belongs_to_the_queue_alone() -> None:
    begun, waits = RunStarted(RUN, "report:1344"), Waiting(datetime.now(UTC))

    line = lines_of(begun, waits, Note("info", "A run was asked for."))[-1]

    assert line.endswith("A run was asked for. queue=report:1344")


def test_each_action_has_one_canonical_line() -> None:
    lines = lines_of(
        RunStarted(RUN, "report:1344"),
        TicketsPending(1),
        TicketStarted(9291804),
        ActionFinished(9291804, "comment:abc:v1", "completed", 'said "hello"', 0.25),
        TicketFinished(9291804),
        level="INFO",
    )

    told = [line for line in lines if "ticket=9291804" in line]
    assert len(told) == 1
    assert told[0].endswith(
        f"action finished run={RUN} queue=report:1344 ticket=9291804 action=comment:abc:v1 "
        'outcome=completed seconds=0.25 message="said \\"hello\\""'
    )


@pytest.mark.parametrize(
    ("outcome", "level"),
    [
        ("completed", "info"),
        ("skipped", "info"),
        ("failed", "error"),
        ("needs_review", "warning"),
        ("lease_lost", "warning"),
    ],
)
def test_the_level_follows_the_outcome(outcome: str, level: str) -> None:
    assert f"Z {level} " in lines_of(ActionFinished(1, "comment:abc:v1", outcome))[0]


def test_what_is_odd_about_a_report_is_a_warning() -> None:
    lines = lines_of(ReportRead(3, ("2 rows have no ticket id",)))

    assert "report read found=3" in lines[0]
    assert "warning 2 rows have no ticket id" in lines[1]


def test_a_note_s_fields_never_collide_with_a_line_s_own() -> None:
    fields = {"event": "a", "level": "b", "exc_info": "c", "_record": "d", "self": "e"}

    assert "note_event=a note_level=b" in lines_of(Note("info", "hello", fields))[0]


@given(st.text())
def test_no_text_can_forge_a_line_or_command_a_terminal(text: str) -> None:
    lines = lines_of(Note("info", f"title: {text}", {"value": text, f"key {text}": 1}))

    assert len(lines) == 1
    assert lines[0].isprintable()


def test_a_library_s_lines_go_through_the_same_chain() -> None:
    out = io.StringIO()
    with logging_to(Scrubber(["hush-hush"]), console=out):
        logging.getLogger("psycopg").warning("no %s", "hush-hush\n", extra={"tries": 3})
        logging.getLogger("psycopg").info("not wanted")

    assert out.getvalue().endswith("warning no ***\\n tries=3\n")


def test_warnings_become_lines() -> None:
    out = io.StringIO()
    with (
        logging_to(Scrubber(), console=out),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("an old way", UserWarning, stacklevel=1)

    assert "an old way" in out.getvalue()


class TestTheFile:
    def test_it_is_made_with_its_folders_and_for_few_eyes(self, tmp_path: Path) -> None:
        path = tmp_path / "var" / "log" / "daemon.log"

        with logging_to(Scrubber(), log_file=path, console=io.StringIO()):
            logging.getLogger("test").info("hello", extra={"ticket": 5})

        assert path.read_text().endswith("info    hello ticket=5\n")
        assert stat.S_IMODE(path.stat().st_mode) & ~0o640 == 0

    def test_it_is_continued_and_not_overwritten(self, tmp_path: Path) -> None:
        path = tmp_path / "daemon.log"
        for text in ("one", "two"):
            with logging_to(Scrubber(), log_file=path, console=io.StringIO()):
                logging.getLogger("test").info(text)

        assert [line.split()[-1] for line in path.read_text().splitlines()] == ["one", "two"]

    def test_it_is_opened_anew_when_it_was_moved_away(self, tmp_path: Path) -> None:
        path = tmp_path / "daemon.log"
        with logging_to(Scrubber(), log_file=path, console=io.StringIO()):
            logging.getLogger("test").info("before")
            path.rename(tmp_path / "daemon.log.1")
            logging.getLogger("test").info("after")

        assert "after" in path.read_text()

    def test_it_holds_what_the_console_leaves_out(self, tmp_path: Path) -> None:
        path, out = tmp_path / "daemon.log", io.StringIO()
        with logging_to(
            Scrubber(),
            level="DEBUG",
            console_level="INFO",
            console_without={TICKET_LOGGER},
            log_file=path,
            console=out,
        ):
            LogObserver().on_event(ActionFinished(7, "comment:abc:v1", "completed"))
            logging.getLogger("test").debug("small")

        assert out.getvalue() == ""
        assert "ticket=7" in path.read_text()
        assert "small" in path.read_text()

    def test_one_that_can_t_be_written_is_refused_in_a_sentence(self, tmp_path: Path) -> None:
        with (
            pytest.raises(ConfigError, match="can't be written") as caught,
            logging_to(Scrubber(), log_file=tmp_path, console=io.StringIO()),
        ):
            pass
        assert caught.value.exit_code == 2
        assert caught.value.advice

    def test_a_text_that_is_no_unicode_is_written_all_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "daemon.log"
        with logging_to(Scrubber(), log_file=path, console=io.StringIO()):
            structlog.stdlib.get_logger("test").info("half a pair: \ud83e")

        assert "half a pair: \\ud83e" in path.read_text()


def test_logging_is_put_back_as_it_was() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)

    with logging_to(Scrubber(), console=io.StringIO()):
        assert root.handlers != before[0]

    assert (root.handlers[:], root.level) == before


def test_a_console_that_went_away_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with logging_to(Scrubber(), console=Gone()):
        logging.getLogger("test").info("to nobody")


class Recorder:
    def __init__(self) -> None:
        self.heard: list[Event] = []

    def on_event(self, event: Event) -> None:
        self.heard.append(event)


class Clumsy(Recorder):
    def on_event(self, event: Event) -> None:
        super().on_event(event)
        raise RuntimeError("stumbled")


class TestHooks:
    def test_every_observer_hears_every_event(self) -> None:
        first, second = Recorder(), Recorder()
        hooks = Hooks([first, second])

        hooks.on_event(TicketsPending(1))
        hooks.on_event(TicketStarted(1))

        assert first.heard == second.heard == [TicketsPending(1), TicketStarted(1)]

    def test_one_that_raises_is_logged_and_forgotten(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        clumsy, other = Clumsy(), Recorder()
        hooks = Hooks([clumsy, other])

        hooks.on_event(TicketsPending(1))
        hooks.on_event(TicketsPending(2))

        assert clumsy.heard == [TicketsPending(1)]
        assert other.heard == [TicketsPending(1), TicketsPending(2)]
        assert "observer Clumsy failed on TicketsPending" in caplog.text
