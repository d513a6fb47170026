"""Undo as an action of its own, so that it goes down the straight line like any other.

Its id is made of the row that it takes back and that row's occurrence: a second undo finds the row of
the first, and does nothing; one that was killed goes on with its stored plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.effects.codec import decode
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.engine.allowing import check_plan
from ticket_queue_daemon.engine.deeds import deeds
from ticket_queue_daemon.engine.plan import DONE_STATES, states
from ticket_queue_daemon.engine.planning import CLOSED_CLASSES
from ticket_queue_daemon.engine.undoing import Item, Now, take_back
from ticket_queue_daemon.store.undo import UNDO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ticket_queue_daemon.effects.base import Effect
    from ticket_queue_daemon.engine.facade import RecordingFacade
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.store.undo import Undoable

NO_COMMENT = "no comment: the ticket is closed, and a comment might reopen it"


class UndoAction(BaseAction):
    """Takes back what one row of the log did to its ticket.

    Args:
        row: what is taken back.
        tracker: where the ticket's rows are read again, once the ticket is ours.
        who: the person who asked for it.
        teller: the id of the undo that posts the comment on this ticket, "" for no comment; its own
            id if it is this one.
        allowed: the kinds of effect that may be sent; None: every kind.
    """

    on_closed = True

    def __init__(
        self,
        row: Undoable,
        tracker: StateTracker,
        who: str,
        teller: str = "",
        *,
        allowed: frozenset[str] | None = None,
    ) -> None:
        super().__init__()
        self.row = row
        self._tracker = tracker
        self._who = who
        self.teller = teller
        self._allowed = allowed

    def get_action_type(self) -> str:
        """``undo``."""
        return UNDO

    def get_action_config(self) -> dict[str, Any]:
        """Which row, and which time that it was carried out."""
        return {"log_id": str(self.row.log_id), "occurrence": self.row.occurrence}

    def execute_action(
        self,
        ticket_id: int,
        facade: TicketFacade,
        dry_run: bool = False,
        context: dict[str, Any] | None = None,
    ) -> ActionResult:
        """Plan the opposite of what stands. See the base class.

        Unless it is a dry run, the row that is taken back will not be done again by itself from here on.

        Raises:
            NotAllowed: what takes it back may not be sent; nothing has changed.
        """
        context = {} if context is None else context
        rows = self._tracker.get_ticket_actions(ticket_id)
        log_id = str(self.row.log_id)
        row = next((one for one in rows if str(one["log_id"]) == log_id), None)
        if row is None or row["occurrence"] != self.row.occurrence:
            return skip("it has been carried out again since: undo it anew")
        if unsettled := why_unsettled(row):
            return ActionResult(success=False, message=unsettled)
        now = Now(facade, ticket_id)
        if dry_run:
            now = context.setdefault("undo", now)
            now.facade = facade
        effects, items = _plan(log_id, rows, now)
        # Else what stays as it is would count as undone.
        check_plan(effects, self._allowed)
        if dry_run:
            now.think(log_id, effects)
        elif effects or _comes_again(row):
            self._tracker.undo.stop(self.row.log_id, self.row.occurrence, self._who, _told(items))
        asked = cast("RecordingFacade", facade).effects
        asked.extend(effects)
        note = self._comment(ticket_id, facade, effects, rows, context if dry_run else None)
        if not asked:
            return skip(f"nothing to take back: {_told(items)}", **self._details(items, note))
        return ActionResult(
            message=f"undid {self.row.action_id}: {_told(items)}",
            details=self._details(items, note),
        )

    def _details(self, items: Iterable[Item], note: str) -> dict[str, Any]:
        return {
            "undoes": self.row.action_id,
            "log_id": str(self.row.log_id),
            "by": self._who,
            "told_by": self.teller,
            "items": [{"what": one.what, "undo": one.then} for one in items],
            **({"comment": note} if note else {}),
        }

    def _comment(
        self,
        ticket_id: int,
        facade: TicketFacade,
        effects: Sequence[Effect],
        rows: Iterable[Mapping[str, Any]],
        thought: dict[str, Any] | None,
    ) -> str:
        """Ask for the one comment, if it is this undo that posts it; why not, or ""."""
        words = [effect.describe() for effect in effects]
        if thought is not None:
            thought["undo words"] = words = [*thought.get("undo words", ()), *words]
        own = self.get_action_id()
        if self.teller != own:
            return ""
        if thought is None:
            words = [*_words_of(rows, told_by=own, but=own), *words]
        if not words:
            return ""
        restores = any(isinstance(one, PatchTicketEffect) for one in effects)
        if facade.get_ticket(ticket_id).status_class in CLOSED_CLASSES and not restores:
            return NO_COMMENT
        listed = "\n".join(f"- {one}" for one in words)
        facade.add_comment(ticket_id, f"Undone by {self._who}:\n{listed}", is_private=True)
        return ""


def why_unsettled(row: Mapping[str, Any]) -> str:
    """Why a row can't be taken back yet, and what to do; "" if it can."""
    if row["status"] == "started":
        return "it is under way: undo it when the next run has finished it"
    if row["status"] == "needs_review":
        return (
            f"it is held for review: `resolve {str(row['log_id'])[:8]} --done` or `--retry` first"
        )
    if "sent" in states(row.get("plan")):
        return "an answer was lost: undo it when the next run has found out"
    return ""


def _plan(
    log_id: str, rows: Sequence[Mapping[str, Any]], now: Now
) -> tuple[list[Effect], list[Item]]:
    """The last deed first."""
    every = deeds(rows)
    effects: list[Effect] = []
    items: list[Item] = []
    for deed in reversed([one for one in every if one.log_id == log_id]):
        against, told = take_back(deed, every, now)
        effects += against
        items += told
    return effects, items


def _comes_again(row: Mapping[str, Any]) -> bool:
    return row["look_again_at"] is not None or row["next_attempt_at"] is not None


def _told(items: Iterable[Item]) -> str:
    return "; ".join(f"{one.what}: {one.then}" for one in items)


def _words_of(rows: Iterable[Mapping[str, Any]], *, told_by: str, but: str) -> list[str]:
    """What other undos of the ticket, whose comment is this one's, have done."""
    return [
        decode(stored).describe()
        for row in rows
        if row["action_type"] == UNDO and row["action_id"] != but
        for stored in _effects_told(row["plan"] or {}, told_by)
        if stored.get("state") in DONE_STATES
    ]


def _effects_told(plan: Mapping[str, Any], told_by: str) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = plan.get("effects", ())
    return found if plan.get("details", {}).get("told_by") == told_by else ()
