"""Serial numbers as their makers print them, and the tags that a university glues on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ANY = LETTERS + DIGITS
NO_VOWELS = "BCDFGHJKLMNPQRSTVWXYZ" + DIGITS
HEX = "0123456789abcdef"


def some(dice: Random, alphabet: str, count: int) -> str:
    """That many characters."""
    return "".join(dice.choices(alphabet, k=count))


def mixed(dice: Random, alphabet: str, count: int) -> str:
    """That many characters, of which at least one is a letter and two are digits."""
    while True:
        text = some(dice, alphabet, count)
        digits = sum(map(str.isdigit, text))
        if 2 <= digits < count:
            return text


def apple12(dice: Random) -> str:
    plant = dice.choice(("C02", "C17", "C07", "FVF", "F5K", "G6T", "DMP", "H2W", "W89", "D25"))
    return plant + some(dice, "CDFGHJKLMNPQRSTVWX", 1) + mixed(dice, ANY, 4) + mixed(dice, ANY, 4)


def apple10(dice: Random) -> str:
    return mixed(dice, "CDFGHJKLMNPQRTVWXY0123456789", 10)


def dell(dice: Random) -> str:
    return mixed(dice, NO_VOWELS, 7)


def lenovo(dice: Random) -> str:
    plant = dice.choice(("PF", "MJ", "PC", "R9", "LR", "MP", "PW"))
    return plant + mixed(dice, NO_VOWELS + "A", 6)


def hp(dice: Random) -> str:
    plant = dice.choice(("5CD", "CZC", "MXL", "8CG", "2UA", "CND"))
    return f"{plant}{dice.randrange(10)}{dice.randint(1, 52):02d}{some(dice, ANY, 4)}"


def samsung(dice: Random) -> str:
    return "R" + dice.choice("589") + dice.choice("KNWXY") + mixed(dice, ANY, 8)


def surface(dice: Random) -> str:
    return "0" + some(dice, DIGITS, 11)


def uuid(dice: Random) -> str:
    return "-".join(some(dice, HEX, size) for size in (8, 4, 4, 4, 12))


def vmware(dice: Random) -> str:
    halves = [" ".join(some(dice, HEX, 2) for _ in range(8)) for _ in range(2)]
    return "VMware-" + "-".join(halves)


MAKERS: dict[str, Callable[[Random], str]] = {
    "dell": dell,
    "apple12": apple12,
    "apple10": apple10,
    "lenovo": lenovo,
    "hp": hp,
    "samsung": samsung,
    "surface": surface,
    "uuid": uuid,
    "vmware": vmware,
}
MAKER_WEIGHTS = (34, 20, 12, 13, 10, 4, 3, 2, 2)


def tag(dice: Random, *, crowded: bool) -> str:
    """A tag: a bare number of 5 to 7 digits or one with a prefix; 5 digits only while there is room."""
    kind = dice.random()
    if kind < 0.05 and not crowded:
        return str(dice.randint(20_000, 99_999))
    if kind < 0.4:
        return str(dice.randint(100_000, 999_999))
    if kind < 0.62:
        return str(dice.randint(1_000_000, 9_999_999))
    prefix = dice.choice(("UM", "LSA-", "LSA", "ITS-", "P", "CE-"))
    return f"{prefix}{dice.randint(1_000_000, 9_999_999):07d}"
