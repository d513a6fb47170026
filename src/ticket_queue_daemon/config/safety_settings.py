"""The settings that bound what the program may do to TDX, whatever its rules say."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from ticket_queue_daemon.config.kinds import Words  # noqa: TC001  pydantic reads it
from ticket_queue_daemon.config.variables import Variable, envbool


class SafetySettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the daemon's own."""

    read_only: Annotated[
        bool,
        BeforeValidator(envbool),
        Variable(
            "DAEMON_READ_ONLY",
            "never change TDX: the client refuses every write, and a run is a dry run",
            "true or false (also 1, 0, yes, no, on, off)",
            "--read-only",
        ),
    ] = False
    allowed_effects: Annotated[
        Words,
        Variable(
            "DAEMON_ALLOWED_EFFECTS",
            "the kinds of change that may be sent to TDX, whatever the actions ask for; unset: every "
            "kind; see docs/safety.md",
            "kinds of effect such as feed_entry, attach_asset, with commas between them",
        ),
    ] = ()
    max_effects_per_hour: Annotated[
        int | None,
        Field(ge=1, le=1_000_000),
        Variable(
            "DAEMON_MAX_EFFECTS_PER_HOUR",
            "the most changes sent to TDX in an hour, by all daemons of the database together; what is "
            "over it waits; unset: no cap",
            "a whole number from 1 to 1000000",
        ),
    ] = None
    anomaly_factor: Annotated[
        float,
        Field(ge=0, le=1000, allow_inf_nan=False),
        Variable(
            "DAEMON_ANOMALY_FACTOR",
            "an action whose new tickets in a run are so many spreads above the median of its last "
            "runs is held back until it is released; 0: never; see docs/anomalies.md",
            "a number from 0 to 1000",
        ),
    ] = 10.0
