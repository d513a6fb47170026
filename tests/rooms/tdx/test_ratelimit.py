"""The governor against a model of TDX's windows (fact sheet 4), in time that is only counted."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.tdx.errors import TdxRateLimited
from ticket_queue_daemon.tdx.ratelimit import Governor
from ticket_queue_daemon.tdx.servertime import ServerTime
from ticket_queue_daemon.tdx.windows import LONGEST_SECONDS

KEY = "GET tickets/{id}"


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


class Windows:
    """What TDX does: a window opens with its first call and lasts; stamps are whole seconds."""

    def __init__(self, clock: CountedClock, limit: int, seconds: float, ahead: float) -> None:
        self._clock = clock
        self._limit = limit
        self._seconds = seconds
        self._ahead = ahead
        self._closes = 0.0
        self._used = 0
        self.refused = 0

    def call(self) -> tuple[int, dict[str, str]]:
        now = self._clock.time + self._ahead
        if now >= self._closes:
            self._closes, self._used = now + self._seconds, 0
        self._used += 1
        status = 200
        if self._used > self._limit:
            status, self._used = 429, self._limit
            self.refused += 1
        return status, {
            "date": formatdate(int(now), usegmt=True),
            "x-ratelimit-limit": str(self._limit),
            "x-ratelimit-remaining": str(self._limit - self._used),
            "x-ratelimit-reset": formatdate(int(self._closes), usegmt=True),
        }

    def free(self) -> bool:
        return self._clock.time + self._ahead >= self._closes or self._used < self._limit

    def over_at(self) -> float:
        return self._closes - self._ahead


class Desk:
    """One governor, one TDX, and calls that take their time."""

    def __init__(
        self, limit: int = 60, seconds: float = 60.0, ahead: float = 0.0, patience: float = 900.0
    ) -> None:
        self.clock = CountedClock()
        self.server_time = ServerTime(self.clock)
        self.governor = Governor(self.clock, self.server_time, patience=patience)
        self.tdx = Windows(self.clock, limit, seconds, ahead)

    def call(self, there: float = 0.01, back: float = 0.01) -> int:
        with self.governor.place(KEY) as place:
            sent = self.clock.time
            self.clock.time += there
            status, headers = self.tdx.call()
            self.clock.time += back
            self.server_time.learn(headers["date"], sent, self.clock.time)
            place.answered(status, headers)
        return status


@settings(deadline=None)
@given(
    limit=st.integers(1, 70),
    seconds=st.sampled_from([2.0, 5.0, 10.0, 60.0]),
    ahead=st.floats(-5000, 5000),
    calls=st.lists(st.tuples(st.floats(0, 0.2), st.floats(0, 0.2), st.floats(0, 3)), max_size=150),
)
def test_a_window_is_never_overrun_and_nobody_waits_while_there_is_room(
    limit: int, seconds: float, ahead: float, calls: list[tuple[float, float, float]]
) -> None:
    desk = Desk(limit, seconds, ahead)
    for there, back, pause in calls:
        had_room = desk.tdx.free()
        over_at = desk.tdx.over_at()
        before = desk.clock.time
        begun = desk.clock.slept[:]
        assert desk.call(there, back) == 200
        waited = sum(desk.clock.slept[len(begun) :])
        if had_room and not over_at <= before <= over_at + 1.5:
            assert waited == 0
        if waited:
            # At most the grain of the stamps, the way there and back, and the skew are lost.
            assert before + waited <= over_at + 1.0 + there + back + 0.5
        desk.clock.time += pause
    assert desk.tdx.refused == 0


@settings(deadline=None)
@given(
    turns=st.lists(st.booleans(), min_size=1, max_size=200),
    ahead=st.floats(-5000, 5000),
    limit=st.integers(2, 30),
)
def test_what_others_on_this_address_use_is_learned_from_the_headers(
    turns: list[bool], ahead: float, limit: int
) -> None:
    desk = Desk(limit, 60.0, ahead)
    others = 0
    for ours in turns:
        if ours:
            desk.call()
        else:
            desk.tdx.call()
            others += 1
    # Only what others took since our last answer can surprise us: never two of ours in a row.
    assert desk.tdx.refused <= 2 * others


def test_a_window_is_used_to_its_last_call() -> None:
    desk = Desk(limit=60)
    for _ in range(60):
        desk.call()
    assert desk.clock.slept == []
    desk.call()
    assert len(desk.clock.slept) == 1
    assert 58 < desk.clock.slept[0] < 61


def test_the_second_window_loses_no_whole_second_once_the_clock_of_tdx_is_known() -> None:
    desk = Desk(limit=10, seconds=10.0, ahead=1234.567)
    for _ in range(100):
        desk.call(0.03, 0.03)
    began = desk.clock.time
    for _ in range(100):
        desk.call(0.03, 0.03)
    assert desk.tdx.refused == 0
    assert desk.clock.time - began < 100 * 1.05


def test_a_route_without_headers_is_not_paced() -> None:
    desk = Desk()
    for _ in range(500):
        with desk.governor.place(KEY) as place:
            place.answered(200, {})
    assert desk.clock.slept == []
    assert desk.governor.state()[0].limit is None


def test_an_error_without_headers_says_nothing_about_limits() -> None:
    desk = Desk()
    with desk.governor.place(KEY) as place:
        place.answered(500, {})
    assert desk.governor.state()[0].limit == 60


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-reset": "yesterday"},
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"},
        {"x-ratelimit-reset": "Wed, 28 Mar 2018 16:08:14 GMT", "date": "Wed, 28 Mar 2018"},
    ],
)
def test_a_429_that_tells_nothing_of_use_is_waited_out_as_the_documentation_asks(
    headers: dict[str, str],
) -> None:
    desk = Desk()
    with desk.governor.place(KEY) as place:
        place.answered(429, headers)
    desk.call()
    assert desk.clock.slept == [pytest.approx(5.1)]


def test_retry_after_is_honoured_if_tdx_ever_sends_it() -> None:
    desk = Desk()
    with desk.governor.place(KEY) as place:
        place.answered(429, {"retry-after": "17"})
    desk.call()
    assert desk.clock.slept == [pytest.approx(17.1)]


def test_an_absurd_reset_time_is_bounded() -> None:
    desk = Desk()
    with desk.governor.place(KEY) as place:
        desk.server_time.learn("Wed, 28 Mar 2018 16:08:14 GMT", 5000, 5000)
        place.answered(429, {"x-ratelimit-reset": "Wed, 28 Mar 2099 16:08:14 GMT"})
    desk.call()
    assert desk.clock.slept == [pytest.approx(LONGEST_SECONDS)]


def test_repeated_429s_are_waited_for_longer_and_longer() -> None:
    desk = Desk()
    for _ in range(4):
        with desk.governor.place(KEY) as place:
            stamp = formatdate(int(desk.clock.time), usegmt=True)
            desk.server_time.learn(stamp, desk.clock.time, desk.clock.time)
            place.answered(429, {"x-ratelimit-reset": stamp})
    desk.call()
    assert desk.clock.slept == sorted(desk.clock.slept)
    assert desk.clock.slept[0] >= 1
    assert desk.clock.slept[-1] == pytest.approx(5, abs=0.2)


def test_patience_has_an_end() -> None:
    desk = Desk(limit=1, patience=10)
    desk.call()
    with pytest.raises(TdxRateLimited, match=r"within 10 s \(waited 0\.0 s"):
        desk.call()
    assert desk.clock.slept == []


def test_a_waiter_gives_up_when_the_daemon_is_told_to_stop() -> None:
    desk = Desk(limit=1)
    desk.call()
    desk.clock.stopped = True
    with pytest.raises(TdxRateLimited, match="Told to stop"):
        desk.call()
    assert len(desk.clock.slept) == 1


def test_after_a_full_window_one_call_goes_ahead_and_no_herd() -> None:
    """Eight threads wait for a reset that comes later than the header said."""
    desk = Desk(limit=8)
    for _ in range(8):
        desk.call()
    really_open = desk.tdx.over_at() + 2.5
    statuses: list[int] = []
    lock = threading.Lock()

    def call() -> None:
        with desk.governor.place(KEY) as place, lock:
            status, headers = desk.tdx.call()
            if desk.clock.time < really_open:
                status, headers = 429, {"retry-after": "3"}
            statuses.append(status)
            place.answered(status, headers)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(call) for _ in range(8)]:
            done.result(timeout=20)
    assert statuses == [429] + [200] * 7


def test_threads_together_never_take_more_than_the_limit() -> None:
    desk = Desk(limit=20)
    lock = threading.Lock()

    def call() -> None:
        with desk.governor.place(KEY) as place, lock:
            place.answered(*desk.tdx.call())

    # Without the Date header TDX's clock is unknown: the guess of a minute has to do.
    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(call) for _ in range(100)]:
            done.result(timeout=20)
    assert desk.tdx.refused == 0


def test_a_call_that_got_no_answer_keeps_its_place_and_frees_the_waiting() -> None:
    desk = Desk(limit=2)
    desk.call()
    with pytest.raises(OSError, match="reset"), desk.governor.place(KEY):
        raise OSError("reset")
    desk.call()
    assert len(desk.clock.slept) == 1


def test_routes_do_not_wait_for_each_other() -> None:
    desk = Desk(limit=1)
    desk.call()
    with desk.governor.place("POST tickets/{id}/feed"):
        pass
    assert desk.clock.slept == []
    assert [state.key for state in desk.governor.state()] == [KEY, "POST tickets/{id}/feed"]
