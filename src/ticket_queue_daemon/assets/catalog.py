"""Every asset in memory, and which of them a word names.

200,000 assets stay below 150 MB because the index is no dictionary of strings: it is one sorted
array of 64-bit numbers, each the hash of a key above the position of its asset. Two keys of one
hash do no harm: what is found is compared with the asset itself. Changes lie over it in a small
catalogue of their own, until they are enough to build the whole anew.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

from ticket_queue_daemon.assets.identifiers import MIN_SQUEEZED, boundaries, fold, squeeze
from ticket_queue_daemon.assets.patterns import GENERIC_WORDS, PLAIN_WORDS, looks_like_serial
from ticket_queue_daemon.assets.records import AssetRecord
from ticket_queue_daemon.assets.regions import is_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FIELDS", "AssetCatalog", "AssetRecord", "Field", "Hit"]

Field = Literal["name", "serial number", "tag"]
FIELDS: Final[frozenset[Field]] = frozenset({"name", "serial number", "tag"})

_POSITION_BITS: Final = 24
_HASH_MASK: Final = (1 << 40) - 1
_PART_BITS: Final = 4
_OWNER: Final = "\0owner:"
_MOST_OVERLAID: Final = 1_000
_OVERLAID_SHARE: Final = 20
_DIGIT: Final = re.compile(r"[0-9]")
_SWITCH: Final = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
_MIN_PLAIN: Final = 5
_MIN_SERIAL_PART: Final = 3
_MIN_TURNS: Final = 2
# What stands in such a field when nobody knew what to put there.
_PLACEHOLDERS: Final = frozenset(
    {
        "", "-", ".", "0", "1", "n/a", "na", "none", "null", "nil", "unknown", "unkown", "tbd",
        "tba", "test", "missing", "pending", "spare", "default string", "system serial number",
        "to be filled by o.e.m.", "not specified", "not available", "not applicable", "no serial",
        "no tag", "no asset tag", "asset tag", "serial number", "serial", "12345", "123456",
        "1234567", "12345678", "123456789", "1234567890", "0123456789", "xxxxxxxx",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One asset that a word names, by which field, and whether it needs a cue beside it.

    ``weak``: the value is a bare number, very short, or a plain word, so that phone numbers,
    years and prose would hit it by accident.
    """

    asset: AssetRecord
    field: Field
    weak: bool = False

    @property
    def value(self) -> str:
        """The field as it is recorded."""
        asset = self.asset
        values = {"name": asset.name, "serial number": asset.serial_number, "tag": asset.tag}
        return values[self.field] or ""


