"""A report's lines: what became of each machine that a ticket names, and why. Pure.

Read from the rows of the log and from the corrections; nothing is looked up anew, so that the
report says what the daemon knew and not what is known by now.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.review.checking import considered, evidence_of, on_ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.store.corrections import Correction, MatchedRow


class Outcome(enum.Enum):
    """What became of a machine, in the word that people see."""

    ATTACHED = "attached"
    TAKEN_OFF = "taken off"
    MISSED = "missed"
    SUGGESTED = "suggested"
    REFUSED = "refused"
    THERE = "already there"
    ADDED = "added by hand"

    @property
    def slug(self) -> str:
        """As a class name in a page."""
        return self.name.lower().replace("_", "-")


_SUGGESTIONS: Final = frozenset({"ambiguous", "paused", "suggested", "suggestion"})
_OWN: Final = frozenset({Outcome.ATTACHED, Outcome.TAKEN_OFF})


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the ticket's text, with what stands around it."""

    where: str
    before: str
    token: str
    after: str


@dataclass(slots=True)
class Machine:
    """One machine, or one word that names none, and what became of it."""

    name: str
    outcome: Outcome
    why: str
    pattern: str = ""
    asset_id: int | None = None
    mentions: list[Mention] = field(default_factory=list)


@dataclass(slots=True)
class TicketEntry:
    """One ticket of the report.

    Attributes:
        title: as it was when the daemon read it; "" of an old row.
        sentence: the action's own, for a ticket on which there is nothing else to show.
        unreadable: why TDX did not show it when it was checked.
    """

    ticket_id: int
    title: str
    at: datetime
    sentence: str
    machines: list[Machine]
    link: str = ""
    unreadable: str = ""

    def count(self, outcome: Outcome) -> int:
        """How many machines came to this."""
        return sum(one.outcome is outcome for one in self.machines)

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        machines = [{**asdict(one), "outcome": one.outcome.value} for one in self.machines]
        return {
            "ticket_id": self.ticket_id,
            "title": self.title,
            "at": self.at,
            "sentence": self.sentence,
            "unreadable": self.unreadable,
            "machines": machines,
        }


def entry_of(rows: Sequence[MatchedRow], corrections: Iterable[Correction]) -> TicketEntry:
    """A ticket's entry; a later version's word counts, but what we attached stays told.

    Args:
        rows: what was decided on the ticket, oldest first; at least one.
        corrections: what people corrected on it.
    """
    machines: dict[object, Machine] = {}
    for row in rows:
        for key, machine in _of_row(row).items():
            past = machines.get(key)
            if past is None or past.outcome not in _OWN:
                machines[key] = machine
    for correction in corrections:
        _correct(machines, correction)
    last = rows[-1]
    order = list(Outcome)
    return TicketEntry(
        ticket_id=last.ticket_id,
        title=str(_details(last).get("title") or ""),
        at=last.executed_at,
        sentence=last.error_message or str(last.metadata.get("message") or ""),
        machines=sorted(machines.values(), key=lambda one: order.index(one.outcome)),
    )


def _of_row(row: MatchedRow) -> dict[object, Machine]:
    machines: dict[object, Machine] = {}
    attach = _attachments(row)
    for mention in considered(row):
        verdict, token = str(mention.get("verdict")), str(mention.get("token", ""))
        asset_id = mention.get("asset_id")
        # A name that several have, or none, is told by the name.
        key = token.casefold() if asset_id is None or verdict == "ambiguous" else asset_id
        place = Mention(
            str(mention.get("where", "")),
            str(mention.get("before", "")),
            token,
            str(mention.get("after", "")),
        )
        if key in machines:
            machines[key].mentions.append(place)
        if key in machines or verdict == "duplicate":
            continue
        outcome, why = _became(row, verdict, asset_id, attach)
        reason = str(mention.get("reason", ""))
        machines[key] = Machine(
            name=_name(row, asset_id) or token,
            outcome=outcome,
            why=why or (f"found by {reason}" if verdict == "taken" else reason),
            pattern=str(mention.get("pattern", "")),
            asset_id=asset_id,
            mentions=[place],
        )
    _suggest(row, machines)
    return {**machines, **_unnamed(row, attach, machines)}


def _suggest(row: MatchedRow, machines: dict[object, Machine]) -> None:
    """Words that no asset is called, and what may be meant by them."""
    for reading in evidence_of(row):
        for one in _listed(reading, "suggestions"):
            token, value = str(one.get("token", "")), str(one.get("value", ""))
            place = Mention(str(one.get("where", "")), "", token, "")
            usual = Machine(token, Outcome.SUGGESTED, "", mentions=[place])
            machine = machines.setdefault(token.casefold(), usual)
            meant = f"did you mean {value}? {one.get('why', '')}".strip()
            several = machine.outcome is Outcome.SUGGESTED and machine.why
            machine.why = f"{machine.why}; {meant}" if several else meant
            machine.outcome = Outcome.SUGGESTED


