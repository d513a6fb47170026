"""Search results checked again on our side: TDX ignores filters that it does not understand.

A result is dropped when a member that TDX sent says that it does not match; one that TDX left out
says nothing. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticket_queue_daemon.tdx.models import Asset, AssetSearch, Ticket, TicketSearch

Found = TypeVar("Found", bound=BaseModel)


def matching_tickets(tickets: Iterable[Ticket], search: TicketSearch) -> list[Ticket]:
    """The tickets that do match, in TDX's order."""
    wanted = {
        "id": None if search.ticket_id is None else [search.ticket_id],
        "parent_id": None if search.parent_ticket_id is None else [search.parent_ticket_id],
        "status_id": search.status_ids,
        "status_class": search.status_class_ids,
        "type_id": search.type_ids,
        "form_id": search.form_ids,
        "requestor_uid": _folded(search.requestor_uids),
        "responsible_uid": _folded(search.primary_responsibility_uids),
        "responsible_group_id": search.primary_responsibility_group_ids,
    }
    return [
        ticket
        for ticket in tickets
        if _fits(ticket, wanted)
        and _not_before(ticket.created_date, search.created_date_from)
        and _not_before(ticket.modified_date, search.modified_date_from)
    ]


def matching_assets(assets: Iterable[Asset], search: AssetSearch) -> list[Asset]:
    """The assets that do match, in TDX's order."""
    wanted = {
        "status_id": search.status_ids,
        "form_id": search.form_ids,
        "owning_customer_id": _folded(search.owning_customer_ids),
    }
    external = {text.strip().casefold() for text in search.external_ids or ()}
    part = (search.serial_like or "").strip().casefold()
    return [
        asset
        for asset in assets
        if _fits(asset, wanted) and _has_part(asset, part) and _is_external(asset, external)
    ]


def _fits(found: BaseModel, wanted: dict[str, Any]) -> bool:
    # An empty list is no filter, to TDX as well (fact sheet 10.3).
    return all(
        not values or member not in found.model_fields_set or getattr(found, member) in values
        for member, values in wanted.items()
    )


def _is_external(asset: Asset, wanted: set[str]) -> bool:
    # SQL Server compares texts whatever their case.
    if not wanted or "external_id" not in asset.model_fields_set:
        return True
    return (asset.external_id or "").casefold() in wanted


def _folded(uids: Iterable[str] | None) -> list[str] | None:
    return None if uids is None else [uid.lower() for uid in uids]


def _not_before(moment: Any, earliest: Any) -> bool:
    return moment is None or earliest is None or moment >= earliest


def _has_part(asset: Asset, part: str) -> bool:
    # The wildcards of LIKE make it a pattern, which only TDX can judge.
    if not part or any(sign in part for sign in "%_["):
        return True
    return any(part in (text or "").casefold() for text in (asset.serial_number, asset.tag))


def matching(found: Iterable[Found], wanted: dict[str, Any]) -> list[Found]:
    """What has, in each member that TDX sent, one of the values that are wanted of it."""
    return [one for one in found if _fits(one, wanted)]


def only(value: Any) -> list[Any] | None:
    """One wanted value as :func:`matching` takes it; None wants nothing in particular."""
    return None if value is None else [value]


def is_part(part: str | None, *texts: str | None) -> bool:
    """Whether a ``...Like`` filter is a part of one of the texts, as TDX says that it is."""
    part = (part or "").strip().casefold()
    if not part or any(sign in part for sign in "%_["):
        return True
    return any(part in (text or "").casefold() for text in texts)
