"""``actions``: which there are, and what options one has, from its own model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ticket_queue_daemon.actions.options import kind_words
from ticket_queue_daemon.actions.registry import ActionType, Registry
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.config.places import meant
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from ticket_queue_daemon.cli.session import Session

_NAMES = ("name", "type", "default", "meaning")
_HEADINGS = ("option", *_NAMES[1:])
_SAMPLES = {"text": '"..."', "whole number": "1", "number": "1.5", "true or false": "true"}


def actions(session: Session) -> ExitCode:
    """List them, or show one.

    Raises:
        ConfigError: there is none of that name.
    """
    registry = Registry.discover()
    if session.args.what == "list":
        _list(session, registry)
    else:
        _show(session, registry)
    return ExitCode.DONE


def _list(session: Session, registry: Registry) -> None:
    if session.args.json:
        listed = [
            {"name": one.word, "from": one.origin, "what": one.options.__doc__}
            for one in registry.types.values()
        ]
        session.terminal.json({"actions": listed, "broken": registry.broken})
        return
    rows = [(one.word, one.options.__doc__ or "", one.origin) for one in registry.types.values()]
    session.terminal.table(("name", "what it does", "from"), rows)
    for word, why in registry.broken.items():
        session.terminal.say(safe(f"{word} can't be used: {why}", style="yellow"))


def _show(session: Session, registry: Registry) -> None:
    kind = registry.types.get(session.args.name)
    if kind is None:
        why = registry.broken.get(session.args.name)
        raise ConfigError(
            f"The plug-in {session.args.name} can't be used: {why}."
            if why
            else f"There is no action {session.args.name}{meant(session.args.name, registry.types)}.",
            "For all of them, run: ticket-queue-daemon actions list",
        )
    own, around = list(_options(kind.options)), list(_options(kind.around))
    if session.args.json:
        session.terminal.json(
            {
                "name": kind.word,
                "from": kind.origin,
                "what": kind.options.__doc__,
                "options": [dict(zip(_NAMES, row, strict=True)) for row in own],
                "rule_options": [dict(zip(_NAMES, row, strict=True)) for row in around],
            }
        )
        return
    session.terminal.say(safe(kind.word, style="bold"), safe(f"({kind.origin})", style="dim"))
    session.terminal.say(kind.options.__doc__ or "")
    session.terminal.table(_HEADINGS, own)
    session.terminal.say("Of the rule around it; no part of the action's id:")
    session.terminal.table(_HEADINGS, around)
    for line in example(kind):
        session.terminal.say(safe(line))


def _options(model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    """Those that are needed first."""
    options = sorted(model.model_fields.items(), key=lambda option: not option[1].is_required())
    for name, info in options:
        words = kind_words(info.rebuild_annotation())
        yield name, words, _default(info), info.description or ""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = info.get_default(call_default_factory=True, validated_data={})
    return "" if default is None else json.dumps(default, ensure_ascii=False)


def example(kind: ActionType) -> list[str]:
    """The shortest way to write it in a rules file."""
    needed = [(n, i) for n, i in kind.options.model_fields.items() if i.is_required()]
    if not needed:
        return [f"- {kind.word}"]
    return [
        f"- {kind.word}:",
        *(f"    {n}: {_SAMPLES.get(kind_words(i.rebuild_annotation()), '...')}" for n, i in needed),
    ]
