"""What the safety page and its neighbours promise, held together with the code."""

from __future__ import annotations

import re
from pathlib import Path

from ticket_queue_daemon.config.safety_settings import SafetySettings
from ticket_queue_daemon.config.settings import variables
from ticket_queue_daemon.effects.codec import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/safety.md").read_text(encoding="utf-8")


def test_the_page_names_every_kind_of_effect() -> None:
    assert [kind for kind in KINDS if f"| `{kind}` |" not in PAGE] == []


def test_the_page_tells_of_every_bound() -> None:
    names = [variables()[field].name for field in SafetySettings.model_fields]

    assert [name for name in names if name not in PAGE] == []


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    )

    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).is_file()
        or f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert len(named) > 20
    assert missing == []
