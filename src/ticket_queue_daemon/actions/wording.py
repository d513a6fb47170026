"""A text option: plain words, or a template that is filled in for each ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.rules import vocabulary
from ticket_queue_daemon.rules.templates import Template
from ticket_queue_daemon.tdx.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.actions.base import TicketFacade

_REQUESTOR: Final = ("uid", "name", "first_name", "last_name", "email")
_TICKET: Final = tuple(
    name for name in Ticket.model_fields if name not in {"description", "attributes", "tags"}
)
_TDX: Final = {
    name: field.attribute
    for name, field in vocabulary.TICKET.items()
    if field.attribute in {*_TICKET, "description"}
}
"""TDX's own names, as conditions have them, to those of the members."""
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "ticket": (*_TICKET, "description", "attribute", *_TDX),
    "requestor": _REQUESTOR,
    "now": (),
}
"""The variables of every template, and their members."""


class Wording:
    """One text.

    Args:
        text: the words, or the template.
        template: whether it is one.
        where: which option it is, for errors.
        is_html: what is filled in is escaped.

    Raises:
        ConfigError: the template can't work.
    """

    def __init__(self, text: str, *, template: bool, where: str, is_html: bool = False) -> None:
        self.text = text
        self._template = (
            Template(text, where=where, known=KNOWN, is_html=is_html) if template else None
        )

    def fill(self, ticket_id: int, facade: TicketFacade) -> str:
        """The words for this ticket.

        Raises:
            TemplateFailed: they can't be made; nothing is planned.
        """
        if self._template is None:
            return self.text
        return self._template.render(variables(facade.get_ticket(ticket_id), facade))


def variables(ticket: Ticket, facade: TicketFacade) -> dict[str, Any]:
    """What a template sees: plain values only, nothing that could ask or do."""
    own = {name: getattr(ticket, name) for name in (*_TICKET, "description")}
    shown = {name: "" if value is None else value for name, value in own.items()}
    by_tdx = {name: shown[attribute] for name, attribute in _TDX.items()}
    texts = {one.id: one.value_text or one.choices_text or one.value for one in ticket.attributes}
    return {
        "ticket": {**shown, **by_tdx, "attribute": texts},
        "requestor": {
            "uid": shown["requestor_uid"],
            "name": shown["requestor_name"],
            "first_name": shown["requestor_first_name"],
            "last_name": shown["requestor_last_name"],
            "email": shown["requestor_email"],
        },
        "now": facade.directory().now(),
    }
