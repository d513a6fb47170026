"""Tickets as people write them, each with what a perfect technician would attach.

Promise: every generated ticket is in report 1344 and has an entry in ``world.truth``; machines
are mentioned in titles, HTML, comments and replies, by name, serial or tag, in any case, beside
decoys. Truth holds only what is missing: what is attached already is not in it.
"""

from __future__ import annotations

import html
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from ticket_queue_daemon.simulator.campus import words
from ticket_queue_daemon.simulator.entities import Truth

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from ticket_queue_daemon.simulator.campus.machines import Park
    from ticket_queue_daemon.simulator.entities import Asset, Person, Ticket
    from ticket_queue_daemon.simulator.world import World

Scene: TypeAlias = "Callable[[Writer], None]"


class Writer:
    """Writes one ticket after the other; each scene is one way in which tickets come."""

    def __init__(self, world: World, rng: random.Random, park: Park, people: list[Person]) -> None:
        self.world = world
        self.rng = rng
        self.park = park
        self.people = people
        self.technicians = [world.people[uid] for uid in world.groups[367].members]
        self.without = park.owners_of(0, people) or people
        self.with_one = park.owners_of(1, people) or people
        self.with_two = park.owners_of(2, people) or people
        # Who owns nothing or several can name an odd machine without phase 3 being in doubt.
        self.undecided = [one for one in people if len(park.owned.get(one.uid, ())) != 1] or people
        self.when: datetime = world.started

    # -- pieces -------------------------------------------------------------------------------

    def mention(self, asset: Asset, *, rich: bool = False) -> str:
        """A machine as somebody writes it."""
        rng = self.rng
        kind = rng.random()
        forms: tuple[str, ...]
        if asset.serial and kind < 0.3:  # noqa: PLR2004
            text, forms = asset.serial, words.SERIAL_FORMS
        elif asset.tag and kind < 0.38:  # noqa: PLR2004
            text, forms = asset.tag, words.TAG_FORMS
        else:
            text, forms = asset.name or asset.serial, words.NAME_FORMS
        case = rng.random()
        if case < 0.2:  # noqa: PLR2004
            text = text.lower()
        elif case < 0.3:  # noqa: PLR2004
            text = text.upper()
        if rich and rng.random() < 0.5:  # noqa: PLR2004
            return rng.choice(words.HTML_FORMS).format(x=text)
        found = rng.choice(forms).format(x=text)
        return html.escape(found) if rich else found

    def text(self, core: str, *, rich: bool, decoys: int | None = None) -> str:
        """A whole body around a core, with greeting, decoys and thanks."""
        rng = self.rng
        count = rng.choice((0, 0, 1, 2)) if decoys is None else decoys
        odd = rng.sample(words.DECOYS, count)
        lines = [rng.choice(words.GREETINGS), core, *odd, rng.choice(words.THANKS)]
        lines = [line for line in lines if line]
        if not rich:
            return "\n".join(lines)
        shown = [line if line == core else html.escape(line) for line in lines]
        return "".join(f"<p>{line}</p>" for line in shown)

    def ticket(self, requestor: Person | None, title: str, body: str, *, rich: bool) -> Ticket:
        """Add a ticket at the time that has come."""
        rng = self.rng
        return self.world.add_ticket(
            title,
            body,
            requestor=requestor,
            rich=rich,
            status_id=rng.choices((115, 117, 121, 620), (70, 15, 5, 10))[0],
            type_id=rng.choice((310, 310, 311, 312, 313)),
            priority_id=rng.choices((19, 20, 21, 22), (20, 60, 15, 5))[0],
            created=self.when,
        )

    def settle(self, ticket: Ticket, assets: list[Asset], phase: str, why: str) -> None:
        """Record the truth: what is wanted and not attached yet."""
        present = set(self.world.assets_on(ticket.id))
        wanted = frozenset(one.id for one in assets) - present
        self.world.truth[ticket.id] = Truth(wanted, why, phase)

    def vague(self, requestor: Person, decoys: int | None = None) -> Ticket:
        """A ticket that names nothing."""
        title, core = self.rng.choice(words.VAGUE)
        rich = self.rng.random() < 0.5  # noqa: PLR2004
        body = self.text(html.escape(core) if rich else core, rich=rich, decoys=decoys)
        return self.ticket(requestor, title, body, rich=rich)

    def about(self, assets: list[Asset], requestor: Person, *, in_title: bool) -> Ticket:
        """A ticket that names machines in its title or its description."""
        rng = self.rng
        title, core = rng.choice(words.PROBLEMS)
        rich = rng.random() < 0.5  # noqa: PLR2004
        if in_title:
            shown = " and ".join(self.mention(one) for one in assets)
            generic = core.replace("{it}", "the computer")
            body = self.text(generic, rich=rich)
            return self.ticket(requestor, title.replace("{it}", shown), body, rich=rich)
        shown = " and ".join(self.mention(one, rich=rich) for one in assets)
        body = self.text(core.replace("{it}", shown), rich=rich)
        return self.ticket(requestor, title.replace("{it}", "computer"), body, rich=rich)

    def write(self) -> None:
        """Write one ticket in a scene drawn by weight."""
        scene = self.rng.choices(_SCENES, _WEIGHTS)[0]
        scene(self)


