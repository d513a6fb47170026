"""The settings of what a monitor reads: where metrics are served, and where traces are sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from ticket_queue_daemon.config.kinds import Line, WebAddress  # noqa: TC001  pydantic reads them
from ticket_queue_daemon.config.variables import Variable

_TOP_PORT = 65_535


class MonitorSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the others."""

    metrics_port: Annotated[
        int | None,
        Field(ge=0, le=_TOP_PORT),
        Variable(
            "DAEMON_METRICS_PORT",
            "TCP port of /metrics, /healthz and /readyz during a run; 0: any free one; unset: none; "
            "see docs/monitoring.md",
            "a whole number from 0 to 65535",
            "--metrics-port",
        ),
    ] = None
    metrics_host: Annotated[
        Line,
        Variable(
            "DAEMON_METRICS_HOST",
            "address of this machine at which they are served; 0.0.0.0 or ::: all of them",
            "an address or a name of this machine",
            "--metrics-host",
        ),
    ] = "127.0.0.1"
    traces: Annotated[
        WebAddress | None,
        Variable(
            "DAEMON_TRACES",
            "an OpenTelemetry collector (OTLP over HTTP) to which a trace of each ticket worked on is "
            "sent; needs the extra tracing; unset: none; see docs/monitoring.md",
            "a web address such as http://localhost:4318",
        ),
    ] = None
