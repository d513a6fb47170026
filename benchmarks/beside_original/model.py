"""A plain model of the original daemon: its order of steps and its readings of errors, no more.

A process of its own that speaks HTTP and SQL by itself and imports nothing of ours. What each part
models (FS: the fact sheet of the TDX Web API with the original's behaviour, sections 17.3 and 17.5;
README: the original's own; source: its public code, 3Bodhi/LSATS_Data_Hub, which was read and not
copied):

* poll ``reports/{id}?withData=True&dataSortExpression=``; a report that can't be had looks like
  "no tickets" (FS 17.3, 17.5.2);
* for each action in turn: ``SELECT EXISTS``, the effect, and only then the row; no claim, nothing
  written ahead (README "How It Works" 1 to 4, FS 17.3);
* an error of the database at the check reads "not executed", at the row "not recorded", and the
  work goes on (source: state_tracker.py);
* every HTTP failure reads None; 429 sleeps until the reset and 5 s and asks again, without end; no
  time-outs; a GET is repeated after a reset, a POST is not (FS 17.3, 17.5.2, 17.5.6);
* a comment or a summary with a falsy reply has failed (FS 17.3); an asset is trusted only when the
  list has it after the POST (FS 17.3), and if it does not, the action is a success all the same,
  with a line that says "failed to add" (source: add_asset_action.py; FS 17.5.2 and 17.5.3);
* the summary is never asked whether it ran: it is posted whenever an action of this very pass
  gives a line, and with no line it records ``completed`` and posts nothing (FS 17.5.4, source:
  summary_comment_action.py); so its lines live in memory only;
* a row that says ``failed`` is tried again at the next pass (source: the query asks for
  ``completed`` and ``skipped``). README prints that query without the status, by which a failed
  row is final until a person clears it: ``--failed-is-final`` models that.

Kinder than the original: one connection is kept and replaced when it breaks; a POST that is reset
reads None in place of an exception, so that the asset's list is looked at; the filter that takes
asset ids for CI ids (FS 17.5.1) and phases 2 and 3 of the asset search are left out; a crash of
``len()`` on a report without rows and of ``None + list`` in the asset search (FS 17.5.11 and
17.5.2) are spared; the token comes from a login at each
start, not from a variable that runs out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import email.utils
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TICKET_APP, ASSET_APP = 46, 48
ACTIVE, COMPUTER_FORM = 38, 2448
ASSET_TYPE = 27
RESET_SECONDS = 5
COMPUTER_NAME = re.compile(r"\b[A-Za-z]{2,10}-[A-Za-z0-9]{4,15}-[A-Za-z0-9]{1,8}\b")
COMMENT = "We have received your request and are looking into it."
PREFIX = "🤖 Automated Actions Summary"
TABLE = """
CREATE SCHEMA meta;
CREATE TABLE meta.daemon_action_log (
    log_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ticket_id integer NOT NULL,
    action_type varchar(100),
    action_id varchar(255),
    action_hash varchar(64),
    status varchar(20),
    executed_at timestamptz DEFAULT now(),
    error_message text,
    metadata jsonb DEFAULT '{}',
    UNIQUE (ticket_id, action_id)
);
"""
"""README "Database Schema"; whoever sets up the database runs it, as README's step 1 says."""


class Tdx:
    """Calls to TDX; None is all that is ever said about a failure."""

    def __init__(self, base: str, beid: str, key: str) -> None:
        self._http = httpx2.Client(base_url=base, timeout=None)
        token = self._http.post("auth/loginadmin", json={"BEID": beid, "WebServicesKey": key}).text
        self._http.headers["Authorization"] = f"Bearer {token.strip().strip(chr(34))}"

    def get(self, path: str) -> Any:
        """A GET, repeated after 1 and 2 seconds when the connection was reset."""
        for attempt in range(3):
            try:
                return self._read(self._http.get(path))
            except httpx2.TransportError:
                if attempt < 2:
                    time.sleep(2**attempt)
        return None

    def post(self, path: str, body: Any) -> Any:
        """A POST, sent once."""
        try:
            return self._read(self._http.post(path, json=body))
        except httpx2.TransportError:
            return None

    def _read(self, reply: httpx2.Response) -> Any:
        while reply.status_code == 429:
            reset = reply.headers.get("X-RateLimit-Reset")
            seconds = 0.0
            if reset:
                now = dt.datetime.now(dt.UTC)
                seconds = (email.utils.parsedate_to_datetime(reset) - now).total_seconds()
            time.sleep(max(seconds, 0.0) + RESET_SECONDS)
            reply = self._http.send(reply.request)
        if reply.status_code not in {200, 201}:
            return None
        try:
            return reply.json()
        except ValueError:
            return None


class Log:
    """The table of what was done: asked before, written after."""

    def __init__(self, url: str, *, failed_is_final: bool) -> None:
        self._url = url
        self._done = "" if failed_is_final else "AND status IN ('completed', 'skipped')"
        self._connection: psycopg.Connection[Any] | None = psycopg.connect(url, autocommit=True)

    def has_executed(self, ticket: int, action_id: str) -> bool:
        """Whether there is a row; a database that does not answer reads "no"."""
        try:
            row = self._run(
                "SELECT EXISTS (SELECT 1 FROM meta.daemon_action_log"  # noqa: S608  two constants
                f" WHERE ticket_id = %s AND action_id = %s {self._done})",
                [ticket, action_id],
            ).fetchone()
        except psycopg.Error:
            return False
        return bool(row and row[0])

    def record(self, ticket: int, action_id: str, *, success: bool, message: str) -> None:
        """Write the row; a database that does not answer leaves none, and nobody is told."""
        try:
            self._run(
                "INSERT INTO meta.daemon_action_log"
                " (ticket_id, action_id, action_type, status, error_message)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (ticket_id, action_id) DO UPDATE SET"
                " status = EXCLUDED.status, error_message = EXCLUDED.error_message,"
                " executed_at = now()",
                [
                    ticket,
                    action_id,
                    action_id.partition(":")[0],
                    "completed" if success else "failed",
                    None if success else message,
                ],
            )
        except psycopg.Error:
            return

    def _run(self, statement: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._url, autocommit=True)
            return self._connection.execute(statement, values)
        except psycopg.Error:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            raise


