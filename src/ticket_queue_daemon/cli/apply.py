"""``apply PLANFILE``: do just what a plan says, and leave alone what has changed since."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.proposing import carry_out
from ticket_queue_daemon.cli.alerts import alerting
from ticket_queue_daemon.cli.attending import attending
from ticket_queue_daemon.cli.each_queue import the_one
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.progress import ProgressObserver
from ticket_queue_daemon.cli.show import Show
from ticket_queue_daemon.cli.signals import stop_on_signals
from ticket_queue_daemon.engine.plan_file import read_plan_file
from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ticket_queue_daemon.app.proposing import Applied
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.observe.events import Observer


def apply(session: Session) -> ExitCode:
    """Carry it out, and tell what was not done and why.

    Raises:
        ConfigError: the file is no plan, too old, or made for another place or other rules.
        StoreError, TdxError: the database or TDX is away; what was done is recorded.
    """
    args, terminal = session.args, session.terminal
    plan = read_plan_file(args.plan)
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        who = stack.enter_context(alerting(session))
        app = stack.enter_context(session.open_app(need_tdx=True))
        queue = the_one(app.queues).name
        observers: list[Observer] = [who.alerts.of(queue)] if who.alerts else []
        attended = stack.enter_context(attending(session, app, who.quiet))
        observers += [attended.of(queue)] if attended is not None else []
        if terminal.interactive:
            observers.append(stack.enter_context(ProgressObserver(terminal.err)))
        hooks = Hooks([*observers, LogObserver()])
        applied = carry_out(app, plan, max_age=args.max_age, observer=hooks, stop=stop)
    if args.json:
        terminal.json(_document(applied))
    else:
        _print(terminal, applied)
    return _exit_code(applied, stopped=stop.is_set())


def _exit_code(applied: Applied, *, stopped: bool) -> ExitCode:
    report = applied.report
    if report.failed or report.held or applied.changed:
        return ExitCode.SOME_FAILED
    if stopped:
        return ExitCode.INTERRUPTED
    return ExitCode.SOME_FAILED if report.stopped else ExitCode.DONE


def _print(terminal: Terminal, applied: Applied) -> None:
    report = applied.report
    if report.executed:
        Show(terminal).closing(report)
    for title, pairs in (
        ("Left alone: changed since the plan was made", applied.changed),
        ("Nothing to do there now", applied.not_pending),
    ):
        if pairs:
            rows = [(ticket_id, action_id, why) for (ticket_id, action_id), why in pairs.items()]
            terminal.table(("ticket", "action", "why"), sorted(rows), title=title)
    terminal.say(
        f"Of the plan: {report.succeeded} done, {report.skipped} had nothing to do, "
        f"{report.failed} failed, {report.held} held for a person, {len(applied.changed)} changed "
        f"since and left alone, {len(applied.not_pending)} no longer to do."
    )


def _document(applied: Applied) -> dict[str, Any]:
    report = applied.report
    return {
        "run": report.run_id,
        "succeeded": report.succeeded,
        "skipped": report.skipped,
        "failed": report.failed,
        "held": report.held,
        "seconds": round(report.seconds, 3),
        "api_calls": report.api_calls,
        "stopped": report.stopped,
        "changed": _listed(applied.changed),
        "not_pending": _listed(applied.not_pending),
    }


def _listed(pairs: Mapping[tuple[int, str], str]) -> list[dict[str, Any]]:
    return [
        {"ticket": ticket_id, "action": action_id, "why": why}
        for (ticket_id, action_id), why in sorted(pairs.items())
    ]
