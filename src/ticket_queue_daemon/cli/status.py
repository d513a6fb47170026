"""``status``: how the work stands, from the database alone; for people and for monitors."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode, Verdict
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.watching import watch
from ticket_queue_daemon.review.pausing import quoted
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.reports import StatusReport

OVERDUE_SECONDS = 600.0
"""A lease that is over is taken up by the next run; after ten minutes there was none."""
MOST_ROWS = 50
MOST_ROWS_JSON = 1000
_SHORT = 8
"""As many letters of a log_id are shown; ``resolve`` takes them."""


def status(session: Session) -> Verdict | ExitCode:
    """Show it, once or until Ctrl-C."""
    with session.open_app(need_tdx=False) as app:
        reports = Reports(app.database)
        if session.args.watch is None:
            return _show(session, reports, session.terminal)
        seen = watch(
            session.terminal, lambda drawn: _show(session, reports, drawn), session.args.watch
        )
        return ExitCode.INTERRUPTED if seen is None else seen


def _show(session: Session, reports: Reports, terminal: Terminal) -> Verdict:
    as_json: bool = session.args.json
    report = reports.status(
        overdue_seconds=OVERDUE_SECONDS, most=MOST_ROWS_JSON if as_json else MOST_ROWS
    )
    most = session.settings.max_effects_per_hour
    verdict = judge(report, most_effects=most)
    if as_json:
        terminal.json({"result": verdict.name.lower(), **asdict(report)})
    else:
        terminal.say(_effects(report, most))
        _print(terminal, report)
    return verdict


def judge(report: StatusReport, *, most_effects: int | None = None) -> Verdict:
    """Critical if work was left behind, a warning if something waits for a person, else fine.

    A run that was stopped because too much failed waits for a person too: to look why. So does one
    that the cap on effects holds up.
    """
    if report.overdue:
        return Verdict.CRITICAL
    capped = most_effects is not None and report.sent_last_hour >= most_effects
    waits = capped or report.for_good or report.parked or report.open_circuits
    waits = waits or any(one.rules_rejected_at for one in report.daemons)
    rests = report.paused_queues or report.paused_patterns or report.held_actions
    return Verdict.WARNING if waits or rests else Verdict.FINE


def _print(terminal: Terminal, report: StatusReport) -> None:
    terminal.say(f"TDX instance: {report.instance or 'none yet (no run so far)'}")
    terminal.say(f"Database: PostgreSQL {report.server}, tables version {report.schema}")
    terminal.say(f"Assets: {_assets(report)}")
    for pause in report.paused_queues:
        terminal.say(safe(pause.told, style="bold yellow"))
    for one in report.open_circuits:
        terminal.say(f"{one.queue} is stopped since {_at(one.since)}: {one.reason}.")
    for worker, told in _rejected(report).items():
        terminal.say(safe(f"{worker}: {told}", style="bold yellow"))
    _daemons(terminal, report)
    _figures(terminal, report)
    _paused(terminal, report)
    _held_back(terminal, report)
    _held(terminal, report)
    _failing(terminal, report)
    _started(terminal, report)
    _rates(terminal, report)
    if report.recent:
        rows = [(one.outcome, one.actions, _at(one.newest)) for one in report.recent]
        terminal.table(("outcome", "actions", "newest"), rows, title="The last 24 hours")


def _effects(report: StatusReport, most: int | None) -> str:
    said = f"Effects sent in the last hour: {report.sent_last_hour}"
    if most is None:
        return said
    full = ": full, tickets wait" if report.sent_last_hour >= most else ""
    return f"{said} of at most {most} (DAEMON_MAX_EFFECTS_PER_HOUR){full}"


def _assets(report: StatusReport) -> str:
    if report.assets_at is None:
        return "no complete list yet (the first run makes it, or `sync assets`)"
    hours = (report.at - report.assets_at).total_seconds() / 3600
    return f"{report.assets:,}, {hours:.0f} h old, from {report.assets_from}"


def _rejected(report: StatusReport) -> dict[str, str]:
    """By process: since when it goes by old rules, and why."""
    return {
        one.worker: f"rules rejected since {_at(one.rules_rejected_at)} ({one.rules_mistake}); it goes "
        "by the old ones"
        for one in report.daemons
        if one.rules_rejected_at is not None
    }


def _daemons(terminal: Terminal, report: StatusReport) -> None:
    rows = [
        (one.worker, one.queue, one.role, _at(one.started_at), _next_run(one.next_run_at, one.role))
        for one in report.daemons
    ]
    if rows:
        head = ("daemon", "queue", "role", "since", "next run")
        terminal.table(head, rows, title="Daemons alive")
    else:
        terminal.say("Daemons alive: none")


def _figures(terminal: Terminal, report: StatusReport) -> None:
    retry = "retry --ticket ID" if report.for_good else ""
    resolve = "resolve ID --done | --retry" if report.parked else ""
    terminal.table(
        ("state", "number", "what to do"),
        [
            ("failed, due again", report.due, ""),
            ("failed for good", report.for_good, retry),
            ("held for review", report.parked, resolve),
            ("under way", report.started, _overdue(report)),
            ("lines for a summary", report.uncovered, _uncovered(report)),
        ],
    )


def _paused(terminal: Terminal, report: StatusReport) -> None:
    rows = [
        (
            safe(one.pattern, style="bold yellow"),
            _at(one.paused_at),
            one.reason,
            f"matching-report, then resume-pattern {quoted(one.pattern)}",
        )
        for one in report.paused_patterns
    ]
    if rows:
        title = "PAUSED PATTERNS: what they find is suggested and not attached"
        terminal.table(("pattern", "since", "reason", "what to do"), rows, title=title)


def _held_back(terminal: Terminal, report: StatusReport) -> None:
    rows = [
        (
            one.action_id,
            one.queue,
            one.tickets,
            f"{one.usual:g}, up to {one.most:.0f} pass",
            _at(one.held_at),
            f"--dry-run, then release {one.action_id}",
        )
        for one in report.held_actions
    ]
    if rows:
        title = "HELD BACK: far more new tickets than the action ever meets; nothing of it is sent"
        head = ("action", "queue", "tickets", "usual", "since", "what to do")
        terminal.table(head, rows, title=title)


def _held(terminal: Terminal, report: StatusReport) -> None:
    rows = [
        (str(row.log_id)[:_SHORT], row.ticket_id, row.action_id, _at(row.since), row.reason or "")
        for row in report.parked_rows
    ]
    if rows:
        title = f"Held for review{_of(len(rows), report.parked)}"
        terminal.table(("log_id", "ticket", "action", "since", "reason"), rows, title=title)


def _failing(terminal: Terminal, report: StatusReport) -> None:
    rows = [
        (row.ticket_id, row.action_id, _at(row.since), _due(row.due_at), row.reason or "")
        for row in report.failing_rows
    ]
    if rows:
        title = f"Failed{_of(len(rows), report.due + report.for_good)}"
        terminal.table(("ticket", "action", "since", "due", "reason"), rows, title=title)


def _started(terminal: Terminal, report: StatusReport) -> None:
    rows = [
        (row.ticket_id, row.action_id, _at(row.since), row.worker, _lease(row.lease_over_seconds))
        for row in report.started_rows
    ]
    if rows:
        title = f"Under way{_of(len(rows), report.started)}"
        terminal.table(("ticket", "action", "since", "worker", "lease"), rows, title=title)


def _rates(terminal: Terminal, report: StatusReport) -> None:
    # One host is the rule, and goes without saying; what TDX counts by account is said.
    hosts = {row.scope for row in report.rate_windows} - {"account"}
    rows = [
        (
            row.route if {row.scope} == hosts else f"{row.route} ({row.scope})",
            f"{row.taken} of {row.limit}",
            "none open" if row.resets_in is None else f"{row.resets_in:.0f} s",
            row.processes,
            row.refused,
            f"{row.waited:.0f} s",
        )
        for row in report.rate_windows
    ]
    if rows:
        head = ("route", "taken", "resets in", "daemons", "429s", "waited")
        terminal.table(head, rows, title="TDX's rate limits, as the daemons last told")


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _next_run(moment: datetime | None, role: str) -> str:
    if moment is not None:
        return _at(moment)
    return "when it leads" if role == "stands by" else "at work"


def _due(moment: datetime | None) -> str:
    return "never" if moment is None else _at(moment)


def _lease(over: float) -> str:
    return f"over since {_minutes(over)}" if over > 0 else f"{_minutes(-over)} left"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004  two minutes


def _of(shown: int, whole: int) -> str:
    return "" if shown >= whole else f" (the first {shown} of {whole})"


def _overdue(report: StatusReport) -> str:
    if not report.overdue:
        return ""
    return f"{report.overdue} left behind for more than 10 min: is a daemon running?"


def _uncovered(report: StatusReport) -> str:
    if report.uncovered_since is None:
        return ""
    return f"on {report.uncovered_tickets} tickets, the oldest of {_at(report.uncovered_since)}"
