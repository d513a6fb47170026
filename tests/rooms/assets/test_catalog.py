"""Which assets a word names."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.assets import catalog as catalog_module
from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord

if TYPE_CHECKING:
    from collections.abc import Callable


def ids(records: tuple[AssetRecord, ...]) -> list[int]:
    return sorted(record.id for record in records)


def test_name_serial_number_and_tag_are_looked_up_whatever_their_case(park: AssetCatalog) -> None:
    assert ids(park.lookup("ic-ehlb760-f16")) == [1]
    assert ids(park.lookup("c02xj0axjgh5")) == [2]
    assert ids(park.lookup("lsa20002")) == [2]
    assert ids(park.lookup("psyc-amiemgt01")) == [4]
    assert park.lookup("no-such-1") == ()


def test_all_assets_of_one_name_are_found(park: AssetCatalog) -> None:
    assert ids(park.lookup("shared-pc07")) == [7, 8]


@pytest.mark.parametrize("printed", ["12345", "0012345", "0000012345"])
def test_leading_zeros_of_a_tag_do_not_matter(park: AssetCatalog, printed: str) -> None:
    assert ids(park.lookup(printed)) == [1]


def test_a_serial_number_at_the_end_of_a_name_counts_when_none_is_recorded(
    park: AssetCatalog,
) -> None:
    (hit,) = park.exact("c02yy0axjgh6")
    assert (hit.asset.id, hit.field) == (12, "serial number")
    assert park.lookup("amiemgt01") == ()


def test_a_host_name_as_name_is_found_by_its_first_label() -> None:
    catalog = AssetCatalog([AssetRecord(1, "chem-smald1.lsa.umich.edu")])
    assert ids(catalog.lookup("chem-smald1")) == [1]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ic ehlb760 f16", [1]),
        ("icehlb760f16", [1]),
        ("ic_ehlb760.f16", [1]),
        ("ic ehlb 760 f16", [1]),
        ("c02x j0ax jgh5", [2]),
        ("ice hlb760 f16", []),
        ("ic ehlb7 60 f16", []),
        ("c0 2xj0axjgh5", []),
        ("ummajoshea", []),
    ],
)
def test_breaks_are_forgiven_where_the_name_has_one(
    park: AssetCatalog, written: str, expected: list[int]
) -> None:
    assert [hit.asset.id for hit in park.broken(written)] == expected


@pytest.mark.parametrize("value", ["4711", "2024", "ab1", "7346151234", "printer"])
def test_numbers_short_values_and_plain_words_are_weak(value: str) -> None:
    (hit,) = AssetCatalog([AssetRecord(1, None, None, value)]).exact(value)
    assert hit.weak


@pytest.mark.parametrize("value", ["None", "N/A", "unknown", "To be filled by O.E.M.", "  ", "0"])
def test_placeholders_name_nothing(value: str) -> None:
    catalog = AssetCatalog([AssetRecord(1, value, value, value)])
    assert catalog.lookup(value.casefold()) == ()


def test_of_two_records_of_one_asset_the_later_counts() -> None:
    catalog = AssetCatalog([AssetRecord(1, "OLD-NAME1"), AssetRecord(1, "NEW-NAME1")])
    assert catalog.size == 1
    assert catalog.lookup("old-name1") == ()
    assert ids(catalog.lookup("new-name1")) == [1]


def test_owners_are_found_by_uid_in_any_case(park: AssetCatalog) -> None:
    assert ids(park.owned_by("ANN")) == [1, 3]
    assert park.owned_by("nobody") == ()


def test_every_one_of_many_assets_is_found_by_everything_it_has() -> None:
    chance = random.Random(3)
    serials = [f"Q{number:05d}{chance.choice('XYZ')}A1" for number in range(3_000)]
    records = [
        AssetRecord(
            number, f"DEPT-R{number}-A{number % 7}", serial, f"T{number:06d}", f"u{number % 99}"
        )
        for number, serial in enumerate(serials, start=1)
    ]
    catalog = AssetCatalog(iter(records))
    for record in records:
        for value in (record.name, record.serial_number, record.tag):
            assert value is not None
            assert catalog.lookup(value.casefold()) == (record,)
    assert sum(len(catalog.owned_by(f"u{number}")) for number in range(99)) == len(records)


def test_two_keys_of_one_hash_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    colliding: Callable[[str], int] = lambda _key: 7  # noqa: E731  as short as what it replaces
    monkeypatch.setattr("ticket_queue_daemon.assets.catalog._hash", colliding)
    catalog = AssetCatalog([AssetRecord(1, "IC-AAA1-B1"), AssetRecord(2, "IC-AAA2-B2")])
    assert ids(catalog.lookup("ic-aaa2-b2")) == [2]
    assert catalog.owned_by("x") == ()


def test_changes_lie_over_the_catalogue_and_the_old_one_stays_as_it_was() -> None:
    old = AssetCatalog(
        [
            AssetRecord(1, "IC-OLD1"),
            AssetRecord(2, "IC-SAME2", owner_uid="ann"),
            AssetRecord(3, "IC-GONE3"),
        ]
    )

    new = old.updated(
        [AssetRecord(1, "IC-NEW1"), AssetRecord(4, "IC-MORE4", owner_uid="ann")], [3], "later"
    )

    assert [names(new, name) for name in ("ic-old1", "ic-new1", "ic-same2", "ic-gone3")] == [
        [], [1], [2], [],
    ]  # fmt: skip
    assert [asset.id for asset in new.owned_by("ANN")] == [2, 4]
    assert (old.size, new.size, new.origin) == (3, 3, "later, 3 assets")
    assert names(old, "ic-old1") == [1]


@pytest.mark.parametrize("overlaid", [1, 10, 10_000])
def test_however_often_it_changes_it_is_what_a_new_one_would_be(
    overlaid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_module, "_MOST_OVERLAID", overlaid)
    chance = random.Random(5)
    truth = {number: AssetRecord(number, f"IC-LAB{number}") for number in range(1, 60)}
    catalog = AssetCatalog(truth.values())
    for step in range(120):
        number = chance.randint(1, 80)
        if chance.random() < 0.3:
            truth.pop(number, None)
            catalog = catalog.updated([], [number])
        else:
            truth[number] = AssetRecord(
                number, f"IC-LAB{number}-{step}", f"SERIAL{number:03d}X{step}"
            )
            catalog = catalog.updated([truth[number]])
        assert catalog.size == len(truth)
    assert {record.id: record for record in catalog.records()} == truth
    for number, record in truth.items():
        assert names(catalog, str(record.name).lower()) == [number]


def names(catalog: AssetCatalog, folded: str) -> list[int]:
    return [asset.id for asset in catalog.lookup(folded)]
