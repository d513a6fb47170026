"""What an alert says: what happened, why, and what to do next; short, plain, and nobody's words.

Only ids and reasons leave the house: no text of a ticket, no name of a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from ticket_queue_daemon.observe.lines import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Weight = Literal["failure", "warning", "success"]

SENDER = "Ticket Queue Daemon"
MOST_TICKETS = 20
LONGEST_REASON = 200
_LONGEST_TROUBLE = 1000
_COMMAND = "ticket-queue-daemon"
_LINKED = re.compile(r"^(Ticket \d+) (https?://\S+)$", re.MULTILINE)
# Chat programs obey these: <!channel>, @everyone, [a link](url), `code`. No reason may wake anyone.
_OBEYED = str.maketrans(
    {"<": "(", ">": ")", "[": "(", "]": ")", "@": "(at)", "`": "'", "*": "", "|": "/"}
)


@dataclass(frozen=True)
class Alert:
    """One message: its subject, its body, and how heavy it weighs."""

    subject: str
    body: str
    weight: Weight

    def as_markdown(self) -> str:
        """The body for services that want Markdown; some of them take only an empty line for a break."""
        return re.sub(r"\n+", "\n\n", _LINKED.sub(r"[\1](\2)", self.body))

    def as_html(self) -> str:
        """The body for services that want HTML."""
        linked = _LINKED.sub(r'<a href="\2">\1</a>', escape(self.body))
        return linked.replace("\n", "<br>\n")


@dataclass(frozen=True)
class Case:
    """One action on one ticket that needs a person."""

    ticket_id: int
    action_id: str
    reason: str


def held_for_review(cases: Sequence[Case], queue: str, link: Callable[[int], str]) -> Alert:
    """What can't be known, and is not guessed."""
    some = cases[0].ticket_id if len({case.ticket_id for case in cases}) == 1 else "ID"
    return Alert(
        f"{SENDER}: {_tickets(cases)} held for review ({queue})",
        "A change was sent and the answer can't be trusted or never came: whether it is on the "
        "ticket is not known, and it is not sent again by itself.\n\n"
        f"{_listed(cases, link)}\n\n"
        "Look at the ticket in TDX, then type which it is:\n"
        f"{_COMMAND} status\n"
        f"{_COMMAND} resolve {some} --done\n"
        f"{_COMMAND} resolve {some} --retry",
        "warning",
    )


def failed_for_good(cases: Sequence[Case], queue: str, link: Callable[[int], str]) -> Alert:
    """What is not tried again by itself."""
    return Alert(
        f"{SENDER}: {_tickets(cases)} failed for good ({queue})",
        "These changes were not made and are not tried again by themselves.\n\n"
        f"{_listed(cases, link)}\n\n"
        "See what happened, put it right, then try again:\n"
        f"{_COMMAND} ticket {cases[0].ticket_id}\n"
        f"{_COMMAND} retry --ticket {cases[0].ticket_id}",
        "failure",
    )


def run_stopped(reason: str, queue: str) -> Alert:
    """The circuit breaker has opened."""
    return Alert(
        f"{SENDER}: the run was stopped, too many tickets fail ({queue})",
        f"{plain(reason)}.\n\n"
        "Until one succeeds, each run tries a single ticket. See what fails:\n"
        f"{_COMMAND} status",
        "failure",
    )


def held_back(action_id: str, tickets: int, reason: str, queue: str) -> Alert:
    """An action meets far more tickets than it ever does."""
    return Alert(
        f"{SENDER}: an action on {tickets} tickets is held back ({queue})",
        f"Action {plain(action_id)}\nWhy: {plain(reason)}.\n\n"
        "Nothing of it was sent; the other actions go on. See what it would do, and if it is meant, "
        f"release it:\n{_COMMAND} --dry-run\n{_COMMAND} release {plain(action_id)}",
        "warning",
    )


def runs_again(queue: str) -> Alert:
    """The circuit breaker has closed."""
    return Alert(
        f"{SENDER}: runs come to their end again ({queue})",
        "A run was not stopped any more. Nothing to do.",
        "success",
    )


