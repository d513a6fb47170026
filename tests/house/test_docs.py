"""The docs can't rot: each is compared with the code, or run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk import desk
from ticket_queue_daemon.cli.commands import COMMANDS
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.config.tables import settings_table

if TYPE_CHECKING:
    from desk import Desk

__all__ = ["desk"]

ROOT = Path(__file__).parents[2]
DOCS = [
    *(ROOT / f"{page}.md" for page in ("README", "ARCHITECTURE", "SECURITY")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_table_of_settings_is_the_settings() -> None:
    assert settings_table().strip() in (ROOT / "docs/settings.md").read_text(encoding="utf-8")


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [word for word in COMMANDS if f"`{word}" not in readme] == []


def test_the_readme_names_every_exit_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [code.value for code in ExitCode if f"| {code.value} |" not in readme] == []


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|docs|tests|benchmarks|examples|deploy)/[\w./-]+)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if link]

    missing = [path for path in named if not (ROOT / path).exists()]
    missing += [link for link in linked if not (page.parent / link).exists()]
    assert missing == []


def test_the_printed_action_works_as_printed(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "actions.py"
    file.write_text(blocks("docs/writing-an-action.md", "python")[0])
    ticket = desk.ticket("Printer")

    dry = desk.run(config_path=file, dry_run=True)
    real = desk.run(config_path=file)

    assert dry.plans[0].effects == ("set StatusID to 117 (was 115)",)
    assert real.succeeded == 1
    assert desk.world.tickets[ticket.id].status_id == 117


def test_the_readmes_actions_work_as_printed(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "actions.py"
    file.write_text(blocks("README.md", "python")[0])
    ticket = desk.ticket("Printer")

    desk.run(config_path=file)

    assert desk.comments(ticket) == ["We are looking into it."]


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")]

    assert [page for page in pages if f"]({page})" not in readme] == []
