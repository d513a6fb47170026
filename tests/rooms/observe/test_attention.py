"""What needs a person though no run fails: each is told once, and once that it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.observe.attention import Attention, Bounds, Looks
from ticket_queue_daemon.observe.events import (
    Event,
    Paused,
    RunFinished,
    RunStarted,
    StandingBy,
    TicketFinished,
    Trouble,
    TroubleOver,
)

if TYPE_CHECKING:
    from ticket_queue_daemon.observe.alert_words import Alert

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
STARTED = RunStarted(uuid4(), "report:1344")
FINISHED = RunFinished(RunReport(uuid4(), dry_run=False))
TOLD = "report:1344 is paused by alice@desk12 since yesterday."


class Watch:
    """An hour without anything is too long, and so is a day of a pause."""

    def __init__(self, *, silence: float = 3600.0, pause: timedelta = timedelta(days=1)) -> None:
        self.sent: list[Alert] = []
        self.seconds = 0.0
        self.ends: datetime | None = None
        self.age = 0.0
        self.paused_at: datetime | None = None
        looks = Looks(
            now=lambda: NOW + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            token_ends=lambda: self.ends,
            index_age=lambda: self.age,
            pause=lambda: None if self.paused_at is None else (self.paused_at, TOLD),
        )
        self.attention = Attention(self.sent.append, looks, Bounds(silence, pause), "report:1344")

    def after(self, minutes: float, *events: Event) -> list[str]:
        """What is told when so much time has passed and then these events come."""
        self.seconds += minutes * 60
        before = len(self.sent)
        for event in events:
            self.attention.on_event(event)
        self.attention.look()
        return [one.subject.partition(": ")[2] for one in self.sent[before:]]


class TestNothingProcessed:
    def test_is_told_once_and_once_that_it_is_over(self) -> None:
        watch = Watch()

        assert watch.after(59) == []
        assert watch.after(2) == ["nothing was processed for 61 minutes (report:1344)"]
        assert watch.after(300) == []
        assert watch.after(1, FINISHED) == ["tickets are processed again (report:1344)"]
        assert watch.after(1, FINISHED) == []
        assert all(one.critical for one in watch.sent)

    def test_a_long_run_that_finishes_tickets_is_no_silence(self) -> None:
        watch = Watch()

        assert [watch.after(50, TicketFinished(n)) for n in range(5)] == [[]] * 5

    def test_an_outage_a_pause_and_a_standby_are_told_in_their_own_words(self) -> None:
        for event in (Trouble("error", "x"), Paused("info", "x"), StandingBy("info", "x")):
            assert Watch().after(0, event) == []
            watch = Watch()
            watch.after(0, event)
            assert watch.after(600) == []

    def test_a_silence_after_the_outage_counts_again(self) -> None:
        watch = Watch()
        watch.after(0, Trouble("error", "x"))
        watch.after(600, FINISHED, TroubleOver("info", "x"))

        assert len(watch.after(61)) == 1

    def test_who_takes_over_has_its_time_first(self) -> None:
        watch = Watch()
        watch.after(0, StandingBy("info", "x"))

        assert watch.after(600, STARTED) == []
        assert len(watch.after(61)) == 1

    def test_short_intervals_get_a_quarter_of_an_hour(self) -> None:
        watch = Watch(silence=60)

        assert watch.after(14) == []
        assert len(watch.after(1)) == 1

    def test_it_can_be_switched_off(self) -> None:
        assert Watch(silence=0).after(6000) == []


class TestToken:
    def test_one_that_ends_soon_is_told_once(self) -> None:
        watch = Watch(silence=0)
        watch.ends = NOW + timedelta(hours=5)

        assert watch.after(30) == []
        assert watch.after(31) == ["the token of TDX ends at 2026-11-25 17:00 UTC"]
        assert watch.after(31) == []

    def test_one_that_is_renewed_by_itself_is_not(self) -> None:
        assert Watch(silence=0).after(6000) == []


class TestIndex:
    def test_a_stale_one_that_was_used_is_told_once_and_once_that_it_is_fresh(self) -> None:
        watch = Watch()
        watch.age = 50 * 3600

        assert watch.after(1, FINISHED) == ["the asset index is stale: 50 hours old (report:1344)"]
        assert watch.after(1, FINISHED) == []
        watch.age = 0
        assert watch.after(1, FINISHED) == ["the asset index is up to date again (report:1344)"]


class TestPause:
    def test_one_that_may_be_forgotten_is_told_once(self) -> None:
        watch = Watch()
        watch.paused_at = NOW - timedelta(hours=23)

        assert watch.after(1, Paused("info", TOLD)) == []
        assert watch.after(60, Paused("info", TOLD)) == ["paused for 24 hours (report:1344)"]
        assert watch.after(60, Paused("info", TOLD)) == []
        assert "paused by alice(at)desk12" in watch.sent[0].body

    def test_a_later_one_is_another(self) -> None:
        watch = Watch()
        watch.paused_at = NOW - timedelta(days=2)
        watch.after(0, Paused("info", TOLD))

        watch.after(1, FINISHED)

        assert len(watch.after(1, Paused("info", TOLD))) == 1

    def test_it_can_be_switched_off(self) -> None:
        watch = Watch(pause=timedelta(0))
        watch.paused_at = NOW - timedelta(days=99)

        assert watch.after(0, Paused("info", TOLD)) == []
