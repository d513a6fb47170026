"""``plan``: what a run would do to the tickets now in the report, why, whom it tells, what it costs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.proposing import propose
from ticket_queue_daemon.cli import files, plan_forms, plan_table
from ticket_queue_daemon.cli.each_queue import the_one
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.progress import ProgressObserver
from ticket_queue_daemon.cli.signals import stop_on_signals
from ticket_queue_daemon.engine import plan_file

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.engine.proposal import Proposal


def plan(session: Session) -> ExitCode:
    """Look, and show; nothing is changed.

    Raises:
        ConfigError: a file is not ours to overwrite.
        StoreError, TdxError: the database or TDX is away.
    """
    args, terminal = session.args, session.terminal
    if args.html is not None:
        files.check_writable(args.html, mark=plan_forms.MARK, what="plan's page", force=args.force)
    if args.out is not None:
        files.check_writable(args.out, mark=plan_file.MARK, what="plan", force=args.force)
    made = _made(session)
    if made.report.stopped:
        # Half a plan looks like a whole one.
        terminal.err.print(safe("Stopped before every ticket was looked at; nothing is shown."))
        return ExitCode.INTERRUPTED
    if args.html is not None:
        files.write_whole(args.html, plan_forms.page(made))
        terminal.say(f"{plan_table.closing(made)} See {args.html}")
    elif args.json:
        terminal.json(plan_forms.document(made))
    elif args.markdown:
        for line in plan_forms.markdown(made).splitlines():
            terminal.say(line)
    else:
        plan_table.show(terminal, made)
    if args.out is not None:
        files.write_whole(args.out, plan_file.file_of(made).text())
        terminal.err.print(
            safe(f"To do just this: ticket-queue-daemon apply {args.out}"), soft_wrap=True
        )
    return ExitCode.DONE


def _made(session: Session) -> Proposal:
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        app = stack.enter_context(
            session.open_app(need_tdx=True, read_only=True, with_actions=True)
        )
        the_one(app.queues)
        # What is noted on the way is part of the plan, so it is not logged beside it.
        watching = ProgressObserver(session.terminal.err) if session.terminal.interactive else None
        if watching is not None:
            stack.enter_context(watching)
        return propose(app, observer=watching, stop=stop)
