"""JSON Patch as TDX understands it (fact sheet 10.6).

Promise: add, remove, replace, copy and move; no ``test``, no ``/-``, no nested collections but
``/attributes/{id}``; an unknown path is a 400 and then nothing has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .deeds import Refused
from .values import Json, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATIONS = frozenset({"add", "remove", "replace", "copy", "move"})


def read_operations(body: object) -> list[Json]:
    """The operations of a patch, with lower-case keys; anything else is refused."""
    if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
        raise Refused(400, "The request body must be a JSON Patch document.")
    operations = [{str(key).lower(): value for key, value in one.items()} for one in body]
    for one in operations:
        name = as_text(one.get("op")).lower()
        if name not in _OPERATIONS:
            raise Refused(400, f"The operation '{name}' is not supported.")
        one["op"] = name
    return operations


class Patch:
    """Operations played on a copy of an item's members, for the caller to check and store."""

    def __init__(
        self, members: Mapping[str, str], values: Json, attributes: dict[int, str]
    ) -> None:
        """``members`` maps the lower-case name to the wire name, ``values`` holds the present."""
        self._members = members
        self._values = values
        self.changes: Json = {}
        self.attributes = dict(attributes)

    def play(self, operations: list[Json]) -> None:
        """Play all operations, in order."""
        for one in operations:
            path = as_text(one.get("path"))
            if one["op"] == "remove":
                self._set(path, None)
            elif one["op"] in {"add", "replace"}:
                self._set(path, one.get("value"))
            else:
                source = as_text(one.get("from"))
                value = self._get(source)
                if one["op"] == "move":
                    self._set(source, None)
                self._set(path, value)

    def _place(self, path: str) -> tuple[str, int | None]:
        parts = path.strip("/").split("/")
        if len(parts) == 2 and parts[0].lower() == "attributes" and parts[1].isdigit():  # noqa: PLR2004
            return "Attributes", int(parts[1])
        wire = self._members.get(parts[0].lower())
        if wire is None or len(parts) != 1:
            raise Refused(400, f"The path '{path}' could not be found or cannot be changed.")
        return wire, None

    def _get(self, path: str) -> Any:
        wire, attribute = self._place(path)
        if attribute is not None:
            return self.attributes.get(attribute)
        return self.changes.get(wire, self._values.get(wire))

    def _set(self, path: str, value: object) -> None:
        wire, attribute = self._place(path)
        if attribute is None:
            self.changes[wire] = value
        elif value is None or as_text(value) == "":
            self.attributes.pop(attribute, None)
        else:
            self.attributes[attribute] = as_text(value)
