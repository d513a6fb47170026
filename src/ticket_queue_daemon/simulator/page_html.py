"""The control page as text: everything that comes from outside is escaped here, and only here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from .faults import EFFECTS
from .page_style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .backstage import Backstage
    from .faults import Rule
    from .journal import LoggedRequest, Write

_SHOWN = 200
_REQUESTS_SHOWN = 30
_LONGEST = 600
_SHORT = 50

_MEANING = {
    "drop_before": "connection reset, nothing applied",
    "drop_after": "applied, then connection reset",
    "delay_before": "wait, then apply and answer",
    "delay_after": "apply, wait, then answer",
    "status_before": "answer a status, nothing applied",
    "status_after": "applied, but answer a status",
    "garbage": "applied, answered with no JSON",
    "truncated": "applied, half of the answer",
    "empty": "applied, answered 200 without a body",
    "login_redirect": "302 to a login page, nothing applied",
    "html": "an HTML page in place of JSON, nothing applied",
    "expire_token": "every token expires just before",
    "late": "dropped now, applied after the seconds or by hand",
}


@dataclass(slots=True)
class View:
    """What to show: a simulator, the ticket that was asked for, and what was just said."""

    simulator: Backstage
    ticket: int | None = None
    asked: str = ""
    said: str = ""
    wrong: str = ""


def render(view: View) -> str:
    """The whole page."""
    sections = (_head(view), _faults(view), _journal(view), _requests(view))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>TeamDynamix simulator</title><style>{STYLE}</style></head>"
        f"<body>{''.join(sections)}</body></html>\n"
    )


def _head(view: View) -> str:
    world = view.simulator.world
    counts = world.requests.counts()
    unmodelled = sum(n for key, n in counts.items() if key.endswith("(unmodelled)"))
    facts = (
        (len(world.tickets), "tickets"),
        (len(world.assets), "assets"),
        (len(world.journal), "changes"),
        (len(world.requests), "requests"),
        (unmodelled, "to endpoints not modelled"),
        (world.requests.status_count(429), "answered 429"),
    )
    shown = "".join(f"<li><b>{number}</b> {word}</li>" for number, word in facts)
    words = ""
    if view.said:
        words += f'<p class="said" role="status">{escape(view.said)}</p>'
    if view.wrong:
        words += f'<p class="wrong" role="alert">{escape(view.wrong)}</p>'
    return (
        f'<header><h1>TeamDynamix simulator</h1><ul class="facts">{shown}</ul></header>'
        f"{words}<main>"
    )


def _button(view: View, deed: str, label: str, number: int | None = None) -> str:
    hidden = "" if number is None else f'<input type="hidden" name="number" value="{number}">'
    return (
        f'<form method="post" action="/_control/do/{deed}" class="inline">{_stay(view)}{hidden}'
        f'<button type="submit">{escape(label)}</button></form>'
    )


def _stay(view: View) -> str:
    if view.ticket is None:
        return ""
    return f'<input type="hidden" name="ticket_shown" value="{view.ticket}">'


# -- faults -----------------------------------------------------------------------------------


def _faults(view: View) -> str:
    faults = view.simulator.faults
    buttons = [_button(view, "expire", "Expire all tokens")]
    if faults.waiting:
        buttons.append(_button(view, "release", f"Apply {faults.waiting} late now"))
    if faults.rules:
        buttons.append(_button(view, "clear", "Remove all rules"))
        titles = ("", "What happens", "To which calls", "When", "Met", "Fired", "")
        table = _table("rules", titles, (_rule_row(view, one) for one in faults.rules))
    else:
        table = '<p class="none">No rules: every call is answered as TeamDynamix would.</p>'
    return (
        f'<section><h2>Faults</h2><div class="bar">{"".join(buttons)}</div>{table}'
        f"{_rule_form(view)}</section>"
    )


def _rule_row(view: View, rule: Rule) -> str:
    what = f"<b>{escape(rule.effect)}</b>"
    extras = [
        f"status {rule.status}" if rule.status else "",
        f"{rule.seconds:g} s" if rule.seconds is not None else "",
    ]
    what += "".join(f" {one}" for one in extras if one)
    what += f"<br><small>{escape(_MEANING[rule.effect])}</small>"
    where = rule.name or f"{rule.method or 'any'} {rule.route or 'endpoint'}"
    if rule.ticket_id is not None:
        where += f", ticket {rule.ticket_id}"
    cells = (
        str(rule.number),
        what,
        f"<code>{escape(where)}</code>",
        escape(_when(rule)),
        str(rule.seen),
        str(rule.fired),
        _button(view, "remove", "Remove", rule.number),
    )
    return _row(cells)


def _when(rule: Rule) -> str:
    parts = [
        f"call no. {rule.nth}" if rule.nth is not None else "",
        f"one call in {rule.every}" if rule.every is not None else "",
        f"with probability {rule.probability:g}" if rule.probability is not None else "",
        f"up to {rule.times} in all" if rule.times is not None else "",
    ]
    return ", ".join(one for one in parts if one) or "each call"


def _rule_form(view: View) -> str:
    effects = "".join(
        f'<option value="{one}">{one}: {escape(_MEANING[one])}</option>'
        for one in sorted(EFFECTS, key=list(_MEANING).index)
    )
    keys = "".join(f"<option>{escape(one)}</option>" for one in view.simulator.route_keys())
    ticket = "" if view.ticket is None else str(view.ticket)
    fields = (
        ("ticket_id", "Ticket", ticket, "any"),
        ("nth", "Only call no.", "", "each"),
        ("every", "Every nth call", "", "1"),
        ("probability", "Probability", "", "0 to 1"),
        ("times", "At most", "", "no end"),
        ("status", "Status", "", "500"),
        ("seconds", "Seconds", "", "0"),
    )
    inputs = "".join(
        f'<label>{label}<input name="{name}" value="{value}" placeholder="{hint}" '
        f'inputmode="decimal" size="7"></label>'
        for name, label, value, hint in fields
    )
    return (
        f'<form method="post" action="/_control/do/add" class="rule">{_stay(view)}'
        "<h3>Add a rule</h3>"
        f'<label class="wide">What happens<select name="effect">{effects}</select></label>'
        '<label class="wide">To which calls<select name="template">'
        f'<option value="">every endpoint</option>{keys}</select></label>'
        f"{inputs}"
        '<label class="wide">Body of the answer<input name="body" '
        'placeholder="for status, garbage and html"></label>'
        '<button type="submit" class="main">Add the rule</button></form>'
    )


# -- journal and requests ---------------------------------------------------------------------


def _journal(view: View) -> str:
    world = view.simulator.world
    writes = [one for one in world.journal if view.ticket in {None, one.ticket_id}]
    newest = writes[: -_SHOWN - 1 : -1]
    filtering = (
        '<form method="get" action="/_control/" class="bar"><label>Ticket '
        f'<input name="ticket" value="{escape(view.asked)}" inputmode="numeric" size="10"></label>'
        '<button type="submit">Show</button> '
        + ('<a href="/_control/">all tickets</a>' if view.asked else "")
        + "</form>"
    )
    what = f"ticket {view.ticket}" if view.ticket is not None else "all tickets"
    if view.asked and view.ticket is None:
        what = "all tickets, because what was asked for is no ticket id"
    counted = f"{len(writes)} changes, {what}"
    if len(writes) > len(newest):
        counted += f"; the newest {len(newest)} are shown"
    titles = ("", "Time (UTC)", "Change", "Ticket", "By", "Details")
    table = _table("journal", titles, (_write_row(view, one) for one in newest))
    if not newest:
        table = '<p class="none">No client has changed anything.</p>'
    return (
        f"<section><h2>Journal</h2><p>What was applied, whatever the client was told: "
        f"{counted}.</p>{filtering}{table}</section>"
    )


def _write_row(view: View, write: Write) -> str:
    author = view.simulator.world.people.get(write.author_uid)
    ticket = ""
    if write.ticket_id is not None:
        ticket = f'<a href="/_control/?ticket={write.ticket_id}">{write.ticket_id}</a>'
    cells = (
        str(write.sequence),
        _time(write.time),
        f"<b>{escape(write.kind)}</b>",
        ticket,
        escape(author.full_name if author else write.author_uid),
        _details(write.details),
    )
    return _row(cells)


def _details(details: dict[str, object]) -> str:
    short, long = [], []
    for name, value in details.items():
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
        shown = f"<i>{escape(name)}</i> {escape(cut)}"
        if len(text) <= _SHORT:
            short.append(f"<span>{shown}</span>")
        else:
            long.append(f"<div>{shown}</div>")
    return f"{' '.join(short)}{''.join(long)}"


def _requests(view: View) -> str:
    log = view.simulator.world.requests.all()
    if view.ticket is not None:
        part = f"/{view.ticket}"
        log = [one for one in log if part in f"{one.path}/"]
    newest = log[: -_REQUESTS_SHOWN - 1 : -1]
    titles = ("", "Time (UTC)", "Request", "Answer", "Fault", "ms")
    table = _table("requests", titles, (_request_row(one) for one in newest))
    if not newest:
        table = '<p class="none">No requests yet.</p>'
    return (
        f"<section><h2>Requests</h2><p>The newest {len(newest)} of {len(log)}.</p>{table}"
        '<p class="more">As JSON: <a href="/_control/journal">journal</a>, '
        '<a href="/_control/requests">requests</a>, <a href="/_control/counts">counts</a>, '
        '<a href="/_control/faults">faults</a></p></section></main>'
    )


def _request_row(one: LoggedRequest) -> str:
    status = "no answer" if one.status is None else str(one.status)
    bad = one.status is None or one.status >= 400  # noqa: PLR2004
    query = f"?{'&'.join(f'{name}={value}' for name, value in one.query.items())}"
    cells = (
        str(one.sequence),
        _time(one.time),
        f"<code>{escape(one.method)} {escape(one.path + (query if one.query else ''))}</code>",
        f'<span class="bad">{status}</span>' if bad else status,
        escape(one.fault or ""),
        f"{one.milliseconds:.1f}",
    )
    return _row(cells)


def _time(moment: float) -> str:
    # A sandbox that is kept is older than a day.
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _table(kind: str, titles: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
