"""Names of an export that this world does not know yet: they are added, counted and told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import catalogue
from .entities import (
    AssetStatus,
    AttributeDefinition,
    Form,
    Group,
    Named,
    Person,
    TicketStatus,
    TicketType,
)
from .values import NO_GUID

if TYPE_CHECKING:
    from collections import Counter

    from .world import World

_NEW, _IN_PROCESS, _COMPLETED, _CANCELLED, _ON_HOLD = 1, 2, 3, 4, 5
_CLASSES = (
    (_CANCELLED, ("cancel",), "cancelled"),
    (_COMPLETED, ("closed", "complete", "resolved", "done"), "completed"),
    (_ON_HOLD, ("hold", "wait", "pending", "await"), "on hold"),
    (_NEW, ("new", "open", "submitted"), "new"),
)
_OUT_OF_SERVICE = (
    "retire",
    "dispos",
    "surplus",
    "storage",
    "lost",
    "stolen",
    "missing",
    "inactive",
)
_WORDS = {
    "locations": "locations",
    "models": "models",
    "manufacturers": "manufacturers",
    "suppliers": "suppliers",
    "priorities": "priorities",
    "sources": "sources",
    "services": "services",
}


class Newcomers:
    """Finds by name, and adds what is not there."""

    def __init__(self, world: World, added: Counter[str], names: list[str]) -> None:
        self._world = world
        self._added = added
        self._names = names
        self._by_email = {one.email.lower(): one for one in world.people.values()}
        self._by_name = {one.full_name.lower(): one for one in world.people.values()}

    # -- people and places --------------------------------------------------------------------

    def person(self, email: str, name: str = "", uid: str = "") -> Person | None:
        """A person by UID, address or, with neither, name; None when nobody is named."""
        uid = "" if uid == NO_GUID else uid.lower()
        if "@" in name and not email:
            email, name = name, ""
        known = (
            self._world.people.get(uid)
            or self._by_email.get(email.lower())
            or (None if email or uid else self._by_name.get(name.lower()))
        )
        if known is not None or not (email or name):
            return known
        return self._add_person(email, name, uid)

    def _add_person(self, email: str, name: str, uid: str) -> Person:
        first, last = _split(name or email.partition("@")[0].replace(".", " "))
        stem = email.partition("@")[0] or re.sub(r"[^a-z0-9]", "", f"{first[:1]}{last}".lower())
        login, number = stem or "person", 2
        while f"{login}@umich.edu".lower() in self._world.by_login:
            login, number = f"{stem}{number}", number + 1
        person = self._world.add_person(first, last, login, uid=uid or None)
        person.email = email or person.email
        self._by_email[person.email.lower()] = person
        self._by_name.setdefault(person.full_name.lower(), person)
        self._added["people"] += 1
        return person

    def account(self, name: str) -> int:
        """A department."""
        if not name:
            return 0
        for one in self._world.accounts.values():
            if one.name.lower() == name.lower():
                return one.id
        self._added["departments"] += 1
        return self._world.add_account(name).id

    def group(self, name: str) -> int:
        """A group of technicians."""
        groups = self._world.groups
        if not name:
            return 0
        for one in groups.values():
            if one.name.lower() == name.lower():
                return one.id
        number = max(groups, default=0) + 1
        groups[number] = Group(number, name)
        self._added["groups"] += 1
        return number

    # -- look-up lists ------------------------------------------------------------------------

    def named(self, table: str, name: str) -> int:
        """An entry of a plain look-up list."""
        entries: dict[int, Named] = getattr(self._world, table)
        if not name:
            return 0
        for one in entries.values():
            if one.name.lower() == name.lower():
                return one.id
        number = max(entries, default=0) + 1
        entries[number] = Named(number, name, "", float(number))
        self._added[_WORDS[table]] += 1
        return number

    def form(self, name: str, component: int) -> int:
        """A form; the default one when none is named."""
        default = catalogue.COMPUTER_FORM if component == 27 else 0  # noqa: PLR2004
        forms = self._world.forms
        if not name:
            return default
        for one in forms.values():
            if one.component_id == component and one.name.lower() == name.lower():
                return one.id
        number = max(forms, default=0) + 1
        app_id = catalogue.ASSET_APP if component == 27 else catalogue.TICKET_APP  # noqa: PLR2004
        forms[number] = Form(number, name, app_id, component)
        self._added["forms"] += 1
        return number

    def ticket_type(self, name: str) -> int:
        """A ticket type, perhaps written with its category: ``Desktop Support / Printing``."""
        types = self._world.ticket_types
        if not name:
            return 310
        category, _, short = name.rpartition("/")
        for one in types.values():
            if one.name.lower() in {name.lower(), short.strip().lower()}:
                return one.id
        number = max(types, default=0) + 1
        types[number] = TicketType(number, short.strip(), 1, category.strip() or "General")
        self._added["ticket types"] += 1
        return number

    def asset_status(self, status_id: int | None, name: str) -> int:
        """An asset status by id or name; Active when none is given."""
        statuses = self._world.asset_statuses
        if status_id is None and not name:
            return catalogue.ACTIVE
        for one in statuses.values():
            if one.name.lower() == name.lower() or (not name and one.id == status_id):
                return one.id
        number = status_id if status_id and status_id not in statuses else max(statuses) + 1
        out = any(word in name.lower() for word in _OUT_OF_SERVICE)
        statuses[number] = AssetStatus(number, name or f"Status {number}", is_out_of_service=out)
        self._added["asset statuses"] += 1
        state = "out of service" if out else "in service"
        self._names.append(f"Asset status {statuses[number].name!r}, id {number}, is {state}.")
        return number

    def ticket_status(self, status_id: int | None, name: str) -> int:
        """A ticket status by id or name; New when none is given."""
        if status_id is None and not name:
            return catalogue.NEW
        here = [one for one in self._world.ticket_statuses if one.app_id == catalogue.TICKET_APP]
        for one in here:
            if one.name.lower() == name.lower() or (not name and one.id == status_id):
                return one.id
        taken = {one.id for one in here}
        number = status_id if status_id and status_id not in taken else max(taken) + 1
        status_class, word = _class_of(name)
        status = TicketStatus(number, name or f"Status {number}", status_class, float(number))
        self._world.ticket_statuses.append(status)
        self._added["ticket statuses"] += 1
        self._names.append(f"Ticket status {status.name!r}, id {number}, counts as {word}.")
        return number

    # -- custom attributes --------------------------------------------------------------------

    def attribute(
        self, heading: str, component: int, name: str | None = None
    ) -> AttributeDefinition | None:
        """The attribute that a heading means: by name, or by id, as reports have it."""
        definitions = self._world.attribute_definitions
        for one in definitions.values():
            if one.component_id == component and heading.lower() in {one.name.lower(), str(one.id)}:
                return one
        if not heading.isdecimal() or int(heading) in definitions:
            return None
        made = AttributeDefinition(int(heading), name or f"Attribute {heading}", component)
        definitions[made.id] = made
        self._added["attributes"] += 1
        return made

    def value(self, attribute: AttributeDefinition, text: str) -> str:
        """A value as it is stored: reports show the text of a choice, TDX keeps its id."""
        if not attribute.choices:
            return text
        by_name = {name.lower(): number for number, name in attribute.choices.items()}
        ids = []
        for part in text.split(","):
            word = part.strip()
            number = int(word) if word.isdecimal() else by_name.get(word.lower())
            if number is None or number not in attribute.choices:
                number = self._world.next_id("choice")
                attribute.choices[number] = word
                by_name[word.lower()] = number
                self._added["choices"] += 1
            ids.append(str(number))
        return ",".join(ids)


def _split(name: str) -> tuple[str, str]:
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    first, last = first.strip(), last.strip()
    return (first, last) if first else (last, "")


def _class_of(name: str) -> tuple[int, str]:
    for number, parts, word in _CLASSES:
        if any(part in name.lower() for part in parts):
            return number, word
    return _IN_PROCESS, "in process"
