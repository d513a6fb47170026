"""What a receiver's answer means: one table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ticket_queue_daemon.outside.answers import classify, failure, rest_asked
from ticket_queue_daemon.outside.receiver import Receiver
from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.wire import Answer, Fault, TransportFault

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECEIVER = Receiver(
    SecretStr("https://user:pa55word@hooks.example.edu/services/T000/B000/XYZ"),
    SecretStr("secret-0123456789"),
)

TABLE = {
    Delivery.APPLIED: [200, 201, 202, 204, 299],
    Delivery.LATER: [425, 429],
    Delivery.NEVER: [301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 410, 413, 422, 451, 499],
    Delivery.IN_DOUBT: [300, 303, 304, 408, 500, 501, 502, 503, 504, 520, 599, 600, 999],
}
ROWS = [(status, delivery) for delivery, statuses in TABLE.items() for status in statuses]


@pytest.mark.parametrize(("status", "delivery"), ROWS)
def test_by_status(status: int, delivery: Delivery) -> None:
    assert classify(Answer(status)) is delivery


def test_503_with_a_time_to_wait_was_not_applied() -> None:
    assert classify(Answer(503, {"retry-after": "5"})) is Delivery.LATER


@pytest.mark.parametrize("fault", Fault)
def test_only_what_never_left_is_sent_again(fault: Fault) -> None:
    never_left = {Fault.UNREACHABLE, Fault.CONNECT_TIMEOUT, Fault.POOL_TIMEOUT, Fault.PROXY}

    delivery = classify(TransportFault(fault))

    assert delivery is (Delivery.LATER if fault in never_left else Delivery.IN_DOUBT)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("", 0),
        ("5", 5),
        ("99999999999999", 3600),
        ("-5", 0),
        ("soon", 0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
    ],
)
def test_how_long_it_is_to_be_left_alone(given: str, seconds: float) -> None:
    assert rest_asked(Answer(429, {"retry-after": given}), NOW) == seconds


@given(st.text())
def test_whatever_stands_there(given: str) -> None:
    assert 0 <= rest_asked(Answer(429, {"retry-after": given}), NOW) <= 3600


def test_an_error_repeats_no_secret() -> None:
    said = b"no: secret-0123456789 pa55word services/T000/B000/XYZ dXNlcjpwYTU1d29yZA=="

    error = failure(Answer(400, {}, said), Delivery.NEVER, RECEIVER)

    assert error.message == 'hooks.example.edu answered 400: "no: *** *** *** ***"'
