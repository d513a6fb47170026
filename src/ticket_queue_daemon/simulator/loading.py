"""An admin's own assets and tickets in place of the invented ones.

Promise: nothing is lost silently. A row that can't be loaded is named with its line and reason,
and then none is; a name that TDX configuration would hold (a status, a group, a person ...) and
that is not known is added and told; a column with content that is not used is told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .files import UnusableFileError
from .newcomers import Newcomers
from .tables import Row, Table, plain, read_table
from .values import Unreadable, as_date, as_float

if TYPE_CHECKING:
    from pathlib import Path

    from .entities import Asset, AttributeDefinition, Ticket
    from .world import World

_SHOWN = 50
_ASSET, _TICKET = 27, 9
_DATES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%y")

# What a column may be called, without case, blanks and marks; the first that has content counts.
_COMMON = {
    "status_id": ("statusid",),
    "status": ("statusname", "status"),
    "form": ("formname", "form"),
    "location": ("locationname", "location"),
    "created": ("createddate", "created"),
}
ASSET_COLUMNS = _COMMON | {
    "id": ("assetid", "id"),
    "ci_id": ("configurationitemid", "ciid"),
    "name": ("name", "assetname"),
    "serial": ("serialnumber", "serialno", "serial", "servicetag"),
    "tag": ("tag", "assettag"),
    "owner_uid": ("owningcustomerid",),
    "owner_email": ("owningcustomeremail", "owneremail"),
    "owner": ("owningcustomername", "owningcustomer", "owner", "ownername"),
    "department": ("owningdepartmentname", "owningdepartment", "owningacctdept", "department"),
    "room": ("locationroomname", "locationroom", "room"),
    "model": ("productmodelname", "productmodel", "model"),
    "manufacturer": ("manufacturername", "manufacturer"),
    "supplier": ("suppliername", "supplier"),
    "purchase_cost": ("purchasecost", "cost"),
    "acquired": ("acquisitiondate", "acquired"),
    "replace_by": ("expectedreplacementdate", "replacementdate"),
    "external_id": ("externalid",),
}
TICKET_COLUMNS = _COMMON | {
    "id": ("ticketid", "id"),
    "title": ("title", "subject"),
    "description": ("description",),
    "rich": ("isrichhtml",),
    "requestor_uid": ("requestoruid", "customeruid"),
    "requestor_email": ("requestoremail", "customeremail", "contactemail"),
    "requestor": ("requestorname", "customername", "requestor", "customer", "contact"),
    "group": ("responsiblegroupname", "respgroup", "responsiblegroup", "group"),
    "responsible_email": ("responsibleemail",),
    "responsible": ("responsiblefullname", "primaryresponsible", "responsible", "resp"),
    "type": ("typename", "type"),
    "priority": ("priorityname", "priority"),
    "source": ("sourcename", "source"),
    "service": ("servicename", "service"),
    "department": ("accountname", "acctdept", "account", "department"),
    "modified": ("modifieddate", "modified"),
}


class WrongRow(ValueError):  # noqa: N818 - it is raised to say what is wrong
    """Why a row can't be loaded."""


@dataclass(slots=True)
class Loaded:
    """What became of a file."""

    path: Path
    noun: str
    count: int = 0
    unused: list[str] = field(default_factory=list)
    added: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """What a person should know."""
        said = [f"Loaded {self.count} {self.noun} from {self.path}."]
        if self.added:
            counts = ", ".join(f"{number} {word}" for word, number in self.added.items())
            said.append(f"  Not known before, so added: {counts}.")
        said.extend(f"  {one}" for one in self.names)
        if self.unused:
            said.append(f"  Columns that mean nothing here: {', '.join(self.unused)}.")
        return said


class _Cells:
    """The cells of a row under our own names."""

    def __init__(self, row: Row, columns: dict[str, list[str]]) -> None:
        self._row = row
        self._columns = columns

    def text(self, name: str) -> str:
        for heading in self._columns.get(name, ()):
            value = self._row.cells.get(heading)
            text = "" if value is None or isinstance(value, dict | list) else str(value).strip()
            # "None" is how TDX writes the name of nothing (fact sheet 6).
            if text and text != "None":
                return text
        return ""

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if text in {"", "0", "0.0"}:
            return None
        try:
            value = float(text.replace(",", ""))
        except ValueError:
            value = 0.5
        if value != int(value) or value < 0:
            raise WrongRow(f"{text!r} is no id")
        return int(value)

    def amount(self, name: str) -> float:
        text = self.text(name).replace(",", "").lstrip("$")
        try:
            return as_float(text) or 0.0
        except Unreadable:
            raise WrongRow(f"{text!r} is no amount") from None

    def date(self, name: str) -> datetime | None:
        text = self.text(name)
        for form in _DATES:
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                continue
        try:
            return as_date(text)
        except (Unreadable, ValueError):
            raise WrongRow(f"{text!r} is no date") from None


