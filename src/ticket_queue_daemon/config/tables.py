"""Settings as text for people: the documentation's table, and typing errors in names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from ticket_queue_daemon.config.secret_files import file_variables
from ticket_queue_daemon.config.settings import Settings, as_text, variables

if TYPE_CHECKING:
    from collections.abc import Mapping


def settings_table() -> str:
    """The one table of all settings, as Markdown; the documentation is compared with it."""
    rows = ["| Variable | Flag | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, variable in variables().items():
        default = as_text(Settings.model_fields[name].default)
        flag = f"`{variable.flag}`" if variable.flag else ""
        shown = "" if default == "unset" else f"`{default}`"
        rows.append(f"| `{variable.name}` | {flag} | {shown} | {variable.help} |")
    return "\n".join(rows) + "\n"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that looks like one of ours and is none: a typing error."""
    known = [variable.name for variable in variables().values()]
    known += file_variables(variables().values())
    sentences = []
    for name in sorted(environ):
        if name.startswith(("DAEMON_", "TDX_")) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; is {near[0]} meant?" if near else ""
            sentences.append(f"{name} is set and is no setting of this program{hint}")
    return sentences
