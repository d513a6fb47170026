"""``undo``: take back what a run, or what we, did to tickets; what can't be taken back is said."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.progress import ProgressObserver
from ticket_queue_daemon.cli.resolve import whoever
from ticket_queue_daemon.cli.show import STYLES
from ticket_queue_daemon.cli.signals import stop_on_signals
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.undoing import Target
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.engine.report import PlanView
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.undo import Undoable, UndoRow

FEW_TICKETS = 3
"""As many are undone without a question."""
_NOT_YET = {
    "started": "is under way: undo it when the next run has finished it",
    "needs_review": "is held for review: settle it by `resolve` first",
}
_WORDS = {
    "completed": "undone",
    "skipped": "left alone",
    "failed": "not undone",
    "needs_review": "held for review",
    "started": "under way",
}


def undo(session: Session) -> ExitCode:
    """Take back, or show what would be.

    Raises:
        ConfigError: what is meant is not clear, or more than a few tickets need ``--yes``.
        DaemonError: the database or TDX is away; what was done is recorded.
    """
    from ticket_queue_daemon.app.undoing import find, undoing  # noqa: PLC0415  --help is quick

    args, terminal, settings = session.args, session.terminal, session.settings
    dry_run = settings.only_looks
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        app = stack.enter_context(
            session.open_app(need_tdx=True, read_only=dry_run, with_actions=False)
        )
        target = find(app, args.target, action_id=args.action, who=whoever(), comment=args.comment)
        _say_beforehand(terminal, target)
        if not target.todo:
            return ExitCode.SOME_FAILED if target.unsettled else ExitCode.DONE
        if not dry_run and not _agreed(terminal, target, yes=args.yes):
            terminal.say("Nothing was changed.")
            return ExitCode.DONE
        observers: list[Observer] = []
        if terminal.interactive and not dry_run:
            observers.append(stack.enter_context(ProgressObserver(terminal.err)))
        observers.append(LogObserver())
        run = stack.enter_context(
            undoing(app, target, observer=Hooks(observers), stop=stop, dry_run=dry_run)
        )
        if dry_run:
            for remark in run.bounds.remarks:
                terminal.say(remark)
            _show_plans(terminal, run.preview(), target)
            return ExitCode.DONE
        if stopped := run.carry_out().stopped:
            terminal.say(safe(f"{stopped}: give the same command again.", style="bold yellow"))
        all_done = _show_outcome(terminal, app, target)
    if stop.is_set():
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if all_done and not target.unsettled else ExitCode.SOME_FAILED


def _say_beforehand(terminal: Terminal, target: Target) -> None:
    for row, undone in target.known:
        by = undone.metadata.get("details", {}).get("by", "somebody")
        word = "undone" if undone.status == "completed" else "looked at, and left alone,"
        terminal.say(f"{_name(row)}: {word} by {by} before; nothing to do.")
    for row in target.unsettled:
        terminal.say(f"{_name(row)} {_NOT_YET[row.status]}.")
    again = {row.action_id for row in _rows(target) if row.occurrence > 1}
    for action_id in sorted(again):
        terminal.say(f"{action_id} was carried out several times; only the last one is taken back.")


def _rows(target: Target) -> list[Undoable]:
    return [action.row for actions in target.todo.values() for action in actions]


def _name(row: Undoable) -> str:
    return f"Ticket {row.ticket_id}, {row.action_id}"


def _agreed(terminal: Terminal, target: Target, *, yes: bool) -> bool:
    """Whether the person wants it on so many tickets.

    Raises:
        ConfigError: nobody is there to be asked.
    """
    tickets, actions = len(target.todo), len(_rows(target))
    if yes or tickets <= FEW_TICKETS:
        return True
    what = f"{actions} actions on {tickets} tickets, all by {target.name}"
    if not (terminal.interactive and sys.stdin.isatty()):
        raise ConfigError(
            f"This would undo {what}; nothing was changed.",
            "See it by --dry-run; if it is meant, add --yes.",
        )
    terminal.err.print(safe(f"Undo {what}? [y/N] "), end="")
    return input().strip().casefold() in {"y", "yes"}


def _show_plans(terminal: Terminal, views: Sequence[PlanView], target: Target) -> None:
    undoes = {
        (ticket_id, action.get_action_id()): action.row.action_id
        for ticket_id, actions in target.todo.items()
        for action in actions
    }
    for view in views:
        terminal.say(
            safe(f"Ticket {view.ticket_id}, {undoes[view.ticket_id, view.action_id]}", style="bold")
        )
        for effect in view.effects or ("change nothing",):
            terminal.say(f"  would {effect}")
        terminal.say(safe(f"  because: {view.reason}", style="dim"))
    changes = sum(len(view.effects) for view in views)
    terminal.say(
        f"Dry run: {changes} changes planned on {len(target.todo)} tickets; nothing was changed."
    )


def _show_outcome(terminal: Terminal, app: App, target: Target) -> bool:
    """Each action with what became of it; whether all of it came to an end."""
    found = {
        (one.ticket_id, one.action_id): one for one in app.tracker.undo.undos(list(target.todo))
    }
    all_done = True
    for ticket_id, actions in target.todo.items():
        for action in actions:
            row = found.get((ticket_id, action.get_action_id()))
            all_done &= row is not None and row.status in {"completed", "skipped"}
            _show_one(terminal, action.row, row)
    return all_done


def _show_one(terminal: Terminal, row: Undoable, undone: UndoRow | None) -> None:
    if undone is None:
        terminal.say(
            safe(_name(row), style="bold"), "not undone: a daemon is at work on the ticket,"
        )
        terminal.say("  or told to stop. Give the same command again.")
        return
    style = STYLES.get(undone.status, "")
    terminal.say(safe(_name(row), style="bold"), safe(_WORDS[undone.status], style=style))
    for item in _details(undone).get("items", ()):
        terminal.say(f"  {item['what']}: {item['undo']}")
    if note := _details(undone).get("comment"):
        terminal.say(f"  {note}")
    if undone.status not in {"completed", "skipped"}:
        terminal.say(safe(f"  {_what_next(undone)}", style="yellow"))


def _details(undone: UndoRow) -> Mapping[str, Any]:
    details: Mapping[str, Any] = (
        undone.metadata.get("details") or (undone.plan or {}).get("details") or {}
    )
    return details


def _what_next(undone: UndoRow) -> str:
    why = undone.error_message or "it was left behind"
    match undone.status:
        case "needs_review":
            return (
                f"{why}. Look at the ticket, then `resolve {undone.ticket_id} --done` or `--retry`."
            )
        case "failed" if undone.next_attempt_at is None:
            return f"{why}. Then `retry --ticket {undone.ticket_id}`, and give this command again."
        case "started":
            until = undone.lease_until
            moment = f" after {until.astimezone():%H:%M:%S}" if until else ""
            return f"somebody is at work on it; give this command again{moment}."
        case _:
            return f"{why}. Give this command again."
