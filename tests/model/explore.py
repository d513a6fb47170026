"""Visit every state that the model can reach, breadth first, and judge each.

``python tests/model/explore.py [faults]`` prints the counts, and what each safety line is good for.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from invariant import end_of, wrong_at_the_end, wrong_now
from protocol import steps
from world import Row, Rules, Step, World, begin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FAULTS = 2
SWAP = (0, 2, 1, 3)
"""A set of waiting daemons as a mask, with the daemons' names exchanged."""
FAULT_MARK = "  << fault"


@dataclass(slots=True)
class Result:
    """What an exploration found.

    Attributes:
        wrongs: each kind of wrong that was met, with the shortest way there, a line for each step;
            the kind with the shortest way of all comes first.
        ends: how many states, in which nothing is left to do, there are of each kind.
        seen: how often each kind of step was taken.
    """

    states: int = 0
    transitions: int = 0
    seconds: float = 0.0
    wrongs: dict[str, list[str]] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def terminals(self) -> int:
        """States in which nothing is left to do."""
        return self.ends.total()

    @property
    def wrong(self) -> str:
        """The first thing that is wrong, or ""."""
        return next(iter(self.wrongs), "")

    @property
    def trace(self) -> list[str]:
        """The way to the first thing that is wrong."""
        return next(iter(self.wrongs.values()), [])


def canonical(world: World) -> World:
    """One world for two that differ only in which daemon is called A and which B.

    Sound because both run the same program and nothing in the invariant names a daemon.
    """
    first, second = world.crew
    if first < second:
        return world
    swapped = world._replace(
        rows=(_renamed(world.rows[0]), _renamed(world.rows[1])),
        flying=tuple(sorted(one._replace(waiters=SWAP[one.waiters]) for one in world.flying)),
        crew=(second, first),
    )
    return swapped if second < first else min(world, swapped)


def _renamed(row: Row) -> Row:
    return row._replace(token=1 - row.token) if row.token in (0, 1) else row


def explore(
    rules: Rules, faults: int = FAULTS, *, symmetry: bool = True, thorough: bool = False
) -> Result:
    """Every state from the beginning, breadth first.

    Liveness is judged last: without another fault, every state must lead to one in which nothing
    is left to do.

    Args:
        rules: which safety lines are there, and what is assumed.
        faults: how many may happen in one story.
        symmetry: take two worlds that differ in the daemons' names only for one.
        thorough: go on after the first thing that is wrong (though not from there), to find the
            other kinds.
    """
    search = _Search(rules, symmetry=symmetry, thorough=thorough)
    search.run(begin(faults))
    return search.result


class _Search:
    def __init__(self, rules: Rules, *, symmetry: bool, thorough: bool) -> None:
        self.rules, self.symmetry, self.thorough = rules, symmetry, thorough
        self.result = Result()
        self.states: list[World] = []
        self.number: dict[World, int] = {}
        self.parent: list[int] = []
        self.free_before: list[list[int]] = []
        self.ends: list[int] = []
        self.lost: set[int] = set()

    def run(self, start: World) -> None:
        began = time.perf_counter()
        self._meet(self._one_of(start), -1)
        at = 0
        while at < len(self.states) and (self.thorough or not self.result.wrongs):
            if at not in self.lost:
                self._expand(at)
            at += 1
        if not self.result.wrongs:
            self._judge_liveness()
        self.result.states = len(self.states)
        self.result.seconds = time.perf_counter() - began

    def _one_of(self, world: World) -> World:
        return canonical(world) if self.symmetry else world

    def _meet(self, world: World, parent: int) -> int:
        number = self.number.get(world)
        if number is None:
            number = self.number[world] = len(self.states)
            self.states.append(world)
            self.parent.append(parent)
            self.free_before.append([])
            if wrong := wrong_now(world):
                self._report(wrong, number)
        return number

    def _expand(self, at: int) -> None:
        world, free = self.states[at], 0
        for step in steps(world, self.rules):
            self.result.transitions += 1
            self.result.seen[step.what] += 1
            onto = self._meet(self._one_of(step.world), at)
            if not step.fault:
                free += 1
                self.free_before[onto].append(at)
        if not free:
            self.ends.append(at)
            self.result.ends[end_of(world)] += 1
            if wrong := wrong_at_the_end(world):
                self._report(wrong, at)

    def _judge_liveness(self) -> None:
        reached, todo = set(self.ends), list(self.ends)
        while todo:
            for before in self.free_before[todo.pop()]:
                if before not in reached:
                    reached.add(before)
                    todo.append(before)
        if len(reached) < len(self.states):
            lost = min(set(range(len(self.states))) - reached)
            self._report("stuck: no way from here to an end", lost)

    def _report(self, wrong: str, number: int) -> None:
        self.lost.add(number)
        if wrong in self.result.wrongs:
            return
        way = []
        while number >= 0:
            way.append(self.states[number])
            number = self.parent[number]
        self.result.wrongs[wrong] = self._retold(way[::-1])

    def _retold(self, way: Sequence[World]) -> list[str]:
        """Walk the way again without exchanging names, so that A stays A."""
        world, told = way[0], []
        for target in way[1:]:
            step = next(
                one for one in steps(world, self.rules) if self._one_of(one.world) == target
            )
            told.append(in_words(step))
            world = step.world
        return told


