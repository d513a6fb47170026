"""Pruning forgets words and never facts: nothing is done again, nothing is put back, `verify` stays honest."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import signal
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from desk import BriefClock
from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.app.tidying import Tidying
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.observe.events import RunFinished
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.pruning import Pruner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desk import Desk
    from ticket_queue_daemon.store.pruning import Pruned

HELLO = CommentAction(comment_text="Hello <World> & all", is_private=False)


def prune(desk: Desk, export: Callable[[Sequence[Pruned]], None] = lambda _: None) -> Counter[str]:
    """Everything that has happened so far counts as old."""
    with Database(desk.database_url) as database:
        before = Pruner.beginning(database, timedelta(hours=-1))
        return sum(Pruner(database, before).batches(export), Counter[str]())


def settings_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")


def verified(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, int], dict[str, Any]]:
    settings_of(desk, monkeypatch)
    capsys.readouterr()
    code = main(["verify", "--json"])
    told = json.loads(capsys.readouterr().out)
    return code, {word: number for word, number in told["counts"].items() if number}, told


def test_what_is_pruned_is_not_done_again(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    actions = (AddAssetAction(), HELLO, SummaryCommentAction())
    desk.run(*actions)
    writes = desk.writes()

    assert prune(desk)["meta.daemon_action_log"] == 3
    report = desk.run(*actions)

    assert (report.pending, desk.writes()) == (0, writes)
    desk.run(AddAssetAction(version="v2"), HELLO, SummaryCommentAction())
    assert len(desk.attached(ticket)) == 1


def test_what_a_person_took_off_before_stays_off(desk: Desk) -> None:
    asset = desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())
    assert desk.attached(ticket) == [asset.id]
    desk.world.remove_asset_from_ticket(ticket.id, asset.id)

    prune(desk)
    desk.run(AddAssetAction(version="v2"))

    assert desk.attached(ticket) == []


def test_a_suggestion_is_not_told_again_when_the_ticket_is_looked_at_again(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F61 is slow")
    actions = (AddAssetAction(reevaluate="on_update"), SummaryCommentAction())
    desk.run(*actions)
    told = desk.comments(ticket)
    assert len(told) == 1

    prune(desk)
    desk.world.add_feed_entry(ticket.id, "Any news?", desk.alice)
    again = desk.run(*actions)

    assert again.pending == 1
    assert desk.comments(ticket) == told


def test_a_daemon_works_while_a_batch_is_being_pruned(desk: Desk) -> None:
    first = desk.ticket("Printer")
    desk.run(HELLO)
    second = CommentAction(comment_text="And welcome", is_private=False)
    passes: list[int] = []

    def meanwhile(_: Sequence[Pruned]) -> None:
        if not passes:
            desk.ticket("Screen")
            passes.append(desk.run(HELLO, second).succeeded)

    prune(desk, meanwhile)

    assert passes == [3]
    assert desk.comments(first) == ["Hello <World> & all", "And welcome"]


def test_verify_checks_what_it_still_can_and_says_what_it_can_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction(), HELLO, SummaryCommentAction())
    desk.asset("IC-EHLB760-F17", "SN-B")
    desk.world.tickets[ticket.id].description = "and IC-EHLB760-F17"
    desk.run(AddAssetAction(version="v2"), SummaryCommentAction())
    _, before, _ = verified(monkeypatch, desk, capsys)
    prune(desk)

    code, after, _ = verified(monkeypatch, desk, capsys)

    # Of the summary's two occurrences the row holds the last; the first is known, and no more than that.
    assert before == {"posted": 5}
    assert (code, after) == (0, {"posted": 4})

    desk.world.add_feed_entry(ticket.id, "Hello <World> & all", desk.world.admin)
    code, _, told = verified(monkeypatch, desk, capsys)
    (old,) = [one for one in told["findings"] if one["kind"] != "posted"]
    assert (code, old["kind"]) == (0, "unchecked")
    assert "pruned" in old["why"]

    # What is younger than what was pruned is judged as ever.
    sql(
        desk.database_url,
        "UPDATE meta.daemon_action_log SET pruned_to = pruned_to - interval '1 h'",
    )
    code, _, told = verified(monkeypatch, desk, capsys)
    (young,) = [one for one in told["findings"] if one["kind"] != "posted"]
    assert (code, young["kind"]) == (2, "unexplained")


def test_the_figures_of_the_patterns_do_not_move_by_a_prune_of_what_is_older(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())
    with Database(desk.database_url) as database:
        from ticket_queue_daemon.store.corrections import Corrections  # noqa: PLC0415

        since = Pruner.beginning(database, timedelta(days=28))
        before = Corrections(database).figures(since)
        assert [one.attached for one in before] == [1]

        gone = sum(Pruner(database, since).batches(lambda _: None), Counter[str]())

        assert gone == {}

        assert Corrections(database).figures(since) == before


# --- the command ---


@pytest.fixture
def old_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk at which two tickets were greeted 500 days ago."""
    desk.ticket("Printer")
    desk.ticket("Screen")
    desk.run(HELLO)
    sql(
        desk.database_url,
        "SET session_replication_role = replica;"
        " UPDATE meta.daemon_action_history SET at = at - interval '500 days';"
        " UPDATE meta.daemon_action_log SET executed_at = executed_at - interval '500 days',"
        " updated_at = updated_at - interval '500 days'",
    )
    settings_of(desk, monkeypatch)
    return desk


