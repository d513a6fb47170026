"""A rules file from its text to its meaning: queues, defaults, and an ordered list of actions.

Everything that is wrong is told at once, each with its file, line and field.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.config.action_entries import ActionEntries
from ticket_queue_daemon.config.loading import read_rules
from ticket_queue_daemon.config.mistakes import section, shown
from ticket_queue_daemon.config.places import Document, field_name, meant
from ticket_queue_daemon.config.queue_section import read_queues
from ticket_queue_daemon.config.rules_model import VERSION, ActionRule, QueueRules, Rules
from ticket_queue_daemon.config.substitution import Substituted, substitute
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ticket_queue_daemon.config.queue_section import QueueEntry
    from ticket_queue_daemon.config.rules_model import Vocabulary

TOP = ("version", "queue", "queues", "defaults", "actions")


def load_rules(
    path: Path, vocabulary: Vocabulary, environ: Mapping[str, str] | None = None
) -> Rules:
    """Read and judge a file or a folder.

    Raises:
        ConfigError: with all that is wrong, one line each.
    """
    rules = interpret(read_rules(path), vocabulary, environ)
    refuse(rules.document)
    return rules


def refuse(document: Document) -> None:
    """End here if anything is wrong.

    Raises:
        ConfigError: with all that is wrong, one line each.
    """
    if not document.mistakes:
        return
    found = sorted(document.mistakes)
    many = "one mistake" if len(found) == 1 else f"{len(found)} mistakes"
    raise ConfigError(
        "\n".join([f"{document.name} can't be used, {many}:", *(f"  {one}" for one in found)]),
        "Put it right and look again: ticket-queue-daemon config validate " + document.name,
    )


def interpret(
    document: Document, vocabulary: Vocabulary, environ: Mapping[str, str] | None = None
) -> Rules:
    """The rules in a document; mistakes are noted in it, and what has one is left out."""
    if not isinstance(document.data, dict):
        return Rules((), document, Substituted(None))
    filled = substitute(document, os.environ if environ is None else environ)
    data = filled.data
    for name in data:
        if name not in TOP:
            document.wrong((name,), f"unknown field{meant(name, TOP)}")
    _check_version(document)
    queues = read_queues(data, document)
    entries = ActionEntries(document, filled, vocabulary)
    # Without a queue, the actions are judged all the same: everything that is wrong is told at once.
    read = [QueueRules(one.settings, entries.read(one.path), one.path) for one in queues]
    if not read:
        entries.read(("queue",))
    _check_used(data, queues, document)
    return Rules(tuple(read), document, filled)


def _check_used(data: Mapping[str, Any], queues: Sequence[QueueEntry], document: Document) -> None:
    """Actions at the top that no queue does are a mistake, and judged by nobody else."""
    if "actions" in data and queues and all("actions" in section(data, q.path) for q in queues):
        document.wrong(("actions",), "every queue has actions of its own, so these are never done")


def _check_version(document: Document) -> None:
    """The version is never a variable's: it says how the file is read."""
    if "version" not in document.data:
        if document.whole:
            document.wrong((), f"version is missing; write version: {VERSION}")
        return
    version = document.data["version"]
    if version != VERSION or isinstance(version, bool):
        document.wrong(
            ("version",), f"{shown(version)} is not known here; write version: {VERSION}"
        )


def place(rules: Rules, rule: ActionRule) -> str:
    """``rules.yaml line 12: actions[1].add_asset``."""
    return f"{rules.document.place(rule.path)}: {field_name(rule.path)}"
