"""Which machines does a text name, and why: every candidate with its verdict.

Pure: a text, a catalogue and rules in, a :class:`Finding` out. Nothing is guessed: a machine is
taken when its name, serial number or tag stands in the text, it is eligible, and no other
eligible machine is called the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.assets.evidence import Ambiguous, Evidence, Finding, Ineligible, Match
from ticket_queue_daemon.assets.mentions import Mention, TextPart, mentions
from ticket_queue_daemon.assets.rules import FinderRules, why_not_eligible
from ticket_queue_daemon.assets.suggest import Suggestion, near_assets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord, Hit

__all__ = [
    "Ambiguous",
    "Evidence",
    "FinderRules",
    "Finding",
    "Ineligible",
    "Match",
    "OwnerFinding",
    "Suggestion",
    "TextPart",
    "find_in_text",
    "owner_assets",
    "why_not_eligible",
]

# Unknown words that are looked at for slips, in one reading: a pasted log has thousands.
_MOST_ASKED: Final = 20


@dataclass(frozen=True, slots=True)
class OwnerFinding:
    """The one eligible asset of a person, or the reason why there is none to take."""

    asset: AssetRecord | None
    reason: str


@dataclass(slots=True)
class _Report:
    """A finding in the making."""

    catalog: AssetCatalog
    rules: FinderRules
    matches: dict[int, Match] = field(default_factory=dict)
    ineligible: dict[int, Ineligible] = field(default_factory=dict)
    paused: dict[int, Ineligible] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    unsettled: list[tuple[int, Mention, list[Hit]]] = field(default_factory=list)
    evidence: list[Evidence | None] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    suggestions: list[Suggestion] = field(default_factory=list)

    def settle(self, mention: Mention) -> None:
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
            paused=tuple(one for key, one in self.paused.items() if key not in self.matches),
            evidence=tuple(one for one in self.evidence if one is not None),
            suggestions=tuple(one for one in self.suggestions if one.asset.id not in self.matches),
        )

    def _take(self, mention: Mention, hit: Hit) -> None:
        if hit.asset.id in self.matches:
            self.evidence.append(mention.evidence("duplicate", "found before", hit))
            return
        reason = f"its {hit.field}"
        if len(mention.hits) > 1:
            reason += f", the only eligible one of {len(mention.hits)} assets"
        evidence = mention.evidence("taken", reason, hit)
        if why := self.rules.paused_patterns.get(evidence.pattern):
            reason = f"found, but this pattern is paused: {why}"
            evidence = mention.evidence("paused", reason, hit)
            self.evidence.append(evidence)
            self.paused.setdefault(hit.asset.id, Ineligible(hit.asset, reason, evidence))
            return
        self.evidence.append(evidence)
        self.matches[hit.asset.id] = Match(hit.asset, evidence)

    def _add_ineligible(self, mention: Mention) -> None:
        for hit in mention.hits:
            reason = why_not_eligible(hit.asset, self.rules)
            evidence = mention.evidence("ineligible", reason, hit)
            self.evidence.append(evidence)
            self.ineligible.setdefault(hit.asset.id, Ineligible(hit.asset, reason, evidence))

    def _add_unknown(self, mention: Mention) -> None:
        candidate = mention.candidate
        if candidate.folded in self.asked:
            return
        self.asked.add(candidate.folded)
        near = self._suggest(mention) if len(self.asked) <= _MOST_ASKED else ""
        if candidate.shape:
            self.unknown[candidate.folded] = candidate.token
            reason = "written like a computer's name, but no asset is called this"
            self.evidence.append(mention.evidence("unknown", reason + near))
        elif near:
            self.evidence.append(mention.evidence("unknown", "no asset is called this" + near))

    def _suggest(self, mention: Mention) -> str:
        """What may be meant, as the end of a sentence."""
        near = near_assets(mention.candidate.folded, self.catalog, self.rules)
        token, where = mention.candidate.token, mention.part
        self.suggestions += [Suggestion(token, where, *one) for one in near]
        names = " or ".join(value for _, value, _ in near)
        return f"; did you mean {names} ({near[0][2]})?" if near else ""


def find_in_text(parts: Sequence[TextPart], catalog: AssetCatalog, rules: FinderRules) -> Finding:
    """Every machine that the parts name, in order of appearance.

    Args:
        parts: in the order in which they are read; HTML is made text here.
        catalog: all assets, eligible or not: a retired one that is named is named.
        rules: which of them are eligible.

    Promise: pure, linear in the text, never raises on any text.
    """
    report = _Report(catalog, rules)
    for part in parts:
        if part.text:
            found, refused = mentions(part, catalog, rules)
            report.evidence.extend(refused)
            for mention in found:
                report.settle(mention)
    return report.finding()


def owner_assets(uid: str, catalog: AssetCatalog, rules: FinderRules) -> OwnerFinding:
    """The one eligible asset that is a person's; the reason reads on from "the requestor"."""
    owned = catalog.owned_by(uid, rules.owner_side)
    verb = "owns" if rules.owner_side == "owner" else "was given"
    eligible = [asset for asset in owned if not why_not_eligible(asset, rules)]
    if len(eligible) == 1:
        return OwnerFinding(eligible[0], f"{verb} 1 eligible asset")
    if eligible:
        return OwnerFinding(None, f"{verb} {len(eligible)} eligible assets")
    if owned:
        many = "1 asset" if len(owned) == 1 else f"{len(owned)} assets"
        return OwnerFinding(None, f"{verb} {many}, none of them eligible")
    return OwnerFinding(None, f"{verb} none")
