"""How departments name their machines: the six families of the seed, and what others invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

BUILDINGS = ("EHLB", "MLB", "RAND", "CHM", "AH", "NUB", "WEIS", "DENN", "LORCH", "TISCH", "USB")
UPPER = ("CHEM", "PHYS", "ECON", "MATH", "STATS", "EARTH", "ASTRO", "LING", "CLAS", "HIST", "ANTH")
LOWER = ("psyc", "soc", "eeb", "mcdb", "comm", "phil", "romlang", "orgstud", "wgs", "kines")
FAR = ("UMMA", "KELSEY", "BIOST", "HERB", "MUSTEL", "SMTD")
_ONSETS = ("b", "d", "g", "h", "j", "k", "l", "m", "n", "r", "s", "t", "v", "br", "sch", "kr", "w")
_CORES = ("a", "e", "i", "o", "u", "ae", "ia", "ei")
_CODAS = ("", "n", "r", "l", "s", "ng", "ck", "m", "tz")
_COINED_A = ("wolver", "osteo", "spectro", "huron", "cryo", "maize", "limno", "paleo", "turbo")
_COINED_B = ("scope", "byte", "forge", "vault", "scan", "node", "hauler", "cruncher", "shed")
# Ordinary words that some lab gave to a machine: only a cue tells the machine from the word.
WORDS = (
    "Atlas",
    "Mercury",
    "Phoenix",
    "Beacon",
    "Falcon",
    "Pioneer",
    "Summit",
    "Voyager",
    "Orchid",
)
# Names that are a phrase of two ordinary words, or of a word and a number.
PHRASES = ("FRONT-DESK", "LAB-3", "MAP-ROOM", "TEAM-2", "READING-ROOM", "STUDIO-5", "GROUP-12")
_SURNAMES = ("Chen", "Okafor", "O'Shea", "Lindqvist", "Ramos", "Haddad", "Kowalski", "Tanaka")
_DEVICES = ("Confocal PC", "Imaging Mac", "Plate Reader", "HPLC Controller", "Podium PC")


def uniqname(dice: Random) -> str:
    """A login of three to eight letters."""
    beats = dice.choice((1, 2, 2, 3))
    text = "".join(
        dice.choice(_ONSETS) + dice.choice(_CORES) + dice.choice(_CODAS) for _ in range(beats)
    )
    return (text + dice.choice("aeiou") * 3)[: max(3, min(8, len(text)))]


def room(dice: Random, serial: str) -> str:
    del serial
    row = dice.choice("FDLW")
    return f"IC-{dice.choice(BUILDINGS)}{dice.randint(100, 5299)}-{row}{dice.randint(1, 48):02d}"


def el(dice: Random, serial: str) -> str:
    return f"{dice.choice(('L', 'L', 'L', 'D'))}-{serial}"


def department_serial(dice: Random, serial: str) -> str:
    return f"{dice.choice(('LSAF', 'LSAD', 'PHYS', 'ROMLANG', 'INTL'))}-{serial}"


def lower_user(dice: Random, serial: str) -> str:
    del serial
    kind = dice.choice(("T", "L", "D", "", ""))
    return f"{dice.choice(LOWER)}-{uniqname(dice)}{kind}{dice.randint(1, 29):02d}"


def upper_user(dice: Random, serial: str) -> str:
    del serial
    return f"{dice.choice(UPPER)}-{uniqname(dice).upper()}{dice.choice('DLM')}{dice.randint(1, 9)}"


def bare_serial(dice: Random, serial: str) -> str:
    del dice
    return serial


def lectern(dice: Random, serial: str) -> str:
    del serial
    school = dice.choice(("eng", "law", "nur", "dent", "arch", "sph"))
    kind = dice.choice(("lec", "sem", "lab", "aud"))
    return f"{school}-{dice.choice('bcdgnsx')}-{kind}{dice.randint(1, 99):02d}{_far(dice)}"


def mac(dice: Random, serial: str) -> str:
    del serial
    return f"mac-{uniqname(dice)}{dice.randint(1, 19):02d}"


def person(dice: Random, serial: str) -> str:
    del serial
    return f"{dice.choice(FAR)}-{uniqname(dice)}{uniqname(dice)}".upper()


def underscores(dice: Random, serial: str) -> str:
    del serial
    lab = dice.choice(("LAB", "CORE", "STUDIO", "TEACH"))
    return f"{dice.choice(UPPER)}_{lab}{dice.randint(1, 400)}_{dice.randint(1, 40):02d}"


def three_parts(dice: Random, serial: str) -> str:
    del serial
    seat = dice.choice(("PODIUM", "LECTERN", "KIOSK", "SCOPE"))
    return f"{dice.choice(BUILDINGS)}-{dice.choice('BG1234')}{dice.randint(100, 999)}-{seat}{dice.randint(1, 9)}"


def glued(dice: Random, serial: str) -> str:
    del serial
    return f"{dice.choice(('smtd', 'kines', 'nubs', 'biost'))}{dice.randint(1000, 9999)}{dice.choice(('pc', 'mb', 'im'))}{dice.randint(1, 30)}"


def coined(dice: Random, serial: str) -> str:
    del serial
    return f"{dice.choice(_COINED_A)}{uniqname(dice)}{dice.choice(_COINED_B)}".upper()


def spoken(dice: Random, serial: str) -> str:
    del serial
    owner = dice.choice((*_SURNAMES, uniqname(dice).title(), uniqname(dice).title()))
    return f"{owner} Lab {dice.choice(_DEVICES)} {dice.randint(2, 40)}"


def _far(dice: Random) -> str:
    """A letter for the second machine of a room, now and then."""
    return dice.choice(("", "", "", "a", "b"))


FAMILIES: dict[str, Callable[[Random, str], str]] = {
    "room": room,
    "el": el,
    "department_serial": department_serial,
    "lower_user": lower_user,
    "upper_user": upper_user,
    "bare_serial": bare_serial,
    "lectern": lectern,
    "mac": mac,
    "person": person,
    "underscores": underscores,
    "three_parts": three_parts,
    "glued": glued,
    "coined": coined,
    "spoken": spoken,
}
FAMILY_WEIGHTS = (22, 16, 12, 14, 12, 5, 3, 3, 3, 3, 3, 2, 1, 1)
# In these the serial number stands in the name, so only a maker's printable code will do.
WITH_SERIAL = frozenset({"el", "department_serial", "bare_serial"})
