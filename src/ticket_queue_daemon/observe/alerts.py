"""Whom to wake, and when: events become alerts; each thing is told once, and once that it is over.

What needs a person is gathered over a run and told in one message at its end.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.observe import alert_words as words
from ticket_queue_daemon.observe.events import (
    STOPPED_BY_CAP,
    STOPPED_ON_REQUEST,
    ActionFinished,
    ActionHeldBack,
    Event,
    RulesMended,
    RulesRejected,
    RunFigures,
    RunFinished,
    RunStarted,
    Trouble,
    TroubleOver,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.observe.alert_words import Alert, Case


def no_link(ticket_id: int) -> str:
    """For a TDX whose web pages are not known."""
    del ticket_id
    return ""


_CONCERNS_ALL = frozenset(
    {"TdxAway", "TdxUnavailable", "TdxUnreachable", "StoreError", "DatabaseUnreachable"}
)
"""Troubles that several queues meet together: TDX or the database is away."""


class Alerts:
    """An :class:`AlertObserver` for each queue; what stops several of them is told once.

    Args:
        send, link: as there.
    """

    def __init__(self, send: Callable[[Alert], None], link: Callable[[int], str] = no_link) -> None:
        self._send = send
        self._link = link
        self._lock = threading.Lock()
        self._of: dict[str, AlertObserver] = {}
        self._away: set[str] = set()
        self._rejected = False

    def of(self, queue: str) -> AlertObserver:
        """Who hears the events of that queue."""
        with self._lock:
            if queue not in self._of:
                self._of[queue] = AlertObserver(self._send, self._link, queue, self)
            return self._of[queue]

    @property
    def several(self) -> bool:
        """Whether a trouble needs the name of its queue."""
        return len(self._of) > 1

    def is_first(self, queue: str) -> bool:
        """Whether no other queue has met the outage before."""
        with self._lock:
            self._away.add(queue)
            return len(self._away) == 1

    def is_last(self, queue: str) -> bool:
        """Whether no other queue meets the outage any more."""
        with self._lock:
            self._away.discard(queue)
            return not self._away

    def gone(self, queue: str) -> None:
        """The queue is watched no more."""
        with self._lock:
            self._of.pop(queue, None)
            self._away.discard(queue)

    def on_event(self, event: Event) -> None:
        """What concerns no queue: the rules were rejected, or are right again."""
        match event:
            case RulesRejected():
                # Once, however often a file is saved until it is right.
                if not self._rejected:
                    self._send(words.rules_rejected(event.text))
                self._rejected = True
            case RulesMended():
                self._rejected = False
                self._send(words.rules_mended())
            case _:
                pass

    def ended(self, error: BaseException | None) -> None:
        """The process is about to end, by this error if there is one."""
        for one in list(self._of.values()):
            one.ended(None)
        AlertObserver(self._send, self._link).ended(error)


class AlertObserver:
    """Turns the events of one queue into alerts.

    Args:
        send: takes an alert and returns at once.
        link: where a person opens a ticket; "" if that is not known.
        queue: its name, as far as it is known before its first run.
        among: knows the others.
    """

    def __init__(
        self,
        send: Callable[[Alert], None],
        link: Callable[[int], str] = no_link,
        queue: str = "",
        among: Alerts | None = None,
    ) -> None:
        self._send = send
        self._link = link
        self._among = among
        self._lock = threading.Lock()
        self._queue = queue
        self._away = False
        self._held: list[Case] = []
        self._failed: list[Case] = []
        self._stopped = False
        self._capped = False

    def on_event(self, event: Event) -> None:
        """Gather it or tell it; called from any worker's thread."""
        with self._lock:
            match event:
                case RunStarted():
                    self._tell_gathered()
                    self._queue = event.queue
                case ActionFinished():
                    self._gather(event)
                case RunFinished():
                    self._tell_gathered()
                    self._judge(event.report)
                case Trouble():
                    self._tell_gathered()
                    self._trouble(event)
                case ActionHeldBack(action_id, tickets, reason):
                    self._send(words.held_back(action_id, tickets, reason, self._queue))
                case TroubleOver():
                    if not self._away or self._among is None or self._among.is_last(self._queue):
                        self._send(words.trouble_over("" if self._away else self._named))
                    self._away = False
                case _:
                    pass

    def ended(self, error: BaseException | None) -> None:
        """The process is about to end, by this error if there is one."""
        with self._lock:
            self._tell_gathered()
            match error:
                case DaemonError():
                    text, kind = f"{error.message} {error.advice}".strip(), type(error).__name__
                    self._send(words.trouble(text, kind, goes_on=False))
                case Exception():
                    self._send(words.crashed(type(error).__name__))
                case _:
                    # Nothing, or a person who pressed Ctrl-C and knows.
                    pass

    @property
    def _named(self) -> str:
        return self._queue if self._among is not None and self._among.several else ""

    def _trouble(self, event: Trouble) -> None:
        """Tell it, unless it is an outage of which another queue has told."""
        kind = str(event.fields.get("error", ""))
        was_away, self._away = self._away, kind in _CONCERNS_ALL
        if self._among is not None:
            if self._away and not self._among.is_first(self._queue):
                return
            if was_away and not self._away:
                self._among.is_last(self._queue)
        queue = "" if self._away else self._named
        self._send(words.trouble(event.text, kind, goes_on=True, queue=queue))

    def failed(self, error: DaemonError) -> None:
        """This queue's only run was ended by an error, and the others are still to come."""
        with self._lock:
            self._tell_gathered()
            text, kind = f"{error.message} {error.advice}".strip(), type(error).__name__
            self._send(words.trouble(text, kind, goes_on=False, queue=self._named))

    def _gather(self, event: ActionFinished) -> None:
        case = words.Case(event.ticket_id, event.action_id, event.reason or event.message)
        if event.outcome == "needs_review":
            self._held.append(case)
        elif event.outcome == "failed" and event.final:
            self._failed.append(case)

    def _tell_gathered(self) -> None:
        """One message for each kind; a run that an error ended tells what it had come to."""
        for cases, word in (
            (self._held, words.held_for_review),
            (self._failed, words.failed_for_good),
        ):
            if cases:
                self._send(word(cases, self._queue, self._link))
                cases.clear()

    def _judge(self, report: RunFigures) -> None:
        """Tell of a breaker that opened, and of the first run with work that it let through."""
        if report.stopped.startswith(STOPPED_BY_CAP):
            if not self._capped:
                self._send(words.capped(report.stopped, self._queue))
            self._capped = True
            return
        if self._capped and not report.stopped:
            self._capped = False
            self._send(words.not_capped(self._queue))
        broken = bool(report.stopped) and report.stopped != STOPPED_ON_REQUEST
        if broken and not self._stopped:
            self._send(words.run_stopped(report.stopped, self._queue))
        elif self._stopped and not report.stopped and report.executed:
            self._send(words.runs_again(self._queue))
        else:
            return
        self._stopped = broken
