"""Rules that change while the daemon runs: a good file takes over between two passes, a bad one never."""

from __future__ import annotations

import json
import os
import queue
import textwrap
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from receiver import PATIENCE
from ticket_queue_daemon.app.reloading import Reloader, RulesWatch
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.observe.alerts import Alerts
from ticket_queue_daemon.observe.events import (
    Event,
    Note,
    PassFailed,
    RulesMended,
    RulesRejected,
    RunFinished,
    TicketsPending,
    Trouble,
)
from ticket_queue_daemon.observe.metrics import Meter
from ticket_queue_daemon.simulator import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from desk import Desk
    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.observe.alert_words import Alert
    from ticket_queue_daemon.simulator.entities import Ticket

RULES = """
version: 1
queue: {report: 1344, max_new_tickets: 3}
actions:
  - comment: {comment_text: First}
"""
SECOND = RULES.replace("First", "Second")
WRONG = RULES.replace("comment_text", "comment_txt")


def saved(text: str, name: str = "rules.yaml") -> Path:
    path = Path(name)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def said(desk: Desk, ticket: Ticket) -> list[str]:
    return [text.partition("\n")[0] for text in desk.comments(ticket)]


class Ears:
    """Hears everything; what it hears can be waited for."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.on: dict[type[Event], Callable[[], None]] = {}
        self._changed = threading.Condition()

    def on_event(self, event: Event) -> None:
        if then := self.on.pop(type(event), None):
            then()
        with self._changed:
            self.told.append(event)
            self._changed.notify_all()

    def heard(self, kind: type[Event]) -> Sequence[Any]:
        return [one for one in self.told if type(one) is kind]

    def until(self, kind: type[Event], times: int = 1) -> None:
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.heard(kind)) >= times, PATIENCE)
            assert enough, self.told


class Running:
    """A daemon in a thread, by ``rules.yaml``."""

    def __init__(self, app: App, *others: Any, confirm: Sequence[str] = ()) -> None:
        self.app = app
        self.ears = Ears()
        self.bell = Bell()
        self.stop = threading.Event()
        self.alerts: list[Alert] = []
        self.reloads = 0
        self.gone: queue.SimpleQueue[str] = queue.SimpleQueue()
        alerts = Alerts(self.alerts.append)

        class Both:
            def on_event(_, event: Event) -> None:  # noqa: N805
                alerts.on_event(event)
                for other in others:
                    other.on_event(event)
                self.ears.on_event(event)

        self.loop = Loop(
            self.stop,
            dry_run=False,
            interval=3600.0,
            confirm=confirm,
            of=lambda _: self.ears,
            gone=self.gone.put,
            bell=self.bell,
            rules=Reloader(app, observer=Both()),
            look_seconds=0.01,
            reloading=self._reloading,
        )
        self.thread = threading.Thread(target=run_forever, args=(app, self.loop))

    @contextmanager
    def _reloading(self) -> Iterator[None]:
        self.reloads += 1
        yield

    def __enter__(self) -> Self:
        self.thread.start()
        self.ears.until(RunFinished)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def by_file(desk: Desk, text: str = RULES, **settings: Any) -> App:
    return desk.app(config_path=saved(text), report_id=None, lease_seconds=1, **settings)


@pytest.fixture
def status(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    def ask(*args: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["status", *args])
        return code, capsys.readouterr().out

    return ask


# a good file


def test_a_changed_file_takes_over_and_acts_at_once(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    with Running(by_file(desk)) as daemon:
        saved(SECOND)
        daemon.ears.until(RunFinished, 2)

    assert said(desk, ticket) == ["First", "Second"]
    [note] = [one for one in daemon.ears.heard(Note) if "was read again" in one.text]
    assert "in force: 1 queue. New: comment:" in note.text
    assert "No more: comment:" in note.text
    assert "database, ports) are read at start: to change those, restart." in note.text
    assert daemon.alerts == []


def test_a_file_that_is_only_touched_changes_nothing(desk: Desk) -> None:
    path = saved(RULES)
    watch = RulesWatch(lambda: [path])
    os.utime(path, ns=(1, 1))

    assert [watch.changed() for _ in range(3)] == [False, False, False]


def test_half_a_file_is_not_read_before_it_is_whole() -> None:
    path = saved(RULES)
    watch = RulesWatch(lambda: [path])
    saved(RULES[:30])
    assert not watch.changed()
    saved(SECOND)
    assert not watch.changed()

    assert watch.changed()
    assert not watch.changed()


def test_a_signal_reads_the_rules_again_though_no_file_has_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORDS", "First")
    ticket = desk.ticket("Printer")
    with Running(by_file(desk, RULES.replace("First", '"${WORDS}"'))) as daemon:
        monkeypatch.setenv("WORDS", "Second")
        daemon.bell.ring(Ring.RELOAD)
        daemon.ears.until(RunFinished, 2)

    assert said(desk, ticket) == ["First", "Second"]
    assert daemon.reloads == 1


def test_no_pass_is_interrupted(desk: Desk) -> None:
    tickets = [desk.ticket(f"Printer {number}") for number in range(3)]
    app = by_file(desk, workers=1)
    daemon = Running(app)
    taken = threading.Event()
    app_adopts = app.adopt

    def adopt(*args: Any) -> None:
        app_adopts(*args)
        taken.set()

    app.adopt = adopt  # type: ignore[method-assign]

    def change_in_the_middle() -> None:
        saved(SECOND)
        assert taken.wait(PATIENCE)

    daemon.ears.on[TicketsPending] = change_in_the_middle
    with daemon:
        daemon.ears.until(RunFinished, 2)

    first, second = daemon.ears.heard(RunFinished)
    assert (first.report.succeeded, first.report.stopped) == (3, "")
    assert second.report.succeeded == 3
    assert all(said(desk, one) == ["First", "Second"] for one in tickets)


def test_the_guard_holds_for_what_new_rules_newly_reach(desk: Desk) -> None:
    tickets = [desk.ticket(f"Printer {number}") for number in range(4)]
    app = by_file(desk)
    first = app.actions[0].get_action_id()
    with Running(app, confirm=[first]) as daemon:
        saved(SECOND)
        daemon.ears.until(Trouble)

    [trouble] = daemon.ears.heard(Trouble)
    assert "would newly execute on 4 tickets" in trouble.text
    assert all(said(desk, one) == ["First"] for one in tickets)
    assert daemon.thread.is_alive() is False


def test_names_are_looked_up_again(desk: Desk) -> None:
    text = RULES + "  - status_change: {new_status_id: Waiting for parts}\n"
    ticket = desk.ticket("Printer")
    with Running(by_file(desk)) as daemon:
        saved(text)
        daemon.ears.until(RulesRejected)
        named = [
            replace(one, name="Waiting for parts") if one.id == 117 else one
            for one in desk.world.ticket_statuses
        ]
        desk.world.ticket_statuses[:] = named
        daemon.bell.ring(Ring.RELOAD)
        daemon.ears.until(RulesMended)
        daemon.ears.until(RunFinished, 2)

    assert ticket.status_id == 117


def test_queues_come_and_go(desk: Desk) -> None:
    text = f"""
    version: 1
    queues:
      - {{report: 1344}}
      - {{name: other, report: {catalogue.EMPTY_REPORT}}}
    actions: [{{comment: {{comment_text: First}}}}]
    """
    with Running(by_file(desk)) as daemon:
        saved(text)
        daemon.ears.until(RunFinished, 3)
        saved(RULES)
        gone = daemon.gone.get(timeout=PATIENCE)
        daemon.ears.until(RunFinished, 4)

    queues = [one.report.queue for one in daemon.ears.heard(RunFinished)]
    assert sorted(queues) == ["other", *["report:1344"] * 3]
    assert gone == "other"


def test_a_standby_keeps_the_lead_through_a_reload(desk: Desk) -> None:
    def seen(app: App) -> list[tuple[object, ...]]:
        return [(one.role, one.started_at) for one in app.orders.processes()]

    with Running(by_file(desk, standby=True)) as daemon:
        before = seen(daemon.app)
        saved(SECOND)
        daemon.ears.until(RunFinished, 2)
        after = seen(daemon.app)

    assert before == after
    assert [role for role, _ in after] == ["leads"]


# a bad file


def test_a_bad_file_keeps_the_old_rules_running_and_is_told_everywhere(
    desk: Desk, status: Callable[..., tuple[int, str]]
) -> None:
    meter = Meter("report:1344", lambda: 0.0)

    def gauge() -> float | None:
        return meter.registry.get_sample_value("ticket_queue_daemon_rules_rejected")

    with Running(by_file(desk), meter) as daemon:
        fine = status()[0]
        saved(WRONG)
        daemon.ears.until(RulesRejected)
        ticket = desk.ticket("Printer")
        daemon.app.orders.run_now("report:1344")
        daemon.ears.until(RunFinished, 2)
        code, shown = status()
        state = json.loads(status("--json")[1])
        rejected_then = gauge()

        saved(WRONG + "# still wrong\n")
        daemon.ears.until(RulesRejected, 2)
        saved(SECOND)
        daemon.ears.until(RulesMended)
        daemon.ears.until(RunFinished, 3)
        daemon.app.orders.run_now("report:1344")
        daemon.ears.until(RunFinished, 4)
        mended = status()

    assert fine == 0
    [first, _] = daemon.ears.heard(RulesRejected)
    line = "rules.yaml line 5: actions[0].comment.comment_text: missing"
    assert first.level == "error"
    assert line in first.text
    assert "comment_txt: unknown option; did you mean comment_text?" in first.text
    assert "the old ones stay in force" in first.text
    assert (
        code,
        f"rules rejected since {state['daemons'][0]['rules_rejected_at'][:4]}" in shown,
    ) == (
        1,
        True,
    )
    assert line in " ".join(shown.split())
    assert state["daemons"][0]["rules_mistake"].startswith(line)
    assert (rejected_then, gauge()) == (1, 0)
    assert [one.subject.partition(": ")[2] for one in daemon.alerts] == [
        "the rules were rejected",
        "the rules are right again",
    ]
    assert said(desk, ticket) == ["First", "Second"]
    assert (mended[0], "rejected" in mended[1]) == (0, False)


def test_a_file_that_is_gone_is_a_bad_file(desk: Desk) -> None:
    with Running(by_file(desk)) as daemon:
        Path("rules.yaml").unlink()
        daemon.ears.until(RulesRejected)

    assert "it can't be read" in daemon.ears.heard(RulesRejected)[0].text
    assert daemon.ears.heard(PassFailed) == []


def test_tdx_being_away_when_names_are_looked_up_is_no_fault_of_the_file(desk: Desk) -> None:
    text = RULES + "  - status_change: {new_status_id: In Progress}\n"
    app = by_file(desk)
    ticket = desk.ticket("Printer")
    with Running(app) as daemon:
        desk.simulator.faults.add("status_before", route=".*", status=503)
        saved(text)
        daemon.ears.until(RulesRejected)
        desk.simulator.faults.clear()
        app.clock.sleep(61)
        daemon.ears.until(RulesMended)
        daemon.ears.until(RunFinished, 2)

    assert "could not be judged" in daemon.ears.heard(RulesRejected)[0].text
    assert ticket.status_id == 117


def test_without_a_rules_file_a_reload_says_what_is_not_read_again(desk: Desk) -> None:
    with Running(desk.app()) as daemon:
        daemon.bell.ring(Ring.RELOAD)
        daemon.ears.until(Note)

    assert daemon.ears.heard(Note)[0].text.startswith("Reload: there is no rules file. Settings in")
