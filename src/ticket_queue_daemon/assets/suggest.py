"""Did you mean ...? A machine whose name, serial number or tag is one slip away from what stands there.

Nothing is searched: all spellings within one slip of a token are made up, about a thousand, and
each is looked up in the catalogue's own index. So a suggestion costs no memory and the same time
in any catalogue. It is told to people and never attached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz.distance import OSA

from ticket_queue_daemon.assets.identifiers import MIN_SQUEEZED, squeeze
from ticket_queue_daemon.assets.patterns import MAX_SERIAL, is_decoy
from ticket_queue_daemon.assets.rules import why_not_eligible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
    from ticket_queue_daemon.assets.identifiers import Candidate
    from ticket_queue_daemon.assets.rules import FinderRules

# What is read wrongly off a label or a screen.
_ALIKE: Final = ("0o", "1il", "5s", "8b")
_TWINS: Final = {one: group.replace(one, "") for group in _ALIKE for one in group}
_SAME: Final = str.maketrans({one: group[0] for group in _ALIKE for one in group})
_MOST_CONFUSED: Final = 3
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_MIN_LENGTH: Final = 7
_MAX_LENGTH: Final = 24
_MOST: Final = 2
_MIXED: Final = re.compile(r"[a-z]*[0-9]+[a-z]+[a-z0-9]*")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that no asset is called, and an asset that may be meant by it."""

    token: str
    where: str
    asset: AssetRecord
    value: str
    """The asset's name, serial number or tag as it is recorded."""
    why: str

    def to_json(self) -> dict[str, Any]:
        """For a row's metadata."""
        return {
            "token": self.token,
            "where": self.where,
            "asset_id": self.asset.id,
            "value": self.value,
            "why": self.why,
        }


def is_worth_asking(candidate: Candidate) -> bool:
    """Whether an unknown candidate could be a slip: it has letters and is no everyday word."""
    folded = candidate.folded
    return (
        candidate.form in {"token", "piece"}
        and candidate.inside is None
        and _MIN_LENGTH <= len(folded) + candidate.cue <= _MAX_LENGTH
        and folded.isascii()
        and (candidate.shape or candidate.cue or "-" in folded or _is_mixed(folded))
        and any(character.isalpha() for character in folded)
        and any(character.isdigit() or character in _TWINS for character in folded)
        and not is_decoy(folded)
    )


def _is_mixed(folded: str) -> bool:
    return len(folded) <= MAX_SERIAL and _MIXED.fullmatch(folded) is not None


def near_assets(
    folded: str, catalog: AssetCatalog, rules: FinderRules
) -> tuple[tuple[AssetRecord, str, str], ...]:
    """The eligible assets that may be meant: asset, its value, and why; none if there are many.

    Characters that look alike come first; only if nothing differs by those alone, one letter more,
    less, other, or two that changed places. A word without a digit is no name with a slip in it.
    """
    squeezed = squeeze(folded)
    words = [squeezed] if len(squeezed) > MIN_SQUEEZED else [folded, squeezed]
    for word in words:
        found = _eligible(catalog, _confused(word), word.translate(_SAME), rules, 0)
        if found:
            return _few(found, "characters that look alike")
    if any(character.isdigit() for character in folded):
        for word in words:
            found = _eligible(catalog, _edited(word), word, rules, 1)
            if found:
                return _few(found, "one typing slip")
    return ()


def _eligible(
    catalog: AssetCatalog,
    keys: Iterable[str],
    word: str,
    rules: FinderRules,
    cutoff: int,
) -> dict[int, tuple[AssetRecord, str]]:
    """By id, what really is as near as that: the look-up goes by hashes."""
    found: dict[int, tuple[AssetRecord, str]] = {}
    for spelling, hit in catalog.near(keys, rules.fields):
        for one in {spelling, squeeze(spelling)}:
            other = one if cutoff else one.translate(_SAME)
            near = OSA.distance(word, other, score_cutoff=cutoff) <= cutoff
            if near and not why_not_eligible(hit.asset, rules):
                found.setdefault(hit.asset.id, (hit.asset, hit.value))
    return found


def _few(
    found: dict[int, tuple[AssetRecord, str]], why: str
) -> tuple[tuple[AssetRecord, str, str], ...]:
    values = {value.casefold() for _, value in found.values()}
    if len(found) > _MOST or len(values) < len(found):
        return ()
    return tuple((asset, value, why) for asset, value in found.values())


def _confused(word: str) -> Iterator[str]:
    """The word itself, and with one to three characters read as what they look like."""
    yield word
    places = [place for place, character in enumerate(word) if character in _TWINS]
    for many in range(1, _MOST_CONFUSED + 1):
        for chosen in combinations(places, many):
            for twins in product(*(_TWINS[word[place]] for place in chosen)):
                letters = list(word)
                for place, twin in zip(chosen, twins, strict=True):
                    letters[place] = twin
                yield "".join(letters)


def _edited(word: str) -> Iterator[str]:
    """Everything that is one slip away; some of it twice."""
    alphabet = _ALPHABET + "-" * ("-" in word)
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        for letter in alphabet:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
