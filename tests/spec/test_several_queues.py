"""Several queues in one rules file: each with a schedule, actions and limits of its own, side by side."""

from __future__ import annotations

import json
import textwrap
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from ledger import sql
from receiver import PATIENCE
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.rules import configure
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import ConfigError, ReportError
from ticket_queue_daemon.observe.alerts import Alerts
from ticket_queue_daemon.observe.events import (
    Event,
    PassFailed,
    Paused,
    RunFinished,
    RunStarted,
    Trouble,
    TroubleOver,
    Waiting,
)
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.simulator import catalogue
from ticket_queue_daemon.simulator.reports import unassigned_in
from ticket_queue_daemon.tdx.errors import TdxUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desk import Desk
    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.observe.alert_words import Alert
    from ticket_queue_daemon.simulator.entities import Ticket

    Ask = Callable[..., tuple[int, str, str]]

LAB = 8_000_001
SECOND = catalogue.EMPTY_REPORT
RULES = f"""
version: 1
defaults: {{is_private: true}}
queues:
  - name: desk
    report: 1344
  - report: {SECOND}
    defaults: {{is_private: false}}
    max_new_tickets: 3
    actions:
      - comment: {{comment_text: From the lab}}
actions:
  - comment: {{comment_text: From the desk}}
"""


@pytest.fixture(autouse=True)
def _two_reports(request: pytest.FixtureRequest) -> None:
    if "desk" in request.fixturenames:
        desk: Desk = request.getfixturevalue("desk")
        desk.world.set_report(SECOND, compute=unassigned_in(LAB))


def saved(text: str = RULES, name: str = "rules.yaml") -> Path:
    path = Path(name)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def app_of(desk: Desk, text: str = RULES, **settings: Any) -> App:
    return desk.app(config_path=saved(text), report_id=None, **settings)


def in_the_lab(desk: Desk, title: str = "Lab machine") -> Ticket:
    return desk.ticket(title, group_id=LAB)


