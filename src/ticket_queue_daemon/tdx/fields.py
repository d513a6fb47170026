"""Field types that take what TDX really sends (fact sheet 6 and 16), and the models' base."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, model_validator

_SPELLING = {"id": "ID", "ids": "IDs"}


def tdx_name(snake: str) -> str:
    """TDX's spelling of one of our names: ``status_id`` -> ``StatusID``."""
    return "".join(_SPELLING.get(word, word.capitalize()) for word in snake.split("_"))


class TdxModel(BaseModel):
    """Something TDX sent. Members that we do not name are kept; those that are absent have defaults."""

    model_config = ConfigDict(
        alias_generator=tdx_name,
        populate_by_name=True,
        extra="allow",
        frozen=True,
        # TDX may call a member "model_..."; nothing of ours is in its way.
        protected_namespaces=(),
    )

    @model_validator(mode="before")
    @classmethod
    def _in_tdx_case(cls, sent: Any) -> Any:
        """Take camelCase as well; TDX writes PascalCase, what stands before it may not.

        Looked at only when the first member begins with a small letter: inventories are large.
        """
        if not isinstance(sent, dict) or not str(next(iter(sent), ""))[:1].islower():
            return sent
        spelt = _spelt_by_tdx(cls)
        return {spelt.get(str(name).casefold(), name): value for name, value in sent.items()}

    def raw(self) -> dict[str, Any]:
        """The members that TDX sent, under its own names, in a dict of the caller's own.

        Members that the model names are as the model has them: its words for "nothing" (year 1,
        zero GUIDs, "None") are null. All others are as TDX sent them.
        """
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def __repr__(self) -> str:
        # A whole ticket or person in a log would be long, and full of personal data.
        shown = {"id", "uid", "header_text"} & self.model_fields_set
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in shown)})"

    __str__ = __repr__


@cache
def _spelt_by_tdx(model: type[BaseModel]) -> dict[str, str]:
    """TDX's spelling of each member that a model names, by its folded form."""
    aliases = [field.alias or name for name, field in model.model_fields.items()]
    return {alias.casefold(): alias for alias in aliases}


class TdxRequest(BaseModel):
    """Something we send. A misspelt member is refused here, because TDX would ignore it."""

    model_config = ConfigDict(
        alias_generator=tdx_name, populate_by_name=True, extra="forbid", frozen=True
    )

    def body(self) -> dict[str, Any]:
        """The JSON body, under TDX's names."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _text(value: Any) -> Any:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _name(value: Any) -> Any:
    value = _text(value)
    if isinstance(value, str):
        value = value.strip()
        return None if value in {"", "None"} else value
    return value


def _guid(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = value.strip().strip("{}").lower()
    return None if value in {"", "none"} or not value.strip("0-") else value


def _number(value: Any) -> Any:
    if value is None or (isinstance(value, str) and value.strip() in {"", "None"}):
        return 0
    return value


def _flag(value: Any) -> Any:
    return False if value is None or value == "" else value


def _list(value: Any) -> Any:
    return [] if value is None else value


def _moment(value: Any) -> Any:
    """None for every form of "unset", an aware UTC datetime or a parseable text otherwise."""
    if isinstance(value, str):
        value = value.strip()
        # Cut off before parsing: year 1 east of Greenwich is before the first day Python has.
        if value in {"", "None"} or value.startswith(("0001-", "0000-")):
            return None
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        if value.year <= 1:
            return None
        try:
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:  # the last day Python has, west of Greenwich
            return value.replace(tzinfo=UTC)
    return value


def moment(value: object) -> datetime | None:
    """An aware UTC time, from whatever form TDX gives it; None if it is none."""
    read = _moment(value)
    return read if isinstance(read, datetime) else None


def _written(value: datetime | None) -> str | None:
    if value is None:
        return None
    text = value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"


Text = Annotated[str, BeforeValidator(_text)]
"""Text; null is empty."""
Name = Annotated[str | None, BeforeValidator(_name)]
"""The name of something that may be unset: "None", blank and null are None."""
Guid = Annotated[str | None, BeforeValidator(_guid)]
"""A GUID in lower case; zeros, blank and null are None."""
Number = Annotated[int, BeforeValidator(_number)]
"""An integer; null is 0, as TDX's unset ids are."""
Flag = Annotated[bool, BeforeValidator(_flag)]
"""True or false; null is false."""
Moment = Annotated[
    datetime | None, BeforeValidator(_moment), PlainSerializer(_written, when_used="json")
]
"""An aware UTC time; year 1 is None, and a time without a zone is taken for UTC."""
EmptyIfNull = BeforeValidator(_list)
"""For lists that TDX sends as null when they were not loaded."""