class _Loading:
    def __init__(self, world: World, table: Table, noun: str, component: int) -> None:
        self.world = world
        self.table = table
        self.component = component
        self.loaded = Loaded(table.path, noun)
        self.known = Newcomers(world, self.loaded.added, self.loaded.names)
        self.columns: dict[str, list[str]] = {}
        self.attributes: dict[str, AttributeDefinition] = {}
        self.ids: set[int] = set()
        self.ci_ids = set(world.items)

    def match(self, names: dict[str, tuple[str, ...]]) -> None:
        """Find out what the headings mean."""
        by_plain: dict[str, list[str]] = {}
        for heading in self.table.headings:
            by_plain.setdefault(plain(heading), []).append(heading)
        for name, spellings in names.items():
            self.columns[name] = [one for text in spellings for one in by_plain.get(text, ())]
        used = {one for found in self.columns.values() for one in found} | {"Attributes"}
        for heading in self.table.headings:
            if heading in used:
                continue
            attribute = self.known.attribute(heading, self.component)
            if attribute is not None:
                self.attributes[heading] = attribute
            elif any(_content(row.cells.get(heading)) for row in self.table.rows):
                self.loaded.unused.append(heading)

    def load(self, make: Any, known_ids: Any) -> Loaded:
        """Make all, or refuse all that are wrong at once."""
        wrong = list(self.table.wrong)
        self.ids.update(known_ids)
        ready = []
        for row in self.table.rows:
            cells = _Cells(row, self.columns)
            try:
                _take(self.ids, cells.number("id"), "id")
                ready.append(make(self, cells, row))
            except WrongRow as problem:
                wrong.append(f"{row.place}: {problem}")
        if wrong:
            raise UnusableFileError(self.table.path, _listed(wrong))
        for finish in ready:
            finish()
        self.loaded.count = len(ready)
        return self.loaded

    def free_id(self, sequence: str) -> int:
        """An id of a sequence that neither the world nor a row of the file has."""
        taken = self.ci_ids if sequence == "ci" else self.ids
        while (number := self.world.next_id(sequence)) in taken:
            continue
        return number

    def values(self, row: Row) -> dict[int, str]:
        """The custom attributes of a row."""
        found = {}
        for heading, attribute in self.attributes.items():
            text = "" if row.cells.get(heading) is None else str(row.cells[heading]).strip()
            if text:
                found[attribute.id] = self.known.value(attribute, text)
        listed = row.cells.get("Attributes")
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict) and str(one.get("ID", "")).isdecimal() and one.get("Value"):
                meant = self.known.attribute(str(one["ID"]), self.component, one.get("Name"))
                if meant is not None:
                    found[meant.id] = str(one["Value"])
        return found


def _take(seen: set[int], number: int | None, what: str) -> None:
    if number in seen:
        raise WrongRow(f"the {what} {number} is there already")
    if number is not None:
        seen.add(number)


def _content(value: object) -> bool:
    return value not in (None, "", 0, 0.0, False, [], {}, "None") and str(value).strip() != ""


def _listed(wrong: list[str]) -> str:
    shown = "\n".join(f"  {one}" for one in wrong[:_SHOWN])
    rest = f"\n  ... and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    rows = "1 row" if len(wrong) == 1 else f"{len(wrong)} rows"
    return f"{rows} can't be loaded, so nothing was:\n{shown}{rest}"


def load_assets(world: World, path: Path) -> Loaded:
    """Add the assets of an export.

    Raises:
        UnusableFileError: it is none, or rows are wrong; each is named.
    """
    loading = _Loading(world, read_table(path), "assets", _ASSET)
    loading.match(ASSET_COLUMNS)
    if not loading.columns["name"] and not loading.columns["serial"]:
        _no_column(loading.table, "the name or the serial number of an asset")
    loaded = loading.load(_asset, world.assets)
    _advance(world)
    return loaded


