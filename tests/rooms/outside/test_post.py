"""One signed POST: where it goes, what it carries, and what keeps it from leaving."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from hook import SECRET, Hook, Reply, hook
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.errors import LeaseLost
from ticket_queue_daemon.outside.answers import PostFailed
from ticket_queue_daemon.outside.post import MOST_READ, Outside
from ticket_queue_daemon.outside.receiver import Receiver
from ticket_queue_daemon.outside.signing import signed_headers
from ticket_queue_daemon.tdx.errors import Delivery

__all__ = ["hook"]


def post(hook: Hook, outside: Outside | None = None) -> int:
    receiver = Receiver(SecretStr(hook.url), SecretStr(SECRET), name="inventory")
    opened = outside or Outside([receiver, receiver], SystemClock())
    try:
        return opened.post("inventory", "{}", "k1", before=lambda: None)
    finally:
        opened.close()


def test_the_signature_is_known() -> None:
    """Worked out by openssl: printf '1767225600.k1.{}' | openssl dgst -sha256 -hmac SECRET."""
    headers = signed_headers("secret-0123456789", key="k1", body="{}", timestamp=1767225600)

    assert (
        headers["X-TQD-Signature"]
        == "sha256=ac0ae227a61c657c6b3f1faba5d625311811cd246336366d9c8fab9269b44df7"
    )


def test_its_time_is_now(hook: Hook) -> None:
    before = int(datetime.now(UTC).timestamp())

    assert post(hook) == 200

    assert before <= int(hook.told[0].headers["x-tqd-timestamp"]) <= datetime.now(UTC).timestamp()


def test_what_is_for_this_machine_goes_to_no_proxy(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert post(hook) == 200


def test_a_lease_that_is_over_keeps_it_from_leaving(hook: Hook) -> None:
    receiver = Receiver(SecretStr(hook.url), SecretStr(SECRET), name="inventory")

    def over() -> None:
        raise LeaseLost("over")

    with pytest.raises(LeaseLost):
        Outside([receiver], SystemClock()).post("inventory", "{}", "k1", before=over)

    assert hook.told == []


def test_an_endless_answer_is_an_answer(hook: Hook) -> None:
    hook.replies.append(Reply(200, "x" * (MOST_READ * 4)))

    assert post(hook) == 200


def test_a_name_that_nobody_has(hook: Hook) -> None:
    with pytest.raises(PostFailed) as raised:
        post(hook, Outside([], SystemClock()))

    assert raised.value.delivery is Delivery.LATER
