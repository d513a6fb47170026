"""Patterns and decoys of one's own: refused with a sentence, and never able to hang the daemon."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.actions import AddAssetAction
from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
from ticket_queue_daemon.assets.finder import FinderRules, Finding, TextPart, find_in_text
from ticket_queue_daemon.assets.naming import decoys, naming_patterns
from ticket_queue_daemon.errors import ConfigError

PARK = AssetCatalog(
    [
        AssetRecord(1, "kio123", None, "778899", status_id=38, form_id=2448),
        AssetRecord(2, "FRONTDESK", None, None, status_id=38, form_id=2448),
        AssetRecord(3, "DEMO-PC001", "MXL1030QX4", "UM-77123", status_id=38, form_id=2448),
    ]
)
KIOSKS = naming_patterns({"kiosk": "kio[0-9]{3}", "desk": "[a-z]+desk"})


def read(text: str, rules: FinderRules) -> Finding:
    return find_in_text([TextPart("title", text)], PARK, rules)


def test_a_word_that_follows_a_pattern_of_ones_own_names_a_machine() -> None:
    finding = read("KIO123, kio124 and kio1255; the frontdesk", FinderRules(patterns=KIOSKS))
    assert [match.asset.id for match in finding.matches] == [1, 2]
    assert finding.unknown == ("kio124",)
    assert [one.pattern for one in finding.evidence] == ["kiosk", "kiosk", "desk"]
    assert [match.asset.id for match in read("the frontdesk", FinderRules()).matches] == []


def test_the_catalogue_still_decides() -> None:
    assert read("helpdesk", FinderRules(patterns=KIOSKS)).matches == ()


@pytest.mark.parametrize("decoy", ["demo-pc001", "DEMO-PC001", "/demo-.*/", "/.*pc[0-9]+/"])
def test_a_decoy_never_counts_and_the_rest_does(decoy: str) -> None:
    rules = FinderRules(decoys=decoys([decoy]))
    finding = read("DEMO-PC001 and kio123, also Demo-PC999", rules)
    assert [match.asset.id for match in finding.matches] == [1]
    assert finding.evidence[0].verdict == "decoy"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"name"}, [1]), ({"serial number"}, [3]), ({"tag"}, [3]), ({"name", "tag"}, [1, 3])],
)
def test_only_the_fields_that_are_asked_for_count(fields: set[str], expected: list[int]) -> None:
    rules = FinderRules(fields=frozenset(fields))  # type: ignore[arg-type]
    text = {"name": "kio123", "serial number": "MXL1030QX4", "tag": "UM-77123"}
    finding = read(", ".join(text.values()), rules)
    assert [match.asset.id for match in finding.matches] == expected


@pytest.mark.parametrize(
    "expression", ["(a+)+$", "(a|aa)+$", "(a|a?)+b", "([a-z0-9]+)*-x", "(.*a){12}"]
)
def test_no_expression_can_hang_it(expression: str) -> None:
    """The suite's time limit is the judge: Python's own engine needs years for these."""
    rules = FinderRules(patterns=naming_patterns({"evil": expression}))
    read(f"{'a' * 79}! {'a' * 60}-{'a' * 15} " * 200, rules)


@pytest.mark.parametrize(
    ("expression", "said", "place"),
    [
        ("lab(", "missing )", 4),
        ("lab[0-9", "unterminated", 4),
        (r"(lab)\1", "invalid escape sequence", 6),
        ("(?=lab)x", "invalid perl operator", 1),
        ("lab{5000}", "invalid repetition size", 4),
    ],
)
def test_an_expression_that_cannot_be_used_is_named_with_the_place(
    expression: str, said: str, place: int
) -> None:
    with pytest.raises(ConfigError) as caught:
        AddAssetAction(patterns={"lab": expression})
    assert "naming pattern 'lab'" in caught.value.message
    assert said in caught.value.message
    assert f"at character {place} of" in caught.value.message
    assert "such as lab[0-9]{3}" in caught.value.advice


@pytest.mark.parametrize(
    "options",
    [
        {"patterns": {"empty": "a*"}},
        {"patterns": {"long": "a" * 201}},
        {"patterns": {"1x": "a"}},
        {"patterns": {f"n{number}": "a" for number in range(51)}},
        {"patterns": {"broken": "\ud800"}},
        {"decoys": ["/(/"]},
        {"decoys": [f"/a{number}/" for number in range(51)]},
        {"fields": ["nam"]},
        {"fields": []},
        {"count_inside": ["link"]},
        {"owner_fallback": "friend"},
    ],
)
def test_what_is_out_of_bounds_is_refused_at_load_time(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        AddAssetAction(**options)  # type: ignore[arg-type]


def test_options_at_their_defaults_leave_the_action_what_it_was() -> None:
    plain = AddAssetAction()
    same = AddAssetAction(
        fields=("tag", "serial", "name"),
        count_inside=(),
        patterns={},
        decoys=(),
        owner_fallback="owner",
    )
    assert same.get_action_id() == plain.get_action_id() == "add_asset:57bf7cd4b81c:v1"
    assert AddAssetAction(owner_fallback="off").get_action_id() != plain.get_action_id()
