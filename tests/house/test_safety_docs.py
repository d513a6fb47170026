"""What the safety page and its neighbours promise, held together with the code."""

from __future__ import annotations

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
