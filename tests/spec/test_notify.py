"""The seed's "Notification action (add contacts)"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import NotifyAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


def test_contacts_are_added_and_the_named_are_mailed_once(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    action = NotifyAction(
        contact_uids=[desk.theo.uid],
        notify=["requestor", desk.alice.email],
        comments="<p>{{ ticket.title }} & more</p>",
        is_rich_html=True,
        template=True,
    )

    dry = desk.run(action, dry_run=True)
    desk.run(action)
    desk.run(action)

    assert dry.plans[0].effects[1].startswith(f"post public comment to {desk.alice.email}: ")
    assert ticket.contacts == [desk.theo.uid]
    assert [one.addresses for one in desk.world.notifications] == [[desk.alice.email]]


def test_contacts_and_the_requestor_are_left_alone(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    ticket.contacts.append(desk.theo.uid)

    desk.run(NotifyAction(contact_uids=[desk.theo.uid, desk.alice.uid]))

    assert desk.writes() == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert "nobody is left to tell" in row["metadata"]["message"]


def test_a_role_that_nobody_has_is_left_out(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    desk.run(NotifyAction(notify=["responsible"], comments="Yours now"))

    assert desk.writes() == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "skipped"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "names nobody"),
        ({"notify": "a@b.edu"}, "notify is a text"),
        ({"notify": ["Theo"], "comments": "x"}, "notify has 'Theo'"),
        ({"notify": ["a@b.edu"]}, "belong together"),
        ({"comments": "x"}, "belong together"),
        ({"notify": ["a@b.edu"], "comments": "{{ x }}", "template": True}, "no variable 'x'"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        NotifyAction(**options)
