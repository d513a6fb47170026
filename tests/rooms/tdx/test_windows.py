"""One window, answer by answer."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.tdx.windows import Told, Window, default_limit


def answer(reset: float, *, limit: int = 10, used: int = 1, status: int = 200) -> Told:
    """What an answer of the window that ends at ``reset`` says, read at the time 100."""
    return Told(
        status, 99.0, 100.0, limit, limit - used, reset=reset, over_at=reset, retry_after=None
    )


def test_an_answer_of_the_window_before_changes_nothing() -> None:
    window = Window.first(90.0, 10)
    window.take(90.0)
    window.learn(answer(150.0), mine=True)
    closes_at = window.closes_at
    window.learn(answer(140.0, used=10), mine=False)
    window.learn(answer(140.0, status=429), mine=False)
    assert (window.closes_at, window.seen, window.struck) == (closes_at, 1, False)
    untold = Window.first(90.0, 10)
    untold.learn(answer(140.0, used=10), mine=False)
    assert untold.stamp is None


def test_a_later_stamp_means_that_tdx_has_opened_its_next_window_already() -> None:
    window = Window.first(90.0, 10)
    for _ in range(10):
        window.take(90.0)
    window.learn(answer(150.0, used=9), mine=True)
    assert not window.has_room()
    window.in_flight = 2
    window.learn(answer(210.0), mine=True)
    assert (window.used, window.seen, window.stamp) == (3, 1, 210.0)
    assert window.has_room()


def test_a_route_that_begins_to_be_limited_counts_from_then_on() -> None:
    window = Window.first(90.0, 60)
    window.take(90.0)
    window.learn(Told(200, 99.0, 100.0), mine=True)
    assert window.limit is None
    for _ in range(500):
        window.take(95.0)
    window.in_flight = 0
    window.learn(answer(150.0), mine=True)
    assert {"limit": window.limit, "used": window.used} == {"limit": 10, "used": 1}


def test_a_reset_time_in_the_past_falls_back_to_the_usual_minute() -> None:
    window = Window.first(90.0, 10)
    window.take(90.0)
    window.learn(answer(50.0, used=3), mine=True)
    assert window.closes_at == pytest.approx(160.1)


def test_a_length_that_proved_wrong_is_not_trusted_again() -> None:
    window = Window.first(90.0, 10)
    window.take(90.0)
    window.confirmed = False
    window.learn(answer(150.0, status=429), mine=True)
    assert not window.length_is_sure
    assert not window.next(200.0).length_is_sure


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("GET reports/{id}", 30),
        ("POST tickets/search", 30),
        ("POST assets/search", 30),
        ("POST tickets", 30),
        ("GET tickets/{id}", 60),
        ("POST tickets/{id}/feed", 60),
    ],
)
def test_before_tdx_tells_a_limit_a_cautious_one_is_assumed(key: str, limit: int) -> None:
    assert default_limit(key) == limit
