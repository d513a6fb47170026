"""What a monitor reads at the metrics port is what TDX and the database saw."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from crash.test_database_away import shut
from desk import Desk
from ticket_queue_daemon import __version__
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.app.metering import metering
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import TdxError
from ticket_queue_daemon.observe.gauges import KEEP_SECONDS
from ticket_queue_daemon.observe.health import STUCK_SECONDS
from ticket_queue_daemon.simulator.server import SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.metering import Monitored
    from ticket_queue_daemon.engine.report import RunReport

FEED = r"/tickets/\{id\}/feed$"
INTERVAL = 300
QUEUE = "report:1344"


class Samples:
    """What one scrape gave."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = [
            one for family in text_string_to_metric_families(text) for one in family.samples
        ]

    def __call__(self, name: str, **labels: str) -> float | None:
        """The sum of the samples with these labels; None: there is none."""
        found = [
            one.value
            for one in self.all
            if one.name == f"ticket_queue_daemon_{name}" and labels.items() <= one.labels.items()
        ]
        return sum(found) if found else None

    def by(self, name: str, *labels: str) -> dict[str, float]:
        """The samples that are not 0, by the values of some labels."""
        sums: Counter[str] = Counter()
        for one in self.all:
            if one.name == f"ticket_queue_daemon_{name}":
                sums[" ".join(one.labels[label] for label in labels)] += int(one.value)
        return {key: value for key, value in sums.items() if value}


@dataclass
class Watched:
    """A daemon with its monitors' port."""

    app: App
    monitored: Monitored

    def run(self, *, dry_run: bool = False) -> RunReport:
        return self.app.run_once(dry_run=dry_run, observer=self.monitored.of("report:1344"))

    def scrape(self) -> Samples:
        """What is served now, and not what the database said some seconds ago."""
        self.app.clock.sleep(KEEP_SECONDS)
        status, text = self.ask("/metrics")
        assert status == 200
        return Samples(text)

    def ask(self, path: str) -> tuple[int, str]:
        """Status and body."""
        place = self.monitored.address.removeprefix("http://")
        with closing(HTTPConnection(place)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def probe(self, path: str) -> tuple[int, dict[str, bool], str]:
        """The status, each check, and all the words."""
        status, text = self.ask(path)
        checks = json.loads(text)["checks"]
        return status, {name: check["ok"] for name, check in checks.items()}, text


@contextmanager
def watching(desk: Desk, *actions: Any, **settings: Any) -> Iterator[Watched]:
    app = desk.app(*actions, **settings)
    assert app.client is not None
    with metering(app, 0, daemon=True) as monitored:
        yield Watched(app, monitored)


@pytest.fixture
def watch(desk: Desk) -> Iterator[Callable[..., Watched]]:
    with ExitStack() as stack:
        yield lambda *actions, **settings: stack.enter_context(watching(desk, *actions, **settings))


def seen_by_tdx(desk: Desk) -> dict[str, int]:
    """The requests that arrived at TDX, as the metrics name their endpoints."""
    return {
        route.replace("/{appid}", "").replace(" /", " "): number
        for route, number in desk.simulator.requests.counts().items()
    }


def test_the_numbers_are_those_of_tdxs_own_journal(
    desk: Desk, watch: Callable[..., Watched]
) -> None:
    for number in range(3):
        desk.asset(f"IC-EHLB760-F{number + 10}", f"SN{number}")
        desk.ticket(f"IC-EHLB760-F{number + 10} does not boot")
    daemon = watch()

    first = daemon.run()
    daemon.run()
    daemon.run(dry_run=True)
    shown = daemon.scrape()

    assert shown.by("runs_total", "queue", "result") == {
        f"{QUEUE} completed": 2,
        f"{QUEUE} dry_run": 1,
    }
    assert shown("run_duration_seconds_count", queue=QUEUE) == 3
    assert shown("tickets_seen_total", queue=QUEUE) == 9
    assert shown("tickets_worked_total", queue=QUEUE) == 3
    assert shown("pending_tickets", queue=QUEUE) == 0
    assert shown.by("actions_total", "type", "outcome") == {
        "add_asset completed": 3,
        "summary_comment completed": 3,
    }
    assert shown("actions_total") == first.executed
    assert shown.by("effects_total", "kind", "answer") == {
        "attach_asset applied": 3,
        "feed_entry applied": 3,
    }
    assert shown("effects_total") == len(desk.simulator.journal)
    calls = shown.by("tdx_calls_total", "method", "endpoint")
    assert {route.lower(): number for route, number in calls.items()} == seen_by_tdx(desk)
    assert shown.by("tdx_calls_total", "status") == {"2xx": len(desk.simulator.requests)}
    assert shown.by("tdx_call_duration_seconds_count", "method", "endpoint") == calls
    assert not any(re.search(r"\d", one.labels.get("endpoint", "")) for one in shown.all)


def test_what_tdx_refused_lost_or_held_back_is_told_apart(
    desk: Desk, watch: Callable[..., Watched]
) -> None:
    faults = desk.simulator.faults
    desk.ticket("Printer")
    faults.add("status_before", method="GET", route=r"/reports/", status=503, times=1)
    faults.add("status_before", method="GET", route=r"/tickets/\{id\}$", status=429, times=2)
    faults.add("drop_after", method="POST", route=FEED, times=1)
    daemon = watch(CommentAction("Hello"))

    daemon.run()
    desk.ticket("Projector")
    faults.add("status_before", method="POST", route=FEED, status=400, times=1)
    daemon.run()
    shown = daemon.scrape()

    assert shown.by("effects_total", "kind", "answer") == {
        "feed_entry in_doubt": 1,
        "feed_entry already_there": 1,
        "feed_entry refused": 1,
    }
    assert len(desk.simulator.journal) == 1
    assert shown.by("tdx_rate_limited_total", "method", "endpoint") == {"GET tickets/{id}": 2}
    assert desk.simulator.requests.status_count(429) == 2
    statuses = shown.by("tdx_calls_total", "status")
    assert statuses == {"2xx": statuses["2xx"], "4xx": 3, "5xx": 1, "no_answer": 1}
    assert sum(statuses.values()) == len(desk.simulator.requests)
    assert shown.by("runs_total", "result") == {"completed": 1, "some_failed": 1}


def test_the_rate_governors_state_is_read_at_the_scrape(database_url: str) -> None:
    with SimulatorServer(limits="on") as limited:
        desk = Desk(limited, database_url)
        for number in range(3):
            desk.ticket(f"Printer {number}")
        with watching(desk, CommentAction("Hello")) as daemon:
            daemon.run()
            shown = daemon.scrape()
            daemon.app.clock.sleep(120)
            later = daemon.scrape()
        desk.close()

    feed = {"method": "POST", "endpoint": "tickets/{id}/feed"}
    assert shown("tdx_rate_limit_calls", **feed) == 60
    assert shown("tdx_rate_left_calls", **feed) == 60 - len(limited.journal)
    assert shown("tdx_rate_limit_calls", method="GET", endpoint="reports/{id}") == 30
    assert 0 < (shown("tdx_rate_reset_seconds", **feed) or 0) < 65
    assert shown("tdx_rate_waiting_calls", **feed) == 0
    assert later("tdx_rate_left_calls", **feed) == 60
    assert later("tdx_rate_reset_seconds", **feed) is None


def test_what_the_database_holds_is_shown(desk: Desk, watch: Callable[..., Watched]) -> None:
    class NeverTwice(CommentAction):
        on_unknown = "never_repeat"

    desk.ticket("Printer")
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, times=1)
    daemon = watch(NeverTwice("Hello"))
    fresh = daemon.scrape()
    daemon.run()
    daemon.app.tracker.open_circuit(QUEUE, "too much failed")
    with psycopg.connect(desk.database_url) as connection:
        connection.execute(
            "UPDATE meta.daemon_asset_index SET complete_at = now() - interval '1 h', source = 'tdx'"
        )
    shown = daemon.scrape()

    assert (fresh("needs_review_actions"), fresh("circuit_open", queue=QUEUE)) == (0, 0)
    assert fresh("asset_index_age_seconds") is None
    assert shown("needs_review_actions") == 1
    assert shown("actions_total", type="comment", outcome="needs_review") == 1
    assert shown("in_doubt_actions") == 0
    assert shown("oldest_pending_seconds", queue=QUEUE) == 0
    assert shown("circuit_open", queue=QUEUE) == 1
    assert 3600 <= (shown("asset_index_age_seconds") or 0) < 3700
    assert shown("build_info", version=__version__) == 1
    assert (shown("database_up"), shown("database_scrape_errors_total")) == (1, 0)


