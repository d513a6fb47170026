"""Queues take turns at TDX's limits: a busy one can't keep another from its calls."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from rooms.tdx.test_ratelimit import CountedClock, Windows
from ticket_queue_daemon.tdx.ratelimit import Governor
from ticket_queue_daemon.tdx.servertime import ServerTime
from ticket_queue_daemon.tdx.turns import Turns, current_party, on_behalf_of, serve

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "GET tickets/{id}"
PATIENCE = 30.0


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 30), min_size=2))
def test_of_queues_that_wait_none_is_served_twice_more_than_another(
    calls: Mapping[str, int],
) -> None:
    turns = Turns()
    waiting = [turns.join(party) for party, number in calls.items() for _ in range(number)]
    served = dict.fromkeys(calls, 0)
    while waiting:
        [first] = [one for one in waiting if turns.is_next(one, 0.0)]
        turns.served(first)
        turns.leave(first)
        waiting.remove(first)
        served[first.party] += 1
        still = {one.party for one in waiting}
        assert all(abs(served[one] - served[other]) <= 1 for one in still for other in still)


def test_a_queue_that_rested_does_not_make_up_for_it() -> None:
    turns = Turns()
    for _ in range(50):
        busy = turns.join("busy")
        turns.served(busy)
        turns.leave(busy)
    waiting = [turns.join(party) for party in (*["rested"] * 9, "busy")]

    order = []
    while waiting:
        [first] = [one for one in waiting if turns.is_next(one, 0.0)]
        turns.served(first)
        turns.leave(first)
        waiting.remove(first)
        order.append(first.party)

    assert "busy" in order[:3]


def test_who_sleeps_for_longer_holds_nobody_up() -> None:
    turns = Turns()
    sleeper, awake = turns.join("a"), turns.join("b")
    sleeper.due = 60.0

    assert turns.is_next(awake, 59.0)
    assert turns.is_next(sleeper, 60.0)


class GatedClock(CountedClock):
    """Nobody wakes before the gate is opened; then it is as late as is said."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep = threading.Semaphore(0)
        self.gate = threading.Event()

    def sleep(self, seconds: float) -> None:
        self.asleep.release()
        assert self.gate.wait(PATIENCE)


def test_a_call_that_comes_last_goes_out_among_the_first_of_the_next_window() -> None:
    clock = GatedClock()
    tdx, times = Windows(clock, 2, 60.0, 0.0), ServerTime(clock)
    governor = Governor(clock, times)
    order: list[str] = []

    def call() -> None:
        with governor.place(KEY) as place:
            order.append(current_party())
            status, headers = tdx.call()
            times.learn(headers["date"], clock.time, clock.time)
            place.answered(status, headers)

    for _ in range(2):
        call()
    with (
        ThreadPoolExecutor(6, initializer=serve, initargs=("busy",)) as crowd,
        ThreadPoolExecutor(1, initializer=serve, initargs=("other",)) as one,
    ):
        for _ in range(6):
            crowd.submit(call)
        for _ in range(6):
            assert clock.asleep.acquire(timeout=PATIENCE)
        late = one.submit(call)
        assert clock.asleep.acquire(timeout=PATIENCE)
        clock.time += 62.0
        clock.gate.set()
        late.result(PATIENCE)
        clock.time += 62.0

    assert "other" in order[2:4]


def test_a_thread_calls_for_nobody_unless_it_is_said() -> None:
    with on_behalf_of("desk"):
        assert current_party() == "desk"

    assert current_party() == ""
