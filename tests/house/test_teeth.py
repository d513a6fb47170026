"""The safety lines that `make chaos` takes out are still in the program, each once."""

from __future__ import annotations

import pytest

from crash.teeth import LINES, PACKAGE, ROOT, Line


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_the_line_is_there(line: Line) -> None:
    assert (ROOT / PACKAGE / line.file).read_text(encoding="utf-8").count(line.old) == 1
