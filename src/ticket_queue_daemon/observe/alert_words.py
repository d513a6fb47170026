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
    from datetime import datetime, tzinfo

Weight = Literal["failure", "warning", "success"]

SENDER = "Ticket Queue Daemon"
MOST_TICKETS = 20
LONGEST_REASON = 200
_LONGEST_TROUBLE = 1000
_HEAVIEST_FIRST: tuple[Weight, ...] = ("failure", "warning", "success")
_COMMAND = "ticket-queue-daemon"
_LINKED = re.compile(r"^(Ticket \d+) (https?://\S+)$", re.MULTILINE)
# Chat programs obey these: <!channel>, @everyone, [a link](url), `code`. No reason may wake anyone.
_OBEYED = str.maketrans(
    {"<": "(", ">": ")", "[": "(", "]": ")", "@": "(at)", "`": "'", "*": "", "|": "/"}
)


@dataclass(frozen=True)
class Alert:
    """One message: its subject, its body, how heavy it weighs, and whether it may wake somebody."""

    subject: str
    body: str
    weight: Weight
    critical: bool = False

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
        critical=True,
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
        critical=True,
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
        f"{SENDER}: no run comes through ({_both(kind, queue)})",
        f"{said}\n\n{then}",
        "failure",
        critical=True,
    )


def trouble_over(queue: str = "") -> Alert:
    """The recovery note."""
    of = f" ({queue})" if queue else ""
    return Alert(
        f"{SENDER}: the trouble is over{of}",
        "Runs come through again. Nothing to do.",
        "success",
        critical=True,
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
        critical=True,
    )


def rules_mended() -> Alert:
    """The file is right again."""
    return Alert(
        f"{SENDER}: the rules are right again",
        "The daemon goes by them now. Nothing to do.",
        "success",
        critical=True,
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
        critical=True,
    )


def nothing_processed(minutes: int, queue: str) -> Alert:
    """No run has ended and no ticket was finished for long, and no error says why."""
    return Alert(
        f"{SENDER}: nothing was processed for {minutes} minutes ({queue})",
        "No run has come to its end and no ticket was finished, though nothing is told to be away: "
        "a run waits for TDX's limits, or hangs.\n\n"
        "See what it waits for; a restart is safe at any time:\n"
        f"{_COMMAND} status\n"
        "systemctl restart ticket-queue-daemon",
        "failure",
        critical=True,
    )


def processed_again(queue: str) -> Alert:
    """The silence has ended."""
    return Alert(
        f"{SENDER}: tickets are processed again ({queue})",
        "A run goes on, or has come to its end. Nothing to do.",
        "success",
        critical=True,
    )


def token_ends(at: datetime) -> Alert:
    """A token was given that nobody but a person can renew."""
    return Alert(
        f"{SENDER}: the token of TDX ends at {at:%Y-%m-%d %H:%M} UTC",
        "TDX_API_TOKEN can't be renewed by itself; from then on no run comes through.\n\n"
        "Put a new one in its place and restart; or, for good, give the daemon TDX_BEID with "
        "TDX_WEB_SERVICES_KEY, or a service account's password. See how it stands:\n"
        f"{_COMMAND} doctor",
        "warning",
    )


def index_stale(hours: int, queue: str) -> Alert:
    """Tickets are compared with a list of assets that could not be brought up to date."""
    return Alert(
        f"{SENDER}: the asset index is stale: {hours} hours old ({queue})",
        "It could not be brought up to date and was used all the same: new machines may be unknown "
        "to it.\n\nBring it up to date, or see why that fails:\n"
        f"{_COMMAND} sync assets",
        "warning",
    )


def index_fresh(queue: str) -> Alert:
    """The asset index could be brought up to date."""
    return Alert(
        f"{SENDER}: the asset index is up to date again ({queue})", "Nothing to do.", "success"
    )


def paused_long(told: str, hours: int, queue: str) -> Alert:
    """A pause that may have been forgotten."""
    return Alert(
        f"{SENDER}: paused for {hours} hours ({queue})",
        f"{plain(told, _LONGEST_TROUBLE)}\n\nNo ticket is touched until then.",
        "warning",
    )


def after_quiet_hours(held: Sequence[tuple[datetime, Alert]], zone: tzinfo | None) -> Alert:
    """What quiet hours have kept, oldest first; ``zone`` None: the machine's."""
    weights = {alert.weight for _, alert in held}
    weight = next(one for one in _HEAVIEST_FIRST if one in weights)
    shown = held[-MOST_TICKETS:]
    told = [
        f"{at.astimezone(zone):%Y-%m-%d %H:%M}: {alert.subject.removeprefix(f'{SENDER}: ')}\n"
        f"{alert.body}"
        for at, alert in shown
    ]
    if len(shown) < len(held):
        told.insert(0, f"and {len(held) - len(shown)} before these: {_COMMAND} status")
    count = "1 alert" if len(held) == 1 else f"{len(held)} alerts"
    return Alert(f"{SENDER}: {count} of the quiet hours", "\n\n".join(told), weight)


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
