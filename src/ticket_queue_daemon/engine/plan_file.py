"""The plan as a file: what ``apply`` is to do, pair by pair, and for where and which rules it was made.

It holds no secret: effects are named in words, and kept as fingerprints. It is not signed: what it
asks for is only done where the rules ask for the same today. Its digest tells that it is whole.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ticket_queue_daemon import __version__
from ticket_queue_daemon.engine.expected import Expected, Wanted
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.proposal import Proposal

KIND: Final = "ticket-queue-daemon plan"
FORMAT: Final = 1
MARK: Final = f'"kind": "{KIND}"'
"""Stands at the head of every plan file."""
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By how much the clocks of two machines may."""
_MOST_BYTES: Final = 256 * 1024 * 1024
_ANEW: Final = "Make a new one: ticket-queue-daemon plan --out FILE."

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileAction(_Part):
    """A configured action; ``rule``: the hash of the rule around it."""

    action: str
    hash: str
    rule: str


class FileEntry(_Part):
    """What is expected of one action on one ticket; ``effects`` are for people."""

    ticket: int = Field(gt=0, lt=2**31)
    title: str
    action: str
    effects: tuple[str, ...] = Field(strict=False)
    fingerprint: _Hash


class PlanFile(_Part):
    """A plan file.

    Attributes:
        made_at: when, by the clock of the machine that made it.
        instance: the TDX instance.
        queue: the report.
        actions: all that were configured, in order.
        entries: what is to be done, in order.
        digest: SHA-256 of all else, hex.
    """

    kind: Literal["ticket-queue-daemon plan"]
    format: Literal[1]
    version: str
    made_at: AwareDatetime = Field(strict=False)
    instance: str
    queue: str
    actions: tuple[FileAction, ...] = Field(strict=False)
    entries: tuple[FileEntry, ...] = Field(strict=False)
    digest: str

    def text(self) -> str:
        """As it is written."""
        return json.dumps(self.model_dump(mode="json"), indent=2) + "\n"

    def digest_of_all_else(self) -> str:
        """What ``digest`` is to be."""
        document = json.dumps(
            self.model_dump(mode="json", exclude={"digest"}), sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(document.encode()).hexdigest()

    def expected(self) -> Expected:
        """What a run is to be held to."""
        return Expected(
            {(one.ticket, one.action): Wanted(one.fingerprint, one.effects) for one in self.entries}
        )

    def check(
        self,
        *,
        instance: str,
        queue: str,
        actions: Sequence[BoundAction],
        now: datetime,
        max_age: timedelta,
    ) -> None:
        """See that it was made for here, for these rules, and not too long ago.

        Raises:
            ConfigError: what does not fit, and what to do.
        """
        if self.instance != instance:
            raise ConfigError(
                f"The plan was made for {self.instance}, and this is {instance}.",
                "Nothing was touched. Check TDX_BASE_URL: sandbox and production share ticket ids.",
            )
        if self.queue != queue:
            raise ConfigError(
                f"The plan was made for {self.queue}, and this is {queue}.",
                "Nothing was touched. Name its report: --report-id.",
            )
        if differs := _differing(self.actions, file_actions(actions)):
            raise ConfigError(
                f"The plan was made for other rules: {differs}.",
                f"Nothing was touched. Name the same --config, or look anew. {_ANEW}",
            )
        age = now - self.made_at
        if age > max_age:
            raise ConfigError(
                f"The plan was made {_span(age)} ago, at {self.made_at.astimezone():%Y-%m-%d %H:%M}"
                f"; at most {_span(max_age)} are allowed (--max-age).",
                f"Nothing was touched. {_ANEW}",
            )
        if age < -CLOCKS_DIFFER:
            raise ConfigError(
                f"The plan was made {_span(-age)} from now, by its own word.",
                f"Nothing was touched. Set the clocks of both machines. {_ANEW}",
            )


def file_of(proposal: Proposal) -> PlanFile:
    """The file of a plan: every pair that a run would carry out or record as having nothing to do."""
    made = PlanFile(
        kind=KIND,
        format=FORMAT,
        version=__version__,
        made_at=proposal.at.astimezone(UTC),
        instance=proposal.instance,
        queue=proposal.queue,
        actions=file_actions(proposal.actions),
        entries=tuple(
            FileEntry(
                ticket=one.ticket_id,
                title=one.title,
                action=one.action_id,
                effects=one.effects,
                fingerprint=one.fingerprint,
            )
            for one in proposal.entries
            if one.fingerprint
        ),
        digest="",
    )
    return made.model_copy(update={"digest": made.digest_of_all_else()})


def file_actions(actions: Sequence[BoundAction]) -> tuple[FileAction, ...]:
    """Configured actions, as a plan file names them."""
    return tuple(
        FileAction(action=one.key.action_id, hash=one.key.action_hash, rule=one.key.rule_hash)
        for one in actions
    )


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan file.

    Raises:
        ConfigError: it can't be read, is none, is of another version, or is not as it was written.
    """
    try:
        if path.is_file() and path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path} is too large for a plan.", _ANEW)
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror or error}.", _ANEW) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no plan: it is not JSON.", _ANEW) from error
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ConfigError(f"{path} is JSON, but no plan of this program.", _ANEW)
    if document.get("format") != FORMAT:
        raise ConfigError(
            f"{path} is a plan of format {document.get('format')!r:.20}, and this version reads "
            f"{FORMAT}.",
            _ANEW,
        )
    try:
        read = PlanFile.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path} is damaged: {place}: {first['msg']}.", _ANEW) from error
    if read.digest != read.digest_of_all_else():
        raise ConfigError(f"{path} was changed after it was made: its digest does not fit.", _ANEW)
    return read


def _differing(then: Sequence[FileAction], now: Sequence[FileAction]) -> str:
    """What differs between two lists of actions, in words; "" if nothing does."""
    if tuple(then) == tuple(now):
        return ""
    before, after = ({one.action: one for one in listed} for listed in (then, now))
    parts = [f"{name} is not configured here" for name in before if name not in after]
    parts += [f"{name} is not in the plan" for name in after if name not in before]
    parts += [
        f"the rule around {name} is another"
        for name, one in before.items()
        if name in after and after[name] != one
    ]
    return "; ".join(parts) or "their order is another"


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
