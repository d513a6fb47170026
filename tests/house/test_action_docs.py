"""``docs/actions.md``: every example is run, every table of options is the signature."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk import desk
from ticket_queue_daemon import actions as shelf
from ticket_queue_daemon.actions.python_file import load_actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.actions import BaseAction
    from ticket_queue_daemon.simulator.entities import Ticket

__all__ = ["desk"]

PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+Action)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
ACTIONS: dict[str, type[BaseAction]] = {
    name: getattr(shelf, name)
    for name in shelf.__all__
    if name.endswith("Action") and name != "BaseAction"
}
EXAMPLES = [
    (name, number, text)
    for name, section in SECTIONS.items()
    for number, text in enumerate(re.findall(r"```python\n(.*?)```", section, re.DOTALL))
]

RETIRED = 41
SEEN: dict[str, Callable[[Desk, Ticket], bool]] = {
    "RemoveAssetAction": lambda desk, ticket: not desk.attached(ticket),
    "AddLabAction": lambda desk, ticket: "Linked lab aabol Lab." in desk.comments(ticket)[0],
    "FindActiveTicketsAction": lambda desk, ticket: "<td>Screen</td>" in desk.comments(ticket)[0],
    "TaskAction": lambda desk, ticket: (
        "Fetch the machine of Alice Rivera" in [desk.world.tasks[one].title for one in ticket.tasks]
    ),
}
"""Of examples that end in a summary, what else is to be seen."""


def options_table(action: type[BaseAction]) -> str:
    """The options with their defaults, and what the class's own ``Args`` say of each."""
    said = dict(
        re.findall(
            r"^ {4}(\w+): (.*?)(?=^ {4}\w+: |\Z)",
            inspect.cleandoc(action.__doc__ or "").partition("Args:\n")[2],
            re.DOTALL | re.MULTILINE,
        )
    )
    rows = ["| option | default | |", "| --- | --- | --- |"]
    for name, parameter in inspect.signature(action).parameters.items():
        default = parameter.default
        if isinstance(default, frozenset):
            default = sorted(default)
        shown = "" if default is parameter.empty else f"`{default!r}`"
        rows.append(f"| `{name}` | {shown} | {' '.join(said[name].split()).replace('``', '`')} |")
    return "\n".join(rows)


def test_every_action_has_its_section() -> None:
    assert set(SECTIONS) == set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_its_table_is_its_signature(name: str) -> None:
    assert options_table(ACTIONS[name]) in SECTIONS[name]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, _, text in EXAMPLES])
def test_its_example_is_run(desk: Desk, tmp_path: Path, name: str, text: str) -> None:
    machine = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    desk.world.add_lab("aabol Lab", computers=[machine])
    ticket = desk.ticket("Printer", "IC-EHLB760-F16 is dead")
    desk.ticket("Screen")
    if name == "RemoveAssetAction":
        desk.run(shelf.AddAssetAction())
        machine.status_id = RETIRED
    file = tmp_path / "actions.py"
    file.write_text(text, encoding="utf-8")
    assert any(isinstance(one, ACTIONS[name]) for one in load_actions(file))

    report = desk.run(config_path=file)

    assert (report.failed, desk.writes() > 0) == (0, True)
    assert SEEN.get(name, lambda *_: True)(desk, ticket)


def test_every_section_has_an_example() -> None:
    assert {name for name, _, _ in EXAMPLES} == set(ACTIONS)
