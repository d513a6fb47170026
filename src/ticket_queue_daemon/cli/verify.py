"""``verify``: TDX compared with the log; nothing is changed, there or here."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.audit.findings import Finding, Kind, Level, worst
from ticket_queue_daemon.cli.exits import Verdict
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.progress import tickets_watched
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session

USUAL_SPAN = timedelta(hours=24)
_STYLES = {Level.FINE: "dim", Level.WARNING: "yellow", Level.PROBLEM: "red"}


def verify(session: Session) -> Verdict:
    """Compare, and report.

    Raises:
        ConfigError: the span begins in the future.
        StoreError, TdxError: the database or TDX is away; nothing is concluded.
    """
    args = session.args
    findings: list[Finding] = []
    with session.open_app(need_tdx=True, read_only=True) as app:
        auditor = app.auditor()
        since = beginning(args.since, app.clock.now(), all_time=bool(args.ticket))
        tickets = list(dict.fromkeys(args.ticket))
        if since is not None and not tickets:
            tickets = auditor.tickets(since)
        with tickets_watched(session.terminal, len(tickets)) as one_more:
            for of_ticket in auditor.audit(tickets, since):
                findings += of_ticket
                one_more()
        calls = sum(app.client.call_counts().values()) if app.client else 0
    if args.json:
        _print_json(session.terminal, since, tickets, findings, calls)
    else:
        _print(session.terminal, since, tickets, findings, calls)
    return Verdict(worst(findings))


def beginning(
    given: timedelta | datetime | None, now: datetime, *, all_time: bool = False
) -> datetime | None:
    """The moment that ``--since`` means; None is all time.

    Raises:
        ConfigError: it is in the future.
    """
    if given is None:
        return None if all_time else now - USUAL_SPAN
    if isinstance(given, timedelta):
        return now - given
    if given > now:
        raise ConfigError(f"--since {given:%Y-%m-%d %H:%M %Z} is in the future.")
    return given


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    counted = Counter(finding.kind for finding in findings)
    return {kind.value: counted[kind] for kind in Kind}


def _print_json(
    terminal: Terminal,
    since: datetime | None,
    tickets: Sequence[int],
    findings: Sequence[Finding],
    calls: int,
) -> None:
    terminal.json(
        {
            "result": worst(findings).name.lower(),
            "since": since,
            "tickets": tickets,
            "counts": _counts(findings),
            "findings": [finding.to_json() for finding in findings],
            "api_calls": calls,
        }
    )


def _print(
    terminal: Terminal,
    since: datetime | None,
    tickets: Sequence[int],
    findings: Sequence[Finding],
    calls: int,
) -> None:
    told = [finding for finding in findings if finding.kind.level is not Level.FINE]
    told.sort(key=lambda finding: (-finding.kind.level, finding.ticket_id))
    if told:
        terminal.table(("finding", "ticket", "when", "what"), [_row(finding) for finding in told])
    counted = ", ".join(f"{number} {word}" for word, number in _counts(findings).items() if number)
    span = "" if since is None else f" since {since.astimezone():%Y-%m-%d %H:%M %Z}"
    noun = "ticket" if len(tickets) == 1 else "tickets"
    terminal.say(
        f"{len(tickets)} {noun}{span}: {counted or 'nothing to check'}. "
        f"{calls} calls to TDX; nothing was changed."
    )
    if any(finding.kind is Kind.UNEXPLAINED for finding in findings):
        terminal.say(
            "Unexplained is what another program did by our account, or what a restored database does "
            "not know: then run `ticket-queue-daemon db recovered` before the daemon (docs/backup.md)."
        )


def _row(finding: Finding) -> tuple[object, ...]:
    when = "" if finding.at is None else f"{finding.at.astimezone():%Y-%m-%d %H:%M:%S}"
    entries = ", ".join(map(str, finding.entry_ids))
    what = [
        f"{finding.what}; {finding.why}",
        *([f"feed {entries}"] if entries else []),
        *([finding.action_id] if finding.action_id else []),
        *([f"log_id {str(finding.log_id)[:8]}"] if finding.kind is Kind.PENDING else []),
    ]
    style = _STYLES[finding.kind.level]
    return safe(finding.kind.value, style=style), finding.ticket_id, when, " · ".join(what)
