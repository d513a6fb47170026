"""The ``--config`` of every daemon that the chaos tests start; it runs inside that daemon.

One action does what a ticket's title asks for, so that one process meets every kind of effect. What
the test wants done to this process stands in the variable ``CHAOS``, as JSON: at which checkpoint it
is to be struck, and how.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from ticket_queue_daemon.actions import ActionResult, BaseAction, SummaryCommentAction, TicketFacade
from ticket_queue_daemon.engine import checkpoints
from ticket_queue_daemon.engine.ticket import TicketWork

CHAOS: dict[str, Any] = json.loads(os.environ.get("CHAOS") or "{}")
PATIENCE = 20.0


class AsTitled(BaseAction):
    """``rich comment: 3`` asks for a rich comment."""

    def get_action_type(self) -> str:
        return "as_titled"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        kind = facade.get_ticket(ticket_id).title.partition(":")[0]
        match kind:
            case "public comment":
                facade.add_comment(ticket_id, "Hello <World> & all")
            case "private comment":
                facade.add_comment(ticket_id, "Hello", is_private=True)
            case "rich comment":
                facade.add_comment(ticket_id, "<p>Hello <b>World</b></p>", is_rich_html=True)
            case "twin comments":
                facade.add_comment(ticket_id, "The same words")
                facade.add_comment(ticket_id, "The same words")
            case "asset" | "summary":
                facade.add_asset(ticket_id, CHAOS["asset_id"])
            case "configuration item":
                facade.add_configuration_item(ticket_id, CHAOS["item_id"])
            case "field and status":
                facade.update_ticket(ticket_id, {"StatusID": 117, "Title": f"{kind}: in progress"})
            case "merged fields":
                facade.update_ticket(ticket_id, {"StatusID": 117})
                facade.update_ticket(ticket_id, {"Title": f"{kind}: in progress"})
            case "status with comment":
                facade.update_ticket(ticket_id, {"StatusID": 117})
                facade.add_comment(ticket_id, "We are on it", is_private=True)
            case "tags":
                facade.add_tags(ticket_id, ["vip", "east-hall"])
            case "contact":
                facade.add_contact(ticket_id, CHAOS["person_uid"])
            case _:
                raise ValueError(f"no kind of effect is called {kind!r}")
        return ActionResult(summary=f"did {kind}")


class Gathering:
    """Stands in for the engine's failpoint: strikes once, with every ticket in hand.

    Each ticket that comes to the point is held there; when all that can come are there, the process
    gets one signal.

    Args:
        point: the checkpoint.
        tickets: how many tickets are on their way.
        number: the signal.
        told: a file that is to hold the ids of the tickets that stood at the point.
        second: tickets that are held when they pass for the second time: at their summary.
    """

    def __init__(
        self, point: str, tickets: int, number: int, told: str, second: frozenset[int]
    ) -> None:
        self.point = checkpoints.Checkpoint(point)
        self._awaited = tickets
        self._signal = number
        self._told = Path(told)
        self._second = second
        self._passes: Counter[int] = Counter()
        self._here: set[int] = set()
        self._over = False
        self._changed = threading.Condition()

    def pass_by(self) -> None:
        ticket_id = _ticket_in_hand()
        with self._changed:
            self._passes[ticket_id] += 1
            if self._over or (ticket_id in self._second and self._passes[ticket_id] == 1):
                return
            self._here.add(ticket_id)
            self._changed.notify_all()
            # The poll has no ticket in hand: it stands for all.
            if ticket_id:
                self._changed.wait_for(self._complete, PATIENCE)
            if not self._over:
                self._strike()

    def leave(self, ticket_id: int) -> None:
        """The ticket has gone the whole line without passing the point."""
        with self._changed:
            if ticket_id not in self._here:
                self._awaited -= 1
                self._changed.notify_all()

    def _complete(self) -> bool:
        return self._over or len(self._here) >= self._awaited

    def _strike(self) -> None:
        self._over = True
        partial = self._told.with_suffix(".partial")
        partial.write_text(json.dumps(sorted(self._here)))
        partial.rename(self._told)
        os.kill(os.getpid(), self._signal)
        self._changed.notify_all()


def _ticket_in_hand() -> int:
    """The ticket whose line this thread is on; 0 outside every line."""
    frame = sys._getframe(1)
    while frame is not None:
        work = frame.f_locals.get("self")
        if isinstance(work, TicketWork):
            return work.ticket_id
        frame = frame.f_back
    return 0


def _set_up(gathering: Gathering) -> None:
    checkpoints._armed = gathering
    whole_line = TicketWork.run

    def run(work: TicketWork, action_ids: Any) -> Any:
        try:
            return whole_line(work, action_ids)
        finally:
            gathering.leave(work.ticket_id)

    TicketWork.run = run


if "point" in CHAOS:
    _set_up(
        Gathering(
            CHAOS["point"],
            CHAOS.get("tickets", 1),
            signal.Signals[CHAOS.get("signal", "SIGKILL")],
            CHAOS["told"],
            frozenset(CHAOS.get("second", ())),
        )
    )

actions = [AsTitled(), SummaryCommentAction()]
