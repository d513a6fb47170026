"""Quiet hours and the estimate of minutes, as they are written in a setting."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.config.alert_settings import quiet_minutes, saved_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("22:00-07:00", (1320, 420)),
        (" 9:30 - 17:05 ", (570, 1025)),
        ("00:00-23:59", (0, 1439)),
        ("", None),
    ],
)
def test_quiet_hours(text: str, minutes: tuple[int, int] | None) -> None:
    assert quiet_minutes(text) == minutes


@pytest.mark.parametrize(
    "text", ["night", "22-7", "22:00", "24:00-07:00", "22:60-07:00", "07:00-07:00", "٢٢:00-07:00"]
)
def test_what_is_no_span_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the setting's own words are shown instead
        quiet_minutes(text)


def test_minutes_by_type() -> None:
    assert saved_minutes("add_asset=4, comment=0.5,") == {"add_asset": 4.0, "comment": 0.5}
    assert saved_minutes("") == {}


@pytest.mark.parametrize("text", ["4", "comment", "comment=-1", "comment=1, comment=2", "a=1 b=2"])
def test_what_is_no_estimate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  as above
        saved_minutes(text)
