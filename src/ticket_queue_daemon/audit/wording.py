"""Texts compared as what a reader sees of them, without a single blank. Pure.

TDX encodes, sanitises and breaks lines anew; letters and signs stay. So two texts are the same when
they are the same letters and signs in the same order. Written anew, beside the one in ``effects``:
an auditor that borrows the other's eyes sees what the other sees.
"""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_UNSEEN = frozenset({"script", "style", "template", "title", "head", "noscript", "textarea", "svg"})
_REFERENCE = re.compile(r"\bref\s+([0-9a-z]{4}-[0-9a-z]{2})\b", re.IGNORECASE)
_PREVIEW = 60


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in _UNSEEN
        self.seen.append(_gap(tag))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.seen.append(_gap(tag))

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _UNSEEN))
        self.seen.append(_gap(tag))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)


def _gap(tag: str) -> str:
    return "\n" if tag in {"br", "p", "div", "li", "tr", "td", "th", "hr"} else ""


def visible(text: str, *, is_html: bool) -> str:
    """What a reader sees of it."""
    if not is_html:
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.seen)


def squeezed(text: str) -> str:
    """Its letters and signs: no blanks, nothing invisible, one form of each letter."""
    one_form = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        char
        for char in one_form
        if not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
    )


def reference_in(text: str) -> str | None:
    """The last reference of a visible text, such as ``7KX2-9F``; None if there is none."""
    found: list[str] = _REFERENCE.findall(text)
    return found[-1].upper() if found else None


def preview(text: str) -> str:
    """Its first words."""
    words = " ".join(text.split())
    return words if len(words) <= _PREVIEW else words[: _PREVIEW - 1] + "…"
