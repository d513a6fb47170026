"""The seed's six naming patterns, strictly: would an *unknown* token count as an identifier?

The catalogue decides what is a machine. A shape is asked for only when it knows nothing of a
token: "somebody named a machine that we can't find" keeps phase 3 from guessing, so a shape must
refuse every look-alike. Each row of :data:`PATTERNS` carries the example that it was made for and
a look-alike that it must refuse; the tests read the same table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ticket_queue_daemon.assets.text import word_set

MIN_SERIAL: Final = 7
MAX_SERIAL: Final = 12

_HEX: Final = re.compile(r"[0-9a-f]+\Z")
_SWITCH: Final = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
_LETTER_AFTER_DIGIT: Final = re.compile(r"[0-9].*[^\W\d_]")
_MIXED_CASE: Final = re.compile(r"[a-z].*[A-Z]|[A-Z].*[a-z]")

# First words of compounds that are followed by a number and name no machine.
GENERIC_WORDS: Final = word_set(
    "adobe android apple apr april aug august basement bldg blackboard bldng build building cable "
    "call camera canvas case cat catalyst chapter chrome class core course covid cpu cve dec "
    "december dell desk dock drive edge email error excel exchange ext extension fall feb february "
    "fig figure firefox fiscal floor friday fy fys galaxy gen generation google grade group hall "
    "hdmi hex home hour hp http https imac inc intel ios ipad iphone iso issue jan january jul "
    "july jun june key laptop latitude lecture lenovo level lg line lot macbook macos mar march "
    "matlab may meeting microsoft model monday month nov november number oct october office "
    "onedrive optiplex order os outlook outlet page part patch phase phone photoshop pixel po port "
    "ppt precision printer pro purchase python quarter question rack ram ref req rev revision rfc "
    "room row rstudio safari samsung sars saturday scan section seat sep sept september server sha "
    "shelf slide sony spring spss ssd stata step suite summer sunday surface switch sys table task "
    "teams term test thinkpad thursday ticket trial tuesday type ubuntu unit usb user utf ver "
    "version wednesday week wifi win windows winter word xps year zone zoom alpha beta central display "
    "east keyboard monitor mouse north profile screen south token west mon tue tues wed thu thur thurs fri"
)
# A machine may be called FRONT-DESK, and so is what it stands on.
PLAIN_WORDS: Final = word_set(
    "back check computer conference desk front help in lab laptop library line loaner log main "
    "meeting off office on one out part print reception room self server service sign site spare "
    "staff student study test time up user walk work"
)
# Whole tokens that look like a name.
DECOYS: Final = frozenset({"sars-cov2", "covid-19", "wpa2-psk", "h-1b", "k-12", "x-ray2"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One naming pattern: what it means, what it was made for, what it must refuse."""

    name: str
    meaning: str
    example: str
    lookalikes: tuple[str, ...]
    expression: re.Pattern[str]


def _pattern(name: str, meaning: str, example: str, lookalikes: str, expression: str) -> Pattern:
    compiled = re.compile(expression + r"\Z")
    return Pattern(name, meaning, example, tuple(lookalikes.split()), compiled)


PATTERNS: Final = (
    _pattern(
        "department-location-identifier",
        "region or department, building and room, then the seat",
        "IC-EHLB760-F16",
        "CVE-2021-44228 ISO-27001-A5 HTTP-404-E1 IC-EHLB-F16 2026-11-24",
        r"[a-z]{2,5}-[a-z]{2,5}[0-9]{2,4}[a-z]?-[a-z]{1,3}[0-9]{1,3}",
    ),
    _pattern(
        "letter-serial",
        "one letter for the kind of machine, then its serial number",
        "L-C02XJ0AXJGH5",
        "X-RAY2000 L-shaped U-2021ABC E-550e8400 T-SHIRTSXL",
        r"[a-z]-(?P<serial>[a-z0-9]{7,12})",
    ),
    _pattern(
        "department-serial",
        "department, then the serial number",
        "LSAF-D30H6J3",
        "LSA-COURSE101 HTTP-404ERROR WINDOWS-11 FW-1234567 SHA-A1B2C3D4",
        r"[a-z]{2,5}-(?P<serial>[a-z0-9]{7,12})",
    ),
    _pattern(
        "department-user",
        "department, perhaps a group, then a person or room and a number",
        "psyc-amiemgT01",
        "windows-server2019 covid-19 well-known room-b12 fall-term24 my-macbook2 python-3 sars-cov2 fig-panel12",
        r"[a-z]{2,5}(?:-[a-z]{1,2})?-[a-z]{3,9}[0-9]{1,2}",
    ),
    _pattern(
        "apple-serial",
        "twelve letters and digits as Apple gives them",
        "C02XJ0AXJGH5",
        "ANNOUNCEMENT A4B1C2D3E4F5 123456789012 B1946AC92492 PASSWORD1234",
        r"(?P<serial>[a-z][a-z0-9]{11})",
    ),
    _pattern(
        "generic-serial",
        "ten or eleven letters and digits, well mixed",
        "R8YWA0LX6ZE",
        "SALE2024NOW ATTACHMENTS 7346151234 dQw4w9WgXcQ 20261124T10 MAY2026ROOM",
        r"(?P<serial>[a-z0-9]{10,11})",
    ),
)


def looks_like_serial(folded: str, turns: int = 3) -> bool:
    """Whether this is a maker's serial number rather than a word with a number behind it.

    ``folded`` is case-folded. Letters and digits take turns at least so many times, a letter
    follows a digit, and it is not a hexadecimal number such as a MAC address or a commit.
    """
    return (
        MIN_SERIAL <= len(folded) <= MAX_SERIAL
        and folded.isalnum()
        and sum(1 for _ in _SWITCH.finditer(folded)) >= turns
        and _LETTER_AFTER_DIGIT.search(folded) is not None
        and _HEX.match(folded) is None
    )


def is_decoy(folded: str) -> bool:
    """Whether this is everyday writing: ``covid-19``, ``windows-11``, ``my-macbook2``, ``fall24``."""
    return folded in DECOYS or any(
        part.rstrip("0123456789") in GENERIC_WORDS for part in re.split("[-_. ]", folded)
    )


def is_plain(folded: str) -> bool:
    """Whether every word of it is everyday: ``front-desk 2``."""
    words = [part.rstrip("0123456789") for part in re.split("[-_. ]", folded)]
    return all(not word or word in PLAIN_WORDS or word in GENERIC_WORDS for word in words)


def pattern_of(token: str) -> Pattern | None:
    """The pattern that an unknown ``token`` follows, or ``None``: then it names no machine."""
    folded = token.casefold()
    if len(folded) > 32 or not folded.isascii() or is_decoy(folded):  # noqa: PLR2004  no name is longer
        return None
    for pattern in PATTERNS:
        match = pattern.expression.match(folded)
        if match and ("serial" not in match.groupdict() or _is_typed_serial(token, match)):
            return pattern
    return None


def _is_typed_serial(token: str, match: re.Match[str]) -> bool:
    """Serials are written in one case; a video's id such as ``dQw4w9WgXcQ`` is not."""
    start, end = match.span("serial")
    return looks_like_serial(match["serial"]) and not _MIXED_CASE.search(token[start:end])
