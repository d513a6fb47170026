"""Did you mean ...? One slip away, told and never attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.assets.finder import Finding


@pytest.mark.parametrize(
    ("written", "meant", "why"),
    [
        ("IC-EHLB76O-F16", 1, "alike"),
        ("ic-ehlb760-fl6", 1, "alike"),
        ("IC-EH1B76O-FI6", 1, "alike"),
        ("L-CO2XJOAXJGH5", 2, "alike"),
        ("C02XJOAXJGHS", 2, "alike"),
        ("CHEM-SMALDI", 5, "alike"),
        ("IC-EHLB760-F26", 1, "slip"),
        ("IC-EHLB706-F16", 1, "slip"),
        ("IC-EHBL760-F16", 1, "slip"),
        ("IC-EHLB7600-F16", 1, "slip"),
        ("LSAF-D30H6J4", 3, "slip"),
        ("S/N: D30H6J", 3, "slip"),
        ("CHEM-SMALD2", 5, "slip"),
    ],
)
def test_what_is_one_slip_away_is_suggested_and_not_attached(
    written: str, meant: int, why: str, find: Callable[[str], Finding]
) -> None:
    finding = find(f"my computer is {written}, please help")
    assert finding.matches == ()
    assert [one.asset.id for one in finding.suggestions] == [meant]
    assert why in finding.suggestions[0].why
    assert finding.found_identifier
    (evidence,) = finding.evidence
    assert (evidence.verdict, evidence.asset_id) == ("unknown", None)
    assert "did you mean" in evidence.reason
    assert finding.to_json()["suggestions"][0]["asset_id"] == meant


@pytest.mark.parametrize(
    "text",
    [
        "IC-EHLB760-F16",  # it is itself one
        "IC-EHLB999-F99",  # two slips
        "psyc-amiemgT02",  # its neighbour is retired
        "MON-EHLB761",  # its neighbour is no computer
        "TWIN-LAB05 SHARED-PC08",  # two of one name
        "asset tag 45002",  # a number has neighbours everywhere
        "https://x.y/IC-EHLB76O-F16",
        "IC-EHLB76O-F16.png",
        "COVID-19 WINDOWS-11 well-known 2026-11-24 a4-b1-c2-d3-e4-f5",
        "umma-joshes",  # a word without a digit is no name with a slip in it
    ],
)
def test_what_is_no_slip_is_not_suggested(text: str, rules: FinderRules) -> None:
    park = AssetCatalog(
        [
            AssetRecord(1, "IC-EHLB760-F16", status_id=38, form_id=2448),
            AssetRecord(3, None, None, "45001", status_id=38, form_id=2448),
            AssetRecord(4, "psyc-amiemgT01", status_id=41, form_id=2448),
            AssetRecord(7, "SHARED-PC07", status_id=38, form_id=2448),
            AssetRecord(8, "SHARED-PC07", status_id=38, form_id=2448),
            AssetRecord(11, "MON-EHLB760", status_id=38, form_id=2555),
            AssetRecord(13, "umma-joshea", status_id=38, form_id=2448),
        ]
    )
    assert find_in_text([TextPart("title", text)], park, rules).suggestions == ()


def test_two_are_suggested_and_three_are_too_many(rules: FinderRules) -> None:
    def suggested(count: int) -> int:
        park = AssetCatalog(
            AssetRecord(n, f"IC-EHLB760-F{n}", status_id=38, form_id=2448)
            for n in range(11, 11 + count)
        )
        text = [TextPart("title", "IC-EHLB760-F10")]
        return len(find_in_text(text, park, rules).suggestions)

    assert [suggested(count) for count in (1, 2, 3)] == [1, 2, 0]


def test_a_machine_that_is_named_rightly_too_is_not_suggested(
    find: Callable[[str], Finding],
) -> None:
    finding = find("IC-EHLB76O-F16, I mean IC-EHLB760-F16")
    assert [match.asset.id for match in finding.matches] == [1]
    assert finding.suggestions == ()


def test_the_same_slip_is_told_once(find: Callable[[str], Finding]) -> None:
    assert len(find("IC-EHLB76O-F16 ic-ehlb76o-f16").suggestions) == 1


def test_a_log_full_of_unknown_names_is_read(find: Callable[[str], Finding]) -> None:
    """The suite's time limit is the judge."""
    find(" ".join(f"CHEM-EHLB{number}-F1" for number in range(1_000, 9_000)))
