"""This side: versions, the file with the secrets, alerts, and the bounds that are set."""

from __future__ import annotations

import platform
import re
import stat
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from ticket_queue_daemon import __version__
from ticket_queue_daemon.doctor.findings import Finding, fail, ok, warn
from ticket_queue_daemon.observe.delivery import open_doors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ticket_queue_daemon.config.settings import Settings

PACKAGE = "ticket-queue-daemon"
OLDEST_PYTHON = (3, 11)
_TOLD = ("httpx2", "psycopg", "pydantic", "apprise")


def versions() -> list[Finding]:
    """Python, this program, and whether every package that it needs is there."""
    found = [
        ok("python", f"{platform.python_version()} on {platform.system()}")
        if sys.version_info >= OLDEST_PYTHON
        else fail("python", platform.python_version(), "Install Python 3.11 or newer.")
    ]
    held, missing = {}, []
    for name in _needed():
        try:
            held[name] = version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        advice = f"Install it again: pip install '{PACKAGE}'"
        return [*found, fail("packages", f"missing: {', '.join(missing)}", advice)]
    told = ", ".join(f"{name} {held[name]}" for name in _TOLD if name in held)
    return [*found, ok("packages", f"{PACKAGE} {__version__}; {told}")]


def _needed() -> list[str]:
    """The packages that this one names, without those of extras."""
    plain = [one for one in requires(PACKAGE) or () if "extra ==" not in one]
    return [match[0] for one in plain if (match := re.match(r"[A-Za-z0-9._-]+", one))]


def secrets_file(path: Path) -> list[Finding]:
    """Whether others on this machine can read ``.env``; nothing if there is none."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return []
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return [warn(".env", "others on this machine can read it", f"chmod 600 {path}")]
    return [ok(".env", "only its owner can read it")]


def typing_errors(sentences: Sequence[str]) -> list[Finding]:
    """Variables that look like settings and are none."""
    advice = "Correct or remove it; docs/settings.md lists them all."
    return [warn("settings", sentence, advice) for sentence in sentences]


def alerts(settings: Settings) -> list[Finding]:
    """Whether anybody would be told.

    Raises:
        ConfigError: an address can't be used.
    """
    if not settings.alert_urls:
        advice = "Set DAEMON_ALERT_URLS; docs/alerts.md. Then: ticket-queue-daemon alerts test"
        return [warn("alerts", "nobody is told when something needs a person", advice)]
    doors = open_doors(settings.alert_urls)
    said = f"{len(doors)} to alert (not tried: ticket-queue-daemon alerts test)"
    return [ok("alerts", said)]


def bounds(settings: Settings) -> list[Finding]:
    """What a run may do at all."""
    allowed, cap = settings.allowed_effects, settings.max_effects_per_hour
    parts = [
        f"effects allowed: {', '.join(allowed) if allowed else 'every kind'}",
        f"in an hour: {cap or 'no cap'}",
        f"new tickets for one action in a run: {settings.max_new_tickets}",
    ]
    if settings.only_looks:
        parts.insert(0, "nothing is changed (read-only or dry run)")
    return [ok("bounds", "; ".join(parts))]
