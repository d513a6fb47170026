"""What one piece of a ticket mentions: candidates that the catalogue knows, or that look like names."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.assets.evidence import Evidence, Verdict, around
from ticket_queue_daemon.assets.identifiers import candidates, fold
from ticket_queue_daemon.assets.patterns import is_decoy, is_plain, pattern_of
from ticket_queue_daemon.assets.suggest import is_worth_asking
from ticket_queue_daemon.assets.text import html_to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ticket_queue_daemon.assets.catalog import AssetCatalog, Field, Hit
    from ticket_queue_daemon.assets.identifiers import Candidate
    from ticket_queue_daemon.assets.regions import Inside
    from ticket_queue_daemon.assets.rules import FinderRules

_ADDRESSES: Final[dict[Inside, tuple[Verdict, str]]] = {
    "url": ("inside_url", "a URL or host name"),
    "email": ("inside_email", "an e-mail address"),
    "path": ("inside_path", "a file's name or path"),
}
_SEPARATOR: Final = re.compile(r"[ _.-]+")
_MANY_PARTS: Final = 3
_DIGIT: Final = re.compile(r"[0-9]")
_COUNT: Final = re.compile(r"(?:\A|[ \t-])[A-Za-z]{2,}[ \t]{1,3}[1-9][0-9]{0,3}\Z")
_OTHER: Final[dict[Field, str]] = {
    "name": "other name",
    "serial number": "other serial",
    "tag": "tag",
}


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a ticket, and where it stood: "title", "description", "reply by X".

    ``is_html`` is what TDX says of it; unless it is true, the text itself is asked.
    """

    where: str
    text: str | None
    is_html: bool | None = None


@dataclass(slots=True)
class Mention:
    """A candidate, what it names, and where; with no hits, a word that may be a slip."""

    part: str
    text: str
    candidate: Candidate
    hits: list[Hit]

    def evidence(self, verdict: Verdict, reason: str, hit: Hit | None = None) -> Evidence:
        """What became of it."""
        start, end = self.candidate.start, self.candidate.end
        before, after = around(self.text, start, end)
        return Evidence(
            token=self.candidate.token,
            where=self.part,
            start=start,
            end=end,
            verdict=verdict,
            reason=reason,
            field=hit.field if hit else None,
            asset_id=hit.asset.id if hit else None,
            before=before,
            after=after,
            pattern=self._pattern(hit),
        )

    def _pattern(self, hit: Hit | None) -> str:
        """How precision is counted; a name that was broken follows the pattern of the whole one."""
        if self.candidate.pattern or hit is None:
            return self.candidate.pattern
        whole = pattern_of(hit.value)
        return whole.name if whole else _OTHER[hit.field]


def mentions(
    part: TextPart, catalog: AssetCatalog, rules: FinderRules
) -> tuple[list[Mention], list[Evidence]]:
    """What counts in one part, in order, and what was refused.

    Of what overlaps the longest that the catalogue knows is taken, then unknown names. Words that
    are no names by their shape but may be a slip come too, without hits.
    """
    known: list[Mention] = []
    shapes: list[Mention] = []
    refusals: list[Evidence] = []
    text = html_to_text(part.text or "", part.is_html or None)
    for candidate in candidates(text, rules.patterns):
        hits = _hits(candidate, catalog, rules)
        if not hits and not candidate.shape and not is_worth_asking(candidate):
            continue
        mention = Mention(part.where, text, candidate, hits)
        refused = _refused(mention, rules)
        if refused is not None:
            refusals.append(refused)
        else:
            (known if mention.hits else shapes).append(mention)
    shapes.sort(key=lambda mention: not mention.candidate.shape)
    counted = _longest([*sorted(known, key=_longest_first), *shapes])
    return sorted(counted, key=lambda mention: mention.candidate.start), refusals


def _hits(candidate: Candidate, catalog: AssetCatalog, rules: FinderRules) -> list[Hit]:
    if candidate.form == "joined":
        hits = _respelled(fold(candidate.token), catalog, rules)
        if hits and _is_prose(candidate.token) and not candidate.cue:
            return [hit for hit in hits if _is_no_accident(hit.value)]
        return hits
    if candidate.form == "serial":
        return catalog.exact(candidate.folded, rules.fields & {"serial number"})
    hits = catalog.exact(candidate.folded, rules.fields)
    return hits or _respelled(candidate.folded, catalog, rules)


def _respelled(folded: str, catalog: AssetCatalog, rules: FinderRules) -> list[Hit]:
    """With other separators; a short name only if hyphens in their places make it whole."""
    hits = catalog.broken(folded, rules.fields)
    hyphened = _SEPARATOR.sub("-", folded)
    return hits or (catalog.exact(hyphened, rules.fields) if hyphened != folded else [])


def _is_prose(words: str) -> bool:
    """``surface pro7a`` is a model, ``the front desk 2 times`` no FRONT-DESK2.

    ``HIST-WECK 1`` is written as nobody writes prose: with the name's own hyphen.
    """
    if is_decoy(fold(words)):
        return True
    return _COUNT.search(words) is not None and ("-" not in words or is_plain(fold(words)))


def _is_no_accident(value: str) -> bool:
    """``IC-USB4224-W40``: three parts, numbers in two of them, or four; no prose comes to that."""
    parts = _SEPARATOR.split(value)
    return len(parts) > _MANY_PARTS or (
        len(parts) == _MANY_PARTS and sum(_DIGIT.search(part) is not None for part in parts) > 1
    )


def _refused(mention: Mention, rules: FinderRules) -> Evidence | None:
    """Why something that the catalogue knows is no mention here; weak hits are taken out."""
    candidate, hits = mention.candidate, mention.hits
    if rules.decoys.has(fold(candidate.token)):
        reason = "it is on the list of decoys"
        return mention.evidence("decoy", reason, hits[0] if hits else None)
    if not hits:
        return None
    if candidate.inside and candidate.inside not in rules.count_inside:
        verdict, address = _ADDRESSES[candidate.inside]
        return mention.evidence(verdict, f"part of {address}", hits[0])
    if not candidate.cue:
        mention.hits = [hit for hit in hits if not hit.weak]
        if not mention.hits:
            reason = f"it could be a {hits[0].field}, but nothing says so"
            return mention.evidence("weak", reason, hits[0])
    if len(mention.hits) > rules.most_of_one_name:
        reason = f"{len(mention.hits)} assets share it, so it names none"
        return mention.evidence("shared", reason, hits[0])
    return None


def _longest_first(mention: Mention) -> tuple[int, int]:
    return mention.candidate.start - mention.candidate.end, mention.candidate.start


def _longest(found: Sequence[Mention]) -> Iterator[Mention]:
    """Those that overlap none before them in the sequence."""
    taken: list[tuple[int, int]] = []
    for mention in found:
        start, end = mention.candidate.start, mention.candidate.end
        after = bisect_left(taken, (start, end))
        if (after and taken[after - 1][1] > start) or (
            after < len(taken) and taken[after][0] < end
        ):
            continue
        insort(taken, (start, end))
        yield mention
