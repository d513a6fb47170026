"""Every asset in memory, and which of them a word names.

200,000 assets stay below 150 MB because the index is no dictionary of strings: it is one sorted
array of 64-bit numbers, each the hash of a key above the position of its asset. Two keys of one
hash do no harm: what is found is compared with the asset itself.
"""

from __future__ import annotations

import re
import threading
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from ticket_queue_daemon.assets.identifiers import MIN_SQUEEZED, boundaries, fold, squeeze
from ticket_queue_daemon.assets.patterns import GENERIC_WORDS, looks_like_serial
from ticket_queue_daemon.assets.records import AssetRecord, record_of_asset, record_of_row
from ticket_queue_daemon.assets.regions import is_host
from ticket_queue_daemon.assets.text import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from ticket_queue_daemon.assets.records import AssetLike
    from ticket_queue_daemon.clock import Clock

__all__ = ["FIELDS", "AssetCatalog", "AssetRecord", "BronzeRows", "Field", "Hit", "LazyCatalog"]

Field = Literal["name", "serial number", "tag"]
FIELDS: Final[frozenset[Field]] = frozenset({"name", "serial number", "tag"})

_POSITION_BITS: Final = 24
_HASH_MASK: Final = (1 << 40) - 1
_PART_BITS: Final = 4
_OWNER: Final = "\0owner:"
_DIGIT: Final = re.compile(r"[0-9]")
_SWITCH: Final = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
_MIN_PLAIN: Final = 5
_MIN_SERIAL_PART: Final = 3
# A machine may be called FRONT-DESK, and so is what it stands on.
_PLAIN_WORDS: Final = word_set(
    "back check computer conference desk front help in lab laptop library line loaner log main "
    "meeting off office on one out part print reception room self server service sign site spare "
    "staff student study test time up user walk work"
)
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
        many = "1 asset" if len(self._assets) == 1 else f"{len(self._assets):,} assets"
        self.origin = ", ".join(filter(None, [origin, many]))
        """From where and when, in words, for logs and evidence."""
        self._index = self._sorted()

    @property
    def size(self) -> int:
        """How many assets are known."""
        return len(self._assets)

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
        for asset in self._at(key):
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
        for asset in self._at(key):
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
            for asset in self._at(key):
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
        for asset in self._at(_OWNER + owner):
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

    def _at(self, key: str) -> Iterator[AssetRecord]:
        """Assets that may have this key: the caller compares."""
        wanted = _hash(key)
        place = bisect_left(self._index, wanted << _POSITION_BITS)
        while place < len(self._index) and self._index[place] >> _POSITION_BITS == wanted:
            yield self._assets[self._index[place] & ((1 << _POSITION_BITS) - 1)]
            place += 1


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
        if end != value and not asset.serial_number and looks_like_serial(end):
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
    return _PLAIN_WORDS.issuperset(parts)


def _breaks_fit(field: Field, value: str, key: str, breaks: tuple[int, ...]) -> bool:
    if field == "serial number" and not boundaries(value):
        ends = (0, *breaks, len(key))
        return all(right - left >= _MIN_SERIAL_PART for left, right in pairwise(ends))
    allowed = {*boundaries(value), *(match.start() for match in _SWITCH.finditer(key))}
    return allowed.issuperset(breaks)


class BronzeRows(Protocol):
    """The data hub's bronze layer, as ``store`` gives it."""

    def available(self) -> bool:
        """Whether there are rows of TDX assets."""
        ...

    def assets(self) -> Iterable[Mapping[str, Any]]:
        """The newest row of each asset, with TDX's member names."""
        ...

    def newest(self) -> datetime | None:
        """When the newest row came in."""
        ...


class LazyCatalog:
    """The catalogue, read when it is first asked for and again when it is too old.

    Args:
        bronze: read first; passed over when it holds no asset.
        search: one search for all assets through TDX's API.
        clock: for the age, and for the time that ``origin`` names.
        max_age: seconds after which it is read anew.
    """

    def __init__(
        self,
        *,
        bronze: BronzeRows | None,
        search: Callable[[], Iterable[AssetLike]],
        clock: Clock,
        max_age: float = 86_400,
    ) -> None:
        self._bronze = bronze
        self._search = search
        self._clock = clock
        self._max_age = max_age
        self._lock = threading.Lock()
        self._loaded: tuple[float, AssetCatalog] | None = None
        self._failed: tuple[int, Exception] | None = None
        self._finished = 0

    def get(self) -> AssetCatalog:
        """The catalogue, at most ``max_age`` old; threads that ask meanwhile wait for one load.

        Raises:
            DaemonError: whatever the database or TDX answered. A catalogue that can't be read is
                never an empty one, and an old one is not passed off as new.
        """
        current = self._current()
        if current is not None:
            return current
        finished = self._finished
        with self._lock:
            current = self._current()
            if current is not None:
                return current
            if self._failed is not None and self._failed[0] > finished:
                raise self._failed[1]
            return self._load()

    @property
    def origin(self) -> str:
        """From where and when the assets are; "not read yet" before the first use."""
        return "not read yet" if self._loaded is None else self._loaded[1].origin

    def _current(self) -> AssetCatalog | None:
        loaded = self._loaded
        if loaded is None or self._clock.monotonic() - loaded[0] > self._max_age:
            return None
        return loaded[1]

    def _load(self) -> AssetCatalog:
        try:
            catalog = self._from_bronze() or self._from_search()
        except Exception as error:
            self._failed = (self._finished + 1, error)
            raise
        finally:
            self._finished += 1
        self._loaded = (self._clock.monotonic(), catalog)
        return catalog

    def _from_bronze(self) -> AssetCatalog | None:
        if self._bronze is None or not self._bronze.available():
            return None
        newest = self._bronze.newest()
        when = f"{newest.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if newest else "of unknown time"
        records = (record_of_row(row) for row in self._bronze.assets())
        catalog = AssetCatalog(
            (record for record in records if record is not None),
            f"bronze.raw_entities, newest row {when}",
        )
        return catalog if catalog.size else None

    def _from_search(self) -> AssetCatalog:
        when = f"{self._clock.now().astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        records = map(record_of_asset, self._search())
        return AssetCatalog(records, f"TDX asset search, {when}")
