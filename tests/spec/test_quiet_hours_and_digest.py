"""Who is on call sleeps; and in the morning hears what was done, what was not, and why. Once."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from pydantic import SecretStr

from receiver import Receiver, receiver
from ticket_queue_daemon.actions import AddAssetAction, CommentAction
from ticket_queue_daemon.app.digesting import Digesting
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.cli.attending import attending
from ticket_queue_daemon.cli.output import Terminal
from ticket_queue_daemon.cli.session import Session
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.observe.events import Paused
from ticket_queue_daemon.observe.quiet import Quiet
from ticket_queue_daemon.observe.scrub import Scrubber
from ticket_queue_daemon.store.notices import Notices
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk import Desk
    from ticket_queue_daemon.observe.alert_words import Alert

__all__ = ["receiver"]

FEED = r"/tickets/\{id\}/feed$"
RULES = """
version: 1
actions:
  - comment:
      comment_text: We are looking into it.
      on_unknown: never_repeat
"""


@pytest.fixture
def command(
    desk: Desk, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """A single run at this desk, alerting the receiver."""
    settings = {
        **desk.simulator.env(),
        "DATABASE_URL": desk.database_url,
        "DAEMON_CONFIG": str(tmp_path / "rules.yaml"),
        "DAEMON_SETTLE_SECONDS": "0",
        "DAEMON_WORKERS": "2",
        "DAEMON_ALERT_URLS": receiver.address,
    }
    (tmp_path / "rules.yaml").write_text(RULES)

    def run(**more: str) -> int:
        for name, value in {**settings, **more}.items():
            monkeypatch.setenv(name, value)
        return main([])

    return run


def now_is_quiet() -> str:
    now = datetime.now(UTC)
    return f"{now - timedelta(hours=3):%H:%M}-{now + timedelta(hours=3):%H:%M}"


def change(desk: Desk, *statements: str) -> None:
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def let_a_day_pass(desk: Desk) -> None:
    change(
        desk,
        "UPDATE meta.daemon_digests SET period_ends = period_ends - interval '1 day'",
        "UPDATE meta.daemon_runs SET ended_at = ended_at - interval '1 day'",
    )


def test_what_can_wait_is_kept_over_the_end_of_the_process_and_told_in_one_message(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    first = desk.ticket("Printer")
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, times=1)
    command(DAEMON_ALERT_QUIET=now_is_quiet())
    second = desk.ticket("Screen")
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, times=1)
    command(DAEMON_ALERT_QUIET=now_is_quiet())
    assert receiver.messages == []

    codes = [command(DAEMON_ALERT_QUIET="") for _ in range(2)]

    assert codes == [0, 0]
    assert receiver.titles == ["Ticket Queue Daemon: 2 alerts of the quiet hours"]
    told = receiver.messages[0]["message"]
    assert f"resolve {first.id} --done" in told
    assert f"resolve {second.id} --done" in told


def test_what_is_critical_wakes_somebody(receiver: Receiver, command: Callable[..., int]) -> None:
    command(DAEMON_ALERT_QUIET=now_is_quiet(), DATABASE_URL="postgresql://user@127.0.0.1:1/none")

    assert "no run comes through (DatabaseUnreachable)" in receiver.titles[0]


def test_hours_that_are_none_are_refused_with_what_is_expected(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(DAEMON_ALERT_QUIET="at night") == 2
    assert "DAEMON_ALERT_QUIET" in (err := capsys.readouterr().err)
    assert "22:00-07:00" in err


def test_a_digest_is_sent_once_a_period_over_any_number_of_runs(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    daily = {
        "DAEMON_DIGEST": "daily",
        "DAEMON_DIGEST_HOUR": "0",
        "DAEMON_MINUTES_SAVED": "comment=3",
    }
    desk.ticket("Printer")
    held = desk.ticket("Kaleidoscope broken")
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, ticket_id=held.id, times=1)
    command(**daily)
    assert [one for one in receiver.titles if "digest" in one] == []
    let_a_day_pass(desk)

    codes = [command(**daily) for _ in range(3)]

    assert codes == [0, 0, 0]
    [digest] = [one for one in receiver.messages if "digest" in one["title"]]
    assert digest["title"] == "Ticket Queue Daemon: the daily digest (report:1344)"
    assert "Done: 1 (comment 1).\nSaved: some 3 min" in digest["message"]
    assert "1 x comment held for review: " in digest["message"]
    assert "Kaleidoscope" not in digest["message"]


def test_of_two_daemons_one_sends_it_and_an_outage_of_the_database_delays_it(desk: Desk) -> None:
    sent: list[Alert] = []
    now = [datetime(2026, 11, 24, 9, tzinfo=UTC)]

    def daemon(database: Database) -> Digesting:
        return Digesting(
            sent.append,
            Notices(database),
            Runs(database),
            "report:1344",
            lambda: now[0],
            often="daily",
            hour=8,
            zone=UTC,
            minutes={},
        )

    with Database(desk.database_url) as database:
        first = daemon(database)
        first.look()
        now[0] += timedelta(days=1)
        first.notices = Notices(Database("postgresql://user@127.0.0.1:1/none"))
        with pytest.raises(StoreError):
            first.look()
        first.notices = Notices(database)
        first.look()
        daemon(database).look()

    assert [alert.subject for alert in sent] == [
        "Ticket Queue Daemon: the daily digest (report:1344)"
    ]


def test_a_daemon_tells_of_a_pause_that_may_be_forgotten_and_of_a_token_that_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticket_queue_daemon.observe.attention.TOKEN_SPAN", timedelta(days=2))
    token = SecretStr(desk.simulator.env()["TDX_API_TOKEN"])
    app = desk.app(
        CommentAction("Hello"), tdx_beid=None, tdx_web_services_key=None, tdx_api_token=token
    )
    app.run_once(dry_run=False)
    app.orders.pause("report:1344", "alice", reason="TDX is upgraded")
    change(desk, "UPDATE meta.daemon_pauses SET paused_at = paused_at - interval '2 days'")
    sent: list[Alert] = []
    quiet = Quiet(sent.append, None, app.clock.now)
    session = Session(Namespace(daemon=True), app.settings, Terminal(), Scrubber())

    with attending(session, app, quiet) as attended:
        assert attended is not None
        observer = attended.of("report:1344")
        for _ in range(2):
            observer.on_event(Paused("info", "paused"))
        attended.look()

    paused, ends = sorted(alert.subject.partition(": ")[2] for alert in sent)
    assert ends.startswith("the token of TDX ends at ")
    assert paused == "paused for 48 hours (report:1344)"


def test_a_stale_index_that_is_used_is_known_until_it_is_fresh(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    desk.ticket("IC-EHLB760-F16 is slow")
    app = desk.app(AddAssetAction())
    app.run_once(dry_run=False)
    change(
        desk, "UPDATE meta.daemon_asset_index SET complete_at = complete_at - interval '10 days'"
    )
    away = desk.simulator.faults.add("status_before", route=r"/assets/", status=500)

    desk.ticket("IC-EHLB760-F16 hums")
    app.run_once(dry_run=False)
    stale = app.stale_index_seconds
    desk.simulator.faults.remove(away)
    desk.ticket("IC-EHLB760-F16 smells")
    app.run_once(dry_run=False)

    assert stale > timedelta(days=9).total_seconds()
    assert app.stale_index_seconds == 0
