"""It happened and we were not told, or we were told and it did not happen: once, all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import ActionResult, BaseAction, TicketFacade

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker

FAULTS: dict[str, dict[str, Any]] = {
    "response lost after apply": {"effect": "drop_after"},
    "response lost before apply": {"effect": "drop_before"},
    "500 after apply": {"effect": "status_after", "status": 500},
    "500 before apply": {"effect": "status_before", "status": 500},
    "408": {"effect": "status_before", "status": 408},
    "429": {"effect": "status_before", "status": 429},
    "garbage body": {"effect": "garbage"},
    "cut body": {"effect": "truncated"},
    "empty body": {"effect": "empty"},
    "login page": {"effect": "login_redirect"},
    "HTML page": {"effect": "html"},
    "token expired": {"effect": "expire_token"},
}


class One(BaseAction):
    """An action with one effect of the given kind."""

    def __init__(self, kind: str, ask: Callable[[TicketFacade, int], object]) -> None:
        super().__init__()
        self.kind, self.ask = kind, ask

    def get_action_type(self) -> str:
        return f"one_{self.kind}"

    def get_action_config(self) -> dict[str, Any]:
        return {"kind": self.kind}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        self.ask(facade, ticket_id)
        return ActionResult(summary=f"did {self.kind}")


def effects(desk: Desk) -> dict[str, tuple[str, Callable[[TicketFacade, int], object]]]:
    """Each kind of effect: the journal's word for it, and how an action asks for it."""
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    lab = desk.world.add_lab("aabol Lab")
    return {
        "public comment": ("feed_entry", lambda f, t: f.add_comment(t, "Hello <World> & all")),
        "private comment": ("feed_entry", lambda f, t: f.add_comment(t, "Hello", is_private=True)),
        "rich comment": (
            "feed_entry",
            lambda f, t: f.add_comment(t, "<p>Hello <b>World</b></p>", is_rich_html=True),
        ),
        "asset": ("asset_attached", lambda f, t: f.add_asset(t, machine.id)),
        "configuration item": ("ci_linked", lambda f, t: f.add_configuration_item(t, lab.id)),
        "status": ("ticket_patched", lambda f, t: f.update_ticket(t, {"StatusID": 117})),
        "tags": ("tags_added", lambda f, t: f.add_tags(t, ["vip"])),
        "contact": ("contact_added", lambda f, t: f.add_contact(t, desk.theo.uid)),
        "asset taken off": (
            "asset_detached",
            lambda f, t: (desk.world.attach_asset(t, machine.id), f.remove_asset(t, machine.id)),
        ),
        "task": ("task_created", lambda f, t: f.add_task(t, "Fetch it", "From <room> 12")),
    }


KINDS = (
    "public comment",
    "private comment",
    "rich comment",
    "asset",
    "configuration item",
    "status",
    "tags",
    "contact",
    "asset taken off",
    "task",
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_effect_is_applied_exactly_once(
    desk: Desk, log: StateTracker, kind: str, fault: str
) -> None:
    word, ask = effects(desk)[kind]
    ticket = desk.ticket("Printer")
    rule = dict(FAULTS[fault])
    desk.simulator.faults.add(
        rule.pop("effect"), route=ROUTES[kind], method=METHODS.get(kind, "POST"), nth=1, **rule
    )

    for _ in range(3):
        desk.run(One(kind, ask), retry_seconds=0)

    assert len(desk.simulator.journal.for_ticket(ticket.id, word)) == 1
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "completed"


ROUTES = {
    "public comment": r"/tickets/\{id\}/feed$",
    "private comment": r"/tickets/\{id\}/feed$",
    "rich comment": r"/tickets/\{id\}/feed$",
    "asset": r"/tickets/\{id\}/assets/",
    "configuration item": r"/tickets/\{id\}/configurationItems/",
    "status": r"/tickets/\{id\}$",
    "tags": r"/tickets/\{id\}/tags$",
    "contact": r"/tickets/\{id\}/contacts/",
    "asset taken off": r"/tickets/\{id\}/assets/",
    "task": r"/tickets/\{ticketId\}/tasks$",
}
METHODS = {"status": "PATCH", "asset taken off": "DELETE"}
