"""What people see: nothing from outside commands the terminal, and tables fit in 80 columns."""

from __future__ import annotations

import io
import os
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ticket_queue_daemon.cli.output import Terminal, safe
from ticket_queue_daemon.cli.progress import ProgressObserver
from ticket_queue_daemon.cli.show import EachRun, Show, in_words
from ticket_queue_daemon.engine.report import PlanView, RunReport
from ticket_queue_daemon.observe.events import (
    ActionFinished,
    RunFinished,
    RunStarted,
    TicketFinished,
    TicketsPending,
)

RUN = UUID("00000000-0000-4000-8000-000000000001")
NASTY = "\x1b[2J[bold red]PC\u202eevil\x07 \x9b31m :smile: [link=http://x]y[/link] \ud800"


def a_terminal(*, live: bool = False) -> tuple[Terminal, io.StringIO]:
    out = io.StringIO()
    console = Console(
        file=out, width=80, force_terminal=live, color_system=None, markup=False, emoji=False
    )
    return Terminal(console, console), out


def a_report(*titles: str) -> RunReport:
    views = tuple(
        PlanView(
            9291804 + n, title, "add_asset:7a8b9c0d1e2f:v1", (f"attach {title}",), title, title
        )
        for n, title in enumerate(titles)
    )
    return RunReport(run_id=RUN, dry_run=True, found=12, pending=len(titles), plans=views)


@given(st.text())
def test_whatever_comes_from_outside_is_one_printable_line(text: str) -> None:
    shown = safe(text).plain

    assert all(char.isprintable() or char == "\u200d" for char in shown)


def test_ordinary_text_stays_as_it_is() -> None:
    assert safe("🤖 Räksmörgås [bold] 👩\u200d💻").plain == "🤖 Räksmörgås [bold] 👩\u200d💻"


@pytest.mark.parametrize("live", [True, False])
def test_a_nasty_title_commands_nothing(live: bool) -> None:
    terminal, out = a_terminal(live=live)

    Show(terminal).plans(a_report(NASTY))

    text = out.getvalue()
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "[bold red]" in text
    assert ":smile:" in text


def test_a_dry_run_tells_each_ticket_s_plan() -> None:
    terminal, out = a_terminal()

    Show(terminal).plans(a_report("IC-EHLB760-F16", "CHEM-SMALD1"))

    text = out.getvalue()
    assert "Ticket 9291804: IC-EHLB760-F16" in text
    assert "would attach CHEM-SMALD1" in text
    assert "12 tickets found, 2 with work, 2 changes planned; nothing was changed." in text


def test_the_closing_table_fits_in_80_columns() -> None:
    terminal, out = a_terminal()
    large = RunReport(
        run_id=RUN,
        dry_run=False,
        found=20000,
        executed=20000,
        succeeded=20000,
        failed=20000,
        skipped=20000,
        held=20000,
        seconds=86400.0,
    )

    Show(terminal).closing(large)

    text = out.getvalue()
    for heading in ("tickets found", "executed", "succeeded", "failed", "skipped", "seconds"):
        assert heading in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("20000") == 6


ERROR = "post private comment: Added 1 asset: IC-EHLB760-F16: TDX refused: answered 400 for 46/feed"
FAILING = (
    ("ticket", "action", "since", "due", "reason"),
    [(9291804, "summary_comment:1cc22ce2b14b:v1", "2026-11-25 12:23:30", "never", ERROR)],
)


def test_a_table_too_wide_for_the_terminal_is_told_row_by_row_and_nothing_is_cut() -> None:
    terminal, out = a_terminal()

    terminal.table(*FAILING, title="Failed")

    text = out.getvalue()
    words = " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.startswith("Failed")
    for heading, cell in zip(FAILING[0], FAILING[1][0], strict=True):
        assert f"{heading} {cell}" in words


def test_a_table_that_the_terminal_has_room_for_stays_one() -> None:
    out = io.StringIO()
    console = Console(file=out, width=120, color_system=None, markup=False, emoji=False)

    Terminal(console, console).table(*FAILING)

    assert " ".join(FAILING[0]) in " ".join(out.getvalue().split())


def test_a_table_of_short_cells_stays_one_in_any_terminal() -> None:
    terminal, out = a_terminal()
    headings = ("pattern and week", "attached", "taken off", "missed", "precision", "recall")

    terminal.table(
        headings, [("department-location-identifier", 1, 0, 0, "9 % (1-9)", "1 % (1-9)")]
    )

    assert out.getvalue().count("attached") == 1
    assert "─" in out.getvalue()
    assert max(len(line) for line in out.getvalue().splitlines()) <= 80


def test_why_a_run_ended_early_is_said() -> None:
    terminal, out = a_terminal()

    Show(terminal).closing(RunReport(run_id=RUN, dry_run=False, stopped="stopped on request"))

    assert "The run ended early: stopped on request." in out.getvalue()


def test_a_daemon_shows_each_run() -> None:
    terminal, out = a_terminal()
    each = EachRun(Show(terminal), closing=True)

    each.on_event(RunStarted(RUN, "report:1344"))
    each.on_event(RunFinished(a_report("one")))
    each.on_event(RunFinished(RunReport(run_id=RUN, dry_run=False)))

    assert "Ticket 9291804: one" in out.getvalue()
    assert "executed" in out.getvalue()


def test_an_effect_of_another_version_is_told_by_its_kind() -> None:
    assert in_words({"kind": "paint_bike_shed", "params": {}}) == "paint bike shed"
    assert in_words({}) == "an effect"


def test_the_progress_bar_counts_tickets_and_goes_away() -> None:
    terminal, out = a_terminal(live=True)

    with ProgressObserver(terminal.err) as progress:
        progress.on_event(RunStarted(RUN, "report:1344"))
        progress.on_event(TicketFinished(1))
        progress.on_event(TicketsPending(2))
        progress.on_event(ActionFinished(1, "a:b:v1", "failed"))
        progress.on_event(TicketFinished(1))
        progress.on_event(RunFinished(a_report()))
        shown = out.getvalue()
        progress.on_event(TicketFinished(2))

    assert "0/2" in shown
    assert out.getvalue() == shown


def test_a_reader_who_leaves_does_not_end_the_work() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        terminal = Terminal()
        terminal.out.file = pipe
        terminal.say("x" * 100_000)
        terminal.say("and more")

        assert terminal.out.quiet
