"""No secret leaves: known values and known shapes are replaced in whatever is to be shown."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

HIDDEN = "***"

# Shorter values would blank out ordinary words all over the log and protect nothing.
_SHORTEST = 4

_SHAPES = (
    # A bearer token, whole or cut off: JSON Web Tokens begin with the base64 of '{"'.
    (re.compile(r"eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,2}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer)\s+[A-Za-z0-9._~+/-]{8,}=*"), rf"\1 {HIDDEN}"),
    (re.compile(r"(://[^\s:/@]*):[^\s]*@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)\b(password|passwd|pwd)=('[^']*'|\"[^\"]*\"|[^\s&'\"]+)"), rf"\1={HIDDEN}"),
)


class Scrubber:
    """Knows the secrets of this process and takes them out of text and values. Thread-safe."""

    def __init__(self, secrets: Iterable[SecretStr | str] = ()) -> None:
        self._lock = threading.Lock()
        self._spellings: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None
        self.register(*secrets)

    def register(self, *secrets: SecretStr | str) -> None:
        """Hide these values from now on, in each spelling in which a log might meet them."""
        texts = (s.get_secret_value() if isinstance(s, SecretStr) else s for s in secrets)
        spellings = {
            spelling
            for text in texts
            for spelling in _spellings(text)
            if len(spelling.strip()) >= _SHORTEST
        }
        with self._lock:
            self._spellings |= spellings
            # The longest first: a secret may begin with another.
            longest_first = sorted(self._spellings, key=len, reverse=True)
            pattern = "|".join(re.escape(spelling) for spelling in longest_first)
            self._known = re.compile(pattern) if pattern else None

    def text(self, text: str) -> str:
        """The text without known secrets, bearer tokens and passwords in URLs."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text

    def value(self, value: Any) -> Any:
        """A value for a log line, scrubbed all the way down; unknown objects become text."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "backslashreplace"))
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(part) for key, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(part) for part in value]
        return self.text(str(value))


def _spellings(text: str) -> set[str]:
    """The text as it stands, as repr and JSON write it, and as a URL holds it."""
    return {
        text,
        text.strip(),
        repr(text)[1:-1],
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, safe="", errors="replace"),
        quote(text, errors="replace"),
        quote_plus(text, errors="replace"),
    }
