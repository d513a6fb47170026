"""Which queue a person means by ``--queue``, where no rules are opened for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.opening import name_of
from ticket_queue_daemon.app.rules import over
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.config.kinds import is_python
from ticket_queue_daemon.config.loading import read_rules
from ticket_queue_daemon.config.rules_file import interpret

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.orders import Orders


def meant_queue(session: Session, orders: Orders) -> str | None:
    """The name of the queue; None: every one.

    A report's number stands for the queue that watches it, whatever that is called. A name that nobody
    knows is used all the same, with a word of it: another process may have rules of its own.
    """
    asked: str | None = session.args.queue
    if asked is None:
        return None
    known = _in_the_file(session)
    for usual, name in known:
        if asked in {usual, name} or asked.casefold() == name.casefold():
            return name
    names = {name for _, name in known}
    names |= {one.queue for one in orders.processes()}
    if known and asked not in names:
        told = f"There is no queue {asked} in the rules, nor a daemon that watches one of that name"
        there = f"{told}; there are: {', '.join(sorted(names))}."
        session.terminal.err.print(safe(there, style="yellow"), soft_wrap=True)
    return asked


def _in_the_file(session: Session) -> list[tuple[str, str]]:
    """The usual name and the name of each queue; none without a file that can be read.

    A file that is wrong must not keep anybody from pausing what it made.
    """
    path = session.settings.config_path
    if path is None or is_python(path):
        return []
    rules = interpret(read_rules(path), Registry.discover().vocabulary())
    found = [over(one.settings, session.settings) for one in rules.queues]
    usual = (name_of(one.model_copy(update={"queue_name": None})) for one in found)
    return [(a, b) for a, b in zip(usual, map(name_of, found), strict=True) if b]
