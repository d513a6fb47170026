"""A world in a file, so that a sandbox survives a restart.

Promise: the file is written whole or not at all (a temporary file, flushed, renamed over the old
one) and readable by its owner alone; it is plain JSON; a file that cannot be read is never
written over. It holds the world, the journal and the age of tokens. The log of requests, fault
rules and dictated reports belong to an experiment, and end with it.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from . import entities
from .files import UnusableFileError, write_whole
from .journal import Write
from .records import Misshapen, from_json, to_json
from .settings import Behaviour
from .world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from .backstage import Backstage

__all__ = ["Keeper", "read_state", "write_state"]

FORMAT = "ticket-queue-daemon simulator state"
VERSION = 1
_SECONDS = 2.0
_PATIENCE = 10

# The tables of a world: where they are, what is in them, and by what they are found.
_TABLES: dict[str, tuple[type, str]] = {
    "applications": (entities.Application, "id"),
    "asset_statuses": (entities.AssetStatus, "id"),
    "ticket_types": (entities.TicketType, "id"),
    "forms": (entities.Form, "id"),
    "attribute_definitions": (entities.AttributeDefinition, "id"),
    "priorities": (entities.Named, "id"),
    "urgencies": (entities.Named, "id"),
    "impacts": (entities.Named, "id"),
    "sources": (entities.Named, "id"),
    "locations": (entities.Named, "id"),
    "services": (entities.Named, "id"),
    "models": (entities.Named, "id"),
    "manufacturers": (entities.Named, "id"),
    "suppliers": (entities.Named, "id"),
    "ci_types": (entities.Named, "id"),
    "relationship_types": (entities.Named, "id"),
    "accounts": (entities.Account, "id"),
    "groups": (entities.Group, "id"),
    "saved_searches": (entities.SavedSearch, "id"),
    "people": (entities.Person, "uid"),
    "assets": (entities.Asset, "id"),
    "items": (entities.Item, "id"),
    "relationships": (entities.Relationship, "id"),
    "tickets": (entities.Ticket, "id"),
    "tasks": (entities.Task, "id"),
    "feed": (entities.FeedEntry, "id"),
    "attachments": (entities.Attachment, "uid"),
}
_LISTS: dict[str, type] = {
    "ticket_statuses": entities.TicketStatus,
    "notifications": entities.Notification,
}

log = logging.getLogger("ticket_queue_daemon.simulator")


def snapshot(world: World, generation: int = 0) -> dict[str, Any]:
    """All that is kept of a world, as plain data; called under its lock."""
    tables = {name: [to_json(one) for one in getattr(world, name).values()] for name in _TABLES}
    lists = {name: [to_json(one) for one in getattr(world, name)] for name in _LISTS}
    return {
        "format": FORMAT,
        "version": VERSION,
        "seed": world.seed,
        "started": world.started.isoformat(),
        "generation": generation,
        "next": dict(world.sequences),
        "behaviour": to_json(world.behaviour),
        "forbidden_tickets": sorted(world.forbidden_tickets),
        "lists_all_open": world.lists_all_open,
        "truth": {str(key): to_json(one) for key, one in world.truth.items()},
        "journal": [to_json(one) for one in world.journal],
        **tables,
        **lists,
    }


def restore(data: Any) -> tuple[World, int]:
    """The world of a snapshot, and the generation of its tokens.

    Raises:
        Misshapen: it is none.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Misshapen("it was not written by this simulator")
    if data.get("version") != VERSION:
        raise Misshapen(f"its version is {data.get('version')!r}, not {VERSION}")
    try:
        return _world(data), int(data["generation"])
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        word = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise Misshapen(word) from problem


def _world(data: dict[str, Any]) -> World:
    world = World(data["seed"], now=datetime.fromisoformat(data["started"]))
    for name, (kind, key) in _TABLES.items():
        records: list[Any] = [from_json(kind, one) for one in data[name]]
        setattr(world, name, {getattr(one, key): one for one in records})
    for name, kind in _LISTS.items():
        setattr(world, name, [from_json(kind, one) for one in data[name]])
    world.sequences.update({name: int(one) for name, one in data["next"].items()})
    world.behaviour = from_json(Behaviour, data["behaviour"])
    world.forbidden_tickets = set(data["forbidden_tickets"])
    world.truth = {int(key): from_json(entities.Truth, one) for key, one in data["truth"].items()}
    world.journal.restore([from_json(Write, one) for one in data["journal"]])
    if data["lists_all_open"]:
        world.list_all_open()
    world.by_login = {one.username.lower(): one for one in world.people.values()}
    world.system = world.people[world.system.uid]
    world.service = world.people[world.service.uid]
    world.admin = world.people[world.admin.uid]
    return world


def read_state(path: Path) -> tuple[World, int]:
    """The world in a file, and the generation of its tokens.

    Raises:
        UnusableFileError: the file holds no state.
    """
    try:
        return restore(json.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise UnusableFileError(path, f"it can't be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise UnusableFileError(path, f"it holds no state of a simulator: {problem}") from problem


def write_state(path: Path, data: dict[str, Any]) -> None:
    """Write a snapshot, whole or not at all."""
    write_whole(path, json.dumps(data, ensure_ascii=False, separators=(",", ":")))


class Keeper:
    """Writes a simulator's world to a file whenever it has changed, and once more at the end."""

    def __init__(
        self,
        simulator: Backstage,
        path: Path,
        *,
        seconds: float = _SECONDS,
        complain: Callable[[str], None] = log.error,
    ) -> None:
        self._simulator = simulator
        self._path = path
        self._seconds = seconds
        self._complain = complain
        self._saved: object = None
        self._troubled = False
        self._end = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="tdx-simulator-state", daemon=True)

    def save(self) -> bool:
        """Write what has changed since the last time; False when nothing has."""
        with self._writing:
            with self._simulator.world.lock:
                mark = self._simulator.change_mark()
                if mark == self._saved:
                    return False
                data = snapshot(self._simulator.world, self._simulator.authority.generation)
            write_state(self._path, data)
            self._saved = mark
            return True

    def __enter__(self) -> Self:
        """Write once, so that a file that can't be written is known at once; then keep on."""
        self.save()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write a last time."""
        self._end.set()
        self._thread.join()
        self._try()

    def _run(self) -> None:
        pause = self._seconds
        while not self._end.wait(pause):
            started = time.monotonic()
            self._try()
            # A large world takes a second to copy, and nobody is answered meanwhile.
            pause = max(self._seconds, _PATIENCE * (time.monotonic() - started))

    def _try(self) -> None:
        try:
            self.save()
            self._troubled = False
        except OSError as problem:
            # A full disk must not end a sandbox; the next round tries again.
            if not self._troubled:
                self._complain(f"The state can't be written to {self._path}: {problem.strerror}.")
            self._troubled = True
