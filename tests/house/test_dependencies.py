"""The part of a dependency audit that needs no network; ``make audit`` adds ``pip check``."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = "ticket_queue_daemon"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = {
    canonicalize_name(name): pinned
    for name, pinned in re.findall(
        r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
}
EXTRAS = PROJECT["optional-dependencies"]
ALL = [Requirement(one) for group in (PROJECT["dependencies"], *EXTRAS.values()) for one in group]
APART = {Requirement(one).name for one in EXTRAS["deploy-lint"]}
"""What ``make lint-deploy`` installs for itself."""
OTHERS = [one for one in ALL if one.name != PROJECT["name"]]


def test_every_line_of_the_constraints_is_a_pin() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert len(lines) == len(PINS)


@pytest.mark.parametrize("needed", OTHERS, ids=lambda one: one.name)
def test_every_dependency_is_pinned_to_a_version_that_is_allowed_and_installed(
    needed: Requirement,
) -> None:
    pinned = PINS[canonicalize_name(needed.name)]

    assert needed.specifier.contains(pinned)
    if needed.name not in APART:
        assert version(needed.name) == pinned


def test_everything_comes_from_the_index() -> None:
    """A URL, a repository or a path would escape the pins."""
    assert [one.name for one in ALL if one.url] == []


def test_the_program_imports_nothing_that_it_does_not_name() -> None:
    named = {canonicalize_name(one.name) for one in OTHERS}
    # psycopg[pool] is psycopg-pool.
    named |= {f"{one.name}-{extra}" for one in OTHERS for extra in one.extras}
    owners = packages_distributions()
    imported: dict[str, str] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0]: path.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported[node.module.partition(".")[0]] = path.name
    foreign = {
        module: path
        for module, path in imported.items()
        if module not in {*sys.stdlib_module_names, OURS}
    }

    unnamed = {
        module: path
        for module, path in foreign.items()
        if not named & {canonicalize_name(owner) for owner in owners.get(module, [])}
    }
    assert foreign
    assert unnamed == {}
