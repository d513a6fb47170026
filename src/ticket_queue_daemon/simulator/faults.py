"""Everything that can go wrong between a client and TeamDynamix, on demand.

Promise: rules fire by script (nth call, every nth, so many times) or by seeded chance; "after"
means that the change was applied and the client was not told so; a late request is applied long
after its client gave up on it. Sources: fact sheet 16, 18.12, 19.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Effect: TypeAlias = Literal[
    "drop_before",  # connection reset, nothing applied
    "drop_after",  # applied, connection reset
    "delay_before",  # wait `seconds`, then apply and answer
    "delay_after",  # apply, wait `seconds`, then answer
    "status_before",  # answer `status`, nothing applied
    "status_after",  # applied, but answer `status`
    "garbage",  # applied, answered with bytes that are no JSON
    "truncated",  # applied, answered with half of the body, connection closed
    "empty",  # applied, answered 200 without a body
    "login_redirect",  # 302 to an HTML login page, nothing applied
    "html",  # 200 with an HTML page in place of JSON, nothing applied
    "expire_token",  # every token expires just before this call
    "late",  # dropped (or answered `status`) now, applied after `seconds` or on release()
]
EFFECTS: frozenset[str] = frozenset(get_args(Effect))
_LONGEST_WAIT = 86_400


def exactly(template: str) -> str:
    """The ``route`` of a rule that concerns one route template and no other."""
    return f"^{re.escape(template)}$"


@dataclass(slots=True)
class Rule:
    """When to do what; ``route`` is a regular expression searched in the route template."""

    effect: str
    method: str | None = None
    route: str = ""
    ticket_id: int | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    times: int | None = None
    status: int = 0
    seconds: float | None = None
    body: str | None = None
    name: str = ""
    number: int = 0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        """Refuse what could never fire, or would break the call that it meets."""
        if self.effect not in EFFECTS:
            raise ValueError(f"unknown effect {self.effect!r}; known: {', '.join(sorted(EFFECTS))}")
        if self.method is not None and self.method.upper() not in METHODS:
            raise ValueError(f"unknown method {self.method!r}; known: {', '.join(METHODS)}")
        for member in ("nth", "every", "times"):
            value = getattr(self, member)
            if value is not None and (isinstance(value, bool) or int(value) != value or value < 1):
                raise ValueError(f"{member} must be a whole number from 1, not {value!r}")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(f"probability must be from 0 to 1, not {self.probability!r}")
        if self.status and not 200 <= self.status <= 599:  # noqa: PLR2004
            raise ValueError(f"status must be from 200 to 599, not {self.status!r}")
        if self.seconds is not None and not 0 <= self.seconds <= _LONGEST_WAIT:
            raise ValueError(f"seconds must be from 0 to {_LONGEST_WAIT}, not {self.seconds!r}")
        try:
            re.compile(self.route)
        except re.error as problem:
            raise ValueError(f"route {self.route!r} is no regular expression: {problem}") from None

    def concerns(self, method: str, template: str, ticket_id: int | None) -> bool:
        """Whether a request is one of those that this rule counts."""
        if self.method is not None and self.method.upper() != method:
            return False
        if self.ticket_id is not None and self.ticket_id != ticket_id:
            return False
        return re.search(self.route, template, re.IGNORECASE) is not None

    def fires(self, rng: random.Random) -> bool:
        """Count one request that concerns this rule, and say whether it is hit."""
        self.seen += 1
        if self.times is not None and self.fired >= self.times:
            return False
        if self.nth is not None and self.seen != self.nth:
            return False
        if self.every is not None and self.seen % self.every != 0:
            return False
        if self.probability is not None and rng.random() >= self.probability:
            return False
        self.fired += 1
        return True


class Faults:
    """The rules in force, and the late requests that wait."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = RLock()
        self._rng = random.Random(seed)
        self._rules: list[Rule] = []
        self._late: dict[int, Callable[[], None]] = {}
        self._late_number = 0
        self._number = 0

    def add(
        self,
        effect: Effect | str,
        method: str | None = None,
        route: str = "",
        *,
        ticket_id: int | None = None,
        nth: int | None = None,
        every: int | None = None,
        probability: float | None = None,
        times: int | None = None,
        status: int = 0,
        seconds: float | None = None,
        body: str | None = None,
        name: str = "",
    ) -> Rule:
        """Put a rule in force: ``add("drop_after", "POST", "tickets/{id}/feed", times=1)``."""
        rule = Rule(
            effect,
            method,
            route,
            ticket_id,
            nth,
            every,
            probability,
            times,
            status,
            seconds,
            body,
            name,
        )
        with self._lock:
            self._number += 1
            rule.number = self._number
            self._rules.append(rule)
        return rule

    def remove_number(self, number: int) -> bool:
        """Take the rule with a number out of force; False when there is none."""
        with self._lock:
            kept = [one for one in self._rules if one.number != number]
            found = len(kept) < len(self._rules)
            self._rules = kept
            return found

    def remove(self, rule: Rule) -> None:
        """Take a rule out of force."""
        with self._lock:
            self._rules = [one for one in self._rules if one is not rule]

    def clear(self) -> None:
        """Take all rules out of force; late requests still wait."""
        with self._lock:
            self._rules.clear()

    def reseed(self, seed: int) -> None:
        """Start the chance anew."""
        with self._lock:
            self._rng.seed(seed)

    @property
    def rules(self) -> list[Rule]:
        """The rules in force, with how often each was met and fired."""
        with self._lock:
            return list(self._rules)

    def fire(self, method: str, template: str, ticket_id: int | None) -> list[Rule]:
        """The rules that hit this request."""
        if not self._rules:
            return []
        with self._lock:
            return [
                rule
                for rule in self._rules
                if rule.concerns(method, template, ticket_id) and rule.fires(self._rng)
            ]

    # -- late requests ------------------------------------------------------------------------

    def hold(self, apply: Callable[[], None]) -> int:
        """Keep a request for later; returns its number."""
        with self._lock:
            self._late_number += 1
            self._late[self._late_number] = apply
            return self._late_number

    def apply_late(self, number: int) -> None:
        """Apply one late request, unless it was released before."""
        with self._lock:
            apply = self._late.pop(number, None)
        if apply is not None:
            apply()

    @property
    def waiting(self) -> int:
        """How many late requests were not applied yet."""
        with self._lock:
            return len(self._late)

    def release(self) -> int:
        """Apply all late requests now, in the order in which they came."""
        with self._lock:
            waiting = sorted(self._late)
        for number in waiting:
            self.apply_late(number)
        return len(waiting)
