"""The comparison with the original can be run, tells the two apart, and finds ours without fault."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
HELPERS = BENCHMARKS / "beside_original"


@pytest.mark.timeout(120)
def test_the_quick_slice_has_duplicates_of_the_original_and_none_of_ours() -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "original.py", "--quick", "--json"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    scores = json.loads(done.stdout.splitlines()[-1])
    for original, ours in scores.values():
        assert original["due"] == ours["due"] > 0
        assert (ours["duplicates"], ours["lost"], ours["held"]) == (0, 0, 0)
    assert scores["answers lost after apply"][0]["duplicates"] > 0


def test_the_model_of_the_original_imports_nothing_of_ours() -> None:
    tree = ast.parse((HELPERS / "model.py").read_text(encoding="utf-8"))

    imported = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
    ]
    assert {"httpx2", "psycopg"} <= set(imported)
    assert [name for name in imported if name and "ticket_queue" in name] == []
