"""How a receiver knows that a request is ours: docs/webhooks.md says it from its side. Pure."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

KEY_HEADER: Final = "Idempotency-Key"
TIME_HEADER: Final = "X-TQD-Timestamp"
SIGNATURE_HEADER: Final = "X-TQD-Signature"


def signed_headers(secret: str, *, key: str, body: str, timestamp: int) -> dict[str, str]:
    """The headers that tell a request from a forged, a changed and a recorded one.

    The key is signed as well: who could change it could have a recorded request done again.

    Args:
        secret: shared with the receiver.
        key: the same for the same work for ever.
        body: what is sent.
        timestamp: when, in seconds since 1970.
    """
    signed = f"{timestamp}.{key}.{body}".encode()
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        KEY_HEADER: key,
        TIME_HEADER: str(timestamp),
        SIGNATURE_HEADER: f"sha256={digest}",
    }
