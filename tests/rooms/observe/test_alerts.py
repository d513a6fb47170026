"""Which events are told, how often, and in what words; and a courier's patience."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.errors import DatabaseUnreachable
from ticket_queue_daemon.observe.alert_words import LONGEST_REASON, plain, trial
from ticket_queue_daemon.observe.alerts import AlertObserver
from ticket_queue_daemon.observe.delivery import MOST_WAITING, Courier, Delivery
from ticket_queue_daemon.observe.events import (
    STOPPED_ON_REQUEST,
    ActionFinished,
    Event,
    RunFinished,
    RunStarted,
    Trouble,
    TroubleOver,
)
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    import pytest

    from ticket_queue_daemon.observe.alert_words import Alert

RUN = UUID("00000000-0000-4000-8000-000000000001")
BEGIN = RunStarted(RUN, "report:1344")


def end(stopped: str = "", executed: int = 1) -> RunFinished:
    return RunFinished(SimpleNamespace(stopped=stopped, executed=executed))  # type: ignore[arg-type]  # all that is read


def told(*events: Event, error: BaseException | None = None) -> list[Alert]:
    alerts: list[Alert] = []
    observer = AlertObserver(alerts.append)
    for event in events:
        observer.on_event(event)
    observer.ended(error)
    return alerts


def held(ticket_id: int, reason: str = "no answer") -> ActionFinished:
    return ActionFinished(ticket_id, "comment:1", "needs_review", "long", reason=reason)


def test_forty_tickets_of_one_run_are_one_message() -> None:
    (alert,) = told(BEGIN, *(held(number) for number in range(1, 41)), end())

    assert "40 tickets held for review" in alert.subject
    assert alert.body.count("Why: ") == 1
    assert alert.body.count("\nTicket ") == 20
    assert "and 20 more: ticket-queue-daemon status" in alert.body
    assert "resolve ID --done" in alert.body


def test_two_reasons_are_two_paragraphs() -> None:
    (alert,) = told(BEGIN, held(1, "this"), held(2, "that"), end())

    assert "Why: this\nTicket 1" in alert.body
    assert "Why: that\nTicket 2" in alert.body


def test_only_what_failed_for_good_is_told() -> None:
    again = ActionFinished(1, "comment:1", "failed", "later")
    final = ActionFinished(2, "comment:1", "failed", "Comments are closed.", final=True)

    (alert,) = told(BEGIN, again, final, end())

    assert "ticket 2 failed for good" in alert.subject
    assert "Comments are closed." in alert.body
    assert "Ticket 1" not in alert.body


def test_nothing_is_told_of_a_run_that_went_well() -> None:
    assert told(BEGIN, ActionFinished(1, "comment:1", "completed"), end()) == []


def test_a_breaker_is_told_once_and_once_that_it_has_closed() -> None:
    story = "7 of 20 tickets failed, so the run was stopped"

    alerts = told(
        BEGIN, end(story), BEGIN, end("1 of 1 tickets failed"), BEGIN, end(executed=0), BEGIN, end()
    )

    assert [alert.weight for alert in alerts] == ["failure", "success"]
    assert story in alerts[0].body


def test_a_run_that_a_person_stopped_is_not_told() -> None:
    assert told(BEGIN, end(STOPPED_ON_REQUEST), error=KeyboardInterrupt()) == []


def test_what_a_run_came_to_is_told_though_an_error_ended_it() -> None:
    trouble = Trouble("error", "TDX is away.", {"error": "TdxAway"})

    alerts = told(BEGIN, held(1), trouble, BEGIN, TroubleOver("info", ""), end())

    assert [alert.weight for alert in alerts] == ["warning", "failure", "success"]
    assert "TdxAway" in alerts[1].subject


def test_an_error_that_ends_the_process_is_told_in_its_words_and_an_unforeseen_one_is_not() -> None:
    (known,) = told(BEGIN, error=DatabaseUnreachable("The database is away.", "Start it."))
    (unforeseen,) = told(BEGIN, error=KeyError("Pat Doe's laptop"))

    assert "The database is away. Start it." in known.body
    assert "KeyError" in unforeseen.body
    assert "Pat" not in unforeseen.body


@given(st.text(max_size=400))
def test_words_from_elsewhere_wake_nobody(text: str) -> None:
    words = plain(text)

    assert len(words) <= LONGEST_REASON
    assert words.isprintable()
    assert not set("<>@[]`|*") & set(words)


@dataclass
class DoorOfATest:
    """Refuses as long as it has refusals; tells when it has been tried."""

    refusals: int = 0
    name: str = "number 1 (test)"

    def __post_init__(self) -> None:
        self.delivered: list[Alert] = []
        self.tried = threading.Semaphore(0)

    def send(self, alert: Alert) -> str:
        why = "closed" if self.refusals else ""
        self.refusals -= bool(why)
        if not why:
            self.delivered.append(alert)
        self.tried.release()
        return why


def test_what_could_not_be_delivered_goes_with_the_next_alert_in_order(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = DoorOfATest(refusals=1)
    delivery = Delivery([door], Scrubber(["hunter22"]), retry_seconds=3600)
    first, second = told(BEGIN, held(1, "it said hunter22"), end(), BEGIN, held(2), end())

    with caplog.at_level("INFO"):
        delivery.send(first)
        assert door.tried.acquire(timeout=20)
        delivery.send(second)
        delivery.close()

    assert [alert.subject for alert in door.delivered] == [first.subject, second.subject]
    assert "hunter22" not in door.delivered[0].body
    assert [record.getMessage() for record in caplog.records] == [
        "alerts can't be delivered to number 1 (test): closed",
        "alerts are delivered to number 1 (test) again",
    ]


def test_it_is_tried_again_though_no_other_alert_comes() -> None:
    door = DoorOfATest(refusals=2)
    courier = Courier(door, retry_seconds=0.001)

    courier.take(trial())

    assert all(door.tried.acquire(timeout=20) for _ in range(3))
    assert door.delivered == [trial()]
    courier.close()
    assert courier.join(20) == 0


def test_the_memory_is_bounded() -> None:
    door = DoorOfATest(refusals=10_000)
    courier = Courier(door, retry_seconds=3600)

    for _ in range(3 * MOST_WAITING):
        courier.take(trial())
    courier.close()

    assert courier.join(20) == MOST_WAITING


def test_a_ticket_is_a_link_in_markdown_and_in_html() -> None:
    alerts: list[Alert] = []
    observer = AlertObserver(
        alerts.append, lambda ticket_id: f"https://tdx.example/?a&T={ticket_id}"
    )
    for event in (BEGIN, held(7, "5 < 6 & so"), end()):
        observer.on_event(event)

    assert "\n\n[Ticket 7](https://tdx.example/?a&T=7)\n\n" in alerts[0].as_markdown()
    assert '<a href="https://tdx.example/?a&amp;T=7">Ticket 7</a><br>' in alerts[0].as_html()
    assert "5 ( 6 &amp; so" in alerts[0].as_html()
