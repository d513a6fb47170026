"""Another system that is posted to: where it is, and what it knows us by. All of it is secret.

Everywhere else a receiver is a name: in plans, in the log, in the database, on pages.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import httpx2
from pydantic import SecretStr

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

SHORTEST_SECRET: Final = 16
LONGEST_TIMEOUT: Final = 60.0
_OURS: Final = ("idempotency-key", "content-type", "content-length", "host", "user-agent")
_OUR_PREFIX: Final = "x-tqd-"
_NAME: Final = re.compile(r"\w[\w .:-]{0,59}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver, checked when it is made.

    Attributes:
        name: what it is called wherever it is told of; the URL's host and port if none is given.
        url: https; http only on this machine or if ``allow_http``. May hold credentials.
        secret: signs what is posted.
        headers: more headers, such as a token; their values are secret.
        timeout: seconds to wait for an answer.

    Raises:
        ConfigError: it can't work; nothing of URL or secret is repeated.
    """

    url: SecretStr
    secret: SecretStr
    name: str = ""
    headers: Mapping[str, SecretStr] = field(default_factory=dict)
    timeout: float = 10.0
    allow_http: bool = False

    def __post_init__(self) -> None:
        parts = _parts(self.url)
        if self.name and not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"WebhookAction: a receiver can't be named {self.name[:60]!r}.",
                "At most 60 letters, digits, dashes, dots and blanks.",
            )
        where = f"WebhookAction: the receiver {self.name or parts.hostname}"
        if parts.scheme == "http" and not (self.allow_http or _is_here(parts.hostname or "")):
            raise ConfigError(
                f"{where} is not asked over https.",
                "Write https://, or allow_http=True where the way there is safe.",
            )
        if len(self.secret.get_secret_value()) < SHORTEST_SECRET:
            raise ConfigError(
                f"{where} has a secret of fewer than {SHORTEST_SECRET} characters.",
                "Make one: python3 -c 'import secrets; print(secrets.token_hex(32))'",
            )
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise ConfigError(
                f"{where} has a timeout of {self.timeout} seconds.",
                f"Between 0 and {LONGEST_TIMEOUT:.0f}.",
            )
        for header, value in self.headers.items():
            _check_header(where, header, value)
        if not self.name:
            object.__setattr__(self, "name", parts.netloc.rpartition("@")[2].lower())

    def secrets(self) -> list[SecretStr]:
        """All that no log may show."""
        parts = _parts(self.url)
        found = [unquote(parts.password)] if parts.password else []
        if parts.username or parts.password:
            pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            found.append(base64.b64encode(pair.encode()).decode())
        # At some (Slack, Teams) the path is the key. A short one is a word, and hiding that would
        # blank it out all over the log.
        rest = (parts.path.strip("/"), parts.query, parts.username or "")
        found += [text for text in rest if len(text) >= SHORTEST_SECRET]
        own = [self.url, self.secret, *self.headers.values()]
        return [*own, *(SecretStr(text) for text in found)]

    def hide(self, text: str) -> str:
        """The text without them, in case that the receiver repeats what it was sent."""
        return Scrubber(self.secrets()).text(text)


def _parts(url: SecretStr) -> SplitResult:
    text = url.get_secret_value()
    try:
        parts = urlsplit(text)
        httpx2.URL(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except (ValueError, httpx2.InvalidURL):
        good = False
    # Neither a control character nor a blank has a place in a URL; a library may drop or move it.
    if not good or parts.fragment or re.search(r"[\x00-\x20\x7f\\]", text):
        raise ConfigError(
            "WebhookAction: its url is no address that can be posted to.",
            "Write it whole: https://host/path, without blanks and without #.",
        )
    return parts


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _check_header(where: str, header: str, value: SecretStr) -> None:
    if not _HEADER_NAME.fullmatch(header):
        raise ConfigError(
            f"{where}: {header!r} is no name of a header.", "Letters, digits, dashes."
        )
    if header.lower() in _OURS or header.lower().startswith(_OUR_PREFIX):
        raise ConfigError(f"{where}: the header {header} is set by the daemon.", "Leave it out.")
    text = value.get_secret_value()
    if not text.isascii() or not text.isprintable():
        raise ConfigError(f"{where}: the header {header} can't be sent.", "Plain ASCII, one line.")
