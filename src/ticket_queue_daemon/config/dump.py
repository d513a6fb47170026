"""Rules as text again: YAML that the loader reads back to the same rules, and plain data for JSON.

A secret is ``***``. What a variable gave is shown as the file says it, ``${VAR}``: the environment
may have put a secret there, and the dump is still a rules file.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import SecretStr

from ticket_queue_daemon.config.queue_section import QUEUE_SETTINGS
from ticket_queue_daemon.config.rules_model import VERSION
from ticket_queue_daemon.config.strictness import is_secret
from ticket_queue_daemon.config.yaml_text import Dumper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel

    from ticket_queue_daemon.config.rules_model import ActionRule, QueueRules, Rules

HIDDEN = "***"
_WIDTH = 100


def shown_options(rule: ActionRule) -> dict[str, Any]:
    """Every option of the action that has a value, as it may be shown."""
    return _shown(rule, rule.options)


def shown_around(rule: ActionRule) -> dict[str, Any]:
    """Every rule option that says something else than usual, as it may be shown."""
    usual = {name: info.default for name, info in type(rule.around).model_fields.items()}
    given = _shown(rule, rule.around)
    return {
        name: value for name, value in given.items() if getattr(rule.around, name) != usual[name]
    }


def _shown(rule: ActionRule, values: BaseModel) -> dict[str, Any]:
    options = {}
    for name, info in type(values).model_fields.items():
        value = getattr(values, name)
        if name in rule.written:
            value = rule.written[name]
        elif value is not None and (is_secret(info.rebuild_annotation()) or _hides(value)):
            value = HIDDEN
        else:
            value = _escaped(value)
        if value is not None:
            options[name] = value
    return options


def as_data(rules: Rules, settings: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The rules as plain data, ``defaults`` filled in.

    Args:
        rules: what is shown.
        settings: those of each queue, instead of the file's own, by the settings' names.
    """
    given = settings or [queue.settings for queue in rules.queues] or [{}]
    actions = [_actions(queue) for queue in rules.queues] or [[]]
    if len(given) == 1:
        members = _members(given[0])
        queue = {"queue": members} if members else {}
        return {"version": VERSION, **queue, "actions": actions[0]}
    queues = [{**_members(one), "actions": its} for one, its in zip(given, actions, strict=True)]
    return {"version": VERSION, "queues": queues}


def _members(settings: Mapping[str, Any]) -> dict[str, Any]:
    words = {setting: word for word, setting in QUEUE_SETTINGS.items()}
    return {
        words[name]: _escaped(value)
        for name, value in settings.items()
        if value is not None and value != ()
    }


def _actions(queue: QueueRules) -> list[dict[str, Any]]:
    return [{rule.word: shown_options(rule) | shown_around(rule)} for rule in queue.actions]


def as_yaml(
    rules: Rules,
    settings: Sequence[Mapping[str, Any]] = (),
    comments: Sequence[Sequence[str]] = (),
) -> str:
    """The rules as YAML; ``comments``: of each queue, a line above each action."""
    data = as_data(rules, settings)
    told = [*comments, *[()] * max(1, len(rules.queues))]
    if "queues" not in data:
        entries = data.pop("actions")
        return _yaml(data) + _entries(entries, told[0])
    parts = [_yaml({"version": data["version"]}), "queues:\n"]
    for number, queue in enumerate(data["queues"]):
        entries = queue.pop("actions")
        parts.append(_yaml({"queues": [queue]}).partition("\n")[2])
        parts.append(textwrap.indent(_entries(entries, told[number]), "    "))
    return "".join(parts)


def _entries(entries: Sequence[Any], comments: Sequence[str]) -> str:
    parts = ["actions:\n" if entries else "actions: []\n"]
    for number, entry in enumerate(entries):
        comment = f"  # {comments[number]}\n" if number < len(comments) else ""
        # Under its name, for the indentation; the name is there already.
        parts.append(comment + _yaml({"actions": [entry]}).partition("\n")[2])
    return "".join(parts)


def _yaml(value: object) -> str:
    text = yaml.dump(
        value,
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
    return str(text)


def _escaped(value: Any) -> Any:
    """Plain data in which a ``${`` stays what it is."""
    if isinstance(value, str):
        return str(value).replace("${", "$${")
    if isinstance(value, dict):
        return {name: _escaped(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(member) for member in value]
    return value


def _hides(value: object) -> bool:
    if isinstance(value, dict):
        return any(_hides(member) for member in value.values())
    if isinstance(value, list | tuple):
        return any(_hides(member) for member in value)
    return isinstance(value, SecretStr)
