"""``matching-report``: what was attached, suggested, refused and corrected, and how good that was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.html_page import check_writable, write_page
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.progress import tickets_watched
from ticket_queue_daemon.cli.verify import beginning
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.review import report as review
from ticket_queue_daemon.review.entries import Outcome
from ticket_queue_daemon.review.pausing import quoted
from ticket_queue_daemon.store.corrections import Corrections
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.review.entries import Machine, TicketEntry
    from ticket_queue_daemon.review.precision import Figures, Rate
    from ticket_queue_daemon.review.report import MatchingReport
    from ticket_queue_daemon.store.corrections import MatchedRow

_STYLES = {
    Outcome.ATTACHED: "green",
    Outcome.TAKEN_OFF: "red",
    Outcome.MISSED: "magenta",
    Outcome.SUGGESTED: "yellow",
    Outcome.REFUSED: "dim",
    Outcome.THERE: "dim",
    Outcome.ADDED: "dim",
}


def matching_report(session: Session) -> ExitCode:
    """Read, check, show.

    Raises:
        ConfigError: the span begins in the future, or the file is not ours to overwrite.
        StoreError, TdxError: the database or TDX is away.
    """
    args = session.args
    if args.html is not None:
        check_writable(args.html, force=args.force)
    with session.open_app(need_tdx=True, read_only=True) as app:
        made = _make(session, app)
    if args.html is not None:
        write_page(args.html, made, force=args.force)
        session.terminal.say(f"{len(made.entries)} tickets: see {args.html}")
    elif args.json:
        session.terminal.json(made.to_json())
    else:
        _print(session.terminal, made)
    return ExitCode.DONE


def _make(session: Session, app: App) -> MatchingReport:
    args, corrections = session.args, Corrections(app.database)
    now = Reports(app.database).now()
    since = beginning(args.since, now)
    if since is None or app.client is None:
        raise ConfigError("A report needs a span and TDX.")
    tickets = review.decided(corrections, since, args.last)
    # A dry run writes nothing, and a check writes down what it finds.
    checks = not (args.no_check or session.settings.dry_run)
    unreadable = _check(session, app, tickets) if checks and tickets else {}
    return review.MatchingReport(
        since=since,
        at=now,
        instance=app.client.instance,
        checked=len(tickets) - len(unreadable) if checks else 0,
        entries=review.entries(
            corrections, tickets, link=app.client.ticket_link, unreadable=unreadable
        ),
        figures=review.figures(corrections, since),
        paused=corrections.paused(),
    )


def _check(
    session: Session, app: App, tickets: Mapping[int, Sequence[MatchedRow]]
) -> dict[int, str]:
    """Look at every ticket again; why some could not be read."""
    unreadable = {}
    with tickets_watched(session.terminal, len(tickets)) as one_more:
        for checked in app.checker().check(tickets):
            if checked.unreadable:
                unreadable[checked.ticket_id] = checked.unreadable
            one_more()
    return unreadable


def _print(terminal: Terminal, made: MatchingReport) -> None:
    rows = [_row(entry, machine) for entry in made.entries for machine in entry.machines]
    if rows:
        terminal.table(("ticket", "outcome", "computer", "why, and where it stands"), rows)
    silent = [entry for entry in made.entries if not entry.machines]
    if silent:
        terminal.say(f"{len(silent)} more tickets name no computer and got none.")
    for entry in made.entries:
        if entry.unreadable:
            terminal.say(f"Ticket {entry.ticket_id} could not be checked: {entry.unreadable}")
    if made.figures:
        headings = ("pattern and week", "attached", "taken off", "missed", "precision", "recall")
        lines = [
            _figures(one)
            for pattern in made.patterns
            for one in (pattern, *made.weeks(pattern.pattern))
        ]
        terminal.table(headings, lines, title="Precision and recall, with their 95 % intervals")
    for one in made.paused:
        line = f"PAUSED: {one.pattern} ({one.reason}). resume-pattern {quoted(one.pattern)}"
        terminal.say(safe(line, style="bold yellow"))
    terminal.say(_closing(made))


def _closing(made: MatchingReport) -> str:
    counted = ", ".join(
        f"{made.count(outcome)} {outcome.value}" for outcome in Outcome if made.count(outcome)
    )
    checked = f"{made.checked} read again in TDX" if made.checked else "not read again in TDX"
    return (
        f"{len(made.entries)} tickets since {made.since.astimezone():%Y-%m-%d %H:%M %Z}: "
        f"{counted or 'no computer named'}; {checked}."
    )


def _row(entry: TicketEntry, machine: Machine) -> tuple[object, ...]:
    why = Text(" ").join(
        [
            safe(machine.why),
            *(_quote(one.where, one.before, one.token, one.after) for one in machine.mentions[:1]),
        ]
    )
    outcome = safe(machine.outcome.value, style=_STYLES[machine.outcome])
    return entry.ticket_id, outcome, machine.name, why


def _quote(where: str, before: str, token: str, after: str) -> Text:
    return Text.assemble(
        safe(f"({where}: …{before}", style="dim"),
        safe(token, style="bold reverse"),
        safe(f"{after}…)", style="dim"),
    )


def _figures(one: Figures) -> tuple[object, ...]:
    pattern = safe(one.pattern or "unknown", style="bold")
    return (
        f"  {one.week}" if one.week else pattern,
        one.attached,
        one.removed,
        one.missed,
        percent(one.precision),
        percent(one.recall),
    )


def percent(rate: Rate) -> str:
    """``93 % (76-99)``; a dash for a share of nothing."""
    if rate.share is None:
        return "-"
    low, high = rate.interval
    return f"{rate.share * 100:.0f} % ({low * 100:.0f}-{high * 100:.0f})"
