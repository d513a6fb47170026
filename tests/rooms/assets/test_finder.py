"""Which machines a ticket names, in the ways that people and mail programs write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text, owner_assets

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.assets.finder import Finding

WAYS = {
    "plain": "IC-EHLB760-F16 is slow",
    "lower case": "my ic-ehlb760-f16 is slow",
    "end of a sentence": "It is IC-EHLB760-F16.",
    "no space after the sentence": "It is IC-EHLB760-F16.It does not start.",
    "brackets": "my computer (IC-EHLB760-F16) is slow",
    "quotes": 'the "IC-EHLB760-F16" does nothing',
    "possessive": "IC-EHLB760-F16's screen",
    "inline tags": "<p><b>IC-</b>EHLB760<i>-F16</i> is slow</p>",
    "table cell": "<table><tr><td>Name</td><td>IC-EHLB760-F16</td><td>Room</td></tr></table>",
    "entities": "<p>IC&#45;EHLB760&ndash;F16&nbsp;is slow</p>",
    "encoded twice": "IC&amp;#45;EHLB760-F16",
    "soft hyphens": "IC-\u00adEHLB\u00ad760-F16",
    "zero width": "IC-\u200bEHLB760\u200d-F16\ufeff",
    "full width": "\uff29\uff23\uff0d\uff25\uff28\uff2c\uff22\uff17\uff16\uff10\uff0d\uff26\uff11\uff16",
    "en dashes": "IC\u2013EHLB760\u2013F16",
    "spaces": "the IC EHLB760 F16 in my office",
    "spaced hyphens": "IC - EHLB760 - F16",
    "underscores": "IC_EHLB760_F16",
    "nothing between": "ICEHLB760F16",
    "wrapped line": "my computer IC-EHLB760-\nF16 is slow",
    "quoted reply": "> my computer\n> > IC-EHLB760-F16 is slow",
    "quoted and wrapped": "> my computer IC-EHLB760-\n> F16 is slow",
    "signature": "Thanks\n--\nAnn Smith | IC-EHLB760-F16 | 734-555-0199\nann@umich.edu",
    "slashes": "IC-EHLB760-F16/monitor",
    "label": "Computer Name:IC-EHLB760-F16;",
    "link text": '<a href="https://x.y/1">IC-EHLB760-F16</a>',
    "markdown": "**IC-EHLB760-F16** and `CODE`",
    "serial label": "S/N:5CG1234ABC",
    "serial hash": "Serial # 5cg1234abc",
    "serial alone": "5cg1234abc",
    "serial in another name": "OLD-5CG1234ABC",
    "tag with cue": "asset tag 12345",
    "tag with zeros": "Tag #0012345.",
    "tag in a table": "<tr><td>Asset Tag</td><td>0012345</td></tr>",
    "name and serial": "IC-EHLB760-F16 (S/N 5CG1234ABC)",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_machine_is_found_however_it_is_written(
    way: str, found: Callable[[str], list[int]]
) -> None:
    assert found(WAYS[way]) == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L-C02XJ0AXJGH5", [2]),
        ("c02xj0axjgh5", [2]),
        ("C02XJ0AXJGH5 and L-C02XJ0AXJGH5", [2]),
        ("D30H6J3", [3]),
        ("lsaf-d30h6j3", [3]),
        ("R8YWA0LX6ZE, then D30H6J3", [5, 3]),
        ("C02YY0AXJGH6", [12]),
        ("MJ0K7T2Q", [6]),
        ("umma-joshea", [13]),
        ("eng-x-lec12", [14]),
        ("tags 45001, 45003 and 12345", [3, 5, 1]),
        ("LSA20002", [2]),
    ],
)
def test_the_catalogue_decides_and_not_the_shape(
    text: str, expected: list[int], found: Callable[[str], list[int]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://x.y/IC-EHLB760-F16",
        "ic-ehlb760-f16.lsa.umich.edu",
        "IC-EHLB760-F16@umich.edu",
        "C:\\Users\\IC-EHLB760-F16\\x",
        "IC-EHLB760-F16.png",
        '<img src="IC-EHLB760-F16.png" alt="IC-EHLB760-F16">',
        "<!-- IC-EHLB760-F16 -->",
        "in 2024 I called 734-555-4500 and 45001, room 12345",
        "XIC-EHLB760-F16X",
        "IC-EHLB760-F16-X1",
        "COVID-19 on WINDOWS-11, HTTP-404, see ATTACHMENTS",
        "",
    ],
)
def test_what_names_no_machine_attaches_none(text: str, find: Callable[[str], Finding]) -> None:
    finding = find(text)
    assert finding.matches == ()
    assert not finding.found_identifier


def test_an_address_counts_when_the_rules_say_so(park: AssetCatalog) -> None:
    rules = FinderRules(count_inside=frozenset({"url"}))
    part = TextPart("title", "on ic-ehlb760-f16.lsa.umich.edu and IC-EHLB760@x.y")
    assert [match.asset.id for match in find_in_text([part], park, rules).matches] == [1]


def test_a_longer_name_hides_the_shorter_one_inside_it(found: Callable[[str], list[int]]) -> None:
    assert found("IC-EHLB760-F16") == [1]
    assert found("IC-EHLB760") == [6]
    assert found("IC-EHLB760 and IC-EHLB760-F16") == [6, 1]
    assert found("IC-EHLB760 F16") == [1]
    assert found("IC-EHLB760-F99") == []
    assert found("XIC-EHLB760-F16 IC-EHLB760-F161") == []


def test_matches_come_in_order_of_appearance_over_all_parts(
    park: AssetCatalog, rules: FinderRules
) -> None:
    parts = [
        TextPart("title", "CHEM-SMALD1 and D30H6J3"),
        TextPart("description", None),
        TextPart("reply by Ann", "C02XJ0AXJGH5, not CHEM-SMALD1"),
    ]
    finding = find_in_text(parts, park, rules)
    assert [(match.asset.id, match.where) for match in finding.matches] == [
        (5, "title"),
        (3, "title"),
        (2, "reply by Ann"),
    ]
    assert [one.verdict for one in finding.evidence] == ["taken", "taken", "taken", "duplicate"]


def test_a_retired_machine_is_an_identifier_found_with_its_reason(
    find: Callable[[str], Finding],
) -> None:
    finding = find("psyc-amiemgT01 is dead")
    assert finding.matches == ()
    assert finding.found_identifier
    assert finding.why_nothing() == ["psyc-amiemgT01 (description): its status is Disposed"]


def test_a_machine_of_another_form_is_an_identifier_found(find: Callable[[str], Finding]) -> None:
    finding = find("MON-EHLB760")
    assert [one.asset.id for one in finding.ineligible] == [11]
    assert "form is 2555" in finding.ineligible[0].reason


def test_of_twins_the_one_in_use_is_taken(find: Callable[[str], Finding]) -> None:
    finding = find("twin-lab04")
    assert [match.asset.id for match in finding.matches] == [10]
    assert finding.evidence[0].reason == "its name, the only eligible one of 2 assets"


def test_of_two_machines_of_one_name_none_is_taken_and_it_is_said(
    find: Callable[[str], Finding],
) -> None:
    finding = find("SHARED-PC07 is slow, SHARED-PC07!")
    assert finding.matches == ()
    assert finding.found_identifier
    (ambiguous,) = finding.ambiguous
    assert {asset.id for asset in ambiguous.assets} == {7, 8}
    assert finding.why_nothing() == [
        "SHARED-PC07 (description): 2 eligible assets are called this: 7, 8"
    ]


def test_a_serial_number_tells_two_machines_of_one_name_apart(
    find: Callable[[str], Finding],
) -> None:
    finding = find("SHARED-PC07, S/N MXL1030QX5")
    assert [match.asset.id for match in finding.matches] == [8]
    assert finding.ambiguous == ()
    assert [one.verdict for one in finding.evidence] == ["duplicate", "taken"]


def test_an_unknown_name_of_a_known_shape_is_an_identifier_found(
    find: Callable[[str], Finding],
) -> None:
    finding = find("IC-EHLB761-F99 and ic-ehlb761-f99, COVID-19")
    assert finding.unknown == ("IC-EHLB761-F99",)
    assert finding.found_identifier


def test_a_bare_number_is_weak_and_no_identifier(find: Callable[[str], Finding]) -> None:
    finding = find("call 45001")
    assert not finding.found_identifier
    assert [(one.verdict, one.asset_id) for one in finding.evidence] == [("weak", 3)]


def test_a_value_that_many_share_names_none(rules: FinderRules) -> None:
    park = AssetCatalog(
        AssetRecord(n, "OPTIPLEX-7090X", status_id=38, form_id=2448) for n in range(1, 20)
    )
    finding = find_in_text([TextPart("title", "an OPTIPLEX-7090X")], park, rules)
    assert not finding.found_identifier
    assert finding.evidence[0].verdict == "shared"


def test_everyday_words_are_not_joined_into_a_name(rules: FinderRules) -> None:
    park = AssetCatalog([AssetRecord(1, "SURFACE-PRO7A", status_id=38, form_id=2448)])
    assert not find_in_text([TextPart("title", "my Surface Pro7A")], park, rules).matches
    assert find_in_text([TextPart("title", "my SURFACE-PRO7A")], park, rules).matches


def test_evidence_shows_the_mention_in_its_place(find: Callable[[str], Finding]) -> None:
    text = f"<p>{'x' * 50} my <b>IC EHLB760</b> F16 \ud800 {'y' * 50}</p>"
    (evidence,) = find(text).evidence
    assert evidence.token == "IC EHLB760 F16"
    assert evidence.end - evidence.start == len(evidence.token)
    assert evidence.before == "x" * 36 + " my "
    assert evidence.after.split() == ["y" * (len(evidence.after.strip()))]
    assert len(evidence.after) == 40
    json.dumps(find(text).to_json()).encode()


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("IC-EHLB760-F16", "department-location-identifier"),
        ("ic ehlb760 f16", "department-location-identifier"),
        ("L-C02XJ0AXJGH5", "letter-serial"),
        ("lsaf-d30h6j3", "department-serial"),
        ("psyc-amiemgT01", "department-user"),
        ("C02XJ0AXJGH5", "apple-serial"),
        ("R8YWA0LX6ZE", "generic-serial"),
        ("D30H6J3", "other serial"),
        ("umma-joshea", "other name"),
        ("asset tag 45001", "tag"),
        ("IC-EHLB761-F99", "department-location-identifier"),
    ],
)
def test_evidence_says_as_which_pattern_it_is_counted(
    text: str, pattern: str, find: Callable[[str], Finding]
) -> None:
    assert [one.pattern for one in find(text).evidence] == [pattern]


def test_rules_of_none_take_any_form_and_status(park: AssetCatalog) -> None:
    rules = FinderRules(form_ids=None, active_status_ids=None)
    part = TextPart("title", "psyc-amiemgT01 MON-EHLB760")
    assert [match.asset.id for match in find_in_text([part], park, rules).matches] == [4, 11]


def test_evidence_for_the_database_is_bounded_and_keeps_what_decided(
    find: Callable[[str], Finding],
) -> None:
    unknown = " ".join(f"CHEM-EHLB{number}-F1" for number in range(100, 300))
    evidence = find(f"{unknown} IC-EHLB760-F16").to_json()
    assert len(evidence["considered"]) == 50
    assert evidence["considered"][-1]["verdict"] == "taken"
    assert evidence["not_shown"] == 151
    assert evidence["matches"] == [
        {"asset_id": 1, "token": "IC-EHLB760-F16", "where": "description"}
    ]
    assert json.loads(json.dumps(evidence)) == evidence
    assert len(find(unknown).why_nothing()) == 11


@pytest.mark.parametrize(
    ("uid", "asset_id", "reason"),
    [
        ("bob", 2, "owns 1 eligible asset"),
        ("CHO", 5, "owns 1 eligible asset"),
        ("ann", None, "owns 2 eligible assets"),
        ("nobody", None, "owns none"),
    ],
)
def test_a_persons_one_eligible_asset_is_found_or_the_reason(
    uid: str, asset_id: int | None, reason: str, park: AssetCatalog, rules: FinderRules
) -> None:
    owned = owner_assets(uid, park, rules)
    assert (owned.asset.id if owned.asset else None, owned.reason) == (asset_id, reason)


def test_a_retired_asset_alone_is_not_taken_for_its_owner(rules: FinderRules) -> None:
    park = AssetCatalog([AssetRecord(1, "A-1", owner_uid="dee", status_id=41, form_id=2448)])
    assert owner_assets("dee", park, rules).reason == "owns 1 asset, none of them eligible"
