"""Each model takes each example shape of the fact sheet, member by member."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, BeforeValidator, ValidationError

from rooms.tdx.contract.members import ANSWERS, REQUESTS
from ticket_queue_daemon.tdx import fields, models
from ticket_queue_daemon.tdx.fields import TdxModel, TdxRequest
from ticket_queue_daemon.tdx.reportrows import ticket_ids
from ticket_queue_daemon.tdx.tokens import clean_token
from ticket_queue_daemon.tdx.wire import Answer, Call, Delivery, Due, classify

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

# How TDX writes a member of each kind, and what we read (fact sheet 6, 7, 15, 16).
GUID = "6da16b1a-0000-eb11-a7ad-0050f2eef4a7"
WRITTEN: dict[Any, list[tuple[Any, Any]]] = {
    fields._moment: [
        ("2017-09-15T15:25:09.79Z", datetime(2017, 9, 15, 15, 25, 9, 790000, UTC)),
        ("2017-09-15T15:25:30Z", datetime(2017, 9, 15, 15, 25, 30, tzinfo=UTC)),
        ("2025-11-03T19:50:49.683Z", datetime(2025, 11, 3, 19, 50, 49, 683000, UTC)),
        ("2025-11-03T19:50:49.6Z", datetime(2025, 11, 3, 19, 50, 49, 600000, UTC)),
        ("2026-04-03T15:22:01.607", datetime(2026, 4, 3, 15, 22, 1, 607000, UTC)),
        ("2017-12-25T05:00:00Z", datetime(2017, 12, 25, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T05:00:00Z", None),
        (None, None),
    ],
    fields._guid: [
        (GUID, GUID),
        (GUID.upper(), GUID),
        ("00000000-0000-0000-0000-000000000000", None),
        ("", None),
        (None, None),
    ],
    fields._name: [
        ("East Hall", "East Hall"),
        ("None", None),
        ("", None),
        (None, None),
        ("MI  ", "MI"),
        ("48109     ", "48109"),
    ],
    fields._text: [("text", "text"), ("", ""), (None, ""), (26190, "26190")],
    # 4711 stands for a value of an enumeration that we have never seen.
    fields._number: [
        (46, 46),
        (0, 0),
        (-1, -1),
        (None, 0),
        ("25", 25),
        (9291804.0, 9291804),
        (4711, 4711),
    ],
    fields._flag: [(True, True), (False, False), (None, False), ("True", True), ("0", False)],
    fields._list: [([], []), (None, [])],
}
LISTED = sorted(ANSWERS, key=lambda model: model.__name__)


def subclasses(base: type) -> set[type[BaseModel]]:
    found = set(base.__subclasses__())
    for one in list(found):
        found |= subclasses(one)
    return {
        one for one in found if "[" not in one.__name__ and one.__module__.startswith("ticket_")
    }


def kind_of(field: FieldInfo) -> Any:
    return next((one.func for one in field.metadata if isinstance(one, BeforeValidator)), None)


def least(model: type[TdxModel]) -> dict[str, Any]:
    """The smallest answer that makes the model: its required members."""
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required():
            made[field.alias or name] = [] if kind_of(field) is fields._list else 1
    return made


def test_every_model_is_in_the_tables() -> None:
    assert subclasses(TdxModel) == set(ANSWERS)
    assert subclasses(TdxRequest) == set(REQUESTS)


@pytest.mark.parametrize("model", [*LISTED, *REQUESTS], ids=lambda model: model.__name__)
def test_every_member_is_spelt_as_tdx_spells_it(model: type[BaseModel]) -> None:
    known = set((ANSWERS | REQUESTS)[model].split())  # type: ignore[operator]  # two tables of texts
    ours = {field.alias or name for name, field in model.model_fields.items() if not field.exclude}
    assert ours - known == set()


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_every_member_is_read_in_every_form(model: type[TdxModel]) -> None:
    for name, field in model.model_fields.items():
        for written, read in WRITTEN.get(kind_of(field), ()):
            if written is None and field.is_required():
                continue
            made = model.model_validate({**least(model), field.alias or name: written})
            assert getattr(made, name) == read, (name, written)


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_every_member_beyond_ours_is_kept_and_camel_case_is_taken(model: type[TdxModel]) -> None:
    beyond = set(ANSWERS[model].split()) - {
        field.alias or name for name, field in model.model_fields.items()
    }
    sent = least(model) | dict.fromkeys(beyond, "kept") | {"NewIn2030": {"deep": [None]}}
    raw = model.model_validate(sent).raw()
    assert {name: raw[name] for name in sent} == sent
    small = {name[0].lower() + name[1:]: value for name, value in least(model).items()}
    assert model.model_validate(small) == model.model_validate(least(model))


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_every_wrong_member_is_named_by_tdxs_name(model: type[TdxModel]) -> None:
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        alias = field.alias or name
        with pytest.raises(ValidationError) as caught:
            model.model_validate({**least(model), alias: {"what": "is this"}})
        assert {error["loc"][0] for error in caught.value.errors()} == {alias}


def test_the_account_of_the_recorded_getuser() -> None:
    sent = {
        "UID": GUID,
        "UserName": "api@x.edu",
        "Birthday": "0001-01-01T05:00:00Z",
        "ReportTimeAfterDate": "0001-01-01T00:00:00Z",
        "DefaultAccountName": "None",
        "AboutMe": None,
        "ReportsToUID": "",
        "ResourcePoolID": -1,
        "SecurityRoleID": "",
        "Permissions": [],
    }
    person = models.Person.model_validate(sent)
    assert person.uid == GUID
    assert person.raw() == sent


def test_the_illustrated_report() -> None:
    sent = json.loads(
        """{"Description":"","MaxResults":0,
        "DisplayedColumns":[{"HeaderText":"ID","ColumnName":"TicketID","DataType":2,
        "SortColumnExpression":"TicketID ASC","SortColumnName":"TicketID","SortDataType":2,
        "Aggregate":0,"Component":0,"FooterExpression":null}],
        "SortOrder":[{"ColumnLabel":"Modified","ColumnName":"ModifiedDate","IsAscending":false}],
        "ChartType":"","ChartSettings":[],
        "DataRows":[{"TicketID":9291804,"Title":"Laptop will not boot","CustomerName":"Pat Doe",
        "StatusName":"New"}],"ID":1344,"Name":"Desktop Support-East Hall Unassigned Tickets",
        "CreatedUid":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","CreatedFullName":"A Person",
        "CreatedDate":"2021-03-02T15:04:05.123Z","SystemAppName":"TDTickets","PlatformAppID":46,
        "PlatformAppName":"ITS Tickets","ReportSourceID":35,"ReportSourceName":"Tickets",
        "Uri":"api/reports/1344"}"""
    )
    report = models.Report.model_validate(sent)
    assert ticket_ids(report).ids == [9291804]
    assert report.raw() == sent


@pytest.mark.parametrize("written", [9291804, 9291804.0, "9291804", " 9291804 ", "9291804.0"])
def test_the_id_in_a_row_in_every_form(written: Any) -> None:
    assert ticket_ids(models.Report(ID=1344, DataRows=[{"TicketID": written}])).ids == [9291804]


def test_the_values_of_attributes() -> None:
    """Fact sheet 7: a choice's id, several ids, free text with no text of its own."""
    sent = [
        {"ID": 1, "Value": "26190", "ValueText": "Production", "ChoicesText": "Production"},
        {"ID": 2, "Value": "2364,5176", "ChoicesText": "A, B", "AssociatedItemIDs": [0]},
        {"ID": 3, "Value": "02:00:00:00:00:01", "ValueText": "", "Choices": []},
        {"ID": 4, "Value": None, "Choices": None},
    ]
    ticket = models.Ticket.model_validate({"ID": 1, "Attributes": sent})
    assert [ticket.attribute(n) for n in (1, 2, 3, 4)] == [
        "26190",
        "2364,5176",
        "02:00:00:00:00:01",
        None,
    ]


@pytest.mark.parametrize("status", [200, 201, 204, 304])
@pytest.mark.parametrize("body", [b"", b'"OK"', b'""'])
def test_relations_are_done_whatever_their_body(status: int, body: bytes) -> None:
    call = Call("POST", "tickets/{id}/assets/{assetId}", "46/tickets/1/assets/2", Due.NOTHING, True)
    assert classify(Answer(status, body=body), call) is Delivery.APPLIED


@pytest.mark.parametrize("body", [b"", b'""', b"null", b"[]", b"{}", b'{"ID":0}'])
def test_a_post_that_does_not_say_what_it_made_is_in_doubt(body: bytes) -> None:
    call = Call("POST", "tickets/{id}/feed", "46/tickets/1/feed", Due.ENTITY, writes=True)
    assert classify(Answer(201, body=body), call) is Delivery.IN_DOUBT


@pytest.mark.parametrize("text", ["abc.def.ghi", ' "abc.def.ghi"\r\n', '"abc.def.ghi"'])
def test_tokens_in_quotes_or_blanks(text: str) -> None:
    assert clean_token(text) == "abc.def.ghi"
