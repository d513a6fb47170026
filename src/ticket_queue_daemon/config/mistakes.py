"""What pydantic found wrong with the options of an action, as sentences for the person who wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.config.places import near
from ticket_queue_daemon.config.strictness import is_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import BaseModel, ValidationError

    from ticket_queue_daemon.config.places import FieldPath

_SHOWN = 40
_YES_AND_NO = {"yes", "no", "on", "off", "y", "n"}
_EXPECTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "string_sub_type": "a text",
    "list_type": "a list, such as [one, two]",
    "tuple_type": "a list, such as [one, two]",
    "dict_type": "names with values, such as {name: value}",
}


def option_mistakes(
    error: ValidationError,
    model: type[BaseModel],
    written: Mapping[str, Any],
    unknown: Callable[[str], str],
) -> Iterator[tuple[FieldPath, str]]:
    """For each wrong option its path below the action, and what is wrong with it.

    Args:
        error: what pydantic says.
        model: of the options.
        written: the options as the file says them, variables and all.
        unknown: the sentence for an option that the model does not have.
    """
    grouped: dict[FieldPath, list[Mapping[str, Any]]] = {}
    for problem in error.errors(include_url=False):
        grouped.setdefault(_existing(problem["loc"], written), []).append(problem)
    deepest = [path for path in grouped if not _covered(path, grouped)]
    for path in deepest:
        if grouped[path][0]["type"] == "extra_forbidden":
            yield path, unknown(str(path[0]))
        else:
            yield path, _sentence(path, grouped[path], model, written)


def at(data: Any, path: FieldPath) -> Any:
    """What stands at a path."""
    for part in path:
        data = data[part]
    return data


def section(data: Any, path: FieldPath) -> Mapping[str, Any]:
    """The names with values at a path; none if there is nothing, or something else."""
    try:
        found = at(data, path)
    except (KeyError, IndexError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def shown(value: object) -> str:
    """A wrong value, as the person wrote it."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "names with values"
    text = str(value) if len(str(value)) <= _SHOWN else f"{str(value)[:_SHOWN]}..."
    return f'the text "{text}"' if isinstance(value, str) else text


def _existing(loc: tuple[int | str, ...], given: Mapping[str, Any]) -> FieldPath:
    """The part of pydantic's path that is in the file; it names the members of unions as well."""
    value: Any = given
    path: FieldPath = ()
    for part in loc:
        keys: Any = range(len(value)) if isinstance(value, list) else ()
        keys = value if isinstance(value, dict) else keys
        if part in keys:
            value = value[part]
        elif path:
            continue
        path = (*path, part)
    return path


def _covered(path: FieldPath, grouped: Mapping[FieldPath, object]) -> bool:
    """Whether a mistake further inside tells it better: one list of several kinds was meant."""
    return any(len(other) > len(path) and other[: len(path)] == path for other in grouped)


def _sentence(
    path: FieldPath,
    problems: list[Mapping[str, Any]],
    model: type[BaseModel],
    written: Mapping[str, Any],
) -> str:
    first = problems[0]
    name = str(path[0])
    if first["type"] == "missing":
        return f"missing: {model.model_fields[name].description or 'a value is needed'}"
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    value = at(written, path)
    if is_secret(model.model_fields[name].rebuild_annotation()):
        return "expected a text (a secret; its value is not shown)"
    if first["type"] == "literal_error":
        words = [
            word.strip("' ")
            for word in str(first["ctx"]["expected"]).replace(" or ", ",").split(",")
        ]
        hint = near(value, words) if isinstance(value, str) else ""
        return f"{shown(value)} is none of {', '.join(words)}{hint}"
    expected = dict.fromkeys(_expected(one) for one in problems)
    return f"expected {' or '.join(expected)}, not {shown(value)}{_advice(first['type'], value)}"


def _expected(one: Mapping[str, Any]) -> str:
    if one["type"] == "greater_than_equal":
        return f"{one['ctx']['ge']} or more"
    return _EXPECTED.get(one["type"], str(one["msg"]).lower())


def _advice(kind: str, value: object) -> str:
    if kind == "bool_type" and isinstance(value, str) and value.lower() in _YES_AND_NO:
        return "; yes, no, on and off are words here, so write true or false"
    if kind in {"int_type", "float_type", "bool_type"} and isinstance(value, str):
        try:
            float(value)
        except ValueError:
            if value.lower() not in {"true", "false"}:
                return ""
        return "; leave the quotes away"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return "; put quotes around it"
    if kind == "list_type" and isinstance(value, str | int | float):
        return "; put brackets around it"
    return ""
