"""What TDX said, as one short plain sentence: for messages and logs, never for decisions."""

from __future__ import annotations

import contextlib
import html
import json
import re
from typing import Any

ANSWER_LIMIT = 500

_UNSEEN = re.compile(r"(?is)<(script|style|head)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)")
_TAG = re.compile(r"(?s)</?[a-zA-Z!][^>]*(>|\Z)")
# Something that can be used to sign in must not reach a log, whoever wrote it there.
_TOKEN = re.compile(r"(?i)(bearer\s+\S+|eyJ[\w-]{8,}[\w.-]*)")
_PAGE = re.compile(
    rb"(?is)\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*|<\?xml.*?\?>\s*)*<(?:!doctype\s+html|html|head|body|title|h[1-6]|center|div|p)\b"
)


def is_page(body: bytes) -> bool:
    """Whether the body is a web page (a login or maintenance page) instead of an API answer."""
    return _PAGE.match(body) is not None


def plain_words(body: bytes) -> str:
    """TDX's own words: its messages if it sent any, tags stripped, at most 500 characters."""
    text = body.decode("utf-8", "replace")
    if not is_page(body):
        with contextlib.suppress(ValueError, RecursionError):
            text = _messages(json.loads(text)) or text
    else:
        title = re.search(r"(?is)<title[^>]*>(.*?)</title", text)
        text = f"{title.group(1) if title else ''} {_UNSEEN.sub(' ', text)}"
    text = html.unescape(_TAG.sub(" ", text)).replace("\x00", " ")
    return _TOKEN.sub("[token]", " ".join(text.split()))[:ANSWER_LIMIT]


def _messages(data: Any) -> str:
    """The texts of the shapes of error that TDX has (fact sheet 5), or ""."""
    if isinstance(data, str):
        return data
    if not isinstance(data, dict):
        return ""
    found = [data.get("Message"), data.get("ExceptionMessage")]
    for kind in ("Errors", "Warnings"):
        entries = data.get(kind)
        if isinstance(entries, list):
            found += [entry.get("Message") for entry in entries if isinstance(entry, dict)]
    return "; ".join(text for text in found if isinstance(text, str) and text)
