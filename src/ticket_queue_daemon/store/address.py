"""``DATABASE_URL``: read strictly, shown without its password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ticket_queue_daemon.errors import ConfigError

EXPECTED = "postgresql://user:pass@host:port/dbname"

_SCHEME = re.compile(r"^postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
# A stray @ or / of an unescaped password ends up in these two; libpq would then print it.
_HOST = re.compile(r"[^@\s]*")
_PORT = re.compile(r"\d*(?:,\d*)*")


@dataclass(frozen=True)
class Address:
    """Where the database is.

    Attributes:
        conninfo: for psycopg; the only member that holds the password.
        host, port, dbname, user: as given; empty means libpq's own default or ``PG*`` variables.
    """

    conninfo: str
    host: str
    port: str
    dbname: str
    user: str

    def __repr__(self) -> str:
        return f"Address({self.safe_url!r})"

    @property
    def safe_url(self) -> str:
        """The URL without password and options."""
        user = f"{self.user}@" if self.user else ""
        host = "" if self.host.startswith("/") else self.host
        port = f":{self.port}" if self.port and host else ""
        socket = f"?host={self.host}" if self.host.startswith("/") else ""
        return f"postgresql://{user}{host}{port}/{self.dbname}{socket}"

    @property
    def words(self) -> str:
        """For messages: host, port, database and user."""
        host = self.host or "the default host"
        return (
            f"{host}{f':{self.port}' if self.port else ''}"
            f" (database {self.dbname or 'by default'}, user {self.user or 'by default'})"
        )

    def scrubbed(self, said: str) -> str:
        """PostgreSQL's own words on one line, without the password should they quote it."""
        password = str(conninfo_to_dict(self.conninfo).get("password") or "")
        line = " ".join(said.split())
        return line.replace(password, "***") if password else line


def read_address(url: str) -> Address:
    """Understand a ``DATABASE_URL``; SQLAlchemy's ``postgresql+driver://`` is accepted.

    Raises:
        ConfigError: it is not of the form ``postgresql://user:pass@host:port/dbname``. The message
            never quotes it.
    """
    given = url.strip()
    scheme = _SCHEME.match(given)
    if scheme is None:
        raise _not_a_url("it does not begin with postgresql://")
    try:
        parts = conninfo_to_dict("postgresql://" + given[scheme.end() :])
    except ProgrammingError:
        raise _not_a_url("PostgreSQL's client can't read it") from None
    values = {name: str(value) for name, value in parts.items() if value is not None}
    host, port = values.get("host", ""), values.get("port", "")
    if not _HOST.fullmatch(unquote(host)) or not _PORT.fullmatch(port):
        raise _not_a_url("host or port are not what they should be")
    return Address(
        conninfo=make_conninfo("", **values),
        host=host,
        port=port,
        dbname=values.get("dbname", ""),
        user=values.get("user", ""),
    )


def _not_a_url(why: str) -> ConfigError:
    return ConfigError(
        f"DATABASE_URL is not of the form {EXPECTED}: {why}.",
        "Percent-encode special characters of the password (@ as %40, / as %2F, # as %23, : as %3A).",
    )
