"""What stands around an action: when it acts, on which tickets, how often, and how far it may go.

No part of the action's id: a rule that is edited repeats nothing that was done. It is asked anew of the
tickets that it turned away, and of no others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

from ticket_queue_daemon.rules.calendar import ALWAYS

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.rules.calendar import Calendar
    from ticket_queue_daemon.rules.conditions import Condition
    from ticket_queue_daemon.rules.schedule import Schedule
    from ticket_queue_daemon.rules.timing import Occurrence, Repeat, Timing

OncePer = Literal["ticket", "requestor", "day"]
ONCE_PER: Final[tuple[str, ...]] = get_args(OncePer)
_HASH_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule around one action.

    Attributes:
        when: the condition; None: on every ticket.
        timing: how long after what; None: at once.
        repeat: again and again; None: once.
        schedule: the windows in which it may act; None: always.
        once_per: ``requestor``: on one ticket of each requestor; ``day``: on one ticket a day.
        depends_on: the id of an action that must be completed on the ticket; "" for none.
        stop: where it was completed, the actions after it are left out.
        limit: on how many tickets it may act in a run; what is over waits for the next. 0: any.
        shadow: plan and log what it would do, and send nothing.
        on_update: whether a ticket that was turned away or skipped is looked at again once it has
            changed; None: if a change can make another answer, by a condition or a moment that is
            yet to come.
        calendar: whose days ``once_per: day`` counts.
    """

    when: Condition | None = None
    timing: Timing | None = None
    repeat: Repeat | None = None
    schedule: Schedule | None = None
    once_per: OncePer = "ticket"
    depends_on: str = ""
    stop: bool = False
    limit: int = 0
    shadow: bool = False
    on_update: bool | None = None
    calendar: Calendar = field(default=ALWAYS, repr=False)

    @property
    def looks_again(self) -> bool:
        """Whether tickets that it turned away are looked at again once they have changed."""
        if self.on_update is not None:
            return self.on_update
        return self.when is not None or (self.timing is not None and self.timing.since != "created")

    @property
    def hash(self) -> str:
        """12 hex digits of what decides which tickets are turned away; "" if nothing does."""
        decides = [
            f"when={self.when.text}" if self.when else "",
            f"timing={self.timing}" if self.timing else "",
            f"once_per={self.once_per}" if self.once_per != "ticket" else "",
            f"depends_on={self.depends_on}" if self.depends_on else "",
            "shadow" if self.shadow else "",
        ]
        if not any(decides):
            return ""
        return hashlib.sha256("\n".join(decides).encode()).hexdigest()[:_HASH_LENGTH]

    def subject(self, requestor_uid: str | None, now: datetime) -> str:
        """What it acts once for, as the database keeps it; "" if that is the ticket itself.

        Raises:
            LookupError: the ticket has no requestor.
        """
        match self.once_per:
            case "requestor":
                if not requestor_uid:
                    raise LookupError("the ticket has no requestor")
                return f"requestor:{requestor_uid.lower()}"
            case "day":
                return f"day:{now.astimezone(self.calendar.zone).date().isoformat()}"
            case _:
                return ""

    def occurrence(self, number: int, due: datetime, now: datetime) -> Occurrence | None:
        """The one that is to be done in the place of the ``number``-th, due at ``due``.

        It is a later one, or in the future, where some were missed and the policy leaves them out;
        None: there is none any more.
        """
        if self.repeat is None:
            return None
        return _counted(self.repeat, number, due, now, last=0)

    def following(self, number: int, due: datetime, now: datetime) -> Occurrence | None:
        """The one after the ``number``-th, which was due at ``due`` and is done; None: that was all."""
        if self.repeat is None:
            return None
        return _counted(self.repeat, number, due, now, last=1)


def _counted(
    repeat: Repeat, number: int, due: datetime, now: datetime, *, last: int
) -> Occurrence | None:
    """Ask a grid that begins with the ``number``-th occurrence, and count as people do."""
    left = None
    if repeat.at_most is not None:
        left = repeat.at_most - (number - 1)
        if left < 1:
            return None
    found = replace(repeat, at_most=left).next(due, now, last=last)
    return None if found is None else replace(found, number=found.number + number - 1)
