"""Requests and answers as plain data, and the one table that judges them. No I/O here."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.words import is_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Due(enum.Enum):
    """What body a 2xx answer has to have."""

    NOTHING = "any body"
    TEXT = "a text"
    OBJECT = "a JSON object"
    ENTITY = "a JSON object with an ID"
    LIST = "a JSON list"


class Patience(enum.Enum):
    """How long a call may take to be answered."""

    USUAL = "usual"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make.

    Attributes:
        verb: ``GET``, ``POST``, ``PATCH``.
        route: the template without application id, as limits and counts are kept: ``tickets/{id}``.
        path: the real path under the API's base: ``46/tickets/9291804``.
        due: what body a good answer has.
        writes: whether it changes anything in TDX (a search is a POST that does not).
        body: JSON to send, or None for no body.
        query: query parameters.
        signed: whether it carries the bearer token (a login does not).
    """

    verb: str
    route: str
    path: str
    due: Due
    writes: bool = False
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = Patience.USUAL
    signed: bool = True

    @property
    def key(self) -> str:
        """What TDX counts by: ``GET tickets/{id}``."""
        return f"{self.verb} {self.route}"


class Fault(enum.Enum):
    """How a request can fail without an answer."""

    UNREACHABLE = "no connection"  # name lookup, refused, TLS
    CONNECT_TIMEOUT = "no connection in time"
    POOL_TIMEOUT = "no free connection in time"
    PROXY = "the proxy refused"
    WRITE_TIMEOUT = "sending took too long"
    READ_TIMEOUT = "no answer in time"
    RESET = "connection lost after sending"
    PROTOCOL = "the answer was no HTTP"


@dataclass(frozen=True, slots=True)
class TransportFault:
    """No answer came; ``detail`` is the transport's own word for it, free of secrets."""

    fault: Fault
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        headers: names in lower case.
        cut: whether the body ended early or could not be unpacked.
        fresh_token: whether TDX took the token elsewhere after this answer.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    fresh_token: bool = False


Outcome: TypeAlias = Answer | TransportFault

FAULTS = {
    # Nothing left this machine.
    Fault.UNREACHABLE: Delivery.LATER,
    Fault.CONNECT_TIMEOUT: Delivery.LATER,
    Fault.POOL_TIMEOUT: Delivery.LATER,
    Fault.PROXY: Delivery.LATER,
    # Some or all of it did.
    Fault.WRITE_TIMEOUT: Delivery.IN_DOUBT,
    Fault.READ_TIMEOUT: Delivery.IN_DOUBT,
    Fault.RESET: Delivery.IN_DOUBT,
    Fault.PROTOCOL: Delivery.IN_DOUBT,
}
"""What became of a request that changes something and was not answered."""

_STATUSES = {
    400: Delivery.NEVER,
    403: Delivery.NEVER,
    404: Delivery.NEVER,
    405: Delivery.NEVER,
    411: Delivery.NEVER,
    422: Delivery.NEVER,
    429: Delivery.LATER,
}

NOT_MODIFIED = 304
UNAUTHORIZED = 401


def classify(outcome: Outcome, call: Call) -> Delivery:
    """What became of the request.

    Everything that is not known for certain is in doubt: 408, 5xx (a server may fail after it has
    applied), redirects, statuses that we don't know.
    """
    if isinstance(outcome, TransportFault):
        return FAULTS[outcome.fault]
    if outcome.status == UNAUTHORIZED:
        # A token may simply have run out; with a fresh one the same word means "not permitted".
        return Delivery.NEVER if outcome.fresh_token else Delivery.LATER
    if is_success(outcome.status):
        return Delivery.APPLIED if has_due_body(outcome, call.due) else Delivery.IN_DOUBT
    return _STATUSES.get(outcome.status, Delivery.IN_DOUBT)


def is_success(status: int) -> bool:
    """2xx, and 304, by which TDX says "it is so already" (fact sheet 10.11)."""
    return 200 <= status <= 299 or status == NOT_MODIFIED  # noqa: PLR2004  HTTP's own numbers


def has_due_body(answer: Answer, due: Due) -> bool:
    """Whether the body is what the endpoint answers with."""
    if due is Due.NOTHING:
        # A page is TDX's login or maintenance speaking, not the endpoint.
        return not is_page(answer.body)
    if answer.cut or answer.status == NOT_MODIFIED:
        return False
    if due is Due.TEXT:
        return bool(answer.body.strip()) and not is_page(answer.body)
    try:
        data = decoded(answer.body)
    except (ValueError, RecursionError):
        return False
    return _SHAPES[due](data)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_SHAPES: Mapping[Due, Callable[[Any], bool]] = {
    Due.LIST: lambda data: isinstance(data, list),
    Due.OBJECT: lambda data: isinstance(data, dict),
    Due.ENTITY: lambda data: isinstance(data, dict) and _is_id(data.get("ID")),
}


def decoded(body: bytes) -> Any:
    """The JSON data of a body, free of what neither UTF-8 nor PostgreSQL can hold.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested absurdly.
    """
    data = json.loads(body.decode("utf-8-sig"))
    if b"\\u0000" in body or b"\\ud" in body.lower():
        return _storable(data)
    return data


def _storable(data: Any) -> Any:
    if isinstance(data, str):
        return data.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if isinstance(data, list):
        return [_storable(value) for value in data]
    if isinstance(data, dict):
        return {_storable(name): _storable(value) for name, value in data.items()}
    return data


def encoded(body: Any) -> bytes:
    """JSON as TDX takes it; what UTF-8 can't hold becomes a question mark."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