def _owner(writer: Writer, asset: Asset) -> Person:
    if asset.owner_uid is not None and writer.rng.random() < 0.7:  # noqa: PLR2004
        return writer.world.people[asset.owner_uid]
    return writer.rng.choice(writer.people)


def _in_title(writer: Writer) -> None:
    asset = writer.rng.choice(writer.park.active)
    ticket = writer.about([asset], _owner(writer, asset), in_title=True)
    writer.settle(ticket, [asset], "title", "named in the title")


def _in_description(writer: Writer) -> None:
    asset = writer.rng.choice(writer.park.active)
    ticket = writer.about([asset], _owner(writer, asset), in_title=False)
    writer.settle(ticket, [asset], "description", "named in the description")


def _several(writer: Writer) -> None:
    count = min(writer.rng.choice((2, 2, 3, 5)), len(writer.park.active))
    assets = writer.rng.sample(writer.park.active, count)
    ticket = writer.about(assets, writer.rng.choice(writer.people), in_title=False)
    writer.settle(ticket, assets, "description", f"{count} computers named in the description")


def _in_comment(writer: Writer) -> None:
    rng, asset = writer.rng, writer.rng.choice(writer.park.active)
    requestor = _owner(writer, asset)
    ticket = writer.vague(requestor, decoys=0)
    after = writer.when + timedelta(minutes=rng.randrange(3, 50))
    if rng.random() < 0.6:  # noqa: PLR2004
        technician = rng.choice(writer.technicians)
        writer.world.add_feed_entry(
            ticket.id, rng.choice(words.QUESTIONS), technician, created=after
        )
    rich = rng.random() < 0.4  # noqa: PLR2004
    said = rng.choice(words.COMMENTS).replace("{it}", writer.mention(asset, rich=rich))
    body = f"<p>{said}</p>" if rich else said
    writer.world.add_feed_entry(
        ticket.id, body, requestor, rich=rich, created=after + timedelta(minutes=9)
    )
    writer.settle(ticket, [asset], "conversation", "named in a later comment")


def _in_reply(writer: Writer) -> None:
    rng, asset = writer.rng, writer.rng.choice(writer.park.active)
    requestor = _owner(writer, asset)
    ticket = writer.vague(requestor, decoys=0)
    replies: list[tuple[Person | str | None, str] | str] = []
    if rng.random() < 0.4:  # noqa: PLR2004
        replies.append((requestor, rng.choice(words.SMALL_TALK)))
    said = rng.choice(words.COMMENTS).replace("{it}", writer.mention(asset))
    replies.append((requestor, said))
    writer.world.add_feed_entry(
        ticket.id,
        rng.choice(words.QUESTIONS),
        rng.choice(writer.technicians),
        replies,
        created=writer.when + timedelta(minutes=rng.randrange(3, 50)),
    )
    writer.settle(ticket, [asset], "conversation", "named in a reply below a comment")


def _attached_already(writer: Writer) -> None:
    asset = writer.rng.choice(writer.park.active)
    ticket = writer.about([asset], _owner(writer, asset), in_title=writer.rng.random() < 0.5)  # noqa: PLR2004
    writer.world.attach_asset(ticket.id, asset.id)
    writer.settle(ticket, [asset], "description", "what is named is on the ticket already")


