"""No secret in anything that the suite prints or logs: every output of every test is looked through.

The secrets of each simulator that a test uses, and those of the webhooks, are gathered as they are
made; what a test prints, what it reads back with ``capsys``, and what its processes say is searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hook import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECRETS: set[str] = {SECRET}
_NAMES = ("TDX_WEB_SERVICES_KEY", "TDX_PASSWORD", "TDX_API_TOKEN")


def gather(variables: Mapping[str, str]) -> None:
    """Look for these from now on."""
    SECRETS.update(variables[name] for name in _NAMES if variables.get(name))


def leaks(*texts: str) -> Iterable[str]:
    """How each secret that stands in one of them begins."""
    return [f"{one[:6]}..." for one in SECRETS for text in texts if one in text]


def nothing_leaks(*texts: str) -> None:
    assert leaks(*texts) == [], "a secret was printed"
