"""What the model is made of: the database's rows, TDX, two daemons' memories, and the rules.

Everything is a value that can be hashed; a state of the model is one ``World``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

NOBODY = 2
"""Owner of a claim whose daemon died, let go, or never heard that it won."""
FREE = -1
ACTION, SUMMARY = 0, 1
BOTH = 0b11


@dataclass(frozen=True, slots=True)
class Rules:
    """The safety lines, each with its switch, and what is assumed of the world.

    Attributes:
        intent: an effect is marked sent, and that is committed, before it is sent.
        look: an effect in doubt is looked for before it is sent again.
        settle: a look counts only after a wait that outlasts a late application.
        lease_check: the mark is written only under our own token and a lease that has not run out.
        own_deadline: just before a send the daemon asks its own clock whether the lease may be over.
        fail_closed: a mark that the database did not confirm is not followed by a send.
        tick_off: what was applied is ticked off on the row before the next step.
        exclusive_claim: work under a live lease can't be claimed.
        atomic_cover: lines are covered in the transaction that completes their summary.
        told_marks: the row remembers, effect by effect, what a line was written for.
        settle_from_claim: after a take-over the settling wait starts at the claim, not at the mark.
        whole_waits: a settling wait that was cut short by a stop counts as none.
        leases_end: a claim that nobody keeps can be taken over when its lease has run out.
        gate_at_send: nothing can hold a daemon for longer than a lease between the check of its own
            clock and the request (off: the residual window).
        clock_runs_asleep: the own clock goes on while the process or the machine sleeps.
        lease_outlasts_late: whatever was sent under a lease has settled when that lease runs out.
        never_repeat: the action's ``on_unknown``: park instead of sending again.
    """

    intent: bool = True
    look: bool = True
    settle: bool = True
    lease_check: bool = True
    own_deadline: bool = True
    fail_closed: bool = True
    tick_off: bool = True
    exclusive_claim: bool = True
    atomic_cover: bool = True
    told_marks: bool = True
    settle_from_claim: bool = True
    whole_waits: bool = True
    leases_end: bool = True
    gate_at_send: bool = True
    clock_runs_asleep: bool = True
    lease_outlasts_late: bool = False
    never_repeat: bool = False


class Row(NamedTuple):
    """A row of the log. ``plan`` has a letter for each effect: p(lanned) s(ent) a(pplied) r(efused)."""

    status: str = "new"
    token: int = FREE
    live: bool = False
    plan: str = ""
    told: int = 0
    occurrence: int = 0
    lines: int = 0


class Daemon(NamedTuple):
    """A daemon: where it stands, and what it has in its memory only.

    ``effects`` has a letter for each effect as this attempt knows it: p, s, r as on the row; then
    B (settled before), A (settled now), R (refused), L (later), U (unknown, later), K (unknown).
    """

    at: str = "idle"
    row: int = ACTION
    effect: int = 0
    effects: str = ""
    fresh: bool = False
    again: bool = False
    overslept: bool = False
    lines: int = 0


class Flight(NamedTuple):
    """A request that TDX will apply late; ``waiters``: daemons whose settling wait it must not outlast."""

    row: int
    effect: int
    occurrence: int
    lines: int
    waiters: int


class World(NamedTuple):
    """Everything there is."""

    rows: tuple[Row, Row]
    lines: tuple[int, ...]
    """The summary lines: which effects each tells of, as a mask."""
    covered: int
    applied: tuple[int, int]
    posts: tuple[tuple[int, int], ...]
    """Summaries on the ticket: occurrence, and the lines it tells as a mask."""
    flying: tuple[Flight, ...]
    crew: tuple[Daemon, Daemon]
    faults: int


class Step(NamedTuple):
    """One step: who (None: the world), what, on which row and effect, where it leads."""

    who: int | None
    what: str
    row: int
    effect: int
    world: World
    fault: bool = False


IDLE = Daemon()


def begin(faults: int) -> World:
    """A new ticket in the report, two daemons, nothing done."""
    return World((Row(), Row()), (), 0, (0, 0), (), (), (IDLE, IDLE), faults)


def open_lines(world: World) -> int:
    """The lines that no summary has told, as a mask."""
    return ((1 << len(world.lines)) - 1) & ~world.covered


def is_under_way(plan: str) -> bool:
    """Whether anything of a plan was sent: then it is finished, never made anew."""
    return "s" in plan or "a" in plan


def with_row(world: World, which: int, row: Row) -> World:
    """The world with one row of the log changed."""
    rows = (row, world.rows[1]) if which == ACTION else (world.rows[0], row)
    return world._replace(rows=rows)


def with_daemon(world: World, me: int, daemon: Daemon) -> World:
    """The world with one daemon changed."""
    crew = (daemon, world.crew[1]) if me == 0 else (world.crew[0], daemon)
    return world._replace(crew=crew)


def at_a_cost(world: World) -> World:
    """The same, one fault later."""
    return world._replace(faults=world.faults - 1)


def put(letters: str, place: int, letter: str) -> str:
    """``letters`` with one of them changed."""
    return letters[:place] + letter + letters[place + 1 :]


def go_idle(world: World, me: int) -> World:
    """Forget everything; what was held is nobody's until its lease has run out."""
    for which in (ACTION, SUMMARY):
        if world.rows[which].token == me:
            world = with_row(world, which, world.rows[which]._replace(token=NOBODY))
    if any(flight.waiters >> me & 1 for flight in world.flying):
        world = world._replace(flying=stop_waiting(world.flying, me))
    return with_daemon(world, me, IDLE)


def stop_waiting(flying: tuple[Flight, ...], me: int) -> tuple[Flight, ...]:
    """The flights, none of which a wait of ``me`` has to outlast any more."""
    return tuple(sorted(one._replace(waiters=one.waiters & ~(1 << me)) for one in flying))


def apply(world: World, row: int, effect: int, occurrence: int, lines: int) -> World:
    """TDX does what a request asks for."""
    if row == SUMMARY:
        return world._replace(posts=tuple(sorted((*world.posts, (occurrence, lines)))))
    first, second = world.applied
    return world._replace(applied=(first + 1, second) if effect == 0 else (first, second + 1))


def sees(world: World, me: int) -> bool:
    """Whether a look at TDX finds the effect that this daemon has in hand."""
    daemon = world.crew[me]
    if daemon.row == SUMMARY:
        occurrence = world.rows[SUMMARY].occurrence
        return any(post[0] == occurrence for post in world.posts)
    return world.applied[daemon.effect] > 0
