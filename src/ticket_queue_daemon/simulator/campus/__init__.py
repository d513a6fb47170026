"""A believable campus, grown from a seed.

Promise: the same seed, sizes and starting time give the same world, id for id. The first twelve
tickets are the story of ``story.py``. All asked-for tickets are in report 1344; for every twenty
of them there is one more that is closed, taken, or of another group, and so in no report.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator import catalogue
from ticket_queue_daemon.simulator.campus import machines, story, words
from ticket_queue_daemon.simulator.campus.tickets import Writer
from ticket_queue_daemon.simulator.world import World

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.simulator.entities import Person

__all__ = ["campus"]

_DAYS = 30


def campus(
    seed: int = 1, *, tickets: int = 12, assets: int = 40, now: datetime | None = None
) -> World:
    """A world with people, machines, and so many tickets in report 1344."""
    world = World(seed, now=now)
    rng = random.Random(seed)
    with world.lock:
        for name, code, _ in words.DEPARTMENTS:
            world.add_account(name, code)
        for first, last, login in words.TECHNICIANS:
            world.add_person(first, last, login, title="Technician", groups=[367])
        people = story.cast(world)
        ids = story.furnish(world, people)
        others = _people(world, rng, max(12, assets * 2 // 3))
        park = machines.grow(world, rng, others, assets)
        story.tell(world, people, ids, tickets)
        _fill(world, Writer(world, rng, park, others), tickets - story.LENGTH)
    return world


def _people(world: World, rng: random.Random, count: int) -> list[Person]:
    found: list[Person] = []
    accounts = tuple(world.accounts)
    for _ in range(count):
        first, last = rng.choice(words.FIRST_NAMES), rng.choice(words.LAST_NAMES)
        stem = (first[0] + last).lower()[:8]
        login, number = stem, 2
        while f"{login}@umich.edu" in world.by_login:
            login, number = f"{stem[:7]}{number}", number + 1
        phone = f"734-555-{rng.randrange(100, 199):04d}"
        account_id, is_customer = rng.choice(accounts), rng.random() < 0.2  # noqa: PLR2004
        found.append(
            world.add_person(
                first,
                last,
                login,
                account_id=account_id,
                type_id=2 if is_customer else 1,
                phone=phone,
            )
        )
    return found


def _fill(world: World, writer: Writer, count: int) -> None:
    if count <= 0:
        return
    step = timedelta(days=_DAYS) / count
    start = world.started - timedelta(days=_DAYS + 2)
    for number in range(count):
        writer.when = start + step * number
        writer.write()
        if number % 20 == 19:  # noqa: PLR2004
            _elsewhere(world, writer)


def _elsewhere(world: World, writer: Writer) -> None:
    """A ticket that is in no report: closed, taken, of another group or application."""
    rng = writer.rng
    ticket = writer.vague(rng.choice(writer.people))
    kind = rng.randrange(4)
    if kind == 0:
        ticket.status_id = rng.choice((122, 123, 124))
        ticket.completed = writer.when + timedelta(hours=3)
        ticket.completed_uid = writer.technicians[0].uid
    elif kind == 1:
        ticket.responsible_uid = rng.choice(writer.technicians).uid
    elif kind == 2:  # noqa: PLR2004
        ticket.responsible_group_id = rng.choice((364, 365, 366, 368, 370))
    else:
        ticket.responsible_group_id = 0
        world.move_ticket(ticket.id, catalogue.OTHER_TICKET_APP)
