from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.tdx.servertime import ServerTime, http_seconds


class CountedClock:
    """Time moves only when somebody waits, or the test says so."""

    def __init__(self) -> None:
        self.time = 5000.0
        self.slept: list[float] = []
        self.stopped = False

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self.stopped:
            self.time += seconds


@given(
    ahead=st.floats(-(10**6), 10**6),
    calls=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 5)), min_size=1),
)
def test_tdx_time_is_never_off_by_more_than_the_stamps_allow(
    ahead: float, calls: list[tuple[float, float, float]]
) -> None:
    clock = CountedClock()
    server_time = ServerTime(clock)
    ahead += 1_700_000_000
    for there, back, pause in calls:
        sent = clock.time
        clock.time += there
        stamp = formatdate(int(clock.time + ahead), usegmt=True)
        clock.time += back
        server_time.learn(stamp, sent, clock.time)
        truth = clock.time + ahead
        assert abs(server_time.now().timestamp() - truth) <= (1 + there + back) / 2 + 0.001
        earliest = server_time.earliest(clock.time)
        assert earliest is not None
        assert earliest <= truth + 0.001
        clock.time += pause


def test_a_clock_that_was_set_is_learned_anew() -> None:
    clock = CountedClock()
    server_time = ServerTime(clock)
    for stamp in ("Wed, 28 Mar 2018 16:08:14 GMT", "Wed, 28 Mar 2018 18:08:14 GMT"):
        server_time.learn(stamp, clock.time, clock.time)
    assert server_time.now() == datetime(2018, 3, 28, 18, 8, 14, 500000, UTC)


def test_our_own_clock_serves_until_tdx_has_told_its_time() -> None:
    clock = CountedClock()
    server_time = ServerTime(clock)
    server_time.learn("nonsense", 1, 2)
    server_time.learn(None, 1, 2)
    assert not server_time.known
    assert server_time.now() == clock.now()
    assert server_time.earliest(5.0) is None
    assert server_time.latest_monotonic(5.0) is None


@pytest.mark.parametrize("text", ["", None, "x", "Wed, 99 Mar 2018 16:08:14 GMT", "1" * 400])
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert http_seconds(text) is None
