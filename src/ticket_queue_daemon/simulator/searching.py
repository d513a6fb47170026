"""The searches of tickets, assets, CIs and people (fact sheet 10.3, 11, 12, 13).

Promise: members of a body AND, values inside a list OR; null, ``[]`` and misspelt members filter
nothing; matching is by substring, so a client has to check again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from .values import (
    Json,
    as_bool,
    as_date,
    as_float,
    as_guid,
    as_guids,
    as_int,
    as_ints,
    as_list,
    as_text,
)

if TYPE_CHECKING:
    from datetime import datetime

    from .entities import Asset, FeedEntry, Item, Person, Task, Ticket
    from .world import World

Test: TypeAlias = Callable[[Any], bool]


def lowered(body: Json) -> Json:
    """The body with lower-case member names."""
    return {str(key).lower(): value for key, value in body.items()}


class _Tests:
    """The conditions that a body sets, in the order in which they are cheap."""

    def __init__(self, body: Json) -> None:
        self.body = lowered(body)
        self.tests: list[Test] = []

    def ints(self, member: str, get: Callable[[Any], object]) -> None:
        wanted = frozenset(as_ints(self.body.get(member.lower())))
        if wanted:
            self.tests.append(lambda one: get(one) in wanted)

    def guids(self, member: str, get: Callable[[Any], object]) -> None:
        wanted = frozenset(as_guids(self.body.get(member.lower())))
        if wanted:
            self.tests.append(lambda one: get(one) in wanted)

    def guid(self, member: str, get: Callable[[Any], object]) -> None:
        wanted = as_guid(self.body.get(member.lower()))
        if wanted is not None:
            self.tests.append(lambda one: get(one) == wanted)

    def flag(self, member: str, get: Callable[[Any], bool]) -> None:
        wanted = as_bool(self.body.get(member.lower()))
        if wanted is not None:
            self.tests.append(lambda one: get(one) is wanted)

    def like(self, member: str, get: Callable[[Any], str]) -> None:
        wanted = as_text(self.body.get(member.lower())).strip().lower()
        if wanted:
            self.tests.append(lambda one: wanted in get(one).lower())

    def words(self, member: str, get: Callable[[Any], str]) -> None:
        wanted = as_text(self.body.get(member.lower())).lower().split()
        if wanted:
            self.tests.append(lambda one: all(word in get(one) for word in wanted))

    def any_of(self, member: str, get: Callable[[Any], Iterable[int]]) -> None:
        wanted = frozenset(as_ints(self.body.get(member.lower())))
        if wanted:
            self.tests.append(lambda one: not wanted.isdisjoint(get(one)))

    def any_guid(self, member: str, get: Callable[[Any], Iterable[str]]) -> None:
        wanted = frozenset(as_guids(self.body.get(member.lower())))
        if wanted:
            self.tests.append(lambda one: not wanted.isdisjoint(get(one)))

    def none_of(self, member: str, get: Callable[[Any], Iterable[int]]) -> None:
        unwanted = frozenset(as_ints(self.body.get(member.lower())))
        if unwanted:
            self.tests.append(lambda one: unwanted.isdisjoint(get(one)))

    def dates(self, stem: str, get: Callable[[Any], datetime | None]) -> None:
        start = as_date(self.body.get(f"{stem.lower()}from"))
        end = as_date(self.body.get(f"{stem.lower()}to"))
        if start is not None:
            self.tests.append(lambda one: (found := get(one)) is not None and found >= start)
        if end is not None:
            self.tests.append(lambda one: (found := get(one)) is not None and found <= end)

    def attributes(self) -> None:
        for entry in as_list(self.body.get("customattributes")):
            if isinstance(entry, dict):
                given = lowered(entry)
                self.attribute(as_int(given.get("id")), as_text(given.get("value")))

    def attribute(self, number: int | None, text: str) -> None:
        self.tests.append(lambda one: one.attributes.get(number) == text)

    def exactly(self, member: str, get: Callable[[Any], str]) -> None:
        wanted = as_text(self.body.get(member.lower())).lower()
        if wanted:
            self.tests.append(lambda one: get(one).lower() == wanted)

    def keep(self, candidates: Iterable[Any]) -> list[Any]:
        found = list(candidates)
        for test in self.tests:
            found = [one for one in found if test(one)]
        return found


def tickets(world: World, app_id: int, body: Json) -> list[Ticket]:
    """Tickets of one app, newest first; ``MaxResults`` defaults to 300, 0 is all."""
    tests = _Tests(body)
    _ticket_ids(tests)
    _ticket_people(world, tests)
    _ticket_state(world, tests)
    tests.any_of("ConfigurationItemIDs", lambda one: one.items)
    tests.none_of("ExcludeConfigurationItemIDs", lambda one: one.items)
    tests.attributes()
    tests.words("SearchText", lambda one: ticket_text(world, one))
    found = tests.keep(one for one in world.tickets.values() if one.app_id == app_id)
    found.sort(key=lambda one: (one.created, one.id), reverse=True)
    cap = as_int(tests.body.get("maxresults"))
    limit = 300 if cap is None else cap
    return found[:limit] if limit > 0 else found


def _ticket_ids(tests: _Tests) -> None:
    single = as_int(tests.body.get("ticketid"))
    if single:
        tests.tests.append(lambda one: one.id == single)
    parent = as_int(tests.body.get("parentticketid"))
    if parent:
        tests.tests.append(lambda one: one.parent_id == parent)
    tests.ints("TicketClassification", lambda one: one.classification)
    tests.ints("TypeIDs", lambda one: one.type_id)
    tests.ints("FormIDs", lambda one: one.form_id)
    tests.ints("SourceIDs", lambda one: one.source_id)
    tests.ints("AccountIDs", lambda one: one.account_id)
    tests.ints("LocationIDs", lambda one: one.location_id)
    tests.ints("LocationRoomIDs", lambda one: one.extra.get("LocationRoomID", 0))
    tests.ints("ServiceIDs", lambda one: one.service_id)
    tests.ints("ServiceOfferingIDs", lambda one: one.extra.get("ServiceOfferingID", 0))
    tests.ints("KBArticleIDs", lambda one: one.extra.get("ArticleID", 0))
    tests.ints("SlaIDs", lambda one: one.extra.get("SlaID", 0))
    # No agreement has dates here, so none is unmet.
    tests.ints("SlaUnmetConstraints", lambda _one: 0)
    tests.ints("PriorityIDs", lambda one: one.priority_id)
    tests.ints("UrgencyIDs", lambda one: one.urgency_id)
    tests.ints("ImpactIDs", lambda one: one.impact_id)
    tests.flag("HasReferenceCode", lambda _one: False)
    tests.flag("ConvertedToTask", lambda _one: False)
    tests.flag("SlaViolationStatus", lambda _one: False)


def _ticket_people(world: World, tests: _Tests) -> None:
    def requestor(one: Ticket) -> Person | None:
        return world.people.get(one.requestor_uid or "")

    def requestor_name(one: Ticket) -> str:
        found = requestor(one)
        return found.full_name if found else one.requestor_name

    def requestor_email(one: Ticket) -> str:
        found = requestor(one)
        return found.email if found else one.requestor_email

    def requestor_phone(one: Ticket) -> str:
        found = requestor(one)
        return found.phone if found else one.requestor_phone

    tests.guids("RequestorUids", lambda one: one.requestor_uid)
    tests.like("RequestorNameSearch", requestor_name)
    tests.like("RequestorEmailSearch", requestor_email)
    tests.like("RequestorPhoneSearch", requestor_phone)
    tests.guid("CreatedByUid", lambda one: one.created_uid)
    tests.guid("SubmitterUid", lambda one: one.created_uid)
    tests.guid("ModifiedByUid", lambda one: one.modified_uid)
    tests.guid("RespondedByUid", lambda one: one.responded_uid)
    tests.guid("ClosedByUid", lambda one: one.completed_uid)
    tests.guid("ReviewerUid", lambda _one: None)
    tests.guids("PrimaryResponsibilityUids", lambda one: one.responsible_uid)
    tests.ints("PrimaryResponsibilityGroupIDs", lambda one: one.responsible_group_id)
    _responsibility(world, tests)
    tests.flag(
        "AssignmentStatus",
        lambda one: one.responsible_uid is not None or one.responsible_group_id > 0,
    )


def _responsibility(world: World, tests: _Tests) -> None:
    # Of the ticket or of one of its tasks; the filter narrows to completed or to open tasks.
    uids = frozenset(as_guids(tests.body.get("responsibilityuids")))
    groups = frozenset(as_ints(tests.body.get("responsibilitygroupids")))
    completed = as_bool(tests.body.get("completedtaskresponsibilityfilter"))

    def tasks(one: Ticket) -> list[Task]:
        found = [world.tasks[number] for number in one.tasks]
        return [task for task in found if completed in {None, task.completed is not None}]

    if uids:
        tests.tests.append(
            lambda one: (
                one.responsible_uid in uids
                or any(task.responsible_uid in uids for task in tasks(one))
            )
        )
    if groups:
        tests.tests.append(
            lambda one: (
                one.responsible_group_id in groups
                or any(task.responsible_group_id in groups for task in tasks(one))
            )
        )


def _ticket_state(world: World, tests: _Tests) -> None:
    tests.ints("StatusIDs", lambda one: one.status_id)
    tests.ints("StatusClassIDs", lambda one: world.status(one).status_class)
    tests.any_of("PastStatusIDs", lambda one: [past for _, _, past in one.past_statuses])
    tests.flag("IsOnHold", lambda one: world.status(one).status_class == 5)  # noqa: PLR2004
    tests.dates("CreatedDate", lambda one: one.created)
    tests.dates("ModifiedDate", lambda one: one.modified)
    tests.dates("StartDate", lambda one: one.extra.get("StartDate"))
    tests.dates("EndDate", lambda one: one.extra.get("EndDate"))
    tests.dates("RespondedDate", lambda one: one.responded)
    tests.dates("RespondByDate", lambda _one: None)
    tests.dates("ClosedDate", lambda one: one.completed)
    tests.dates("CloseByDate", lambda _one: None)
    tests.dates("GoesOffHold", lambda one: one.goes_off_hold)
    _status_changes(tests)
    now = world.now()
    oldest, youngest = (as_int(tests.body.get(f"daysold{end}")) for end in ("to", "from"))
    if youngest is not None:
        tests.tests.append(lambda one: (now - one.created).days >= youngest)
    if oldest is not None:
        tests.tests.append(lambda one: (now - one.created).days <= oldest)


def _status_changes(tests: _Tests) -> None:
    # UpdatedDate and UpdatedByUid mean a *status change* in the range, by that person (10.3).
    start = as_date(tests.body.get("updateddatefrom"))
    end = as_date(tests.body.get("updateddateto"))
    by = as_guid(tests.body.get("updatedbyuid"))
    if start is None and end is None and by is None:
        return
    tests.tests.append(
        lambda one: any(
            (start is None or when >= start) and (end is None or when <= end) and by in {None, who}
            for when, who, _ in one.past_statuses
        )
    )


def ticket_text(world: World, one: Ticket) -> str:
    """What a ticket's full-text search looks in: title, description, attributes, feed."""
    bodies = (_feed_text(world.feed[entry]) for entry in one.feed)
    parts = [str(one.id), one.title, one.description, *one.attributes.values(), *bodies]
    return "\n".join(parts).lower()


