"""What did the last runs do, and what is it that fails? Asked of the database alone."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.app.recording import RunRecorder
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.cli.exits import Verdict
from ticket_queue_daemon.cli.output import Terminal
from ticket_queue_daemon.cli.watching import watch
from ticket_queue_daemon.errors import DaemonError, DatabaseUnreachable
from ticket_queue_daemon.observe.causes import essence
from ticket_queue_daemon.store.runs import Runs

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.app import App

Ask = Any
FEED = r"/tickets/\{id\}/feed$"


class NeverTwice(CommentAction):
    on_unknown = "never_repeat"


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """A command: its code, and what it says."""
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    def run_it(*args: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(args)
        return code, capsys.readouterr().out

    return run_it


def recorded(app: App) -> None:
    """A run that is put on record, whatever becomes of it."""
    recorder = RunRecorder(Runs(app.database), "desk12")
    with suppress(DaemonError):
        app.run_once(dry_run=False, observer=recorder)


def refuse(desk: Desk, number: int, **more: Any) -> None:
    desk.simulator.faults.add(
        "status_before",
        method="POST",
        route=FEED,
        status=400,
        body=f"Entry {number} is closed.",
        **more,
    )


def test_a_run_is_told_with_what_it_did_and_one_without_work_leaves_nothing(
    desk: Desk, ask: Ask
) -> None:
    good, bad = desk.ticket("Printer"), desk.ticket("Screen")
    refuse(desk, 1, ticket_id=bad.id)
    app = desk.app(CommentAction("Hello"))
    for _ in range(3):
        recorded(app)

    code, out = ask("runs", "--json")
    [run] = json.loads(out)["runs"]

    assert code == 0
    assert run["result"] == "some_failed"
    assert (run["queue"], run["found"], run["pending"]) == ("report:1344", 2, 2)
    assert run["outcomes"] == {"comment": {"completed": 1, "failed_for_good": 1}}
    assert "1 done, 1 failed" in ask("runs")[1]
    assert good


def test_an_outage_is_one_line_however_long_it_lasts(desk: Desk, ask: Ask) -> None:
    app = desk.app(CommentAction("Hello"))
    away = desk.simulator.faults.add("status_before", route="reports", status=503)
    for _ in range(3):
        recorded(app)
    desk.simulator.faults.remove(away)
    desk.ticket("Printer")
    recorded(app)

    runs = json.loads(ask("runs", "--json")[1])["runs"]

    assert [(run["result"], run["again"]) for run in runs] == [("completed", 0), ("tdx_error", 2)]
    assert "and 2 more like it" in " ".join(ask("runs")[1].split())


def test_nothing_to_tell_is_said(ask: Ask) -> None:
    assert "had work or failed" in ask("runs")[1]
    assert ask("failures") == (0, "Nothing has failed, and nothing is held for review.\n")


def test_failures_with_one_cause_are_one_line_with_what_to_type(desk: Desk, ask: Ask) -> None:
    tickets = [desk.ticket(f"Printer {number}") for number in range(3)]
    for number, ticket in enumerate(tickets):
        refuse(desk, number, ticket_id=ticket.id)
    held = desk.ticket("Screen")
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, ticket_id=held.id, times=1)
    desk.run(NeverTwice("Hello"))

    code, out = ask("failures", "--json")
    causes = json.loads(out)["causes"]

    assert code == Verdict.WARNING
    assert [(one["state"], one["actions"], len(one["tickets"])) for one in causes] == [
        ("held for review", 1, 1),
        ("failed for good", 3, 3),
    ]
    assert f"resolve {held.id} --done | --retry" in causes[0]["advice"]
    assert "is closed." in causes[1]["reason"]
    assert "retry --all" in " ".join(ask("failures")[1].split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ticket 12 is closed", "Ticket 99 is closed"),
        ('StatusID "New" is unknown', 'StatusID "Old" is unknown'),
        ("TDX answered 400: field 'a' is bad", "TDX answered 400: field 'b' is bad"),
        ("after 1.5 s", "after 22.7 s"),
    ],
)
def test_what_is_filled_in_makes_no_other_cause(one: str, other: str) -> None:
    assert essence(one) == essence(other)


def test_other_words_are_another_cause() -> None:
    assert essence("It isn't there, and can't be") != essence("It isn't here, and can't be")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_watch_shows_it_anew_survives_an_outage_and_ends_on_ctrl_c(terminal: bool) -> None:
    screen = io.StringIO()
    out = Console(file=screen, force_terminal=terminal, width=80, height=25)
    answers = iter(["first picture", DatabaseUnreachable("PostgreSQL is away."), "third picture"])
    waits: list[float] = []

    def show(drawn: Terminal) -> Verdict:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        drawn.say(answer)
        return Verdict.WARNING

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    verdict = watch(Terminal(out=out, err=out), show, 5, wait)

    assert verdict is Verdict.WARNING
    assert waits == [5, 5, 5]
    places = [screen.getvalue().index(word) for word in ("first", "is away", "third")]
    assert places == sorted(places)


def test_status_can_be_watched(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(seconds: float) -> None:
        assert seconds == 2
        raise KeyboardInterrupt

    monkeypatch.setattr("ticket_queue_daemon.cli.watching.time.sleep", stop)

    code, out = ask("status", "--watch", "2")

    assert code == 0
    assert "Daemons alive: none" in out
    assert "Every 2 s; Ctrl-C ends it." in out


def test_a_watch_in_json_is_refused(ask: Ask) -> None:
    assert ask("status", "--watch", "--json")[0] == 2