def said(desk: Desk, ticket: Ticket) -> list[str]:
    """Our comments, without the reference by which a private one is found again."""
    return [text.partition("\n")[0] for text in desk.comments(ticket)]


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """A command by the rules file: code, stdout, stderr."""
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DAEMON_REPORT_ID")
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_CONFIG", "rules.yaml")
    saved()

    def run_it(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(args)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_it


# in a file


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        configure(saved(text), environ={}, registry=Registry.discover(()))
    return [line.strip() for line in refused.value.message.splitlines()[1:]]


def test_a_queue_takes_the_actions_at_the_top_unless_it_has_its_own() -> None:
    configured = configure(saved(), environ={}, registry=Registry.discover(()))

    told = [
        [one.action.get_action_config()["comment_text"] for one in queue.made]
        for queue in configured.queues
    ]
    private = [one.action.get_action_config()["is_private"] for one in configured.made]
    assert told == [["From the desk"], ["From the lab"]]
    assert private == [True, False]


def test_a_queues_defaults_go_over_those_at_the_top_also_for_the_actions_there() -> None:
    text = """
    version: 1
    defaults: {is_private: true, max_assets_to_add: 3}
    queues:
      - {report: 1, defaults: {is_private: false}}
      - {report: 2}
    actions: [{comment: {comment_text: Hello}}, add_asset]
    """
    first, second = configure(saved(text), environ={}, registry=Registry.discover(())).queues

    configs = [one.action.get_action_config() for one in (*first.made, *second.made)]
    assert [one.get("is_private") for one in configs] == [False, None, True, None]
    assert [one.get("max_assets_to_add") for one in configs] == [None, 3, None, 3]


@pytest.mark.parametrize(
    ("queues", "said"),
    [
        (
            "[{report: 1}, {report: 1}]",
            "queues[1].report: report:1 is queues[0] in rules.yaml line 3",
        ),
        ("[{report: 1, name: Lab}, {report: 2, name: lab}]", "queues[1].name: lab is queues[0]"),
        ("[{report: 1}, {name: lab}]", "queues[1].report: is missing"),
        ("[{report: 1, name: 7}]", "queues[0].name: expected a name of letters"),
        ("[{report: 1, name: 'report:2'}]", "queues[0].name: expected a name of letters"),
        ("[{report: 1, acts: []}]", "queues[0].acts: unknown field; did you mean actions?"),
        ("[{report: 1, actions: []}]", "queues[0].actions: expected a list with at least one"),
        ("[{report: 1, actions: [tag]}, {report: 2}]", "queues[0].actions[0]"),
        (
            "[{report: 1, defaults: {is_privat: true}}]",
            "queues[0].defaults.is_privat: no action has such an option; did you mean is_private?",
        ),
        (
            "[{report: 1, actions: [summary_comment]}]",
            "actions: every queue has actions of its own, so these are never done",
        ),
    ],
)
def test_what_is_wrong_with_a_queue_is_told_at_its_line(queues: str, said: str) -> None:
    told = mistakes(f"version: 1\nactions: [add_asset]\nqueues: {queues}\n")

    assert any(said in line for line in told), told


def test_what_is_wrong_with_actions_that_two_queues_share_is_told_once() -> None:
    text = "version: 1\nqueues: [{report: 1}, {report: 2}]\nactions: [{tag: {ad: [x]}}]\n"

    assert len([line for line in mistakes(text) if ".ad:" in line]) == 1


def test_files_of_a_folder_may_bring_a_queue_each() -> None:
    Path("rules").mkdir()
    saved("version: 1\nqueues: [{report: 1, actions: [add_asset]}]\n", "rules/a.yaml")
    saved('version = 1\n[[queues]]\nreport = 2\nactions = ["add_lab"]\n', "rules/b.toml")

    configured = configure(Path("rules"), environ={}, registry=Registry.discover(()))

    assert [one.settings["report_id"] for one in configured.queues] == [1, 2]
    assert [one.word for one in configured.made] == ["add_asset", "add_lab"]


def test_what_is_said_of_one_report_from_outside_is_refused_for_several(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="DAEMON_REPORT_ID is set"):
        desk.app(config_path=saved())


# one run of each


def test_each_queue_does_its_own_and_rows_keep_the_name_of_their_queue(
    desk: Desk, ask: Ask
) -> None:
    here, there = desk.ticket("Printer"), in_the_lab(desk)

    code, out, err = ask()

    assert (code, out) == (0, ""), err
    assert (said(desk, here), said(desk, there)) == (["From the desk"], ["From the lab"])
    rows = sql(
        desk.database_url, "SELECT DISTINCT queue FROM meta.daemon_action_log ORDER BY queue"
    )
    assert [row[0] for row in rows] == ["desk", f"report:{SECOND}"]


def test_one_queue_alone_by_its_name_or_its_reports_number(desk: Desk, ask: Ask) -> None:
    here, there = desk.ticket("Printer"), in_the_lab(desk)

    assert ask("--queue", "desk")[0] == 0
    assert (len(said(desk, here)), len(said(desk, there))) == (1, 0)
    assert ask("--queue", str(SECOND))[0] == 0
    assert len(said(desk, there)) == 1
    code, _, err = ask("--queue", "dask")
    assert code == 2
    assert f"There is no queue dask.\nThere are: desk, report:{SECOND}." in err


def test_a_dry_run_shows_each_queue(desk: Desk, ask: Ask) -> None:
    desk.ticket("Printer")
    in_the_lab(desk)

    _, out, _ = ask("--dry-run")

    first, _, second = out.partition(f"Queue report:{SECOND}")
    assert first.startswith("Queue desk")
    assert ("From the desk" in first, "From the lab" in second) == (True, True)
    assert desk.writes() == 0


def test_a_report_that_fails_keeps_nobody_from_the_next_and_the_worst_code_counts(
    desk: Desk, ask: Ask
) -> None:
    there = in_the_lab(desk)
    desk.world.set_report(1344, hidden=True)

    code, _, err = ask()

    assert code == 2
    assert "desk: Report 1344 not found or not permitted" in err
    assert said(desk, there) == ["From the lab"]


def test_too_many_new_tickets_in_one_queue_are_no_matter_to_the_other(desk: Desk, ask: Ask) -> None:
    here = desk.ticket("Printer")
    there = [in_the_lab(desk) for _ in range(4)]

    code, _, err = ask()

    assert code == 2
    assert "would newly execute on 4 tickets" in err
    assert said(desk, here) == ["From the desk"]
    assert not any(said(desk, one) for one in there)
    assert ask("baseline", "--queue", str(SECOND))[0] == 0
    assert ask()[0] == 0
    assert desk.writes() == 1


def test_the_same_action_in_two_queues_acts_once_on_a_ticket_that_is_in_both(desk: Desk) -> None:
    desk.world.set_report(SECOND, compute=unassigned_in(catalogue.EAST_HALL_GROUP))
    ticket = desk.ticket("Printer")
    text = f"""
    version: 1
    queues:
      - {{report: 1344}}
      - {{report: {SECOND}, actions: [{{comment: {{comment_text: Once}}}}, {{tag: {{add: [b]}}}}]}}
    actions: [{{comment: {{comment_text: Once}}}}]
    """
    app = app_of(desk, text)
    for _ in range(2):
        for work in app.queues:
            work.run_once(dry_run=False)

    assert said(desk, ticket) == ["Once"]
    assert ticket.tags == ["b"]


def test_explain_tells_each_queue_and_no_action_twice(desk: Desk, ask: Ask) -> None:
    ticket = desk.ticket("Printer")
    ask()

    told = json.loads(ask("explain", str(ticket.id), "--json")[1])

    acts = {one["queue"]: [a["next"]["what"] for a in one["actions"]] for one in told["queues"]}
    assert list(acts) == ["desk", f"report:{SECOND}"]
    assert acts["desk"] == ["nothing: it is done, and never done again"]
    assert len(acts[f"report:{SECOND}"]) == 1


# in a daemon, side by side


class Ears:
    """Hears every queue, each by its name; what it hears can be waited for."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.told: list[tuple[str, Event]] = []
        self._changed = threading.Condition()

    def of(self, queue: str) -> Any:
        class One:
            def on_event(_, event: Event) -> None:  # noqa: N805
                with self._changed:
                    self.told.append((queue, event))
                    self._changed.notify_all()

        return One()

    def heard(self, queue: str, kind: type[Event]) -> list[Event]:
        return [event for name, event in self.told if name == queue and isinstance(event, kind)]

    def until(self, queue: str, kind: type[Event], times: int = 1) -> None:
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.heard(queue, kind)) >= times, PATIENCE)
            assert enough, self.told


@contextmanager
def running(app: App, **more: Any) -> Iterator[Ears]:
    ears = Ears()
    failed: list[BaseException] = []
    given = {"interval": 3600.0, "of": ears.of, **more}

    def work() -> None:
        try:
            run_forever(app, Loop(ears.stop, dry_run=False, **given))
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield ears
    finally:
        ears.stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert not failed, failed


def test_a_queue_that_is_busy_or_paused_or_broken_holds_no_other_up(desk: Desk, ask: Ask) -> None:
    text = RULES.replace("queues:", "queues:\n  - {name: broken, report: 99}")
    app = app_of(desk, text)
    ask("pause", "--queue", "desk")
    here = desk.ticket("Printer")
    with running(app, interval=0.01) as ears:
        ears.until("desk", Paused, 2)
        ears.until("broken", PassFailed, 2)
        there = in_the_lab(desk)
        done = len(ears.heard(f"report:{SECOND}", RunFinished))
        ears.until(f"report:{SECOND}", RunFinished, done + 2)
        assert [len(said(desk, one)) for one in (here, there)] == [0, 1]
        ask("resume")
        done = len(ears.heard("desk", RunFinished))
        ears.until("desk", RunFinished, done + 2)

    assert said(desk, here) == ["From the desk"]
    assert len(ears.heard("broken", Trouble)) == 1


def test_status_shows_a_daemons_queues_and_run_now_wakes_the_one_that_is_meant(
    desk: Desk, ask: Ask
) -> None:
    with running(app_of(desk)) as ears:
        for name in ("desk", f"report:{SECOND}"):
            ears.until(name, Waiting)
        there = in_the_lab(desk)
        state = json.loads(ask("status", "--json")[1])
        code, out, _ = ask("run-now", "--queue", "1344")
        ears.until("desk", RunStarted, 2)
        ears.until("desk", Waiting, 2)

    assert [one["queue"] for one in state["daemons"]] == ["desk", f"report:{SECOND}"]
    assert len({one["worker"] for one in state["daemons"]}) == 1
    assert (code, out.startswith("desk: ")) == (0, True)
    assert len(ears.heard(f"report:{SECOND}", RunStarted)) == 1
    assert said(desk, there) == []


def test_calls_of_a_run_are_its_own_queues(desk: Desk) -> None:
    app = app_of(desk)
    desk.ticket("Printer")
    with running(app) as ears:
        for name in ("desk", f"report:{SECOND}"):
            ears.until(name, RunFinished)

    [idle] = ears.heard(f"report:{SECOND}", RunFinished)
    assert isinstance(idle, RunFinished)
    assert set(idle.report.calls) <= {"GET reports/{id}", "POST auth/loginadmin"}


def test_an_outage_that_stops_every_queue_is_one_alert_and_one_note_that_it_is_over() -> None:
    sent: list[Alert] = []
    alerts = Alerts(sent.append)
    first, second = alerts.of("desk"), alerts.of("lab")
    away = Trouble("error", "TDX is away.", {"error": "TdxUnreachable"})
    for one in (first, second):
        Hooks([one]).on_event(away)
    for one in (first, second):
        one.on_event(TroubleOver("info", "over"))
    second.on_event(Trouble("error", "Report 7 is gone.", {"error": "ReportError"}))

    assert [one.subject.partition(": ")[2] for one in sent] == [
        "no run comes through (TdxUnreachable)",
        "the trouble is over",
        "no run comes through (ReportError, lab)",
    ]


def test_a_pause_of_a_name_that_nobody_knows_says_so_and_holds_all_the_same(ask: Ask) -> None:
    code, out, err = ask("pause", "--queue", "dask")

    assert (code, "dask is paused by" in out) == (0, True)
    assert "There is no queue dask in the rules" in err
    assert f"there are: desk, report:{SECOND}." in err
    saved("nothing: right\n")
    assert ask("resume", "--queue", "dask")[0] == 0


# the commands about the file


def test_validate_show_and_diff_know_several_queues(ask: Ask) -> None:
    code, out, _ = ask("config", "validate")
    assert (code, out.splitlines()) == (
        0,
        [
            "rules.yaml is right: 2 queues.",
            "  desk: 1 action on report 1344",
            f"  report:{SECOND}: 1 action on report {SECOND}",
        ],
    )

    shown = ask("config", "show")[1]
    saved(shown, "again.yaml")
    as_read = [one.rules and one.rules.queues for one in (configure(Path("rules.yaml")),)]
    again = configure(Path("again.yaml"))
    assert [one.action_id for one in again.made] == [
        one.action_id for one in configure(Path("rules.yaml")).made
    ]
    assert as_read[0] is not None

    new = RULES.replace("From the lab", "By the lab").replace("name: desk", "name: front")
    saved(new, "new.yaml")
    told = json.loads(ask("config", "diff", "rules.yaml", "new.yaml", "--json")[1])
    states = {one["name"]: [a["state"] for a in one["actions"]] for one in told["queues"]}
    assert states == {"front": ["new"], f"report:{SECOND}": ["runs again"], "desk": ["gone"]}
    assert {one["name"]: one["gone"] for one in told["queues"]}["desk"] is True


# a saved search instead of a report

SEARCH = 7001
BY_SEARCH = f"""
version: 1
queues:
  - {{search: {SEARCH}, max_new_tickets: 500}}
actions:
  - comment: {{comment_text: Found, reevaluate: on_update, when: 'ticket.Title != "Not this"'}}
"""


def test_a_saved_search_is_watched_like_a_report_page_by_page(desk: Desk) -> None:
    tickets = [desk.ticket(f"Printer {number}") for number in range(201)]
    away = tickets[0]
    away.title = "Not this"
    app = app_of(desk, BY_SEARCH, workers=16)

    first = app.run_once(dry_run=False)
    second = app.run_once(dry_run=False)
    away.title = "This"
    away.modified += timedelta(seconds=5)
    app.run_once(dry_run=False)

    assert (first.found, first.succeeded, first.skipped) == (201, 200, 1)
    assert dict(second.calls) == {"POST tickets/searches/{id}/results": 2}
    assert said(desk, away) == ["Found"]
    assert app.only.name == f"search:{SEARCH}"
    rows = sql(desk.database_url, "SELECT DISTINCT queue FROM meta.daemon_action_log")
    assert rows == [(f"search:{SEARCH}",)]


def test_a_saved_search_that_does_not_come_whole_is_never_read_as_less(desk: Desk) -> None:
    desk.ticket("Printer")
    desk.simulator.faults.add("truncated", route=r"/searches/\{searchId\}/results")

    with pytest.raises(TdxUnavailable, match="an answer that was cut off"):
        app_of(desk, BY_SEARCH).run_once(dry_run=False)

    assert desk.writes() == 0


def test_a_saved_search_that_is_not_there_says_what_to_look_at(desk: Desk) -> None:
    app = app_of(desk, BY_SEARCH.replace(str(SEARCH), "99"))

    with pytest.raises(ReportError, match="Saved search 99 not found or not permitted") as refused:
        app.run_once(dry_run=False)
    assert "a search of tickets in application 46 (TDX_APP_ID)" in refused.value.advice


def test_a_saved_search_is_baselined_and_named_without_a_file(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    app = desk.app(CommentAction("Hello"), report_id=None, search_id=SEARCH)

    assert app.baseline().tickets == 1
    app.run_once(dry_run=False)
    assert said(desk, ticket) == []
    with pytest.raises(ConfigError, match="DAEMON_REPORT_ID and DAEMON_SEARCH_ID are both set"):
        desk.app(search_id=SEARCH)


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("{search: 1, report: 2}", "queue.search: report is given as well; keep one of the two"),
        ("{report: 1, interval: 60, cron: '* * * * *'}", "queue.cron: interval is given as well"),
        ("{report: 1, cron: '61 * * * *'}", "queue.cron: expected a cron expression of five"),
        ("{report: 1, cron: '@daily'}", "queue.cron: expected a cron expression of five fields"),
        (
            "{search: 1}",
            "actions[0].tag.when: row is a report's columns, and a saved search has none",
        ),
    ],
)
def test_what_can_not_be_watched_so_is_told_at_its_line(queue: str, said: str) -> None:
    when = "{tag: {add: [x], when: 'row.Title == \"a\"'}}"

    told = mistakes(f"version: 1\nqueue: {queue}\nactions: [{when}]\n")

    assert any(said in line for line in told), told


# by cron


def test_a_queue_by_cron_waits_for_its_time_and_shows_it(desk: Desk, ask: Ask) -> None:
    text = RULES.replace(
        "report: 1344", "report: 1344\n    cron: 0 3 1 1 *\n    time_zone: America/Detroit"
    )
    here, there = desk.ticket("Printer"), in_the_lab(desk)
    with running(app_of(desk, text), interval=None) as ears:
        ears.until(f"report:{SECOND}", RunFinished)
        ears.until("desk", Waiting)
        [waiting] = ears.heard("desk", Waiting)
        before = said(desk, here)
        ask("run-now", "--queue", "desk")
        ears.until("desk", RunFinished)

    assert isinstance(waiting, Waiting)
    local = waiting.until.astimezone(ZoneInfo("America/Detroit"))
    assert (local.month, local.day, local.hour, local.minute) == (1, 1, 3, 0)
    assert (before, said(desk, here), said(desk, there)) == (
        [],
        ["From the desk"],
        ["From the lab"],
    )
