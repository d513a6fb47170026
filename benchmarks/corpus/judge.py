"""Whether a label is true, found by brute force: every run of words is looked up among all assets.

It knows nothing of shapes, cues or places: it only says which assets' identifiers occur at all,
so that a decoy that hits some asset by accident is thrown away and drawn again.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from corpus.machines import squeezed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.campus import Campus
    from corpus.ticket import Draft

_TAG = re.compile(r"<[^>]*>")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_WORD = re.compile(r"[^\W_]+")


def readings(draft: Draft) -> Iterator[str]:
    """Title and body, as plain text in one form; a body of HTML also with its tags taken as spaces."""
    yield _plain(draft.title)
    body = draft.body or ""
    if not draft.is_html:
        yield _plain(body)
        return
    yield _plain(html.unescape(_TAG.sub("", body)))
    # Attributes and comments count too: a false hit there would be as wrong as in the text.
    yield _plain(html.unescape(body.replace("<", " ").replace(">", " ")))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


def occurring(text: str, campus: Campus) -> tuple[set[int], set[int]]:
    """The assets of which an identifier is a run of whole words, and those that hide in one word."""
    words = _WORD.findall(text)
    whole: set[int] = set()
    hidden: set[int] = set()
    holders = campus.holders
    for start, word in enumerate(words):
        run = ""
        for following in words[start : start + 20]:
            run += following
            if len(run) > campus.longest:
                break
            if run in holders:
                whole |= holders[run]
        if len(word) > 7 and not word.isalpha():
            for size in campus.lengths:
                for place in range(len(word) - size + 1):
                    hidden |= holders.get(word[place : place + size], set())
    return whole, hidden


def is_true(draft: Draft, campus: Campus) -> bool:
    """Whether only the assets that the draft speaks of occur, and those expected do."""
    meant = {machine.id for machine in (*draft.expected, *draft.also)}
    near = meant | {machine.id for machine in draft.near}
    texts = list(readings(draft))
    for text in texts:
        whole, hidden = occurring(text, campus)
        if not whole <= meant or not hidden - whole <= near:
            return False
    runs = [squeezed(text) for text in texts]
    return all(
        any(squeezed(value) in run for value in machine.identifiers() for run in runs)
        or _embedded(machine.name, runs)
        for machine in draft.expected
    )


def _embedded(name: str, runs: list[str]) -> bool:
    """Whether the serial number in a name occurs, for a machine of which only the name holds it."""
    last = squeezed(name.rpartition("-")[2])
    return len(last) >= 7 and any(last in run for run in runs)