def _unnamed(
    row: MatchedRow, attach: Mapping[int, Mapping[str, Any]], named: Mapping[object, Machine]
) -> dict[object, Machine]:
    """What no word of the text stands for: the requestor's computer."""
    details = _details(row)
    found: dict[object, Machine] = {}
    pattern = str(details.get("pattern") or "")
    why = "nobody named a computer, and the requestor has just this one"
    for asset_id in attach:
        if asset_id not in named:
            outcome, reason = _became(row, "taken", asset_id, attach)
            found[asset_id] = Machine(
                _name(row, asset_id), outcome, reason or why, pattern, asset_id
            )
    refused = [*_listed(details, "suggested"), *_taken_off(row)]
    for one in refused:
        if one["asset_id"] not in named and one["asset_id"] not in found:
            taken_off = one in _taken_off(row)
            outcome = Outcome.TAKEN_OFF if taken_off else Outcome.SUGGESTED
            name = str(one.get("name") or one["asset_id"])
            sentence = str(row.metadata.get("message") or "")
            found[one["asset_id"]] = Machine(name, outcome, sentence, pattern, one["asset_id"])
    return found


def _became(
    row: MatchedRow, verdict: str, asset_id: object, attach: Mapping[int, Mapping[str, Any]]
) -> tuple[Outcome, str]:
    """What came of a mention, and why if its own reason does not say it."""
    if verdict == "paused" and asset_id in (on_ticket(row) or ()):
        return Outcome.THERE, "it was on the ticket when the daemon looked"
    if verdict in _SUGGESTIONS:
        return Outcome.SUGGESTED, ""
    if verdict != "taken" or not isinstance(asset_id, int):
        return Outcome.REFUSED, ""
    effect = attach.get(asset_id)
    return _not_planned(row, asset_id) if effect is None else _planned(row, effect)


def _planned(row: MatchedRow, effect: Mapping[str, Any]) -> tuple[Outcome, str]:
    state = effect.get("state")
    if state == "applied" or (state == "already_there" and effect.get("ours")):
        return Outcome.ATTACHED, ""
    if state == "already_there":
        return Outcome.THERE, "a person attached it before we did"
    return Outcome.REFUSED, str(effect.get("error") or row.error_message or "not attached yet")


def _not_planned(row: MatchedRow, asset_id: int) -> tuple[Outcome, str]:
    if asset_id in (on_ticket(row) or ()):
        return Outcome.THERE, "it was on the ticket when the daemon looked"
    if asset_id in [one["asset_id"] for one in _taken_off(row)]:
        return Outcome.TAKEN_OFF, "a person took it off, so it is not put back"
    if asset_id in [one["asset_id"] for one in _listed(_details(row), "not_added")]:
        return Outcome.REFUSED, "more computers are named than are attached to one ticket"
    return Outcome.REFUSED, row.error_message or str(row.metadata.get("message") or "")


def _correct(machines: dict[object, Machine], correction: Correction) -> None:
    asset_id = correction.asset_id
    machine = machines.get(asset_id)
    if correction.kind == "removed":
        outcome, why = Outcome.TAKEN_OFF, "the daemon attached it, and a person took it off"
    elif correction.in_text:
        outcome, why = Outcome.MISSED, "a person added it, and the text names it"
    else:
        outcome, why = Outcome.ADDED, "a person added it; the text does not name it"
    if machine is None:
        name = correction.name or correction.token or str(asset_id)
        machine = machines[asset_id] = Machine(name, outcome, why, correction.pattern, asset_id)
        if correction.token:
            machine.mentions.append(Mention("", "", correction.token, ""))
    elif outcome is Outcome.MISSED:
        why = f"{why}; it was {machine.outcome.value}: {machine.why}"
    machine.outcome, machine.why = outcome, why


def _details(row: MatchedRow) -> Mapping[str, Any]:
    found = row.metadata.get("details")
    return found if isinstance(found, dict) else {}


def _listed(details: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    found = details.get(member)
    return [one for one in (found if isinstance(found, list) else []) if _is_asset(one)]


def _is_asset(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("asset_id"), int)


def _taken_off(row: MatchedRow) -> list[dict[str, Any]]:
    return _listed(_details(row), "taken_off")


def _attachments(row: MatchedRow) -> dict[int, Mapping[str, Any]]:
    return {
        effect["params"]["asset_id"]: effect
        for effect in (row.plan or {}).get("effects", ())
        if effect.get("kind") == "attach_asset"
    }


def _name(row: MatchedRow, asset_id: object) -> str:
    """What the log calls an asset; "" if it does not say."""
    for effect in (row.plan or {}).get("effects", ()):
        params = effect.get("params") or {}
        if effect.get("kind") == "attach_asset" and params.get("asset_id") == asset_id:
            return str(params.get("name") or "")
    for member in ("added", "not_added", "taken_off", "suggested"):
        for one in _listed(_details(row), member):
            if one["asset_id"] == asset_id:
                return str(one.get("name") or "")
    return ""
