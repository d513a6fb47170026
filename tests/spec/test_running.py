"""A daemon among others: paused, resumed, asked for a run; and what status says of all of them."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from receiver import PATIENCE
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.app.resting import PauseWatch
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import QueuePaused
from ticket_queue_daemon.observe.events import Event, Paused, RunFinished, TicketFinished, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desk import Desk
    from ticket_queue_daemon.app import App

    Told = tuple[int, str, str]
    Ask = Callable[..., Told]

COMMENT = CommentAction(comment_text="We are looking into it.")


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """A command, in the name of alice: code, stdout, stderr."""
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setattr("getpass.getuser", lambda: "alice")
    monkeypatch.setattr("socket.gethostname", lambda: "desk12")

    def run_it(*args: str) -> Told:
        capsys.readouterr()
        code = main(args)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_it


class Daemon:
    """A daemon in a thread; what it tells can be waited for."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.told: list[Event] = []
        self._changed = threading.Condition()

    def on_event(self, event: Event) -> None:
        with self._changed:
            self.told.append(event)
            self._changed.notify_all()

    def count(self, kind: type[Event]) -> int:
        return len([one for one in self.told if isinstance(one, kind)])

    def until(self, kind: type[Event], times: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.count(kind) >= times, PATIENCE)


@contextmanager
def running(app: App, interval: float = 3600.0) -> Iterator[Daemon]:
    daemon = Daemon()
    loop = Loop(daemon.stop, dry_run=False, interval=interval, observer=daemon)
    thread = threading.Thread(target=run_forever, args=(app, loop))
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_run_that_is_asked_for_wakes_a_waiting_daemon(desk: Desk, ask: Ask) -> None:
    with running(desk.app(COMMENT)) as daemon:
        daemon.until(Waiting, 1)
        ticket = desk.ticket("Printer")

        code, out, _ = ask("run-now", "--queue", "1344")
        daemon.until(RunFinished, 2)

    assert code == 0
    assert out.startswith("report:1344: ")
    assert desk.comments(ticket) == ["We are looking into it."]


def test_asking_nobody_says_so_and_what_to_do(ask: Ask) -> None:
    code, out, err = ask("run-now")

    assert (code, out) == (1, "")
    assert "No daemon is alive at this database." in err
    assert "systemctl start ticket-queue-daemon" in err


def test_a_paused_queue_is_left_alone_by_every_kind_of_run(desk: Desk, ask: Ask) -> None:
    desk.ticket("Printer")
    code, out, _ = ask("pause", "--queue", "1344", "--reason", "TDX is upgraded", "--for", "2h")
    told = "report:1344 is paused by alice@desk12 since"
    assert (code, told in out, "TDX is upgraded. Until" in out) == (0, True, True)

    with pytest.raises(QueuePaused, match="paused by alice@desk12"):
        desk.run(COMMENT)
    with running(desk.app(COMMENT), interval=0.01) as daemon:
        daemon.until(Paused, 2)
    once, _, err = ask()

    assert once == 0
    assert told in err
    assert daemon.count(RunFinished) == 0
    assert desk.writes() == 0


def test_a_dry_run_shows_what_a_paused_queue_would_do(desk: Desk, ask: Ask) -> None:
    desk.ticket("Printer")
    ask("pause")

    report = desk.run(COMMENT, dry_run=True)

    assert len(report.plans) == 1
    assert report.notes[0].startswith("A real run would do nothing. Every queue is paused by alice")


def test_a_pause_in_the_middle_of_a_run_ends_it_after_the_tickets_in_hand(
    desk: Desk, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticket_queue_daemon.app.resting.LOOK_SECONDS", 0.0)
    for number in range(6):
        desk.ticket(f"Printer {number}")

    class PausesAtTheFirst:
        def on_event(self, event: Event) -> None:
            if isinstance(event, TicketFinished):
                ask("pause")

    report = desk.app(COMMENT, workers=1).run_once(dry_run=False, observer=PausesAtTheFirst())

    assert report.stopped == "stopped on request"
    assert report.executed < 6
    assert desk.writes() == report.executed


def test_a_look_that_the_database_does_not_answer_is_no_pause(desk: Desk) -> None:
    app = desk.app(COMMENT)
    watch = PauseWatch(app.orders, "report:1344", lambda: False)
    watch._next = 0.0
    app.database.close()
    app.database._address = app.database._address.__class__(
        conninfo="host=127.0.0.1 port=1", host="127.0.0.1", port="1", dbname="", user=""
    )

    assert watch() is False


def test_resume_lets_the_work_go_on_and_says_how_to_begin_at_once(desk: Desk, ask: Ask) -> None:
    ticket = desk.ticket("Printer")
    ask("pause", "--queue", "report:1344")
    ask("pause")

    alone = ask("resume", "--queue", "1344")
    together = ask("resume")
    nothing = ask("resume")

    assert alone[0] == 2
    assert "report:1344 is resumed" in alone[1]
    assert "every queue is paused by alice@desk12" in alone[2]
    assert together[0] == 0
    assert together[1].splitlines() == [
        "Every queue is resumed; it was paused by alice@desk12.",
        "Daemons go on with their next run; to begin at once: ticket-queue-daemon run-now",
    ]
    assert nothing[:2] == (0, "No queue was paused; nothing to do.\n")
    desk.run(COMMENT)
    assert desk.comments(ticket) == ["We are looking into it."]


def test_status_shows_daemons_and_pauses_and_exits_1_for_a_pause(desk: Desk, ask: Ask) -> None:
    fine, out, _ = ask("status")
    assert (fine, "Daemons alive: none" in out) == (0, True)

    with running(desk.app(COMMENT, standby=True)) as daemon:
        daemon.until(Waiting, 1)
        ask("pause", "--reason", "TDX is upgraded")
        code, out, _ = ask("status")
        state: dict[str, Any] = json.loads(ask("status", "--json")[1])
        refused = ask("run-now")

    assert code == 1
    assert "Every queue is paused by alice@desk12" in out
    assert [(one["queue"], one["role"]) for one in state["daemons"]] == [("report:1344", "leads")]
    assert [one["reason"] for one in state["paused_queues"]] == ["TDX is upgraded"]
    assert refused[0] == 1
    assert "Nothing is run now. Every queue is paused" in refused[2]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("pause", "--queue", "*"), "no queue such as report:1344"),
        (("pause", "--until", "2020-01-01"), "is over already"),
        (("pause", "--for", "soon"), "no span such as 90m"),
        (("pause", "--for", "2h", "--until", "2099-01-01"), "not allowed with"),
        (("pause", "--reason", " "), "a few words on one line"),
    ],
)
def test_a_pause_that_is_not_understood_is_refused(
    ask: Ask, args: tuple[str, ...], said: str
) -> None:
    code, _, err = ask(*args)

    assert code == 2
    assert said in err
