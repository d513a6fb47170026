"""Several governors, one address, one ledger: against a model of TDX's windows, in counted time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.tdx.test_ratelimit import KEY, CountedClock, Windows
from ticket_queue_daemon.tdx.errors import TdxRateLimited
from ticket_queue_daemon.tdx.ratelimit import Governor
from ticket_queue_daemon.tdx.servertime import ServerTime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEED = "POST tickets/{id}/feed"


@dataclass(frozen=True)
class Granted:
    number: int
    places: int
    hold: float
    others: int


@dataclass
class Ledger:
    """What ``store/limits.py`` promises, without a database; counts what it is asked."""

    clock: CountedClock
    at_work: set[int] = field(default_factory=set)
    windows: dict[str, list[Any]] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    away: bool = False
    takes: int = 0
    notes: int = 0
    figures: list[Mapping[str, Any]] = field(default_factory=list)

    def take(self, client: int, ask: Mapping[str, Any]) -> Granted | None:
        self.takes += 1
        if self.away:
            return None
        self.at_work.add(client)
        now = self.clock.time
        number, closes_at, taken = self.windows.get(ask["route"], [1, now + 60, 0])
        self.limits.setdefault(ask["route"], ask["limit"])
        if number == ask["over"] or now >= closes_at:
            number, closes_at, taken = number + 1, now + 60, 0
        taken += ask["spent"]
        if ask["window"] in (None, number):
            taken = max(taken, ask["seen"])
            if ask["closes_in"] is not None:
                closes_at = min(closes_at, now + ask["closes_in"])
                self.limits[ask["route"]] = ask["limit"]
        left = max(0, self.limits[ask["route"]] - taken)
        places = min(ask["wanted"], -(-left // (2 * len(self.at_work))))
        self.windows[ask["route"]] = [number, closes_at, taken + places]
        return Granted(number, places, closes_at - now, len(self.at_work) - 1)

    def note(self, client: int, figures: Sequence[Mapping[str, Any]], goes: bool) -> int | None:
        self.notes += 1
        if self.away:
            return None
        self.figures += figures
        (self.at_work.discard if goes else self.at_work.add)(client)
        for one in figures:
            known = self.windows.get(one["route"])
            if known and one["window_no"] in (None, known[0]):
                known[2] = max(0, known[2] - one["unused"] + one["spent"])
        return len(self.at_work - {client})


@dataclass
class Branch:
    """The ledger as one process sees it."""

    ledger: Ledger
    client: int

    def take(self, ask: Mapping[str, Any]) -> Granted | None:
        return self.ledger.take(self.client, ask)

    def note(self, figures: Sequence[Mapping[str, Any]], *, goes: bool) -> int | None:
        return self.ledger.note(self.client, figures, goes)


class Street:
    """Some daemons behind one address."""

    def __init__(self, daemons: int, *, limit: int = 60, seconds: float = 60.0) -> None:
        self.clock = CountedClock()
        self.ledger = Ledger(self.clock)
        self.tdx = {key: Windows(self.clock, limit, seconds, 77.3) for key in (KEY, FEED)}
        self.times = [ServerTime(self.clock) for _ in range(daemons)]
        self.governors = [Governor(self.clock, time) for time in self.times]
        self.open = [
            governor.sharing(Branch(self.ledger, number))
            for number, governor in enumerate(self.governors)
        ]
        for one in self.open:
            one.__enter__()

    def call(self, number: int, key: str = KEY) -> int:
        with self.governors[number].place(key) as place:
            sent = self.clock.time
            self.clock.time += 0.01
            status, headers = self.tdx[key].call()
            self.clock.time += 0.01
            self.times[number].learn(headers["date"], sent, self.clock.time)
            place.answered(status, headers)
        return status

    def all_arrive(self) -> None:
        for governor in (*self.governors, self.governors[0]):
            governor.arrive()  # the first to arrive heard of nobody; now it looks again

    def leave(self, number: int) -> None:
        self.open[number].__exit__(None, None, None)

    @property
    def refused(self) -> int:
        return sum(windows.refused for windows in self.tdx.values())


TURNS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([KEY, FEED])), max_size=400)


@settings(deadline=None)
@given(turns=TURNS, seconds=st.sampled_from([5.0, 60.0]))
def test_together_they_never_overrun_a_window(turns: list[tuple[int, str]], seconds: float) -> None:
    street = Street(3, seconds=seconds)
    street.all_arrive()
    for number, key in turns:
        street.call(number, key)
    assert street.refused == 0


@settings(deadline=None)
@given(turns=TURNS, limit=st.integers(1, 59))
def test_a_limit_that_nobody_knew_surprises_each_of_them_once(
    turns: list[tuple[int, str]], limit: int
) -> None:
    street = Street(3, limit=limit, seconds=5.0)
    street.all_arrive()
    for number, key in turns:
        street.call(number, key)
    assert street.refused <= 3 * 2


def test_together_they_use_a_window_to_its_last_call() -> None:
    street = Street(2, limit=60)
    street.all_arrive()
    for turn in range(60):
        street.call(turn % 2)
    # One may have waited for a place that the other holds, but nobody for the next window.
    assert sum(street.clock.slept) < 5
    assert street.ledger.takes < 40
    street.call(0)
    assert street.refused == 0
    assert 50 < sum(street.clock.slept) < 62


@pytest.mark.parametrize("calls", [1, 5, 300])
def test_alone_the_ledger_is_hardly_asked(calls: int) -> None:
    street = Street(1)
    street.governors[0].arrive()
    for _ in range(calls):
        street.call(0)
    street.leave(0)
    assert street.ledger.takes == 0
    assert street.ledger.notes <= 2 + street.clock.time // 30


def test_a_call_or_two_do_not_ask_the_ledger_at_all() -> None:
    street = Street(2)
    for _ in range(30):
        street.tdx[KEY].call()
    street.call(0)
    street.call(0)
    street.leave(0)
    assert (street.ledger.takes, street.ledger.notes) == (0, 0)


def test_strangers_in_the_headers_are_looked_for_and_less_often_each_time() -> None:
    street = Street(1, limit=1000)
    for _ in range(300):
        street.tdx[KEY].call()
        street.call(0)
        street.clock.time += 0.08
    assert street.ledger.takes == 0
    assert 3 <= street.ledger.notes <= 12


def test_one_who_began_alone_meets_the_other_by_the_headers() -> None:
    street = Street(2)
    street.governors[0].arrive()
    for _ in range(10):
        street.call(0)
    street.governors[1].arrive()
    for turn in range(200):
        street.call(turn % 2)
    assert street.ledger.takes > 0
    assert street.refused == 0


def test_places_that_were_not_used_go_back() -> None:
    street = Street(2)
    street.all_arrive()
    street.call(0)
    held = street.ledger.windows[KEY][2]
    assert held > 1
    street.leave(0)
    assert street.ledger.windows[KEY][2] == 1
    assert street.ledger.at_work == {1}


def test_a_route_that_nobody_uses_gives_its_places_back_while_another_waits() -> None:
    street = Street(2, limit=10)
    street.all_arrive()
    street.call(0, FEED)
    assert street.ledger.windows[FEED][2] > 1
    for _ in range(12):
        street.call(0)
    assert street.ledger.windows[FEED][2] == 1


def test_without_the_ledger_a_quarter_is_left_to_those_who_were_there() -> None:
    street = Street(2)
    street.all_arrive()
    street.ledger.away = True
    for _ in range(45):
        street.call(0)
    assert street.clock.slept == []
    assert street.ledger.takes == 1
    street.call(0)
    assert sum(street.clock.slept) > 50


def test_without_the_ledger_and_never_having_met_anybody_a_window_is_ours() -> None:
    street = Street(1)
    street.ledger.away = True
    street.governors[0].arrive()
    for _ in range(60):
        street.call(0)
    assert street.clock.slept == []


def test_the_ledger_is_asked_again_after_a_while() -> None:
    street = Street(2)
    street.all_arrive()
    street.ledger.away = True
    street.call(0)
    street.ledger.away = False
    street.clock.time += 20
    takes = street.ledger.takes
    street.call(0)
    assert street.ledger.takes == takes + 1


def test_who_goes_tells_what_it_met() -> None:
    street = Street(1, limit=60)
    street.governors[0].arrive()
    street.call(0)
    for _ in range(60):
        street.tdx[KEY].call()
    assert street.call(0) == 429
    street.call(0)
    street.leave(0)
    (told,) = [one for one in street.ledger.figures if one["refused"]]
    assert told["route"] == KEY
    assert told["refused"] == 1
    (state,) = street.governors[0].state()
    assert (state.refused, state.waits) == (1, 1)
    assert state.waited > 50


def test_a_route_without_a_limit_needs_no_places() -> None:
    street = Street(2)
    street.all_arrive()
    for _ in range(100):
        with street.governors[0].place("GET applications") as place:
            place.answered(200, {})
    assert street.ledger.takes == 1
    assert street.clock.slept == []


def test_who_is_told_to_stop_while_others_hold_every_place_says_how_long_it_waited() -> None:
    street = Street(2)
    street.all_arrive()
    street.call(1)
    street.ledger.windows[KEY] = [1, street.clock.time + 60, 60]
    street.clock.stopped = True
    with pytest.raises(TdxRateLimited, match=r"Told to stop .* \(for 0\.0 s\)"):
        street.call(0)


def test_patience_ends_also_where_places_come_from_the_ledger() -> None:
    street = Street(2)
    street.all_arrive()
    street.call(1)
    street.ledger.windows[KEY] = [1, street.clock.time + 5000, 60]
    with pytest.raises(TdxRateLimited, match=r"within 900 s \(waited \d+\.\d s"):
        street.call(0)
    assert street.refused == 0
