"""The digest: when it is due, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ticket_queue_daemon.observe.digest import Figures, Often, Period, digest, last_period

DETROIT = ZoneInfo("America/Detroit")


@pytest.mark.parametrize(
    ("now", "often", "since", "until"),
    [
        ("2026-11-25 08:00", "daily", "2026-11-24 08:00", "2026-11-25 08:00"),
        ("2026-11-25 07:59", "daily", "2026-11-23 08:00", "2026-11-24 08:00"),
        # 25 November 2026 is a Wednesday.
        ("2026-11-25 09:00", "weekly", "2026-11-16 08:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59", "weekly", "2026-11-09 08:00", "2026-11-16 08:00"),
        ("2026-11-23 08:00", "weekly", "2026-11-16 08:00", "2026-11-23 08:00"),
        # A day of 25 hours is a day.
        ("2026-11-01 09:00", "daily", "2026-10-31 08:00", "2026-11-01 08:00"),
    ],
)
def test_the_newest_period_that_is_over(now: str, often: Often, since: str, until: str) -> None:
    here = datetime.fromisoformat(now).replace(tzinfo=DETROIT)

    period = last_period(here.astimezone(UTC), often, 8, DETROIT)

    assert [f"{one:%Y-%m-%d %H:%M}" for one in (period.since, period.until)] == [since, until]


def told(runs: list[dict[str, object]], **waiting: int) -> str:
    end = datetime(2026, 11, 25, 8, tzinfo=UTC)
    made = digest(
        Figures.of(runs),
        Period(end.replace(day=24), end),
        "report:1344",
        often="daily",
        minutes={"add_asset": 4, "comment": 0.5},
        waiting=waiting,
    )
    assert made.subject == "Ticket Queue Daemon: the daily digest (report:1344)"
    assert made.weight == ("warning" if waiting else "success")
    return made.body


def run(
    outcomes: dict[str, dict[str, int]], causes: object = (), **more: object
) -> dict[str, object]:
    return {"outcomes": outcomes, "causes": causes, "result": "x", "reason": "", "again": 0} | more


def test_it_says_what_was_done_what_was_not_and_why_and_what_it_saved() -> None:
    body = told(
        [
            run({"add_asset": {"completed": 30}, "comment": {"completed": 10, "skipped": 3}}),
            run(
                {"comment": {"failed_for_good": 2, "failed": 1}},
                [["comment", "failed_for_good", "Comments are closed.", 2]],
            ),
            run({}, result="tdx_error", reason="TDX is not available", again=11),
        ],
        failed_for_good=2,
    )

    assert "From 2026-11-24 08:00 to 2026-11-25 08:00 (UTC)." in body
    assert "Done: 40 (add_asset 30, comment 10).\nSaved: some 2 h 5 min" in body
    assert "2 x comment failed for good: Comments are closed." in body
    assert "made again: comment 1" in body
    assert "Nothing to do there, or not yet: comment 3" in body
    assert "12 x tdx_error: TDX is not available" in body
    assert "Waiting for a person now: 2 failed for good" in body


def test_a_quiet_day_is_told_as_one() -> None:
    body = told([])

    assert "Done: nothing" in body
    assert "Saved" not in body
    assert body.endswith("Nothing waits for a person.")


def test_a_reason_can_obey_no_chat_program() -> None:
    body = told([run({}, [["comment", "needs_review", "<!channel> @everyone", 1]])])

    assert "<!channel>" not in body
    assert "@everyone" not in body