def in_words(step: Step) -> str:
    """``daemon A  action, effect 1: marks it sent``."""
    who = "the world" if step.who is None else f"daemon {'AB'[step.who]}"
    where = ("comment", "link")[step.effect] if step.row == 0 else "summary"
    return f"{who:<9}  {where:<8} {step.what}{FAULT_MARK if step.fault else ''}"


@dataclass(frozen=True, slots=True)
class Switch:
    """A safety line (or an assumption) and what to call it."""

    name: str
    words: str

    def off(self) -> Rules:
        """The protocol without it."""
        return replace(Rules(), **{self.name: False})


SAFETY_LINES = (
    Switch("intent", "the intent is committed before the send"),
    Switch("look", "an effect in doubt is looked for before it is sent again"),
    Switch("settle", "the look comes after the settling time"),
    Switch("lease_check", "the mark is written only under our own live lease"),
    Switch("own_deadline", "the own clock is asked before the send"),
    Switch("fail_closed", "a database error is never a yes"),
    Switch("tick_off", "what was applied is ticked off"),
    Switch("exclusive_claim", "work under a live lease can't be claimed"),
    Switch("atomic_cover", "lines are covered by the transaction that completes their summary"),
    Switch("told_marks", "the row remembers which effects a line was written for"),
    Switch("settle_from_claim", "after a take-over the settling wait begins at the claim"),
    Switch("whole_waits", "a wait that a stop cut short is no wait"),
    Switch("leases_end", "work that was left behind is taken up again"),
)
ASSUMPTIONS = (
    Switch("gate_at_send", "no pause beyond lease and settling between that check and the request"),
    Switch("clock_runs_asleep", "the own clock goes on while the machine sleeps"),
)
"""``settle`` off is also the assumption that TDX applies late only within the settling time."""
VARIANTS = (
    ("verify before resend", Rules()),
    ("never repeat (parks)", Rules(never_repeat=True)),
    ("late requests end with the lease", Rules(lease_outlasts_late=True)),
)
LAST_STEPS = 6


def table(faults: int) -> Iterator[str]:
    """The report, line by line."""
    yield f"The whole space, at most {faults} faults in one story"
    yield f"{'variant':<34}{'states':>9}{'transitions':>13}{'ends':>6}{'seconds':>9}  invariant"
    for words, rules in VARIANTS:
        found = explore(rules, faults)
        yield (
            f"{words:<34}{found.states:>9,}{found.transitions:>13,}{found.terminals:>6}"
            f"{found.seconds:>9.1f}  {found.wrong or 'holds'}"
        )
    yield ""
    yield "Without one line each, at most 2 faults: every kind of wrong, and the shortest way to it"
    for heading, switches in (("safety line", SAFETY_LINES), ("assumption", ASSUMPTIONS)):
        yield f"{heading + ' taken away':<34}{'states':>9}{'steps':>7}{'faults':>8}  what goes wrong"
        for switch in switches:
            found = explore(switch.off(), thorough=True)
            for number, (wrong, trace) in enumerate(found.wrongs.items()):
                name, states = (switch.name, f"{found.states:,}") if number == 0 else ("", "")
                costs = sum(step.endswith(FAULT_MARK) for step in trace)
                yield f"{name:<34}{states:>9}{len(trace):>7}{costs:>8}  {wrong}"
            if not found.wrongs:
                yield f"{switch.name:<34}{found.states:>9,}{'-':>7}{'-':>8}  nothing: not needed here"
    yield ""
    for switch in (*SAFETY_LINES, *ASSUMPTIONS):
        found = explore(switch.off())
        yield f"Without {switch.name} ({switch.words}): {found.wrong or 'nothing'}"
        yield from (f"    {step}" for step in found.trace[-LAST_STEPS:])


if __name__ == "__main__":
    for text in table(int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS):
        sys.stdout.write(f"{text}\n")
