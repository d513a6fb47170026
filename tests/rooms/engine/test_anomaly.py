"""What is usual: robust, silent with little history, and never about a few tickets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.engine.anomaly import LEAST_RUNS, LEAST_TICKETS, usual

counts = st.lists(st.integers(1, 10_000), min_size=LEAST_RUNS, max_size=50)
factors = st.floats(0.1, 1000)


@given(st.lists(st.integers(1, 10_000), max_size=LEAST_RUNS - 1), factors)
def test_little_history_says_nothing(counts: list[int], factor: float) -> None:
    assert usual(counts, factor) is None


@given(counts, factors)
def test_the_middle_run_and_a_few_tickets_always_pass(counts: list[int], factor: float) -> None:
    known = usual(counts, factor)

    assert known is not None
    assert known.most >= known.middle
    assert known.most >= LEAST_TICKETS - 1


@given(counts, st.floats(0.1, 500), st.floats(0.1, 500))
def test_a_greater_factor_lets_more_pass(counts: list[int], one: float, more: float) -> None:
    low, high = usual(counts, one), usual(counts, one + more)

    assert low is not None
    assert high is not None
    assert low.most <= high.most


@given(st.integers(1, 1000), st.lists(st.integers(1, 10**9), max_size=12), factors)
def test_odd_runs_do_not_move_it_while_most_are_alike(
    typical: int, odd: list[int], factor: float
) -> None:
    steady = [typical] * (len(odd) + LEAST_RUNS)

    known, calm = usual([*odd, *steady], factor), usual(steady, factor)

    assert known is not None
    assert calm is not None
    assert (known.middle, known.most) == (calm.middle, calm.most)
