"""The tables of words agree with what TDX's models name, so that no field is misnamed or forgotten."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.rules import vocabulary as words
from ticket_queue_daemon.rules.conditions import Condition
from ticket_queue_daemon.rules.facts import AssetFact, Feed, KnownFacts, QueueFact
from ticket_queue_daemon.tdx.models import Person, Ticket

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.fields import TdxModel

SENT: dict[str, Any] = {
    words.TEXT: "x",
    words.NUMBER: 7,
    words.DECIMAL: 7.5,
    words.FLAG: True,
    words.TIME: "2026-11-26T15:00:00Z",
    words.TEXTS: ["x"],
}
IS_IT: dict[str, str] = {
    words.TEXT: '== "x"',
    words.NUMBER: "== 7",
    words.DECIMAL: "== 7.5",
    words.FLAG: "== true",
    words.TIME: "== now",
    words.TEXTS: '== ["x"]',
}
UNSET: dict[str, str] = {
    words.TEXT: '== ""',
    words.NUMBER: "== 0",
    words.DECIMAL: "== 0.0",
    words.FLAG: "== false",
    words.TIME: "== null",
    words.TEXTS: "== []",
}
NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)


def all_of(variable: str, answers: dict[str, str]) -> Condition:
    table = words.RECORDS[variable]
    asked = [
        f"{variable}.{name} {answers[field.type]}"
        for name, field in table.items()
        if field.type in answers
    ]
    return Condition(" && ".join(asked), where="when")


@pytest.mark.parametrize(("variable", "model"), [("ticket", Ticket), ("requestor", Person)])
def test_every_member_of_the_model_is_a_field_under_tdxs_name(
    variable: str, model: type[TdxModel]
) -> None:
    table = words.RECORDS[variable]
    named = {field.alias: name for name, field in model.model_fields.items()}

    assert {"attributes" if alias == "Attributes" else alias for alias in named} <= set(table)
    assert {
        name: field.attribute
        for name, field in table.items()
        if name in named and field.attribute != named[name]
    } == {}


@pytest.mark.parametrize(("variable", "model"), [("ticket", Ticket), ("requestor", Person)])
def test_each_field_is_read_from_what_tdx_sends_with_its_type(
    variable: str, model: type[TdxModel]
) -> None:
    table = words.RECORDS[variable]
    sent = {name: SENT[field.type] for name, field in table.items() if field.type in SENT}
    facts = KnownFacts(NOW, **{f"of_{variable}": model.model_validate(sent)})

    assert all_of(variable, IS_IT).decide(facts).holds


@pytest.mark.parametrize(("variable", "model"), [("ticket", Ticket), ("requestor", Person)])
@pytest.mark.parametrize("is_sent", [True, False])
def test_what_is_not_set_is_empty_and_only_times_are_null(
    variable: str, model: type[TdxModel], is_sent: bool
) -> None:
    sent = dict.fromkeys(words.RECORDS[variable]) if is_sent else {}
    facts = KnownFacts(NOW, **{f"of_{variable}": model.model_validate({**sent, "ID": 0})})

    assert all_of(variable, UNSET).decide(facts).holds


def test_a_time_that_the_model_does_not_name_is_unset_in_all_of_tdxs_forms() -> None:
    condition = Condition("ticket.ResolveByDate == null", where="when")

    for sent in (None, "", "0001-01-01T00:00:00", "0001-01-01T05:00:00Z"):
        ticket = Ticket.model_validate({"ID": 1, "ResolveByDate": sent})
        assert condition.decide(KnownFacts(NOW, ticket)).holds


@pytest.mark.parametrize(
    ("variable", "kind"), [("feed", Feed), (words.ASSET, AssetFact), ("queue", QueueFact)]
)
def test_the_fields_of_our_own_facts_are_their_members(variable: str, kind: type) -> None:
    members = {field.name for field in dataclasses.fields(kind)} - {"ignored"}

    assert {field.attribute for field in words.RECORDS[variable].values()} == members
    assert set(words.RECORDS[variable]) == members
