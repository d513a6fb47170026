"""What needs a person is told to a person, once; and whoever can't be told disturbs nothing."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from receiver import TOKEN, Receiver, receiver
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.observe.alerts import AlertObserver
from ticket_queue_daemon.observe.delivery import Delivery, open_doors
from ticket_queue_daemon.observe.events import Event, RunStarted, TroubleOver
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk import Desk

__all__ = ["receiver"]

FEED = r"/tickets/\{id\}/feed$"
NEVER_TWICE = """
from ticket_queue_daemon.actions import CommentAction

class NeverTwice(CommentAction):
    on_unknown = "never_repeat"

actions = [NeverTwice(comment_text="Xylophone, said Alice")]
"""


STUMBLES = """
from ticket_queue_daemon.actions import CommentAction

class Stumbles(CommentAction):
    def execute_action(self, ticket_id, facade, dry_run=False):
        raise RuntimeError("Kaleidoscope broken")

actions = [Stumbles(comment_text="x")]
"""
HANGING = """
import sys
from pydantic import SecretStr
from ticket_queue_daemon.observe.alert_words import trial
from ticket_queue_daemon.observe.delivery import Delivery, open_doors
from ticket_queue_daemon.observe.scrub import Scrubber

delivery = Delivery(open_doors([SecretStr(sys.argv[1])]), Scrubber(), flush_seconds=1)
delivery.send(trial())
delivery.close()
"""


@pytest.fixture
def command(
    desk: Desk, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """The real command at this desk, alerting the receiver, with its log in ``run.log``."""
    settings = {
        **desk.simulator.env(),
        "DATABASE_URL": desk.database_url,
        "DAEMON_CONFIG": str(tmp_path / "actions.py"),
        "DAEMON_SETTLE_SECONDS": "0",
        "DAEMON_WORKERS": "2",
        "DAEMON_ALERT_URLS": receiver.address,
    }
    (tmp_path / "actions.py").write_text(NEVER_TWICE)

    def run(*flags: str, **more: str) -> int:
        for name, value in {**settings, **more}.items():
            monkeypatch.setenv(name, value)
        return main([*flags, "--log", str(tmp_path / "run.log"), "--log-level", "DEBUG"])

    return run


def lose_the_answer(desk: Desk) -> None:
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, times=1)


def test_what_is_held_for_review_is_told_once_with_what_to_type(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    ticket = desk.ticket("Kaleidoscope broken")
    lose_the_answer(desk)

    codes = [command(), command()]

    assert codes == [1, 0]
    (alert,) = receiver.messages
    assert (
        alert["title"] == f"Ticket Queue Daemon: ticket {ticket.id} held for review (report:1344)"
    )
    assert alert["type"] == "warning"
    assert f"ticket-queue-daemon resolve {ticket.id} --done" in alert["message"]
    assert f"ticket-queue-daemon resolve {ticket.id} --retry" in alert["message"]
    assert "this action is never repeated" in alert["message"]
    assert f"TDNext/Apps/46/Tickets/TicketDet?TicketID={ticket.id}" in alert["message"]


def test_what_failed_for_good_is_told_in_the_words_of_tdx(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add(
        "status_before", method="POST", route=FEED, status=400, body="Comments are closed."
    )

    command()

    (alert,) = receiver.messages
    assert f"ticket {ticket.id} failed for good" in alert["title"]
    assert "Comments are closed." in alert["message"]


def test_what_is_tried_again_is_not_told_until_it_is_given_up(
    desk: Desk, receiver: Receiver, command: Callable[..., int], tmp_path: Path
) -> None:
    (tmp_path / "actions.py").write_text(STUMBLES)
    desk.ticket("Printer")

    codes = [command(DAEMON_MAX_ATTEMPTS="2", DAEMON_RETRY_SECONDS="0") for _ in range(2)]

    assert codes == [1, 1]
    (alert,) = receiver.messages
    assert "RuntimeError in the action" in alert["message"]
    assert "Kaleidoscope" not in str(alert)


def test_no_words_of_a_ticket_or_a_comment_and_no_name_leave_the_house(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    desk.ticket("Kaleidoscope broken")
    lose_the_answer(desk)

    command()

    told = str(receiver.messages)
    assert "held for review" in told
    assert [word for word in ("Kaleidoscope", "Xylophone", "Alice", "Rivera") if word in told] == []


def test_a_run_that_is_refused_is_told_too(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    desk.ticket("Printer")

    code = command(DAEMON_MAX_NEW_TICKETS="0")

    assert code == 2
    (alert,) = receiver.messages
    assert "BlastRadiusError" in alert["title"]
    assert "Refused before touching any ticket" in alert["message"]
    assert "This run has ended" in alert["message"]


def test_a_database_that_is_away_is_told_by_a_single_run(
    receiver: Receiver, command: Callable[..., int]
) -> None:
    code = command(DATABASE_URL="postgresql://user:pass-word@127.0.0.1:1/none")

    assert code == 3
    (alert,) = receiver.messages
    assert "DatabaseUnreachable" in alert["title"]
    assert "pass-word" not in str(alert)


def test_a_dry_run_alerts_nobody(
    desk: Desk, receiver: Receiver, command: Callable[..., int]
) -> None:
    desk.ticket("Printer")

    assert command("--dry-run", DAEMON_MAX_NEW_TICKETS="0") == 0
    assert receiver.messages == []


class _EndsTheOutage:
    """Lets TDX come back with the fourth pass, and stops when that is noticed."""

    def __init__(self, come_back: Callable[[], None], stop: threading.Event) -> None:
        self._come_back = come_back
        self._stop = stop
        self.passes = 0

    def on_event(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self.passes += 1
            if self.passes == 4:
                self._come_back()
        elif isinstance(event, TroubleOver):
            self._stop.set()


def test_an_outage_is_told_once_and_once_that_it_is_over(desk: Desk, receiver: Receiver) -> None:
    rule = desk.simulator.faults.add("status_before", route="reports", status=503)
    stop = threading.Event()
    ends = _EndsTheOutage(lambda: desk.simulator.faults.remove(rule), stop)
    delivery = Delivery(open_doors([receiver.secret]), Scrubber())
    observer = Hooks([AlertObserver(delivery.send), ends])

    run_forever(desk.app(), Loop(stop, dry_run=False, interval=0.01, observer=observer))
    delivery.close()

    assert ends.passes == 4
    assert [alert["type"] for alert in receiver.messages] == ["failure", "success"]
    assert "the trouble is over" in receiver.titles[1]


def test_a_receiver_that_is_down_changes_nothing_and_is_logged_once(
    desk: Desk, command: Callable[..., int], tmp_path: Path
) -> None:
    desk.ticket("Printer")
    lose_the_answer(desk)

    code = command(DAEMON_ALERT_URLS=f"json://127.0.0.1:1/{TOKEN}")

    logged = (tmp_path / "run.log").read_text()
    assert code == 1
    assert "never repeated" in logged
    assert logged.count("alerts can't be delivered to number 1 (JSON)") == 1
    assert "1 alerts were not delivered" in logged


@pytest.mark.parametrize("status", [200, 404])
def test_the_address_is_in_no_log(
    desk: Desk,
    receiver: Receiver,
    command: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    status: int,
) -> None:
    receiver.status = status
    desk.ticket("Printer")
    lose_the_answer(desk)
    user = receiver.address.replace("://", "://someone:pass-word@")

    command(DAEMON_ALERT_URLS=f"{receiver.address} {user}")
    main(["alerts", "test", "--log", str(tmp_path / "test.log"), "--log-level", "DEBUG"])

    shown = (tmp_path / "run.log").read_text() + (tmp_path / "test.log").read_text()
    shown += "".join(capsys.readouterr())
    assert "number 2 (JSON)" in shown
    assert [secret for secret in (TOKEN, "pass-word", receiver.address) if secret in shown] == []


def test_a_library_that_shouts_the_address_is_not_heard(
    command: Callable[..., int], desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shout(method: str, url: str, **options: object) -> None:
        logging.getLogger("apprise").error("no luck with %s", url)
        raise RuntimeError(f"no luck with {url}")

    monkeypatch.setattr("requests.request", shout)
    # No scrubber to the rescue: what it does not know must not be heard either.
    monkeypatch.setattr(Scrubber, "text", lambda self, text: text)
    desk.ticket("Printer")

    command(DAEMON_MAX_NEW_TICKETS="0")

    logged = (tmp_path / "run.log").read_text()
    assert "alerts can't be delivered to number 1 (JSON)" in logged
    assert TOKEN not in logged


def test_a_receiver_that_hangs_does_not_hold_up_the_end(receiver: Receiver) -> None:
    receiver.gate.clear()
    hanging = receiver
    with Receiver() as other:
        doors = open_doors([hanging.secret, other.secret])
        delivery = Delivery(doors, Scrubber(), flush_seconds=0.2)
        observer = AlertObserver(delivery.send)
        observer.ended(RuntimeError("boom"))
        assert hanging.arrived.wait(20)
        other.wait_for(1)

        delivery.close()

        # The end was reached though the answer never came, and the other one was not kept waiting.
        assert not hanging.gate.is_set()
        assert hanging.messages == []
        assert len(other.messages) == 1
        assert "boom" not in str(other.messages)


def test_what_sends_nothing_does_not_load_apprise() -> None:
    loaded = "import sys, ticket_queue_daemon.cli.run; print('apprise' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_a_receiver_that_hangs_does_not_keep_the_process_alive(receiver: Receiver) -> None:
    receiver.gate.clear()

    subprocess.run([sys.executable, "-c", HANGING, f"{receiver.address}?rto=100"], check=True)

    assert receiver.arrived.is_set()
    assert receiver.messages == []


def test_alerts_test_says_for_each_address_whether_it_was_reached(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAEMON_ALERT_URLS", receiver.address)
    assert main(["alerts", "test"]) == 0

    monkeypatch.setenv("DAEMON_ALERT_URLS", f"{receiver.address}, json://127.0.0.1:1/{TOKEN}")
    assert main(["alerts", "test"]) == 1

    assert capsys.readouterr().out.splitlines() == [
        "number 1 (JSON): delivered",
        "number 1 (JSON): delivered",
        "number 2 (JSON): not delivered: it could not be reached, or it refused",
    ]
    assert receiver.titles == ["Ticket Queue Daemon: a test"] * 2


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        ("", "DAEMON_ALERT_URLS is not set"),
        (f"json://localhost/{TOKEN}, nosuch://{TOKEN}", "DAEMON_ALERT_URLS number 2 can't be used"),
        (f"{TOKEN}, json://localhost", "DAEMON_ALERT_URLS number 1 can't be used"),
    ],
)
def test_what_can_t_be_used_is_named_by_its_number_and_not_shown(
    urls: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAEMON_ALERT_URLS", urls)

    code = main(["alerts", "test"])

    shown = "".join(capsys.readouterr())
    assert code == 2
    assert said in shown
    assert TOKEN not in shown
