"""An action's own refusal of its options, put where a person can find it in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.config.places import FieldPath
    from ticket_queue_daemon.config.rules_model import ActionRule, Rules
    from ticket_queue_daemon.errors import ConfigError

_CLASS = re.compile(r"^\w+Action(?:: | (?=\w))")
_LEAD = re.compile(r"(\w+): ")
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def note(rules: Rules, rule: ActionRule, error: ConfigError) -> None:
    """Note it as a mistake at the option that it speaks of, without secrets and variables' values."""
    path = _place(rule, error.message)
    text = _CLASS.sub("", error.message)
    lead = _LEAD.match(text)
    if lead and any(lead[1].startswith(str(name)) for name in path[len(rule.path) :]):
        text = text[lead.end() :]
    text = f"{text} {error.advice}".strip()
    text = rules.filled.veil(Scrubber(rule.secrets()).text(text))
    rules.document.wrong(path, text)


def _place(rule: ActionRule, message: str) -> FieldPath:
    """The option that the message names, and the member of it; the rule, if it names several or none."""
    words = set(_WORD.findall(message))
    quoted = {one or other for one, other in _QUOTED.findall(message)}
    given = dict(rule.given())
    named = [name for name in given if name in words]
    if len(named) > 1:
        return rule.path
    inside = [
        (name, *inner) for name in (named or given) for inner in _inside(given[name], words, quoted)
    ]
    if len(inside) == 1:
        return (*rule.path, *inside[0])
    return (*rule.path, *named)


def _inside(value: Any, words: set[str], quoted: set[str]) -> Iterator[FieldPath]:
    """Members that the message names: keys, or in quotes keys and texts."""
    if isinstance(value, dict):
        keys = [key for key, one in value.items() if isinstance(one, str) and one in quoted]
        yield from ((key,) for key in keys or [key for key in value if key in words | quoted])
    elif isinstance(value, list):
        yield from ((number,) for number, one in enumerate(value) if one in quoted)
