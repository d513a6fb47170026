"""Naming patterns and decoys of your own, matched by an engine that no expression can hang.

RE2 needs time linear in the text, whatever the expression; what it can't do that way (references
back, looking ahead or behind) it refuses, here at load time and with a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import re2

from ticket_queue_daemon.assets.text import clean
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOST: Final = 50
_LONGEST: Final = 200
_MEMORY: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_. -]{0,39}")
_PLACE: Final = re.compile(r" at position \d+.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NamingPattern:
    """A name for how machines are called at your place, and the whole word that follows it."""

    name: str
    expression: Any = field(repr=False)

    def follows(self, word: str) -> bool:
        """Whether the whole word is written like this, in any case."""
        return self.expression.fullmatch(word) is not None


@dataclass(frozen=True, slots=True)
class Decoys:
    """Words that never name a machine, whatever the list of assets says."""

    words: frozenset[str] = frozenset()
    expressions: tuple[Any, ...] = ()

    def has(self, folded: str) -> bool:
        """Whether this is one; ``folded`` comes from ``fold``."""
        if not self.words and not self.expressions:
            return False
        return folded in self.words or any(
            expression.fullmatch(folded) is not None for expression in self.expressions
        )


def naming_patterns(
    given: Mapping[str, str] | Iterable[tuple[str, str]],
) -> tuple[NamingPattern, ...]:
    """Compile patterns: name and expression each.

    Raises:
        ConfigError: too many, a bad name, or an expression that can't be used.
    """
    pairs = list(given.items() if hasattr(given, "items") else given)
    if len(pairs) > _MOST:
        raise ConfigError(f"There are {len(pairs)} naming patterns.", f"At most {_MOST} can be.")
    for name, _ in pairs:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"A naming pattern is called {name!r}.",
                "Begin with a letter; letters, digits, space, point, - and _ may follow, 40 at most.",
            )
    return tuple(
        NamingPattern(name, _compile(f"naming pattern {name!r}", text)) for name, text in pairs
    )


def decoys(given: Iterable[str]) -> Decoys:
    """Words, and between slashes expressions for whole words: ``/po-[0-9]+/``.

    Raises:
        ConfigError: too many, or an expression that can't be used.
    """
    entries = [entry for entry in given if entry.strip()]
    slashed = [entry[1:-1] for entry in entries if _is_slashed(entry)]
    if len(slashed) > _MOST:
        raise ConfigError(
            f"There are {len(slashed)} expressions for decoys.", f"At most {_MOST} can be."
        )
    return Decoys(
        frozenset(
            " ".join(clean(entry).casefold().split()) for entry in entries if not _is_slashed(entry)
        ),
        tuple(_compile(f"decoy /{text}/", text) for text in slashed),
    )


def _is_slashed(entry: str) -> bool:
    return len(entry) > 2 and entry[0] == entry[-1] == "/"  # noqa: PLR2004  // holds nothing


def _compile(what: str, text: str) -> Any:
    if len(text) > _LONGEST:
        raise ConfigError(
            f"The {what} has {len(text)} characters.", f"Write it in {_LONGEST} or fewer."
        )
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        compiled = re2.compile(text, options)
        matches_nothing = compiled.fullmatch("") is not None
    except (re2.error, UnicodeError) as error:
        reason, place = _explain(text, error)
        raise ConfigError(
            f"The {what} can't be used: {reason}, at character {place} of {text!r}.",
            "Write an expression for the whole name without look-around and back references, "
            "such as lab[0-9]{3}-[a-z]{2}; case does not matter.",
        ) from None
    if matches_nothing:
        raise ConfigError(
            f"The {what} matches an empty word: {text!r}.", "It must ask for a character at least."
        )
    return compiled


def _explain(text: str, error: Exception) -> tuple[str, int]:
    """What RE2 said, and where: it quotes the piece, and Python may know the place better."""
    said = error.args[0] if error.args else ""
    reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    reason, _, piece = reason.partition(": ")
    place = text.find(piece) if piece and piece != text else 0
    try:
        re.compile(text)
    except re.error as known:
        place = known.pos if known.pos is not None else place
        reason = _PLACE.sub("", known.msg)
    except (OverflowError, RecursionError):
        pass
    return reason or "it is no regular expression", max(place, 0) + 1
