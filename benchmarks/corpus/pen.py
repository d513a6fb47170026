"""The hand that writes: dice, machines to write about, and the paper around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from corpus import noise, prose
from corpus.machines import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from corpus.campus import Campus
    from corpus.machines import Machine

T = TypeVar("T")
# Machines that are named by a code: not by a word of the language, nor by a phrase.
CODED = (
    "room",
    "el",
    "department_serial",
    "lower_user",
    "upper_user",
    "bare_serial",
    "lectern",
    "mac",
    "underscores",
    "three_parts",
    "glued",
    "person",
)
WITH_DIGITS = tuple(family for family in CODED if family != "person")
WITH_SEPARATOR = tuple(family for family in WITH_DIGITS if family not in {"bare_serial", "glued"})
ALONE = ("dell", "apple12", "apple10", "lenovo", "hp", "samsung")


class Pen:
    """Draws from one way's own dice, so that a corpus is the same for the same seed."""

    def __init__(self, dice: Random, campus: Campus) -> None:
        self.dice = dice
        self.campus = campus

    def one(self, choices: Sequence[T]) -> T:
        return self.dice.choice(choices)

    def maybe(self, share: float) -> bool:
        return self.dice.random() < share

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        return self.dice.sample(choices, self.dice.randint(least, most))

    # -- machines

    def named(self, families: Sequence[str] = CODED) -> Machine:
        """An active computer of one of these families; common families come more often."""
        while True:
            machine = self.one(self.campus.computers)
            if machine.family in families:
                return machine
            if self.maybe(0.05):
                return self.one(self.campus.family[self.one(families)])

    def made(self, makers: Sequence[str] = ALONE) -> Machine:
        """An active computer whose serial number one of these makers printed."""
        return self.one(self.campus.maker[self.one(makers)])

    def tagged(self, *, bare: bool) -> Machine:
        """An active computer with a tag that is a bare number, or one that is not."""
        while True:
            machine = self.one(self.campus.computers)
            good = machine.tag and machine.tag not in PLACEHOLDERS
            if good and machine.tag.isdigit() == bare:
                return machine

    def target(self) -> tuple[Machine, str]:
        """A machine and how it is called here: mostly its name, at times its serial number."""
        if self.maybe(0.7):
            machine = self.named()
            return machine, machine.name
        machine = self.made()
        return machine, machine.serial

    # -- paper

    def noise(self, *kinds: str) -> str:
        return noise.KINDS[self.one(kinds or tuple(noise.KINDS))](self.dice)

    def topic(self) -> str:
        return self.one(prose.TOPICS)

    def filler(self, least: int = 1, most: int = 3) -> str:
        return " ".join(self.some(prose.FILLER, least, most))

    def sentence(self, mention: str) -> str:
        return self.one(prose.SENTENCES).replace("{x}", mention)

    def title(self, mention: str) -> str:
        return self.one(prose.TITLES).replace("{x}", mention)

    def letter(self, *middle: str) -> str:
        """A greeting, some text with these sentences in it, a closing."""
        before = self.filler(0, 2)
        after = self.filler(0, 2)
        text = " ".join(filter(None, [before, *middle, after]))
        return "\n\n".join(
            filter(None, [self.one(prose.GREETINGS), text, self.one(prose.CLOSINGS)])
        )

    def signature(self) -> str:
        """A signature with the codes that signatures hold."""
        name = self.one(prose.PEOPLE)
        lines = [
            self.one(("-- ", "", "___________________")),
            name,
            f"{self.one(prose.ROLES)} | {self.one(prose.PLACES)}",
            f"{self.noise('room')}, {self.noise('phone')} (office) / {self.noise('phone')} (cell)",
            f"{name.split()[-1].lower().replace(chr(39), '')}@umich.edu | https://lsa.umich.edu/",
        ]
        if self.maybe(0.5):
            lines.append(f"Ann Arbor, MI 48109-{self.dice.randint(1000, 1400)}")
        if self.maybe(0.3):
            lines.append(
                "Pronouns: they/them - Schedule a meeting: https://calendly.com/slot-30min"
            )
        return "\n".join(lines)

    def log(self, least: int, most: int) -> list[str]:
        count = self.dice.randint(least, most)
        return [noise.log_line(self.dice) for _ in range(count)]

    def until(self, draw: Callable[[], T], good: Callable[[T], bool]) -> T:
        """Draw until it is good."""
        while not good(value := draw()):
            pass
        return value