def test_the_command_counts_exports_and_prunes(
    old_desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "old.jsonl.gz"
    words = ["db", "prune", "--older-than", "400d"]

    assert main([*words, "--dry-run"]) == 0
    counted = capsys.readouterr().out
    assert "meta.daemon_action_history" in counted
    assert "Dry run: nothing was deleted." in counted
    assert main(["db", "size"]) == 0
    assert "meta.daemon_action_log" in capsys.readouterr().out

    assert main([*words, "--export", str(file), "--batch", "1"]) == 0
    told = capsys.readouterr().out
    rows = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    deleted = Counter(row["table"] for row in rows)
    assert deleted["meta.daemon_action_log"] == 2
    assert f"2 actions slimmed, {len(rows) - 2} rows deleted." in told
    assert f"A copy of {len(rows)} rows is in" in told
    # What the table before it promised.
    assert main([*words, "--no-export"]) == 0
    assert "Nothing that is older" in capsys.readouterr().out

    writes = old_desk.writes()
    old_desk.run(HELLO)
    assert old_desk.writes() == writes
    ticket_id = rows[0]["row"]["ticket_id"]
    assert main(["ticket", str(ticket_id)]) == 0
    assert "Pruned: what happened until" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prune"], "needs --older-than"),
        (["prune", "--older-than", "400d"], "say whether a copy is kept"),
        (["prune", "--older-than", "7d", "--no-export"], "patterns are judged by the last 28 days"),
        (["check", "--older-than", "400d"], "--older-than has no meaning for db check"),
        (["size", "--dry-run"], "--dry-run has no meaning for db size"),
    ],
)
def test_what_is_not_clear_is_refused_before_anything_is_deleted(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)

    assert main(["db", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_daemon_prunes_a_little_after_each_idle_run(old_desk: Desk) -> None:
    with Database(old_desk.database_url) as database:
        tidying = Tidying(database, BriefClock(), days=400)
        idle = old_desk.run(HELLO)
        assert idle.pending == 0

        old_desk.ticket("A new one")
        tidying.on_event(RunFinished(old_desk.run(HELLO)))
        busy = sql(old_desk.database_url, "SELECT count(pruned_to) FROM meta.daemon_action_log")
        tidying.on_event(RunFinished(idle))
        done = sql(old_desk.database_url, "SELECT count(pruned_to) FROM meta.daemon_action_log")

    assert (busy, done) == ([(0,)], [(2,)])


def test_the_setting_makes_a_daemon_do_it(old_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAEMON_KEEP_DAYS", "400")
    pruned = "SELECT count(pruned_to) FROM meta.daemon_action_log"
    tries = itertools.count()

    def stop_when_done() -> None:
        while sql(old_desk.database_url, pruned) != [(2,)] and next(tries) < 1000:
            if over.wait(0.02):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    over = threading.Event()
    watcher = threading.Thread(target=stop_when_done)
    Path("actions.py").write_text(
        "from ticket_queue_daemon.actions import CommentAction\n"
        f"actions = [CommentAction(comment_text={HELLO.comment_text!r}, is_private=False)]\n"
    )
    watcher.start()
    code = main(["--report-id", "1344", "--config", "actions.py", "--daemon", "--interval", "1"])
    over.set()
    watcher.join()

    assert code == 0
    assert sql(old_desk.database_url, pruned) == [(2,)]


def test_a_daemon_that_can_not_prune_goes_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    idle = desk.run(HELLO)
    sql(desk.database_url, "DROP TABLE meta.daemon_rate_windows")
    with Database(desk.database_url) as database:
        tidying = Tidying(database, BriefClock(), days=400)
        for _ in range(3):
            tidying.on_event(RunFinished(idle))

    assert [record.message for record in caplog.records if "Nothing old" in record.message]
