"""What can go wrong with TDX. Every leaf answers two questions: again? may it have happened?

::

    TdxError                       exit code  delivery
    └── TdxCallError               3          has .delivery, .status, .route, .answer
        ├── TdxUnreachable         3          LATER     name lookup, refused, TLS: nothing was sent
        ├── TdxRateLimited         3          LATER     429, longer than our patience
        ├── TdxUnavailable         3          LATER     a read that kept failing: 5xx, resets, time-outs
        ├── SharedReadFailed       3          LATER     what every ticket is compared with is not to be had
        ├── TdxAuthError           2          LATER     the login or the token is refused
        ├── TdxDenied              3          NEVER     403, or 401 with a token that is good
        ├── TdxNotFound            3          NEVER     404
        ├── TdxRejected            3          NEVER     400, 405, 411, 422, in TDX's own words
        ├── ReadOnlyRefused        3          NEVER     ours: this client was told not to write
        ├── TdxInDoubt             3          IN_DOUBT  a write whose answer was lost or makes no sense
        └── TdxMalformed           3          LATER     an answer to a read that is not what is due

A read changes nothing, so its failure is never in doubt.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, ClassVar

from ticket_queue_daemon.errors import TdxError

if TYPE_CHECKING:
    from ticket_queue_daemon.errors import DaemonError

__all__ = [
    "Delivery",
    "ReadOnlyRefused",
    "SharedReadFailed",
    "TdxAuthError",
    "TdxCallError",
    "TdxDenied",
    "TdxError",
    "TdxInDoubt",
    "TdxMalformed",
    "TdxNotFound",
    "TdxRateLimited",
    "TdxRejected",
    "TdxUnavailable",
    "TdxUnreachable",
    "delivery_of",
    "is_away",
    "is_final",
]


MAINTENANCE_STATUS = 503


class Delivery(enum.Enum):
    """What became of a request."""

    APPLIED = "applied"
    LATER = "not applied, later"
    NEVER = "not applied, ever"
    IN_DOUBT = "in doubt"


class TdxCallError(TdxError):
    """A call to TDX did not give what was asked for.

    Attributes:
        delivery: what became of the request.
        status: HTTP status, or None when no answer came.
        route: verb and route, such as ``GET tickets/{id}``.
        answer: the first 500 characters of what TDX said, as plain text.
    """

    default_delivery: ClassVar[Delivery] = Delivery.LATER

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        delivery: Delivery | None = None,
        status: int | None = None,
        route: str = "",
        answer: str = "",
    ) -> None:
        super().__init__(message, advice)
        self.delivery = self.default_delivery if delivery is None else delivery
        self.status = status
        self.route = route
        self.answer = answer


class TdxUnreachable(TdxCallError):  # noqa: N818  the name says the state, as in errors.py
    """No connection came about (name lookup, refused, TLS, connect time-out): nothing was sent."""


class TdxRateLimited(TdxCallError):  # noqa: N818
    """TDX's limit, or our own pacing under it, outlasted our patience: nothing was applied."""


class TdxUnavailable(TdxCallError):  # noqa: N818
    """A read kept failing (5xx, resets, time-outs): TDX is down or in its maintenance window."""


class SharedReadFailed(TdxCallError):  # noqa: N818
    """What every ticket is compared with could not be read, whatever TDX answered: no ticket's fault."""


class TdxAuthError(TdxCallError):
    """TDX refuses the login or the token; no call can succeed until that is put right."""

    exit_code = 2


class TdxDenied(TdxCallError):  # noqa: N818
    """The account may not do this (403, or 401 with a token that TDX takes elsewhere)."""

    default_delivery = Delivery.NEVER


class TdxNotFound(TdxCallError):  # noqa: N818
    """Not there: deleted, of another application, or hidden from this account."""

    default_delivery = Delivery.NEVER


class TdxRejected(TdxCallError):  # noqa: N818
    """TDX understood and refused; :attr:`answer` holds its own words."""

    default_delivery = Delivery.NEVER


class ReadOnlyRefused(TdxCallError):  # noqa: N818
    """This client was opened read-only; the write was not sent."""

    default_delivery = Delivery.NEVER


class TdxInDoubt(TdxCallError):  # noqa: N818
    """A write was sent and its answer was lost or makes no sense: look before sending it again."""

    default_delivery = Delivery.IN_DOUBT


class TdxMalformed(TdxCallError):  # noqa: N818
    """An answer to a read is not what is due.

    Attributes:
        field: the member that is wrong, by TDX's name and place (``[3].CreatedDate``), or "".
        page: whether a web page came instead of data, as in TDX's maintenance.
    """

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        field: str = "",
        page: bool = False,
        status: int | None = None,
        route: str = "",
        answer: str = "",
    ) -> None:
        super().__init__(message, advice, status=status, route=route, answer=answer)
        self.field = field
        self.page = page


def delivery_of(error: DaemonError) -> Delivery:
    """What became of the request; an error that does not say is in doubt."""
    said = getattr(error, "delivery", None)
    return said if isinstance(said, Delivery) else Delivery.IN_DOUBT


def is_away(error: TdxError) -> bool:
    """Whether the next ticket would fare no better: TDX is away, or takes no call of ours."""
    if isinstance(error, TdxMalformed):
        return error.page
    if isinstance(error, TdxUnavailable):
        # A 500 or a reset may be this one ticket's; maintenance (fact sheet 1.1) is everybody's.
        return error.status == MAINTENANCE_STATUS
    return isinstance(error, TdxUnreachable | TdxRateLimited | TdxAuthError | SharedReadFailed)


def may_be_one_tickets(error: TdxError) -> bool:
    """Whether an error that speaks of TDX as a whole may be about one ticket after all."""
    return isinstance(error, TdxMalformed | TdxUnavailable)


def is_final(error: TdxError) -> bool:
    """Whether the same request would be refused for ever."""
    return delivery_of(error) is Delivery.NEVER
