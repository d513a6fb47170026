"""One trace for each ticket worked on: its actions, and the calls that they took, as spans.

Spans hold ids, words of ours and templates of routes, never a ticket's text: see
``docs/monitoring.md``. Whoever works on a ticket does so in one thread, and is heard in it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

from ticket_queue_daemon.observe.events import (
    ActionFinished,
    CallEnded,
    EffectSettled,
    Event,
    RunFailed,
    RunFinished,
    RunStarted,
    TicketFinished,
    TicketStarted,
)
from ticket_queue_daemon.observe.results import kind_of_answer, type_of

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.observe.events import Observer

_NANOSECONDS = 1_000_000_000
_FIRST_ERROR = 400
_BAD = ("failed", "needs_review", "lease_lost")


@dataclass(slots=True)
class _Open:
    """A ticket that a thread works on, with what has happened since its last action ended.

    Attributes:
        began, wall: the same moment, in monotonic seconds and in nanoseconds since 1970: all times
            of a trace are reckoned from it, so that a clock that is set moves no span.
    """

    queue: str
    span: Span
    began: float
    wall: int
    calls: list[tuple[float, CallEnded]] = field(default_factory=list)
    effects: list[tuple[float, EffectSettled]] = field(default_factory=list)

    def at(self, moment: float) -> int:
        return self.wall + int(max(0.0, moment - self.began) * _NANOSECONDS)


class Traces:
    """Turns the events of queues into spans.

    Args:
        tracer: makes the spans, and sends those that have ended.
        clock: what the daemon goes by.
    """

    def __init__(self, tracer: Tracer, clock: Clock) -> None:
        self._tracer = tracer
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[int, _Open] = {}

    def of(self, queue: str) -> Observer:
        """Who traces the tickets of one queue."""
        return _Tracing(self, queue)

    def called(self, call: CallEnded) -> None:
        """A try of a call ended in this thread; one that serves no ticket is in no trace."""
        if (ticket := self._open.get(threading.get_ident())) is not None:
            ticket.calls.append((self._clock.monotonic(), call))

    def settled(self, effect: EffectSettled) -> None:
        """An effect's answer is on record."""
        if (ticket := self._open.get(threading.get_ident())) is not None:
            ticket.effects.append((self._clock.monotonic(), effect))

    def begin(self, run: RunStarted, ticket_id: int) -> None:
        """This thread takes up a ticket."""
        self.end(whole=False)
        now, wall = self._clock.monotonic(), int(self._clock.now().timestamp() * _NANOSECONDS)
        span = self._tracer.start_span(
            "ticket",
            Context(),
            attributes={
                "tqd.queue": run.queue,
                "tqd.run_id": str(run.run_id),
                "tqd.ticket_id": ticket_id,
                "tqd.dry_run": run.dry_run,
            },
            start_time=wall,
        )
        with self._lock:
            self._open[threading.get_ident()] = _Open(run.queue, span, now, wall)

    def act(self, event: ActionFinished) -> None:
        """An action ended: its span, with the calls that ended in its time."""
        if (ticket := self._open.get(threading.get_ident())) is None:
            return
        now = self._clock.monotonic()
        since = now - event.seconds
        calls = [one for one in ticket.calls if one[0] >= since]
        self._write_calls(ticket, ticket.span, [one for one in ticket.calls if one[0] < since])
        span = self._tracer.start_span(
            f"action {type_of(event.action_id)}",
            set_span_in_context(ticket.span, Context()),
            attributes={
                "tqd.action_type": type_of(event.action_id),
                "tqd.action_id": event.action_id,
                "tqd.outcome": event.outcome,
            },
            start_time=ticket.at(since),
        )
        for settled, effect in ticket.effects:
            told = {"tqd.effect": effect.kind, "tqd.answer": effect.answer}
            span.add_event("effect", told, timestamp=ticket.at(settled))
        if event.outcome in _BAD:
            span.set_attribute("tqd.final", event.final)
            span.set_attribute("tqd.reason", _reason(ticket.effects, calls))
            span.set_status(StatusCode.ERROR)
            ticket.span.set_status(StatusCode.ERROR)
        self._write_calls(ticket, span, calls, since)
        span.end(ticket.at(now))
        ticket.calls, ticket.effects = [], []

    def end(self, *, whole: bool) -> None:
        """This thread is done with its ticket, if it has one; or was kept from its end."""
        with self._lock:
            ticket = self._open.pop(threading.get_ident(), None)
        if ticket is not None:
            self._close(ticket, whole=whole)

    def end_all(self, queue: str | None = None) -> None:
        """Nobody works on this queue any more, or on any: what is open was kept from its end."""
        with self._lock:
            left = {
                thread: ticket
                for thread, ticket in self._open.items()
                if queue in {None, ticket.queue}
            }
            for thread in left:
                del self._open[thread]
        for ticket in left.values():
            self._close(ticket, whole=False)

    def _close(self, ticket: _Open, *, whole: bool) -> None:
        self._write_calls(ticket, ticket.span, ticket.calls)
        if not whole:
            ticket.span.set_attribute("tqd.interrupted", value=True)
            ticket.span.set_status(StatusCode.ERROR)
        ticket.span.end(ticket.at(self._clock.monotonic()))

    def _write_calls(
        self,
        ticket: _Open,
        parent: Span,
        calls: list[tuple[float, CallEnded]],
        since: float = 0.0,
    ) -> None:
        for ended, call in calls:
            span = self._tracer.start_span(
                f"{call.verb} {call.route}",
                set_span_in_context(parent, Context()),
                SpanKind.CLIENT,
                {"http.request.method": call.verb, "url.template": call.route},
                start_time=ticket.at(max(since, ended - call.seconds)),
            )
            if call.status is not None:
                span.set_attribute("http.response.status_code", call.status)
            if call.status is None or call.status >= _FIRST_ERROR:
                span.set_attribute("error.type", str(call.status or kind_of_answer(call)))
                span.set_status(StatusCode.ERROR)
            span.end(ticket.at(ended))


def _reason(
    effects: list[tuple[float, EffectSettled]], calls: list[tuple[float, CallEnded]]
) -> str:
    """Why an action did not succeed, as one of a few words: its message may hold a ticket's."""
    if effects and effects[-1][1].answer in {"refused", "postponed", "in_doubt"}:
        return effects[-1][1].answer
    if calls and (kind := kind_of_answer(calls[-1][1])) not in {"2xx", "3xx"}:
        return kind
    return "other"


class _Tracing:
    """Traces what happens to one queue."""

    def __init__(self, traces: Traces, queue: str) -> None:
        self._traces = traces
        self._queue = queue
        self._run: RunStarted | None = None

    def on_event(self, event: Event) -> None:
        """Called from any worker's thread."""
        match event:
            case RunStarted():
                self._run = event
            case TicketStarted() if self._run is not None:
                self._traces.begin(self._run, event.ticket_id)
            case ActionFinished():
                self._traces.act(event)
            case EffectSettled():
                self._traces.settled(event)
            case TicketFinished():
                self._traces.end(whole=True)
            case RunFinished() | RunFailed():
                self._traces.end_all(self._queue)
            case _:
                pass