def capped(reason: str, queue: str) -> Alert:
    """So much was to be changed that the rest waits."""
    return Alert(
        f"{SENDER}: the cap on effects in an hour is reached ({queue})",
        f"{plain(reason, _LONGEST_TROUBLE)}.\n\n"
        "Nothing is lost, and nothing to do if so much was to be expected. If not, see what it does:\n"
        f"{_COMMAND} status",
        "warning",
    )


def not_capped(queue: str) -> Alert:
    """A run did all its work again."""
    return Alert(
        f"{SENDER}: the cap on effects holds nothing up any more ({queue})",
        "A run came to its end below the cap. Nothing to do.",
        "success",
    )


def trouble(text: str, kind: str, *, goes_on: bool, queue: str = "") -> Alert:
    """Something that concerns everything, or all of a queue, in the words in which it was raised."""
    then = (
        "The daemon goes on trying; you are told once when it is over."
        if goes_on
        else "This run has ended."
    )
    said = plain(text, _LONGEST_TROUBLE)
    return Alert(
        f"{SENDER}: no run comes through ({_both(kind, queue)})", f"{said}\n\n{then}", "failure"
    )


def trouble_over(queue: str = "") -> Alert:
    """The recovery note."""
    of = f" ({queue})" if queue else ""
    return Alert(
        f"{SENDER}: the trouble is over{of}", "Runs come through again. Nothing to do.", "success"
    )


def rules_rejected(text: str) -> Alert:
    """A changed rules file is wrong."""
    return Alert(
        f"{SENDER}: the rules were rejected",
        f"{plain(text, _LONGEST_TROUBLE)}\n\n"
        "The daemon goes on by the rules as they were. Put them right; they are read again as soon as "
        "the file changes. See all that is wrong:\n"
        f"{_COMMAND} config validate",
        "failure",
    )


def rules_mended() -> Alert:
    """The file is right again."""
    return Alert(
        f"{SENDER}: the rules are right again",
        "The daemon goes by them now. Nothing to do.",
        "success",
    )


def _both(kind: str, queue: str) -> str:
    return f"{kind}, {queue}" if queue else kind


def crashed(kind: str) -> Alert:
    """An error that nobody foresaw; its words may hold anything, so only its kind is told."""
    return Alert(
        f"{SENDER}: it has stopped ({kind})",
        f"Something unexpected happened: {kind}. The process has ended. What was under way is "
        "settled by the next run.\n\nIts log tells more, and so does:\n"
        f"{_COMMAND} status",
        "failure",
    )


def trial() -> Alert:
    """What ``alerts test`` sends."""
    return Alert(
        f"{SENDER}: a test",
        f"Alerts reach you here. Sent by: {_COMMAND} alerts test\nNothing to do.",
        "success",
    )


def plain(text: str, longest: int = LONGEST_REASON) -> str:
    """Words from elsewhere as text that no chat program obeys, on one line, cut to a length."""
    words = one_line(" ".join(text.split())).translate(_OBEYED)
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _tickets(cases: Sequence[Case]) -> str:
    ids = {case.ticket_id for case in cases}
    return f"ticket {ids.pop()}" if len(ids) == 1 else f"{len(ids)} tickets"


def _listed(cases: Iterable[Case], link: Callable[[int], str]) -> str:
    """By action and reason, so that forty tickets with one cause are one paragraph."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for case in cases:
        groups[plain(case.action_id), plain(case.reason)].append(case.ticket_id)
    room, paragraphs = MOST_TICKETS, []
    for (action_id, reason), ids in groups.items():
        lines = [f"Action {action_id}", f"Why: {reason or 'no reason was recorded'}"]
        lines += [f"Ticket {ticket_id} {link(ticket_id)}".rstrip() for ticket_id in ids[:room]]
        if more := len(ids) - room if len(ids) > room else 0:
            lines.append(f"and {more} more: {_COMMAND} status")
        room = max(0, room - len(ids))
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)
