"""Signals: the first asks for an orderly end, the second ends at once."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

_STOPPING = b"Stopping: what is under way is finished first. Once more to stop at once.\n"
_SIGNAL_EXIT = 128


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGINT or SIGTERM sets, for the length of the block (main thread only)."""
    stop = threading.Event()
    signalled = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal signalled
        del frame
        if signalled:
            # Whatever was under way is settled by the next run: that is what claims are for.
            os._exit(_SIGNAL_EXIT + number)
        # Straight to the descriptor: a handler may interrupt a print that holds the stream's lock.
        os.write(2, _STOPPING)
        signalled = True
        # In a thread of its own: the interrupted main thread may hold the event's lock right now.
        threading.Thread(target=stop.set, name="stop", daemon=True).start()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def on_signals(reactions: Mapping[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Call what belongs to a signal when it comes, for the length of the block (main thread only)."""

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        # In a thread of its own: the interrupted main thread may hold whatever lock that needs.
        reaction = reactions[signal.Signals(number)]
        threading.Thread(target=reaction, name="signal", daemon=True).start()

    before = {number: signal.signal(number, handle) for number in reactions}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
