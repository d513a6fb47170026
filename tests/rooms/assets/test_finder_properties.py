"""What must hold for every machine and every text. Names are made here, not from our patterns."""

from __future__ import annotations

import html
import random
from dataclasses import dataclass

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text

RULES = FinderRules(form_ids=frozenset({2448}))
DEPARTMENTS = "IC CHEM LSAF LSA PSYC MATH PHYS EEB HIST UMMA ENG ASTR MCDB STATS RLL".split()  # noqa: SIM905
PEOPLE = "smald amiemg gid ward joshea adae aabol nguyenk obrien lec vnovak jw".split()  # noqa: SIM905
# What manufacturers use: no I, O, or Q after the first place, so that labels can be read.
SERIAL_LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"


def _park() -> AssetCatalog:
    """Six hundred machines as a university has them."""
    chance = random.Random(20261124)

    def serial(length: int) -> str:
        drawn = chance.choices(SERIAL_LETTERS + "0123456789", k=length - 3)
        return (
            chance.choice(SERIAL_LETTERS)
            + "".join(drawn)
            + chance.choice("JK")
            + chance.choice("23")
        )

    records = []
    for number in range(1, 601):
        department = chance.choice(DEPARTMENTS)
        made = serial(chance.choice([7, 8, 10, 11, 12]))
        name = chance.choice(
            [
                f"{department}-{chance.choice(['EHLB', 'CHEM', 'MLB'])}{number}-{chance.choice('ABF')}{number % 30}",
                f"{department}-{made}",
                f"L-{made}",
                f"{department.lower()}-{chance.choice(PEOPLE)}{number:02d}",
                f"{department.lower()}-{chance.choice(PEOPLE)}T{number:02d}",
                f"{department}-{chance.choice(PEOPLE).upper()}-{number}",
            ]
        )
        records.append(
            AssetRecord(number, name, made, f"{700_000 + number:08d}", None, 38, "Active", 2448)
        )
    return AssetCatalog(records)


PARK = _park()


@dataclass(frozen=True)
class Mention:
    asset: AssetRecord
    written: str


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    asset = draw(st.sampled_from(PARK._assets))
    name, serial, tag = asset.name or "", asset.serial_number or "", asset.tag or ""
    written = draw(st.sampled_from([name, serial, f"asset tag {tag}", f"S/N: {serial}"]))
    return Mention(asset, written)


PROSE = "my computer the is slow since Monday please help thanks room call printer of and".split()  # noqa: SIM905
BEFORE = [
    "",
    " ",
    "\n",
    "(",
    '"',
    "\u201c",
    " [",
    "> ",
    "\t",
    ": ",
    " - see: ",
    "; ",
    "**",
    "\u00a0",
    "/ ",
]
AFTER = [
    "",
    " ",
    ".",
    ",",
    ")",
    '"',
    "\u201d",
    "?",
    "!",
    ";",
    ":",
    "]",
    "...",
    "'s",
    "\n",
    "**",
    " /",
    "\u00a0",
]
prose = st.lists(st.sampled_from(PROSE), max_size=6).map(" ".join)
around = st.tuples(prose, st.sampled_from(BEFORE), st.sampled_from(AFTER), prose)


def ids(text: str, *, is_html: bool | None = None) -> list[int]:
    finding = find_in_text([TextPart("description", text, is_html)], PARK, RULES)
    return [match.asset.id for match in finding.matches]


def wrap(mention: Mention, place: tuple[str, str, str, str]) -> str:
    before, opening, closing, after = place
    return f"{before} {opening}{mention.written}{closing} {after}"


@given(mentions(), around)
@settings(max_examples=300, deadline=None)
def test_any_machine_in_any_prose_that_does_not_touch_it_is_found(
    mention: Mention, place: tuple[str, str, str, str]
) -> None:
    assert ids(wrap(mention, place)) == [mention.asset.id]


