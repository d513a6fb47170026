"""Which machines does a text name, and why: every candidate with its verdict.

Pure: a text, a catalogue and rules in, a :class:`Finding` out. Nothing is guessed: a machine is
taken when its name, serial number or tag stands in the text, it is eligible, and no other
eligible machine is called the same.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.assets.evidence import (
    Ambiguous,
    Evidence,
    Finding,
    Ineligible,
    Match,
    Verdict,
    around,
)
from ticket_queue_daemon.assets.identifiers import candidates, fold
from ticket_queue_daemon.assets.patterns import is_decoy, pattern_of
from ticket_queue_daemon.assets.text import html_to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord, Field, Hit
    from ticket_queue_daemon.assets.identifiers import Candidate
    from ticket_queue_daemon.assets.regions import Inside

__all__ = [
    "Ambiguous",
    "Evidence",
    "FinderRules",
    "Finding",
    "Ineligible",
    "Match",
    "OwnerFinding",
    "TextPart",
    "find_in_text",
    "owner_assets",
    "why_not_eligible",
]

ACTIVE_STATUS_ID: Final = 38
_ADDRESSES: Final[dict[Inside, tuple[Verdict, str]]] = {
    "url": ("inside_url", "a URL or host name"),
    "email": ("inside_email", "an e-mail address"),
    "path": ("inside_path", "a file's name or path"),
}
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


@dataclass(frozen=True, slots=True)
class FinderRules:
    """Which assets are eligible, and what counts as a mention.

    Attributes:
        form_ids: forms of computers; ``None`` is any.
        active_status_ids: statuses of machines in use; ``None`` is any.
        count_inside: addresses in which a name counts after all.
        most_of_one_name: a value that more assets than this share is no identifier.
    """

    form_ids: frozenset[int] | None = None
    active_status_ids: frozenset[int] | None = frozenset({ACTIVE_STATUS_ID})
    count_inside: frozenset[Inside] = frozenset()
    most_of_one_name: int = 8


@dataclass(frozen=True, slots=True)
class OwnerFinding:
    """The one eligible asset of a person, or the reason why there is none to take."""

    asset: AssetRecord | None
    reason: str


@dataclass(slots=True)
class _Mention:
    """A candidate, what it names, and where."""

    part: str
    text: str
    candidate: Candidate
    hits: list[Hit]

    def evidence(self, verdict: Verdict, reason: str, hit: Hit | None = None) -> Evidence:
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
            pattern=_pattern(self.candidate.token, hit),
        )


def _pattern(token: str, hit: Hit | None) -> str:
    """How precision is counted; a name that was broken follows the pattern of the whole one."""
    pattern = pattern_of(token)
    if pattern is None and hit is not None:
        pattern = pattern_of(hit.value)
        if pattern is None:
            return _OTHER[hit.field]
    return pattern.name if pattern else ""


@dataclass(slots=True)
class _Report:
    """A finding in the making."""

    rules: FinderRules
    matches: dict[int, Match] = field(default_factory=dict)
    ineligible: dict[int, Ineligible] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    unsettled: list[tuple[int, _Mention, list[Hit]]] = field(default_factory=list)
    evidence: list[Evidence | None] = field(default_factory=list)

    def settle(self, mention: _Mention) -> None:
        """One verdict for what stood in one place."""
        eligible = [hit for hit in mention.hits if not why_not_eligible(hit.asset, self.rules)]
        if not mention.hits:
            self._add_unknown(mention)
        elif not eligible:
            self._add_ineligible(mention)
        elif len(eligible) == 1:
            self._take(mention, eligible[0])
        else:
            self.unsettled.append((len(self.evidence), mention, eligible))
            self.evidence.append(None)

    def finding(self) -> Finding:
        """The whole; a shared name is settled by a machine that was named in another way."""
        ambiguous: dict[str, Ambiguous] = {}
        for place, mention, hits in self.unsettled:
            named = [hit for hit in hits if hit.asset.id in self.matches]
            if named:
                reason = "named in another way as well"
                self.evidence[place] = mention.evidence("duplicate", reason, named[0])
                continue
            ids = ", ".join(str(hit.asset.id) for hit in hits)
            reason = f"{len(hits)} eligible assets are called this: {ids}"
            self.evidence[place] = mention.evidence("ambiguous", reason, hits[0])
            assets = tuple(hit.asset for hit in hits)
            ambiguous.setdefault(
                mention.candidate.folded,
                Ambiguous(mention.candidate.token, mention.part, assets, reason),
            )
        return Finding(
            matches=tuple(self.matches.values()),
            ineligible=tuple(one for one in self.ineligible.values()),
            unknown=tuple(self.unknown.values()),
            ambiguous=tuple(ambiguous.values()),
            evidence=tuple(one for one in self.evidence if one is not None),
        )

    def _take(self, mention: _Mention, hit: Hit) -> None:
        if hit.asset.id in self.matches:
            self.evidence.append(mention.evidence("duplicate", "found before", hit))
            return
        reason = f"its {hit.field}"
        if len(mention.hits) > 1:
            reason += f", the only eligible one of {len(mention.hits)} assets"
        evidence = mention.evidence("taken", reason, hit)
        self.evidence.append(evidence)
        self.matches[hit.asset.id] = Match(hit.asset, evidence)

    def _add_ineligible(self, mention: _Mention) -> None:
        for hit in mention.hits:
            reason = why_not_eligible(hit.asset, self.rules)
            evidence = mention.evidence("ineligible", reason, hit)
            self.evidence.append(evidence)
            self.ineligible.setdefault(hit.asset.id, Ineligible(hit.asset, reason, evidence))

    def _add_unknown(self, mention: _Mention) -> None:
        if mention.candidate.folded not in self.unknown:
            self.unknown[mention.candidate.folded] = mention.candidate.token
            reason = "written like a computer's name, but no asset is called this"
            self.evidence.append(mention.evidence("unknown", reason))


def find_in_text(parts: Sequence[TextPart], catalog: AssetCatalog, rules: FinderRules) -> Finding:
    """Every machine that the parts name, in order of appearance.

    Args:
        parts: in the order in which they are read; HTML is made text here.
        catalog: all assets, eligible or not: a retired one that is named is named.
        rules: which of them are eligible.

    Promise: pure, linear in the text, never raises on any text.
    """
    report = _Report(rules)
    for part in parts:
        if part.text:
            for mention in _mentions(part, catalog, rules, report):
                report.settle(mention)
    return report.finding()


def owner_assets(uid: str, catalog: AssetCatalog, rules: FinderRules) -> OwnerFinding:
    """The one eligible asset that a person owns; the reason reads on from "the requestor"."""
    owned = catalog.owned_by(uid)
    eligible = [asset for asset in owned if not why_not_eligible(asset, rules)]
    if len(eligible) == 1:
        return OwnerFinding(eligible[0], "owns 1 eligible asset")
    if eligible:
        return OwnerFinding(None, f"owns {len(eligible)} eligible assets")
    if owned:
        many = "1 asset" if len(owned) == 1 else f"{len(owned)} assets"
        return OwnerFinding(None, f"owns {many}, none of them eligible")
    return OwnerFinding(None, "owns none")


def why_not_eligible(asset: AssetRecord, rules: FinderRules) -> str:
    """Why an asset may not be attached; empty when it may."""
    if rules.form_ids is not None and asset.form_id not in rules.form_ids:
        return f"its form is {asset.form_id or 'not set'}, not a computer's"
    if rules.active_status_ids is not None and asset.status_id not in rules.active_status_ids:
        return f"its status is {asset.status_name or asset.status_id or 'not set'}"
    return ""


def _mentions(
    part: TextPart, catalog: AssetCatalog, rules: FinderRules, report: _Report
) -> Iterator[_Mention]:
    """What counts in one part, in order: the longest of what overlaps, then unknown names."""
    known: list[_Mention] = []
    shapes: list[_Mention] = []
    text = html_to_text(part.text or "", part.is_html or None)
    for candidate in candidates(text):
        mention = _Mention(part.where, text, candidate, _hits(candidate, catalog))
        refused = _refused(mention, rules)
        if refused is not None:
            report.evidence.append(refused)
        elif mention.hits:
            known.append(mention)
        elif candidate.shape:
            shapes.append(mention)
    counted = _longest([*sorted(known, key=_longest_first), *shapes])
    yield from sorted(counted, key=lambda mention: mention.candidate.start)


def _hits(candidate: Candidate, catalog: AssetCatalog) -> list[Hit]:
    if candidate.form == "joined":
        hits = catalog.broken(fold(candidate.token))
        return [] if hits and is_decoy(fold(candidate.token).split(maxsplit=1)[0]) else hits
    hits = catalog.exact(candidate.folded)
    if candidate.form == "serial":
        return [hit for hit in hits if hit.field == "serial number"]
    return hits or catalog.broken(candidate.folded)


def _refused(mention: _Mention, rules: FinderRules) -> Evidence | None:
    """Why something that the catalogue knows is no mention here; weak hits are taken out."""
    candidate, hits = mention.candidate, mention.hits
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


def _longest_first(mention: _Mention) -> tuple[int, int]:
    return mention.candidate.start - mention.candidate.end, mention.candidate.start


def _longest(mentions: Sequence[_Mention]) -> Iterator[_Mention]:
    """Those that overlap none before them in the sequence."""
    taken: list[tuple[int, int]] = []
    for mention in mentions:
        start, end = mention.candidate.start, mention.candidate.end
        after = bisect_left(taken, (start, end))
        if (after and taken[after - 1][1] > start) or (
            after < len(taken) and taken[after][0] < end
        ):
            continue
        insort(taken, (start, end))
        yield mention
