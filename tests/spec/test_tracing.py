"""A trace of a ticket tells what TDX and the log saw of it, and not a word of the ticket's."""

from __future__ import annotations

import sys
import threading
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.app.tracing import tracing
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.observe.trace_delivery import delivering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

    from desk import Desk

QUEUE = "report:1344"
FEED = r"/tickets/\{id\}/feed$"
WORDS = ("Kaleidoscope", "Xylophone", "Alice")


class Trace:
    """The spans of one ticket, with the span above each."""

    def __init__(self, spans: list[ReadableSpan]) -> None:
        names = {one.context.span_id: one.name for one in spans}
        (self.root,) = [one for one in spans if one.parent is None]
        self.below = {
            one.name: names[one.parent.span_id] for one in spans if one.parent is not None
        }
        self.named = {one.name: one for one in spans}
        self.calls = Counter(one.name.lower() for one in spans if "url.template" in one.attributes)
        self.spans = spans

    def outcomes(self) -> list[str]:
        return [
            one.attributes["tqd.outcome"] for one in self.spans if "tqd.outcome" in one.attributes
        ]


def traces(exporter: InMemorySpanExporter) -> dict[int, Trace]:
    """What was sent, by ticket."""
    by_trace = defaultdict(list)
    for span in exporter.get_finished_spans():
        by_trace[span.context.trace_id].append(span)
    told = [Trace(spans) for spans in by_trace.values()]
    return {one.root.attributes["tqd.ticket_id"]: one for one in told}


def seen_by_tdx(desk: Desk, ticket_id: int) -> Counter[str]:
    """The requests that named this ticket, as a trace names them."""
    return Counter(
        f"{one.method} {one.route.lower().removeprefix('/{appid}').lstrip('/')}".lower()
        for one in desk.simulator.requests
        if str(ticket_id) in one.path.split("/")
    )


def traced(desk: Desk, *actions: Any, dry_run: bool = False, **settings: Any) -> dict[int, Trace]:
    """One run, and its traces."""
    exporter = InMemorySpanExporter()
    app = desk.app(*actions, **settings)
    with tracing(app, exporter) as told, suppress(StoreError):
        app.run_once(dry_run=dry_run, observer=told.of(QUEUE))
    return traces(exporter)


def test_the_calls_of_each_trace_are_those_that_tdx_saw_for_the_ticket(desk: Desk) -> None:
    tickets = [desk.ticket(f"Kaleidoscope {number}") for number in range(2)]
    desk.simulator.faults.add(
        "status_before", method="GET", route=r"/tickets/\{id\}$", status=429, times=1
    )

    told = traced(desk, CommentAction("Xylophone"))

    assert told.keys() == {ticket.id for ticket in tickets}
    for ticket in tickets:
        trace = told[ticket.id]
        assert trace.calls == seen_by_tdx(desk, ticket.id)
        assert trace.root.name == "ticket"
        assert trace.root.attributes["tqd.queue"] == QUEUE
        assert trace.root.attributes["tqd.dry_run"] is False
        assert trace.outcomes() == ["completed"]
        assert trace.below["action comment"] == "ticket"
        assert trace.below["POST tickets/{id}/feed"] == "action comment"
        (settled,) = trace.named["action comment"].events
        assert settled.attributes == {"tqd.effect": "feed_entry", "tqd.answer": "applied"}
        above = {one.context.span_id: one for one in trace.spans}
        for span in trace.spans:
            assert span.start_time <= span.end_time
            if span.parent is not None:
                outer = above[span.parent.span_id]
                assert outer.start_time <= span.start_time
                assert span.end_time <= outer.end_time
    statuses = Counter(
        span.attributes.get("error.type") for trace in told.values() for span in trace.spans
    )
    assert {kind: number for kind, number in statuses.items() if kind} == {"429": 1}
    assert len({trace.root.attributes["tqd.run_id"] for trace in told.values()}) == 1


class DatabaseAway(CommentAction):
    """As if the database went away when the ticket had been read."""

    def execute_action(self, ticket_id: int, facade: Any, dry_run: bool = False) -> Any:
        facade.get_ticket(ticket_id)
        raise StoreError("away")