class Actions:
    """Each returns success, a message, and the line that it gives to the summary."""

    def __init__(self, tdx: Tdx) -> None:
        self._tdx = tdx

    def comment(self, ticket: int, _lines: list[str]) -> tuple[bool, str, str]:
        """Say something on the ticket."""
        return self._say(ticket, COMMENT, private=False)

    def add_asset(self, ticket: int, _lines: list[str]) -> tuple[bool, str, str]:
        """Attach the computers that the title or description names (phase 1)."""
        found = self._tdx.get(f"{TICKET_APP}/tickets/{ticket}")
        if not found:
            return False, "ticket not found", ""
        self._tdx.get(f"{TICKET_APP}/tickets/{ticket}/assets")
        names = set(COMPUTER_NAME.findall(f"{found['Title']} {found['Description']}"))
        added, failed = [], 0
        for asset in self._search(names):
            self._tdx.post(f"{TICKET_APP}/tickets/{ticket}/assets/{asset['ID']}", {})
            there = self._tdx.get(f"{TICKET_APP}/tickets/{ticket}/assets") or []
            ids = {one["BackingItemID"] for one in there if one["BackingItemType"] == ASSET_TYPE}
            if asset["ID"] in ids:
                added.append(asset["Name"])
            else:
                failed += 1
        line = f"Added {len(added)} assets: {', '.join(added)}."
        if failed:
            line += f" (Failed to add {failed})"
        return True, line, line

    def summary_comment(self, ticket: int, lines: list[str]) -> tuple[bool, str, str]:
        """Tell the lines of this pass."""
        if not lines:
            return True, "nothing to tell", ""
        told = "".join(f"<br>{number}. {line}" for number, line in enumerate(lines, 1))
        return self._say(ticket, f"{PREFIX}\n\n{told}", private=True)

    def _say(self, ticket: int, text: str, *, private: bool) -> tuple[bool, str, str]:
        if not self._tdx.get(f"{TICKET_APP}/tickets/{ticket}"):
            return False, "ticket not found", ""
        reply = self._tdx.post(
            f"{TICKET_APP}/tickets/{ticket}/feed",
            {
                "Comments": text,
                "IsPrivate": private,
                "IsRichHTML": private,
                "NewStatusID": 0,
                "Notify": ["null"],
            },
        )
        return bool(reply), "" if reply else "no response", ""

    def _search(self, names: set[str]) -> list[dict[str, Any]]:
        """Two searches for each name; what is found must match a name exactly."""
        found: dict[int, dict[str, Any]] = {}
        for name in sorted(names):
            for member in ("SerialLike", "SearchText"):
                wanted = {member: name, "StatusIDs": [ACTIVE], "FormIDs": [COMPUTER_FORM]}
                for asset in self._tdx.post(f"{ASSET_APP}/assets/search", wanted) or []:
                    own = {str(asset.get(key) or "").lower() for key in ("Name", "SerialNumber")}
                    if name.lower() in own:
                        found[asset["ID"]] = asset
        return list(found.values())


def one_pass(tdx: Tdx, log: Log, report_id: int) -> None:
    """Every ticket of the report, every action in turn."""
    report = tdx.get(f"reports/{report_id}?withData=True&dataSortExpression=")
    does = Actions(tdx)
    actions: list[tuple[str, Callable[[int, list[str]], tuple[bool, str, str]]]] = [
        ("comment:0a1b2c3d4e5f:v1", does.comment),
        ("add_asset:1a2b3c4d5e6f:v2", does.add_asset),
        ("summary_comment:2a3b4c5d6e7f:v1", does.summary_comment),
    ]
    for row in (report or {}).get("DataRows") or []:
        ticket = int(row["TicketID"])
        lines: list[str] = []
        for action_id, execute in actions:
            always = execute == does.summary_comment
            if not always and log.has_executed(ticket, action_id):
                continue
            success, message, line = execute(ticket, lines)
            if line:
                lines.append(line)
            log.record(ticket, action_id, success=success, message=message)


def main() -> int:
    """One pass, or passes until killed."""
    words = argparse.ArgumentParser(description="A model of the original daemon.")
    words.add_argument("--daemon", action="store_true")
    words.add_argument("--interval", type=float, default=300)
    words.add_argument("--failed-is-final", action="store_true")
    args = words.parse_args()
    given = os.environ
    log = Log(given["DATABASE_URL"], failed_is_final=args.failed_is_final)
    tdx = Tdx(given["TDX_BASE_URL"] + "/", given["TDX_BEID"], given["TDX_WEB_SERVICES_KEY"])
    while True:
        one_pass(tdx, log, int(given["DAEMON_REPORT_ID"]))
        if not args.daemon:
            return 0
        time.sleep(args.interval)


if __name__ == "__main__":
    sys.exit(main())