def _asset(loading: _Loading, cells: _Cells, row: Row) -> Any:
    known, world = loading.known, loading.world
    if not cells.text("name") and not cells.text("serial"):
        raise WrongRow("it has neither a name nor a serial number")
    number, ci_id = cells.number("id"), cells.number("ci_id")
    status_id, cost = cells.number("status_id"), cells.amount("purchase_cost")
    dates = {name: cells.date(name) for name in ("created", "acquired", "replace_by")}
    _take(loading.ci_ids, ci_id, "configuration item id")

    def finish() -> Asset:
        asset = world.add_asset(
            cells.text("name"),
            cells.text("serial"),
            cells.text("tag"),
            owner=known.person(
                cells.text("owner_email"), cells.text("owner"), cells.text("owner_uid")
            ),
            department_id=known.account(cells.text("department")),
            status_id=known.asset_status(status_id, cells.text("status")),
            form_id=known.form(cells.text("form"), _ASSET),
            location_id=known.named("locations", cells.text("location")),
            model_id=known.named("models", cells.text("model")),
            manufacturer_id=known.named("manufacturers", cells.text("manufacturer")),
            asset_id=number or loading.free_id("asset"),
            ci_id=ci_id or loading.free_id("ci"),
            created=dates["created"],
        )
        asset.supplier_id = known.named("suppliers", cells.text("supplier"))
        asset.room, asset.external_id = cells.text("room"), cells.text("external_id")
        asset.purchase_cost = cost
        asset.acquired, asset.replace_by = dates["acquired"], dates["replace_by"]
        asset.attributes = loading.values(row)
        world.reindex_asset(asset)
        return asset

    return finish


def load_tickets(world: World, path: Path) -> Loaded:
    """Add the tickets of an export; report 1344 then lists every open one.

    Raises:
        UnusableFileError: it is none, or rows are wrong; each is named.
    """
    loading = _Loading(world, read_table(path), "tickets", _TICKET)
    loading.match(TICKET_COLUMNS)
    if not loading.columns["title"]:
        _no_column(loading.table, "the title of a ticket")
    loaded = loading.load(_ticket, world.tickets)
    _advance(world)
    world.list_all_open()
    return loaded


def _ticket(loading: _Loading, cells: _Cells, row: Row) -> Any:
    known, world = loading.known, loading.world
    if not cells.text("title"):
        raise WrongRow("it has no title")
    number, status_id = cells.number("id"), cells.number("status_id")
    created, modified = cells.date("created"), cells.date("modified")
    description = cells.text("description")
    flag = cells.text("rich").lower()
    rich = flag == "true" or (flag != "false" and "</" in description)

    def finish() -> Ticket:
        asker = known.person(
            cells.text("requestor_email"), cells.text("requestor"), cells.text("requestor_uid")
        )
        ticket = world.add_ticket(
            cells.text("title"),
            description,
            requestor=asker,
            rich=rich,
            status_id=known.ticket_status(status_id, cells.text("status")),
            group_id=known.group(cells.text("group")),
            responsible=known.person(cells.text("responsible_email"), cells.text("responsible")),
            type_id=known.ticket_type(cells.text("type")),
            priority_id=known.named("priorities", cells.text("priority")) or 20,
            account_id=known.account(cells.text("department")),
            created=created,
            ticket_id=number or loading.free_id("ticket"),
        )
        ticket.source_id = known.named("sources", cells.text("source")) or ticket.source_id
        ticket.service_id = known.named("services", cells.text("service"))
        ticket.location_id = known.named("locations", cells.text("location"))
        ticket.form_id = known.form(cells.text("form"), _TICKET)
        ticket.modified = modified or ticket.modified
        ticket.attributes = loading.values(row)
        return ticket

    return finish


def _no_column(table: Table, what: str) -> None:
    names = ", ".join(table.headings)
    raise UnusableFileError(table.path, f"no column tells {what}; its columns are {names}")


def _advance(world: World) -> None:
    # Given ids may lie where the next invented ones would.
    for sequence, taken in (
        ("ticket", world.tickets),
        ("asset", world.assets),
        ("ci", world.items),
    ):
        while world.sequences[sequence] in taken:
            world.sequences[sequence] += 1
