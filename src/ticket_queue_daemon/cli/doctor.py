"""``doctor``: everything that a run needs, asked one by one; nothing is changed."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.checkup import Checkup, check_up
from ticket_queue_daemon.cli.exits import Verdict
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.config.settings import Need, Settings
from ticket_queue_daemon.config.tables import unknown_variables
from ticket_queue_daemon.doctor import machine
from ticket_queue_daemon.doctor.findings import Finding, Mark, fail, ok, worst
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session

VERDICTS = {Mark.OK: Verdict.FINE, Mark.WARN: Verdict.WARNING, Mark.FAIL: Verdict.CRITICAL}
_STYLES = {Mark.OK: "green", Mark.WARN: "yellow", Mark.FAIL: "bold red", Mark.UNKNOWN: "dim"}
_ENV_FILE = Path(".env")


def doctor(session: Session) -> Verdict:
    """Ask all of it, and say what to do."""
    settings, found = _settings(session)
    findings = [*machine.versions(), *found, *machine.secrets_file(_ENV_FILE)]
    calls: dict[str, int] = {}
    if settings is not None:
        session.scrubber.register(*settings.secrets())
        with ExitStack() as stack:
            if session.terminal.interactive:
                stack.enter_context(session.terminal.err.status("Asking TDX and the database ..."))
            checkup: Checkup = check_up(settings)
        findings += checkup.findings
        calls = dict(checkup.calls)
    findings = [_clean(session, finding) for finding in findings]
    verdict = VERDICTS[worst(findings)]
    if session.args.json:
        each = [asdict(finding) for finding in findings]
        session.terminal.json({"result": verdict.name.lower(), "findings": each, "calls": calls})
    else:
        _print(session, findings, sum(calls.values()))
    return verdict


def _settings(session: Session) -> tuple[Settings | None, list[Finding]]:
    """The settings as far as they can be used, and what is wrong with them."""
    flags = {name: getattr(session.args, name) for name in ("report_id", "config_path")}
    found = machine.typing_errors(unknown_variables(os.environ))
    try:
        return Settings.load(flags, need=Need.TDX | Need.REPORT), [*found, ok("settings", "valid")]
    except ConfigError as error:
        found.append(fail("settings", error.message, error.advice))
    try:
        return Settings.load(flags), found
    except ConfigError:
        return None, found


def _clean(session: Session, finding: Finding) -> Finding:
    hide = session.scrubber.text
    return Finding(finding.check, finding.mark, hide(finding.said), hide(finding.advice))


def _print(session: Session, findings: list[Finding], calls: int) -> None:
    terminal = session.terminal
    rows = [(one.check, safe(one.mark, style=_STYLES[one.mark]), one.said) for one in findings]
    terminal.table(("check", "is", "what was found"), rows)
    # The heaviest first: below the table and not in it, so that each can be read and copied.
    for mark in (Mark.FAIL, Mark.WARN, Mark.UNKNOWN):
        for one in findings:
            if one.mark is mark and one.advice:
                terminal.say(safe(f"{mark}, {one.check}:", style=_STYLES[mark]), one.advice)
    counts = Counter(one.mark for one in findings)
    told = ", ".join(f"{counts[mark]} {mark}" for mark in Mark if counts[mark])
    terminal.say(f"{told}; {calls} calls to TDX, and nothing was changed.")
