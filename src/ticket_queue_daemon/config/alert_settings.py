"""The settings that decide whom an alert reaches, when, and what a digest tells."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr

from ticket_queue_daemon.config.variables import Variable, alert_url, url_list

AlertUrl = Annotated[SecretStr, BeforeValidator(alert_url)]
_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.ASCII)
_SAVED = re.compile(r"\s*([A-Za-z]\w*)\s*=\s*(\d{1,5}(?:\.\d{1,3})?)\s*", re.ASCII)
_DAY_HOURS, _HOUR_MINUTES = 24, 60


def quiet_minutes(text: str) -> tuple[int, int] | None:
    """``22:00-07:00`` as minutes from midnight, from and to; None for an empty text.

    Raises:
        ValueError: it is no span of a day.
    """
    if not text.strip():
        return None
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError("not two times of a day")
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    if max(hours) >= _DAY_HOURS or max(minutes) >= _HOUR_MINUTES:
        raise ValueError("no such time of a day")
    start, end = (
        hour * _HOUR_MINUTES + minute for hour, minute in zip(hours, minutes, strict=True)
    )
    if start == end:
        raise ValueError("it begins when it ends")
    return start, end


def saved_minutes(text: str) -> dict[str, float]:
    """``add_asset=4, comment=1.5`` as minutes by type of action.

    Raises:
        ValueError: it is none.
    """
    parts = [part for part in text.split(",") if part.strip()]
    matches = [_SAVED.fullmatch(part) for part in parts]
    found = {match[1]: float(match[2]) for match in matches if match is not None}
    if len(found) != len(parts):
        raise ValueError("not minutes by type of action, each type once")
    return found


def _quiet(text: str) -> str:
    quiet_minutes(text)
    return text.strip()


def _saved(text: str) -> str:
    saved_minutes(text)
    return text.strip()


class AlertSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the others."""

    alert_urls: Annotated[
        tuple[AlertUrl, ...] | None,
        BeforeValidator(url_list),
        Field(min_length=1),
        Variable(
            "DAEMON_ALERT_URLS",
            "where alerts go: Apprise URLs with commas or white space between them; "
            "see docs/alerts.md",
            "Apprise URLs such as slack://TokenA/TokenB/TokenC",
            secret=True,
        ),
    ] = None
    alert_quiet: Annotated[
        str,
        AfterValidator(_quiet),
        Variable(
            "DAEMON_ALERT_QUIET",
            "hours in which only critical alerts are sent, such as 22:00-07:00, in DAEMON_TIME_ZONE; "
            "the others are told in one message after them; unset: none",
            "two times of a day such as 22:00-07:00",
        ),
    ] = ""
    alert_silent_intervals: Annotated[
        int,
        Field(ge=0, le=10_000),
        Variable(
            "DAEMON_ALERT_SILENT_INTERVALS",
            "a daemon alerts when it has processed nothing for so many intervals, and for a quarter of "
            "an hour; 0: never",
            "a whole number from 0 to 10000",
        ),
    ] = 12
    alert_paused_hours: Annotated[
        float,
        Field(ge=0, le=10_000, allow_inf_nan=False),
        Variable(
            "DAEMON_ALERT_PAUSED_HOURS",
            "a daemon alerts when its queue has been paused for so many hours; 0: never",
            "a number from 0 to 10000",
        ),
    ] = 24.0
    digest: Annotated[
        Literal["off", "daily", "weekly"],
        Variable(
            "DAEMON_DIGEST",
            "what was done and what was not, told to DAEMON_ALERT_URLS daily, or weekly on Mondays",
            "off, daily or weekly",
        ),
    ] = "off"
    digest_hour: Annotated[
        int,
        Field(ge=0, le=23),
        Variable(
            "DAEMON_DIGEST_HOUR",
            "the hour of the day, in DAEMON_TIME_ZONE, after which the digest is sent",
            "a whole number from 0 to 23",
        ),
    ] = 8
    minutes_saved: Annotated[
        str,
        AfterValidator(_saved),
        Variable(
            "DAEMON_MINUTES_SAVED",
            "minutes that a completed action saves a person, by type, for the digest, such as "
            "add_asset=4, comment=1; unset: no estimate is told",
            "minutes by type of action such as add_asset=4, comment=1",
        ),
    ] = ""
