"""Evidence read back from an action's details, whoever wrote it; what has another shape is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate: where it stood, what it matched, and what became of it.

    Attributes:
        where: the part of the ticket.
        before, after: the text around it; empty where it was not kept.
        pattern: the shape that it has, if it was found by one.
        field, asset_id: what it matched.
        start: where in the part's text it begins; 0 where it was not kept.
    """

    token: str
    where: str
    verdict: str
    reason: str
    before: str = ""
    after: str = ""
    pattern: str = ""
    field: str = ""
    asset_id: int | None = None
    start: int = 0

    def to_json(self) -> dict[str, Any]:
        """Its members, without those that are not set."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Consideration:
    """Everything that an action considered; ``not_kept``: how many more were not written down."""

    candidates: tuple[Considered, ...] = ()
    not_kept: int = 0


def considered(details: object) -> Consideration:
    """What ``details["evidence"]`` holds: one finding or a list of them, each in reading order."""
    evidence = details.get("evidence") if isinstance(details, Mapping) else None
    findings = evidence if isinstance(evidence, list | tuple) else [evidence]
    candidates: list[Considered] = []
    not_kept = 0
    for finding in findings:
        if not isinstance(finding, Mapping):
            continue
        entries = finding.get("considered")
        read = map(_candidate, entries if isinstance(entries, list | tuple) else ())
        candidates += _in_order([one for one in read if one is not None])
        not_kept += max(0, _number(finding.get("not_shown")) or 0)
    return Consideration(tuple(candidates), not_kept)


def _in_order(candidates: list[Considered]) -> list[Considered]:
    places = {
        where: place for place, where in enumerate(dict.fromkeys(c.where for c in candidates))
    }
    return sorted(candidates, key=lambda one: (places[one.where], one.start))


def _candidate(entry: object) -> Considered | None:
    if not isinstance(entry, Mapping) or not (_text(entry, "token") and _text(entry, "verdict")):
        return None
    return Considered(
        token=_text(entry, "token"),
        where=_text(entry, "where"),
        verdict=_text(entry, "verdict"),
        reason=_text(entry, "reason"),
        before=_text(entry, "before"),
        after=_text(entry, "after"),
        pattern=_text(entry, "pattern"),
        field=_text(entry, "field"),
        asset_id=_number(entry.get("asset_id")),
        start=_number(entry.get("start")) or 0,
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
