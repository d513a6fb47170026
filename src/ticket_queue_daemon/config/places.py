"""Where a field of a rules file stands, and what is wrong with it, in a sentence that says so."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

FieldPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file, as the person named the file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} line {self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong; ``field`` is "" for what concerns the file as text."""

    place: Place
    field: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.field}: {self.text}"
            if self.field
            else f"{self.place}: {self.text}"
        )


@dataclass
class Document:
    """What files say as plain data, the place of each of its fields, and what can't be read."""

    name: str
    data: Any = None
    places: dict[FieldPath, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def place(self, path: FieldPath) -> Place:
        """Where a field stands; of one that is missing, where it would belong."""
        for length in range(len(path), -1, -1):
            if found := self.places.get(path[:length]):
                return found
        return Place(self.name, 1)

    def wrong(self, path: FieldPath, text: str) -> None:
        """Note a mistake in a field, once."""
        mistake = Mistake(self.place(path), field_name(path), text)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)


def field_name(path: FieldPath) -> str:
    """``actions[1].add_asset.max_assets_to_add``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def meant(word: str, known: Iterable[str]) -> str:
    """``; did you mean ...?``, or the list of what there is."""
    words = sorted(known)
    listed = f"; there are: {', '.join(words)}" if words else ""
    return near(word, words) or listed


def near(word: str, known: Iterable[str]) -> str:
    """``; did you mean ...?``, or nothing."""
    shape = word.lower().replace("-", "_").replace(" ", "_")
    found = difflib.get_close_matches(shape, sorted(known), n=1, cutoff=0.55)
    return f"; did you mean {found[0]}?" if found else ""
