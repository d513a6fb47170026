"""Several members of a ticket in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import SetFieldsAction
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.simulator.editing import MEMBERS as EDITABLE
from ticket_queue_daemon.tdx.members import MEMBERS

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


def test_the_table_names_what_tdx_lets_be_edited() -> None:
    """The simulator's table was written from TDX's manual; ours leaves nothing but a shortcut out."""
    ours = {one.name.lower() for one in MEMBERS}

    assert ours == set(EDITABLE) - {"articleshortcutid"}


def test_several_are_one_request_and_what_is_so_is_left_out(desk: Desk) -> None:
    ticket = desk.ticket("Printer", priority_id=21)

    dry = desk.run(
        SetFieldsAction({"priority": "High", "type": "Printing", "start_date": "2027-01-15"}),
        dry_run=True,
    )
    desk.run(SetFieldsAction({"priority": "High", "type": "Printing", "start_date": "2027-01-15"}))

    assert "Priority" not in dry.plans[0].effects[0]
    assert ticket.type_id == 311
    assert desk.simulator.journal.count("ticket_patched") == 1


def test_nothing_left_is_skipped(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer", "Hello & <b>welcome</b>", rich=True)

    desk.run(SetFieldsAction({"Title": "Printer", "description": "Hello &amp; welcome"}))

    (row,) = log.get_ticket_actions(ticket.id)
    assert row["metadata"]["message"] == "the ticket has these values already"
    assert desk.writes() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"PriorityID": 21, "responsible_uid": "tnovak"},
        {"priority": "high", "responsible": "Theo Novak"},
        {"priority_id": "21", "ResponsibleUid": "tnovak@umich.edu"},
    ],
)
def test_every_spelling_is_one_action(desk: Desk, fields: dict[str, Any]) -> None:
    action = SetFieldsAction(fields)
    desk.app(action)

    assert action.get_action_config() == {
        "fields": {"PriorityID": 21, "ResponsibleUid": desk.theo.uid}
    }


def test_null_clears(desk: Desk) -> None:
    ticket = desk.ticket("Printer")

    desk.run(SetFieldsAction({"source": None, "requestor": None}))

    assert (ticket.source_id, ticket.requestor_uid) == (0, None)


@pytest.mark.parametrize(("rich", "made"), [(True, "A &lt;b&gt;"), (False, "A <b>")])
def test_in_a_description_of_html_what_is_filled_in_is_escaped(
    desk: Desk, rich: bool, made: str
) -> None:
    ticket = desk.ticket("A <b>", "old", rich=rich)

    desk.run(SetFieldsAction({"description": "{{ ticket.title }}"}, template=True))

    assert ticket.description == made


@pytest.mark.parametrize(
    ("fields", "said", "advice"),
    [
        ({}, "no fields", ""),
        ({"prority": 1}, "no field 'prority'", "Did you mean priority_id"),
        ({"priority": 1, "PriorityID": 2}, "sets PriorityID twice", ""),
        ({"title": None}, "title: a ticket can't be without it", ""),
        ({"priority": True}, "True is not a number", "A name can be written for: status_id"),
        ({"service": "Help"}, "'Help' is not a number", ""),
        ({"end_date": "soon"}, "end_date: ", "2026-12-31"),
        ({"title": 5}, "5 is not a text", ""),
    ],
)
def test_wrong_fields_are_refused(fields: dict[str, Any], said: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        SetFieldsAction(fields)

    assert advice in caught.value.advice
