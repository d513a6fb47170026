"""Records from TDX's own member names, and from the client's model."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.assets.records import AssetRecord, record_of_asset, record_of_row
from ticket_queue_daemon.tdx.models import Asset

GUID = "8A6B1C2D-0000-4000-8000-ABCDEF012345"
ROW = {
    "ID": 106894,
    "Name": "IC-EHLB760-F16 ",
    "SerialNumber": "C02XJ0AXJGH5",
    "Tag": "0012345",
    "StatusID": 38,
    "StatusName": "Active",
    "FormID": 2448,
    "OwningCustomerID": GUID,
    "ConfigurationItemID": 141528,
    "_content_hash_basic": "x",
}
RECORD = AssetRecord(
    106894, "IC-EHLB760-F16", "C02XJ0AXJGH5", "0012345", GUID.lower(), 38, "Active", 2448, 141528
)


def test_a_bronze_row_and_a_searched_asset_give_the_same_record() -> None:
    assert record_of_row(ROW) == RECORD
    assert record_of_asset(Asset.model_validate(ROW)) == RECORD


@pytest.mark.parametrize("unset", [None, "", "None", "  ", "00000000-0000-0000-0000-000000000000"])
def test_what_tdx_writes_for_nothing_is_nothing(unset: str | None) -> None:
    texts = dict.fromkeys(["Name", "SerialNumber", "Tag", "StatusName", "OwningCustomerID"], unset)
    numbers = dict.fromkeys(["StatusID", "FormID", "ConfigurationItemID"], 0)
    assert record_of_row({"ID": 7, **texts, **numbers}) == AssetRecord(7)


@pytest.mark.parametrize("bad", [None, "", "x", 0, -1, True, [], float("inf"), float("nan")])
def test_a_row_without_a_usable_id_is_no_asset(bad: object) -> None:
    assert record_of_row({"ID": bad, "Name": "X"}) is None


@pytest.mark.parametrize("written", [7, "7", 7.0])
def test_an_id_may_come_as_text_or_float(written: object) -> None:
    assert record_of_row({"ID": written}) == AssetRecord(7)


def test_members_of_a_wrong_kind_are_unset() -> None:
    row = {"ID": 7, "Name": {"a": 1}, "Tag": ["x"], "SerialNumber": True, "StatusID": "many"}
    assert record_of_row(row) == AssetRecord(7)
