"""Look-up lists of a world and how to find things in them."""

from __future__ import annotations

from copy import deepcopy

from . import catalogue
from .entities import (
    Account,
    Application,
    AssetStatus,
    AttributeDefinition,
    Form,
    Group,
    Named,
    SavedSearch,
    TicketStatus,
    TicketType,
)

_UNKNOWN_STATUS = TicketStatus(0, "Unknown", 0)


class Lookups:
    """The configuration of a TDX instance; lists start as in ``catalogue.py`` and may grow."""

    def __init__(self) -> None:
        # Copies: an administrator of one world must not change another.
        own = deepcopy(
            (
                catalogue.APPLICATIONS,
                catalogue.TICKET_STATUSES,
                catalogue.ASSET_STATUSES,
                catalogue.TICKET_TYPES,
                catalogue.FORMS,
                catalogue.ATTRIBUTES,
            )
        )
        self.applications: dict[int, Application] = {one.id: one for one in own[0]}
        self.ticket_statuses: list[TicketStatus] = list(own[1])
        self.asset_statuses: dict[int, AssetStatus] = {one.id: one for one in own[2]}
        self.ticket_types: dict[int, TicketType] = {one.id: one for one in own[3]}
        self.forms: dict[int, Form] = {one.id: one for one in own[4]}
        self.attribute_definitions: dict[int, AttributeDefinition] = {one.id: one for one in own[5]}
        self.priorities = _by_id(catalogue.PRIORITIES)
        self.urgencies = _by_id(catalogue.URGENCIES)
        self.impacts = _by_id(catalogue.IMPACTS)
        self.sources = _by_id(catalogue.SOURCES)
        self.locations = _by_id(catalogue.LOCATIONS)
        self.services = _by_id(catalogue.SERVICES)
        self.models = _by_id(catalogue.MODELS)
        self.manufacturers = _by_id(catalogue.MANUFACTURERS)
        self.suppliers = _by_id(catalogue.SUPPLIERS)
        self.ci_types = _by_id(catalogue.CI_TYPES)
        self.relationship_types = _by_id(catalogue.RELATIONSHIP_TYPES)
        self.slas: dict[int, str] = dict(catalogue.SLAS)
        self.accounts: dict[int, Account] = {}
        self.groups: dict[int, Group] = {
            number: Group(number, name, f"Technicians of {name}")
            for number, name in catalogue.GROUPS
        }
        self.saved_searches: dict[int, SavedSearch] = {
            one.id: one
            for one in (
                SavedSearch(7001, "Open East Hall tickets", 46, 9, {"StatusClassIDs": [1, 2, 5]}),
                SavedSearch(7002, "Active computers", 48, 27, {"StatusIDs": [38]}),
                SavedSearch(7003, "Labs", 48, 63, {"TypeIDs": [10132]}),
            )
        }

    def name_in(self, table: dict[int, Named], number: int) -> str | None:
        """The name behind an id of a look-up list, or None."""
        entry = table.get(number)
        return entry.name if entry else None

    def app_name(self, app_id: int) -> str:
        """The name of an application."""
        found = self.applications.get(app_id)
        return found.name if found else ""

    def ticket_status(self, app_id: int, status_id: int) -> TicketStatus:
        """A ticket status; the same id may have a meaning in several apps (fact sheet 10.13)."""
        fallback = _UNKNOWN_STATUS
        for status in self.ticket_statuses:
            if status.id == status_id:
                if status.app_id == app_id:
                    return status
                fallback = status
        return fallback

    def has_ticket_status(self, app_id: int, status_id: int) -> bool:
        """Whether an application knows a status."""
        return any(one.id == status_id and one.app_id == app_id for one in self.ticket_statuses)


def _by_id(entries: tuple[Named, ...]) -> dict[int, Named]:
    return {entry.id: entry for entry in entries}
