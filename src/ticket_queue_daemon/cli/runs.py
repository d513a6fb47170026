"""``runs``: what the last runs did, how they ended, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.verify import beginning
from ticket_queue_daemon.store.reports import Reports
from ticket_queue_daemon.store.runs import Runs

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.runs import PastRun

_STYLES = {"completed": "green", "some_failed": "yellow", "interrupted": "dim"}
_HEADINGS = (
    "ended", "queue", "result", "work", "done", "failed", "skipped", "held", "seconds", "calls", "why"
)  # fmt: skip


def runs(session: Session) -> ExitCode:
    """Show them.

    Raises:
        ConfigError: the span begins in the future.
        StoreError: the database is away.
    """
    args, terminal = session.args, session.terminal
    with session.open_app(need_tdx=False) as app:
        since = beginning(args.since, Reports(app.database).now())
        if since is None:
            raise AssertionError("--since has a default")
        found = Runs(app.database).recent(args.queue, since, args.last)
    if args.json:
        terminal.json({"since": since, "runs": [asdict(run) for run in found]})
        return ExitCode.DONE
    if not found:
        terminal.say(
            f"No run since {_at(since)} had work or failed; status shows the daemons alive."
        )
        return ExitCode.DONE
    terminal.table(_HEADINGS, [_row(run) for run in found])
    total = sum(
        (Counter(outcomes) for run in found for outcomes in run.outcomes.values()), Counter()
    )
    terminal.say(f"{len(found)} runs: {total['completed']} done, {_failed(total)} failed.")
    return ExitCode.DONE


def _row(run: PastRun) -> tuple[object, ...]:
    failed = run.count("failed") + run.count("failed_for_good")
    again = f" (and {run.again} more like it, the last at {_at(run.last_at)})" if run.again else ""
    return (
        _at(run.ended_at),
        run.queue,
        safe(run.result, style=_STYLES.get(run.result, "red")),
        run.pending,
        run.count("completed"),
        failed,
        run.count("skipped"),
        run.count("needs_review"),
        f"{run.seconds:.1f}",
        run.api_calls,
        f"{run.reason}{again}",
    )


def _failed(total: Counter[str]) -> int:
    return total["failed"] + total["failed_for_good"]


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
