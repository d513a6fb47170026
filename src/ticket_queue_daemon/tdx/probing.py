"""What lies between us and TDX, seen without asking TDX anything: name, proxy, connection, certificate."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}


def place_of(base_url: str) -> tuple[str, int, bool]:
    """Host, port, and whether it is TLS, of a normalised base URL."""
    parts = urlsplit(base_url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.scheme == "https"


def proxy_of(base_url: str) -> str:
    """``host:port`` of the proxy that the environment names for this address; "" for none."""
    host, _, tls = place_of(base_url)
    proxies = getproxies()
    named = proxies.get("https" if tls else "http") or proxies.get("all", "")
    if not named or proxy_bypass(host):
        return ""
    # Never its user name and password.
    return (urlsplit(named if "://" in named else f"http://{named}").netloc).rpartition("@")[2]


def addresses_of(host: str) -> list[str]:
    """The addresses of a name, each once.

    Raises:
        OSError: the name is not known, or nobody can be asked.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def connect(base_url: str) -> datetime | None:
    """Connect, and say when the certificate runs out (aware, UTC); None where there is no TLS.

    The certificate is judged as the client judges it: by the same authorities.

    Raises:
        OSError: no connection came about, or the certificate is not trusted.
    """
    host, port, tls = place_of(base_url)
    with closing(socket.create_connection((host, port), _SECONDS)) as plain:
        if not tls:
            return None
        with httpx2.create_ssl_context().wrap_socket(plain, server_hostname=host) as secured:
            certificate: dict[str, Any] = secured.getpeercert() or {}
    ends = certificate.get("notAfter")
    if not ends:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC)
