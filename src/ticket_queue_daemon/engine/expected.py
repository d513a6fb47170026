"""Just this and nothing else: what a plan file names, held against what is planned now.

A run that is told what is expected works on the named pairs alone. Each is planned anew; where that
comes to other effects than were named, the claim is given back without an attempt.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ticket_queue_daemon.effects.codec import encode
from ticket_queue_daemon.effects.webhook import WebhookEffect
from ticket_queue_daemon.engine.admission import AFTER_OTHERS
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.engine.planning import Declined, Unsuccessful
from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.store.rows import LookAgain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.effects.base import Effect
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.store.rows import Claim, Pending

# Made from the claimed row, which a plan that is only looked at does not have.
_OF_THE_ROW: Final = frozenset({"ref", "key"})
_RUN: Final = re.compile(r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?")


Made: TypeAlias = Plan | Declined | Unsuccessful
"""What comes of planning."""


class PlanChanged(DaemonError):  # noqa: N818  the name says what was met
    """What would be done now is not what was expected; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is expected of one action on one ticket: its effects, as a fingerprint and in words."""

    fingerprint: str
    effects: tuple[str, ...]


def fingerprint(action_id: str, effects: Sequence[Effect], *, summarises: bool) -> str:
    """64 hex digits, the same for the same effects of the same action, whenever they are planned.

    References and keys are left out, as they are made from the claimed row, and the id of the run
    in a webhook's own document. A summary's words are left out too: they follow from what was done,
    and it tells the truth about that; who sees it and who is notified is held.
    """
    essences = [_essence(effect, words=not summarises) for effect in effects]
    document = json.dumps([action_id, essences], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(document.encode()).hexdigest()


def _essence(effect: Effect, *, words: bool) -> dict[str, Any]:
    params = {
        name: value
        for name, value in encode(effect)["params"].items()
        if name not in _OF_THE_ROW and (words or name != "comments")
    }
    if isinstance(effect, WebhookEffect):
        params["body"] = _without_run(effect.body)
    return {"kind": effect.kind, **params}


def _without_run(body: str) -> Any:
    document = json.loads(body)
    run = document.get("run") if isinstance(document, dict) else None
    if isinstance(run, str) and _RUN.fullmatch(run):
        document = {**document, "run": ""}
    return document


class Expected:
    """The pairs that a run is for; safe to share between its workers.

    Args:
        wanted: by ticket and action id.

    Attributes:
        pending: those of them that the poll found pending.
        changed: why those that were left alone were, by ticket and action id.
    """

    def __init__(self, wanted: Mapping[tuple[int, str], Wanted]) -> None:
        self.wanted = dict(wanted)
        self.pending: set[tuple[int, str]] = set()
        self.changed: dict[tuple[int, str], str] = {}

    @property
    def action_ids(self) -> frozenset[str]:
        """The actions that are named."""
        return frozenset(action_id for _, action_id in self.wanted)

    def only(self, pending: Sequence[Pending]) -> list[Pending]:
        """What of the pending work is wanted, in its order."""
        found = [one for one in pending if self.names(one.ticket_id, one.action_id)]
        self.pending = {(one.ticket_id, one.action_id) for one in found}
        return found

    def names(self, ticket_id: int, action_id: str) -> bool:
        """Whether the pair is wanted."""
        return (ticket_id, action_id) in self.wanted

    def left_out(self, claim: Claim, bound: BoundAction, made: Made) -> Made:
        """What was planned, unless it is done once for several tickets, and the plan names another."""
        pair = (claim.ticket_id, claim.action_id)
        rule = bound.rule
        if rule.once_per == "ticket" or self.wanted[pair].effects or not isinstance(made, Plan):
            return made
        why = f"once per {rule.once_per}: the plan names another ticket"
        return Declined(why, Plan(), again=LookAgain(claim.db_now + AFTER_OTHERS, None, rule.hash))

    def hold(
        self,
        claim: Claim,
        bound: BoundAction | None,
        made: Made,
        *,
        stored: bool = False,
    ) -> None:
        """See that what was planned is what is wanted.

        Args:
            claim: the pair's.
            bound: its action; None: not configured any more.
            made: what is planned now, or was stored before.
            stored: it is under way, so it is not made anew.

        Raises:
            PlanChanged: it is something else; why is kept in ``changed``.
        """
        pair = (claim.ticket_id, claim.action_id)
        wanted = self.wanted[pair]
        effects = made.effects if isinstance(made, Plan) else ()
        summarises = bound is not None and bound.key.summarises
        same = wanted.fingerprint == fingerprint(claim.action_id, effects, summarises=summarises)
        if same and not isinstance(made, Unsuccessful):
            return
        why = self.changed[pair] = _difference(wanted, made, stored=stored)
        raise PlanChanged(f"Ticket {claim.ticket_id}, {claim.action_id}: {why}")


def _difference(wanted: Wanted, made: Plan | Declined | Unsuccessful, *, stored: bool) -> str:
    effects = [one.describe() for one in made.effects] if isinstance(made, Plan) else []
    then, now = _words(wanted.effects), _words(effects)
    if stored:
        return f"planned was: {then}; under way since before is: {now}, which the next run finishes"
    if then == now and effects:
        now = f"{now} (in words that are not shown here)"
    reason = made.message if isinstance(made, Plan) else made.reason
    return f"planned was: {then}; now it would be: {now}{f' ({reason})' if reason else ''}"


def _words(effects: Sequence[str]) -> str:
    return ", ".join(effects) or "nothing"
