"""The way to TDX: name, proxy, connection, certificate. No call is made."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from ticket_queue_daemon.doctor.findings import Finding, fail, ok, unknown, warn
from ticket_queue_daemon.tdx import probing
from ticket_queue_daemon.tdx.config import is_local, normalise_base_url

if TYPE_CHECKING:
    from datetime import datetime

FEW_DAYS = 21


def network(address: str, now: datetime) -> list[Finding]:
    """From the name to the certificate; stops where it breaks.

    Args:
        address: ``TDX_BASE_URL``.
        now: to count the certificate's days from.

    Raises:
        ConfigError: it is no address of a TDX Web API.
    """
    base_url = normalise_base_url(address)
    host, port, tls = probing.place_of(base_url)
    if proxy := probing.proxy_of(base_url):
        said = f"the proxy {proxy} asks for {host}; its certificate is not looked at from here"
        return [ok("proxy", f"through {proxy}"), unknown("network", said)]
    try:
        addresses = probing.addresses_of(host)
    except OSError as error:
        advice = "Check TDX_BASE_URL and this machine's name servers; or set HTTPS_PROXY."
        return [fail("dns", f"{host} is not known: {_words(error)}", advice)]
    found = [ok("dns", f"{host} is {', '.join(addresses[:3])}")]
    try:
        ends = probing.connect(base_url)
    except ssl.SSLError as error:
        advice = "If your campus has authorities of its own, name their bundle in SSL_CERT_FILE."
        return [*found, fail("tls", f"not trusted: {_words(error)}", advice)]
    except OSError as error:
        advice = "Check firewall and proxy (HTTPS_PROXY), and whether TDX is up."
        return [*found, fail("network", f"no connection to {host}:{port}: {_words(error)}", advice)]
    found.append(ok("network", f"{host}:{port} answers"))
    return [*found, _certificate(ends, now, base_url, tls=tls)]


def _certificate(ends: datetime | None, now: datetime, base_url: str, *, tls: bool) -> Finding:
    if not tls:
        if is_local(base_url):
            return ok("tls", "none, and none is needed on this very machine")
        said = "none: token and tickets travel in the open"
        return warn("tls", said, "Set TDX_BASE_URL to an https:// address.")
    if ends is None:
        return unknown("tls", "trusted; the certificate does not say until when it is good")
    days = (ends - now).days
    said = f"trusted; the certificate is good for {days} days, until {ends:%Y-%m-%d}"
    if days < FEW_DAYS:
        return warn("tls", said, "Whoever runs that host has to renew it.")
    return ok("tls", said)


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
