"""What counts as a mention, and which assets may be attached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from ticket_queue_daemon.assets.catalog import FIELDS, Field
from ticket_queue_daemon.assets.naming import Decoys
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ticket_queue_daemon.assets.catalog import AssetRecord
    from ticket_queue_daemon.assets.naming import NamingPattern
    from ticket_queue_daemon.assets.regions import Inside

ACTIVE_STATUS_ID: Final = 38
_Word = TypeVar("_Word", bound=str)

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
        paused_patterns: patterns that people have corrected too often, and why: what follows one is
            found and told, and not taken.
    """

    form_ids: frozenset[int] | None = None
    active_status_ids: frozenset[int] | None = frozenset({ACTIVE_STATUS_ID})
    count_inside: frozenset[Inside] = frozenset()
    most_of_one_name: int = 8
    fields: frozenset[Field] = FIELDS
    patterns: tuple[NamingPattern, ...] = ()
    decoys: Decoys = Decoys()  # noqa: RUF009  it is frozen
    owner_side: OwnerSide = "owner"
    paused_patterns: Mapping[str, str] = field(default_factory=dict)


_FIELD_WORDS: Final[dict[str, Field]] = {
    "name": "name",
    "serial": "serial number",
    "serial number": "serial number",
    "tag": "tag",
}
_INSIDE_WORDS: Final[dict[str, Inside]] = {"url": "url", "email": "email", "path": "path"}


def fields_of(words: Iterable[str]) -> frozenset[Field]:
    """The fields that a person named: name, serial, tag.

    Raises:
        ConfigError: another word, or none.
    """
    found = frozenset(_word(word, _FIELD_WORDS, "field of an asset") for word in words)
    if not found:
        raise ConfigError(
            "No field of an asset is to be matched.", "Name one of name, serial, tag."
        )
    return found


def insides_of(words: Iterable[str]) -> frozenset[Inside]:
    """The addresses that a person named: url, email, path.

    Raises:
        ConfigError: another word.
    """
    return frozenset(_word(word, _INSIDE_WORDS, "kind of address") for word in words)


def _word(word: str, known: Mapping[str, _Word], what: str) -> _Word:
    if word.strip().casefold() not in known:
        raise ConfigError(f"{word!r} is no {what}.", f"Use of these: {', '.join(known)}.")
    return known[word.strip().casefold()]


def why_not_eligible(asset: AssetRecord, rules: FinderRules) -> str:
    """Why an asset may not be attached; empty when it may."""
    if rules.form_ids is not None and asset.form_id not in rules.form_ids:
        return f"its form is {asset.form_id or 'not set'}, not a computer's"
    if rules.active_status_ids is not None and asset.status_id not in rules.active_status_ids:
        return f"its status is {asset.status_name or asset.status_id or 'not set'}"
    return ""
