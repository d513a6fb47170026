"""Metrics and probes of one application: who is asked for what, and the port where it is told."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ticket_queue_daemon.observe.events import CallEnded
from ticket_queue_daemon.observe.gauges import DatabaseCollector, GovernorCollector, Remembered
from ticket_queue_daemon.observe.health import Health, Pulse
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.metrics import Meter
from ticket_queue_daemon.observe.serving import serving
from ticket_queue_daemon.store.reports import Reports
from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.wire import Answer, classify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.wire import Call, Outcome

_LOG = logging.getLogger(__name__)


class Monitored(NamedTuple):
    """Who has to hear of the runs, and where it is told: ``http://host:port``."""

    observer: Observer
    address: str


@contextmanager
def metering(app: App, client: TdxClient, port: int, *, interval: float) -> Iterator[Monitored]:
    """Serve the metrics and probes of runs for the length of the block.

    Args:
        app: opened; its settings name the host.
        client: the application's own.
        port: where; 0: any free one.
        interval: seconds between two runs; 0 for a single one.

    Raises:
        ConfigError: nothing can listen there.
    """
    now, queue = app.clock.monotonic, app.queue.name
    meter, pulse = Meter(queue, now), Pulse(now, interval)
    reports = Reports(app.database)
    state = Remembered(lambda: reports.figures(queue), now)
    meter.registry.register(DatabaseCollector(state, queue))
    meter.registry.register(GovernorCollector(client.rate_limits))
    hooks = Hooks([meter, pulse])
    client.listen(lambda call, outcome, seconds: hooks.on_event(call_ended(call, outcome, seconds)))
    health = Health(pulse, lambda: state.figures() is not None, lambda: client.signed_in)
    with serving(app.settings.metrics_host, port, meter.registry, health) as address:
        _LOG.info("Metrics at %s/metrics, probes at /healthz and /readyz.", address)
        yield Monitored(hooks, address)


def call_ended(call: Call, outcome: Outcome, seconds: float) -> CallEnded:
    """A try of the client, as observers are told it."""
    status = outcome.status if isinstance(outcome, Answer) else None
    sent = status is not None or classify(outcome, call) is Delivery.IN_DOUBT
    return CallEnded(call.verb, call.route, status, sent, seconds)
