"""An outcome becomes data, or the error that says what to do about it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.tdx.errors import (
    Delivery,
    TdxCallError,
    TdxDenied,
    TdxInDoubt,
    TdxMalformed,
    TdxNotFound,
    TdxRateLimited,
    TdxRejected,
    TdxUnavailable,
    TdxUnreachable,
)
from ticket_queue_daemon.tdx.wire import (
    UNAUTHORIZED,
    Due,
    TransportFault,
    classify,
    decoded,
    is_success,
)
from ticket_queue_daemon.tdx.words import is_page, plain_words

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.wire import Answer, Call, Outcome

_FORBIDDEN = 403
_NOT_FOUND = 404
_TIMEOUT = 408
_TOO_MANY = 429
_SERVER = 500
# Where a login page is.
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_CHECK_NETWORK = (
    "Check TDX_BASE_URL, name lookup, proxy (HTTPS_PROXY, NO_PROXY) and certificates "
    "(SSL_CERT_FILE for a CA of your own)."
)
_WAIT = "TDX may be in its maintenance window; the daemon tries again by itself."
_LOOK = "It may have been applied: look before it is sent again."


def decipher(outcome: Outcome, call: Call, *, trail: str = "") -> Any:
    """The data of a good answer: JSON, text for ``Due.TEXT``, None for ``Due.NOTHING``.

    Args:
        outcome: what came of the call.
        call: what was asked.
        trail: how often and how long it was tried, for the message: ``3 tries in 7.0 s``.

    Raises:
        TdxCallError: the leaf that fits, with its delivery.
    """
    delivery = classify(outcome, call)
    if delivery is not Delivery.APPLIED:
        raise _error(outcome, call, delivery, f" ({trail})" if trail else "")
    if isinstance(outcome, TransportFault) or call.due is Due.NOTHING:
        return None
    if call.due is Due.TEXT:
        return outcome.body.decode("utf-8-sig", "replace")
    return decoded(outcome.body)


def _error(outcome: Outcome, call: Call, delivery: Delivery, trail: str) -> TdxCallError:
    if isinstance(outcome, TransportFault):
        return _of_fault(outcome, call, delivery, trail)
    words = plain_words(outcome.body)
    said = f': "{words}"' if words else ""
    what = f"{call.key} answered {outcome.status}{said}{trail}"
    if delivery is Delivery.IN_DOUBT:
        return _in_doubt(outcome, call, what, words)
    kind, message, advice = _refusal(outcome.status, call, what, delivery)
    return kind(
        message,
        advice,
        delivery=delivery,
        status=outcome.status,
        route=call.key,
        answer=words,
    )


def _refusal(
    status: int, call: Call, what: str, delivery: Delivery
) -> tuple[type[TdxCallError], str, str]:
    if status == _TOO_MANY:
        return (
            TdxRateLimited,
            f"TDX's rate limit held: {what}",
            "Other programs may share this address's limit; the daemon tries again by itself.",
        )
    if status == UNAUTHORIZED and delivery is Delivery.LATER:
        return (
            TdxDenied,
            f"The token was refused, renewed, and refused again: {what}",
            "The daemon tries again by itself; if it stays, look who revokes the account's tokens.",
        )
    if status in (UNAUTHORIZED, _FORBIDDEN):
        return (
            TdxDenied,
            f"The TDX account may not do this: {what} for {call.path}",
            "Give the account the permission in TDAdmin, or leave this ticket to a person.",
        )
    if status == _NOT_FOUND:
        return (
            TdxNotFound,
            f"Not there, or not visible to this account: {what} for {call.path}",
            "It may be deleted, or belong to another application than TDX_APP_ID or TDX_ASSET_APP_ID.",
        )
    return (
        TdxRejected,
        f"TDX refused: {what} for {call.path}",
        "The same request will be refused again: change what the action sends.",
    )


def _of_fault(outcome: TransportFault, call: Call, delivery: Delivery, trail: str) -> TdxCallError:
    detail = f" ({outcome.detail})" if outcome.detail else ""
    what = f"{call.key}: {outcome.fault.value}{detail}{trail}"
    if delivery is Delivery.LATER:
        return TdxUnreachable(f"TDX can't be reached: {what}", _CHECK_NETWORK, route=call.key)
    if call.writes:
        return TdxInDoubt(f"The answer was lost: {what}", _LOOK, route=call.key)
    return TdxUnavailable(f"TDX does not answer: {what}", _WAIT, route=call.key)


def _in_doubt(outcome: Answer, call: Call, what: str, words: str) -> TdxCallError:
    status = outcome.status
    page = is_page(outcome.body) or status in _REDIRECTS
    if is_success(status):
        wrong = (
            "an answer that was cut off"
            if outcome.cut
            else "a web page"
            if page
            else f"no {call.due.value.removeprefix('a ')}"
        )
        what = f"{what}, but sent {wrong} where {call.due.value} is due"
    if call.writes:
        message = f"The answer makes nothing certain: {what}"
        return TdxInDoubt(message, _LOOK, status=status, route=call.key, answer=words)
    if status >= _SERVER or status == _TIMEOUT or outcome.cut:
        return TdxUnavailable(
            f"TDX is not available: {what}", _WAIT, status=status, route=call.key, answer=words
        )
    return TdxMalformed(
        f"TDX's answer can't be used, and nothing is concluded from it: {what}",
        _WAIT if page else "Check TDX_BASE_URL; if this stays, TDX has changed its answers.",
        page=page,
        status=status,
        route=call.key,
        answer=words,
    )
