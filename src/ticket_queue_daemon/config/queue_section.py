"""``queue`` and ``queues`` of a rules file: what is watched, and the settings that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from ticket_queue_daemon.config.mistakes import at, section, shown
from ticket_queue_daemon.config.places import Document, FieldPath, field_name, meant
from ticket_queue_daemon.config.settings import Settings, variables
from ticket_queue_daemon.config.substitution import FromVariable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUEUE_SETTINGS = {
    "name": "queue_name",
    "report": "report_id",
    "search": "search_id",
    "id_column": "report_id_column",
    "interval": "interval",
    "cron": "cron",
    "max_new_tickets": "max_new_tickets",
    "anomaly_factor": "anomaly_factor",
    "workers": "workers",
    "lease_seconds": "lease_seconds",
    "retry_seconds": "retry_seconds",
    "max_attempts": "max_attempts",
    "business_hours": "business_hours",
    "time_zone": "time_zone",
    "holidays": "holidays",
    "bots": "bots",
    "allowed_effects": "allowed_effects",
}
"""A member of ``queue`` to the setting that it is; flag and environment win over the file."""
SECTIONS = ("defaults", "actions")
"""Members of a queue that are no settings: they stand for those at the top of the file."""
_TEXTS = {
    "name",
    "cron",
    "id_column",
    "business_hours",
    "time_zone",
    "holidays",
    "bots",
    "allowed_effects",
}
_LISTS = {"business_hours", "holidays", "bots", "allowed_effects"}
_EITHER_OR = (("report", "search"), ("interval", "cron"))
_EXAMPLE = "such as {report: 1344}"


@dataclass(frozen=True)
class QueueEntry:
    """One queue of the file: where it stands, and its settings by field name."""

    path: FieldPath
    settings: Mapping[str, Any]


def read_queues(data: Mapping[str, Any], document: Document) -> list[QueueEntry]:
    """Every queue; mistakes are noted in the document."""
    if "queues" not in data:
        return [_read_queue(data.get("queue", {}), ("queue",), document)]
    if "queue" in data:
        document.wrong(("queues",), "queue is given as well; keep one of the two")
    queues = data["queues"]
    if not isinstance(queues, list) or not queues:
        document.wrong(("queues",), "expected a list with queues, such as [{report: 1344}]")
        return []
    entries = [_read_queue(one, ("queues", number), document) for number, one in enumerate(queues)]
    if len(entries) > 1:
        _check_each(entries, document)
    return entries


def _check_each(entries: Sequence[QueueEntry], document: Document) -> None:
    """Of several, each has to say what it watches, and is called like no other."""
    seen: dict[str, QueueEntry] = {}
    for one in entries:
        if not section(document.data, one.path).keys() & {"report", "search"}:
            document.wrong(
                (*one.path, "report"),
                f"is missing; say what it watches, {_EXAMPLE} or {{search: 88}}",
            )
        name = usual_name(one.settings)
        first = seen.setdefault(name.casefold(), one) if name else one
        if first is not one:
            named = "queue_name" in one.settings
            document.wrong(
                (*one.path, "name" if named else name.partition(":")[0]),
                f"{name} is {field_name(first.path)} in {document.place(first.path)} already; "
                "give each a name of its own",
            )


def usual_name(settings: Mapping[str, Any]) -> str:
    """What a queue with these settings is called; "" if they don't say."""
    if name := settings.get("queue_name"):
        return str(name)
    for kind in ("report", "search"):
        if number := settings.get(f"{kind}_id"):
            return f"{kind}:{number}"
    return ""


def _read_queue(given: Any, path: FieldPath, document: Document) -> QueueEntry:
    if not isinstance(given, dict):
        document.wrong(path, f"expected names with values, {_EXAMPLE}")
        return QueueEntry(path, {})
    for one, other in _EITHER_OR:
        if one in given and other in given:
            document.wrong((*path, other), f"{one} is given as well; keep one of the two")
    values = {}
    for name, value in given.items():
        if name in SECTIONS:
            continue
        if name not in QUEUE_SETTINGS:
            known = [*QUEUE_SETTINGS, *SECTIONS]
            document.wrong((*path, name), f"unknown field{meant(str(name), known)}")
            continue
        try:
            values[QUEUE_SETTINGS[name]] = queue_member(name, value)
        except ValueError:
            expects = variables()[QUEUE_SETTINGS[name]].expects
            # As it was written: what a variable gave is nobody's business.
            written = shown(at(document.data, (*path, name)))
            document.wrong((*path, name), f"expected {expects}, not {written}")
    return QueueEntry(path, values)


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
