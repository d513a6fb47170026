"""A rule from the words that a person writes, in a rules file or in Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.calendar import ALWAYS
from ticket_queue_daemon.rules.conditions import Condition
from ticket_queue_daemon.rules.rule import ONCE_PER, OncePer, Rule
from ticket_queue_daemon.rules.schedule import Schedule
from ticket_queue_daemon.rules.timing import SINCE, Repeat, Timing
from ticket_queue_daemon.rules.vocabulary import near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.rules.calendar import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """What is written around an action.

    Attributes:
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
            is a condition, or a moment other than its creation is waited for.
    """

    when: str | None = None
    after: str | None = None
    since: str | None = None
    every: str | None = None
    at_most: int | None = None
    catch_up: str = "once"
    schedule: str | Sequence[str] = ()
    once_per: str = "ticket"
    depends_on: str = ""
    stop: bool = False
    limit: int = 0
    shadow: bool = False
    on_update: bool | None = None

    def made(self, *, calendar: Calendar | None = None, where: str = "rule") -> Rule:
        """The rule.

        Args:
            calendar: business hours, holidays and time zone; None: open always, UTC, and no
                business time.
            where: of what, for errors; "": of what the reader knows.

        Raises:
            ConfigError: naming the option.
        """
        self._check(where)
        known = calendar or ALWAYS
        return Rule(
            when=Condition(self.when, where=_at(where, "when"), calendar=known)
            if self.when is not None
            else None,
            timing=self._timing(calendar, where),
            repeat=self._repeat(calendar, where),
            schedule=self._schedule(known, where),
            once_per=cast("OncePer", self.once_per),
            depends_on=self.depends_on,
            stop=self.stop,
            limit=self.limit,
            shadow=self.shadow,
            on_update=self.on_update,
            calendar=known,
        )

    def _check(self, where: str) -> None:
        if self.once_per not in ONCE_PER:
            raise ConfigError(
                _at(where, f"once_per {self.once_per!r} is unknown."),
                near(self.once_per, ONCE_PER, "There are"),
            )
        if self.limit < 0:
            raise ConfigError(
                _at(where, f"limit {self.limit} is none."), "Write 1 or more; 0 is no limit."
            )
        if self.every is None and (self.at_most is not None or self.catch_up != "once"):
            raise ConfigError(
                _at(where, "at_most and catch_up belong to every."), "Say how often, too."
            )

    def _timing(self, calendar: Calendar | None, where: str) -> Timing | None:
        if self.after is None and self.since is None:
            return None
        option = "since" if self.since is not None and self.since not in SINCE else "after"
        return Timing.parse(self.after, self.since or "created", calendar, where=_at(where, option))

    def _repeat(self, calendar: Calendar | None, where: str) -> Repeat | None:
        if self.every is None:
            return None
        return Repeat.parse(
            self.every, self.at_most, self.catch_up, calendar, where=_at(where, "every")
        )

    def _schedule(self, calendar: Calendar, where: str) -> Schedule | None:
        if not self.schedule:
            return None
        zone = str(calendar.zone)
        return Schedule(self.schedule, zone, calendar.holidays, where=_at(where, "schedule"))


def _at(where: str, what: str) -> str:
    return f"{where}: {what}" if where else what