def _feed_text(entry: FeedEntry) -> str:
    return "\n".join([entry.body, *(reply.body for reply in entry.replies)])


def assets(world: World, app_id: int, body: Json) -> list[Asset]:
    """Assets; ``SerialLike`` looks in serial and tag only, ``SearchText`` also in the name."""
    saved = world.saved_searches.get(as_int(lowered(body).get("savedsearchid")) or 0)
    tests = _Tests((lowered(saved.body) if saved else {}) | lowered(body))
    # First what leaves the fewest: each test sees only what the ones before it kept.
    serial = as_text(tests.body.get("seriallike")).strip().lower()
    if serial:
        tests.tests.append(lambda one: serial in one.serial_text)
    tests.words("SearchText", lambda one: one.search_text)
    out = {one.id for one in world.asset_statuses.values() if one.is_out_of_service}
    tests.ints("StatusIDs", lambda one: one.status_id)
    tests.ints("FormIDs", lambda one: one.form_id)
    tests.guids("OwningCustomerIDs", lambda one: one.owner_uid)
    tests.guids("RequestingCustomerIDs", lambda one: one.requester_uid)
    tests.any_guid("UsingCustomerIDs", lambda one: one.users)
    tests.any_guid("OwningCustomerIDsPast", lambda one: one.past_owner_uids)
    _asset_departments(world, tests)
    tests.ints("LocationIDs", lambda one: one.location_id)
    tests.ints("ParentIDs", lambda one: one.parent_id)
    tests.ints("ProductModelIDs", lambda one: one.model_id)
    tests.ints("ManufacturerIDs", lambda one: one.manufacturer_id)
    tests.ints("SupplierIDs", lambda one: one.supplier_id)
    tests.any_of("StatusIDsPast", lambda one: one.past_status_ids)
    tests.flag("IsInService", lambda one: one.status_id not in out)
    external = {as_text(value) for value in as_list(tests.body.get("externalids"))} - {""}
    if external:
        tests.tests.append(lambda one: one.external_id in external)
    if as_bool(tests.body.get("onlyparentassets")):
        tests.tests.append(lambda one: one.parent_id == 0)
    low = as_float(tests.body.get("purchasecostfrom"))
    high = as_float(tests.body.get("purchasecostto"))
    if low is not None:
        tests.tests.append(lambda one: one.purchase_cost >= low)
    if high is not None:
        tests.tests.append(lambda one: one.purchase_cost <= high)
    tests.dates("AcquisitionDate", lambda one: one.acquired)
    tests.dates("ExpectedReplacementDate", lambda one: one.replace_by)
    _on_tickets(world, tests)
    tests.attributes()
    found: list[Asset] = tests.keep(one for one in world.assets.values() if one.app_id == app_id)
    cap = as_int(tests.body.get("maxresults"))
    return found[:cap] if cap else found