@given(mentions(), st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_machine_on_a_line_of_its_own_is_found_between_any_text(
    mention: Mention, before: str, after: str
) -> None:
    # A tag that a text leaves open swallows what follows, as it would in a browser.
    assume("<" not in before and not before.rstrip().endswith(("-", "_", "\u00ad")))
    text = f"{before}\n\n{mention.written}\n\n{after}"
    assert mention.asset.id in ids(text)


@settings(deadline=None)
@given(mentions(), around)
def test_case_changes_nothing(mention: Mention, place: tuple[str, str, str, str]) -> None:
    text = wrap(mention, place)
    assert ids(text.upper()) == ids(text.lower()) == ids(text)


@settings(deadline=None)
@given(mentions(), around)
def test_unicode_width_changes_nothing(mention: Mention, place: tuple[str, str, str, str]) -> None:
    text = wrap(mention, place)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert ids(wide) == ids(text)


@settings(deadline=None)
@given(mentions(), around, st.data())
def test_html_wrapping_changes_nothing(
    mention: Mention, place: tuple[str, str, str, str], data: st.DataObject
) -> None:
    text = wrap(mention, place)
    inside = st.sampled_from(
        ["", "", "<b>", "</b>", '<span lang="en">', "</span>", "&shy;", "<wbr>"]
    )
    pieces = [html.escape(character) + data.draw(inside) for character in text]
    marked = "".join(pieces).replace("\n", "<br>")
    assert ids(f"<div><p>{marked}</p></div>", is_html=True) == ids(text)


@settings(deadline=None)
@given(prose, st.integers(0, 10**12), prose, st.sampled_from(["", "#", "-", "room ", "734-"]))
def test_a_text_that_names_no_machine_finds_none(
    before: str, number: int, after: str, prefix: str
) -> None:
    assert ids(f"{before} {prefix}{number} {after}") == []


@settings(deadline=None)
@given(mentions(), st.sampled_from("abz09"))
def test_a_letter_or_digit_that_touches_a_name_makes_it_another(
    mention: Mention, letter: str
) -> None:
    name = mention.asset.name or ""
    others = {(asset.name or "").casefold() for asset in PARK._assets}
    assume(f"{name}{letter}".casefold() not in others)
    assume(f"{letter}{name}".casefold() not in others)
    # The serial number between its hyphens still stands there whole.
    serial = (mention.asset.serial_number or "").casefold()
    assume(not name.casefold().endswith(serial))
    assert mention.asset.id not in ids(f"x {name}{letter} y {letter}{name}")


@settings(deadline=None)
@given(st.text(), st.sampled_from([True, False, None]))
def test_no_text_makes_it_raise(text: str, is_html: bool | None) -> None:
    ids(text, is_html=is_html)


@settings(deadline=None)
@given(st.text(alphabet="IC-EHLB760F.@/\\<>&;: \n'#\u00ad\uff0d\u0301", max_size=200))
def test_no_near_miss_makes_it_raise(text: str) -> None:
    ids(text)


def squeezed(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


KEYS = {
    squeezed(value).lstrip("0")
    for asset in PARK._assets
    for value in (asset.name, asset.serial_number, asset.tag)
    if value
}
PIECES = sorted(
    {part for asset in PARK._assets[:80] for part in (asset.name or "").split("-")}
    | {(asset.serial_number or "")[:5] for asset in PARK._assets[:80]}
    | {(asset.serial_number or "")[2:] for asset in PARK._assets[:80]}
    | {(asset.tag or "")[2:6] for asset in PARK._assets[:80]}
)
near_misses = st.lists(
    st.tuples(
        st.sampled_from(PIECES),
        st.sampled_from([" ", "-", "_", ".", "\n", "", ", ", "/", " asset tag ", " S/N: ", "<br>"]),
    ),
    max_size=12,
).map(lambda parts: "".join(word + gap for word, gap in parts))


@settings(max_examples=300, deadline=None)
@given(st.one_of(near_misses, st.text(max_size=80)))
def test_no_text_without_a_machine_in_it_finds_one(text: str) -> None:
    """The judge knows nothing of our rules: no value stands in it, whatever stands between."""
    visible = squeezed(text.replace("<br>", ""))
    assume(not any(key in visible for key in KEYS))
    assert ids(text) == []


@settings(max_examples=300, deadline=None)
@given(mentions(), st.text(max_size=40), st.text(max_size=40))
def test_any_machine_between_spaces_in_any_text_is_found(
    mention: Mention, before: str, after: str
) -> None:
    assume("<" not in before)
    assert mention.asset.id in ids(f"{before} {mention.written} {after}", is_html=False)


@settings(deadline=None)
@given(near_misses)
def test_what_is_suggested_is_never_attached(text: str) -> None:
    finding = find_in_text([TextPart("description", text)], PARK, RULES)
    taken = {match.asset.id for match in finding.matches}
    assert taken.isdisjoint(one.asset.id for one in finding.suggestions)
    assert all(one.value.casefold() != one.token.casefold() for one in finding.suggestions)
