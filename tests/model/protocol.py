"""The straight line as a model: every commit and every HTTP request is one step.

One ticket, one action whose plan has two effects (0: a comment, found again by looking; 1: a link,
seen by reading), then the summary, which is a comment too. Two daemons walk the line, each with its
own program counter and memory; the database and TDX are what they share. A fault costs one of a
budget. What a daemon does in its own memory only is folded into its next step: nobody could see it.

The model is stricter than the world where that costs nothing: a second application of the link is
counted as a double (TDX would ignore it), a failed row is due at once, a ticket may be taken up by
two daemons on two rows (the store refuses that), a late request may be applied after the lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from walk import Walk
from world import (
    ACTION,
    NOBODY,
    SUMMARY,
    Rules,
    Step,
    World,
    apply,
    at_a_cost,
    go_idle,
    with_daemon,
    with_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def steps(world: World, rules: Rules) -> Iterator[Step]:
    """Everything that may happen next."""
    for me in (0, 1):
        yield from Walk(world, rules, me).steps()
        if world.faults and world.crew[me].at != "idle":
            yield Step(
                me, "is killed", *_place(world, me), at_a_cost(go_idle(world, me)), fault=True
            )
    for number, flight in enumerate(world.flying):
        rest = world.flying[:number] + world.flying[number + 1 :]
        landed = apply(
            world._replace(flying=rest), flight.row, flight.effect, flight.occurrence, flight.lines
        )
        yield Step(None, "TDX applies a request late", flight.row, flight.effect, landed)
    for which in (ACTION, SUMMARY):
        yield from _lease_runs_out(world, rules, which)


def _lease_runs_out(world: World, rules: Rules, which: int) -> Iterator[Step]:
    """Of itself when nobody keeps it; else its keeper overslept, and goes on from where it was."""
    row = world.rows[which]
    if row.status != "started" or not row.live:
        return
    if rules.lease_outlasts_late and any(flight.row == which for flight in world.flying):
        return
    over = with_row(world, which, row._replace(live=False))
    if row.token == NOBODY:
        if rules.leases_end:
            yield Step(None, "the lease runs out", which, 0, over)
        return
    yield from _keeper_oversleeps(world, rules, which, over)


def _keeper_oversleeps(world: World, rules: Rules, which: int, over: World) -> Iterator[Step]:
    """A pause past the lease, or past the own deadline only, which comes a little earlier."""
    me = world.rows[which].token
    keeper = world.crew[me]
    if keeper.overslept:
        yield Step(
            me,
            "renews its lease in time",
            which,
            keeper.effect,
            with_daemon(world, me, keeper._replace(overslept=False)),
        )
    if not world.faults or (keeper.at == "send" and rules.gate_at_send):
        return
    asleep = keeper._replace(overslept=rules.clock_runs_asleep)
    for what, onto in (
        ("is paused past its lease", over),
        ("is paused up to the end of its lease", world),
    ):
        yield Step(
            me, what, which, keeper.effect, at_a_cost(with_daemon(onto, me, asleep)), fault=True
        )


def _place(world: World, me: int) -> tuple[int, int]:
    return world.crew[me].row, world.crew[me].effect