def _asset_departments(world: World, tests: _Tests) -> None:
    def using(one: Asset) -> list[int]:
        return [world.people[uid].account_id for uid in one.users if uid in world.people]

    tests.ints("OwningDepartmentIDs", lambda one: one.department_id)
    tests.any_of("OwningDepartmentIDsPast", lambda one: one.past_department_ids)
    tests.ints("RequestingDepartmentIDs", lambda one: one.requesting_department_id)
    tests.any_of("UsingDepartmentIDs", using)
    # Contracts, rooms with ids and maintenance schedules are not modelled: nothing has one.
    for member in ("ContractIDs", "ContractProviderID", "MaintenanceScheduleIDs", "RoomID"):
        tests.ints(member, lambda _one: 0)
    tests.dates("ContractEndDate", lambda _one: None)


def _on_tickets(world: World, tests: _Tests) -> None:
    def attached(ids: Iterable[int]) -> set[int]:
        return {ci for one in ids if one in world.tickets for ci in world.tickets[one].items}

    wanted = as_ints(tests.body.get("ticketids"))
    if wanted:
        present = attached(wanted)
        tests.tests.append(lambda one: one.ci_id in present)
    unwanted = as_ints(tests.body.get("excludeticketids"))
    if unwanted:
        absent = attached(unwanted)
        tests.tests.append(lambda one: one.ci_id not in absent)


