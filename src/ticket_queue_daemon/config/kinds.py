"""The kinds of value that several settings share, with their bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from ticket_queue_daemon.config.variables import (
    header_safe,
    named_list,
    number_list,
    postgres_url,
    web_address,
    word_list,
)

DAY = 86_400
_HIGHEST_ID = 2**31 - 1


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("not printable")
    return value


def is_python(path: Path) -> bool:
    """Whether it is a file as the seed has them, a module with ``actions = [...]``."""
    return path.suffix == ".py"


def _rules(value: Path) -> Path:
    if not (value.is_file() or value.is_dir()):
        raise ValueError("no such file or folder")
    return value


Id = Annotated[int, Field(ge=1, le=_HIGHEST_ID)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(number_list), Field(min_length=1)]
MatchField = Literal["name", "serial", "tag"]
MatchFields = Annotated[tuple[MatchField, ...], BeforeValidator(word_list), Field(min_length=1)]
Addresses = Annotated[tuple[Literal["url", "email", "path"], ...], BeforeValidator(word_list)]
Words = Annotated[tuple[str, ...], BeforeValidator(word_list)]
NamedExpressions = Annotated[tuple[str, ...], BeforeValidator(named_list)]
Seconds = Annotated[float, Field(ge=0, le=DAY, allow_inf_nan=False)]
Pause = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
Pauses = Annotated[tuple[Pause, ...], BeforeValidator(number_list), Field(min_length=1)]
Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Hidden = Annotated[SecretStr, Field(min_length=1)]
BearerToken = Annotated[SecretStr, BeforeValidator(header_safe)]
PostgresUrl = Annotated[SecretStr, BeforeValidator(postgres_url)]
WebAddress = Annotated[str, BeforeValidator(web_address)]
RulesPath = Annotated[Path, AfterValidator(_rules)]
