"""``doctor``: what is wrong, and what to do, before a run meets it; it changes nothing."""

from __future__ import annotations

import json
import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from pydantic import SecretStr

from desk import BriefClock
from ledger import sql
from rooms.tdx.network import account_server
from spec.test_dry_run_touches_nothing import rows_in
from ticket_queue_daemon.app.checkup import check_up
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.doctor.findings import Mark
from ticket_queue_daemon.doctor.instance import MOST_CALLS
from ticket_queue_daemon.doctor.network import network

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.doctor.findings import Finding
    from ticket_queue_daemon.store.pool import Database


ROOT = Path(__file__).parents[2]


@pytest.fixture
def ask(desk: Desk) -> Callable[..., list[Finding]]:
    """Ask the doctor, with the desk's settings and some of one's own."""

    def findings(**more: Any) -> list[Finding]:
        env = desk.simulator.env()
        usual = {
            "report_id": 1344,
            "tdx_base_url": env["TDX_BASE_URL"],
            "tdx_app_id": 46,
            "tdx_beid": SecretStr(env["TDX_BEID"]),
            "tdx_web_services_key": SecretStr(env["TDX_WEB_SERVICES_KEY"]),
            "database_url": SecretStr(desk.database_url),
        }
        clock = BriefClock()
        clock.set_by = more.pop("clock_set_by", 0.0)
        given = {name: value for name, value in {**usual, **more}.items() if value is not None}
        return list(check_up(Settings(**given), clock).findings)

    return findings


def bad(findings: list[Finding]) -> list[str]:
    return [one.check for one in findings if one.mark in (Mark.WARN, Mark.FAIL)]


def only(findings: list[Finding], check: str) -> Finding:
    (found,) = [one for one in findings if one.check == check]
    return found


