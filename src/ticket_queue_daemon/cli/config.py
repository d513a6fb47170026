"""``config``: check a rules file, show it, compare two, begin one; and the schema for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.opening import name_of, settings_of
from ticket_queue_daemon.app.starter import Tenant, look_at, starter
from ticket_queue_daemon.cli.config_diff import diff
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.rules_reading import (
    looking_up,
    named_file,
    read_rules_of,
    tdx_is_configured,
    why_not_looked_up,
)
from ticket_queue_daemon.config.dump import as_data, as_yaml, shown_around, shown_options
from ticket_queue_daemon.config.queue_section import QUEUE_SETTINGS
from ticket_queue_daemon.config.rules_file import place
from ticket_queue_daemon.config.schema import FILE_NAME, json_schema
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.app.rules import Configured, ConfiguredQueue, Rule
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.config.settings import Settings

DEFAULT_FILE = Path("rules.yaml")


def config(session: Session) -> ExitCode:
    """Do one of them.

    Raises:
        ConfigError: the file is wrong, or there is none.
        DaemonError: TDX or the database is away, and was to be asked.
    """
    commands: dict[str, Callable[[Session], None]] = {
        "validate": _validate,
        "show": _show,
        "schema": _schema,
        "diff": diff,
        "init": _init,
    }
    commands[session.args.what](session)
    return ExitCode.DONE


def _validate(session: Session) -> None:
    path = named_file(session)
    with looking_up(session) as names:
        configured = read_rules_of(session, path, names)
    settings = settings_of(configured, session.settings)
    told = [_told(*pair) for pair in zip(configured.queues, settings, strict=True)]
    if len(told) == 1:
        session.terminal.say(f"{path} is right: {told[0]}.")
    else:
        session.terminal.say(f"{path} is right: {len(told)} queues.")
        for its, words in zip(settings, told, strict=True):
            session.terminal.say(f"  {name_of(its)}: {words}")
    if configured.unsettled:
        session.terminal.say(_unsettled(session, configured))


def _told(queue: ConfiguredQueue, settings: Settings) -> str:
    number = len(queue.in_force)
    off = len(queue.made) - number
    left_out = f" ({off} disabled)" if off else ""
    watched = "a report that is still to be named (--report-id)"
    if settings.search_id or settings.report_id:
        kind = "saved search" if settings.search_id else "report"
        watched = f"{kind} {settings.search_id or settings.report_id}"
    return f"{number} {'action' if number == 1 else 'actions'}{left_out} on {watched}"


def _unsettled(session: Session, configured: Configured) -> str:
    where = ", ".join(
        place(configured.rules, one.rule) if configured.rules and one.rule else one.label
        for one in configured.unsettled
    )
    return f"Names were not looked up, since {why_not_looked_up(session)}: {where}."


def _show(session: Session) -> None:
    """What would be in force: flags and environment over the file."""
    path = named_file(session)
    with looking_up(session) as names:
        configured = read_rules_of(session, path, names)
    if configured.rules is None:
        _show_python(session, configured)
    else:
        settings = [
            {name: getattr(its, name) for name in QUEUE_SETTINGS.values()}
            for its in settings_of(configured, session.settings)
        ]
        if session.args.json:
            document = as_data(configured.rules, settings)
            queues = document.get("queues", [document])
            for shown, queue in zip(queues, configured.queues, strict=True):
                shown["actions"] = [_entry(one) for one in queue.made]
            session.terminal.json(document)
        else:
            comments = [[_comment(one) for one in queue.made] for queue in configured.queues]
            _print(session, as_yaml(configured.rules, settings, comments))
    if configured.unsettled:
        session.terminal.err.print(safe(_unsettled(session, configured)), soft_wrap=True)


def _comment(one: Rule) -> str:
    if not one.enabled:
        return "disabled"
    return one.action_id or f"{one.label}: only TDX can tell the id, since there are names"


def _entry(one: Rule) -> dict[str, Any]:
    assert one.rule is not None  # noqa: S101  it was made of a file
    return {
        "id": one.action_id,
        "type": one.word,
        "enabled": one.enabled,
        "options": shown_options(one.rule),
        "rule": shown_around(one.rule),
    }


def _show_python(session: Session, configured: Configured) -> None:
    """A Python file has no options that could be read back; so the config that makes the id."""
    [queue] = configured.queues
    if session.args.json:
        actions = [
            {"id": one.action_id, "type": one.word, "config": queue.config_of(one)}
            for one in queue.made
        ]
        session.terminal.json({"actions": actions})
        return
    for one in queue.made:
        _print(session, _comment(one))
        for name, value in queue.config_of(one).items():
            _print(session, f"  {name}: {json.dumps(value, ensure_ascii=False)}")


def _schema(session: Session) -> None:
    _print(session, schema_text(Registry.discover()))


def schema_text(registry: Registry) -> str:
    """The schema as it is written to files."""
    return json.dumps(json_schema(registry.vocabulary()), indent=2, ensure_ascii=False) + "\n"


def _print(session: Session, text: str) -> None:
    for line in text.splitlines():
        session.terminal.say(safe(line))


def _init(session: Session) -> None:
    """Write a starter and, beside it, the schema that its first line names; overwrite nothing."""
    path = session.args.file or DEFAULT_FILE
    if path.exists():
        raise ConfigError(
            f"{path} exists already and is left as it is.", "Name another file, or move it away."
        )
    if path.suffix not in {".yaml", ".yml"}:
        raise ConfigError(f"{path} is no YAML file.", "Name a file that ends in .yaml.")
    tenant = _tenant(session)
    text = starter(str(path), session.settings.report_id, tenant)
    schema = path.with_name(FILE_NAME)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        if not schema.exists():
            schema.write_text(schema_text(Registry.discover()), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}.", "Name another.") from error
    seen = (
        "with what your TDX has"
        if tenant
        else f"without a look at TDX, since {why_not_looked_up(session)}"
    )
    session.terminal.say(f"{path} is written, {seen}. Look at it, and then:")
    session.terminal.say(f"  ticket-queue-daemon --config {path} --dry-run")


def _tenant(session: Session) -> Tenant | None:
    if session.args.no_check or not tdx_is_configured(session.settings):
        return None
    with session.open_tdx() as client:
        return look_at(client)
