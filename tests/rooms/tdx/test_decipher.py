from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.tdx.decipher import decipher
from ticket_queue_daemon.tdx.errors import (
    Delivery,
    TdxCallError,
    TdxDenied,
    TdxError,
    TdxInDoubt,
    TdxMalformed,
    TdxNotFound,
    TdxRateLimited,
    TdxRejected,
    TdxUnavailable,
    TdxUnreachable,
    delivery_of,
    is_away,
    is_final,
)
from ticket_queue_daemon.tdx.wire import Answer, Call, Due, Fault, Outcome, TransportFault

READ = Call("GET", "tickets/{id}", "46/tickets/9291804", Due.OBJECT)
WRITE = Call("POST", "tickets/{id}/feed", "46/tickets/9291804/feed", Due.ENTITY, writes=True)
PAGE = (
    b"<html><head><title>Service Unavailable</title></head><body>Back at <b>six</b></body></html>"
)

# outcome, the leaf of a read, the leaf of a write
LEAVES: list[tuple[Outcome, type[TdxCallError], type[TdxCallError]]] = [
    (TransportFault(Fault.UNREACHABLE), TdxUnreachable, TdxUnreachable),
    (TransportFault(Fault.CONNECT_TIMEOUT), TdxUnreachable, TdxUnreachable),
    (TransportFault(Fault.PROXY), TdxUnreachable, TdxUnreachable),
    (TransportFault(Fault.READ_TIMEOUT), TdxUnavailable, TdxInDoubt),
    (TransportFault(Fault.RESET), TdxUnavailable, TdxInDoubt),
    (TransportFault(Fault.PROTOCOL), TdxUnavailable, TdxInDoubt),
    (Answer(429), TdxRateLimited, TdxRateLimited),
    (Answer(401, fresh_token=True), TdxDenied, TdxDenied),
    (Answer(403), TdxDenied, TdxDenied),
    (Answer(404), TdxNotFound, TdxNotFound),
    (Answer(400), TdxRejected, TdxRejected),
    (Answer(405), TdxRejected, TdxRejected),
    (Answer(411), TdxRejected, TdxRejected),
    (Answer(422), TdxRejected, TdxRejected),
    (Answer(408), TdxUnavailable, TdxInDoubt),
    (Answer(500), TdxUnavailable, TdxInDoubt),
    (Answer(503, body=PAGE), TdxUnavailable, TdxInDoubt),
    (Answer(200, body=b'{"ID"', cut=True), TdxUnavailable, TdxInDoubt),
    (Answer(200, body=PAGE), TdxMalformed, TdxInDoubt),
    (Answer(200), TdxMalformed, TdxInDoubt),
    (Answer(302), TdxMalformed, TdxInDoubt),
    (Answer(409), TdxMalformed, TdxInDoubt),
]


@pytest.mark.parametrize(("outcome", "of_read", "of_write"), LEAVES)
def test_each_outcome_has_its_leaf_with_message_advice_and_delivery(
    outcome: Outcome, of_read: type[TdxCallError], of_write: type[TdxCallError]
) -> None:
    for call, leaf in ((READ, of_read), (WRITE, of_write)):
        with pytest.raises(TdxCallError) as caught:
            decipher(outcome, call, trail="3 tries in 7.0 s")
        error = caught.value
        assert type(error) is leaf
        assert call.key in error.message
        assert "3 tries in 7.0 s" in error.message
        assert error.advice
        assert error.route == call.key
        assert error.status == (outcome.status if isinstance(outcome, Answer) else None)
        assert error.delivery is delivery_of(error)
        assert is_final(error) is (error.delivery is Delivery.NEVER)
    assert delivery_of(error) is not Delivery.APPLIED


def test_a_failed_read_is_never_in_doubt_because_it_changes_nothing() -> None:
    for outcome, leaf, _ in LEAVES:
        with pytest.raises(leaf) as caught:
            decipher(outcome, READ)
        assert caught.value.delivery is not Delivery.IN_DOUBT


def test_the_servers_words_are_quoted_short_and_plain() -> None:
    body = b'{"ID": 0, "Message": "No <b>such</b>\\n   form &amp; type ' + b"x" * 2000 + b'"}'
    with pytest.raises(TdxRejected) as caught:
        decipher(Answer(400, body=body), WRITE)
    assert caught.value.answer.startswith("No such form & type xxx")
    assert len(caught.value.answer) == 500


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'"Name or serial number must be provided"', "Name or serial number must be provided"),
        (b"plain text", "plain text"),
        (b'{"Errors":[{"Message":"A"},{"Message":"B"}],"Warnings":[],"Info":[]}', "A; B"),
        (PAGE, "Service Unavailable Back at six"),
        (b"", ""),
        (b"\xff\xfe\x00", "\ufffd\ufffd"),
        (b'{"Message": 5}', '{"Message": 5}'),
        (b"sent: Bearer eyJhbGciOi.J9.abc", "sent: [token]"),
    ],
)
def test_every_shape_of_error_is_read(body: bytes, words: str) -> None:
    with pytest.raises(TdxRejected) as caught:
        decipher(Answer(400, body=body), WRITE)
    assert caught.value.answer == words


def test_good_answers_become_data() -> None:
    assert decipher(Answer(200, body=b'{"ID": 5}'), WRITE) == {"ID": 5}
    relation = Call("POST", "x", "x", Due.NOTHING, writes=True)
    assert decipher(Answer(304), relation) is None
    login = Call("POST", "auth", "auth", Due.TEXT)
    assert decipher(Answer(200, body=b"abc"), login) == "abc"


def test_text_that_no_database_can_hold_is_made_storable() -> None:
    body = b'{"ID": 5, "Body": "a\\u0000b\\ud800c", "L": ["\\uD83E\\uDD16"]}'
    assert decipher(Answer(200, body=body), WRITE) == {"ID": 5, "Body": "ab?c", "L": ["🤖"]}


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (TdxUnreachable("m"), True),
        (TdxUnavailable("m", status=503), True),
        (TdxUnavailable("m", status=500), False),
        (TdxRateLimited("m"), True),
        (TdxMalformed("m", page=True), True),
        (TdxMalformed("m"), False),
        (TdxNotFound("m"), False),
        (TdxInDoubt("m"), False),
    ],
)
def test_only_what_concerns_every_ticket_counts_as_tdx_being_away(
    error: TdxError, away: bool
) -> None:
    assert is_away(error) is away


def test_an_error_that_does_not_say_is_in_doubt() -> None:
    assert delivery_of(TdxError("m")) is Delivery.IN_DOUBT


@given(body=st.binary(max_size=200), status=st.integers(300, 599))
def test_no_answer_makes_it_stumble(body: bytes, status: int) -> None:
    if status == 304:
        body = b""
    with pytest.raises(TdxCallError) as caught:
        decipher(Answer(status, body=body), READ)
    assert len(caught.value.answer) <= 500
