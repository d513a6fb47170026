"""A recording is bounded, can be read back, and says what it left out."""

from __future__ import annotations

import random
import string
import zlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.engine import notebook
from ticket_queue_daemon.engine.notebook import CUT, Notebook, Step, unpacked

BYTES, LETTERS, MEMBERS = 4_000, 300, 20


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "MOST_BYTES", BYTES)
    monkeypatch.setattr(notebook, "LONGEST_TEXT", LETTERS)
    monkeypatch.setattr(notebook, "LONGEST_LIST", MEMBERS)


def noise(length: int) -> str:
    """What no compression makes small."""
    return "".join(random.Random(length).choices(string.printable, k=length))


FACTS = st.dictionaries(
    st.sampled_from(["ticket", "feed", "items", "contacts", "asset 7", "search {}"]),
    st.lists(st.one_of(st.text(), st.integers(0, 2_000).map(noise)), max_size=40),
)


@settings(max_examples=60, deadline=None)
@given(FACTS, st.sets(st.integers(0, 2**32 - 1), max_size=2_000))
def test_whatever_was_read_it_is_small_and_complete_or_says_what_is_not(
    facts: dict[str, list[str]], keys: set[int]
) -> None:
    notes = Notebook()
    for what, value in facts.items():
        notes.note(what, value)
    notes.keys |= keys

    data = notes.packed()

    document = unpacked(data)
    assert len(data) <= BYTES
    assert set(document["facts"]) | set(document["left_out"]) >= set(facts)
    for what, [[until, kept]] in document["facts"].items():
        whole = [text.encode("utf-8", "replace").decode() for text in facts[what]]
        assert until is None
        cut = [one[:LETTERS] + CUT if len(one) > LETTERS else one for one in whole[:MEMBERS]]
        assert kept == cut
        assert (what in document["cut"]) == (kept != whole)


def test_a_write_of_ours_makes_another_version_and_reading_again_does_not() -> None:
    notes = Notebook()
    for number in range(2):
        notes.begin(Step(f"a:{number}:v1", UUID(int=number), 1, None, datetime.now(UTC)))
        notes.note("items", [number])
        notes.note("items", ["again"])
        notes.forget(["items", "never read"])

    facts = unpacked(notes.packed())["facts"]

    assert facts == {"items": [[0, [0]], [1, [1]]]}


@pytest.mark.parametrize("text", [None, b"[1]", b'{"format": 99}', b"{"])
def test_what_is_no_recording_is_refused(text: bytes | None) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpacked(b"no zlib" if text is None else zlib.compress(text))
