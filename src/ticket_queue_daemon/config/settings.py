"""Settings: flags over environment over ``.env`` over defaults; each field knows its variable.

:meth:`Settings.load` is the door for the command, which reads the outside world and refuses
everything that is wrong in one :class:`ConfigError`. ``Settings(report_id=1344, ...)`` takes just
what it is given, for tests and for the demo. Nothing here is global and nothing is read at import.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
)

from ticket_queue_daemon.config.alert_settings import AlertSettings
from ticket_queue_daemon.config.credentials import AdminKey, Credentials, Login, Token
from ticket_queue_daemon.config.kinds import (
    DAY,
    BearerToken,
    ExistingFile,
    Hidden,
    Id,
    Line,
    Pauses,
    PostgresUrl,
    Seconds,
    WebAddress,
)
from ticket_queue_daemon.config.matching_settings import MatchingSettings
from ticket_queue_daemon.config.monitor_settings import MonitorSettings
from ticket_queue_daemon.config.problems import (
    Need,
    half_pairs,
    missing_variables,
    refusal,
    wrong_values,
)
from ticket_queue_daemon.config.rule_settings import RuleSettings
from ticket_queue_daemon.config.sources import gather
from ticket_queue_daemon.config.variables import Variable, envbool, parts_of, passwords_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Need", "SettingRow", "Settings", "TdxAccess", "as_text", "variables"]


@dataclass(frozen=True)
class TdxAccess:
    """All that is needed to speak to one TDX instance; ``asset_app_id`` None means: find it."""

    base_url: str
    ticket_app_id: int
    asset_app_id: int | None
    credentials: Credentials


@dataclass(frozen=True)
class SettingRow:
    """One setting as a person may see it; a secret is only ever ``set`` or ``unset``."""

    variable: str
    value: str
    origin: str


class Settings(MatchingSettings, RuleSettings, AlertSettings, MonitorSettings):
    """Every setting of the daemon. Frozen; repr and str show no secret.

    The order of the fields is the order in which the documentation lists them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    report_id: Annotated[
        Id | None,
        Variable(
            "DAEMON_REPORT_ID",
            "TDX report to monitor",
            "a report id, a whole number from 1",
            "--report-id",
        ),
    ] = None
    tdx_base_url: Annotated[
        WebAddress | None,
        Variable(
            "TDX_BASE_URL",
            "address of the TDX Web API, with or without /api at its end; "
            ".../TDWebApi is production, .../SBTDWebApi the sandbox",
            "a web address such as https://teamdynamix.example.edu/TDWebApi/api",
        ),
    ] = None
    tdx_app_id: Annotated[
        Id | None,
        Variable("TDX_APP_ID", "id of the ticketing application", "a whole number from 1"),
    ] = None
    tdx_asset_app_id: Annotated[
        Id | None,
        Variable(
            "TDX_ASSET_APP_ID",
            "id of the asset application; found from the list of applications when unset",
            "a whole number from 1",
        ),
    ] = None
    tdx_beid: Annotated[
        Hidden | None,
        Variable("TDX_BEID", "admin service account: BEID", "a text", secret=True),
    ] = None
    tdx_web_services_key: Annotated[
        Hidden | None,
        Variable(
            "TDX_WEB_SERVICES_KEY",
            "admin service account: web services key",
            "a text",
            secret=True,
        ),
    ] = None
    tdx_username: Annotated[
        Line | None,
        Variable("TDX_USERNAME", "user or service account: its name", "one line of text"),
    ] = None
    tdx_password: Annotated[
        Hidden | None,
        Variable("TDX_PASSWORD", "user or service account: its password", "a text", secret=True),
    ] = None
    tdx_api_token: Annotated[
        BearerToken | None,
        Variable(
            "TDX_API_TOKEN",
            "a bearer token; TDX lets it run out after 24 hours",
            "a token without white space in it",
            secret=True,
        ),
    ] = None
    database_url: Annotated[
        PostgresUrl | None,
        Variable(
            "DATABASE_URL",
            "PostgreSQL 14 or newer; unset: an embedded one in the user's data folder",
            "postgresql://user:password@host:port/dbname",
            secret=True,
        ),
    ] = None
    interval: Annotated[
        int,
        Field(ge=1, le=7 * DAY),
        Variable(
            "DAEMON_INTERVAL",
            "seconds between two runs with --daemon",
            "a whole number of seconds from 1 to 604800",
            "--interval",
        ),
    ] = 300
    dry_run: Annotated[
        bool,
        BeforeValidator(envbool),
        Variable(
            "DAEMON_DRY_RUN",
            "show the plans and change nothing, neither in TDX nor in the database",
            "true or false (also 1, 0, yes, no, on, off)",
            "--dry-run",
        ),
    ] = False
    config_path: Annotated[
        ExistingFile | None,
        Variable(
            "DAEMON_CONFIG",
            "Python file with a list named actions; unset: AddAssetAction, then "
            "SummaryCommentAction",
            "the path of a Python file that exists",
            "--config",
        ),
    ] = None
    report_id_column: Annotated[
        Line | None,
        Variable(
            "DAEMON_REPORT_ID_COLUMN",
            "the report's column with the ticket ids; unset: TicketID, else ID",
            "a column's name",
        ),
    ] = None
    workers: Annotated[
        int,
        Field(ge=1, le=64),
        Variable("DAEMON_WORKERS", "tickets worked on side by side", "a whole number from 1 to 64"),
    ] = 8
    lease_seconds: Annotated[
        int,
        Field(ge=1, le=DAY),
        Variable(
            "DAEMON_LEASE_SECONDS",
            "how long a claim holds without a sign of life; after that another daemon "
            "takes the ticket over",
            "a whole number of seconds from 1 to 86400",
        ),
    ] = 300
    retry_seconds: Annotated[
        Seconds,
        Variable(
            "DAEMON_RETRY_SECONDS",
            "wait before the second attempt; each further wait is twice as long, a day at the most",
            "a number of seconds from 0 to 86400",
        ),
    ] = 60
    max_attempts: Annotated[
        int,
        Field(ge=1, le=100),
        Variable(
            "DAEMON_MAX_ATTEMPTS",
            "attempts before an action stays failed until someone clears it",
            "a whole number from 1 to 100",
        ),
    ] = 5
    max_new_tickets: Annotated[
        int,
        Field(ge=0, le=1_000_000),
        Variable(
            "DAEMON_MAX_NEW_TICKETS",
            "a run that would newly execute an action on more tickets is refused without --confirm",
            "a whole number from 0 to 1000000",
        ),
    ] = 50
    anomaly_factor: Annotated[
        float,
        Field(ge=0, le=1000, allow_inf_nan=False),
        Variable(
            "DAEMON_ANOMALY_FACTOR",
            "an action whose new tickets in a run are so many spreads above the median of its last "
            "runs is held back until it is released; 0: never; see docs/anomalies.md",
            "a number from 0 to 1000",
        ),
    ] = 10.0
    settle_seconds: Annotated[
        Pauses,
        Variable(
            "DAEMON_SETTLE_SECONDS",
            "waits before each look for a write whose answer was lost",
            "seconds with commas between them, each from 0 to 3600",
        ),
    ] = (2.0, 5.0, 15.0)

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(
        cls,
        flags: Mapping[str, object] | None = None,
        *,
        need: Need = Need.NOTHING,
        environ: Mapping[str, str] | None = None,
        dotenv: Path | None = Path(".env"),
    ) -> Self:
        """Read all sources; ``flags`` by field name, None for a flag that was not given.

        Raises:
            ConfigError: naming everything that is missing or wrong, all at once, no secret in it.
        """
        known = variables()
        found = gather(known, flags or {}, os.environ if environ is None else environ, dotenv)
        given = {known[name].name for name in found.values}
        wrong = list(found.problems)
        settings = None
        try:
            settings = cls(**found.values)
        except ValidationError as error:
            wrong += wrong_values(error, found, known)
        wrong += half_pairs(given)
        missing = missing_variables(given, need)
        if missing or wrong or settings is None:
            raise refusal(missing, wrong)
        settings._origins.update(found.origins)
        return settings

    @property
    def credentials(self) -> Credentials | None:
        """The first complete kind: BEID and key, then user and password, then the token."""
        if self.tdx_beid and self.tdx_web_services_key:
            return AdminKey(self.tdx_beid, self.tdx_web_services_key)
        if self.tdx_username and self.tdx_password:
            return Login(self.tdx_username, self.tdx_password)
        return Token(self.tdx_api_token) if self.tdx_api_token else None

    def tdx(self) -> TdxAccess:
        """What a client needs.

        Raises:
            ConfigError: naming everything of it that is missing.
        """
        credentials = self.credentials
        if self.tdx_base_url is None or self.tdx_app_id is None or credentials is None:
            given = {variables()[name].name for name in self._given()}
            raise refusal(missing_variables(given, Need.TDX), half_pairs(given))
        return TdxAccess(self.tdx_base_url, self.tdx_app_id, self.tdx_asset_app_id, credentials)

    def required_report_id(self) -> int:
        """The report to monitor.

        Raises:
            ConfigError: none is set.
        """
        if self.report_id is None:
            raise refusal(missing_variables(set(), Need.REPORT), [])
        return self.report_id

    def secrets(self) -> list[SecretStr]:
        """Every value that no log and no message may show, passwords inside of URLs among them."""
        held = [value for value in self._given().values() if isinstance(value, SecretStr)]
        if self.database_url is not None:
            url = self.database_url.get_secret_value()
            held += [SecretStr(password) for password in passwords_of(url)]
        for alert_url in self.alert_urls or ():
            held += [SecretStr(part) for part in parts_of(alert_url.get_secret_value())]
        return held

    def describe(self) -> list[SettingRow]:
        """Every setting with its value and where it came from; secrets only as set or unset."""
        given = self._given()
        return [
            SettingRow(
                variable.name,
                ("set" if name in given else "unset")
                if variable.secret
                else as_text(getattr(self, name)),
                self._origins.get(name, "given" if name in self.model_fields_set else "default"),
            )
            for name, variable in variables().items()
        ]

    def _given(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in values.items() if value is not None}


def variables() -> dict[str, Variable]:
    """Field name to variable, in the order of the documentation."""
    # Pydantic lists the fields of a base class first; here our own come first, monitors last.
    groups = tuple(base.model_fields for base in (MonitorSettings, AlertSettings, MatchingSettings))
    fields = sorted(
        Settings.model_fields.items(), key=lambda field: [field[0] in group for group in groups]
    )
    return {
        name: next(part for part in info.metadata if isinstance(part, Variable))
        for name, info in fields
    }


def as_text(value: object) -> str:
    """A setting's value as it would be written in ``.env``; ``unset`` for none."""
    if value is None or value == ():
        return "unset"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(as_text(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
