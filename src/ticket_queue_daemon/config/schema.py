"""The JSON Schema of a rules file, by which editors complete and check while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from ticket_queue_daemon.config.queue_section import QUEUE_SETTINGS
from ticket_queue_daemon.config.rules_model import VERSION
from ticket_queue_daemon.config.settings import Settings, variables

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ticket_queue_daemon.config.rules_model import Vocabulary

FILE_NAME = "rules.schema.json"
_VARIABLE = {
    "type": "string",
    "pattern": r"^\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}$",
    "description": "a variable of the environment: ${NAME} or ${NAME:-default}",
}
_ACTIONS = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/action"}}
_EXAMPLE = {
    "version": VERSION,
    "queue": {"report": 1344},
    "actions": [{"add_asset": {"max_assets_to_add": 5}}, "summary_comment"],
}


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema of a rules file with these actions."""
    options = {
        word: _options(word, vocabulary.models[word], vocabulary.around[word])
        for word in sorted(vocabulary.models)
    }
    inner = {name: one for schema in options.values() for name, one in schema.pop("$defs").items()}
    queue = _closed({word: _setting(name) for word, name in QUEUE_SETTINGS.items()})
    queue["description"] = "What is watched; flags and the environment win."
    defaults = _defaults(options, vocabulary.default_names())
    queue["properties"] |= {
        "defaults": {"$ref": "#/$defs/defaults"},
        "actions": {**_ACTIONS, "description": "For this queue, instead of those at the top."},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of the Ticket Queue Daemon",
        "description": "What is done to each ticket of TDX reports, exactly once.",
        "examples": [_EXAMPLE],
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "version": {"const": VERSION, "description": "of this format"},
            "queue": {"$ref": "#/$defs/queue"},
            "queues": {
                "type": "array",
                "items": {"$ref": "#/$defs/queue"},
                "minItems": 1,
                "description": "Several queues, side by side in one process; one is the same as queue.",
            },
            "defaults": {"$ref": "#/$defs/defaults"},
            "actions": {
                **_ACTIONS,
                "description": "What is done to a ticket, in this order; in every queue that has no "
                "actions of its own.",
            },
        },
        "required": ["version"],
        "not": {"required": ["queue", "queues"]},
        "additionalProperties": False,
        "$defs": {
            "variable": _VARIABLE,
            "queue": queue,
            "defaults": defaults,
            "action": {"anyOf": [one for word in options for one in _forms(word, options[word])]},
            **{f"options_{word}": schema for word, schema in options.items()},
            **inner,
        },
    }


def _forms(word: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    """The three ways to write an action; the bare word where no option is needed."""
    reference = {"$ref": f"#/$defs/options_{word}"}
    told = {"description": options["description"]}
    needed = options.get("required", [])
    bare: dict[str, Any] = {"const": word, **told}
    nothing = [] if needed else [{"type": "null"}]
    under = {"anyOf": [reference, *nothing], **told} if nothing else reference
    known = {
        name: {"$ref": f"{reference['$ref']}/properties/{name}"} for name in options["properties"]
    }
    members = {"type": {"const": word, **told}, **known}
    return [
        *([] if needed else [bare]),
        _closed({word: under}, [word]) | told,
        _closed(members, ["type", *needed]) | told,
    ]


def _closed(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _options(word: str, *models: type[BaseModel]) -> dict[str, Any]:
    """What can be written for an action, its own options first; each may come from a variable."""
    members: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    needed: list[str] = []
    for model in models:
        schema = model.model_json_schema(ref_template=f"#/$defs/{word}.{{model}}")
        members |= {name: _member(member) for name, member in schema["properties"].items()}
        needed += schema.get("required", ())
        inner |= {f"{word}.{name}": _untitled(one) for name, one in schema.get("$defs", {}).items()}
    made = _closed(members, needed)
    return {"description": models[0].__doc__ or "", **made, "$defs": inner}


def _setting(name: str) -> dict[str, Any]:
    schema = TypeAdapter(Settings.model_fields[name].rebuild_annotation()).json_schema()
    kinds = [kind for kind in schema.pop("anyOf", [schema]) if kind.get("type") != "null"]
    default = Settings.model_fields[name].default
    known = {} if default is None else {"default": default}
    return _member({**kinds[0], "description": variables()[name].help, **known})


def _member(schema: dict[str, Any]) -> dict[str, Any]:
    """A field without pydantic's titles, which may be a variable where it is no text anyhow."""
    schema = _untitled(schema)
    kept = {key: schema.pop(key) for key in ("description", "default") if key in schema}
    if kept.get("default", 0) is None:
        del kept["default"]
    kinds = schema.get("anyOf", [schema])
    kinds = [kind for kind in kinds if kind != {"type": "null"}]
    plain_text = any(kind.get("type") == "string" and "enum" not in kind for kind in kinds)
    if not plain_text and all(kind for kind in kinds):
        kinds = [*kinds, {"$ref": "#/$defs/variable"}]
    return {**kept, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})}


def _untitled(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: _untitled(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(one) for one in schema] if isinstance(schema, list) else schema


def _defaults(options: dict[str, dict[str, Any]], allowed: set[str]) -> dict[str, Any]:
    """Every option of every action; where two differ, what either takes."""
    merged: dict[str, list[dict[str, Any]]] = {}
    for schema in options.values():
        for name, member in schema["properties"].items():
            kind = {
                key: value for key, value in member.items() if key not in {"default", "description"}
            }
            known = merged.setdefault(name, [])
            if name in allowed and kind not in known:
                known.append(kind)
    properties = {
        name: kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        for name, kinds in sorted(merged.items())
        if kinds
    }
    return {
        "description": "Options for every action that has them; an action's own win.",
        **_closed(properties),
    }
