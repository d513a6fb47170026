"""Link the lab that a ticket belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import (
    ActionResult,
    BaseAction,
    Reevaluate,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.actions.labs import LAB_FORM_IDS, LAB_TYPE_IDS, Lab, labs_among
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.actions.labs import LabRecords
    from ticket_queue_daemon.tdx.items import Relationship
    from ticket_queue_daemon.tdx.models import TicketItem

COMPUTER_TO_LAB = 10012


class AddLabAction(BaseAction):
    """Links the lab's configuration item, if the ticket has no lab yet and exactly one fits.

    The lab of the machines on the ticket comes first, then that of the requestor. Where the data hub
    has its views of labs, they are asked; without the view of computers it is TDX's relationships of
    the machines. There is no such way to a person's labs: without the hub the requestor is not asked.
    Several that fit are told by name, and none is linked. Place it after ``AddAssetAction``.

    Args:
        lab_type_ids: configuration item types that are a lab.
        lab_form_ids: forms that are a lab's; an item of any of these types or forms is one.
        relationship_type_ids: relationships that lead from a machine to its lab; none given: any.
        use_requestor: link the requestor's lab if the machines have none.
        add_summary_comment: give the summary comment a line.
        version: raise it to look at every ticket again.
        reevaluate: ``on_update``: look again at a ticket that was skipped, once it has changed.
    """

    asks_for = frozenset({"link_item"})

    def __init__(
        self,
        lab_type_ids: Iterable[int] = LAB_TYPE_IDS,
        lab_form_ids: Iterable[int] = LAB_FORM_IDS,
        relationship_type_ids: Iterable[int] = (COMPUTER_TO_LAB,),
        use_requestor: bool = True,
        add_summary_comment: bool = True,
        version: str = "v1",
        reevaluate: Reevaluate = "never",
    ) -> None:
        super().__init__(version=version)
        self.lab_type_ids = sorted(set(lab_type_ids))
        self.lab_form_ids = sorted(set(lab_form_ids))
        self.relationship_type_ids = sorted(set(relationship_type_ids))
        self.use_requestor = use_requestor
        self.add_summary_comment = add_summary_comment
        self.reevaluate = reevaluate
        if not (self.lab_type_ids or self.lab_form_ids):
            raise ConfigError(
                "AddLabAction does not say what a lab is.", "Give lab_type_ids or lab_form_ids."
            )

    def get_action_type(self) -> str:
        """``add_lab``."""
        return "add_lab"

    def get_action_config(self) -> dict[str, Any]:
        """All options."""
        return {
            "lab_type_ids": self.lab_type_ids,
            "lab_form_ids": self.lab_form_ids,
            "relationship_type_ids": self.relationship_type_ids,
            "use_requestor": self.use_requestor,
            "add_summary_comment": self.add_summary_comment,
        }

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """The machines' lab, else the requestor's; each only if it is exactly one."""
        del dry_run
        items = facade.get_ticket_items(ticket_id)
        if present := labs_among(items, self.lab_type_ids, self.lab_form_ids):
            names = ", ".join(item.name or str(item.id) for item in present)
            return skip(f"the ticket has a lab already: {names}")
        records = facade.lab_records(ticket_id)
        computers = [item for item in items if item.asset_id is not None]
        found = self._of_computers(ticket_id, facade, computers, records)
        if found:
            return self._link(ticket_id, facade, found, "the lab of the machine on the ticket")
        why = "the machines on it belong to no lab" if computers else "it has no machine"
        if not self.use_requestor:
            return skip(f"no lab to link: {why}")
        if records.of_requestor is None:
            return skip(f"no lab to link: {why}, and no data hub says which labs people belong to")
        if not records.of_requestor:
            return skip(f"no lab to link: {why}, and its requestor is in none")
        return self._link(
            ticket_id, facade, records.of_requestor, f"the requestor's lab, since {why}"
        )

    def _of_computers(
        self,
        ticket_id: int,
        facade: TicketFacade,
        computers: Sequence[TicketItem],
        records: LabRecords,
    ) -> Sequence[Lab]:
        if records.of_computers is not None:
            return records.of_computers
        found: dict[int, Lab] = {}
        for item in computers:
            for relation in facade.get_relationships(ticket_id, item.id):
                if lab := self._other_end(relation, item.id):
                    found.setdefault(lab.id, lab)
        return list(found.values())

    def _other_end(self, relation: Relationship, item_id: int) -> Lab | None:
        """What the relation leads to, if it is a lab; a relation shows types, and no forms."""
        wanted = self.relationship_type_ids
        if wanted and relation.relationship_type_id not in wanted:
            return None
        if relation.child_id == item_id:
            type_id, lab = (
                relation.parent_type_id,
                Lab(relation.parent_id, relation.parent_name or ""),
            )
        else:
            type_id, lab = relation.child_type_id, Lab(relation.child_id, relation.child_name or "")
        return lab if type_id in self.lab_type_ids else None

    def _link(
        self, ticket_id: int, facade: TicketFacade, labs: Sequence[Lab], reason: str
    ) -> ActionResult:
        details = {"candidates": [{"item_id": lab.id, "name": lab.name} for lab in labs]}
        names = ", ".join(lab.label for lab in labs)
        if len(labs) > 1:
            several = f"No lab linked, since {len(labs)} may be meant: {names} ({reason})"
            return skip(several, summary=several if self.add_summary_comment else "", **details)
        [lab] = labs
        facade.add_configuration_item(ticket_id, lab.id, name=lab.name)
        summary = f"Linked lab {names}. Reason: {reason}"
        return ActionResult(
            message=summary,
            summary=summary if self.add_summary_comment else "",
            details={**details, "reason": reason},
        )