def items(world: World, app_id: int, body: Json) -> list[Item]:
    """Configuration items, system-maintained ones included; there is no ``MaxResults``."""
    tests = _Tests(body)
    tests.flag("IsActive", lambda one: one.is_active)
    tests.ints("TypeIDs", lambda one: one.type_id)
    tests.ints("MaintenanceScheduleIDs", lambda _one: 0)
    tests.attributes()
    tests.like("NameLike", lambda one: one.name)
    return tests.keep(one for one in world.items.values() if one.app_id == app_id)


def people(world: World, body: Json) -> list[Person]:
    """People by name, user name, external id or alternate id; system accounts are not people."""
    tests = _Tests(body)
    tests.flag("IsActive", lambda one: one.is_active)
    tests.flag("IsEmployee", lambda one: one.is_employee)
    tests.flag("IsConfidential", lambda _one: False)
    tests.guid("SecurityRoleID", lambda _one: None)
    tests.ints("AccountIDs", lambda one: one.account_id)
    tests.ints("ReferenceIDs", lambda one: one.reference_id)
    tests.exactly("ExternalID", lambda one: one.external_id)
    tests.exactly("AlternateID", lambda one: one.alternate_id)
    tests.exactly("UserName", lambda one: one.username)
    tests.like(
        "SearchText",
        lambda one: f"{one.full_name}\n{one.username}\n{one.external_id}\n{one.alternate_id}",
    )
    found: list[Person] = tests.keep(
        one for one in world.people.values() if one.uid != world.system.uid
    )
    cap = as_int(tests.body.get("maxresults"))
    return found[:cap] if cap else found
