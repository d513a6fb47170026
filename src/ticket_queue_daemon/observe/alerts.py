"""Whom to wake, and when: events become alerts; each thing is told once, and once that it is over.

What needs a person is gathered over a run and told in one message at its end.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.observe import alert_words as words
from ticket_queue_daemon.observe.events import (
    STOPPED_ON_REQUEST,
    ActionFinished,
    ActionHeldBack,
    Event,
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


class AlertObserver:
    """Turns the events of one queue into alerts.

    Args:
        send: takes an alert and returns at once.
        link: where a person opens a ticket; "" if that is not known.
    """

    def __init__(self, send: Callable[[Alert], None], link: Callable[[int], str] = no_link) -> None:
        self._send = send
        self._link = link
        self._lock = threading.Lock()
        self._queue = ""
        self._held: list[Case] = []
        self._failed: list[Case] = []
        self._stopped = False

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
                    kind = str(event.fields.get("error", ""))
                    self._send(words.trouble(event.text, kind, goes_on=True))
                case ActionHeldBack(action_id, tickets, reason):
                    self._send(words.held_back(action_id, tickets, reason, self._queue))
                case TroubleOver():
                    self._send(words.trouble_over())
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
        broken = bool(report.stopped) and report.stopped != STOPPED_ON_REQUEST
        if broken and not self._stopped:
            self._send(words.run_stopped(report.stopped, self._queue))
        elif self._stopped and not report.stopped and report.executed:
            self._send(words.runs_again(self._queue))
        else:
            return
        self._stopped = broken
