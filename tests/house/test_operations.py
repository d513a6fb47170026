"""The runbook and the program name the same things: whatever an operator can meet has its entry."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import ticket_queue_daemon
from ticket_queue_daemon.cli.commands import COMMANDS
from ticket_queue_daemon.config.alert_settings import AlertSettings
from ticket_queue_daemon.config.settings import variables
from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.observe import alert_words as words
from ticket_queue_daemon.observe import digest as digest_words
from ticket_queue_daemon.observe.digest import Figures, Period

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/ticket_queue_daemon"
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
TELLS = {"Note", "Trouble", "TroubleOver", "Paused", "StandingBy"}


def section(title: str) -> str:
    """What stands under a heading of the second order."""
    return re.split(r"^## ", PAGE.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[
        0
    ]


def headings(title: str) -> list[str]:
    return re.findall(r"^### (.+)$", section(title), re.MULTILINE)


def column(title: str) -> list[str]:
    """The first cells of the tables under a heading, without their quotes."""
    cells = re.findall(r'^\| [`"](.+?)[`"] \|', section(title), re.MULTILINE)
    assert len(set(cells)) == len(cells)
    return cells


def alerts() -> dict[str, str]:
    """A subject of each kind of alert, by the function that words it."""
    given: dict[str, Any] = {
        "cases": [words.Case(1, "comment:0:1", "x")],
        "reason": "x",
        "text": "x",
        "told": "x",
        "zone": UTC,
        "link": str,
        "goes_on": True,
        "at": NOON,
        "held": [(NOON, words.trial())],
        "action_id": "tag:0f3c9a201b22:v1",
        "queue": "report:1344",
        "figures": Figures(),
        "period": Period(NOON, NOON),
        "minutes": {},
        "waiting": {},
    }
    told = {}
    for module in (words, digest_words):
        for name, make in inspect.getmembers(module, inspect.isfunction):
            signature = inspect.signature(make)
            if make.__module__ == module.__name__ and signature.return_annotation == "Alert":
                made = {one: given.get(one, 7) for one in signature.parameters}
                told[name] = make(**made).subject.removeprefix(f"{words.SENDER}: ")
    return told


def error_classes() -> set[type[DaemonError]]:
    for module in pkgutil.walk_packages(ticket_queue_daemon.__path__, "ticket_queue_daemon."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    known, found = [DaemonError], set()
    while known:
        one = known.pop()
        if one.__module__.startswith("ticket_queue_daemon."):
            found.add(one)
        known += one.__subclasses__()
    return found


def text_of(node: ast.AST) -> str:
    """A text of the source, with … for what is filled in; "" for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "…".join(text_of(part) for part in parts)
        case _:
            return ""


def told_by(call: ast.AST) -> list[ast.expr]:
    """What is told where something is told: a note of a run, or a warning of the log."""
    match call:
        case ast.Call(func=ast.Name(id=name)) if name in TELLS:
            return call.args
        case ast.Call(func=ast.Attribute(attr="warning" | "error", value=ast.Name(id="_LOG"))):
            return call.args[:1]
        case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id="notes"))):
            return call.args
        case ast.Assign(targets=[ast.Name(id="note")]):
            return [call.value]
    return []


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """(file, node) of the whole program, without the simulator."""
    return [
        (str(file.relative_to(SOURCE)), node)
        for file in sorted(SOURCE.rglob("*.py"))
        if "simulator" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    ]


def messages() -> Iterator[tuple[str, str]]:
    """(where, text) of each."""
    for file, node in nodes():
        for told in told_by(node):
            if re.search(r"\w{3} ", text := text_of(told)):
                yield f"{file}:{told.lineno}", text


def test_every_alert_has_its_entry_and_every_entry_its_alert() -> None:
    told, entries = alerts(), headings("Alerts")

    assert [name for name, said in told.items() if sum(one in said for one in entries) != 1] == []
    assert [one for one in entries if not any(one in said for said in told.values())] == []


def test_the_page_on_alerts_tells_of_every_setting_of_theirs() -> None:
    page = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
    names = [variables()[field].name for field in AlertSettings.model_fields]

    assert [name for name in names if f"`{name}" not in page] == []


def test_every_prometheus_alert_has_its_entry() -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus-alerts.yaml").read_text())["groups"]

    assert headings("Prometheus alerts") == [
        rule["alert"] for group in rules for rule in group["rules"]
    ]


def test_every_error_stands_under_its_exit_code() -> None:
    by_code = {
        int(code): set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
        for code, text in re.findall(
            r"^### Exit code (\d).*?$(.*?)(?=^###|\Z)", section("Errors"), re.MULTILINE | re.DOTALL
        )
    }
    due: dict[int, set[str]] = {}
    for one in error_classes():
        due.setdefault(one.exit_code, set()).add(one.__name__)

    assert by_code == due


def test_every_note_and_every_warning_of_the_log_has_its_entry() -> None:
    entries = column("Notes of a run, and warnings in the log")

    assert [
        f"{where}: {text}"
        for where, text in messages()
        if not any(entry in text for entry in entries)
    ] == []


def test_no_entry_is_of_a_message_that_is_gone() -> None:
    texts = "\n".join(text_of(node) for _, node in nodes() if isinstance(node, ast.Constant))

    assert [
        entry for entry in column("Notes of a run, and warnings in the log") if entry not in texts
    ] == []


def test_every_figure_that_status_judges_by_has_its_entry() -> None:
    tree = ast.parse((SOURCE / "cli/status.py").read_text(encoding="utf-8"))
    judge = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "judge"
    )
    figures = {
        node.attr
        for node in ast.walk(judge)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "report"
    }

    assert set(column("What `status` judges")) == figures


def test_everything_that_doctor_asks_has_its_entry() -> None:
    checks = set()
    files = [*(SOURCE / "doctor").glob("*.py"), SOURCE / "app/checkup.py", SOURCE / "cli/doctor.py"]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="ok" | "warn" | "fail" | "unknown" | "asked" | "_noted"),
                    args=[ast.Constant(value=str(check)), *_],
                ):
                    checks.add(check)
                # "may read the report", or the search: what is asked depends on the queue's source.
                case ast.Call(func=ast.Name(id="ok"), args=[ast.JoinedStr() as check, *_]):
                    checks.add(text_of(check).replace("…", "report"))
                case ast.Call(func=ast.Name(id="_noted"), args=[ast.Name(id="kind"), *_]):
                    checks.add("report")
                case ast.Assign(
                    targets=[ast.Name(id="check")], value=ast.Constant(value=str(check))
                ):
                    checks.add(check)
                case ast.Assign(targets=[ast.Name(id="checks")], value=ast.Tuple(elts=several)):
                    checks |= {text_of(one) for one in several}

    assert set(column("What `doctor` finds")) == checks


@pytest.mark.parametrize("line", sorted(set(re.findall(r"`(ticket-queue-daemon[^`]*)`", PAGE))))
def test_every_command_of_the_page_is_one(line: str) -> None:
    word = line.split()[1:2]

    assert not word or word[0].startswith("--") or word[0] in COMMANDS


def test_every_link_of_the_page_leads_to_a_heading() -> None:
    there = {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }

    assert [link for link in re.findall(r"\]\(#([^)]+)\)", PAGE) if link not in there] == []