class AssetCatalog:
    """An index over all assets, immutable once built, safe to share between threads.

    Args:
        records: the assets; of two with the same id the later one counts.
        origin: where they come from; how many they are is added.
    """

    def __init__(self, records: Iterable[AssetRecord], origin: str = "") -> None:
        self._assets = list({record.id: record for record in records}.values())
        self._index = self._sorted()
        self._ids = array("q", sorted(asset.id for asset in self._assets))
        self._hidden: frozenset[int] = frozenset()
        self._overlay: AssetCatalog | None = None
        self.origin = _described(origin, self.size)
        """From where and when, in words, for logs and evidence."""

    @property
    def size(self) -> int:
        """How many assets are known."""
        hidden = sum(1 for asset_id in self._hidden if self._has_below(asset_id))
        return len(self._assets) - hidden + (self._overlay.size if self._overlay else 0)

    def records(self) -> Iterator[AssetRecord]:
        """Every asset."""
        for asset in self._assets:
            if asset.id not in self._hidden:
                yield asset
        if self._overlay is not None:
            yield from self._overlay.records()

    def updated(
        self, changed: Iterable[AssetRecord], gone: Iterable[int] = (), origin: str = ""
    ) -> AssetCatalog:
        """Another catalogue, with these assets in their new form and those gone ones left out.

        Cheap: what has not changed is shared between the two.
        """
        over = {} if self._overlay is None else {one.id: one for one in self._overlay.records()}
        over.update((record.id, record) for record in changed)
        left_out = frozenset(gone)
        over = {asset_id: record for asset_id, record in over.items() if asset_id not in left_out}
        hidden = self._hidden | over.keys() | left_out
        if len(hidden) > max(_MOST_OVERLAID, len(self._assets) // _OVERLAID_SHARE):
            below = (one for one in self._assets if one.id not in hidden)
            return AssetCatalog([*below, *over.values()], origin)
        new = object.__new__(AssetCatalog)
        new._assets, new._index, new._ids = self._assets, self._index, self._ids
        new._hidden = hidden
        new._overlay = AssetCatalog(over.values()) if over else None
        new.origin = _described(origin, new.size)
        return new

    def _has_below(self, asset_id: int) -> bool:
        place = bisect_left(self._ids, asset_id)
        return place < len(self._ids) and self._ids[place] == asset_id

    def lookup(self, folded: str) -> tuple[AssetRecord, ...]:
        """The assets whose name, serial number or tag this is, spelled with its separators.

        Weak values (see :class:`Hit`) are found too. ``folded`` comes from ``fold``.
        """
        return tuple(dict.fromkeys(hit.asset for hit in self.exact(folded)))

    def exact(self, folded: str, fields: frozenset[Field] = FIELDS) -> list[Hit]:
        """One hit for each asset of whose name, serial number and tag one is ``folded``.

        A number is compared without its leading zeros, a serial number also with the end of a
        name when the asset has none recorded.
        """
        key = _unpadded(folded)
        hits = []
        for asset in self.may_have(key):
            for field, spelling, weak in _spellings(asset):
                if spelling == key and field in fields:
                    hits.append(Hit(asset, field, weak))
                    break
        return hits

    def broken(self, folded: str, fields: frozenset[Field] = FIELDS) -> list[Hit]:
        """The assets that ``folded`` names with other separators, spaces, or none at all.

        ``ic ehlb760 f16`` and ``icehlb760f16`` are ``IC-EHLB760-F16``. Only for values of eight
        letters and digits or more with a digit among them, and only where each break in the
        token is a break in the name, or falls between its letters and digits.
        """
        key = squeeze(folded)
        if len(key) < MIN_SQUEEZED or not _DIGIT.search(key):
            return []
        hits = []
        for asset in self.may_have(key):
            for field, value in _values(asset):
                if field not in fields or squeeze(value) != key:
                    continue
                if _breaks_fit(field, value, key, boundaries(folded)):
                    hits.append(Hit(asset, field, _is_weak(value)))
                    break
        return hits

    def near(
        self, keys: Iterable[str], fields: frozenset[Field] = FIELDS
    ) -> Iterator[tuple[str, Hit]]:
        """What the keys name, with or without separators, each with its spelling; no weak values.

        For keys that were made up by the hundred: the caller says whether a spelling is near
        enough, since two keys may share a hash.
        """
        for key in keys:
            for asset in self.may_have(key):
                for field, spelling, weak in _spellings(asset):
                    if field in fields and not weak and key in {spelling, squeeze(spelling)}:
                        yield spelling, Hit(asset, field)

    def owned_by(
        self, uid: str, side: Literal["owner", "requestor"] = "owner"
    ) -> tuple[AssetRecord, ...]:
        """The assets of a person, by UID in any case, in order of their ids.

        ``side``: whether the person is recorded as owner or as requestor of the asset.
        """
        owner = uid.casefold()
        found = []
        for asset in self.may_have(_OWNER + owner):
            person = asset.owner_uid if side == "owner" else asset.requestor_uid
            if person is not None and person.casefold() == owner:
                found.append(asset)
        return tuple(sorted(found, key=lambda asset: asset.id))

    def _sorted(self) -> array[int]:
        """All entries in order, sorted part by part: a list of them all would double the memory."""
        parts = [array("Q") for _ in range(1 << _PART_BITS)]
        for entry in self._entries():
            parts[entry >> 64 - _PART_BITS].append(entry)
        index = array("Q")
        for place, part in enumerate(parts):
            index.extend(sorted(part))
            parts[place] = array("Q")
        return index

    def _entries(self) -> Iterator[int]:
        for position, asset in enumerate(self._assets):
            for key in _keys(asset):
                yield _hash(key) << _POSITION_BITS | position

    def may_have(self, key: str) -> Iterator[AssetRecord]:
        """Assets that may have this key: the caller compares."""
        wanted = _hash(key)
        place = bisect_left(self._index, wanted << _POSITION_BITS)
        while place < len(self._index) and self._index[place] >> _POSITION_BITS == wanted:
            asset = self._assets[self._index[place] & ((1 << _POSITION_BITS) - 1)]
            if asset.id not in self._hidden:
                yield asset
            place += 1
        if self._overlay is not None:
            yield from self._overlay.may_have(key)


def _described(origin: str, size: int) -> str:
    many = "1 asset" if size == 1 else f"{size:,} assets"
    return ", ".join(filter(None, [origin, many]))


def _hash(key: str) -> int:
    return hash(key) & _HASH_MASK


def _keys(asset: AssetRecord) -> set[str]:
    """Everything by which an asset is found."""
    people = (asset.owner_uid, asset.requestor_uid)
    keys = {_OWNER + person.casefold() for person in people if person}
    keys.update(spelling for _, spelling, _ in _spellings(asset))
    for _, value in _values(asset):
        squeezed = squeeze(value)
        if len(squeezed) >= MIN_SQUEEZED and _DIGIT.search(squeezed):
            keys.add(squeezed)
    return keys


def _values(asset: AssetRecord) -> Iterator[tuple[Field, str]]:
    """The three fields, folded, as far as they are filled with something."""
    fields: tuple[tuple[Field, str | None], ...] = (
        ("name", asset.name),
        ("serial number", asset.serial_number),
        ("tag", asset.tag),
    )
    for field, value in fields:
        folded = fold(value) if value else ""
        if folded not in _PLACEHOLDERS:
            yield field, folded


def _spellings(asset: AssetRecord) -> Iterator[tuple[Field, str, bool]]:
    """What is found by exact look-up, as which field, and whether it is weak."""
    for field, value in _values(asset):
        yield field, _unpadded(value), _is_weak(value)
        if field != "name":
            continue
        if is_host(value):
            host = value.partition(".")[0]
            yield field, host, _is_weak(host)
        end = value.rpartition("-")[2]
        if end != value and not asset.serial_number and looks_like_serial(end, _MIN_TURNS):
            yield "serial number", end, False


def _unpadded(folded: str) -> str:
    """Numbers without leading zeros: a tag that is printed 0012345 is recorded as 12345."""
    return (folded.lstrip("0") or "0") if folded.isdigit() else folded


def _is_weak(value: str) -> bool:
    squeezed = squeeze(value)
    if len(squeezed) < _MIN_PLAIN or squeezed.isdigit() or value.isalpha():
        return True
    parts = value.split("-")
    # OPTIPLEX-7090 is rather the model, ROOM-4033 rather the room.
    if all(part.isdigit() or part.rstrip("0123456789") in GENERIC_WORDS for part in parts):
        return True
    return PLAIN_WORDS.issuperset(parts)


def _breaks_fit(field: Field, value: str, key: str, breaks: tuple[int, ...]) -> bool:
    if field == "serial number" and not boundaries(value):
        parts = [right - left for left, right in pairwise((0, *breaks, len(key)))]
        # Read off in threes or fours, the last group is what is left.
        if len(_SWITCH.findall(key)) >= _MIN_TURNS:
            parts = parts[:-1]
        return all(part >= _MIN_SERIAL_PART for part in parts)
    allowed = {*boundaries(value), *(match.start() for match in _SWITCH.finditer(key))}
    return allowed.issuperset(breaks)
