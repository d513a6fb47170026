"""Tokens and credentials (fact sheet 3).

Promise: HS256 JWTs of more than 200 characters that carry their environment, so that a sandbox
token is refused on production; all three kinds of credentials; tokens can be made to expire.
The signing key depends on the seed only, so a token outlives a restart of the simulator.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .values import Json, as_text, guid_for

if TYPE_CHECKING:
    from .entities import Person
    from .world import World

SERVICE_PASSWORD = "correct-horse-battery"  # noqa: S105 - the demo's invented account
_HEADER = b'{"typ":"JWT","alg":"HS256"}'


@dataclass(frozen=True, slots=True)
class _Known:
    environment: str
    uid: str
    not_before: float
    expires: float
    generation: int


class Authority:
    """Issues and judges tokens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._key = hashlib.sha256(f"simulator/{world.seed}".encode()).digest()
        self._known: dict[str, _Known] = {}
        self._revoked: set[str] = set()
        self.generation = 0
        self.beid = guid_for("beid", world.seed)
        self.web_services_key = guid_for("web services key", world.seed)
        self.passwords: dict[str, str] = {world.service.username.lower(): SERVICE_PASSWORD}

    def login(self, username: str, password: str) -> Person | None:
        """The person behind a user name and password."""
        expected = self.passwords.get(username.strip().lower())
        if expected is None or not hmac.compare_digest(expected.encode(), password.encode()):
            return None
        person = self._world.by_login.get(username.strip().lower())
        return person if person is not None and person.is_active else None

    def login_admin(self, beid: str, key: str) -> Person | None:
        """The admin account behind a BEID and web services key."""
        given = (beid.strip().strip("{}").lower(), key.strip().strip("{}").lower())
        return self._world.admin if given == (self.beid, self.web_services_key) else None

    def issue(self, person: Person, environment: str, *, seconds: float | None = None) -> str:
        """A token for a person in an environment."""
        now = int(self._world.time())
        lifetime = self._world.behaviour.token_seconds if seconds is None else seconds
        claims: Json = {
            "unique_name": person.username,
            "tdx_entity": "1",
            "tdx_partition": "2" if environment.upper().startswith("SB") else "1",
            "tdx_uid": person.uid,
            "tdx_environment": environment,
            "tdx_generation": self.generation,
            "nbf": now,
            "exp": now + lifetime if lifetime % 1 else now + int(lifetime),
            "iat": now,
            "iss": "TD",
            "aud": "https://www.teamdynamix.com/",
        }
        body = json.dumps(claims, separators=(",", ":")).encode()
        unsigned = f"{_encode(_HEADER)}.{_encode(body)}"
        return f"{unsigned}.{self._sign(unsigned)}"

    def judge(self, token: str, environment: str) -> Person | None:
        """Whose token this is, or None: expired, revoked, forged, or of another environment."""
        known = self._known.get(token) or self._read(token)
        if known is None or token in self._revoked or known.generation < self.generation:
            return None
        if known.environment != environment or self._world.time() >= known.expires:
            return None
        return self._world.people.get(known.uid)

    def expire_tokens(self) -> None:
        """Every token issued so far is refused from now on."""
        self.generation += 1
        self._known.clear()

    def revoke(self, token: str) -> None:
        """One token is refused from now on."""
        self._revoked.add(token)

    def _sign(self, unsigned: str) -> str:
        return _encode(hmac.new(self._key, unsigned.encode(), hashlib.sha256).digest())

    def _read(self, token: str) -> _Known | None:
        unsigned, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._sign(unsigned).encode(), signature.encode()):
            return None
        claims = json.loads(_decode(unsigned.split(".")[1]))
        known = _Known(
            as_text(claims["tdx_environment"]),
            as_text(claims["tdx_uid"]),
            float(claims["nbf"]),
            float(claims["exp"]),
            int(claims["tdx_generation"]),
        )
        self._known[token] = known
        return known


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
