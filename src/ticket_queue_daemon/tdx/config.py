"""Where TDX is and how to sign in; secrets are held so that no repr shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import SecretStr

_API_ROOTS = {"tdwebapi": "TDWebApi", "sbtdwebapi": "SBTDWebApi"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL_ADVICE = "Set TDX_BASE_URL to something like https://your.teamdynamix.com/TDWebApi/api."


@dataclass(frozen=True, slots=True)
class AdminKey:
    """An administrative service account: BEID and web services key, made in TDAdmin."""

    beid: SecretStr
    web_services_key: SecretStr


@dataclass(frozen=True, slots=True)
class Login:
    """A user or service account with a password (not one of single sign-on)."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token somebody made; it lasts 24 hours and can't be renewed."""

    token: SecretStr


Credentials: TypeAlias = AdminKey | Login | Token


@dataclass(frozen=True, slots=True)
class TdxConfig:
    """All that a client needs to know; times are seconds.

    Attributes:
        base_url: any form of the API's address; the client normalises it.
        ticket_app_id: the ticketing application.
        asset_app_id: the assets application, or None to have ``check_applications`` find it.
        report_timeout: for reports and whole inventories; TDX itself gives a report 90 s.
        attempts: how often a read, or a call that could not connect, is tried.
        retry_seconds: the first pause between tries; it doubles.
        rate_patience: the longest wait for a free place under TDX's limits.
    """

    base_url: str
    ticket_app_id: int
    asset_app_id: int | None
    credentials: Credentials
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    report_timeout: float = 120.0
    write_timeout: float = 30.0
    pool_timeout: float = 30.0
    attempts: int = 4
    retry_seconds: float = 1.0
    rate_patience: float = 900.0


def normalise_base_url(text: str) -> str:
    """``https://host[:port][/prefix]/TDWebApi/api``, from any usual way to write it.

    Accepts it with or without ``/api``, scheme, trailing or doubled slashes, in any case.

    Raises:
        ConfigError: it is no address of a TDX Web API, or carries a password.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ConfigError("TDX_BASE_URL is no web address.", _URL_ADVICE) from None
    if "@" in parts.netloc:
        raise ConfigError(
            "TDX_BASE_URL carries a user name or password.",
            "Take them out; sign in by TDX_BEID, TDX_USERNAME or TDX_API_TOKEN instead.",
        )
    if parts.scheme.lower() not in _DEFAULT_PORTS or not _is_host(parts.hostname):
        raise ConfigError(f"TDX_BASE_URL is no web address: {text!r}.", _URL_ADVICE)
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments and segments[-1].lower() == "api":
        segments.pop()
    root = _API_ROOTS.get(segments[-1].lower()) if segments else None
    if root is None or parts.query or parts.fragment:
        raise ConfigError(
            f"TDX_BASE_URL names no TDX Web API: {text!r} should end in /TDWebApi/api "
            "(production) or /SBTDWebApi/api (sandbox).",
            _URL_ADVICE,
        )
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    return "/".join([f"{scheme}://{host}", *segments[:-1], root, "api"])


def _is_host(host: str | None) -> bool:
    return bool(host) and re.fullmatch(r"[\w.-]+|[0-9a-fA-F:.]+", host or "") is not None


def is_sandbox(base_url: str) -> bool:
    """Whether a normalised base URL is a sandbox."""
    return base_url.endswith("/SBTDWebApi/api")


def is_local(base_url: str) -> bool:
    """Whether a normalised base URL names this very machine, as the simulator's does."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(instance: str) -> str:
    """``host[:port]`` of what :func:`instance_of` gave."""
    return instance.partition("/")[0]


def instance_of(base_url: str) -> str:
    """What a database is bound to: ``host[:port]/TDWebApi``."""
    return base_url.split("://", 1)[1].removesuffix("/api")


def web_base_of(base_url: str) -> str:
    """Where people look at the same data: ``https://host/TDNext`` or ``.../SBTDNext``."""
    root, _, _ = base_url.removesuffix("/api").rpartition("/")
    return f"{root}/{'SBTDNext' if is_sandbox(base_url) else 'TDNext'}"
