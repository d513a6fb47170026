from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ticket_queue_daemon.tdx.matching import matching_assets, matching_tickets
from ticket_queue_daemon.tdx.models import Asset, AssetSearch, Ticket, TicketSearch


def assets(*members: dict[str, Any]) -> list[Asset]:
    return [Asset.model_validate({"ID": n} | m) for n, m in enumerate(members, 1)]


def test_what_evidently_does_not_match_is_dropped() -> None:
    found = assets(
        {"StatusID": 38, "FormID": 2448}, {"StatusID": 39, "FormID": 2448}, {"FormID": 5}
    )
    kept = matching_assets(found, AssetSearch(status_ids=[38], form_ids=[2448]))
    assert [asset.id for asset in kept] == [1]


def test_a_member_that_tdx_left_out_says_nothing() -> None:
    found = assets({"StatusID": 38})
    assert matching_assets(found, AssetSearch(status_ids=[38], form_ids=[2448])) == found


def test_an_empty_list_is_no_filter() -> None:
    found = assets({"StatusID": 38})
    assert matching_assets(found, AssetSearch(status_ids=[])) == found


def test_owners_are_compared_whatever_their_case_and_nobody_is_nobody() -> None:
    zero = "00000000-0000-0000-0000-000000000000"
    found = assets({"OwningCustomerID": "ABCD-1"}, {"OwningCustomerID": zero})
    kept = matching_assets(found, AssetSearch(owning_customer_ids=["abcD-1"]))
    assert [asset.id for asset in kept] == [1]


def test_external_ids_are_compared() -> None:
    found = assets({"ExternalID": "a-1"}, {"ExternalID": "A-2"}, {"ExternalID": ""}, {})
    kept = matching_assets(found, AssetSearch(external_ids=["A-1"]))
    assert [asset.id for asset in kept] == [1, 4]


def test_serial_like_is_a_part_of_serial_number_or_tag() -> None:
    found = assets({"SerialNumber": "C02XJ0"}, {"Tag": "xj01"}, {"Name": "XJ0"}, {})
    kept = matching_assets(found, AssetSearch(serial_like="xj0"))
    assert [asset.id for asset in kept] == [1, 2]
    assert matching_assets(found, AssetSearch(serial_like="x%0")) == found


def test_tickets_are_checked_again_too() -> None:
    sent = [
        {"ID": 1, "StatusID": 117, "RequestorUid": "AA", "ModifiedDate": "2026-01-02T00:00:00Z"},
        {"ID": 2, "StatusID": 117, "RequestorUid": "BB", "ModifiedDate": "2026-01-02T00:00:00Z"},
        {"ID": 3, "StatusID": 117, "RequestorUid": "AA", "ModifiedDate": "2025-12-31T00:00:00Z"},
    ]
    search = TicketSearch(
        status_ids=[117], requestor_uids=["aa"], modified_date_from=datetime(2026, 1, 1, tzinfo=UTC)
    )
    found = matching_tickets([Ticket.model_validate(m) for m in sent], search)
    assert [ticket.id for ticket in found] == [1]
    assert search.body()["ModifiedDateFrom"] == "2026-01-01T00:00:00Z"
