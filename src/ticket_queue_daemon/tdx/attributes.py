"""Custom attributes as they are defined, and what may be chosen in them (fact sheet 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ticket_queue_daemon.tdx.fields import EmptyIfNull, Flag, Moment, Number, TdxModel, Text
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.session import Session

# Component ids (fact sheet 7 and 15).
TICKET, ACCOUNT, ASSET, PERSON, CONFIGURATION_ITEM, LOCATION = 9, 14, 27, 31, 63, 71


class Choice(TdxModel):
    """One thing that can be chosen; an attribute's value holds its id, as text."""

    id: int
    name: Text = ""
    is_active: bool | None = None
    date_created: Moment = None
    date_modified: Moment = None
    order: Number = 0


class AttributeDefinition(TdxModel):
    """An attribute without a value. ``associated_item_ids`` empty or ``[0]``: for every item."""

    id: int
    name: Text = ""
    order: Number = 0
    description: Text = ""
    section_id: Number = 0
    section_name: Text = ""
    field_type: Text = ""
    data_type: Text = ""
    choices: Annotated[list[Choice], EmptyIfNull] = Field(default_factory=list)
    is_required: Flag = False
    is_updatable: bool | None = None
    associated_item_ids: Annotated[list[int], EmptyIfNull] = Field(default_factory=list)

    def choice_id(self, name: str) -> int | None:
        """The id behind a choice's name, whatever its case; None if there is no such choice."""
        wanted = name.strip().casefold()
        for choice in self.choices:
            if choice.name.strip().casefold() == wanted:
                return choice.id
        return None


class AttributesApi:
    """Attribute definitions. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def definitions(
        self, component_id: int, *, associated_type_id: int = 0, app_id: int = 0
    ) -> list[AttributeDefinition]:
        """The attributes of a component, such as :data:`TICKET` or :data:`ASSET`."""
        call = Call(
            "GET",
            "attributes/custom",
            "attributes/custom",
            Due.LIST,
            query={
                "componentId": str(component_id),
                "associatedTypeId": str(associated_type_id),
                "appId": str(app_id),
            },
        )
        return self._session.fetch_list(call, AttributeDefinition)

    def choices(self, attribute_id: int) -> list[Choice]:
        """What may be chosen in one attribute."""
        call = Call(
            "GET", "attributes/{id}/choices", f"attributes/{attribute_id}/choices", Due.LIST
        )
        return self._session.fetch_list(call, Choice)
