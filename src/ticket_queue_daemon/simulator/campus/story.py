"""Twelve hand-written tickets and their machines: every phase of the asset search, once.

Promise: the first twelve tickets of every campus, in this order, whatever the seed; the demo and
the documentation rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.simulator.entities import Truth

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.entities import Person
    from ticket_queue_daemon.simulator.world import World

# First name, last name, uniqname, place of the department in the list.
_CAST = {
    "amie": ("Amie", "Emgarten", "amiemg", 0),
    "john": ("John", "O'Shea", "joshea", 6),
    "smald": ("Dara", "Smald", "smald", 1),
    "hana": ("Hana", "Kimura", "hkimura", 2),
    "ravi": ("Ravi", "Sandoval", "rsandov", 3),
    "mei": ("Mei", "Castell", "mcastell", 4),
    "gid": ("Gideon", "Idris", "gid", 0),
    "tova": ("Tova", "Lindqvist", "tovalin", 5),
    "bruno": ("Bruno", "Okafor", "bokafor", 8),
    "ines": ("Ines", "Zeller", "izeller", 9),
    "omar": ("Omar", "Whitlock", "owhit", 10),
    "vera": ("Vera", "Moreau", "vmoreau", 7),
}

# Name, serial, tag, owner, status, form, maker and model of each machine.
_MACHINES = {
    "lecture": ("IC-EHLB760-F16", "D41K7M2", "LSA10001", None, 38, 2448, 2, 21),
    "macbook": ("L-C02XJ0AXJGH5", "C02XJ0AXJGH5", "LSA10002", "john", 38, 2448, 1, 11),
    "dell": ("LSAF-D30H6J3", "D30H6J3", "LSA10003", "ravi", 38, 2448, 2, 22),
    "amie": ("psyc-amiemgT01", "R8YTA4KX2QD", "LSA10004", "amie", 38, 2448, 3, 31),
    "smald": ("CHEM-SMALD1", "F52L9N1", "LSA10005", "smald", 38, 2448, 2, 21),
    "mini": ("C02QK3JHLVDQ", "C02QK3JHLVDQ", "LSA10006", "hana", 38, 2448, 1, 12),
    "tablet": ("R8YWA0LX6ZE", "R8YWA0LX6ZE", "LSA10007", None, 38, 2448, 4, 31),
    "mei": ("MATH-MCASTELL1", "G63M1P4", "LSA10008", "mei", 38, 2448, 2, 21),
    "museum": ("UMMA-JOSHEA", "H74N2Q5", "LSA10009", "john", 38, 2448, 2, 22),
    "gid": ("psyc-gid08", "R8YKD7MW3RB", "LSA10010", "gid", 38, 2448, 3, 31),
    "gid-old": ("L-C02RM8TYG8WN", "C02RM8TYG8WN", "LSA10011", "gid", 41, 2448, 1, 11),
    "tova-old": ("PHYS-J85P3R6", "J85P3R6", "LSA10012", "tova", 40, 2448, 2, 22),
    "tova": ("phys-tovalinL02", "R8YPV2NT7SC", "LSA10013", "tova", 38, 2448, 3, 31),
    "bruno": ("hist-bokaforD01", "R8YHB5GZ9LM", "LSA10014", "bruno", 38, 2448, 3, 31),
    "printer": ("EEB-PRN042", "R8YCN1FV4TK", "LSA10015", None, 38, 2450, 4, 41),
    "vera": ("EEB-K96Q4S7", "K96Q4S7", "LSA10016", "vera", 38, 2448, 2, 22),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A comment and the replies below it; each is (who, text)."""

    who: str
    text: str
    replies: tuple[tuple[str, str], ...] = ()
    rich: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """One ticket of the story."""

    who: str
    title: str
    text: str
    truth: tuple[str, ...]
    phase: str
    why: str
    rich: bool = False
    said: tuple[_Said, ...] = ()
    attached: tuple[str, ...] = ()


