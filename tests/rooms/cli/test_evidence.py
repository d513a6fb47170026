"""Evidence as people read it, in a terminal of any width and in a pipe."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ticket_queue_daemon.assets.considered import Consideration, Considered
from ticket_queue_daemon.cli.evidence import names_in, print_evidence

LONG = "The quick brown fox jumps over the lazy "
assert len(LONG) == 40


def printed(*candidates: Considered, width: int = 80, color: bool = False, **more: Any) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, color_system="standard" if color else None,
        markup=False, highlight=False, emoji=False,
    )  # fmt: skip
    print_evidence(console, Consideration(candidates, more.pop("not_kept", 0)), **more)
    return out.getvalue()


def one(word: str = "A-1", **members: Any) -> Considered:
    usual = {"where": "title", "verdict": "taken", "reason": "its name"}
    return Considered(word, **{**usual, **members})


def test_a_pipe_marks_the_token_by_brackets() -> None:
    assert printed(one(before="my ", after=" is slow", field="name", asset_id=7)) == (
        "  title  my [A-1] is slow\n         taken  name of asset 7: its name\n"
    )


def test_a_terminal_marks_it_by_colour_alone() -> None:
    shown = printed(one(before="my ", after=" is slow"), color=True)

    assert "my \x1b[1;32mA-1\x1b[0m is slow" in shown
    assert "\x1b[32mtaken  \x1b[0mits name" in shown


def test_a_row_without_surroundings_shows_the_token() -> None:
    assert printed(one()) == "  title  A-1\n         taken  its name\n"


def test_a_place_is_named_once_and_the_name_only_if_it_is_news() -> None:
    shown = printed(
        one(asset_id=7, field="name"),
        one("SN1", asset_id=7, field="serial number", verdict="inside_url"),
        names={7: "A-1"},
    )

    assert shown.count("title") == 1
    assert "taken       name of asset 7: its name" in shown
    assert "inside url  serial number of A-1 (7): its name" in shown


def test_nothing_considered_prints_nothing() -> None:
    assert printed() == ""


def test_what_decided_is_kept_in_reading_order_and_the_rest_is_counted() -> None:
    candidates = [
        one("weak", verdict="weak"), one("last", verdict="unknown"), one("best", verdict="taken"),
    ]  # fmt: skip

    shown = printed(*candidates, most=2, more="see there", not_kept=5)

    assert shown.index("last") < shown.index("best")
    assert "weak" not in shown
    assert "  and 6 more: see there\n" in shown
    assert "  and 5 more\n" in printed(*candidates, not_kept=5)


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_every_line_fits_and_a_text_that_goes_on_says_so(width: int) -> None:
    long = one(before=LONG, after=f" {LONG[:-1]}", where="comment by Alice", reason=LONG)

    shown = printed(long, width=width, color=True)

    lines = Text.from_ansi(shown).plain.splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "…" in lines[0].partition("A-1")[0]
    assert lines[0].endswith("…")


@given(st.text(max_size=60), st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_nothing_from_outside_commands_the_terminal(before: str, after: str, token: str) -> None:
    shown = printed(one(token, before=before, after=after, where=before, reason=after))

    assert all(char.isprintable() or char in "\n\u200d" for char in shown)


def test_the_names_that_an_action_wrote_beside_the_numbers() -> None:
    details = {"added": [{"asset_id": 7, "name": "A-1"}, {"asset_id": "x"}, 5], "reason": "x"}

    assert names_in(details) == {7: "A-1"}
    assert names_in(None) == {}
