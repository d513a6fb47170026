"""Which handler answers a path (fact sheet 1: case-insensitive, doubled and trailing slashes).

Promise: a literal segment wins over a parameter; a known path with an unknown verb is told apart
from an unknown path; numeric parameters take digits only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .deeds import Refused
from .values import Json, Unreadable, as_bool, as_int

if TYPE_CHECKING:
    from .auth import Authority
    from .entities import Person
    from .world import World

_LONGEST_NUMBER = 18

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(slots=True)
class Reply:
    """An answer; a body of None sends none."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    location: str | None = None


def answer(value: object, status: int = 200) -> Reply:
    """A JSON answer."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, text.encode(), JSON_TYPE)


def nothing(status: int = 200) -> Reply:
    """An answer without a body, as relation and tag writes give."""
    return Reply(status)


def message(status: int, sentence: str) -> Reply:
    """ASP.NET's ``{"Message": ...}``, or an empty body when there is nothing to say."""
    return answer({"Message": sentence}, status) if sentence else Reply(status)


@dataclass(slots=True)
class Call:
    """One request on its way to its handler."""

    world: World
    authority: Authority
    method: str
    environment: str
    params: dict[str, str]
    query: dict[str, str]
    raw_body: bytes
    content_type: str
    user: Person

    def number(self, name: str) -> int:
        """A numeric path parameter."""
        return int(self.params[name])

    @property
    def app_id(self) -> int:
        """The application in the path."""
        return int(self.params["appId"])

    def body(self) -> object:
        """The JSON body; null when there is none."""
        if not self.raw_body.strip():
            return None
        if self.content_type and "json" not in self.content_type.lower():
            raise Refused(
                415, "The request entity's media type is not supported for this resource."
            )
        try:
            found: object = json.loads(self.raw_body)
            if rb"\ud" in self.raw_body.lower():
                found = _without_halves(found)
        except (ValueError, RecursionError):
            raise Refused(400, "The request is invalid: the body is not valid JSON.") from None
        return found

    def members(self) -> Json:
        """The body as an object with lower-case member names; no body is an empty object."""
        found = self.body()
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise Refused(400, "The request is invalid: an object was expected.")
        return {str(key).lower(): value for key, value in found.items()}

    def flag(self, name: str) -> bool | None:
        """A boolean of the query; unreadable ones count as not given."""
        try:
            return as_bool(self.query.get(name.lower()))
        except Unreadable:
            return None

    def integer(self, name: str) -> int | None:
        """A number of the query; unreadable ones are refused."""
        return as_int(self.query.get(name.lower()))


def _without_halves(value: object) -> object:
    # Half a character can't be answered, nor shown, nor kept in a file.
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(one) for one in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(one) for key, one in value.items()}
    return value


Handler: TypeAlias = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One verb on one template; ``app_class`` is what the app in the path must be."""

    method: str
    template: str
    handler: Handler
    app_class: str | None = None
    public: bool = False

    @property
    def key(self) -> str:
        """The name under which it is counted and limited."""
        return f"{self.method} {self.template}"


class Routes:
    """A list of routes that an endpoint module fills by decorating its handlers."""

    def __init__(self, app_class: str | None = None) -> None:
        self.app_class = app_class
        self.entries: list[Route] = []

    def on(
        self, method: str, *templates: str, public: bool = False
    ) -> Callable[[Handler], Handler]:
        """Decorate a handler with a verb and its templates."""

        def add(handler: Handler) -> Handler:
            for template in templates:
                app_class = self.app_class if template.startswith("/{appId}") else None
                self.entries.append(Route(method, template, handler, app_class, public))
            return handler

        return add


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    number: _Node | None = None
    text: _Node | None = None
    methods: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


def is_text(name: str) -> bool:
    """Whether a path parameter takes any text, and not digits only."""
    return name.lower().endswith(("uid", "username", "resourceid"))


class Router:
    """A tree of path segments."""

    def __init__(self, *tables: Routes) -> None:
        self._root = _Node()
        self._routes = [route for table in tables for route in table.entries]
        for route in self._routes:
            self._add(route)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        for segment in route.template.strip("/").split("/"):
            if not segment.startswith("{"):
                node = node.literals.setdefault(segment.lower(), _Node())
                continue
            names.append(segment.strip("{}"))
            if is_text(names[-1]):
                node.text = node.text or _Node()
                node = node.text
            else:
                node.number = node.number or _Node()
                node = node.number
        if route.method in node.methods:
            raise ValueError(f"two handlers for {route.key}")
        node.methods[route.method] = (route, tuple(names))

    def find(self, path: str, method: str) -> tuple[Route, dict[str, str]] | list[str]:
        """The route and its parameters; else the verbs that the path would allow."""
        segments = [part for part in path.split("/") if part]
        allowed: list[str] = []
        for node, values in _walk(self._root, segments, 0, ()):
            found = node.methods.get(method)
            if found is not None:
                return found[0], dict(zip(found[1], values, strict=True))
            allowed.extend(node.methods)
        return allowed


def _is_number(segment: str) -> bool:
    return segment.isascii() and segment.isdecimal() and len(segment) <= _LONGEST_NUMBER


def _walk(
    node: _Node, segments: list[str], at: int, values: tuple[str, ...]
) -> Iterator[tuple[_Node, tuple[str, ...]]]:
    if at == len(segments):
        if node.methods:
            yield node, values
        return
    segment = segments[at]
    literal = node.literals.get(segment.lower())
    if literal is not None:
        yield from _walk(literal, segments, at + 1, values)
    if node.number is not None and _is_number(segment):
        yield from _walk(node.number, segments, at + 1, (*values, segment))
    if node.text is not None:
        yield from _walk(node.text, segments, at + 1, (*values, segment))