def test_a_trace_tells_a_failure_a_dry_run_and_a_ticket_that_was_broken_off(desk: Desk) -> None:
    ticket = desk.ticket("Kaleidoscope")
    desk.simulator.faults.add("status_before", method="POST", route=FEED, status=400, times=1)
    hello = CommentAction("Xylophone")

    dry = traced(desk, hello, dry_run=True)[ticket.id]
    failed = traced(desk, hello)[ticket.id]
    broken = traced(desk, DatabaseAway("Another"))[ticket.id]

    assert (dry.root.attributes["tqd.dry_run"], dry.outcomes()) == (True, [])
    assert dry.root.status.status_code is StatusCode.UNSET
    action = failed.named["action comment"]
    assert failed.outcomes() == ["failed"]
    assert (action.attributes["tqd.reason"], action.attributes["tqd.final"]) == ("refused", True)
    assert action.status.status_code is failed.root.status.status_code is StatusCode.ERROR
    assert "tqd.interrupted" not in failed.root.attributes
    assert broken.root.attributes["tqd.interrupted"] is True
    assert broken.below == {"GET tickets/{id}": "ticket"}


@contextmanager
def collecting(status: int = 200) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A collector that answers so; its address, and the (path, body) of what it was sent."""
    got: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def command(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The real command, over a comment to each ticket."""
    actions = tmp_path / "actions.py"
    actions.write_text(
        "from ticket_queue_daemon.actions import CommentAction\n"
        "actions = [CommentAction('Xylophone, said Alice')]\n"
    )
    environment = {**desk.simulator.env(), "DATABASE_URL": desk.database_url}
    for name, value in (environment | {"DAEMON_CONFIG": str(actions)}).items():
        monkeypatch.setenv(name, value)
    return lambda: main(["--log", "run.log"])


def test_a_collector_gets_them_without_a_secret_or_a_word_of_the_ticket(
    desk: Desk, command: Callable[[], int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tickets = [desk.ticket(f"Kaleidoscope {number}", "Xylophone") for number in range(2)]
    with collecting() as (address, got):
        monkeypatch.setenv("DAEMON_TRACES", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2,broken hunter2")
        code = command()

    spans = [
        span
        for _, body in got
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    environment = desk.simulator.env()
    secrets = (environment["TDX_BEID"], environment["TDX_WEB_SERVICES_KEY"], desk.database_url)
    hidden = [word.encode() for word in (*WORDS, *secrets, "eyJ", "hunter2")]
    assert code == 0
    assert {path for path, _ in got} == {"/v1/traces"}
    assert Counter(span.name for span in spans)["ticket"] == len({s.trace_id for s in spans}) == 2
    assert Counter(span.name for span in spans)["POST tickets/{id}/feed"] == len(tickets)
    assert [word for word in hidden for _, body in got if word in body] == []
    assert "hunter2" not in (tmp_path / "run.log").read_text()


@pytest.mark.parametrize("how", ["refuses", "is away"])
def test_a_collector_that_fails_is_told_once_and_disturbs_nothing(
    desk: Desk,
    command: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    how: str,
) -> None:
    desk.ticket("Printer")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1")
    with collecting(400) as (address, got):
        monkeypatch.setenv("DAEMON_TRACES", address)
        if how == "refuses":
            code = command()
    if how == "is away":
        monkeypatch.setattr("ticket_queue_daemon.observe.trace_delivery.TIMEOUT_SECONDS", 0.5)
        code = command()

    log = (tmp_path / "run.log").read_text()
    why = "it answered 400 Bad Request" if how == "refuses" else "it could not be reached in time"
    assert code == 0
    assert desk.writes() == 1
    assert len(got) != 1
    assert [line.count(why) for line in log.splitlines() if "Traces" in line] == [1]
    assert "export" not in log


def test_the_end_does_not_wait_for_a_collector_that_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ticket_queue_daemon.observe.trace_delivery.FLUSH_SECONDS", 0.0)
    never = threading.Event()

    class Hanging(InMemorySpanExporter):
        def export(self, spans: Any) -> Any:
            never.wait()
            return super().export(spans)

    with delivering(Hanging()) as tracer:
        tracer.start_span("ticket").end()
    told = caplog.messages[:]
    never.set()

    assert told == [
        "Traces can't be delivered to DAEMON_TRACES: the process ended first. The work goes on"
    ]


def test_it_is_off_unless_asked_for_and_then_needs_its_extra(
    desk: Desk,
    command: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.ticket("Printer")
    for name in list(sys.modules):
        if name.startswith("opentelemetry"):
            monkeypatch.setitem(sys.modules, name, None)
        elif name.startswith("ticket_queue_daemon.") and "trac" in name.rpartition(".")[2]:
            monkeypatch.delitem(sys.modules, name)
    with collecting() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        off = command()
        calls = len(desk.simulator.requests)
        monkeypatch.setenv("DAEMON_TRACES", address)
        without = command()

    assert (off, without) == (0, 2)
    assert got == []
    assert "pip install 'ticket-queue-daemon[tracing]'" in capsys.readouterr().err
    assert len(desk.simulator.requests) == calls