def test_the_lag_grows_until_a_run_succeeds(desk: Desk, watch: Callable[..., Watched]) -> None:
    daemon = watch(CommentAction("Hello"))
    daemon.app.clock.sleep(5000)
    before = daemon.scrape()("queue_lag_seconds", queue=QUEUE) or 0
    daemon.run()
    after = daemon.scrape()("queue_lag_seconds", queue=QUEUE) or 0
    daemon.app.clock.sleep(700)
    rule = desk.simulator.faults.add("status_before", method="GET", route="/reports/", status=404)
    with pytest.raises(Exception, match="1344"):
        daemon.run()
    desk.simulator.faults.remove(rule)
    shown = daemon.scrape()

    assert 5000 <= before < 5100
    assert after < 100
    assert 700 <= (shown("queue_lag_seconds", queue=QUEUE) or 0) < 800
    assert shown("runs_total", result="completed") == 1
    assert sum(shown.by("runs_total", "result").values()) == 2


def test_a_database_that_is_away_breaks_no_scrape(
    desk: Desk, watch: Callable[..., Watched]
) -> None:
    daemon = watch(CommentAction("Hello"))
    daemon.run()
    shut(desk.database_url, allow=False)
    away = daemon.scrape()
    again = Samples(daemon.ask("/metrics")[1])
    status, checks, _ = daemon.probe("/readyz")
    alive, *_ = daemon.probe("/healthz")
    shut(desk.database_url, allow=True)
    back = daemon.scrape()

    assert (away("database_up"), away("database_scrape_errors_total")) == (0, 1)
    assert [away(gone) for gone in ("needs_review_actions", "circuit_open")] == [None, None]
    assert away("runs_total", result="completed") == 1
    # Failures are remembered too: a scrape does not wait for a dead database each time.
    assert again("database_scrape_errors_total") == 1
    assert (status, checks) == (503, {"database": False, "token": True, "run": True})
    assert alive == 200
    assert (back("database_up"), back("needs_review_actions")) == (1, 0)


