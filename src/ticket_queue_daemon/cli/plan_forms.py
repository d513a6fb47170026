"""A plan as JSON, as Markdown, and as one page that needs nothing else."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.cli import plan_words as words
from ticket_queue_daemon.cli.html_page import filled
from ticket_queue_daemon.cli.plan_table import closing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from ticket_queue_daemon.engine.proposal import Entry, Proposal

MARK: Final = '<meta name="generator" content="ticket-queue-daemon plan">'
"""Stands at the head of every plan's page."""
_SPECIAL: Final = re.compile(r"([\\`*_\[\]|~])")


def document(made: Proposal) -> dict[str, Any]:
    """As JSON."""
    report = made.report
    return {
        "made_at": made.at,
        "instance": made.instance,
        "queue": made.queue,
        "found": report.found,
        "pending": report.pending,
        "executed": report.executed,
        "succeeded": report.succeeded,
        "skipped": report.skipped,
        "failed": report.failed,
        "changes": made.changes,
        "changed_tickets": made.changed_tickets,
        "guard": made.guard,
        "notes": made.notes,
        "actions": [
            {
                "action": bound.key.action_id,
                "caution": words.caution(bound),
                "done": made.done.get(bound.key.action_id, 0),
                **{
                    when: [
                        _entry(one)
                        for one in made.entries
                        if one.action_id == bound.key.action_id and one.when == when
                    ]
                    for when in ("now", "later", "never", "fails")
                },
            }
            for bound in made.actions
        ],
        "mailed": [{"who": who, "changes": number} for who, number in made.mailed],
        "costs": [
            {
                "endpoint": one.endpoint,
                "reads": one.reads,
                "writes": one.writes,
                "calls_a_minute": one.limit,
                "minutes_at_least": round(one.waits / 60, 1),
            }
            for one in made.costs
        ],
        "minutes_at_least": round(made.seconds / 60, 1),
        "calls_of_this_plan": report.api_calls,
    }


def _entry(one: Entry) -> dict[str, Any]:
    told = {
        "ticket": one.ticket_id,
        "title": one.title,
        "effects": one.effects,
        "mailed": one.mailed,
        "reason": one.reason,
        "condition": one.condition,
        "evidence": [seen.to_json() for seen in one.evidence],
        "due": one.due,
    }
    return {name: value for name, value in told.items() if value not in ("", None, (), [])}


def page(made: Proposal) -> str:
    """As a page: no script, no font, no network; every text from outside is escaped."""
    return filled("plan.html.jinja", made=made, words=words, closing=closing(made))


def markdown(made: Proposal) -> str:
    """As Markdown, for a ticket or a chat; nothing from outside is markup in it."""
    return "\n".join(_markdown(made)) + "\n"


def _markdown(made: Proposal) -> Iterator[str]:
    yield f"# Plan for {escaped(made.queue)}, {words.made_at(made)}"
    yield ""
    yield escaped(closing(made))
    yield ""
    yield escaped(words.cost(made))
    for note in (*([f"A run would be refused. {made.guard}"] if made.guard else ()), *made.notes):
        yield ""
        yield f"> {escaped(note)}"
    for bound in made.actions:
        action_id = bound.key.action_id
        yield ""
        yield f"## {escaped(action_id)}"
        yield ""
        yield escaped(" ".join([f"{words.heading(made, bound)}.", words.caution(bound)]).strip())
        yield from _rows(
            ("ticket", "title", "would", "because"),
            [
                (one.ticket_id, one.title, "; ".join(one.effects), words.why(one))
                for one in made.of(action_id, "now")
            ],
        )
        yield from _rows(
            ("ticket", "later", "because"),
            [
                (one.ticket_id, words.due(one), words.why(one))
                for one in made.of(action_id, "later")
            ],
        )
        yield from _rows(("never", "because"), words.grouped(made.of(action_id, "never")))
        yield from _rows(("would fail", "because"), words.grouped(made.of(action_id, "fails")))
    yield from _rows(("who would be e-mailed", "changes"), made.mailed)
    yield from _rows(
        ("endpoint", "reads", "writes", "limit", "takes"),
        [
            (one.endpoint, one.reads, one.writes, words.limit(one), words.span(one.waits))
            for one in made.costs
        ],
    )


def _rows(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    listed = list(rows)
    if not listed:
        return
    yield ""
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in listed:
        yield f"| {' | '.join(escaped(cell) for cell in row)} |"


def escaped(text: object) -> str:
    """One line in which nothing is markup, neither Markdown's nor HTML's."""
    line = " ".join(str(text).split())
    return _SPECIAL.sub(r"\\\1", html.escape(line, quote=False))
