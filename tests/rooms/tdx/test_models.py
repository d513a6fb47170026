from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ticket_queue_daemon.tdx.fields import Flag, Guid, Moment, Name, Number, Text, tdx_name
from ticket_queue_daemon.tdx.models import (
    Asset,
    AssetSearch,
    FeedEntry,
    FeedPost,
    Person,
    Report,
    Ticket,
    TicketItem,
    TicketSearch,
)

# The entry recorded from a live tenant, fact sheet 10.8.
RECORDED = json.loads(
    """{"ID":220572975,"CreatedUid":"6da16b1a-0000-eb11-a7ad-0050f2eef4a7","CreatedRefID":12213578,
    "CreatedFullName":"K C","CreatedFirstName":"K","CreatedLastName":"C","CreatedByPicPath":
    "6DA16B1A-0000-EB11-A7AD-0050F2EEF4A7-637612479935022004.jpeg",
    "CreatedDate":"2025-11-03T19:50:49.683Z","LastUpdatedDate":"2025-11-03T19:50:49.683Z",
    "ProjectID":433846,"ProjectName":"P","PlanID":0,"PlanName":null,"ItemType":1,"ItemID":0,
    "ItemTitle":"P","ReferenceID":null,"Body":"Made A, B alternate managers.","IsRichHtml":false,
    "UpdateType":3,"NotifiedList":"A <a@x.edu>, B <b@x.edu>","IsPrivate":false,"IsParent":false,
    "Replies":[],"RepliesCount":0,"Likes":[],"ILike":false,"LikesCount":0,"IsCommunication":true,
    "Participants":null,"BreadcrumbsHtml":null,"HasAttachment":false,"Uri":"api/feed/220572975"}"""
)
MOMENTS = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2017-09-15T15:25:09.79Z", datetime(2017, 9, 15, 15, 25, 9, 790000, UTC)),
        ("2017-09-15T15:25:30Z", datetime(2017, 9, 15, 15, 25, 30, 0, UTC)),
        ("2025-11-03T19:50:49.683Z", datetime(2025, 11, 3, 19, 50, 49, 683000, UTC)),
        ("2025-11-03T19:50:49.6831234Z", datetime(2025, 11, 3, 19, 50, 49, 683123, UTC)),
        ("2026-04-03T15:22:01.607", datetime(2026, 4, 3, 15, 22, 1, 607000, UTC)),
        ("2026-04-03T15:22:01-04:00", datetime(2026, 4, 3, 19, 22, 1, 0, UTC)),
        ("2026-04-03T15:22:01-0400", datetime(2026, 4, 3, 19, 22, 1, 0, UTC)),
        ("2026-04-03", datetime(2026, 4, 3, 0, 0, 0, 0, UTC)),
        ("9999-12-31T23:59:59-05:00", datetime(9999, 12, 31, 23, 59, 59, 0, UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T05:00:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("0001-01-01T00:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_come_in_every_form_of_the_fact_sheet(
    text: str | None, moment: datetime | None
) -> None:
    assert MOMENTS.validate_python(text) == moment


@given(
    st.integers(-2_000_000_000_000, 7_000_000_000_000).map(
        lambda millis: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)
    ),
    st.integers(0, 3),
)
def test_a_date_survives_being_written_and_read(moment: datetime, digits: int) -> None:
    text = moment.isoformat(timespec="microseconds").removesuffix("+00:00")
    cut = text[: len(text) - 6 + digits].rstrip(".") + "Z"
    read = MOMENTS.validate_python(cut)
    assert read is not None
    assert abs(read - moment) < timedelta(seconds=1)
    assert MOMENTS.validate_python(MOMENTS.dump_python(read, mode="json")) == read


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (Guid, "00000000-0000-0000-0000-000000000000", None),
        (Guid, "{6DA16B1A-0000-EB11-A7AD-0050F2EEF4A7}", "6da16b1a-0000-eb11-a7ad-0050f2eef4a7"),
        (Guid, "", None),
        (Guid, None, None),
        (Name, "None", None),
        (Name, "  ", None),
        (Name, None, None),
        (Name, "MI  ", "MI"),
        (Name, 12, "12"),
        (Number, None, 0),
        (Number, "", 0),
        (Number, "25", 25),
        (Number, 25.0, 25),
        (Number, -1, -1),
        (Flag, None, False),
        (Flag, "True", True),
        (Flag, 0, False),
        (Text, None, ""),
        (Text, 9291804, "9291804"),
    ],
)
def test_tdx_has_many_words_for_nothing(kind: Any, value: Any, result: Any) -> None:
    assert TypeAdapter(kind).validate_python(value) == result


