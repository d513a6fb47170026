"""What a receiver's answer means, in the four words of every effect. Pure.

For a fault of the network the table is that for TDX. For a status it is not: a receiver is an
unknown program, so its answer's body decides nothing, and what only TDX means by a status does not
count.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.errors import OutsideError
from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.wire import FAULTS, TransportFault
from ticket_queue_daemon.tdx.words import plain_words

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.outside.receiver import Receiver
    from ticket_queue_daemon.tdx.wire import Answer, Outcome

LONGEST_REST: Final = 3600.0
_UNAVAILABLE: Final = 503
# Sent nowhere else by us, so not done. A 303 may follow upon what was done.
_ELSEWHERE: Final = frozenset({301, 302, 307, 308})
_LATER: Final = frozenset({425, 429})
_IN_DOUBT: Final = frozenset({408})
_WORDS_SHOWN: Final = 200


class PostFailed(OutsideError):  # noqa: N818  the name says what happened
    """A receiver was not told, or it is not known whether it was.

    Attributes:
        delivery: what became of the request.
    """

    def __init__(self, message: str, advice: str = "", *, delivery: Delivery) -> None:
        super().__init__(message, advice)
        self.delivery = delivery


def classify(outcome: Outcome) -> Delivery:
    """What became of a post; whatever is not known for certain is in doubt."""
    if isinstance(outcome, TransportFault):
        return FAULTS[outcome.fault]
    status = outcome.status
    if 200 <= status <= 299:  # noqa: PLR2004  HTTP's own numbers
        return Delivery.APPLIED
    if status in _LATER or (status == _UNAVAILABLE and "retry-after" in outcome.headers):
        return Delivery.LATER
    refused = status in _ELSEWHERE or 400 <= status <= 499  # noqa: PLR2004
    return Delivery.NEVER if refused and status not in _IN_DOUBT else Delivery.IN_DOUBT


def failure(outcome: Outcome, delivery: Delivery, receiver: Receiver) -> PostFailed:
    """The error that says what happened, why, and what to do."""
    if isinstance(outcome, TransportFault):
        detail = receiver.hide(outcome.detail)
        what = f"{receiver.name}: {outcome.fault.value}{f' ({detail})' if detail else ''}"
        if delivery is Delivery.LATER:
            return PostFailed(
                f"{receiver.name} can't be reached: {what}",
                "Check its url, the name lookup, proxy and certificates.",
                delivery=delivery,
            )
        return PostFailed(f"The answer was lost: {what}", delivery=delivery)
    words = receiver.hide(plain_words(outcome.body))[:_WORDS_SHOWN]
    what = f"{receiver.name} answered {outcome.status}" + (f': "{words}"' if words else "")
    if outcome.status in _ELSEWHERE:
        return PostFailed(
            f"{what}, a redirect, which is never followed with the secret.",
            "Write the address that it leads to as url.",
            delivery=delivery,
        )
    advice = {
        Delivery.NEVER: "Mend url, secret or body, and `retry`.",
        Delivery.LATER: "It is tried again by itself.",
    }
    return PostFailed(what, advice.get(delivery, ""), delivery=delivery)


def rest_asked(answer: Answer, now: datetime) -> float:
    """For how many seconds the receiver wants to be left alone by its ``Retry-After``; 0 to 3600."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given[:9]), LONGEST_REST)
    try:
        seconds = (parsedate_to_datetime(given) - now).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(0.0, seconds), LONGEST_REST)
