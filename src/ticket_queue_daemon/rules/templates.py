"""Texts with holes in them: Jinja2 in a sandbox, checked when they are loaded.

What can be known at loading is an error at loading: syntax, unknown filters, and names and members
that no ticket has. A template can't load files or reach into Python, and what it may build is
bounded: loops over ranges and in each other, repeated text, and the length of what comes out.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ticket_queue_daemon.errors import ConfigError, DaemonError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

MOST_CHARACTERS: Final = 30_000
"""What a comment of TDX holds for certain (fact sheet 19 #12)."""
MOST_STEPS: Final = 1_000
MOST_NESTED_LOOPS: Final = 2
_HUGE: Final = ("center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map")
_FILTERS_OFF: Final = ("center", "format", "indent", "batch", "slice", "pprint", "random")
_NOT_HERE: Final = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Macro,
    nodes.CallBlock,
)


class TemplateFailed(DaemonError):  # noqa: N818  the name says what happened
    """A template could not be filled in for this ticket."""


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Numbers of a sane size only: a repeated text or a tower of powers fills the memory."""
        sane = all(isinstance(one, int | float) and abs(one) < 10**9 for one in (left, right))
        if not sane or operator == "**":
            raise SecurityError(f"{operator!r} is for numbers of everyday size only")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Nor may a text be padded to any length."""
        if isinstance(obj, str) and attr in _HUGE:
            return False
        return super().is_safe_attribute(obj, attr, value)


def _steps(*bounds: int) -> range:
    steps = range(*bounds)
    if len(steps) > MOST_STEPS:
        raise SecurityError(f"a range may have {MOST_STEPS} steps, not {len(steps)}")
    return steps


@lru_cache(maxsize=2)
def _environment(*, is_html: bool) -> _Sandbox:
    made = _Sandbox(autoescape=is_html, undefined=StrictUndefined, keep_trailing_newline=False)
    # A namespace lets a text grow from turn to turn of a loop, by doubling.
    for name in ("lipsum", "namespace", "cycler", "joiner"):
        made.globals.pop(name, None)
    made.globals["range"] = _steps
    for name in _FILTERS_OFF:
        made.filters.pop(name, None)
    return made


class Template:
    """One text, compiled.

    Args:
        text: the template.
        where: which option it stands in, for errors.
        known: the variables, each with the names of its members; an empty collection: any.
        is_html: what is filled in is escaped.

    Raises:
        ConfigError: it can't work, with the line.
    """

    def __init__(
        self, text: str, *, where: str, known: Mapping[str, Collection[str]], is_html: bool = False
    ) -> None:
        self._where = where
        environment = _environment(is_html=is_html)
        try:
            tree = environment.parse(text)
            self._compiled = environment.from_string(text)
        except TemplateSyntaxError as error:
            raise ConfigError(
                f"{where}, line {error.lineno}: {error.message}.", "Mend the template."
            ) from error
        for line, problem, advice in _problems(tree, known):
            raise ConfigError(f"{where}, line {line}: {problem}.", advice)

    def render(self, variables: Mapping[str, Any]) -> str:
        """The text, filled in.

        Raises:
            TemplateFailed: something is missing, not allowed or too long.
        """
        parts: list[str] = []
        length = 0
        try:
            for part in self._compiled.generate(**variables):
                parts.append(part)
                length += len(part)
                if length > MOST_CHARACTERS:
                    raise TemplateFailed(
                        f"{self._where}: the text is longer than {MOST_CHARACTERS} characters.",
                        "Shorten what it takes from the ticket, as in {{ ticket.title[:80] }}.",
                    )
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
            raise TemplateFailed(f"{self._where}: {error}.", "Mend the template.") from error
        except RecursionError as error:
            raise TemplateFailed(
                f"{self._where}: it calls itself.", "Mend the template."
            ) from error
        return "".join(parts)


def _problems(
    tree: nodes.Template, known: Mapping[str, Collection[str]]
) -> Iterator[tuple[int, str, str]]:
    for refused in tree.find_all(_NOT_HERE):
        word = type(refused).__name__.casefold()
        yield refused.lineno, f"{word} is not available here", "Write the text itself."
    if (deep := _too_deep(tree, 0)) is not None:
        yield deep.lineno, "loops are nested too deeply", f"{MOST_NESTED_LOOPS} are the most."
    unknown = meta.find_undeclared_variables(tree) - {*known, *_environment(is_html=False).globals}
    for name in tree.find_all(nodes.Name):
        if name.name in unknown:
            advice = f"There are {', '.join(known)}."
            yield name.lineno, f"there is no variable {name.name!r}", advice
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    for part in tree.find_all(nodes.Getattr):
        if not isinstance(part.node, nodes.Name) or part.node.name in own:
            continue
        members = known.get(part.node.name)
        if members and part.attr not in members:
            near = difflib.get_close_matches(part.attr, members, n=3)
            # TDX's spelling of the same member is no second suggestion.
            near = list(
                {name.replace("_", "").casefold(): name for name in reversed(near)}.values()
            )[::-1]
            advice = f"Did you mean {', '.join(near)}?" if near else f"There are: {_list(members)}."
            yield part.lineno, f"{part.node.name} has no {part.attr!r}", advice


def _list(members: Collection[str]) -> str:
    return ", ".join(sorted(members))


def _too_deep(node: nodes.Node, depth: int) -> nodes.Node | None:
    if isinstance(node, nodes.For):
        depth += 1
        if depth > MOST_NESTED_LOOPS or node.recursive:
            return node
    for child in node.iter_child_nodes():
        if (found := _too_deep(child, depth)) is not None:
            return found
    return None
