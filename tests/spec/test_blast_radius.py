"""What they fear: a thousand tickets changed by a typo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import BlastRadiusError

if TYPE_CHECKING:
    from pathlib import Path

    from desk import Desk


def test_a_run_that_reaches_too_far_is_refused_before_it_touches_any_ticket(desk: Desk) -> None:
    for number in range(51):
        desk.ticket(f"Ticket {number}")

    with pytest.raises(BlastRadiusError, match="on 51 tickets"):
        desk.run(CommentAction(comment_text="Hello"))

    assert desk.writes() == 0


def test_the_refusal_names_what_changed_and_what_to_type(desk: Desk) -> None:
    for number in range(6):
        desk.ticket(f"Ticket {number}")
    desk.run(CommentAction(comment_text="Hello"), max_new_tickets=10)
    edited = CommentAction(comment_text="Hallo")

    with pytest.raises(BlastRadiusError) as caught:
        desk.run(edited, max_new_tickets=5)

    assert "comment_text was 'Hello', is 'Hallo'" in caught.value.message
    assert f"--confirm {edited.get_action_id()}" in caught.value.advice
    assert "baseline" in caught.value.advice


def test_a_confirmed_action_may_reach_that_far(desk: Desk) -> None:
    for number in range(6):
        desk.ticket(f"Ticket {number}")
    hello = CommentAction(comment_text="Hello")

    report = desk.app(hello, max_new_tickets=5).run_once(
        dry_run=False, confirm=[hello.get_action_id()]
    )

    assert report.succeeded == 6


def test_a_baseline_leaves_the_tickets_as_they_are(desk: Desk) -> None:
    old = [desk.ticket(f"Ticket {number}") for number in range(6)]
    app = desk.app(CommentAction(comment_text="Hello"), max_new_tickets=5)

    done = app.baseline()
    new = desk.ticket("New")
    report = app.run_once(dry_run=False)

    assert (done.tickets, done.rows) == (6, 6)
    assert report.executed == 1
    assert [desk.comments(ticket) for ticket in old] == [[]] * 6
    assert desk.comments(new) == ["Hello"]


def test_a_baseline_of_one_action_leaves_the_others_to_the_run(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    ticket = desk.ticket("Screen")
    first, second = CommentAction("First"), CommentAction("Second")
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "version: 1\nactions:\n"
        "  - comment: {comment_text: First}\n  - comment: {comment_text: Second}\n"
    )

    assert main(["baseline", "--config", str(rules), "--action", first.get_action_id()]) == 0
    desk.run(first, second)

    assert desk.comments(ticket) == ["Second"]
    assert second.get_action_id() not in capsys.readouterr().out
    assert main(["baseline", "--config", str(rules), "--action", "tag:0123456789ab:v1"]) == 2
    assert f"There are: {first.get_action_id()}" in capsys.readouterr().err


def test_a_summary_of_what_was_allowed_is_not_counted_again(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    for number in range(5):
        desk.ticket(f"Ticket {number}: IC-EHLB760-F16")

    report = desk.run(AddAssetAction(), SummaryCommentAction(), max_new_tickets=5)

    assert report.succeeded == 10
