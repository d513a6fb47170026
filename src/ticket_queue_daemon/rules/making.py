"""A rule from the words that a person writes, in a rules file or in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.calendar import ALWAYS
from ticket_queue_daemon.rules.conditions import Condition
from ticket_queue_daemon.rules.rule import ONCE_PER, OncePer, Rule
from ticket_queue_daemon.rules.schedule import Schedule
from ticket_queue_daemon.rules.timing import Repeat, Timing
from ticket_queue_daemon.rules.vocabulary import near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.rules.calendar import Calendar


def make_rule(
    *,
    when: str | None = None,
    after: str | None = None,
    since: str | None = None,
    every: str | None = None,
    at_most: int | None = None,
    catch_up: str = "once",
    schedule: str | Sequence[str] = (),
    once_per: str = "ticket",
    depends_on: str = "",
    stop: bool = False,
    limit: int = 0,
    shadow: bool = False,
    on_update: bool | None = None,
    calendar: Calendar | None = None,
    where: str = "rule",
) -> Rule:
    """The rule.

    Args:
        when: the condition, in CEL.
        after: how long to wait, such as ``3d`` or ``2 business days``.
        since: from when it is counted; ``created`` if only ``after`` is given.
        every: how far apart repetitions are.
        at_most: how many there are; None: without end.
        catch_up: what becomes of missed ones: ``once``, ``each`` or ``skip``.
        schedule: the windows in which the action acts, such as ``Mon-Fri 08:00-17:00``.
        once_per: ``ticket``, ``requestor`` or ``day``.
        depends_on: the name or type word of an action before this one.
        stop: leave out the actions behind it where it was completed.
        limit: on how many tickets it acts in a run; 0: any number.
        shadow: plan and log, send nothing.
        on_update: look again at what was turned away, once the ticket has changed; None: if there
            is a condition.
        calendar: business hours, holidays and time zone; None: open always, UTC, no business time.
        where: where it stands, for errors.

    Raises:
        ConfigError: naming the option.
    """
    if once_per not in ONCE_PER:
        raise ConfigError(
            f"{where}: once_per {once_per!r} is unknown.", near(once_per, ONCE_PER, "There are")
        )
    if limit < 0:
        raise ConfigError(f"{where}: limit {limit} is none.", "Write 1 or more; 0 is no limit.")
    if every is None and (at_most is not None or catch_up != "once"):
        raise ConfigError(f"{where}: at_most and catch_up belong to every.", "Say how often, too.")
    given: OncePer = once_per  # type: ignore[assignment]  # it was looked for in the list
    open_always = calendar or ALWAYS
    return Rule(
        when=None
        if when is None
        else Condition(when, where=f"{where}: when", calendar=open_always),
        timing=None
        if after is None and since is None
        else Timing.parse(after, since or "created", calendar, where=f"{where}: after"),
        repeat=None
        if every is None
        else Repeat.parse(every, at_most, catch_up, calendar, where=f"{where}: repeat"),
        schedule=Schedule(
            schedule,
            str(open_always.zone),
            open_always.holidays,
            where=f"{where}: schedule",
        )
        if schedule
        else None,
        once_per=given,
        depends_on=depends_on,
        stop=stop,
        limit=limit,
        shadow=shadow,
        on_update=on_update,
        calendar=open_always,
    )
