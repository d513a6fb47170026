"""Put recorded tickets before other rules, in the order in which they came.

Nothing is asked of TDX and nothing is written. A replay remembers what it did itself, so that here
too an action is done once on a ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.judging import Asked, Holders, Judged, judge
from ticket_queue_daemon.engine.pairing import Slot, pair
from ticket_queue_daemon.engine.recorded import RecordedReader
from ticket_queue_daemon.engine.verdicts import (
    FORGOTTEN,
    NOT_ASKED,
    Decision,
    Group,
    Kind,
    Verdict,
    of_events,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.notebook import Step
    from ticket_queue_daemon.engine.recorded import Recording
    from ticket_queue_daemon.engine.recorded_lists import Today
    from ticket_queue_daemon.store.corrections import OurAsset
    from ticket_queue_daemon.store.recordings import Settled

_BETWEEN = 0.5
GONE = "the new rules have no such action"
HISTORY = "the log's history of it"
OTHERS_UNKNOWN = "what the actions before it would come to"


@dataclass(slots=True)
class _Pair:
    """What the replay knows of one action on one ticket."""

    judged: bool = False
    done_at: datetime | None = None
    acted: Verdict | None = None
    missed: Verdict | None = None


@dataclass(slots=True)
class _Scene:
    """One recording on its way through the new rules.

    Attributes:
        place: where among the decisions of then we are.
        outcomes: what the new actions came to, by their ids.
        taken_back: lines that old decisions left and new ones would not.
        added: lines the other way round.
        unknown: whether any can't be told.
    """

    recording: Recording
    reader: RecordedReader
    shared: dict[str, Any]
    place: float = -_BETWEEN
    outcomes: dict[str, str] = field(default_factory=dict)
    taken_back: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    unknown: bool = False

    def step_of(self, old_id: str) -> Step | None:
        """The decision of an old action; moves to its place."""
        place = self.recording.place_of(old_id) if old_id else None
        if place is None:
            return None
        self.place = place
        return self.recording.steps[place]

    def lines_for(self, step: Step | None) -> list[str]:
        """What a summary would be given: as then, but for what differs."""
        lines = list(step.lines) if step else []
        for line in self.taken_back:
            if line in lines:
                lines.remove(line)
        return lines + [line for line in self.added if line not in lines]


class Replayer:
    """The new rules, and what they did so far.

    Args:
        actions: the new actions.
        unsettled: types and labels of those whose names only TDX can tell: they are left out.
        bots: whose doings do not count as activity, by the new rules.
        today: the list of assets as it is now.
        ours: gives the assets that the log says we attached to a ticket.
        holders: who has what is done once for several tickets.
    """

    def __init__(
        self,
        actions: Sequence[BoundAction],
        *,
        today: Today,
        ours: Callable[[int], Sequence[OurAsset]] = lambda _: (),
        unsettled: Sequence[tuple[str, str]] = (),
        bots: Collection[str] = (),
        holders: Holders | None = None,
    ) -> None:
        self._actions = actions
        self._unsettled = unsettled
        self._today = today
        self._ours = ours
        self._bots = bots
        self._holders = holders or Holders()
        self._pairs: dict[tuple[int, str], _Pair] = {}
        self._slots: dict[tuple[tuple[str, str, str], ...], list[Slot]] = {}
        self._groups: dict[str, Group] = {
            one.key.action_id: Group(one.key.action_id) for one in actions
        }

    def groups(self) -> list[Group]:
        """What was found so far, by action; those that are gone last."""
        return list(self._groups.values())

    def replay(
        self,
        recording: Recording,
        events: Mapping[tuple[UUID, UUID], Mapping[str, Mapping[str, Any]]],
        settled: Mapping[tuple[int, str], Settled],
    ) -> None:
        """One recording; they come in the order of their times.

        Args:
            recording: the ticket as it was.
            events: what came of the claims of then, by log id and run.
            settled: when actions were first done on tickets, by ticket and action id.
        """
        reader = RecordedReader(recording, self._today, self._ours, self._bots)
        shared = {"run_id": str(recording.run_id), "stopping": lambda: False}
        scene = _Scene(recording, reader, shared)
        for slot in self._slots_of(recording):
            step = scene.step_of(slot.old_id)
            then = NOT_ASKED
            if step is not None:
                then = of_events(events.get((step.log_id, recording.run_id)))
            if slot.new is None:
                self._gone(scene, slot, then)
            elif slot.new.key.summarises:
                self._summary(scene, slot, slot.new, step, then)
            else:
                self._action(scene, slot, slot.new, step, then, settled)
            if step is not None:
                scene.place += _BETWEEN

    def _slots_of(self, recording: Recording) -> list[Slot]:
        known = recording.actions
        if known not in self._slots:
            slots = pair(known, self._actions, self._unsettled)
            # A summary tells of the gone ones too, so it comes after them.
            slots.sort(key=lambda slot: slot.new is not None and slot.new.key.summarises)
            self._slots[known] = slots
        return self._slots[known]

    def _gone(self, scene: _Scene, slot: Slot, then: Decision) -> None:
        if then.acts:
            now = Decision("skipped", GONE)
            verdict = _verdict(Kind.NOT, scene, slot, then, Judged(now))
            self._note(scene, slot, verdict)

    def _action(
        self,
        scene: _Scene,
        slot: Slot,
        bound: BoundAction,
        step: Step | None,
        then: Decision,
        settled: Mapping[tuple[int, str], Settled],
    ) -> None:
        ticket_id, action_id = scene.recording.ticket_id, bound.key.action_id
        known = self._pairs.setdefault((ticket_id, action_id), _Pair())
        before = settled.get((ticket_id, slot.old_id or action_id))
        if before is not None and before.at >= scene.recording.recorded_at:
            before = None
        if not _is_pending(slot, bound, step, known, before):
            if known.done_at is not None or (before is not None and before.completed):
                scene.outcomes[action_id] = "completed"
            if then.acts:
                self._done_before(scene, slot, known, then)
            return
        found = self._judge(scene, slot, bound, step, ())
        known.judged = True
        if not found.missing:
            scene.outcomes[action_id] = found.decision.outcome
        self._compare(scene, slot, known, then, found)
        finished = found.decision.outcome == "completed" and not (then.acts and then.again)
        if finished and not bound.key.repeats:
            known.done_at = scene.recording.recorded_at

    def _judge(
        self,
        scene: _Scene,
        slot: Slot,
        bound: BoundAction,
        step: Step | None,
        lines: Sequence[str],
    ) -> Judged:
        steps = scene.recording.steps
        nearest = step or steps[max(0, min(int(scene.place), len(steps) - 1))]
        asked = Asked(
            bound=bound,
            slot=slot,
            place=scene.place,
            step=step,
            now=nearest.now,
            lines=lines,
            shared=scene.shared,
            outcomes=scene.outcomes,
        )
        return judge(asked, scene.reader, self._holders)

    def _done_before(self, scene: _Scene, slot: Slot, known: _Pair, then: Decision) -> None:
        """Then it acted here; the new rules had it done by then."""
        if known.acted is not None and known.acted.kind is Kind.ACTS:
            known.acted.kind = Kind.SOONER
            known.acted.then = then
            return
        if known.done_at is None:
            return
        now = Decision("skipped", f"it would have been done before, {known.done_at:%Y-%m-%d %H:%M}")
        self._note(scene, slot, _verdict(Kind.NOT, scene, slot, then, Judged(now)))

    def _compare(
        self, scene: _Scene, slot: Slot, known: _Pair, then: Decision, found: Judged
    ) -> None:
        if then is FORGOTTEN:
            found = replace(found, missing=(*found.missing, HISTORY))
        kind = _kind(then, found)
        if kind is None:
            self._group(slot).same[then.acts] += 1
            return
        if kind is Kind.ACTS and known.missed is not None and known.missed.kind is Kind.NOT:
            known.missed.kind = Kind.LATER
            known.missed.now = found.decision
            return
        verdict = _verdict(kind, scene, slot, then, found)
        if kind is Kind.ACTS:
            known.acted = verdict
        elif kind is Kind.NOT:
            known.missed = verdict
        self._note(scene, slot, verdict)

    def _summary(
        self, scene: _Scene, slot: Slot, bound: BoundAction, step: Step | None, then: Decision
    ) -> None:
        lines = scene.lines_for(step)
        if step is None and not scene.added and not scene.unknown:
            return
        if scene.unknown:
            found = Judged(Decision("", "what it would tell can't be told"), (OTHERS_UNKNOWN,))
        elif not lines and bound.key.skip_if_empty:
            found = Judged(Decision("skipped", "there would be nothing to tell"))
        else:
            found = self._judge(scene, slot, bound, step, lines)
        self._compare(scene, slot, _Pair(), then, found)

    def _note(self, scene: _Scene, slot: Slot, verdict: Verdict) -> None:
        self._group(slot).verdicts.append(verdict)
        scene.unknown = scene.unknown or verdict.kind is Kind.UNKNOWN
        scene.taken_back += verdict.then.lines
        scene.added += verdict.now.lines

    def _group(self, slot: Slot) -> Group:
        name = slot.new.key.action_id if slot.new else slot.old_id
        group = self._groups.setdefault(name, Group(name, gone=slot.new is None))
        if slot.old_id not in {"", name, *group.old_ids}:
            group.old_ids.append(slot.old_id)
        return group


def _is_pending(
    slot: Slot, bound: BoundAction, step: Step | None, known: _Pair, before: Settled | None
) -> bool:
    """Whether the new rules would ask the action now."""
    if known.done_at is not None:
        return False
    if step is not None:
        return True
    if slot.old_id:
        # The old one was not asked. The new one is, if it has still to do what the old one did.
        return known.missed is not None and (bound.key.on_update or bound.key.repeats)
    return before is None and (not known.judged or bound.key.on_update)


def _kind(then: Decision, found: Judged) -> Kind | None:
    """How they differ; None: not at all."""
    if found.missing:
        return Kind.UNKNOWN
    if then.acts and found.decision.acts:
        return None if then.does_as(found.decision) else Kind.OTHER
    if then.acts:
        return Kind.NOT
    return Kind.ACTS if found.decision.acts else None


def _verdict(kind: Kind, scene: _Scene, slot: Slot, then: Decision, found: Judged) -> Verdict:
    return Verdict(
        kind=kind,
        ticket_id=scene.recording.ticket_id,
        title=scene.recording.title,
        at=scene.recording.recorded_at,
        run_id=scene.recording.run_id,
        action_id=slot.new.key.action_id if slot.new else "",
        old_id=slot.old_id,
        then=then,
        now=found.decision,
        missing=found.missing,
        remarks=found.remarks,
    )