def _retired(writer: Writer) -> None:
    if not writer.park.retired:
        return _none_owned(writer)
    asset = writer.rng.choice(writer.park.retired)
    ticket = writer.about([asset], writer.rng.choice(writer.people), in_title=False)
    return writer.settle(ticket, [], "description", "the computer that is named is not active")


def _retired_and_active(writer: Writer) -> None:
    if not writer.park.retired:
        return _in_description(writer)
    assets = [writer.rng.choice(writer.park.retired), writer.rng.choice(writer.park.active)]
    ticket = writer.about(assets, writer.rng.choice(writer.people), in_title=False)
    why = "one of the two computers that are named is not active"
    return writer.settle(ticket, assets[1:], "description", why)


def _peripheral(writer: Writer) -> None:
    if not writer.park.others:
        return _none_owned(writer)
    asset = writer.rng.choice(writer.park.others)
    ticket = writer.about([asset], writer.rng.choice(writer.undecided), in_title=True)
    return writer.settle(ticket, [], "title", "what is named is no computer")


def _unknown(writer: Writer) -> None:
    title, core = writer.rng.choice(words.PROBLEMS)
    name = f"EH-LOANER{writer.rng.randrange(100, 999)}-X9"
    body = writer.text(core.replace("{it}", name), rich=False)
    requestor = writer.rng.choice(writer.without)
    ticket = writer.ticket(requestor, title.replace("{it}", "loaner"), body, rich=False)
    _nothing_owned(writer, ticket, requestor, "what is named is not in the inventory")


def _one_owned(writer: Writer) -> None:
    requestor = writer.rng.choice(writer.with_one)
    ticket = writer.vague(requestor, decoys=0)
    _by_owner(writer, ticket, requestor, "nothing named")


def _decoys_one_owned(writer: Writer) -> None:
    requestor = writer.rng.choice(writer.with_one)
    ticket = writer.vague(requestor, decoys=writer.rng.choice((2, 3)))
    _by_owner(writer, ticket, requestor, "look-alikes only")


def _by_owner(writer: Writer, ticket: Ticket, requestor: Person, what: str) -> None:
    owned = writer.park.owned.get(requestor.uid, [])
    why = f"{what}; the requestor owns exactly one active computer"
    if len(owned) != 1:
        why, owned = f"{what}; the requestor owns {len(owned)} active computers", []
    writer.settle(ticket, owned, "requestor", why)


def _two_owned(writer: Writer) -> None:
    requestor = writer.rng.choice(writer.with_two)
    ticket = writer.vague(requestor)
    _by_owner(writer, ticket, requestor, "nothing named")


def _none_owned(writer: Writer) -> None:
    requestor = writer.rng.choice(writer.without)
    ticket = writer.vague(requestor)
    _nothing_owned(writer, ticket, requestor, "nothing named")


def _nothing_owned(writer: Writer, ticket: Ticket, requestor: Person, what: str) -> None:
    if writer.park.owned.get(requestor.uid):
        return _by_owner(writer, ticket, requestor, what)
    return writer.settle(ticket, [], "none", f"{what}; the requestor owns no computer")


def _nobody_asked(writer: Writer) -> None:
    title, core = writer.rng.choice(words.VAGUE)
    ticket = writer.ticket(None, title, writer.text(core, rich=False), rich=False)
    writer.settle(ticket, [], "none", "nothing named, and there is no requestor")


_TABLE: tuple[tuple[Scene, int], ...] = (
    (_in_title, 16),
    (_in_description, 18),
    (_several, 6),
    (_in_comment, 9),
    (_in_reply, 7),
    (_attached_already, 5),
    (_retired, 4),
    (_retired_and_active, 3),
    (_peripheral, 3),
    (_unknown, 3),
    (_one_owned, 9),
    (_decoys_one_owned, 6),
    (_two_owned, 4),
    (_none_owned, 5),
    (_nobody_asked, 2),
)
_SCENES = [scene for scene, _ in _TABLE]
_WEIGHTS = [weight for _, weight in _TABLE]
