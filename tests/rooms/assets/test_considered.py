"""Evidence is read back from any action's details; another shape is left out and never an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.assets.catalog import AssetCatalog
from ticket_queue_daemon.assets.considered import Considered, considered
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text
from ticket_queue_daemon.assets.records import AssetRecord

TAKEN = {"token": "A-1", "where": "title", "start": 7, "verdict": "taken", "reason": "its name"}


def tokens(details: object) -> list[str]:
    return [one.token for one in considered(details).candidates]


def test_what_the_finder_writes_is_read() -> None:
    catalog = AssetCatalog([AssetRecord(7, "IC-EHLB760-F16", status_id=38)])
    part = TextPart("title", "My IC-EHLB760-F16 is slow")
    finding = find_in_text([part], catalog, FinderRules())

    (one,) = considered({"evidence": finding.to_json()}).candidates

    assert (one.token, one.where, one.verdict) == ("IC-EHLB760-F16", "title", "taken")
    assert (one.field, one.asset_id, one.start) == ("name", 7, 3)


def test_one_finding_or_several_each_in_reading_order() -> None:
    later = {**TAKEN, "token": "A-2", "start": 20}
    other = {**TAKEN, "token": "B", "where": "description", "start": 0}
    first = {"considered": [later, other, TAKEN], "not_shown": 2}

    assert tokens({"evidence": first}) == ["A-1", "A-2", "B"]
    assert tokens({"evidence": [first, {"considered": [TAKEN]}]}) == ["A-1", "A-2", "B", "A-1"]
    assert considered({"evidence": [first, first]}).not_kept == 4


def test_rows_without_the_surroundings_and_with_them() -> None:
    with_them = {**TAKEN, "before": "my ", "after": " is", "pattern": "name", "end": 10}

    (old, new) = considered({"evidence": {"considered": [TAKEN, with_them]}}).candidates

    assert (old.before, old.after) == ("", "")
    assert (new.before, new.after, new.pattern) == ("my ", " is", "name")
    assert old.to_json() == TAKEN


@pytest.mark.parametrize(
    "evidence",
    [
        *(None, "text", 5, [], {}, [None, 5, "x"], {"considered": None}, {"considered": "x"}),
        {"considered": [None, 5, {}, {"token": "A"}, {"token": 5, "verdict": "taken"}]},
        {"not_shown": "many"},
    ],
)
def test_another_shape_is_left_out(evidence: Any) -> None:
    assert tokens({"evidence": evidence}) == []
    assert tokens(evidence) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["evidence", "considered", "token", "verdict", "start", "where"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_no_details_are_an_error(details: Any) -> None:
    for one in considered({"evidence": details}).candidates:
        assert isinstance(one, Considered)
        assert one.token
