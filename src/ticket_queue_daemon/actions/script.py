"""Let a command decide: the ticket as JSON goes in, a plan as JSON comes out."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from ticket_queue_daemon.actions.base import (
    ActionError,
    ActionResult,
    BaseAction,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.actions.script_answer import ask_for, read_answer
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.scrub import Scrubber
from ticket_queue_daemon.outside.command import Command
from ticket_queue_daemon.tdx.names import near

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticket_queue_daemon.outside.command import Ran

PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What every command needs, and nothing that signs in anywhere."""
INCLUDED: Final = ("feed", "assets", "contacts")
LONGEST_TIMEOUT: Final = 300.0
_SHOWN: Final = 500
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ScriptAction(BaseAction):
    """Runs a command that decides what is to be done on the ticket.

    It runs whenever a plan is made, in a dry run too: so it must change nothing by itself.

    Args:
        command: the program and its arguments, a list; no shell reads it.
        include: what it is given beside the ticket: feed, assets, contacts.
        timeout: seconds after which it is ended, with all that it started; 300 at the most.
        cwd: the folder in which it runs; "" is the daemon's.
        environment: names of variables that it may see beside PATH, HOME, LANG, LC_ALL, LC_CTYPE, TZ
            and TMPDIR. Their values are secrets.
        version: raise it when the script has changed and every ticket is to be looked at again.
    """

    asks_outside = True

    def __init__(
        self,
        command: list[str],
        include: Sequence[str] = (),
        timeout: float = 30.0,
        cwd: str = "",
        environment: Sequence[str] = (),
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if not isinstance(command, list) or not command or not all(map(_is_word, command)):
            raise ConfigError(
                "ScriptAction: command is no list of words.",
                'Write ["python3", "triage.py"]: no shell reads it.',
            )
        for option, given in (("include", include), ("environment", environment)):
            if isinstance(given, str):
                raise ConfigError(f"ScriptAction: {option} is a text.", "Write a list.")
        for word in include:
            if word not in INCLUDED:
                raise ConfigError(
                    f"ScriptAction: nothing called {word!r} can be included.", near(word, INCLUDED)
                )
        for name in environment:
            if not _VARIABLE.fullmatch(name):
                raise ConfigError(
                    # What follows a "=" would be a value, and may be a secret.
                    f"ScriptAction: environment has {name.partition('=')[0]!r}, no variable's name.",
                    "Write names only; the values are taken from the daemon's own environment.",
                )
        if not 0 < timeout <= LONGEST_TIMEOUT:
            raise ConfigError(
                f"ScriptAction: timeout is {timeout:g}.",
                f"More than 0, and {LONGEST_TIMEOUT:g} seconds at the most.",
            )
        self.command = list(command)
        self.include = sorted(set(include))
        self.timeout = timeout
        self.cwd = cwd
        self.environment = sorted(set(environment))

    def get_action_type(self) -> str:
        """``script``."""
        return "script"

    def get_action_config(self) -> dict[str, Any]:
        """Command and what it is given. Not the script's text: a mended typo must run nothing again."""
        config: dict[str, Any] = {"command": self.command}
        if self.include:
            config["include"] = self.include
        return config

    def secrets(self) -> Sequence[SecretStr]:
        """The variables that it may see."""
        return [SecretStr(os.environ[name]) for name in self.environment if os.environ.get(name)]

    def execute_action(
        self,
        ticket_id: int,
        facade: TicketFacade,
        dry_run: bool = False,
        context: dict[str, Any] | None = None,
    ) -> ActionResult:
        """Ask the script, then ask for what it wishes."""
        del dry_run
        given = json.dumps(self._given(ticket_id, facade)).encode()
        answer = read_answer(self._run(given, (context or {}).get("stopping", lambda: False)))
        if answer.skip:
            return skip(answer.skip, summary=answer.summary)
        if not answer.effects and not answer.summary:
            return skip(answer.message or "the script asks for nothing")
        left: list[str] = []
        for number, wish in enumerate(answer.effects):
            try:
                left.append(ask_for(wish, ticket_id, facade))
            except ConfigError as error:
                raise ActionError(
                    f"The script's answer is wrong: effects[{number}]: {error.message}",
                    error.advice,
                ) from error
        reasons = [one for one in left if one]
        if reasons and len(reasons) == len(answer.effects):
            return skip("; ".join(dict.fromkeys(reasons)))
        return ActionResult(
            message=answer.message, summary=answer.summary, details={"left_out": reasons}
        )

    def _given(self, ticket_id: int, facade: TicketFacade) -> dict[str, Any]:
        ticket = facade.get_ticket(ticket_id).model_dump(mode="json", exclude={"tags"})
        given: dict[str, Any] = {
            "action": self.get_action_id(),
            "now": facade.directory().now().isoformat(),
            "link": facade.ticket_link(ticket_id),
            "ticket": ticket,
        }
        if "feed" in self.include:
            given["feed"] = [
                {
                    "text": one.text,
                    "is_html": one.is_html,
                    "is_reply": one.is_reply,
                    "author": one.author,
                    "author_uid": one.author_uid,
                    "created": one.created.isoformat() if one.created else None,
                }
                for one in facade.get_conversation(ticket_id)
            ]
        if "assets" in self.include:
            given["assets"] = [
                {"asset_id": one.asset_id, "item_id": one.id, "name": one.name}
                for one in facade.get_ticket_items(ticket_id)
            ]
        if "contacts" in self.include:
            given["contacts"] = [
                {"person_uid": one.uid, "name": one.full_name, "email": one.primary_email}
                for one in facade.get_contacts(ticket_id)
            ]
        return given

    def _run(self, given: bytes, stopping: Callable[[], bool]) -> bytes:
        names = (*PASSED_ON, *self.environment)
        command = Command(
            self.command,
            environment={name: os.environ[name] for name in names if name in os.environ},
            cwd=self.cwd,
            timeout=self.timeout,
        )
        ran = command.run(given, stopping=stopping)
        if ran.code:
            raise self._failed(ran)
        return ran.output

    def _failed(self, ran: Ran) -> ActionError:
        text = ran.errors.decode("utf-8", "replace").replace("\x00", "")
        said = " ".join(Scrubber(self.secrets()).text(text).split())
        tail = said if len(said) <= _SHOWN else f"…{said[-_SHOWN:]}"
        end = f"with code {ran.code}" if ran.code > 0 else f"by signal {-ran.code}"
        return ActionError(
            f"The script ended {end}" + (f': "{tail}"' if tail else " and said nothing on stderr."),
            "Run it by hand with a ticket on its standard input.",
        )


def _is_word(one: object) -> bool:
    return isinstance(one, str) and bool(one.strip()) and "\x00" not in one
