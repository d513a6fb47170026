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
_WORDS = {
    "completed": "done",
    "failed_for_good": "failed for good",
    "failed": "failed",
    "needs_review": "held",
    "skipped": "skipped",
}


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
    head = ("ended", "queue", "result", "did", "why")
    terminal.table(head, [_row(run) for run in found])
    total = sum(
        (Counter(outcomes) for run in found for outcomes in run.outcomes.values()), Counter()
    )
    terminal.say(f"{len(found)} runs: {total['completed']} done, {_failed(total)} failed.")
    return ExitCode.DONE


def _row(run: PastRun) -> tuple[object, ...]:
    again = f" (and {run.again} more like it, the last at {_at(run.last_at)})" if run.again else ""
    result = safe(run.result, style=_STYLES.get(run.result, "red"))
    return _at(run.ended_at), run.queue, result, _did(run), f"{run.reason}{again}"


def _did(run: PastRun) -> str:
    counts = [(run.count(outcome), word) for outcome, word in _WORDS.items()]
    told = ", ".join(f"{number} {word}" for number, word in counts if number)
    took = f"{run.seconds:.1f} s, {run.api_calls} calls"
    return f"{run.pending} with work: {told}; {took}" if told else ""


def _failed(total: Counter[str]) -> int:
    return total["failed"] + total["failed_for_good"]


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
