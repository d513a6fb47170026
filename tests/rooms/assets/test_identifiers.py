"""Text to candidates."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.assets.identifiers import Candidate, boundaries, candidates, fold, squeeze

NAME = "IC-EHLB760-F16"


def whole(text: str) -> dict[str, Candidate]:
    return {one.token: one for one in candidates(text) if one.form in {"token", "piece"}}


@pytest.mark.parametrize(
    "text",
    [
        NAME, f"{NAME}.", f"{NAME}, ", f"({NAME})", f"[{NAME}]", f"{{{NAME}}}", f'"{NAME}"', f"'{NAME}'",
        f"`{NAME}`", f"{NAME}'s", f"\u201c{NAME}\u201d", f"PC:{NAME};", f"name={NAME}", f"#{NAME}",
        f"a/{NAME}/b", f"{NAME}/F17", f"*{NAME}*", f"_{NAME}_", f"--{NAME}--", f"{NAME}...", f"{NAME}.It",
        f"> {NAME}", f"|{NAME}|", f"<{NAME}>", f"{NAME}?!", f"\u96fb\u8166{NAME}\u58de\u4e86", f"S/N:{NAME}",
    ],
)  # fmt: skip
def test_what_people_put_around_a_name_is_no_part_of_it(text: str) -> None:
    candidate = whole(text)[NAME]
    assert text[candidate.start : candidate.end] == NAME
    assert candidate.folded == "ic-ehlb760-f16"
    assert candidate.shape
    assert candidate.inside is None


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (f"https://tdx.umich.edu/find?q={NAME}&x=1", "url"),
        (f"see www.umich.edu/{NAME}", "url"),
        (f"file://server/{NAME}/log", "url"),
        (f"teamdynamix.umich.edu/a/{NAME}", "url"),
        (f"{NAME}.lsa.umich.edu", "url"),
        (f"{NAME}.local", "url"),
        (f"{NAME}@umich.edu", "email"),
        (f"mailto:{NAME}@umich.edu", "email"),
        (f"C:\\Users\\{NAME}", "path"),
        (f"\\\\{NAME}\\c$", "path"),
        (f"/home/{NAME}/x", "path"),
        (f"logs/{NAME}.txt", "path"),
        (f"{NAME}.png", "path"),
    ],
)
def test_a_name_inside_an_address_says_so_and_has_no_shape(text: str, inside: str) -> None:
    named = [one for one in candidates(text) if one.folded.startswith("ic-ehlb760-f16")]
    assert named
    assert all(one.inside == inside and not one.shape for one in named)


@pytest.mark.parametrize(
    "text", [f"{NAME}/CHEM-SMALD1", f"w/ {NAME}", f"S/N: {NAME}", f"@{NAME} is"]
)
def test_a_slash_or_an_at_sign_alone_is_no_address(text: str) -> None:
    assert whole(text)[NAME].inside is None


@pytest.mark.parametrize(
    "text",
    [
        "IC EHLB760 F16", "IC - EHLB760 - F16", "IC-EHLB760 F16", "IC EHLB 760 F16", "IC-EHLB760-\nF16",
        "IC-EHLB760-\r\n> F16", "ic\tehlb760\tf16", "IC -EHLB760- F16", "the IC EHLB760 F16 is",
    ],
)  # fmt: skip
def test_a_name_broken_by_spaces_is_joined(text: str) -> None:
    assert "icehlb760f16" in {one.folded for one in candidates(text) if one.form == "joined"}


@pytest.mark.parametrize("text", ["IC. EHLB760 F16", "IC, EHLB760, F16", "IC\n\nEHLB760\nF16"])
def test_sentences_lists_and_lines_are_not_joined(text: str) -> None:
    assert "icehlb760f16" not in {one.folded for one in candidates(text)}


@pytest.mark.parametrize(
    "text",
    [
        "tag 4711", "Tag: 4711", "asset tag #4711", "Asset Tag no. 4711", "asset-tag: 4711", "S/N 4711",
        "s/n:4711", "SN: 4711", "Serial # 4711", "serial number is 4711", "Serial No.: 4711", "asset 4711",
        "Tag (4711)", 'tag "4711"', "Property tag 4711", "serial: 4711", "Asset Tag\n\n4711", "SN#4711",
        "tag is 4711", "service tag = 4711", "tags 4711", "tags 1, 2 and 4711", "tags 1/4711",
    ],
)  # fmt: skip
def test_a_number_after_a_cue_has_one(text: str) -> None:
    assert whole(text)["4711"].cue


@pytest.mark.parametrize(
    "text",
    [
        "4711", "call 734-615 4711", "room 4711", "ticket #4711", "in 4711", "hashtag 4711", "tag, see 4711",
        "asset id 4711", "tagged 4711", "vantag 4711", "serially 4711", "tag 12 rooms, then 4711",
    ],
)  # fmt: skip
def test_a_number_without_a_cue_has_none(text: str) -> None:
    assert not whole(text)["4711"].cue


def test_a_serial_number_inside_a_longer_name_is_a_candidate_of_its_own() -> None:
    parts = [
        one.token for one in candidates("my L-C02XJ0AXJGH5 and sn-D30H6J3") if one.form == "serial"
    ]
    assert parts == ["C02XJ0AXJGH5", "D30H6J3"]


def test_a_word_without_digit_or_separator_is_no_candidate() -> None:
    assert candidates("Hello, my computer is broken") == []


def test_folding_squeezing_and_boundaries_fit_together() -> None:
    assert fold("  \uff29\uff23\u2013EHLB760\u00ad-F16 ") == "ic-ehlb760-f16"
    assert squeeze("ic-ehlb760-f16") == "icehlb760f16"
    assert boundaries("ic-ehlb760--f16") == (2, 9)
    assert boundaries("-ic-") == ()


@settings(deadline=None)
@given(st.text())
def test_any_text_has_candidates_in_order_with_true_offsets(text: str) -> None:
    found = candidates(text)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(text[one.start : one.end] == one.token for one in found)


@pytest.mark.parametrize(
    "piece",
    ["a", "a-", "a.b@", "1 ", "a.1", "http://", "\\", "/a", "tag 1,", "x1-\n> ", "a1b2c3d-"],
)
def test_half_a_megabyte_of_anything_is_read(piece: str) -> None:
    """The suite's time limit is the judge: a look-back must not go quadratic."""
    candidates(piece * (200_000 // len(piece)))
