"""The seed's "Custom field update action"; choices by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import CustomFieldAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker

SYSTEM, ROOM, SERVICES = 18375, 18376, 18377


def message(log: StateTracker, ticket_id: int) -> str:
    (row,) = log.get_ticket_actions(ticket_id)
    return str(row["error_message"] or row["metadata"]["message"])


@pytest.mark.parametrize("value", ["macOS", "MACOS", "26191"])
def test_a_choice_by_name_or_number_is_one_action(desk: Desk, value: str) -> None:
    ticket = desk.ticket("Printer")
    desk.run(CustomFieldAction(SYSTEM, "26191"))
    ticket.attributes.clear()

    again = desk.run(CustomFieldAction("operating system", value))

    assert again.executed == 0


def test_an_unknown_choice_is_refused_with_the_nearest(desk: Desk) -> None:
    desk.ticket("Printer")

    with pytest.raises(ConfigError, match="Operating System has no choice 'MacOX'") as caught:
        desk.run(CustomFieldAction(SYSTEM, "MacOX"))

    assert "Did you mean macOS" in caught.value.advice


def test_a_choice_that_a_template_makes_may_fail_for_its_ticket(
    desk: Desk, log: StateTracker
) -> None:
    good, bad = desk.ticket("linux"), desk.ticket("Lynux")

    desk.run(CustomFieldAction(SYSTEM, "{{ ticket.title }}", template=True))

    assert good.attributes == {SYSTEM: "26192"}
    assert "no choice 'Lynux'" in message(log, bad.id)
    assert "Did you mean Linux" in message(log, bad.id)


def test_a_value_is_left_alone_if_only_an_empty_one_is_meant(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    ticket.attributes[ROOM] = "B117"

    desk.run(CustomFieldAction(ROOM, "A1", only_if_empty=True))

    assert ticket.attributes == {ROOM: "B117"}
    assert message(log, ticket.id) == "Room has a value already"


@pytest.mark.parametrize(
    ("attribute", "present", "value"),
    [
        (ROOM, "B117", " B117"),
        (SYSTEM, "26191", "macOS"),
        (SERVICES, "2364,5176", ["Wi-Fi", "E-mail"]),
    ],
)
def test_what_is_so_already_is_left_alone(
    desk: Desk, log: StateTracker, attribute: int, present: str, value: Any
) -> None:
    ticket = desk.ticket("Printer")
    ticket.attributes[attribute] = present

    desk.run(CustomFieldAction(attribute, value))

    assert desk.writes() == 0
    assert message(log, ticket.id).endswith(" already")


@pytest.mark.parametrize("value", ["0", "b117"])
def test_in_a_text_zero_is_a_value_and_case_counts(desk: Desk, value: str) -> None:
    ticket = desk.ticket("Printer")
    ticket.attributes[ROOM] = "" if value == "0" else "B117"

    desk.run(CustomFieldAction(ROOM, value))

    assert ticket.attributes[ROOM] == value


def test_where_definitions_are_not_shown_the_tickets_own_choices_do(desk: Desk) -> None:
    ticket = desk.ticket("Windows")
    ticket.attributes[SYSTEM] = "26190"
    desk.simulator.faults.add("status_before", "GET", "/attributes/custom", status=403)

    desk.run(CustomFieldAction(SYSTEM, "{{ 'Linux' }}", template=True))

    assert ticket.attributes == {SYSTEM: "26192"}


def test_an_empty_value_clears(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    ticket.attributes[ROOM] = "B117"

    desk.run(CustomFieldAction(ROOM, ""))

    assert ticket.attributes == {}
    assert message(log, ticket.id) == "Cleared Room"


def test_an_attribute_that_tdx_does_not_have_fails_in_its_words(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    desk.run(CustomFieldAction(99, "x"))

    assert "The attribute 99 could not be found." in message(log, ticket.id)


def test_no_attribute_is_refused() -> None:
    with pytest.raises(ConfigError, match="no attribute_id"):
        CustomFieldAction(0, "x")
