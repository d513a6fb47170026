"""What counts as a mention, and which assets may be attached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ticket_queue_daemon.assets.catalog import FIELDS, Field
from ticket_queue_daemon.assets.naming import Decoys

if TYPE_CHECKING:
    from ticket_queue_daemon.assets.catalog import AssetRecord
    from ticket_queue_daemon.assets.naming import NamingPattern
    from ticket_queue_daemon.assets.regions import Inside

ACTIVE_STATUS_ID: Final = 38

OwnerSide = Literal["owner", "requestor"]
"""Whose an asset is: its owner's (OwningCustomerID), or who asked for it (RequestingCustomerID)."""


@dataclass(frozen=True, slots=True)
class FinderRules:
    """Which assets are eligible, and what counts as a mention.

    Attributes:
        form_ids: forms of computers; ``None`` is any.
        active_status_ids: statuses of machines in use; ``None`` is any.
        count_inside: addresses in which a name counts after all.
        most_of_one_name: a value that more assets than this share is no identifier.
        fields: which fields name an asset.
        patterns: more ways in which machines are called; such a word needs no cue.
        decoys: words that never count.
        owner_side: whose an asset is.
    """

    form_ids: frozenset[int] | None = None
    active_status_ids: frozenset[int] | None = frozenset({ACTIVE_STATUS_ID})
    count_inside: frozenset[Inside] = frozenset()
    most_of_one_name: int = 8
    fields: frozenset[Field] = FIELDS
    patterns: tuple[NamingPattern, ...] = ()
    decoys: Decoys = Decoys()  # noqa: RUF009  it is frozen
    owner_side: OwnerSide = "owner"


def why_not_eligible(asset: AssetRecord, rules: FinderRules) -> str:
    """Why an asset may not be attached; empty when it may."""
    if rules.form_ids is not None and asset.form_id not in rules.form_ids:
        return f"its form is {asset.form_id or 'not set'}, not a computer's"
    if rules.active_status_ids is not None and asset.status_id not in rules.active_status_ids:
        return f"its status is {asset.status_name or asset.status_id or 'not set'}"
    return ""