STORY = (
    _Told(
        "hana",
        "IC-EHLB760-F16 will not boot",
        "The lecture starts at ten and the projector computer shows a black screen. "
        "You can reach me at 734-555-0142.",
        ("lecture",),
        "title",
        "named in the title",
    ),
    _Told(
        "john",
        "Battery drains within an hour",
        "<p>Hello,</p><p>my MacBook lasts <b>one hour</b> at most. From the label:</p>"
        "<table><tr><td>Model</td><td>MacBook&nbsp;Pro</td></tr>"
        "<tr><td>S/N:</td><td>C02XJ0AXJGH5</td></tr></table><p>John O&#39;Shea</p>",
        ("macbook",),
        "description",
        "serial number in an HTML table of the description",
        rich=True,
    ),
    _Told(
        "ravi",
        "Outlook keeps asking for my password",
        'It is the laptop called "lsaf-d30h6j3", on the second floor. This is a well-known bug?',
        ("dell",),
        "description",
        "named in the description, in lower case and quotation marks",
    ),
    _Told(
        "amie",
        "Data transfer to my student",
        "<div>Please copy the experiment folder from <i>psyc-amiemgT01</i> to Dara&rsquo;s "
        "CHEM-SMALD1, we share the grant.</div>",
        ("amie", "smald"),
        "description",
        "two computers named in the description",
        rich=True,
    ),
    _Told(
        "hana",
        "Tablet in the seminar room is frozen",
        "It does not react to anything. I am in the office until four.",
        ("tablet",),
        "conversation",
        "serial number in a later comment",
        said=(
            _Said("nfield", "Thanks for writing. Which one is it? There are three in that room."),
            _Said("hana", "The label on the back says R8YWA0LX6ZE."),
        ),
    ),
    _Told(
        "smald",
        "Instrument software cannot find its licence",
        "<p>The spectrometer program says <em>no licence found</em>.</p>",
        ("mini",),
        "conversation",
        "serial number in a reply below a comment",
        rich=True,
        said=(
            _Said(
                "moyel",
                "<p>Could you tell us the serial number? It is under the apple menu.</p>",
                (("smald", "Sure: it is the mini on the bench, serial c02qk3jhlvdq - thanks!"),),
                rich=True,
            ),
        ),
    ),
    _Told(
        "mei",
        "My computer is slow",
        "It takes ten minutes to log in. I have attached a screenshot, see ATTACHMENTS.",
        ("mei",),
        "requestor",
        "nothing named; the requestor owns exactly one active computer",
    ),
    _Told(
        "john",
        "No sound in video calls",
        "Everybody sees me and nobody hears me.",
        (),
        "requestor",
        "nothing named; the requestor owns two active computers, so it stays open which",
    ),
    _Told(
        "tova",
        "What to do with PHYS-J85P3R6?",
        "It has been in my cupboard for two years. Should I bring it to Property Disposition?",
        (),
        "description",
        "the computer that is named was disposed of; naming it rules out guessing her other one",
    ),
    _Told(
        "bruno",
        "hist-bokaforD01: docking station",
        "The second monitor stays dark when hist-bokaforD01 wakes up.",
        (),
        "title",
        "the computer that is named is on the ticket already",
        attached=("bruno",),
    ),
    _Told(
        "ines",
        "Access to the course site",
        "The registrar's up-to-date list is in the ATTACHMENTS, order PO-3004417820. My "
        "co-instructor's number is 7345550187. It is TIME-SENSITIVE.",
        (),
        "none",
        "look-alikes only, and the requestor owns no computer",
    ),
    _Told(
        "gid",
        "Move my files to the new machine",
        "<p>My old laptop <b>L-C02RM8TYG8WN</b> was retired, the new one is "
        "&quot;psyc-gid08&quot;. The printer is EEB-PRN042.</p>",
        ("gid",),
        "description",
        "of three things named one is a retired laptop, one a printer, one the computer to attach",
        rich=True,
    ),
)
LENGTH = len(STORY)


def cast(world: World) -> dict[str, Person]:
    """The people of the story, and the technicians by their uniqnames."""
    accounts = list(world.accounts.values())
    people = {
        key: world.add_person(first, last, login, account_id=accounts[place].id)
        for key, (first, last, login, place) in _CAST.items()
    }
    for technician in world.groups[367].members:
        person = world.people[technician]
        people[person.alternate_id] = person
    return people


def furnish(world: World, people: dict[str, Person]) -> dict[str, int]:
    """The machines of the story and two labs; returns asset ids by key."""
    ids: dict[str, int] = {}
    for key, (name, serial, tag, owner, status, form, maker, model) in _MACHINES.items():
        person = people[owner] if owner else None
        asset = world.add_asset(
            name,
            serial,
            tag,
            owner=person,
            department_id=person.account_id if person else 0,
            status_id=status,
            form_id=form,
            location_id=46,
            manufacturer_id=maker,
            model_id=model,
        )
        ids[key] = asset.id
    world.add_lab(
        "O'Shea, John Lab (AD)",
        owner=people["john"],
        computers=[world.assets[ids[key]] for key in ("macbook", "museum")],
    )
    world.add_lab("smald Lab", owner=people["smald"], computers=[world.assets[ids["smald"]]])
    return ids


def tell(world: World, people: dict[str, Person], ids: dict[str, int], count: int) -> None:
    """Add the first ``count`` tickets of the story."""
    for number, told in enumerate(STORY[:count]):
        when = world.started - timedelta(hours=30) + timedelta(minutes=97 * number)
        ticket = world.add_ticket(
            told.title, told.text, requestor=people[told.who], rich=told.rich, created=when
        )
        for key in told.attached:
            world.attach_asset(ticket.id, ids[key])
        for turn, said in enumerate(told.said):
            world.add_feed_entry(
                ticket.id,
                said.text,
                people[said.who],
                [(people[who], text) for who, text in said.replies],
                rich=said.rich,
                created=when + timedelta(minutes=11 * (turn + 1)),
            )
        assets = frozenset(ids[key] for key in told.truth)
        world.truth[ticket.id] = Truth(assets, told.why, told.phase)
