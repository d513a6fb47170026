"""``replay``: what other rules would have done with the tickets of the last days."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from ticket_queue_daemon.app.parts import queue_name
from ticket_queue_daemon.cli import files
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.html_page import filled
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.progress import tickets_watched
from ticket_queue_daemon.cli.rules_reading import looking_up, read_rules_of
from ticket_queue_daemon.cli.verify import beginning
from ticket_queue_daemon.engine.verdicts import Kind
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ticket_queue_daemon.app.rules import Configured, ConfiguredQueue
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.engine.verdicts import Decision, Group, Replayed, Verdict

MARK: Final = '<meta name="generator" content="ticket-queue-daemon replay">'
MOST_ROWS: Final = 40
MOST_IDS: Final = 3
"""Of one action and of one line, on a terminal; a page and JSON have all."""
_STYLES: Final = {
    Kind.ACTS: "green",
    Kind.NOT: "red",
    Kind.OTHER: "magenta",
    Kind.SOONER: "cyan",
    Kind.LATER: "cyan",
    Kind.UNKNOWN: "yellow",
}


def replay(session: Session) -> ExitCode:
    """Read the rules and the recordings, compare, show.

    Raises:
        ConfigError: the rules are wrong, the span begins in the future, or the file is not ours.
        StoreError, TdxError: the database is away, or TDX is and a name was to be looked up.
    """
    html = session.args.html
    if html is not None:
        files.check_writable(html, mark=MARK, what="replay", force=session.args.force)
    found = _replayed(session)
    if html is not None:
        files.write_whole(html, _page(found))
        session.terminal.say(f"{_closing(found)} See {html}")
    elif session.args.json:
        session.terminal.json(_document(found))
    else:
        _print(session.terminal, found)
    return ExitCode.DONE


def _replayed(session: Session) -> Replayed:
    from ticket_queue_daemon.app import replay as app  # noqa: PLC0415  --help must not wait for it

    path = session.settings.config_path
    if path is None:
        raise ConfigError(
            "No rules are named that the tickets should be put before.",
            "Name them: ticket-queue-daemon replay --config new.yaml",
        )
    with looking_up(session) as names:
        rules = _meant(read_rules_of(session, path, names), session)

    def since(now: datetime) -> datetime:
        return beginning(session.args.since, now) or now

    with session.open_app(need_tdx=False) as opened:
        return app.replay(
            opened.database,
            rules.over(session.settings),
            rules,
            since,
            watched=partial(tickets_watched, session.terminal),
        )


def _meant(rules: Configured, session: Session) -> ConfiguredQueue:
    """The queue of the new rules that the tickets are put before."""
    by_name = {queue_name(one.over(session.settings)) or "": one for one in rules.queues}
    wanted = session.args.only_queue
    if wanted is None and len(rules.queues) == 1:
        return rules.queues[0]
    if wanted in by_name:
        return by_name[wanted]
    raise ConfigError(
        f"There are several queues: {', '.join(by_name)}."
        if wanted is None
        else f"There is no queue {wanted}.",
        f"Name one of them: --queue NAME. There are: {', '.join(by_name)}.",
    )


def _page(found: Replayed) -> str:
    def words(group: Group) -> str:
        return ". ".join(filter(None, [_instead_of(group), _counts(group)]))

    return filled(
        "replay.html.jinja",
        found=found,
        kinds=list(Kind),
        notes=_notes(found),
        words=words,
        say=said,
    )


def _print(terminal: Terminal, found: Replayed) -> None:
    for group in found.groups:
        terminal.say()
        heading = f" {_instead_of(group)}" if _instead_of(group) else ""
        terminal.say(Text.assemble(safe(group.name, style="bold"), safe(heading, style="dim")))
        terminal.say(f"  {_counts(group)}")
        rows = _rows(group)
        if rows:
            terminal.table(("tickets", "difference", "then and now"), rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            left = len(rows) - MOST_ROWS
            terminal.say(f"  and {left} lines more: --json and --html show all")
    terminal.say()
    for note in _notes(found):
        terminal.say(safe(note, style="yellow"))
    terminal.say(_closing(found))


def _instead_of(group: Group) -> str:
    if group.gone:
        return "is not among the new rules"
    return f"instead of {', '.join(group.old_ids)}" if group.old_ids else ""


def _counts(group: Group) -> str:
    differ = [f"{group.count(kind)} {kind.value}" for kind in Kind if group.count(kind)]
    alike = group.same.total()
    same = f"{alike} as then" + (f" ({group.same[True]} of them act)" if alike else "")
    return ", ".join([*differ, same] if alike or not differ else differ)


def _rows(group: Group) -> list[tuple[object, ...]]:
    """One line for all tickets of which the same is to be said."""
    alike: dict[tuple[Kind, tuple[tuple[str, str], ...]], dict[int, None]] = {}
    for one in group.verdicts:
        alike.setdefault((one.kind, tuple(said(one))), {})[one.ticket_id] = None
    return [
        (
            _ids(sorted(tickets)),
            safe(kind.value, style=_STYLES[kind]),
            Text("; ").join(
                [Text.assemble(safe(f"{word}: ", style="dim"), safe(text)) for word, text in told]
            ),
        )
        for (kind, told), tickets in alike.items()
    ]


def _ids(tickets: Sequence[int]) -> str:
    shown = ", ".join(map(str, tickets[:MOST_IDS]))
    left = len(tickets) - MOST_IDS
    return f"{shown} and {left} more" if left > 0 else shown


def said(one: Verdict) -> list[tuple[str, str]]:
    """What is to be said of a difference: a word, and what there is to say under it."""
    told = [("then", _decision(one.then)), ("now", _decision(one.now))]
    if one.missing:
        told.append(("not recorded", ", ".join(one.missing)))
    return told + [("note", remark) for remark in one.remarks]


def _decision(one: Decision) -> str:
    return ", ".join(one.in_words()) if one.acts else one.reason or "nothing to do"


def _notes(found: Replayed) -> list[str]:
    notes = list(found.notes)
    if found.oldest is None:
        notes.append(
            "Nothing is recorded yet: recordings are made by runs that have work, unless "
            "DAEMON_KEEP_RECORDINGS is 0."
        )
    elif found.oldest > found.since:
        notes.append(f"The oldest recording is of {found.oldest.astimezone():%Y-%m-%d %H:%M}.")
    return notes


def _closing(found: Replayed) -> str:
    differ = [f"{found.count(kind)} {kind.value}" for kind in Kind if found.count(kind)]
    return (
        f"{found.recordings} recordings of {found.tickets} tickets since "
        f"{found.since.astimezone():%Y-%m-%d %H:%M}: {', '.join(differ) or 'no difference'}. "
        "Nothing was changed."
    )


def _document(found: Replayed) -> dict[str, Any]:
    return {
        "since": found.since,
        "until": found.until,
        "oldest_recording": found.oldest,
        "recordings": found.recordings,
        "unreadable": found.unreadable,
        "tickets": found.tickets,
        "counts": {kind.value: found.count(kind) for kind in Kind},
        "notes": _notes(found),
        "actions": [
            {
                "id": None if group.gone else group.name,
                "instead_of": [group.name] if group.gone else group.old_ids,
                "counts": {kind.value: group.count(kind) for kind in Kind},
                "as_then": {"acting": group.same[True], "not_acting": group.same[False]},
                "differences": [_difference(one) for one in group.verdicts],
            }
            for group in found.groups
        ],
    }


def _difference(one: Verdict) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "ticket_id": one.ticket_id,
        "title": one.title,
        "at": one.at,
        "run_id": one.run_id,
        "then": _decision_document(one.then),
        "now": _decision_document(one.now),
        "not_recorded": one.missing,
        "remarks": one.remarks,
    }


def _decision_document(one: Decision) -> dict[str, Any]:
    return {"outcome": one.outcome or None, "reason": one.reason, "effects": one.in_words()}
