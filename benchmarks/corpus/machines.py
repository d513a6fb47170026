"""One asset of the invented campus, and TDX's row for it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

ACTIVE = 38
COMPUTER_FORM = 2448
STATUS_NAMES = {38: "Active", 41: "Disposed", 59: "In Storage", 46: "Lost", 141: "Retired"}
# What stands in a field when nobody knew: it identifies nothing, whoever writes it.
PLACEHOLDERS = (
    "N/A",
    "None",
    "Unknown",
    "TBD",
    "0",
    "To Be Filled By O.E.M.",
    "Default string",
    "System Serial Number",
    "Not Specified",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """An asset with what the generator knows of it beside TDX's members: ``family``, ``maker``."""

    id: int
    name: str
    serial: str
    tag: str
    owner: str
    status: int
    form: int
    family: str
    maker: str

    @property
    def eligible(self) -> bool:
        """Whether it may be attached: an active computer."""
        return self.status == ACTIVE and self.form == COMPUTER_FORM

    def identifiers(self) -> tuple[str, ...]:
        """Its name, serial number and tag, without placeholders and empty fields."""
        values = (self.name, self.serial, self.tag)
        return tuple(value for value in values if value and value not in PLACEHOLDERS)

    def row(self) -> dict[str, Any]:
        """The asset as TDX writes it."""
        return {
            "ID": self.id,
            "Name": self.name,
            "SerialNumber": self.serial,
            "Tag": self.tag,
            "OwningCustomerID": self.owner,
            "StatusID": self.status,
            "StatusName": STATUS_NAMES[self.status],
            "FormID": self.form,
            "ConfigurationItemID": self.id + 40_000,
        }


def squeezed(text: str) -> str:
    """Only letters and digits, in one form: the loosest way in which two spellings are one."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.lower()))
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))
