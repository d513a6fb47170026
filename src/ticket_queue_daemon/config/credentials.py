"""The three ways to sign in to TDX, as plain data; secrets are held so that no repr shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass(frozen=True)
class AdminKey:
    """An administrative service account: BEID and web services key."""

    beid: SecretStr
    web_services_key: SecretStr


@dataclass(frozen=True)
class Login:
    """A user or service account with a password."""

    username: str
    password: SecretStr


@dataclass(frozen=True)
class Token:
    """A bearer token somebody made; it can't be renewed when it runs out."""

    token: SecretStr


Credentials: TypeAlias = AdminKey | Login | Token
