"""The seed's six patterns: each knows its example and refuses its look-alikes."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.assets.patterns import PATTERNS, pattern_of

SEEDS = ["IC-EHLB760-F16", "L-C02XJ0AXJGH5", "LSAF-D30H6J3", "psyc-amiemgT01", "C02XJ0AXJGH5"]


def test_the_table_is_the_seeds() -> None:
    assert [pattern.example for pattern in PATTERNS] == [*SEEDS, "R8YWA0LX6ZE"]
    assert all(pattern.meaning and pattern.lookalikes for pattern in PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_a_pattern_knows_its_example_in_any_case(pattern) -> None:  # type: ignore[no-untyped-def]
    assert pattern_of(pattern.example) is pattern
    assert pattern_of(pattern.example.upper()) is pattern
    assert pattern_of(pattern.example.lower()) is pattern


@pytest.mark.parametrize(
    "lookalike", [lookalike for pattern in PATTERNS for lookalike in pattern.lookalikes]
)
def test_no_pattern_takes_a_lookalike(lookalike: str) -> None:
    assert pattern_of(lookalike) is None


@pytest.mark.parametrize("name", ["CHEM-SMALD1", "psyc-gid08", "eng-x-lec12", "mac-ward04"])
def test_the_other_names_of_the_deployment_have_a_shape(name: str) -> None:
    assert pattern_of(name) is not None


EVERYDAY = (
    "COVID-19 WINDOWS-11 well-known to-date ATTACHMENTS 734-615-1234 2026-11-24 11/24/2026 "
    "B760 4033-A TDX-9291804 INC-1234567 9291804 A4:B1:C2:D3:E4:F5 A4-B1-C2-D3-E4-F5 10.20.30.40 "
    "v1.2.3 1.2.3-beta4 HTTP-404 Office-365 state-of-the-art 1234567890 PO-3004417820 LECTURE2024 "
    "550e8400-e29b-41d4-a716-446655440000 da39a3ee5e6b KB5034441 CVE-2024-1234 us-east1 sha-256 "
    "802.11ac USB-C3 e-mail co-workers 10am 3rd PASSWORD123 0x80070005 1Z999AA10123456784 Q4-FY26 "
    "UTF-8 MP-C3004 wpa2-psk H.264 GPT-4o i7-13700K A1B2 M365 12x24"
)


@pytest.mark.parametrize("decoy", EVERYDAY.split())
def test_everyday_writing_has_no_shape(decoy: str) -> None:
    assert pattern_of(decoy) is None
