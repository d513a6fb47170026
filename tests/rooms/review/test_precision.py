"""Shares with their intervals, against values that others have published or that anyone can check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.review.pausing import is_surely_below, quoted
from ticket_queue_daemon.review.precision import Figures, Rate, by_pattern, wilson
from ticket_queue_daemon.store.corrections import Counts, PatternTickets


@pytest.mark.parametrize(
    ("good", "total", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3 (Wilson's score).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # The mirror image, and a coin thrown ten times.
        (20, 20, 0.8389, 1.0),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_wilsons_interval_is_the_published_one(
    good: int, total: int, low: float, high: float
) -> None:
    assert wilson(good, total) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert Rate(0, 0).share is None


@pytest.mark.parametrize(("good", "total"), [(-1, 5), (6, 5), (1, 0)])
def test_what_is_no_share_is_refused(good: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(good, total)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_within_its_interval_and_the_interval_within_0_and_1(
    pair: tuple[int, int],
) -> None:
    good, total = pair
    low, high = wilson(good, total)

    assert 0 <= low <= good / total <= high <= 1
    assert wilson(total - good, total) == (pytest.approx(1 - high), pytest.approx(1 - low))


def test_figures_by_hand() -> None:
    """10 attached, 2 taken off, 4 missed: 8 of 10 were right, and 8 of 12 were found."""
    figures = Figures("apple-serial", "2026-W47", attached=10, removed=2, missed=4)

    assert (figures.precision, figures.recall) == (Rate(8, 10), Rate(8, 12))
    assert figures.precision.share == 0.8
    assert figures.recall.share == pytest.approx(2 / 3)


def test_weeks_add_up_and_stand_after_their_sum() -> None:
    told = by_pattern(
        [
            Counts("tag", "2026-W48", 1, 1, 0),
            Counts("apple-serial", "2026-W47", 4, 0, 1),
            Counts("tag", "2026-W47", 5, 0, 2),
        ]
    )

    assert [(one.pattern, one.week) for one in told] == [
        ("apple-serial", ""),
        ("apple-serial", "2026-W47"),
        ("tag", ""),
        ("tag", "2026-W47"),
        ("tag", "2026-W48"),
    ]
    assert told[2] == Figures("tag", "", 6, 1, 2)


@pytest.mark.parametrize(
    ("tickets", "corrected", "paused"),
    [
        (20, 0, False),
        (20, 1, False),  # one bad luck in 20
        (20, 2, False),
        (20, 3, True),
        (30, 5, True),
        (19, 19, False),  # too few to judge
        (1000, 50, False),  # exactly what was asked for
        (1000, 70, True),
    ],
)
def test_a_pattern_is_paused_when_it_is_surely_too_bad_and_not_for_bad_luck(
    tickets: int, corrected: int, paused: bool
) -> None:
    judged = PatternTickets("tag", tickets, corrected)

    assert is_surely_below(judged, 0.95, tickets=20) is paused


def test_a_pattern_is_quoted_where_a_shell_needs_it() -> None:
    assert quoted("apple-serial") == "apple-serial"
    assert quoted("requestor's computer") == '"requestor\'s computer"'
