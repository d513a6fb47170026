"""What one action would decide on one recorded ticket: the same line as a dry run's, up to the plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from ticket_queue_daemon.actions.base import BaseAction
from ticket_queue_daemon.engine.admission import admit
from ticket_queue_daemon.engine.facade import PREVIEW_LOG_ID
from ticket_queue_daemon.engine.facts import TicketFacts
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.engine.planning import FIRST, Declined, Turn, Unsuccessful, make_plan
from ticket_queue_daemon.engine.verdicts import Decision, of_plan
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.notebook import Step
    from ticket_queue_daemon.engine.pairing import Slot
    from ticket_queue_daemon.engine.recorded import RecordedReader
    from ticket_queue_daemon.engine.recorded_lists import Gaps
    from ticket_queue_daemon.store.recordings import Taken

COMMAND = "the answer of its command: a replay runs none"


@dataclass(slots=True)
class Holders:
    """What is done once for several tickets, and which ticket has it.

    Attributes:
        known: who took it in the log, and when, by action id and subject.
        since: the beginning of the replay; who had it by then, has it.
        taken: who took it in the replay.
    """

    known: Mapping[tuple[str, str], Taken] = field(default_factory=dict)
    since: datetime | None = None
    taken: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, slot: Slot, action_id: str, subject: str, ticket_id: int) -> int:
        """The ticket that has it: this one, if it was free.

        Where nothing was changed, who took it then takes it now: side by side, either might have.
        """
        for one in (action_id, slot.old_id):
            holder = self.known.get((one, subject))
            early = holder is not None and self.since is not None and holder.at < self.since
            if holder is not None and (early or slot.unchanged):
                return holder.ticket_id
        return self.taken.setdefault((action_id, subject), ticket_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """One action before one recorded ticket.

    Attributes:
        bound: the action of the new rules.
        slot: what it takes the place of.
        place: where it stands among the decisions of then; ``step`` is the decision there, if it is
            its own or its old self's.
        now: the time then.
        lines: what a summary is to tell.
        shared: what the actions of this ticket and run share.
        outcomes: what the actions before it came to, by action id.
    """

    bound: BoundAction
    slot: Slot
    place: float
    step: Step | None
    now: datetime
    lines: Sequence[str]
    shared: dict[str, Any]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What it would decide; with ``missing``, that can't be told."""

    decision: Decision
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def judge(asked: Asked, reader: RecordedReader, holders: Holders) -> Judged:
    """Let the action decide; never raises for what the action or its rule does."""
    reader.move(asked.place, asked.now)
    decision = _decide(asked, reader, holders)
    missing, remarks = tuple(reader.gaps.missing), tuple(reader.gaps.remarks)
    if missing:
        decision = Decision("", _how_far(asked, reader))
    return Judged(decision, missing, remarks)


def _decide(asked: Asked, reader: RecordedReader, holders: Holders) -> Decision:
    bound, step = asked.bound, asked.step
    if not bound.acts_at(asked.now):
        return Decision("skipped", "its schedule was closed then")
    if bound.action.asks_outside:
        bound = replace(bound, action=_Unasked(bound.action, reader.gaps))
    try:
        made = make_plan(
            bound,
            reader,
            dry_run=True,
            summaries=list(enumerate(asked.lines)),
            log_id=step.log_id if step else PREVIEW_LOG_ID,
            turn=_turn(step),
            shared=asked.shared,
            outcomes=asked.outcomes,
        )
        if isinstance(made, Plan) and bound.rule.once_per != "ticket":
            made = _once(asked, reader, holders, made)
    except DaemonError as error:
        return Decision("failed", f"would fail: {error.message}")
    except Exception as error:  # noqa: BLE001  a plug-in's bug is shown, and the rest goes on
        return Decision("failed", f"would fail: {type(error).__name__}: {error}")
    return _of(made)


def _of(made: Plan | Declined | Unsuccessful) -> Decision:
    if isinstance(made, Plan):
        return of_plan(made)
    if isinstance(made, Unsuccessful):
        return Decision("failed", f"would fail: {made.reason}")
    return Decision("skipped", made.reason, (), made.lines)


def _once(asked: Asked, reader: RecordedReader, holders: Holders, plan: Plan) -> Plan | Declined:
    rule = asked.bound.rule
    try:
        subject = rule.subject(reader.ticket().requestor_uid, reader.directory.now())
    except LookupError as error:
        return Declined(str(error), Plan())
    action_id = asked.bound.key.action_id
    holder = holders.take(asked.slot, action_id, subject, reader.ticket_id)
    if holder == reader.ticket_id:
        return plan
    return Declined(f"once per {rule.once_per}: ticket {holder} has it", Plan())


def _turn(step: Step | None) -> Turn:
    """Which occurrence it was; an earlier one was done if it was not the first."""
    return FIRST if step is None else Turn(step.occurrence, step.due_at, step.occurrence > 1)


def _how_far(asked: Asked, reader: RecordedReader) -> str:
    """Whether at least the rule around the action could be asked."""
    rule, turn = asked.bound.rule, _turn(asked.step)
    if asked.bound.key.summarises:
        return "what it would tell can't be told"
    reader.move(asked.place, asked.now)
    try:
        turned = admit(
            rule,
            TicketFacts.of(reader, rule),
            occurrence=turn.occurrence,
            due_at=turn.due_at,
            done_before=turn.done_before,
        )
    except DaemonError:
        return "whether its rule lets it act can't be told"
    if turned is None and (rule.when is not None or rule.timing is not None):
        return "its rule lets it act; what it would do can't be told"
    return "what it would do can't be told"


class _Unasked(BaseAction):
    """Stands for an action that would ask something outside; its rule is asked all the same."""

    def __init__(self, real: BaseAction, gaps: Gaps) -> None:
        super().__init__(version=real.version)
        self.rule = real.rule
        self._real = real
        self._gaps = gaps

    def get_action_type(self) -> str:
        """The real one's."""
        return self._real.get_action_type()

    def get_action_config(self) -> dict[str, Any]:
        """The real one's."""
        return self._real.get_action_config()

    def execute_action(self, ticket_id: int, facade: object, dry_run: bool = False) -> NoReturn:
        """Say that it can't be told.

        Raises:
            NotRecorded: always.
        """
        del ticket_id, facade, dry_run
        raise self._gaps.miss(COMMAND)
