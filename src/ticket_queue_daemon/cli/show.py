"""How a dry run's plans, a run's figures and a ticket's story look; the demo shows them too."""

from __future__ import annotations

import threading
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from ticket_queue_daemon.assets.considered import considered
from ticket_queue_daemon.cli.evidence import details_of, names_in, print_evidence
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.story import tell
from ticket_queue_daemon.effects.codec import UnknownEffect, decode
from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.observe.events import Event, RunFinished

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.engine.report import PlanView

EVIDENCE_SHOWN = 8
STYLES = {
    "completed": "green",
    "failed": "red",
    "needs_review": "yellow",
    "skipped": "dim",
    "started": "cyan",
}
_FIGURES = ("found", "executed", "succeeded", "failed", "skipped", "held")


class Show:
    """Shows on a terminal, or as plain lines where there is none."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def plans(self, report: RunReport, queue: str = "") -> None:
        """The plan per ticket: what would be sent, and why; ``queue``: its name, of several."""
        if queue:
            self._terminal.say(safe(f"Queue {queue}", style="bold underline"))
        for (ticket_id, title), views in groupby(report.plans, lambda v: (v.ticket_id, v.title)):
            self._panel(f"Ticket {ticket_id}: {title}" if title else f"Ticket {ticket_id}", views)
        self._terminal.say(
            f"Dry run: {report.found} tickets found, {report.pending} with work, "
            f"{sum(len(view.effects) for view in report.plans)} changes planned; nothing was changed."
        )

    def closing(self, report: RunReport, queue: str = "") -> None:
        """The closing table: tickets found; actions executed, by outcome; seconds."""
        if queue:
            self._terminal.say(safe(f"Queue {queue}", style="bold underline"))
        numbers = [str(getattr(report, name)) for name in _FIGURES]
        self._terminal.table(
            ("tickets found", *_FIGURES[1:], "seconds"), [(*numbers, f"{report.seconds:.1f}")]
        )
        if report.stopped:
            self._terminal.say(f"The run ended early: {report.stopped}.")

    def story(self, app: App, ticket_id: int) -> None:
        """Each action of the ticket, then its history in sentences."""
        actions = app.tracker.get_ticket_actions(ticket_id)
        if not actions:
            self._terminal.say(f"The daemon has done nothing on ticket {ticket_id} so far.")
            return
        self._terminal.table(
            ("action", "status", "attempts", "when", "message"),
            [_action_row(action) for action in reversed(actions)],
            title=f"Ticket {ticket_id}",
        )
        for action in reversed(actions):
            self._evidence(action)
        if pruned := [action["pruned_to"] for action in actions if action["pruned_to"]]:
            self._terminal.say(
                f"Pruned: what happened until {_moment(max(pruned))}, in part or all."
            )
        plans = {str(action["log_id"]): action.get("plan") for action in actions}
        day = ""
        for at, sentence in tell(app.tracker.history(ticket_id), plans, in_words):
            here = at.astimezone()
            if (today := f"{here:%Y-%m-%d %Z}") != day:
                day = today
                self._terminal.say(safe(day, style="bold"))
            self._terminal.say(safe(f"  {here:%H:%M:%S}", style="dim"), sentence)

    def _evidence(self, action: Mapping[str, Any]) -> None:
        details = details_of(action)
        found = considered(details)
        if found.candidates:
            self._terminal.say(safe(f"What {action['action_id']} considered", style="bold"))
            more = f"`explain {action['ticket_id']}` shows them all, as the ticket is now"
            print_evidence(
                self._terminal.out, found, names=names_in(details), most=EVIDENCE_SHOWN, more=more
            )
            self._terminal.say()

    def _panel(self, heading: str, views: Iterable[PlanView]) -> None:
        lines = [line for view in views for line in _plan_lines(view)]
        if self._terminal.out.is_terminal:
            panel = Panel(Group(*lines), title=safe(heading), title_align="left")
            self._terminal.out.print(panel)
            return
        self._terminal.say(heading)
        for line in lines:
            self._terminal.out.print(Text("  ") + line, soft_wrap=True)


class EachRun:
    """Shows every run of a daemon as it ends: an observer, one for all its queues."""

    def __init__(self, show: Show, *, closing: bool, app: App | None = None) -> None:
        self._show = show
        self._closing = closing
        self._app = app
        self._lock = threading.Lock()

    def on_event(self, event: Event) -> None:
        """Show plans and figures when a run has finished."""
        if not isinstance(event, RunFinished) or not isinstance(event.report, RunReport):
            return
        report = event.report
        of = report.queue if self._app is not None and len(self._app.queues) > 1 else ""
        with self._lock:
            if report.dry_run:
                self._show.plans(report, of)
            elif self._closing:
                self._show.closing(report, of)


def in_words(effect: Mapping[str, Any]) -> str:
    """A stored effect in a few words, as in ``attach asset IC-EHLB760-F16``."""
    try:
        return decode(effect).describe()
    except (UnknownEffect, TypeError, KeyError, ValueError):
        # Stored by another version: its kind is all that is sure.
        return str(effect.get("kind", "an effect")).replace("_", " ")


def _plan_lines(view: PlanView) -> list[Text]:
    lines = [safe(view.action_id, style="bold")]
    lines += [safe(f"  would {effect}") for effect in view.effects]
    if not view.effects:
        lines.append(safe("  would change nothing", style="dim"))
    if view.summary:
        lines.append(safe(f"  summary: {view.summary}"))
    if view.reason and view.reason != view.summary:
        lines.append(safe(f"  because: {view.reason}", style="dim"))
    return lines


def _action_row(action: Mapping[str, Any]) -> tuple[object, ...]:
    status = str(action["status"])
    return (
        action["action_id"],
        safe(status, style=STYLES.get(status, "")),
        _attempts(action),
        _moment(action.get("executed_at")),
        action.get("error_message") or _message(action.get("metadata")),
    )


def _attempts(action: Mapping[str, Any]) -> int:
    """How often it was tried: the store counts failures, and an outcome by hand is no attempt."""
    tried = action["status"] != "failed" and action.get("claimed_at") is not None
    return int(action.get("attempts") or 0) + tried


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _message(metadata: object) -> str:
    if not isinstance(metadata, dict):
        return ""
    message = str(metadata.get("message", ""))
    undone = metadata.get("undone")
    return f"undone by {undone['by']}; before: {message}" if undone else message