def test_ready_is_who_has_database_token_and_a_run(
    desk: Desk, watch: Callable[..., Watched]
) -> None:
    daemon = watch(CommentAction("Hello"))
    before = daemon.probe("/readyz")
    daemon.run()
    after = daemon.probe("/readyz")

    assert before[:2] == (503, {"database": True, "token": False, "run": False})
    assert "no run has begun yet" in before[2]
    assert after[:2] == (200, {"database": True, "token": True, "run": True})
    assert "the next run waits for its time" in after[2]


def test_a_loop_that_is_silent_too_long_is_stuck(watch: Callable[..., Watched]) -> None:
    daemon = watch(CommentAction("Hello"))
    daemon.run()
    daemon.app.clock.sleep(STUCK_SECONDS)
    waiting = daemon.probe("/healthz")
    daemon.app.clock.sleep(INTERVAL)
    stuck = daemon.probe("/healthz")
    daemon.run()
    again = daemon.probe("/healthz")

    assert waiting[:2] == (200, {"loop": True})
    assert stuck[:2] == (503, {"loop": False})
    assert "stuck: the next run waits for its time" in stuck[2]
    assert again[0] == 200


def test_a_tdx_that_is_away_is_a_run_that_failed(watch: Callable[..., Watched]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/TDWebApi/api"
        daemon = watch(CommentAction("Hello"), tdx_base_url=address)
        with pytest.raises(TdxError):
            daemon.run()
        shown = daemon.scrape()

    assert shown.by("runs_total", "result") == {"tdx_error": 1}
    assert set(shown.by("tdx_calls_total", "status")) == {"not_sent"}
    assert shown("tdx_call_duration_seconds_count") is None
    assert daemon.probe("/readyz")[:2] == (503, {"database": True, "token": False, "run": True})


def test_any_other_path_says_what_there_is(watch: Callable[..., Watched]) -> None:
    status, text = watch(CommentAction("Hello")).ask("/")

    assert status == 404
    assert json.loads(text)["served"] == ["/metrics", "/healthz", "/readyz"]


# the real command

READING = """
import pathlib, re, urllib.request
from ticket_queue_daemon.actions import CommentAction

class Reading(CommentAction):
    def execute_action(self, ticket_id, facade, dry_run=False):
        log = pathlib.Path("run.log").read_text()
        address = re.search(r"http://127[.]0[.]0[.]1:[0-9]+(?=/metrics)", log)[0]
        for path in ("metrics", "healthz", "readyz"):
            answer = urllib.request.urlopen(f"{address}/{path}").read()
            pathlib.Path(path).write_bytes(answer)
        return super().execute_action(ticket_id, facade, dry_run)

actions = [Reading(comment_text="Xylophone, said Alice")]
"""


@pytest.fixture
def command(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    settings = {
        **desk.simulator.env(),
        "DATABASE_URL": desk.database_url,
        "DAEMON_CONFIG": str(tmp_path / "actions.py"),
    }
    (tmp_path / "actions.py").write_text(READING)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return lambda *flags: main([*flags, "--log", "run.log"])


def test_the_flag_serves_a_run_and_tells_no_secret(
    desk: Desk, command: Callable[..., int], tmp_path: Path
) -> None:
    ticket = desk.ticket("Kaleidoscope broken")

    assert command("--metrics-port", "0") == 0

    texts = [(tmp_path / path).read_text() for path in ("metrics", "healthz", "readyz")]
    assert Samples(texts[0])("tickets_seen_total", queue=QUEUE) == 1
    assert "a run is under way" in texts[1]
    assert json.loads(texts[2])["status"] == "ok"
    environment = desk.simulator.env()
    secrets = [
        environment["TDX_BEID"],
        environment["TDX_WEB_SERVICES_KEY"],
        desk.database_url,
        "eyJ",
        "Kaleidoscope",
        "Xylophone",
        "Alice",
        str(ticket.id),
    ]
    assert [secret for secret in secrets for text in texts if secret in text] == []


@pytest.mark.parametrize("how", ["taken", "not an address of this machine"])
def test_a_port_that_cannot_be_had_is_told_before_anything_is_touched(
    desk: Desk, command: Callable[..., int], capsys: pytest.CaptureFixture[str], how: str
) -> None:
    desk.ticket("Printer")
    host = "127.0.0.1" if how == "taken" else "192.0.2.1"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = command("--metrics-port", str(port), "--metrics-host", host)

    assert code == 2
    said = capsys.readouterr().err
    assert f"Metrics can't be served at {host} port {port}" in said
    assert "DAEMON_METRICS_PORT" in said
    assert len(desk.simulator.requests) == 0
