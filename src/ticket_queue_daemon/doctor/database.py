"""The database: reachable, new enough, complete, ours to write to, and of the right instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.doctor.findings import Finding, asked, fail, ok, unknown, warn
from ticket_queue_daemon.errors import DatabaseUnreachable, StoreError
from ticket_queue_daemon.store.checkup import DatabaseCheckup
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.tdx.config import (
    host_of,
    instance_of,
    is_local,
    is_sandbox,
    normalise_base_url,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticket_queue_daemon.store.checkup import ServerFacts
    from ticket_queue_daemon.store.pool import Database

SECONDS_APART = 60.0
_SHOWN = 6
_LATE = 2
"""An index that is older than so many of its ages was not brought up to date when it should."""


def database(
    opened: Database, now: Callable[[], datetime], *, address: str | None, index_age: float
) -> list[Finding]:
    """Everything of the database; without its tables nothing is asked of them.

    Args:
        opened: connects at its first use.
        now: this machine's clock.
        address: ``TDX_BASE_URL``, if it is known.
        index_age: seconds after which the asset index should have been brought up to date.
    """
    checkup = DatabaseCheckup(opened)
    found = asked("database", lambda: _server(checkup, now))
    if any(finding.mark == "fail" for finding in found):
        return found
    tables = asked("migrations", lambda: _migrations(opened, checkup))
    if any(finding.mark == "fail" for finding in tables):
        return [*found, *tables]
    found += [*tables, *asked("database rights", lambda: _rights(checkup))]
    if any(finding.check == "database rights" and finding.mark == "fail" for finding in found):
        return found
    if address is not None:
        found += asked("instance", lambda: _bound(checkup, address))
    return [*found, *asked("asset index", lambda: _index(checkup, now(), index_age))]


def _server(checkup: DatabaseCheckup, now: Callable[[], datetime]) -> list[Finding]:
    version = checkup.version()
    before = now()
    facts = checkup.server()
    apart = (facts.now - before).total_seconds()
    who = f"{facts.role}{', a superuser: more than it needs' if facts.superuser else ''}"
    found = [ok("database", f"PostgreSQL {version} as {who}"), *_refusals(facts)]
    if abs(apart) > SECONDS_APART:
        said = f"this machine and the database are {abs(apart):.0f} s apart"
        advice = "Set both clocks by NTP; leases and due times go by the database's."
        return [*found, warn("database clock", said, advice)]
    return [*found, ok("database clock", f"{abs(apart):.1f} s apart")]


def _refusals(facts: ServerFacts) -> list[Finding]:
    found = []
    if facts.standby or facts.refuses_writes:
        what = "a standby that takes no writes" if facts.standby else "set to read only"
        advice = "Point DATABASE_URL at the primary, as a user who may write."
        found.append(fail("database", f"the server is {what}", advice))
    if facts.encoding != "UTF8":
        advice = "Make the database with ENCODING 'UTF8'; tickets hold any character."
        found.append(fail("database", f"its encoding is {facts.encoding}", advice))
    return found


def _migrations(opened: Database, checkup: DatabaseCheckup) -> list[Finding]:
    try:
        state = Migrator(opened).status()
    except DatabaseUnreachable:
        raise
    except StoreError as error:
        # Most likely a right is missing: then the whole list of them is wanted.
        return [fail("migrations", error.message, error.advice), *_rights(checkup)]
    if state.problems:
        advice = "Use the version of the program that the database was upgraded with."
        return [fail("migrations", "; ".join(state.problems), advice)]
    if state.missing:
        said = f"{len(state.missing)} are missing: {', '.join(state.missing)}"
        return [fail("migrations", said, "ticket-queue-daemon db upgrade")]
    return [ok("migrations", f"up to date (version {state.current})")]


def _rights(checkup: DatabaseCheckup) -> list[Finding]:
    missing = checkup.missing_rights()
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        advice = "Let the owner of the schemas run the GRANTs of docs/least-privileges.md."
        return [fail("database rights", f"missing: {', '.join(missing[:_SHOWN])}{more}", advice)]
    return [ok("database rights", "all that it needs")]


def _bound(checkup: DatabaseCheckup, address: str) -> list[Finding]:
    base_url = normalise_base_url(address)
    ours, bound = instance_of(base_url), checkup.bound()
    if bound is not None and bound.instance != ours:
        said = f"the database belongs to {bound.instance}, and TDX_BASE_URL names {ours}"
        return [
            fail("instance", said, "Give each instance its own database, or correct one of them.")
        ]
    if is_sandbox(base_url) or is_local(base_url):
        return [ok("instance", f"{ours}, not production")]
    if bound is None or bound.confirmed_at is None:
        said = f"{ours}: no run has changed tickets there yet"
        advice = f"The first one asks, or needs --confirm-instance {host_of(ours)}"
        return [ok("instance", f"{said}. {advice}")]
    return [ok("instance", f"{ours}, confirmed on {bound.confirmed_at:%Y-%m-%d}")]


def _index(checkup: DatabaseCheckup, now: datetime, index_age: float) -> list[Finding]:
    index = checkup.index()
    if index.complete_at is None:
        return [unknown("asset index", "not made yet: the first run makes it, or `sync assets`")]
    age = (now - index.complete_at).total_seconds()
    said = f"{index.assets:,} assets, {age / 3600:.0f} h old"
    if age > _LATE * index_age:
        return [warn("asset index", said, "Is a daemon running? ticket-queue-daemon sync assets")]
    return [ok("asset index", said)]
