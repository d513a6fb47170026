"""What is to be looked at from time to time, beside the work and never in its way."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LOG = logging.getLogger(__name__)


def look_once(tasks: Sequence[Callable[[], None]]) -> None:
    """Each task in its turn; one that fails keeps no other from its turn, and is tried again."""
    for task in tasks:
        try:
            task()
        except Exception:  # noqa: BLE001  it watches the work and is none; the work says what is away
            _LOG.debug("a look beside the work failed", exc_info=True)


@contextmanager
def ticking(seconds: float, tasks: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Look at once, and every so many seconds for the length of the block, in a thread of its own."""
    over = threading.Event()
    look_once(tasks)

    def work() -> None:
        while not over.wait(seconds):
            look_once(tasks)

    thread = threading.Thread(target=work, name="looks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
