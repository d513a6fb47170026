"""Bearer tokens as text: what a login answered, and until when it is good. Pure."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

# What may stand in an Authorization header (RFC 6750); a JWT is a part of it.
_BEARER = re.compile(r"[A-Za-z0-9._~+/=-]+")


def clean_token(text: str) -> str | None:
    """The bare token of what a login answered or a person pasted, or None if there is none.

    Quotes, white space, a leading ``Bearer`` and a JSON object with a ``Token`` are accepted.
    """
    text = text.strip().strip("\ufeff").strip()
    if text.startswith("{"):
        try:
            members = json.loads(text)
        except (ValueError, RecursionError):
            return None
        text = str({name.lower(): value for name, value in members.items()}.get("token") or "")
    text = text.strip().strip("\"'").strip()
    if text[:7].lower() == "bearer ":
        text = text[7:].strip()
    return text if _BEARER.fullmatch(text) else None


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified (only TDX can verify them); {} if it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004  header, claims, signature
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def expiry_of(token: str) -> datetime | None:
    """When the token runs out, aware UTC; None if it does not say."""
    value = claims_of(token).get("exp")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
