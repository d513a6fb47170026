"""Traces of one application: who is heard, and who sends them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.metering import call_ended
from ticket_queue_daemon.observe.trace_delivery import delivering
from ticket_queue_daemon.observe.tracing import Traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace.export import SpanExporter

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.tdx.wire import Call, Outcome


@contextmanager
def tracing(app: App, exporter: SpanExporter) -> Iterator[Traces]:
    """Trace the tickets of runs for the length of the block.

    Args:
        app: opened, with TDX.
        exporter: where finished spans go.
    """
    with delivering(exporter) as tracer:
        traces = Traces(tracer, app.clock)

        def listen(call: Call, outcome: Outcome, seconds: float) -> None:
            traces.called(call_ended(call, outcome, seconds))

        app.tdx.listen(listen)
        try:
            yield traces
        finally:
            traces.end_all()
