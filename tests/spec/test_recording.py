"""What decisions were made from is written down on the way, bounded, and disturbs nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.engine import notebook
from ticket_queue_daemon.engine.notebook import CUT, LONGEST_TEXT, unpacked
from ticket_queue_daemon.rules.making import RuleWords
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.recordings import KeptRecording, Recordings
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    import pytest

    from desk import Desk


def recorded(desk: Desk) -> list[KeptRecording]:
    with Database(desk.database_url) as database:
        beginning = Reports(database).now() - timedelta(days=100)
        return [one for batch in Recordings(database).since(beginning, most=2) for one in batch]


def documents(desk: Desk) -> list[dict[str, Any]]:
    return [unpacked(one.data) for one in recorded(desk)]


def make_older(desk: Desk, days: int) -> None:
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE meta.daemon_recordings SET recorded_at = recorded_at - make_interval(days => %s)",
            [days],
        )


def test_each_worked_ticket_leaves_one_recording_and_no_call_more(desk: Desk) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    for number in range(3):
        ticket = desk.ticket(f"It is slow {number}")
        desk.world.add_feed_entry(ticket.id, "IC-EHLB760-F16 I mean", desk.alice)
    actions = (AddAssetAction(), SummaryCommentAction())

    unrecorded = desk.run(*actions, keep_recordings=0, dry_run=True)
    run = desk.run(*actions)

    reads = {route: count for route, count in unrecorded.calls.items() if "auth/" not in route}
    assert {route: run.calls[route] for route in reads} == reads
    found = recorded(desk)
    assert {one.ticket_id for one in found} == set(desk.world.tickets)
    assert {one.run_id for one in found} == {run.run_id}
    (document, *_) = documents(desk)
    assert document["facts"]["ticket"][0][1]["Title"].startswith("It is slow")
    assert document["facts"]["whole feed"][0][1][0]["Body"] == "IC-EHLB760-F16 I mean"
    assert [hit[0] for hit in document["hits"]] == [machine.id]
    assert [step["action_id"].split(":")[0] for step in document["steps"]] == [
        "add_asset",
        "summary_comment",
    ]


def test_a_run_without_work_and_a_dry_run_record_nothing(desk: Desk) -> None:
    desk.ticket("Screen")
    desk.run(CommentAction("Hello"), dry_run=True)
    assert recorded(desk) == []

    desk.run(CommentAction("Hello"))
    desk.run(CommentAction("Hello"))

    assert len(recorded(desk)) == 1


def test_long_texts_are_cut_and_attributes_kept(desk: Desk) -> None:
    desk.ticket("Screen", "x" * 3 * LONGEST_TEXT).attributes[18375] = "26191"

    desk.run(CommentAction("Hello").under(RuleWords(when='ticket.Title != ""').made()))

    (document,) = documents(desk)
    [[_, ticket]] = document["facts"]["ticket"]
    assert ticket["Description"] == "x" * LONGEST_TEXT + CUT
    assert ticket["Attributes"][0]["Value"] == "26191"
    assert document["cut"] == {"ticket": ["Description had 60,000 letters"]}


def test_a_whole_that_is_too_large_leaves_out_the_largest_and_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "MOST_BYTES", 2_000)
    ticket = desk.ticket("Screen")
    for number in range(200):
        desk.world.add_feed_entry(ticket.id, f"Number {number} {number**9}", desk.alice)

    desk.run(CommentAction("Hello").under(RuleWords(when="feed.count > 3").made()))

    (document,) = documents(desk)
    assert (document["left_out"], "ticket" in document["facts"]) == (["whole feed"], True)
    assert len(recorded(desk)[0].data) <= 2_000


def test_what_is_too_old_is_deleted_and_zero_days_delete_all(desk: Desk) -> None:
    desk.ticket("Screen")
    desk.run(CommentAction("Hello"))
    make_older(desk, 13)
    desk.run(CommentAction("Hello"))
    assert len(recorded(desk)) == 1
    make_older(desk, 2)
    desk.run(CommentAction("Hello"))
    assert recorded(desk) == []

    desk.run(CommentAction("Hello again"))
    assert len(recorded(desk)) == 1
    desk.run(CommentAction("Once more"), keep_recordings=0)
    assert recorded(desk) == []


def test_a_database_that_takes_no_recording_disturbs_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    tickets = [desk.ticket(f"Screen {number}") for number in range(3)]
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE meta.daemon_recordings RENAME TO elsewhere")

    run = desk.run(CommentAction("Hello"))

    assert (run.succeeded, run.failed) == (3, 0)
    assert [desk.comments(ticket) for ticket in tickets] == [["Hello"]] * 3
    told = [one.message for one in caplog.records if "not recorded" in one.message]
    assert len(told) == 1
