"""What happened: every change that was accepted, and every request that was made.

Promise: the journal holds each APPLIED write of a client exactly once, in order, whatever the
client was told about it. It is the judge in tests of exactly-once. Changes that a test makes
to the world directly are not in it.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT_REQUESTS = 200_000


@dataclass(frozen=True, slots=True)
class Write:
    """One applied change; ``details`` depends on ``kind``."""

    sequence: int
    time: float
    kind: str
    ticket_id: int | None
    author_uid: str
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The write as plain data."""
        return asdict(self)


class Journal:
    """The applied writes, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes: list[Write] = []

    def record(
        self,
        time: float,
        kind: str,
        ticket_id: int | None,
        author_uid: str,
        details: dict[str, Any],
    ) -> None:
        """Append one write; called under the world's lock, right after the change."""
        with self._lock:
            sequence = len(self._writes) + 1
            self._writes.append(Write(sequence, time, kind, ticket_id, author_uid, details))

    def writes(self, kind: str | None = None) -> list[Write]:
        """All writes, or those of one kind."""
        with self._lock:
            return [write for write in self._writes if kind is None or write.kind == kind]

    def for_ticket(self, ticket_id: int, kind: str | None = None) -> list[Write]:
        """The writes on one ticket, or those of one kind."""
        return [write for write in self.writes(kind) if write.ticket_id == ticket_id]

    def count(self, kind: str | None = None) -> int:
        """How many writes, or how many of one kind."""
        return len(self.writes(kind))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._writes.clear()

    def restore(self, writes: list[Write]) -> None:
        """Take over the writes of an earlier life."""
        with self._lock:
            self._writes = list(writes)

    def __len__(self) -> int:
        return len(self._writes)

    def __iter__(self) -> Iterator[Write]:
        return iter(self.writes())


@dataclass(slots=True)
class LoggedRequest:
    """One request; ``status`` is None when the connection was closed without an answer."""

    sequence: int
    time: float
    method: str
    route: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    environment: str = ""
    user_uid: str | None = None
    status: int | None = None
    fault: str | None = None
    milliseconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The request as plain data."""
        return asdict(self)


class RequestLog:
    """The requests, in order of arrival; counters never forget, details may (the newest stay)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[LoggedRequest] = deque(maxlen=_KEPT_REQUESTS)
        self._total = 0
        self._counts: Counter[str] = Counter()
        self._statuses: Counter[int | None] = Counter()

    def begin(self, request: LoggedRequest) -> None:
        """Note a request as it arrives and give it its number."""
        with self._lock:
            self._total += 1
            request.sequence = self._total
            self._kept.append(request)
            self._counts[f"{request.method} {request.route}".lower()] += 1

    def end(self, request: LoggedRequest, status: int | None) -> None:
        """Note how it was answered."""
        with self._lock:
            request.status = status
            self._statuses[status] += 1

    def count(self, route: str | None = None, method: str | None = None) -> int:
        """Requests of a route: ``count("GET /reports/{id}")`` or ``count("/reports/{id}", "GET")``.

        With no route, all requests. A route without a verb counts every verb.
        """
        with self._lock:
            if route is None:
                return self._total
            wanted = (f"{method} {route}" if method else route).lower()
            if wanted.startswith("/"):
                return sum(n for key, n in self._counts.items() if key.split(" ", 1)[1] == wanted)
            return self._counts[wanted]

    def counts(self) -> dict[str, int]:
        """Requests per ``"verb /route"``, in lower case, the most frequent first."""
        with self._lock:
            return dict(self._counts.most_common())

    def status_count(self, status: int | None) -> int:
        """How many requests were answered with a status; None counts dropped connections."""
        with self._lock:
            return self._statuses[status]

    def all(self, route: str | None = None) -> list[LoggedRequest]:
        """The kept requests, or those of one ``"VERB /route"``."""
        with self._lock:
            kept = list(self._kept)
        if route is None:
            return kept
        return [one for one in kept if f"{one.method} {one.route}".lower() == route.lower()]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._counts.clear()
            self._statuses.clear()
            self._total = 0

    def __len__(self) -> int:
        return self._total

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self.all())
