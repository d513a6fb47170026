"""Metrics and probes of one application: who is asked for what, and the port where it is told."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ticket_queue_daemon.observe.events import CallEnded
from ticket_queue_daemon.observe.gauges import DatabaseCollector, GovernorCollector, Remembered
from ticket_queue_daemon.observe.health import Health, Pulses
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.metrics import Meter
from ticket_queue_daemon.observe.serving import serving
from ticket_queue_daemon.store.reports import Reports
from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.turns import current_party
from ticket_queue_daemon.tdx.wire import Answer, classify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.tdx.wire import Call, Outcome

_LOG = logging.getLogger(__name__)


class Monitored(NamedTuple):
    """Who has to hear of the runs of a queue, and where it is told: ``http://host:port``."""

    of: Callable[[str], Observer]
    address: str
    pulses: Pulses
    meter: Meter


@contextmanager
def metering(app: App, port: int, *, daemon: bool) -> Iterator[Monitored]:
    """Serve the metrics and probes of runs for the length of the block.

    Args:
        app: opened; its settings name the host.
        port: where; 0: any free one.
        daemon: whether there will be a next run.

    Raises:
        ConfigError: nothing can listen there.
    """
    now, client, reports = app.clock.monotonic, app.tdx, Reports(app.database)

    def remembered(queue: str) -> Remembered:
        return Remembered(lambda: reports.figures(queue), now)

    first = app.only.name
    meter, pulses, state = Meter(first, now), Pulses(now), remembered(first)
    collector = DatabaseCollector(state, first)
    meter.registry.register(collector)
    meter.registry.register(GovernorCollector(client.rate_limits))

    def of(queue: str) -> Observer:
        collector.add(remembered(queue), queue)
        # A queue that a reload brought is looked up among those that are watched by now.
        interval = max(
            (one.settings.interval for one in app.queues if one.name == queue), default=0
        )
        return Hooks([meter.of(queue), pulses.of(queue, interval if daemon else 0)])

    def listen(call: Call, outcome: Outcome, seconds: float) -> None:
        ended = call_ended(call, outcome, seconds)
        meter.on_event(ended)
        # All queues wait for the one that reads the list of assets.
        pulses.beat(ended, None if call.route.startswith("assets") else current_party())

    for one in app.queues:
        of(one.name)
    client.listen(listen)
    health = Health(pulses, lambda: state.figures() is not None, lambda: client.signed_in)
    with serving(app.settings.metrics_host, port, meter.registry, health) as address:
        _LOG.info("Metrics at %s/metrics, probes at /healthz and /readyz.", address)
        yield Monitored(of, address, pulses, meter)


def call_ended(call: Call, outcome: Outcome, seconds: float) -> CallEnded:
    """A try of the client, as observers are told it."""
    status = outcome.status if isinstance(outcome, Answer) else None
    sent = status is not None or classify(outcome, call) is Delivery.IN_DOUBT
    return CallEnded(call.verb, call.route, status, sent, seconds)
