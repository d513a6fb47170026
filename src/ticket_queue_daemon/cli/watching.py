"""Show something anew, again and again, on the whole terminal, until Ctrl-C."""

from __future__ import annotations

import io
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ticket_queue_daemon.cli.output import Terminal, safe
from ticket_queue_daemon.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.cli.exits import Verdict


def watch(
    terminal: Terminal,
    show: Callable[[Terminal], Verdict],
    seconds: float,
    wait: Callable[[float], None] | None = None,
) -> Verdict | None:
    """What ``show`` last answered; None if it never could.

    A database that is away is shown as such, and asked again. Where there is no terminal, each picture
    follows the one before.

    Args:
        terminal: where it is shown.
        show: says it on the terminal that it is given.
        seconds: between two pictures.
        wait: waits so long (default: sleeps); a KeyboardInterrupt in it, or anywhere, ends the watch.
    """
    wait = wait or time.sleep
    verdict: Verdict | None = None
    screen = terminal.out.is_terminal
    live = Live(console=terminal.out, screen=True, auto_refresh=False) if screen else None
    try:
        with live or nullcontext():
            while True:
                picture = io.StringIO()
                drawn = Terminal(out=_like(terminal.out, picture), err=terminal.err)
                try:
                    verdict = show(drawn)
                except StoreError as error:
                    drawn.say(safe(f"{error.message} {error.advice}", style="bold red"))
                drawn.say(safe(f"Every {seconds:g} s; Ctrl-C ends it.", style="dim"))
                if live is not None:
                    live.update(Text.from_ansi(picture.getvalue()), refresh=True)
                else:
                    terminal.out.print(Text(picture.getvalue()), soft_wrap=True)
                wait(seconds)
    except KeyboardInterrupt:
        return verdict


def _like(console: Console, picture: io.StringIO) -> Console:
    """A console of the same width and colours that draws into memory."""
    return Console(
        file=picture,
        width=console.width,
        force_terminal=console.is_terminal,
        color_system="truecolor" if console.color_system else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
