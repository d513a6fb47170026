"""Set a custom attribute of the ticket; choices may be written by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import (
    ActionError,
    ActionResult,
    BaseAction,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.actions.ids import number
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.attributes import Choice
from ticket_queue_daemon.tdx.members import comparable, member_value
from ticket_queue_daemon.tdx.names import near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.tdx.models import Ticket
    from ticket_queue_daemon.tdx.names import NameBook


class CustomFieldAction(BaseAction):
    """Sets one custom attribute.

    Args:
        attribute_id: the attribute, by number or by name.
        value: the text, the name or number of a choice, or a list of those for several choices;
            "" clears it.
        only_if_empty: leave a value alone that is there.
        template: the value is a template, filled in for each ticket.
        version: raise it to do it again.
    """

    asks_for = frozenset({"patch_ticket"})

    def __init__(
        self,
        attribute_id: int | str,
        value: str | list[str],
        only_if_empty: bool = False,
        template: bool = False,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if not attribute_id:
            raise ConfigError("CustomFieldAction has no attribute_id.", "Name an attribute.")
        self.attribute_id = attribute_id
        self.several = not isinstance(value, str | int | float)
        given = [str(one) for one in value] if self.several else [str(value)]
        where = "CustomFieldAction: value"
        self.values = [Wording(one, template=template, where=where) for one in given]
        self.only_if_empty = only_if_empty
        self.template = template

    def get_action_type(self) -> str:
        """``custom_field``."""
        return "custom_field"

    def get_action_config(self) -> dict[str, Any]:
        """The attribute's id, and the value with the ids of choices."""
        texts = [one.text for one in self.values]
        config: dict[str, Any] = {
            "attribute_id": number(self.attribute_id, "CustomFieldAction: attribute_id"),
            "value": sorted(texts) if self.several else texts[0],
            "only_if_empty": self.only_if_empty,
        }
        if self.template:
            config["template"] = True
        return config

    def resolve(self, names: NameBook) -> None:
        """The attribute by its name, and its choices by theirs."""
        where = "CustomFieldAction: attribute_id"
        self.attribute_id = names.number("attribute", self.attribute_id, where)
        texts = [one.text for one in self.values]
        if self.template or all(text.isdigit() or not text for text in texts):
            return
        attribute = names.entry("attribute", self.attribute_id)
        if attribute is not None and attribute.choices:
            try:
                found = [_choice(attribute.name, text, attribute.choices) for text in texts if text]
            except ActionError as error:
                raise ConfigError(f"CustomFieldAction: {error.message}", error.advice) from error
            where = "CustomFieldAction: value"
            self.values = [Wording(value, template=False, where=where) for value, _ in found]

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Ask for the change, unless the value is there already."""
        del dry_run
        ticket, attribute_id = facade.get_ticket(ticket_id), number(self.attribute_id, "")
        name, choices = _definition(ticket, facade, attribute_id)
        member = f"attributes/{attribute_id}"
        present = comparable(member_value(ticket, member), member)
        if self.only_if_empty and present is not None:
            return skip(f"{name} has a value already")
        texts = [one.fill(ticket_id, facade).strip() for one in self.values]
        texts = [text for text in texts if text]
        found = [_choice(name, text, choices) for text in texts]
        value, told = ",".join(one for one, _ in found), ", ".join(word for _, word in found)
        if comparable(value, member) == present:
            return skip(f"{name} is {told or 'empty'} already")
        facade.update_ticket(ticket_id, {member: value})
        line = f"Set {name} to {told}" if found else f"Cleared {name}"
        return ActionResult(message=line, summary=line, details={"attribute_id": attribute_id})


def _definition(
    ticket: Ticket, facade: TicketFacade, attribute_id: int
) -> tuple[str, Sequence[Choice]]:
    """Name and choices; the ticket's own, where our account may not see the definitions."""
    defined = facade.directory().entry_if_shown("attribute", attribute_id)
    if defined is not None:
        return defined.name, defined.choices
    for own in ticket.attributes:
        if own.id == attribute_id:
            given = own.raw().get("Choices") or ()
            return own.name, [Choice.model_validate(one) for one in given]
    return str(attribute_id), ()


def _choice(name: str, text: str, choices: Sequence[Choice]) -> tuple[str, str]:
    """The value and its name: of a choice, by name or number; where there is none, the text.

    Raises:
        ActionError: no active choice, or more than one, is meant.
    """
    if not choices:
        return text, text
    active = [one for one in choices if one.is_active is not False]
    found = [one for one in active if one.name.strip().casefold() == text.strip().casefold()]
    found = found or [one for one in active if str(one.id) == text.strip()]
    if len(found) == 1:
        return str(found[0].id), found[0].name
    if found:
        many = ", ".join(str(one.id) for one in found)
        raise ActionError(
            f"{name} has {len(found)} choices named {text!r}: {many}.", "Write the id."
        )
    raise ActionError(f"{name} has no choice {text!r}.", near(text, [one.name for one in active]))
