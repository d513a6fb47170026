"""A plan on a terminal: action by action, then whom it e-mails, what it costs, and the guard's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli import plan_words as words
from ticket_queue_daemon.cli.output import safe

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.proposal import Entry, Proposal


def show(terminal: Terminal, made: Proposal) -> None:
    """All of it."""
    for bound in made.actions:
        _action(terminal, made, bound)
    if made.mailed:
        rows = [(who, number) for who, number in made.mailed]
        terminal.table(("who would be e-mailed", "changes"), rows)
    if made.costs:
        lines = [
            (one.endpoint, one.reads, one.writes, words.limit(one), words.span(one.waits))
            for one in made.costs
        ]
        terminal.table(("endpoint", "reads", "writes", "limit", "takes"), lines)
    terminal.say(words.cost(made))
    for note in made.notes:
        terminal.say(safe(note, style="yellow"))
    if made.guard:
        terminal.say(safe(f"A run would be refused. {made.guard}", style="bold yellow"))
        terminal.say("`apply` of this plan needs no --confirm: it names each ticket.")
    terminal.say(closing(made))


def closing(made: Proposal) -> str:
    """The figures in one sentence: those of a dry run."""
    report = made.report
    return (
        f"Plan: {report.found} tickets found, {report.pending} with work, {made.changes} changes "
        f"planned on {made.changed_tickets}; {made.count('later')} later, {made.count('never')} "
        f"never, {made.count('fails')} would fail; nothing was changed."
    )


def _action(terminal: Terminal, made: Proposal, bound: BoundAction) -> None:
    action_id = bound.key.action_id
    terminal.say(safe(action_id, style="bold"))
    terminal.say(safe(f"  {words.heading(made, bound)}", style="dim"))
    if caution := words.caution(bound):
        terminal.say(safe(f"  {caution}", style="yellow"))
    if now := made.of(action_id, "now"):
        terminal.table(("ticket", "would", "because"), [_now(one) for one in now])
    if later := made.of(action_id, "later"):
        rows = [(one.ticket_id, words.due(one), words.why(one)) for one in later]
        terminal.table(("ticket", "later", "because"), rows)
    for when, head in (("never", "never"), ("fails", "would fail")):
        if entries := made.of(action_id, "never" if when == "never" else "fails"):
            terminal.table((head, "because"), words.grouped(entries))
    terminal.say()


def _now(entry: Entry) -> tuple[object, ...]:
    told = "; ".join(entry.effects)
    titled = f"{entry.ticket_id} {entry.title}".strip()
    return titled, told, words.why(entry)
