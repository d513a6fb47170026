"""The settings of a daemon that runs for years: its schedule, its standby, its log file, its pulse."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from ticket_queue_daemon.config.variables import Variable, envbool, secret_web_address

PingUrl = Annotated[SecretStr, BeforeValidator(secret_web_address)]


class RunningSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the matching settings."""

    jitter: Annotated[
        float,
        Field(ge=0, le=0.5, allow_inf_nan=False),
        Variable(
            "DAEMON_JITTER",
            "share of the interval by which a run with --daemon begins later at random, so that "
            "daemons don't all ask in the same second; it never adds up",
            "a number from 0 to 0.5",
        ),
    ] = 0.05
    standby: Annotated[
        bool,
        BeforeValidator(envbool),
        Variable(
            "DAEMON_STANDBY",
            "with --daemon: work only while no other daemon is at work on the queue, and take over "
            "within DAEMON_LEASE_SECONDS when it is gone",
            "true or false (also 1, 0, yes, no, on, off)",
            "--standby",
        ),
    ] = False
    keep_recordings: Annotated[
        int,
        Field(ge=0, le=365),
        Variable(
            "DAEMON_KEEP_RECORDINGS",
            "days for which replay can look back: as long what decisions are made from is kept in the "
            "database, personal data of tickets among it; 0: nothing is, and what was is deleted",
            "a whole number of days from 0 to 365",
        ),
    ] = 14
    ping_url: Annotated[
        PingUrl | None,
        Variable(
            "DAEMON_PING_URL",
            "dead-man's switch (healthchecks style): asked for after each run that came to its end, "
            "with /fail behind it after one that did not",
            "a web address such as https://hc-ping.com/UUID",
            secret=True,
        ),
    ] = None
    ping_start: Annotated[
        bool,
        BeforeValidator(envbool),
        Variable(
            "DAEMON_PING_START",
            "ask for DAEMON_PING_URL with /start behind it when a run begins, so that its length is "
            "measured",
            "true or false (also 1, 0, yes, no, on, off)",
        ),
    ] = False
    log_max_mb: Annotated[
        int,
        Field(ge=0, le=100_000),
        Variable(
            "DAEMON_LOG_MAX_MB",
            "megabytes after which the log file is put aside as FILE.1 and begun anew; 0: never "
            "(logrotate does it)",
            "a whole number from 0 to 100000",
        ),
    ] = 100
    log_keep: Annotated[
        int,
        Field(ge=1, le=1000),
        Variable(
            "DAEMON_LOG_KEEP",
            "as many log files are kept that were put aside, FILE.1 being the newest",
            "a whole number from 1 to 1000",
        ),
    ] = 5
