"""What matching found and why, in a form that a person reads and a database keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from ticket_queue_daemon.assets.records import label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ticket_queue_daemon.assets.catalog import AssetRecord, Field
    from ticket_queue_daemon.assets.suggest import Suggestion

Verdict = Literal[
    "taken",
    "ambiguous",
    "ineligible",
    "unknown",
    "paused",
    "duplicate",
    "weak",
    "shared",
    "inside_url",
    "inside_email",
    "inside_path",
    "decoy",
]
# When there is too much of it, what decided something is kept first.
_RANK: Final[dict[Verdict, int]] = {
    "taken": 0,
    "paused": 1,
    "ambiguous": 1,
    "ineligible": 2,
    "unknown": 3,
}
_KEPT: Final = 50
_REASONS: Final = 10
_AROUND: Final = 40
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One candidate that was considered: where it stood, what it hit, what became of it.

    Attributes:
        start, end: offsets into the visible, cleaned text of the part ``where``.
        before, after: that text on both sides, at most 40 characters each: a report can show the
            mention in its place without reading the ticket again.
        pattern: what it counts as when precision is counted: the naming pattern that it follows,
            else "other name", "other serial" or "tag"; empty when nothing was hit.
    """

    token: str
    where: str
    start: int
    end: int
    verdict: Verdict
    reason: str
    field: Field | None = None
    asset_id: int | None = None
    before: str = ""
    after: str = ""
    pattern: str = ""

    def to_json(self) -> dict[str, Any]:
        """Its members, without those that are not set."""
        members = {
            "token": self.token,
            "where": self.where,
            "start": self.start,
            "end": self.end,
            "verdict": self.verdict,
            "reason": self.reason,
            "field": self.field,
            "asset_id": self.asset_id,
            "before": self.before,
            "after": self.after,
            "pattern": self.pattern,
        }
        return {name: value for name, value in members.items() if value not in (None, "")}


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a place in a text, cut short, fit for a database."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return _SURROGATE.sub(" ", before), _SURROGATE.sub(" ", after)


@dataclass(frozen=True, slots=True)
class Match:
    """A machine to attach."""

    asset: AssetRecord
    evidence: Evidence

    @property
    def where(self) -> str:
        """The part of the ticket that names it first."""
        return self.evidence.where


@dataclass(frozen=True, slots=True)
class Ineligible:
    """A machine that is named and may not be attached."""

    asset: AssetRecord
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that several eligible machines have, so that none is attached."""

    token: str
    where: str
    assets: tuple[AssetRecord, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything that one reading of a text brought to light."""

    matches: tuple[Match, ...] = ()
    ineligible: tuple[Ineligible, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    paused: tuple[Ineligible, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def found_identifier(self) -> bool:
        """Whether some machine was named at all, known or not, eligible or not."""
        named = self.matches or self.ineligible or self.unknown or self.ambiguous or self.paused
        return bool(named or self.suggestions)

    @property
    def could_name_an_asset(self) -> bool:
        """Whether anything in the text is called as an asset is, or as one may be; refused or not."""
        return self.found_identifier or any(one.asset_id is not None for one in self.evidence)

    def why_nothing(self) -> list[str]:
        """For each machine that is named and not attached, one sentence without a full stop."""
        reasons = [
            f"{one.evidence.token} ({one.evidence.where}): {one.reason}"
            for one in (*self.paused, *self.ineligible)
        ]
        reasons += [f"{one.token} ({one.where}): {one.reason}" for one in self.ambiguous]
        reasons += [f"{token}: no asset is called this" for token in self._unknown_tokens()]
        more = len(reasons) - _REASONS
        return reasons if more <= 0 else [*reasons[:_REASONS], f"and {more} more"]

    def notes(self, settled: Collection[int | None] = ()) -> list[str]:
        """What people should know beside what was attached, one sentence each.

        Args:
            settled: assets that are on the ticket, or that a person took off it; nobody needs
                them suggested.
        """
        meant: dict[tuple[str, str], list[str]] = {}
        for one in self.suggestions:
            if one.asset.id not in settled:
                meant.setdefault((one.token, one.where), []).append(one.value)
        sentences = [
            f"{token} ({where}): no asset is called this; did you mean {' or '.join(values)}?"
            for (token, where), values in meant.items()
        ]
        sentences += [
            f"{one.token} ({one.where}): {one.reason}, so none was added"
            for one in self.ambiguous
            if not any(asset.id in settled for asset in one.assets)
        ]
        sentences += [
            f"Suggested: {label(one.asset)} ({one.reason})"
            for one in self.paused
            if one.asset.id not in settled
        ]
        return sentences

    def _unknown_tokens(self) -> Iterable[str]:
        return dict.fromkeys([*self.unknown, *(one.token for one in self.suggestions)])

    def to_json(self) -> dict[str, Any]:
        """The evidence for a row's metadata: at most 50 entries, and how many were left out."""
        ranked = sorted(
            range(len(self.evidence)),
            key=lambda place: _RANK.get(self.evidence[place].verdict, len(_RANK)),
        )
        kept = sorted(ranked[:_KEPT])
        shown: dict[str, Any] = {
            "matches": [
                {"asset_id": match.asset.id, "token": match.evidence.token, "where": match.where}
                for match in self.matches[:_KEPT]
            ],
            "considered": [self.evidence[place].to_json() for place in kept],
            "not_shown": len(self.evidence) - len(kept),
        }
        if self.suggestions:
            shown["suggestions"] = [one.to_json() for one in self.suggestions]
        return shown
