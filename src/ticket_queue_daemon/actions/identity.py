"""What makes an action that action: ``{type}:{first 12 hex of the config's SHA-256}:{version}``.

The hash is over canonical JSON, so neither the order of members nor white space matters. A change
of any member changes the id, and by the seed's rule a new id means: execute again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

HASH_DIGITS_IN_ID = 12


def canonical_json(config: Mapping[str, Any]) -> str:
    """The one JSON text of a config: sorted members, no white space, UTF-8 left as it is.

    Raises:
        ConfigError: a member is not JSON (a set, an object, NaN ...), so no hash would be stable.
    """
    try:
        return json.dumps(
            config, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"get_action_config() must return plain JSON values: {error}.",
            "Use strings, numbers, booleans, None, lists and dicts only (a sorted list for a set).",
        ) from error


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical_json(config).encode()).hexdigest()


def action_id(action_type: str, action_hash: str, version: str) -> str:
    """``comment:abc123def456:v1``."""
    return f"{action_type}:{action_hash[:HASH_DIGITS_IN_ID]}:{version}"
