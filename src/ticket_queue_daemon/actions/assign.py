"""Make somebody responsible: a person, a group, or one of several people in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.ids import number, uid
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.names import as_uid

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.models import Ticket
    from ticket_queue_daemon.tdx.names import NameBook

Pick = Literal["round_robin", "least_loaded"]


class AssignAction(BaseAction):
    """Assigns the ticket to a group, to a person, or to one of several people.

    The choice among several is made when the change is planned; the plan is stored, so whatever
    happens after that, the same person is meant. Round robin goes by the ticket's number, so it
    needs no memory and is the same again if it is planned again.

    Args:
        responsible_uid: the person, by UID, full name, user name or e-mail address.
        responsible_group_id: the group, by number or name; without a person nobody in it yet.
        responsible_uids: several people, one of whom is chosen.
        members_of_group_id: choose among the active members of this group.
        pick: how to choose: in turn, or who has the fewest open tickets.
        notify_new_responsible: TDX mails whoever becomes responsible.
        only_if_unassigned: leave a ticket alone for which a person is responsible.
        version: raise it to do it again.
    """

    asks_for = frozenset({"patch_ticket"})

    def __init__(
        self,
        responsible_uid: str = "",
        responsible_group_id: int | str = 0,
        responsible_uids: list[str] | None = None,
        members_of_group_id: int | str = 0,
        pick: Pick = "round_robin",
        notify_new_responsible: bool = False,
        only_if_unassigned: bool = True,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if isinstance(responsible_uids, str):
            raise ConfigError("AssignAction: responsible_uids is a text.", "Write a list.")
        self.responsible_uid = responsible_uid
        self.responsible_group_id = responsible_group_id
        self.responsible_uids = list(responsible_uids or ())
        self.members_of_group_id = members_of_group_id
        self.pick = pick
        self.notify_new_responsible = notify_new_responsible
        self.only_if_unassigned = only_if_unassigned
        people = [
            word
            for word in ("responsible_uid", "responsible_uids", "members_of_group_id")
            if getattr(self, word)
        ]
        if len(people) > 1:
            raise ConfigError(f"AssignAction has {' and '.join(people)}.", "Decide for one.")
        if not people and not responsible_group_id:
            raise ConfigError("AssignAction names nobody.", "Name a person, people or a group.")
        if pick not in get_args(Pick):
            raise ConfigError(
                f"AssignAction: pick is {pick!r}.", f"It is one of {', '.join(get_args(Pick))}."
            )

    def get_action_type(self) -> str:
        """``assign``."""
        return "assign"

    def get_action_config(self) -> dict[str, Any]:
        """What was chosen; the order of several people counts, since it is their turn's."""
        config: dict[str, Any] = {"only_if_unassigned": self.only_if_unassigned}
        if self.responsible_uid:
            config["responsible_uid"] = uid(self.responsible_uid, "AssignAction: responsible_uid")
        if self.responsible_uids:
            config["responsible_uids"] = [
                uid(one, "AssignAction: responsible_uids") for one in self.responsible_uids
            ]
        for option in ("responsible_group_id", "members_of_group_id"):
            if group := getattr(self, option):
                config[option] = number(group, f"AssignAction: {option}")
        if self.responsible_uids or self.members_of_group_id:
            config["pick"] = self.pick
        if self.notify_new_responsible:
            config["notify_new_responsible"] = True
        return config

    def resolve(self, names: NameBook) -> None:
        """People and groups by their names."""
        if self.responsible_uid:
            where = "AssignAction: responsible_uid"
            self.responsible_uid = names.person(self.responsible_uid, where)
        where = "AssignAction: responsible_uids"
        self.responsible_uids = [names.person(one, where) for one in self.responsible_uids]
        where = "AssignAction: responsible_group_id"
        self.responsible_group_id = names.number("group", self.responsible_group_id, where)
        where = "AssignAction: members_of_group_id"
        self.members_of_group_id = names.number("group", self.members_of_group_id, where)

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Choose, and ask for the change."""
        del dry_run
        ticket = facade.get_ticket(ticket_id)
        if self.only_if_unassigned and ticket.responsible_uid:
            who = ticket.responsible_full_name or ticket.responsible_uid
            return skip(f"{who} is responsible already")
        person, details = self._choose(ticket, facade)
        group = number(self.responsible_group_id, "")
        if not person and not group:
            return skip("the group has no active member to choose from", **details)
        changes = _changes(ticket, person, group)
        if not changes:
            return skip("the ticket is assigned so already", **details)
        facade.update_ticket(ticket_id, changes, notify_new_responsible=self.notify_new_responsible)
        asked = facade.directory()
        names = [asked.name_of("person", person)] if person else []
        names += [asked.name_of("group", group)] if group else []
        line = f"Assigned to {', '.join(names)}"
        return ActionResult(message=line, summary=line, details=details)

    def _choose(self, ticket: Ticket, facade: TicketFacade) -> tuple[str, dict[str, Any]]:
        if self.responsible_uid:
            return uid(self.responsible_uid, ""), {}
        people = [uid(one, "") for one in self.responsible_uids]
        if group := number(self.members_of_group_id, ""):
            members = facade.directory().members(group)
            # Sorted, since TDX promises no order and everybody's turn goes by it.
            people = sorted(
                as_uid(one.uid) for one in members if one.uid and one.is_active is not False
            )
        if not people:
            return "", {}
        if self.pick == "round_robin":
            return people[ticket.id % len(people)], {"pick": self.pick, "of": len(people)}
        chosen, counts = facade.directory().least_loaded(people)
        return chosen, {"pick": self.pick, "open_tickets": dict(counts)}


def _changes(ticket: Ticket, person: str, group: int) -> dict[str, Any]:
    """What differs. A group without a person takes the ticket from whoever had it."""
    wanted: dict[str, Any] = {}
    if group and ticket.responsible_group_id != group:
        wanted["ResponsibleGroupID"] = group
    if (ticket.responsible_uid or "") != person:
        wanted["ResponsibleUid"] = person or None
    return wanted
