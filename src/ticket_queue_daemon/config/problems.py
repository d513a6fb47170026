"""What is missing or wrong, as sentences; the one refusal names all of it and no secret."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

    from ticket_queue_daemon.config.sources import Gathered
    from ticket_queue_daemon.config.variables import Variable

_SHOWN = 60
_CREDENTIALS = "TDX_BEID + TDX_WEB_SERVICES_KEY, or TDX_USERNAME + TDX_PASSWORD, or TDX_API_TOKEN"
_PAIRS = (("TDX_BEID", "TDX_WEB_SERVICES_KEY"), ("TDX_USERNAME", "TDX_PASSWORD"))


class Need(enum.Flag):
    """What a command can't work without."""

    NOTHING = 0
    TDX = enum.auto()
    REPORT = enum.auto()


def missing_variables(given: set[str], need: Need) -> list[str]:
    """What is needed and not among the ``given`` variable names."""
    missing = []
    if Need.REPORT in need and "DAEMON_REPORT_ID" not in given:
        missing.append("DAEMON_REPORT_ID (or --report-id)")
    if Need.TDX in need:
        missing += [name for name in ("TDX_BASE_URL", "TDX_APP_ID") if name not in given]
        if not given & {"TDX_API_TOKEN", *(half for pair in _PAIRS for half in pair)}:
            missing.append(f"TDX credentials ({_CREDENTIALS})")
    return missing


def half_pairs(given: set[str]) -> list[str]:
    """A sentence for each pair of credentials of which only one half is given."""
    return [
        f"{half} is set, but {other} is missing: the two belong together"
        for pair in _PAIRS
        for half, other in (pair, pair[::-1])
        if half in given and other not in given
    ]


def wrong_values(
    error: ValidationError, found: Gathered, known: Mapping[str, Variable]
) -> list[str]:
    """One sentence per wrong setting: its name, its value if it may be shown, what is expected."""
    held = {str(value) for name, value in found.values.items() if known[name].secret}
    sentences: dict[str, str] = {}
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(problem["loc"][0])
        variable = known[name]
        origin = found.origins[name]
        label = origin if origin.startswith("--") else variable.name
        if len(problem["loc"]) > 1 and variable.secret:
            # One of several that may not be shown: its place in the list has to do.
            label = f"{label} number {int(problem['loc'][1]) + 1}"
            name = label
        shown = "" if variable.secret else _shown(str(found.values[name]), held)
        said = f'{label} is "{shown}"' if shown else f"{label} can't be used"
        where = "" if origin == label else f" (from {origin})"
        sentences[name] = f"{said}: expected {variable.expects}{where}"
    return list(sentences.values())


def refusal(missing: list[str], wrong: list[str]) -> ConfigError:
    """The one error for all that is missing and wrong."""
    lines = []
    if missing:
        lines.append("Missing required environment variables: " + ", ".join(missing))
    if wrong:
        lines += ["Settings that can't be used:", *(f"  {sentence}" for sentence in wrong)]
    advice = (
        "Set them in the environment or in .env in the working directory. To see the daemon work "
        "without any configuration, run: ticket-queue-daemon demo"
        if missing
        else "Put them right in the environment, in .env or on the command line, and run it again."
    )
    return ConfigError("\n".join(lines), advice)


def _shown(value: str, held: set[str]) -> str:
    """A wrong value as far as it may be shown; "" when it may hold a secret by mistake."""
    risky = "@" in value or "eyJ" in value or any(secret in value for secret in held)
    if risky or not value.isprintable():
        return ""
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
