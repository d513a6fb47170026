"""Each example of ``docs/actions-more.md`` is run as printed; its tables name the options there are."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk import desk
from ticket_queue_daemon import actions

if TYPE_CHECKING:
    from desk import Desk

__all__ = ["desk"]

TEXT = (Path(__file__).parents[2] / "docs" / "actions-more.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## )", TEXT, re.DOTALL | re.MULTILINE))
CLASSES = {
    "remove_asset": actions.RemoveAssetAction,
    "add_lab": actions.AddLabAction,
    "find_active_tickets": actions.FindActiveTicketsAction,
    "task": actions.TaskAction,
}


def example(section: str, folder: Path) -> Path:
    [code] = re.findall(r"```python\n(.*?)```", SECTIONS[section], re.DOTALL)
    file = folder / "actions.py"
    file.write_text(code)
    return file


def test_every_action_has_a_section() -> None:
    assert SECTIONS.keys() == CLASSES.keys()


@pytest.mark.parametrize("section", CLASSES)
def test_the_table_names_every_option_and_so_does_the_docstring(section: str) -> None:
    options = set(inspect.signature(CLASSES[section]).parameters) - {"version", "reevaluate"}
    rows = [line.split("|")[1] for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    described = set(re.findall(r"^ +(\w+): ", inspect.getdoc(CLASSES[section]) or "", re.MULTILINE))

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == options
    assert options <= described


def test_remove_asset(desk: Desk, tmp_path: Path) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(actions.AddAssetAction())
    machine.status_id = 39

    desk.run(config_path=example("remove_asset", tmp_path))

    assert desk.attached(ticket) == []


def test_add_lab(desk: Desk, tmp_path: Path) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    lab = desk.world.add_lab("aabol Lab", computers=[machine])
    ticket = desk.ticket("IC-EHLB760-F16 is slow")

    desk.run(config_path=example("add_lab", tmp_path))

    assert lab.id in desk.world.tickets[ticket.id].items
    assert "2. Linked lab aabol Lab." in desk.comments(ticket)[0]


def test_find_active_tickets(desk: Desk, tmp_path: Path) -> None:
    ticket = desk.ticket("Printer")
    desk.ticket("Screen")

    desk.run(config_path=example("find_active_tickets", tmp_path))

    assert "<td>Screen</td>" in desk.comments(ticket)[0]


def test_task(desk: Desk, tmp_path: Path) -> None:
    ticket = desk.ticket("Printer")

    desk.run(config_path=example("task", tmp_path))

    [task] = [desk.world.tasks[one] for one in desk.world.tickets[ticket.id].tasks]
    assert task.title == "Fetch the machine of Alice Rivera"
    assert task.description.startswith(f"Ticket {ticket.id}: Printer\nPlease bring a cart.\n\nref ")
    assert task.responsible_group_id == 367
