"""The one table that judges answers, once more, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.wire import (
    Answer,
    Call,
    Due,
    Fault,
    TransportFault,
    classify,
)

APPLIED, LATER, NEVER, IN_DOUBT = (
    Delivery.APPLIED,
    Delivery.LATER,
    Delivery.NEVER,
    Delivery.IN_DOUBT,
)
RELATION, POST, PATCH = Due.NOTHING, Due.ENTITY, Due.OBJECT

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>...</body></html>"

FAULTS = [
    (Fault.UNREACHABLE, LATER),
    (Fault.CONNECT_TIMEOUT, LATER),
    (Fault.POOL_TIMEOUT, LATER),
    (Fault.PROXY, LATER),
    (Fault.WRITE_TIMEOUT, IN_DOUBT),
    (Fault.READ_TIMEOUT, IN_DOUBT),
    (Fault.RESET, IN_DOUBT),
    (Fault.PROTOCOL, IN_DOUBT),
]

# status, body, what body is due, what became of the request
ANSWERS = [
    # Relation adds and tags: any body will do, and 304 says "it is so already".
    (200, b"", RELATION, APPLIED),
    (200, b'"OK"', RELATION, APPLIED),
    (200, b"Asset added.", RELATION, APPLIED),
    (201, b"", RELATION, APPLIED),
    (204, b"", RELATION, APPLIED),
    (304, b"", RELATION, APPLIED),
    (200, PAGE, RELATION, IN_DOUBT),
    # A feed post answers with the entry.
    (200, b'{"ID": 220572975, "Body": "hi"}', POST, APPLIED),
    (201, b'{"ID": 220572975}', POST, APPLIED),
    (200, b'\xef\xbb\xbf{"ID": 1}', POST, APPLIED),
    (200, b'{"ID": 0}', POST, IN_DOUBT),
    (200, b'{"ID": null}', POST, IN_DOUBT),
    (200, b'{"ID": true}', POST, IN_DOUBT),
    (200, b'{"Message": "hm"}', POST, IN_DOUBT),
    (200, b'{"ID": 220', POST, IN_DOUBT),
    (200, b"", POST, IN_DOUBT),
    (204, b"", POST, IN_DOUBT),
    (304, b"", POST, IN_DOUBT),
    (200, b"null", POST, IN_DOUBT),
    (200, b"[]", POST, IN_DOUBT),
    (200, b"\xff\xfe", POST, IN_DOUBT),
    (200, b"[" * 100_000, POST, IN_DOUBT),
    (200, PAGE, POST, IN_DOUBT),
    # A patch answers with the ticket.
    (200, b'{"ID": 9291804}', PATCH, APPLIED),
    (200, b"", PATCH, IN_DOUBT),
    (200, b"[]", PATCH, IN_DOUBT),
    (200, PAGE, PATCH, IN_DOUBT),
    # Reads.
    (200, b"[]", Due.LIST, APPLIED),
    (200, b"null", Due.LIST, IN_DOUBT),
    (200, b"{}", Due.LIST, IN_DOUBT),
    (200, b"eyJ.abc.def", Due.TEXT, APPLIED),
    (200, b" ", Due.TEXT, IN_DOUBT),
    (200, PAGE, Due.TEXT, IN_DOUBT),
] + [
    (status, body, due, delivery)
    for due in Due
    for status, body, delivery in [
        # Redirects lead to login pages.
        (301, b"", IN_DOUBT),
        (302, b"", IN_DOUBT),
        (307, b"", IN_DOUBT),
        (400, b"", NEVER),
        (400, PAGE, NEVER),
        (403, b"", NEVER),
        (404, b"", NEVER),
        (405, b'{"Message": "The requested resource does not support POST."}', NEVER),
        (408, b"", IN_DOUBT),
        (409, b"", IN_DOUBT),
        (411, b"", NEVER),
        (418, b"", IN_DOUBT),
        (422, b"", NEVER),
        (429, b"", LATER),
        (500, b"", IN_DOUBT),
        (502, b"", IN_DOUBT),
        (503, PAGE, IN_DOUBT),
        (504, b"", IN_DOUBT),
        (599, b"", IN_DOUBT),
        (100, b"", IN_DOUBT),
        (999, b"", IN_DOUBT),
    ]
]


def call(due: Due, *, writes: bool = True) -> Call:
    return Call("POST", "tickets/{id}/feed", "46/tickets/1/feed", due, writes=writes)


@pytest.mark.parametrize(("fault", "delivery"), FAULTS)
def test_a_fault_of_the_transport_is_judged_by_whether_anything_was_sent(
    fault: Fault, delivery: Delivery
) -> None:
    for due in Due:
        assert classify(TransportFault(fault), call(due)) is delivery


def test_every_fault_stands_in_the_table() -> None:
    assert {fault for fault, _ in FAULTS} == set(Fault)


@pytest.mark.parametrize(("status", "body", "due", "delivery"), ANSWERS)
def test_an_answer_is_judged_by_status_and_due_body(
    status: int, body: bytes, due: Due, delivery: Delivery
) -> None:
    assert classify(Answer(status, body=body), call(due)) is delivery


@pytest.mark.parametrize("due", Due)
def test_a_401_is_worth_one_renewal_and_then_means_not_permitted(due: Due) -> None:
    assert classify(Answer(401), call(due)) is LATER
    assert classify(Answer(401, fresh_token=True), call(due)) is NEVER


def test_a_body_that_was_cut_matters_only_where_one_is_due() -> None:
    whole = b'{"ID": 5}'
    assert classify(Answer(200, body=whole, cut=True), call(POST)) is IN_DOUBT
    assert classify(Answer(200, body=b"", cut=True), call(RELATION)) is APPLIED
    assert classify(Answer(403, body=b"You may n", cut=True), call(POST)) is NEVER


@given(status=st.integers(100, 999), body=st.binary(max_size=40), due=st.sampled_from(Due))
def test_nothing_but_a_known_refusal_or_a_due_answer_is_ever_certain(
    status: int, body: bytes, due: Due
) -> None:
    delivery = classify(Answer(status, body=body), call(due))
    assert (delivery is NEVER) == (status in {400, 403, 404, 405, 411, 422})
    assert (delivery is LATER) == (status in {401, 429})
    if delivery is APPLIED:
        assert 200 <= status <= 299 or status == 304
