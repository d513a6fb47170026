"""Numbers and codes that stand in tickets and are no machine, each as it is really written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.serials import ANY, DIGITS, HEX, LETTERS, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


def phone(dice: Random) -> str:
    a, b, c = dice.choice((734, 313, 248, 800)), dice.randint(200, 999), dice.randint(0, 9999)
    shape = dice.choice(
        ("{a}-{b}-{c:04d}", "({a}) {b}-{c:04d}", "{a}.{b}.{c:04d}", "+1 {a} {b} {c:04d}")
    )
    return shape.format(a=a, b=b, c=c)


def room(dice: Random) -> str:
    building = dice.choice(("East Hall", "MLB", "Randall", "AH", "CHEM", "EH", "USB", "Weiser"))
    letter = dice.choice(("", "", "B", "G", "A"))
    return f"{dice.randint(100, 5299)}{letter} {building}"


def order(dice: Random) -> str:
    return dice.choice(
        (
            f"PO {dice.randint(3_000_000_000, 3_999_999_999)}",
            f"order #{some(dice, DIGITS, 3)}-{some(dice, DIGITS, 7)}-{some(dice, DIGITS, 7)}",
            f"invoice INV-{dice.randint(10_000, 999_999)}",
            f"quote Q{dice.randint(10_000_000, 99_999_999)}",
            f"Dell order {dice.randint(100_000_000, 999_999_999)}",
            f"P-card transaction {some(dice, ANY, 9)}",
            f"shortcode {dice.randint(100_000, 999_999)}",
        )
    )


def tracking(dice: Random) -> str:
    return dice.choice(
        (
            f"1Z{some(dice, ANY, 6)}{some(dice, DIGITS, 10)}",
            f"FedEx {some(dice, DIGITS, 12)}",
            f"USPS 9400 {some(dice, DIGITS, 4)} {some(dice, DIGITS, 4)} {some(dice, DIGITS, 4)} {some(dice, DIGITS, 4)} 00",
            f"JD{some(dice, DIGITS, 16)}",
        )
    )


def course(dice: Random) -> str:
    subject = dice.choice(("PSYCH", "CHEM", "MATH", "STATS", "EECS", "PHYSICS", "HISTORY", "ASTRO"))
    number = dice.randint(101, 799)
    return dice.choice(
        (
            f"{subject} {number}",
            f"{subject}-{number}-{dice.randint(1, 90):03d}",
            f"{subject}{number} section {dice.randint(1, 90):03d}",
            f"class number {dice.randint(10_000, 38_000)}",
            f"{subject[:3].lower()}-{number}-w{dice.randint(24, 27)}",
        )
    )


def standard(dice: Random) -> str:
    return dice.choice(
        (
            f"ISO-{dice.choice((9001, 27001, 8601, 14001))}:{dice.randint(2000, 2024)}",
            f"CVE-{dice.randint(2014, 2026)}-{dice.randint(1000, 49_999)}",
            f"KB{dice.randint(4_000_000, 5_999_999)}",
            f"RFC-{dice.randint(700, 9600)}",
            f"IEEE 802.11{dice.choice(('ac', 'ax', 'be'))}",
            f"NIST SP 800-{dice.randint(30, 218)}",
            f"TDX article {dice.randint(1000, 9999)}",
            f"MS{dice.randint(10, 17)}-{dice.randint(1, 150):03d}",
            f"Event ID {dice.randint(1000, 9999)}",
            f"error 0x{some(dice, HEX, 8).upper()}",
        )
    )


def network(dice: Random) -> str:
    pairs = [some(dice, HEX, 2) for _ in range(6)]
    return dice.choice(
        (
            ":".join(pairs),
            "-".join(pairs).upper(),
            "".join(pairs).upper(),
            ".".join("".join(pairs)[place : place + 4] for place in (0, 4, 8)),
            f"141.211.{dice.randrange(256)}.{dice.randint(1, 254)}",
            f"10.{dice.randrange(256)}.{dice.randrange(256)}.0/24",
            f"fe80::{some(dice, HEX, 4)}:{some(dice, HEX, 4)}",
            f"port Gi1/0/{dice.randint(1, 48)}",
            f"jack {dice.randint(1, 5)}-{dice.choice('ABCD')}{dice.randint(1, 99):02d}",
        )
    )


def licence(dice: Random) -> str:
    return dice.choice(
        (
            "-".join(some(dice, ANY, 5) for _ in range(5)),
            "-".join(some(dice, DIGITS, 4) for _ in range(6)),
            f"activation code {some(dice, ANY, 16)}",
            f"BitLocker key {'-'.join(some(dice, DIGITS, 6) for _ in range(8))}",
            f"key id {some(dice, HEX, 8).upper()}",
        )
    )


def moment(dice: Random) -> str:
    year, month, day = dice.randint(2019, 2026), dice.randint(1, 12), dice.randint(1, 28)
    return dice.choice(
        (
            f"{year}-{month:02d}-{day:02d}",
            f"{month}/{day}/{year}",
            f"{year}{month:02d}{day:02d}",
            f"{year}-{month:02d}-{day:02d}T{day:02d}:{month:02d}:07Z",
            f"FY{year % 100}-Q{dice.randint(1, 4)}",
            f"WN{year}",
        )
    )


def version(dice: Random) -> str:
    a, b, c = dice.randint(1, 26), dice.randrange(20), dice.randint(1000, 26_000)
    return dice.choice(
        (
            f"Windows 11 {a}H2 build {c}.{dice.randint(1, 4000)}",
            f"macOS {a}.{b}.1 ({a}{dice.choice(LETTERS)}{dice.randint(100, 999)})",
            f"Office 16.0.{c}.{dice.randint(10_000, 20_000)}",
            f"driver v{a}.{b}.{c}",
            f"R-{a}.{b}.3",
            f"firmware {some(dice, LETTERS, 2)}{a}{b:02d}-{c}",
            f"Latitude {dice.choice((5420, 7430, 5540))}",
            f"OptiPlex-{dice.choice((7090, 7010, 5000))}",
            f"ThinkPad X1-G{dice.randint(8, 13)}",
            f"model MLHE{dice.randint(2, 9)}LL/A",
        )
    )


def digest(dice: Random) -> str:
    return dice.choice(
        (
            f"sha256 {some(dice, HEX, 64)}",
            f"md5 {some(dice, HEX, 32)}",
            f"commit {some(dice, HEX, 10)}",
            "{" + "-".join(some(dice, HEX, size) for size in (8, 4, 4, 4, 12)).upper() + "}",
            f"session {some(dice, ANY, 26)}",
            f"message id {some(dice, ANY + LETTERS.lower(), 22)}",
        )
    )


def paper(dice: Random) -> str:
    return dice.choice(
        (
            f"R01-GM{dice.randint(100_000, 159_999)}",
            f"NSF award {dice.randint(1_900_000, 2_500_000)}",
            f"5R21MH{dice.randint(100_000, 130_000)}-02",
            f"ISBN 978-0-{some(dice, DIGITS, 3)}-{some(dice, DIGITS, 5)}-{dice.randrange(10)}",
            f"doi 10.1038/s{dice.randint(41_000, 42_000)}-{dice.randint(18, 25):03d}-{some(dice, DIGITS, 5)}-x",
            f"HUM{dice.randint(10_000_000, 29_999_999):08d}",
            f"PRO{dice.randint(10_000, 99_999):08d}",
            f"project grant F{dice.randint(100_000, 999_999)}",
        )
    )


def person(dice: Random) -> str:
    return dice.choice(
        (
            f"UMID {dice.randint(10_000_000, 99_999_999)}",
            f"mcard 6008{some(dice, DIGITS, 12)}",
            f"ext. {dice.randint(1000, 9999)}",
            f"case {dice.randint(100_000_000, 999_999_999)}",
            f"ticket {dice.randint(9_000_000, 9_400_000)}",
            f"INC{dice.randint(1_000_000, 9_999_999):07d}",
            f"Ann Arbor, MI 48109-{dice.randint(1000, 1400)}",
        )
    )


KINDS: dict[str, Callable[[Random], str]] = {
    "phone": phone,
    "room": room,
    "order": order,
    "tracking": tracking,
    "course": course,
    "standard": standard,
    "network": network,
    "licence": licence,
    "moment": moment,
    "version": version,
    "digest": digest,
    "paper": paper,
    "person": person,
}


def log_line(dice: Random) -> str:
    """One line of some program's log."""
    stamp = f"2025-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d} {dice.randrange(24):02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}"
    thread = some(dice, HEX, 4)
    text = dice.choice(
        (
            f"[INFO] svchost({dice.randint(400, 9999)}) started in {dice.randint(2, 900)} ms",
            f"WARN  Disk \\Device\\Harddisk0\\DR{dice.randrange(9)} retried, LBA 0x{some(dice, HEX, 6)}",
            f"ERROR Faulting module ntdll.dll, version 10.0.{dice.randint(19_000, 26_000)}.1, offset 0x{some(dice, HEX, 12)}",
            f"kernel[0]: AppleUSBHostPort: disconnect port {dice.randint(1, 20)}",
            f"DHCPACK from {network(dice)} lease {dice.randint(300, 86_400)}s",
            f"GET /api/v2/items?id={some(dice, HEX, 24)} 200 {dice.randint(100, 99_999)}",
            f"GroupPolicy: processing completed for S-1-5-21-{some(dice, DIGITS, 10)}-{some(dice, DIGITS, 9)}-{dice.randint(1000, 99_999)}",
            f"MsiInstaller: product {{{some(dice, HEX, 8).upper()}-{some(dice, HEX, 4).upper()}-{some(dice, HEX, 4).upper()}-{some(dice, HEX, 4).upper()}-{some(dice, HEX, 12).upper()}}} installed",
            "CRITICAL-ERROR in RETRY-LOOP: giving up (NO-RESPONSE)",
            f"smart: Reallocated_Sector_Ct raw {dice.randrange(4000)}, Power_On_Hours {dice.randint(1000, 60_000)}",
        )
    )
    return f"{stamp} {thread} {text}"