@given(
    st.fixed_dictionaries(
        {"ID": st.integers(1, 2**31)},
        optional={
            "Title": st.text() | st.none(),
            "StatusID": st.integers(0, 10**6) | st.none(),
            "RequestorUid": st.uuids().map(str) | st.none(),
            "RespondedDate": st.sampled_from(["0001-01-01T00:00:00Z", None, "2026-01-01T00:00:00"]),
            "Attributes": st.none() | st.just([{"ID": 1, "Value": None}, {"ID": 2, "Value": "x"}]),
            "Tags": st.none() | st.lists(st.text(max_size=5), max_size=3),
            "IsRichHtml": st.booleans() | st.none(),
            "Tasks": st.none() | st.just([]),
            "SomethingNew": st.integers() | st.text() | st.lists(st.none(), max_size=2),
            "model_config": st.text(max_size=3),
        },
    )
)
def test_a_ticket_is_read_whatever_is_missing_null_or_new(sent: dict[str, Any]) -> None:
    ticket = Ticket.model_validate(sent)
    assert ticket.id == sent["ID"]
    assert ticket.raw().keys() == sent.keys()
    assert ticket.raw().get("SomethingNew") == sent.get("SomethingNew")
    assert Ticket.model_validate(ticket.raw()) == ticket


def test_the_recorded_entry_is_read_and_given_back() -> None:
    entry = FeedEntry.model_validate(RECORDED)
    assert (entry.id, entry.created_full_name, entry.update_type) == (220572975, "K C", 3)
    assert entry.created_date == datetime(2025, 11, 3, 19, 50, 49, 683000, UTC)
    assert entry.raw() == RECORDED


def test_raw_is_the_callers_own() -> None:
    ticket = Ticket.model_validate({"ID": 1, "Attributes": [{"ID": 2, "Value": "x"}]})
    ticket.raw()["Attributes"].clear()
    assert ticket.attribute(2) == "x"
    assert ticket.attribute(3) is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "ID"), ({"ID": "abc"}, "ID"), ({"ID": 1, "CreatedDate": "last week"}, "CreatedDate")],
)
def test_a_wrong_member_is_named_as_tdx_names_it(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Ticket.model_validate(sent)
    assert caught.value.errors()[0]["loc"] == (field,)


def test_an_item_is_an_asset_only_by_its_backing_type() -> None:
    asset = TicketItem.model_validate(
        {"ID": 106901, "BackingItemID": 106894, "BackingItemType": 27}
    )
    lab = TicketItem.model_validate({"ID": 106894, "BackingItemID": 106894, "BackingItemType": 63})
    assert asset.asset_id == 106894
    assert lab.asset_id is None


def test_names_are_spelt_as_tdx_spells_them() -> None:
    assert tdx_name("requestor_uids") == "RequestorUids"
    assert Person.model_validate({"UID": "ABC", "PrimaryEmail": ""}).uid == "abc"
    assert TicketItem.model_validate({"ID": 1, "OwnerUID": "ABC"}).owner_uid == "abc"
    assert TicketSearch(status_ids=[1], primary_responsibility_group_ids=[2]).body() == {
        "MaxResults": 0,
        "StatusIDs": [1],
        "PrimaryResponsibilityGroupIDs": [2],
    }
    assert AssetSearch(owning_customer_ids=["x"]).body() == {"OwningCustomerIDs": ["x"]}


def test_a_misspelt_search_member_is_refused_because_tdx_would_answer_unfiltered() -> None:
    with pytest.raises(ValidationError):
        TicketSearch(statusid=[1])  # type: ignore[call-arg]  # the mistake itself


def test_a_post_always_says_whom_to_notify() -> None:
    assert FeedPost(comments="hi").body() == {
        "Comments": "hi",
        "IsPrivate": False,
        "IsRichHtml": False,
        "IsCommunication": False,
        "Notify": ["null"],
        "NewStatusID": 0,
        "CascadeStatus": False,
    }


def test_no_repr_spills_a_whole_person() -> None:
    person = Person.model_validate({"UID": "abc", "FullName": "Pat Doe", "HomePhone": "555"})
    assert repr(person) == str(person) == "Person(uid='abc')"


def test_an_asset_keeps_what_we_do_not_name() -> None:
    asset = Asset.model_validate({"ID": 5, "Name": "None", "ManufacturerName": "Dell"})
    assert asset.name is None
    assert asset.raw()["ManufacturerName"] == "Dell"


def test_report_rows_that_are_no_objects_do_not_spoil_the_others() -> None:
    report = Report.model_validate({"DataRows": [{"TicketID": 5}, None, 7]})
    assert report.rows == [{"TicketID": 5}, {}, {}]
    assert Report.model_validate({"DataRows": None}).rows is None
