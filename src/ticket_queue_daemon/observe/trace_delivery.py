"""Sends spans to a collector, in batches and from a thread of its own; no failure disturbs the run.

What the library would log of a failure may hold a header with a key in it, so that only the kind of
failure is told: once, and once more that it is over.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from ticket_queue_daemon import __version__
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Tracer

TIMEOUT_SECONDS = 5.0
"""So long a batch may take, repeated tries included."""
FLUSH_SECONDS = 6.0
"""How long the end of the process may wait for the last ones."""
_SERVICE = "ticket-queue-daemon"
_STATUSES = {
    said: f"{status.value} {status.phrase}"
    for status in HTTPStatus
    for said in (status.value, status.phrase)
}

_LOG = logging.getLogger(__name__)


def collector(address: str) -> SpanExporter:
    """Who sends to this address by OTLP over HTTP; to its ``/v1/traces``, if it has no path.

    The standard's variables ``OTEL_EXPORTER_OTLP_HEADERS``, ``…_CERTIFICATE`` and so on count too.

    Raises:
        ConfigError: one of them can't be used.
    """
    parts = urlsplit(address)
    url = address if parts.path.strip("/") else urlunsplit(parts._replace(path="/v1/traces"))
    try:
        with _heard_by(logging.NullHandler()):
            return OTLPSpanExporter(url, timeout=TIMEOUT_SECONDS)
    except ValueError:
        # Its own words may quote a header.
        raise ConfigError(
            "Traces can't be sent by what the OTEL_EXPORTER_OTLP_ variables say.",
            "Mend or unset them, or unset DAEMON_TRACES.",
        ) from None


@contextmanager
def delivering(exporter: SpanExporter) -> Iterator[Tracer]:
    """Within it, spans that end are sent; its end waits a little for the last ones."""
    careful = _Careful(exporter)
    ours = Resource({"service.name": _SERVICE, "service.version": __version__})
    with _heard_by(careful.reasons):
        provider = TracerProvider(
            resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
        )
        provider.add_span_processor(BatchSpanProcessor(careful))
        # A daemon thread: a collector that hangs must not keep the process alive.
        last = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
        try:
            yield provider.get_tracer(_SERVICE, __version__)
        finally:
            last.start()
            last.join(FLUSH_SECONDS)
            if last.is_alive():
                careful.told("the process ended first")


@contextmanager
def _heard_by(handler: logging.Handler) -> Iterator[None]:
    """Within it, what the library logs goes there alone."""
    library = logging.getLogger("opentelemetry")
    before = library.handlers[:], library.propagate
    library.handlers[:], library.propagate = [handler], False
    try:
        yield
    finally:
        library.handlers[:], library.propagate = before


class _Reasons(logging.Handler):
    """Hears what the library logs, and keeps the kind of failure without its words."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        for part in record.args if isinstance(record.args, tuple) else ():
            if isinstance(part, int | str) and part in _STATUSES:
                self.last = f"it answered {_STATUSES[part]}"
                return
            if isinstance(part, Exception):
                self.last = f"it could not be reached ({type(part).__name__})"
                return


class _Careful(SpanExporter):
    """Sends by another exporter, and says once that it does not come through."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._failing = False
        self.reasons = _Reasons()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.reasons.last = ""
        try:
            result = self._exporter.export(spans)
        except Exception as error:  # noqa: BLE001  its words may hold a key: only its kind is told
            self.reasons.last, result = type(error).__name__, SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self.told("")
        else:
            self.told(self.reasons.last or "it could not be reached in time")
        return result

    def told(self, why: str) -> None:
        """Say why they are not delivered, if that is new; "": they are."""
        if why and not self._failing:
            _LOG.warning("Traces can't be delivered to DAEMON_TRACES: %s. The work goes on", why)
        elif self._failing and not why:
            _LOG.info("Traces are delivered to DAEMON_TRACES again")
        self._failing = bool(why)

    def shutdown(self) -> None:
        self._exporter.shutdown()
