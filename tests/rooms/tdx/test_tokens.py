from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.tdx.tokens import claims_of, clean_token, expiry_of


def jwt(claims: Any) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{middle}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        "abc.def.ghi",
        '"abc.def.ghi"',
        '  "abc.def.ghi"\r\n',
        "\ufeffabc.def.ghi",
        '{"Token": "abc.def.ghi"}',
        '{"token": " abc.def.ghi ", "Expires": 5}',
        "Bearer abc.def.ghi",
        "'abc.def.ghi'",
    ],
)
def test_a_token_is_freed_of_what_clients_have_met_around_it(text: str) -> None:
    assert clean_token(text) == "abc.def.ghi"


@pytest.mark.parametrize("text", ["", '""', "{}", '{"Token": null}', "{x", "a b", "a\nb", "tökén"])
def test_what_no_header_can_carry_is_no_token(text: str) -> None:
    assert clean_token(text) is None


def test_the_end_of_a_token_is_read_without_verifying_it() -> None:
    assert expiry_of(jwt({"exp": 1764000000})) == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)
    assert expiry_of(jwt({"exp": 1764000000.5})) is not None


@pytest.mark.parametrize(
    "claims", [{}, {"exp": None}, {"exp": "x"}, {"exp": True}, {"exp": 1e300}, []]
)
def test_a_token_that_does_not_say_has_no_end(claims: Any) -> None:
    assert expiry_of(jwt(claims)) is None


@given(st.text(max_size=60))
def test_nothing_that_is_pasted_makes_it_stumble(text: str) -> None:
    assert expiry_of(text) is None
    assert isinstance(claims_of(f"a.{text}.b"), dict)
    clean_token(text)
