"""TDX itself: who we are there and what we may read, in eight calls, none of which changes anything.

Sign in, own account, applications, the report; of its first ticket the ticket, its feed and its
assets; one search for an asset. Each further queue is one more. What may be written can't be tried without writing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ticket_queue_daemon.doctor.findings import Finding, asked, fail, ok, unknown, warn
from ticket_queue_daemon.tdx.config import AdminKey, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.config import Credentials
    from ticket_queue_daemon.tdx.reportrows import TicketIds

MOST_CALLS = 8
SECONDS_APART = 60.0
_RIGHTS = "docs/least-privileges.md lists the rights that the account needs in TDAdmin."


def instance(
    client: TdxClient,
    credentials: Credentials,
    now: Callable[[], datetime],
    *,
    sources: Mapping[str, Callable[[TdxClient], TicketIds]],
) -> list[Finding]:
    """Everything of TDX; without an account nothing else is asked.

    Args:
        client: only reads.
        credentials: what it signs in with.
        now: this machine's clock.
        sources: what is watched, in words such as ``report 1344``, and how to read it.
    """
    account = asked("account", lambda: _account(client, credentials, now()))
    if any(finding.mark == "fail" for finding in account):
        return account
    found = [*account, _clock(client, now())]
    found += asked("applications", lambda: _applications(client))
    if any(finding.mark == "fail" for finding in found):
        return found
    tickets: list[int] = []
    for words, read in sources.items():
        found += asked(words.rpartition(" ")[0], partial(_source, client, words, read, tickets))
    found += _ticket(client, tickets)
    found += asked("may read assets", lambda: _assets(client))
    return [*found, _writes(credentials)]


def _account(client: TdxClient, credentials: Credentials, now: datetime) -> list[Finding]:
    me = client.me()
    who = f"{me.full_name or me.user_name or 'an account without a name'} ({me.uid})"
    found = [ok("account", f"signed in as {who}")]
    if not me.uid:
        said = "TDX does not say who we are: our own comments could not be told from others'"
        found = [fail("account", said, "Use an account that may read itself (auth/getuser).")]
    if me.is_active is False:
        found.append(warn("account", "TDX calls it inactive", "Have it made active in TDAdmin."))
    return [*found, _token(client.token_expires, credentials, now)]


def _token(expires: datetime | None, credentials: Credentials, now: datetime) -> Finding:
    until = (
        "it does not say until when" if expires is None else f"until {expires:%Y-%m-%d %H:%M} UTC"
    )
    if not isinstance(credentials, Token):
        kind = "an admin key" if isinstance(credentials, AdminKey) else "user name and password"
        return ok("token", f"by {kind}, {until}; renewed by itself")
    hours = "" if expires is None else f", {(expires - now).total_seconds() / 3600:.0f} h from now"
    return warn(
        "token",
        f"TDX_API_TOKEN, {until}{hours}; it can't be renewed",
        "For a daemon use TDX_BEID with TDX_WEB_SERVICES_KEY, or a service account's password.",
    )


def _clock(client: TdxClient, now: datetime) -> Finding:
    if not client.tells_time:
        return unknown("clock", "TDX does not tell its time")
    apart = (now - client.tdx_now()).total_seconds()
    if abs(apart) > SECONDS_APART:
        said = f"this machine and TDX are {abs(apart):.0f} s apart"
        return warn("clock", said, "Set the machine's clock by NTP; tokens are judged by time.")
    return ok("clock", f"this machine and TDX are {abs(apart):.1f} s apart")


def _applications(client: TdxClient) -> list[Finding]:
    check = client.check_applications()
    said = f"tickets in {check.ticket_app_id}, assets in {check.asset_app_id}"
    return [ok("applications", said), *(_noted("applications", note) for note in check.notes)]


def _source(
    client: TdxClient,
    words: str,
    read: Callable[[TdxClient], TicketIds],
    tickets: list[int],
) -> list[Finding]:
    listed, kind = read(client), words.rpartition(" ")[0]
    tickets += listed.ids
    found = [ok(f"may read the {kind}", f"{words}, tickets in it: {len(listed.ids)}")]
    if listed.bad_rows:
        advice = "Look at the report's filters; those rows are left out."
        found.append(warn(kind, f"rows that name no ticket: {len(listed.bad_rows)}", advice))
    return [*found, *(_noted(kind, note) for note in listed.notes)]


def _noted(check: str, note: str) -> Finding:
    return unknown(check, note)


def _ticket(client: TdxClient, tickets: list[int]) -> list[Finding]:
    """Whether ticket, feed and assets can be read, on the report's first ticket."""
    checks = ("may read tickets", "may read feeds", "may read a ticket's assets")
    if not tickets:
        return [unknown(check, "not tried: no ticket is in the report") for check in checks]
    first, of = tickets[0], client.tickets

    def ticket() -> list[Finding]:
        return [ok(checks[0], f"ticket {of.get(first).id}")]

    def feed() -> list[Finding]:
        return [ok(checks[1], f"ticket {first}, entries: {len(of.feed(first))}")]

    def items() -> list[Finding]:
        return [ok(checks[2], f"ticket {first}, on it: {len(of.items(first))}")]

    found = []
    for check, ask in zip(checks, (ticket, feed, items), strict=True):
        found += [_with_rights(finding) for finding in asked(check, ask)]
    return found


def _assets(client: TdxClient) -> list[Finding]:
    if client.assets.search(max_results=1):
        return [ok("may read assets", "a search finds some")]
    said = "a search finds none: there are none, or the account may not see them"
    return [warn("may read assets", said, _RIGHTS)]


def _with_rights(finding: Finding) -> Finding:
    if finding.mark != "fail":
        return finding
    return fail(finding.check, finding.said, f"{finding.advice} {_RIGHTS}".strip())


def _writes(credentials: Credentials) -> Finding:
    check = "may post and attach"
    if isinstance(credentials, AdminKey):
        return ok(check, "an admin service account acts with full permission (not tried)")
    return unknown(check, "can't be known without writing", _RIGHTS)
