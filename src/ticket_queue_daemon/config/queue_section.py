"""``queue`` of a rules file: which report is watched, and the settings that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from ticket_queue_daemon.config.mistakes import at, shown
from ticket_queue_daemon.config.places import Document, FieldPath, meant
from ticket_queue_daemon.config.settings import Settings, variables
from ticket_queue_daemon.config.substitution import FromVariable

if TYPE_CHECKING:
    from collections.abc import Mapping

QUEUE_SETTINGS = {
    "report": "report_id",
    "id_column": "report_id_column",
    "interval": "interval",
    "max_new_tickets": "max_new_tickets",
    "workers": "workers",
    "lease_seconds": "lease_seconds",
    "retry_seconds": "retry_seconds",
    "max_attempts": "max_attempts",
    "business_hours": "business_hours",
    "time_zone": "time_zone",
    "holidays": "holidays",
    "bots": "bots",
}
"""A member of ``queue`` to the setting that it is; flag and environment win over the file."""
_TEXTS = {"id_column", "business_hours", "time_zone", "holidays", "bots"}
_LISTS = {"business_hours", "holidays", "bots"}
_EXAMPLE = "such as {report: 1344}"


def read_queues(data: Mapping[str, Any], document: Document) -> list[dict[str, Any]]:
    """The settings of each queue, by field name; mistakes are noted in the document."""
    if "queues" not in data:
        return [_read_queue(data.get("queue", {}), ("queue",), document)]
    if "queue" in data:
        document.wrong(("queues",), "queue is given as well; keep one of the two")
    queues = data["queues"]
    if not isinstance(queues, list) or not queues:
        document.wrong(("queues",), "expected a list with one queue, such as [{report: 1344}]")
        return []
    if len(queues) > 1:
        document.wrong(
            ("queues", 1),
            "one process watches one queue for now; give each queue a file and a process of its own",
        )
    return [_read_queue(one, ("queues", number), document) for number, one in enumerate(queues)]


def _read_queue(given: Any, path: FieldPath, document: Document) -> dict[str, Any]:
    if not isinstance(given, dict):
        document.wrong(path, f"expected names with values, {_EXAMPLE}")
        return {}
    values = {}
    for name, value in given.items():
        if name not in QUEUE_SETTINGS:
            document.wrong((*path, name), f"unknown field{meant(str(name), QUEUE_SETTINGS)}")
            continue
        try:
            values[QUEUE_SETTINGS[name]] = queue_member(name, value)
        except ValueError:
            expects = variables()[QUEUE_SETTINGS[name]].expects
            # As it was written: what a variable gave is nobody's business.
            written = shown(at(document.data, (*path, name)))
            document.wrong((*path, name), f"expected {expects}, not {written}")
    return values


def queue_member(name: str, value: object) -> Any:
    """A member of a queue as the setting that it is.

    Raises:
        ValueError: it can't be that setting.
    """
    if name in _LISTS and isinstance(value, list):
        if not value:
            return ()
        value = ", ".join(map(str, value))
    text = isinstance(value, str)
    wants_text = name in _TEXTS
    if (
        value is None
        or isinstance(value, bool)
        or (text != wants_text and not isinstance(value, FromVariable))
    ):
        raise ValueError("another kind of value")
    annotation = Settings.model_fields[QUEUE_SETTINGS[name]].rebuild_annotation()
    return TypeAdapter(annotation).validate_python(value)
