"""``config``: check a rules file, show it, compare two, begin one; and the schema for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.rules import Configured, configure
from ticket_queue_daemon.app.starter import Tenant, look_at, starter
from ticket_queue_daemon.cli.config_diff import diff
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.config.dump import as_data, as_yaml
from ticket_queue_daemon.config.rules_file import QUEUE_SETTINGS
from ticket_queue_daemon.config.schema import FILE_NAME, json_schema
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.config.settings import Settings

DEFAULT_FILE = Path("rules.yaml")


def config(session: Session) -> ExitCode:
    """Do one of them.

    Raises:
        ConfigError: the file is wrong, or there is none.
        DaemonError: TDX or the database is away; only ``diff`` and ``init`` ask them.
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


def _read(session: Session) -> tuple[Path, Configured]:
    path = session.args.file or session.settings.config_path
    if path is None:
        raise ConfigError(
            "No rules file is named.",
            f"Name it: ticket-queue-daemon config {session.args.what} {DEFAULT_FILE}, "
            "or set DAEMON_CONFIG.",
        )
    configured = configure(path)
    session.scrubber.register(*configured.secrets)
    for note in configured.notes:
        session.terminal.err.print(safe(note, style="yellow"), soft_wrap=True)
    return path, configured


def _validate(session: Session) -> None:
    path, configured = _read(session)
    number = len(configured.actions)
    off = len(configured.made) - number if configured.rules else 0
    left_out = f" ({off} disabled)" if off else ""
    report = configured.over(session.settings).report_id
    watched = f"report {report}" if report else "a report that is still to be named (--report-id)"
    noun = "action" if number == 1 else "actions"
    session.terminal.say(f"{path} is right: {number} {noun}{left_out} on {watched}.")


def _show(session: Session) -> None:
    """What would be in force: flags and environment over the file."""
    _, configured = _read(session)
    settings = configured.over(session.settings)
    queue = {name: getattr(settings, name) for name in QUEUE_SETTINGS.values()}
    if configured.rules is None:
        _show_python(session, configured)
        return
    ids = [action.get_action_id() for _, action in configured.made]
    if session.args.json:
        document = as_data(configured.rules, queue)
        shown = zip(document["actions"], configured.made, ids, strict=True)
        document["actions"] = [
            {
                "id": identity,
                "type": rule.word,
                "enabled": rule.enabled,
                "options": entry[rule.word],
            }
            for entry, (rule, _), identity in shown
        ]
        session.terminal.json(document)
        return
    _print(session, as_yaml(configured.rules, queue, ids))


def _show_python(session: Session, configured: Configured) -> None:
    """A Python file has no options that could be read back; so the config that makes the id."""
    actions = [
        {
            "id": one.get_action_id(),
            "type": one.get_action_type(),
            "config": one.get_action_config(),
        }
        for one in configured.actions
    ]
    if session.args.json:
        session.terminal.json({"actions": actions})
        return
    for one in configured.actions:
        _print(session, one.get_action_id())
        for name, value in one.get_action_config().items():
            _print(session, f"  {name}: {json.dumps(value, ensure_ascii=False)}")


def _schema(session: Session) -> None:
    _print(session, schema_text(Registry.discover()))


def schema_text(registry: Registry) -> str:
    """The schema as it is written to files."""
    return json.dumps(json_schema(registry.models()), indent=2, ensure_ascii=False) + "\n"


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
    text = starter(path.name, session.settings.report_id, tenant)
    schema = path.with_name(FILE_NAME)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        if not schema.exists():
            schema.write_text(schema_text(Registry.discover()), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}.", "Name another.") from error
    seen = "with what your TDX has" if tenant else "without a look at TDX, which is not configured"
    session.terminal.say(f"{path} is written, {seen}. Look at it, and then:")
    session.terminal.say(f"  ticket-queue-daemon --config {path} --dry-run")


def _tenant(session: Session) -> Tenant | None:
    if not tdx_is_configured(session.settings):
        return None
    with session.open_tdx() as client:
        return look_at(client)


def tdx_is_configured(settings: Settings) -> bool:
    """Whether there is enough to ask TDX."""
    return bool(settings.tdx_base_url and settings.tdx_app_id and settings.credentials)
