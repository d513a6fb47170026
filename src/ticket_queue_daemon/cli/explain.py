"""``explain ID``: why a ticket was or was not changed, and what would be done to it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from ticket_queue_daemon.assets.considered import considered
from ticket_queue_daemon.cli.evidence import details_of, names_in, print_evidence
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.show import STYLES, in_words
from ticket_queue_daemon.engine.standing import at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.engine.explaining import Explained, Explanation

_LABEL = 8
_LEAST_WIDTH = 20


def explain(session: Session) -> ExitCode:
    """Read the ticket and the log, and tell; nothing is changed.

    Raises:
        StoreError, TdxError: the database or TDX is away.
        ConfigError: nobody knows the ticket.
    """
    with session.open_app(need_tdx=True, read_only=True, with_actions=True) as app:
        # Alone, it may have no report, and so no name: the ticket is read wherever it is.
        several = len(app.queues) > 1
        told = [
            (one.name if several else "", one.explain(session.args.ticket_id)) for one in app.queues
        ]
        calls = sum(app.tdx.call_counts().values())
        link = app.tdx.ticket_link(session.args.ticket_id)
    if session.args.json:
        documents = [_document(one, link, calls) for _, one in told]
        named = [{"queue": name, **one} for (name, _), one in zip(told, documents, strict=True)]
        session.terminal.json({"queues": named} if several else documents[0])
        return ExitCode.DONE
    for number, (name, one) in enumerate(told):
        if several:
            session.terminal.say(safe(f"Queue {name}", style="bold underline"))
        printer = _Printer(session.terminal, one)
        printer.print(link)
        session.terminal.say()
        if number == len(told) - 1:
            noun = "call" if calls == 1 else "calls"
            session.terminal.say(f"{calls} {noun} to TDX; nothing was changed.")
    return ExitCode.DONE


def _details(one: Explained) -> object:
    """What was found now; where the ticket was not looked at, what was found then."""
    return one.look.details if one.look is not None else details_of(one.row)


class _Printer:
    """Prints an explanation."""

    def __init__(self, terminal: Terminal, told: Explanation) -> None:
        self._terminal = terminal
        self._told = told

    def print(self, link: str) -> None:
        """All of it: the ticket, action by action."""
        told = self._told
        heading = f"Ticket {told.ticket_id}: {told.title}" if told.title else None
        self._terminal.say(safe(heading or f"Ticket {told.ticket_id}", style="bold"))
        self._terminal.say(safe(link, style="dim"))
        if told.modified is not None:
            self._terminal.say(safe(f"changed {at(told.modified)}", style="dim"))
        if told.trouble:
            self._terminal.say(safe(told.trouble, style="yellow"))
        for one in told.actions:
            self._action(one)

    def _action(self, one: Explained) -> None:
        self._terminal.say()
        self._terminal.say(safe(one.action_id, style="bold"))
        for label, text in self._facts(one):
            self._fact(label, text)
        details = _details(one)
        found = considered(details)
        if found.candidates:
            self._terminal.say()
            names = {**names_in(details_of(one.row)), **names_in(details), **self._told.asset_names}
            print_evidence(self._terminal.out, found, names=names)

    def _fact(self, label: str, text: Text) -> None:
        """A line; under it what does not fit, except in a pipe, where a line is a line."""
        console = self._terminal.out
        lines = [text]
        if console.is_terminal:
            lines = list(text.wrap(console, max(_LEAST_WIDTH, console.width - _LABEL)))
        for number, line in enumerate(lines):
            head = "" if number else label
            self._terminal.say(Text.assemble(safe(f"  {head:<4}  ", style="dim"), line))

    def _facts(self, one: Explained) -> Iterator[tuple[str, Text]]:
        """The lines about one action: a word, and what there is to say under it."""
        if one.row is None:
            yield "log", safe("nothing so far")
        else:
            yield "log", _log_line(one.row)
            for stored in _effects(one.row):
                yield "", safe(f"{stored['state'].replace('_', ' ')}: {stored['effect']}")
        yield "next", safe(one.standing.sentence)
        if one.look is None:
            return
        view = one.look.view
        if not view.effects:
            failed = one.look.outcome == "failed"
            yield "now", safe(view.reason if failed else f"would change nothing: {view.reason}")
        elif one.standing.acts or (one.row and one.row["status"] != "completed"):
            # "Would comment again" is no news of something that is never done again.
            words = "would" if one.standing.acts else "looked at afresh, would"
            for number, effect in enumerate(view.effects):
                yield "" if number else "now", safe(f"{words} {effect}")
            yield "", safe(f"because: {view.reason}")


def _log_line(row: Mapping[str, Any]) -> Text:
    status = str(row["status"])
    when = row["executed_at"] or row["claimed_at"]
    message = _message(row)
    failed = int(row["attempts"])
    tried = f", {failed} failed attempt{'s' if failed != 1 else ''}" if failed else ""
    moment = f" {at(when)}" if when else ""
    told = f"{moment}{tried}{': ' if message else ''}{message}"
    word = safe(status.replace("_", " "), style=STYLES.get(status, ""))
    return Text.assemble(word, safe(told))


def _message(row: Mapping[str, Any]) -> str:
    metadata = row["metadata"] if isinstance(row["metadata"], dict) else {}
    undone = metadata.get("undone")
    if undone:
        return f"undone by {undone['by']}; before: {metadata.get('message') or undone.get('error')}"
    return str(row["error_message"] or metadata.get("message") or metadata.get("baseline") or "")


def _effects(row: Mapping[str, Any]) -> list[dict[str, str]]:
    plan = row["plan"] if isinstance(row["plan"], dict) else {}
    return [
        {"effect": in_words(effect), "state": str(effect.get("state", ""))}
        for effect in plan.get("effects", ())
    ]


def _document(told: Explanation, link: str, calls: int) -> dict[str, Any]:
    return {
        "ticket_id": told.ticket_id,
        "title": told.title,
        "link": link,
        "modified": told.modified,
        "trouble": told.trouble,
        "actions": [_action_document(one) for one in told.actions],
        "untold_lines": told.lines,
        "asset_names": told.asset_names,
        "api_calls": calls,
    }


def _action_document(one: Explained) -> dict[str, Any]:
    row, look = one.row, one.look
    found = considered(_details(one))
    return {
        "action_id": one.action_id,
        "log": row
        and {
            "log_id": row["log_id"],
            "status": row["status"],
            "executed_at": row["executed_at"],
            "message": _message(row),
            "failed_attempts": row["attempts"],
            "due_at": row["next_attempt_at"],
            "ticket_modified_at": row["ticket_modified_at"],
            "effects": _effects(row),
        },
        "next": {"acts": one.standing.acts, "what": one.standing.sentence},
        "now": look
        and {
            "outcome": look.outcome,
            "effects": look.view.effects,
            "summary": look.view.summary,
            "reason": look.view.reason,
        },
        "evidence": [candidate.to_json() for candidate in found.candidates],
        "evidence_not_kept": found.not_kept,
    }