def test_a_healthy_installation_is_all_ok_in_eight_calls_and_nothing_is_written(
    desk: Desk,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    desk.ticket("Printer")
    environ = {
        **desk.simulator.env(),
        "DATABASE_URL": desk.database_url,
        "DAEMON_ALERT_URLS": "json://127.0.0.1:9/",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    code = main(["--report-id", "1344", "doctor", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert {one["mark"] for one in told["findings"] if one["check"] != "asset index"} == {"ok"}
    assert (code, told["result"]) == (0, "fine")
    page = (ROOT / "docs/doctor.md").read_text(encoding="utf-8")
    assert [one["check"] for one in told["findings"] if f"`{one['check']}`" not in page] == []
    assert sum(told["calls"].values()) == desk.simulator.requests.count() == MOST_CALLS
    assert desk.writes() == 0
    assert set(rows_in(database).values()) == {0}


def test_for_people_it_is_a_table_with_what_to_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.asset("IC-EHLB760-F16")
    environ = {**desk.simulator.env(), "DATABASE_URL": desk.database_url, "DAEMON_INTERVALL": "5"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    code = main(["--report-id", "1344", "doctor"])

    out = " ".join(capsys.readouterr().out.split())
    assert code == 1
    assert "warn, settings: Correct or remove it" in out
    assert "is DAEMON_INTERVAL meant?" in out
    assert "ticket-queue-daemon alerts test" in out
    assert "2 warn" in out
    assert "nothing was changed" in out
    assert environ["TDX_WEB_SERVICES_KEY"] not in out


def test_settings_that_are_missing_are_a_finding_and_the_rest_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    code = main(["doctor", "--json"])

    told = {one["check"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert code == 2
    assert "TDX_BASE_URL" in told["settings"]["said"]
    assert told["database rights"]["mark"] == "ok"


def test_an_env_file_that_others_can_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("DAEMON_INTERVAL=300\n")
    (tmp_path / ".env").chmod(0o644)

    main(["doctor", "--json"])

    told = [
        one for one in json.loads(capsys.readouterr().out)["findings"] if one["check"] == ".env"
    ]
    assert (told[0]["mark"], told[0]["advice"]) == ("warn", "chmod 600 .env")


@pytest.mark.parametrize(
    ("route", "method", "check"),
    [
        (r"/reports/\{id\}$", "GET", "may read the report"),
        (r"/tickets/\{id\}$", "GET", "may read tickets"),
        (r"/tickets/\{id\}/feed$", "GET", "may read feeds"),
        (r"/tickets/\{id\}/assets$", "GET", "may read a ticket's assets"),
        (r"/assets/search$", "POST", "may read assets"),
    ],
)
def test_what_the_account_may_not_read_fails_by_its_name(
    desk: Desk, ask: Callable[..., list[Finding]], route: str, method: str, check: str
) -> None:
    desk.asset("IC-EHLB760-F16")
    desk.ticket("Printer")
    desk.simulator.faults.add("status_before", method=method, route=route, status=403)

    found = ask()

    failed = [one for one in found if one.mark is Mark.FAIL]
    assert [one.check for one in failed] == ["report" if "report" in check else check]
    assert failed[0].advice


@pytest.mark.parametrize(
    ("setting", "check", "word"),
    [
        ({"tdx_web_services_key": SecretStr("wrong")}, "account", "TDX_BEID"),
        ({"tdx_app_id": 9}, "applications", "TDX_APP_ID"),
        ({"tdx_base_url": "http://127.0.0.1:9/TDWebApi"}, "network", "firewall"),
        ({"tdx_base_url": "http://no.such.invalid/TDWebApi"}, "dns", "TDX_BASE_URL"),
        ({"report_id": 9999}, "report", "9999"),
        ({"allowed_effects": ("tags",)}, "actions", "DAEMON_ALLOWED_EFFECTS"),
        ({"database_url": SecretStr("postgresql://x@127.0.0.1:9/no")}, "database", "DATABASE_URL"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_mistake_is_told_with_what_to_do(
    ask: Callable[..., list[Finding]], setting: dict[str, Any], check: str, word: str
) -> None:
    found = [one for one in ask(**setting) if one.mark is Mark.FAIL]

    assert [one.check for one in found] == [check]
    assert word in found[0].said + found[0].advice


def test_a_token_is_told_with_its_end_and_whether_one_may_write_can_not_be_known(
    desk: Desk, ask: Callable[..., list[Finding]]
) -> None:
    token = desk.app().client
    assert token is not None
    token.me()
    bearer = token._session._auth.bearer().text

    found = ask(tdx_beid=None, tdx_web_services_key=None, tdx_api_token=SecretStr(bearer))

    assert only(found, "token").mark is Mark.WARN
    assert "can't be renewed" in only(found, "token").said
    assert only(found, "may post and attach").mark is Mark.UNKNOWN
    assert bearer not in str(found)


def test_a_clock_that_is_wrong_is_told_against_tdx_and_the_database(
    ask: Callable[..., list[Finding]],
) -> None:
    found = ask(clock_set_by=-600.0)

    assert {"clock", "database clock"} <= set(bad(found))


def test_a_database_of_another_instance_and_an_old_index_are_told(
    desk: Desk, ask: Callable[..., list[Finding]]
) -> None:
    sql(desk.database_url, "INSERT INTO meta.daemon_instance (instance) VALUES ('x/TDWebApi')")
    sql(
        desk.database_url,
        "UPDATE meta.daemon_asset_index SET complete_at = now() - '3 d'::interval",
    )

    found = ask()

    assert only(found, "instance").mark is Mark.FAIL
    assert only(found, "asset index").mark is Mark.WARN


def test_a_database_without_tables_or_rights_is_told_with_the_command(
    desk: Desk, ask: Callable[..., list[Finding]], empty_database_url: str
) -> None:
    sql(desk.database_url, "CREATE ROLE nobody_at_all LOGIN")
    theirs = desk.database_url.replace("postgres@", "nobody_at_all@")

    bare = ask(database_url=SecretStr(empty_database_url))
    powerless = ask(database_url=SecretStr(theirs))

    assert only(bare, "migrations").advice == "ticket-queue-daemon db upgrade"
    assert "USAGE ON meta" in only(powerless, "database rights").said
    assert "least-privileges.md" in only(powerless, "database rights").advice
    sql(desk.database_url, "DROP ROLE nobody_at_all")


@pytest.mark.parametrize(("days", "mark"), [(10, Mark.WARN), (90, Mark.OK)])
def test_the_days_of_the_certificate_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, mark: Mark
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "campus.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    end = datetime.now(UTC) + timedelta(days=days, hours=1)
    authority.issue_cert("127.0.0.1", not_after=end).configure_cert(context)

    with account_server(context) as (port, _):
        untrusted = network(f"https://127.0.0.1:{port}/TDWebApi", datetime.now(UTC))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "campus.pem"))
        trusted = network(f"https://127.0.0.1:{port}/TDWebApi", datetime.now(UTC))

    assert (untrusted[-1].check, untrusted[-1].mark) == ("tls", Mark.FAIL)
    assert "SSL_CERT_FILE" in untrusted[-1].advice
    assert (trusted[-1].check, trusted[-1].mark) == ("tls", mark)
    assert f"{days} days" in trusted[-1].said


def test_a_proxy_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example.edu:3128")

    found = network("https://tdx.example.edu/TDWebApi", datetime.now(UTC))

    assert Counter(one.mark for one in found) == {Mark.OK: 1, Mark.UNKNOWN: 1}
    assert "proxy.example.edu:3128" in found[0].said
    assert "hunter2" not in str(found)
