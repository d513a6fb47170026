"""An action that meets far more tickets than it ever does is held back, and released by one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.actions import CommentAction, SummaryCommentAction, TagAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.engine.expected import Expected, Wanted, fingerprint
from ticket_queue_daemon.observe.alerts import AlertObserver
from ticket_queue_daemon.rules.making import RuleWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

    Command = Callable[..., tuple[int, str]]

MANY = 21
TAG = TagAction(add=["vip"])
ACTIONS = (TAG, CommentAction("Hello"), SummaryCommentAction())


@pytest.fixture
def command(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """A command as typed; its exit code and what it said."""
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    def given(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(list(words))
        told = capsys.readouterr()
        return code, " ".join((told.out + told.err).split())

    return given


def past(desk: Desk, action_id: str, *counts: int) -> None:
    """As many runs, each of which met so many tickets anew."""
    for count in counts:
        sql(
            desk.database_url,
            "INSERT INTO meta.daemon_action_counts (queue, action_id, run_id, tickets)"
            " VALUES ('report:1344', %s, gen_random_uuid(), %s)",
            action_id,
            count,
        )


def tickets(desk: Desk, count: int = MANY) -> list[Ticket]:
    return [desk.ticket(f"Printer {number}") for number in range(count)]


def tagged(desk: Desk) -> int:
    return desk.simulator.journal.count("tags_added")


def run(desk: Desk, *actions: Any, **options: Any) -> tuple[RunReport, list[str]]:
    """A run, and the subjects of the alerts that it sent."""
    alerts: list[str] = []
    app = desk.app(*actions)
    observer = AlertObserver(lambda alert: alerts.append(alert.subject))
    report = app.run_once(observer=observer, **{"dry_run": False, **options})
    app.close()
    return report, alerts


def test_held_back_said_shown_and_released(desk: Desk, log: StateTracker, command: Command) -> None:
    tag_id = TAG.get_action_id()
    past(desk, tag_id, 1, 2, 1, 1, 3, 1, 2, 1, 1, 2)
    there = tickets(desk)

    preview, silence = run(desk, *ACTIONS, dry_run=True)
    assert any(f"A real run would hold back {tag_id}" in note for note in preview.notes)
    assert (silence, len(preview.plans), command("status")[0]) == ([], 3 * MANY, 0)

    report, alerts = run(desk, *ACTIONS)
    assert (tagged(desk), report.held_back) == (0, (tag_id,))
    # The other actions went on, and the tickets are as new to this one as before.
    assert desk.simulator.journal.count("feed_entry") == MANY
    assert not any(tag_id in log.statuses(one.id) for one in there)
    assert any(
        f"{tag_id} is held back: it would newly execute on 21 tickets; in its last 10 runs it was 1 as "
        f"a rule, and up to 19 would pass" in note
        for note in report.notes
    )
    assert alerts == ["Ticket Queue Daemon: an action on 21 tickets is held back (report:1344)"]
    code, said = command("status")
    assert code == 1
    assert f"release {tag_id}" in said

    # Held again, it is no news; a person releases exactly it, and a few more tickets do not matter.
    assert run(desk, *ACTIONS)[1] == []
    code, said = command("release", tag_id)
    assert code == 0
    assert "for 21 tickets of report:1344" in said
    tickets(desk, 2)
    report, _ = run(desk, *ACTIONS)
    assert (tagged(desk), report.held_back, command("status")[0]) == (MANY + 2, (), 0)
    # Once: the next crowd is held back again.
    tickets(desk)
    assert run(desk, *ACTIONS)[0].held_back == (tag_id,)
    assert tagged(desk) == MANY + 2
    code, said = command("release", "tag:000000000000:v1")
    assert code == 2
    assert f"Held back at present: {tag_id}" in said


def test_a_confirmed_one_goes_on_at_once(desk: Desk, command: Command) -> None:
    past(desk, TAG.get_action_id(), *[1] * 10)
    tickets(desk)
    Path("actions.py").write_text(
        "from ticket_queue_daemon.actions import TagAction\nactions = [TagAction(add=['vip'])]",
        "utf-8",
    )
    run = ("--report-id", "1344", "--config", "actions.py")

    assert (command(*run)[0], tagged(desk)) == (1, 0)
    code, _ = command(*run, "--confirm", TAG.get_action_id())

    assert (code, tagged(desk), command("status")[0]) == (0, MANY, 0)


@pytest.mark.parametrize(
    ("before", "count", "settings"),
    [
        ([1] * 9, MANY, {}),
        ([1] * 10, 19, {}),
        ([5, 20, 9, 14, 8, 11, 16, 7, 12, 10], 30, {}),
        ([1] * 10, MANY, {"anomaly_factor": 0}),
    ],
    ids=["little history", "a few tickets", "as it always varies", "switched off"],
)
def test_quiet(desk: Desk, before: list[int], count: int, settings: dict[str, Any]) -> None:
    past(desk, TAG.get_action_id(), *before)
    tickets(desk, count)

    report = desk.run(TAG, **settings)

    assert (tagged(desk), report.held_back) == (count, ())


def test_runs_make_its_history_and_only_so_much_is_kept(desk: Desk) -> None:
    past(desk, TAG.get_action_id(), *[1] * 50)
    tickets(desk, 2)
    for _ in range(2):
        desk.run(TAG)

    counts = sql(
        desk.database_url, "SELECT tickets FROM meta.daemon_action_counts ORDER BY counted_at DESC"
    )
    assert [count for (count,) in counts] == [2, *[1] * 49]


def test_what_a_held_one_might_stop_waits_with_it(desk: Desk) -> None:
    first = TagAction(add=["vip"]).under(RuleWords(stop=True).made())
    past(desk, first.get_action_id(), *[1] * 10)
    tickets(desk)

    run(desk, first, CommentAction("Hello"))

    assert desk.writes() == 0


def test_what_is_gone_from_the_report_is_held_no_more(desk: Desk, command: Command) -> None:
    past(desk, TAG.get_action_id(), *[1] * 10)
    tickets(desk)
    app = desk.app(TAG)
    app.run_once(dry_run=False)
    assert command("status")[0] == 1

    desk.world.set_report(1344, rows=[])
    app.run_once(dry_run=False)

    assert command("status")[0] == 0


def test_what_a_plan_names_was_looked_at_and_the_rest_stays_held(
    desk: Desk, command: Command
) -> None:
    past(desk, TAG.get_action_id(), *[1] * 10)
    tickets(desk)
    run(desk, TAG)
    hello = CommentAction("Hello")
    preview, _ = run(desk, TAG, hello, dry_run=True)

    def apply(action_id: str) -> RunReport:
        wanted = {
            (one.ticket_id, action_id): Wanted(
                fingerprint(action_id, one.planned, summarises=False), one.effects
            )
            for one in preview.plans
            if one.action_id == action_id
        }
        expected = Expected(wanted)
        return run(desk, TAG, hello, confirm=expected.action_ids, expected=expected)[0]

    assert (apply(hello.get_action_id()).succeeded, tagged(desk)) == (MANY, 0)
    assert command("status")[0] == 1
    assert (apply(TAG.get_action_id()).succeeded, tagged(desk)) == (MANY, MANY)
    assert command("status")[0] == 0
