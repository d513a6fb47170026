"""``task``: a ticket task from a template, exactly once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import SummaryCommentAction, TaskAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Task, Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

TASKS = r"/tickets/\{ticketId\}/tasks$"


def fetch(**options: Any) -> TaskAction:
    return TaskAction(
        "Fetch the machine of {{ requestor.name }}",
        "Ticket {{ ticket.id }}: {{ ticket.title }}",
        template=True,
        **options,
    )


def tasks(desk: Desk, ticket: Ticket) -> list[Task]:
    return [desk.world.tasks[one] for one in desk.world.tickets[ticket.id].tasks]


def row(log: StateTracker, ticket: Ticket) -> dict[str, Any]:
    [found] = [one for one in log.get_ticket_actions(ticket.id) if one["action_type"] == "task"]
    return found


def test_the_template_is_filled_and_the_task_is_told(desk: Desk) -> None:
    ticket = desk.ticket("Screen <b>dark</b> {{ now }}")
    action = fetch(
        responsible_uid=desk.theo.uid.upper(), estimated_minutes=30, complete_within_minutes=480
    )

    desk.run(action, SummaryCommentAction())

    [task] = tasks(desk, ticket)
    assert task.title == "Fetch the machine of Alice Rivera"
    first, blank, reference = task.description.split("\n")
    assert first == f"Ticket {ticket.id}: Screen <b>dark</b> {{{{ now }}}}"
    assert (blank, reference[:4]) == ("", "ref ")
    assert (task.estimated_minutes, task.complete_within_minutes) == (30, 480)
    assert task.responsible_uid == desk.theo.uid
    assert "1. Added task: Fetch the machine of Alice Rivera" in desk.comments(ticket)[0]


def test_a_dry_run_shows_it_and_touches_nothing(desk: Desk) -> None:
    desk.ticket("Screen")

    report = desk.run(fetch(), dry_run=True)

    assert report.plans[0].effects == ("create task Fetch the machine of Alice Rivera",)
    assert desk.writes() == 0


def test_a_second_pass_does_nothing(desk: Desk) -> None:
    ticket = desk.ticket("Screen")
    desk.run(fetch())
    desk.run(fetch())

    assert len(tasks(desk, ticket)) == 1


def test_a_refusal_is_told_in_tdxs_words(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Screen")

    desk.run(fetch(responsible_uid="11111111-1111-1111-1111-111111111111"))

    assert row(log, ticket)["status"] == "failed"
    assert "ResponsibleUid could not be found." in row(log, ticket)["error_message"]
    assert tasks(desk, ticket) == []


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "empty"])
def test_a_lost_answer_is_looked_up(desk: Desk, log: StateTracker, fault: str) -> None:
    ticket = desk.ticket("Screen")
    desk.simulator.faults.add(fault, "POST", TASKS, nth=1)

    for _ in range(2):
        desk.run(fetch(), retry_seconds=0)

    assert (len(tasks(desk, ticket)), row(log, ticket)["status"]) == (1, "completed")


def test_two_tasks_of_one_title_are_told_apart_by_their_references(
    desk: Desk, log: StateTracker
) -> None:
    """The answer of the second is lost; the first must not pass for it."""
    ticket = desk.ticket("Screen")
    first, second = (
        TaskAction("Fetch it", text, skip_if_task_exists=False) for text in ("from 12", "from 13")
    )
    desk.simulator.faults.add("drop_before", "POST", TASKS, nth=2)

    desk.run(first, second)

    assert [task.description.split("\n")[0] for task in tasks(desk, ticket)] == [
        "from 12",
        "from 13",
    ]
    assert {one["status"] for one in log.get_ticket_actions(ticket.id)} == {"completed"}


def test_what_a_person_rewrote_in_the_seconds_of_a_lost_answer_is_parked(
    desk: Desk, log: StateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ticket_queue_daemon.effects.task import CreateTaskEffect  # noqa: PLC0415  patched here

    ticket = desk.ticket("Screen")
    look = CreateTaskEffect.look

    def late(effect: CreateTaskEffect, sight: Any) -> Any:
        [task] = tasks(desk, ticket)
        task.description = "by Theo"
        return look(effect, sight)

    monkeypatch.setattr(CreateTaskEffect, "look", late)
    desk.simulator.faults.add("drop_after", "POST", TASKS, nth=1)
    desk.run(fetch())

    assert row(log, ticket)["status"] == "needs_review"
    assert "may be it" in row(log, ticket)["error_message"]
    assert len(tasks(desk, ticket)) == 1


def test_a_closed_ticket_is_left_alone(desk: Desk) -> None:
    ticket = desk.ticket("Screen")
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])
    closed = next(one.id for one in desk.world.ticket_statuses if one.status_class == 3)
    desk.world.set_status(ticket.id, closed)

    assert desk.run(fetch()).skipped == 1
    assert tasks(desk, ticket) == []


@pytest.mark.parametrize(("skips", "number"), [(True, 1), (False, 2)])
def test_a_ticket_that_has_such_a_task_gets_no_second(desk: Desk, skips: bool, number: int) -> None:
    ticket = desk.ticket("Screen")
    desk.run(TaskAction("Fetch it"))

    desk.run(TaskAction("fetch  IT", skip_if_task_exists=skips))

    assert len(tasks(desk, ticket)) == number


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"title": " "}, "empty title"),
        (
            {"title": "a", "description": "{{ password }}", "template": True},
            "no variable 'password'",
        ),
        ({"title": "a", "estimated_minutes": -1}, "negative"),
    ],
)
def test_a_wrong_template_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        TaskAction(**arguments)


def test_verify_knows_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")
    ticket = desk.ticket("Screen")
    desk.run(fetch())

    def counts() -> dict[str, int]:
        capsys.readouterr()
        main(["verify", "--json"])
        found: dict[str, int] = json.loads(capsys.readouterr().out)["counts"]
        return {word: number for word, number in found.items() if number}

    assert counts() == {"posted": 1}
    desk.world.tickets[ticket.id].tasks.clear()
    assert counts() == {"missing": 1}
