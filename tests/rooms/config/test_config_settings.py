"""Settings: where values come from, what is refused, what is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from ticket_queue_daemon.config.credentials import AdminKey, Login, Token
from ticket_queue_daemon.config.settings import Need, Settings, variables
from ticket_queue_daemon.config.variables import envbool
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

ALL = Need.TDX | Need.REPORT
COMPLETE = {
    "DAEMON_REPORT_ID": "1344",
    "DATABASE_URL": "postgresql://lsats_user:password@localhost:5432/lsats_db",
    "TDX_BASE_URL": "https://teamdynamix.umich.edu/TDWebApi/api",
    "TDX_APP_ID": "46",
    "TDX_API_TOKEN": "your_token_here",
}


def load(
    environ: dict[str, str] | None = None,
    flags: dict[str, Any] | None = None,
    *,
    need: Need = Need.NOTHING,
    dotenv: Path | None = None,
) -> Settings:
    return Settings.load(flags, need=need, environ=environ or {}, dotenv=dotenv)


def refused(*args: Any, **options: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load(*args, **options)
    assert caught.value.exit_code == 2
    return f"{caught.value.message}\n{caught.value.advice}"


class TestWhereValuesComeFrom:
    def test_the_seed_s_env_file_works_as_printed(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text(
            "# Required\n"
            + "".join(f"{name}={value}\n" for name, value in COMPLETE.items())
            + "\n# Optional\n"
            + "DAEMON_INTERVAL=300              # Polling interval (seconds)\n"
            + "DAEMON_DRY_RUN=false\n"
        )

        settings = load(need=ALL, dotenv=dotenv)

        assert settings.report_id == 1344
        assert settings.interval == 300
        assert settings.dry_run is False
        assert settings.tdx().ticket_app_id == 46
        assert settings.credentials == Token(SecretStr("your_token_here"))

    def test_docker_s_reading_of_the_seed_s_env_file_works_too(self) -> None:
        kept = {
            "DAEMON_INTERVAL": "300              # Polling interval (seconds)",
            "TDX_BASE_URL": '"https://tdx.example.edu/TDWebApi"',
        }

        settings = load(kept)

        assert settings.interval == 300
        assert settings.tdx_base_url == "https://tdx.example.edu/TDWebApi"

    def test_a_flag_wins_over_the_environment_and_that_over_the_file(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("DAEMON_INTERVAL=1\nDAEMON_WORKERS=1\nDAEMON_MAX_ATTEMPTS=1\n")
        environ = {"DAEMON_INTERVAL": "2", "DAEMON_WORKERS": "2"}

        settings = load(environ, {"interval": "3"}, dotenv=dotenv)

        assert (settings.interval, settings.workers, settings.max_attempts) == (3, 2, 1)
        assert settings.max_new_tickets == 50
        origins = {row.variable: row.origin for row in settings.describe()}
        assert origins["DAEMON_INTERVAL"] == "--interval"
        assert origins["DAEMON_WORKERS"] == "environment"
        assert origins["DAEMON_MAX_ATTEMPTS"] == ".env"
        assert origins["DAEMON_MAX_NEW_TICKETS"] == "default"

    @pytest.mark.parametrize("blank", ["", "   ", "''", '""', "  # a comment"])
    def test_blank_is_unset_and_hides_nothing(self, tmp_path: Path, blank: str) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("DAEMON_INTERVAL=7\n")

        assert load({"DAEMON_INTERVAL": blank}, dotenv=dotenv).interval == 7

    def test_a_password_is_taken_letter_by_letter(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("TDX_USERNAME=u\nTDX_PASSWORD='a${HOME}b #c'\n")

        assert load(dotenv=dotenv).credentials == Login("u", SecretStr("a${HOME}b #c"))

    def test_the_defaults_are_those_of_the_issue(self) -> None:
        settings = load()

        assert settings.database_url is None
        assert settings.interval == 300
        assert settings.workers == 8
        assert settings.lease_seconds == 300
        assert settings.retry_seconds == 60
        assert settings.max_attempts == 5
        assert settings.max_new_tickets == 50
        assert settings.asset_max_age == 86_400
        assert settings.computer_form_ids == (2448,)
        assert settings.active_asset_status_ids == (38,)
        assert settings.settle_seconds == (2, 5, 15)

    def test_a_broken_file_is_named_with_its_line_and_without_its_text(
        self, tmp_path: Path
    ) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("DAEMON_INTERVAL=7\nTDX_PASSWORD='hush-hush\n")

        said = refused(dotenv=dotenv)

        assert "line 2" in said
        assert "hush" not in said

    def test_a_file_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_bytes(b"\xff\xfe\x00")

        assert "not UTF-8" in refused(dotenv=dotenv)


class TestWhatIsMissing:
    def test_everything_is_named_at_once_with_the_way_out(self) -> None:
        said = refused(need=ALL)

        assert "Missing required environment variables" in said
        for name in ("DAEMON_REPORT_ID", "TDX_BASE_URL", "TDX_APP_ID", "TDX_API_TOKEN", "TDX_BEID"):
            assert name in said
        assert "ticket-queue-daemon demo" in said

    def test_missing_and_wrong_are_told_together(self) -> None:
        said = refused({"DAEMON_INTERVAL": "soon"}, {"report_id": "x"}, need=ALL)

        assert "TDX_APP_ID" in said
        assert 'DAEMON_INTERVAL is "soon"' in said
        assert '--report-id is "x"' in said

    @pytest.mark.parametrize("left_out", sorted(COMPLETE.keys() - {"DATABASE_URL"}))
    def test_one_that_is_missing_is_the_only_one_named(self, left_out: str) -> None:
        environ = {name: value for name, value in COMPLETE.items() if name != left_out}

        said = refused(environ, need=ALL)

        assert left_out in said
        first = said.splitlines()[0]
        assert not any(name in first for name in environ if name != left_out)

    def test_the_database_may_be_missing(self) -> None:
        environ = {name: value for name, value in COMPLETE.items() if name != "DATABASE_URL"}

        assert load(environ, need=ALL).database_url is None

    @pytest.mark.parametrize(
        ("half", "other"),
        [
            ("TDX_BEID", "TDX_WEB_SERVICES_KEY"),
            ("TDX_WEB_SERVICES_KEY", "TDX_BEID"),
            ("TDX_USERNAME", "TDX_PASSWORD"),
            ("TDX_PASSWORD", "TDX_USERNAME"),
        ],
    )
    def test_half_a_pair_names_the_other_half(self, half: str, other: str) -> None:
        said = refused({**COMPLETE, half: "something-of-mine"}, need=ALL)

        assert f"{half} is set, but {other} is missing" in said
        assert "something-of-mine" not in said

    def test_credentials_are_taken_in_the_order_of_the_issue(self) -> None:
        login = {"TDX_USERNAME": "u", "TDX_PASSWORD": "p"}
        key = {"TDX_BEID": "b", "TDX_WEB_SERVICES_KEY": "k"}

        assert isinstance(load({**COMPLETE, **login, **key}).credentials, AdminKey)
        assert isinstance(load({**COMPLETE, **login}).credentials, Login)
        assert isinstance(load(COMPLETE).credentials, Token)

    def test_asking_for_what_is_not_there_says_what_is_missing(self) -> None:
        with pytest.raises(ConfigError, match="TDX_BASE_URL"):
            Settings(tdx_app_id=46).tdx()
        with pytest.raises(ConfigError, match="DAEMON_REPORT_ID"):
            Settings().required_report_id()


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DAEMON_REPORT_ID", "0"),
            ("DAEMON_REPORT_ID", "-1"),
            ("DAEMON_REPORT_ID", "1344.5"),
            ("DAEMON_REPORT_ID", str(2**31)),
            ("DAEMON_INTERVAL", "0"),
            ("DAEMON_INTERVAL", "5 minutes"),
            ("DAEMON_DRY_RUN", "maybe"),
            ("DAEMON_DRY_RUN", "tru"),
            ("DAEMON_DRY_RUN", "2"),
            ("DAEMON_WORKERS", "0"),
            ("DAEMON_WORKERS", "65"),
            ("DAEMON_LEASE_SECONDS", "0"),
            ("DAEMON_RETRY_SECONDS", "-1"),
            ("DAEMON_RETRY_SECONDS", "nan"),
            ("DAEMON_MAX_ATTEMPTS", "0"),
            ("DAEMON_MAX_NEW_TICKETS", "-1"),
            ("DAEMON_CONFIG", "/nowhere/actions.py"),
            ("DAEMON_COMPUTER_FORM_IDS", "2448,"),
            ("DAEMON_COMPUTER_FORM_IDS", "2448;2449"),
            ("DAEMON_SETTLE_SECONDS", "2,inf"),
            ("DAEMON_SETTLE_SECONDS", "-1"),
            ("TDX_BASE_URL", "teamdynamix.umich.edu/TDWebApi"),
            ("TDX_BASE_URL", "ftp://teamdynamix.umich.edu"),
            ("TDX_BASE_URL", "https://host:99999/TDWebApi"),
            ("TDX_APP_ID", "forty-six"),
            ("DATABASE_URL", "mysql://localhost/db"),
            ("DATABASE_URL", "localhost:5432/db"),
            ("TDX_API_TOKEN", "two words"),
        ],
    )
    def test_it_is_named_with_what_is_expected(self, name: str, value: str) -> None:
        said = refused({name: value})

        assert f"  {name} " in said
        assert "expected" in said

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            *((word, True) for word in ("true", "1", "yes", "on", "True")),
            *((word, False) for word in ("false", "0", "no", "off", "OFF")),
        ],
    )
    def test_the_words_for_true_and_false(self, text: str, meant: bool) -> None:
        assert load({"DAEMON_DRY_RUN": text}).dry_run is meant

    @given(st.text(min_size=1))
    def test_no_other_word_ever_means_true_or_false(self, text: str) -> None:
        if text.strip().lower() not in {"true", "1", "yes", "on", "false", "0", "no", "off"}:
            with pytest.raises(ValueError, match="not one of the words"):
                envbool(text)

    def test_lists_take_one_or_many(self) -> None:
        settings = load({"DAEMON_COMPUTER_FORM_IDS": "2448, 2449", "DAEMON_SETTLE_SECONDS": "0"})

        assert settings.computer_form_ids == (2448, 2449)
        assert settings.settle_seconds == (0,)

    def test_a_driver_in_the_database_url_is_taken_off(self) -> None:
        url = load({"DATABASE_URL": "postgresql+psycopg2://u:p@h/db"}).database_url

        assert url is not None
        assert url.get_secret_value() == "postgresql://u:p@h/db"

    def test_an_unknown_field_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            Settings(report=1344)  # type: ignore[call-arg]  # just that is tested


# Begun so that none is part of an ordinary sentence: Hypothesis reads the source for ideas.
SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'#"), min_size=8
).map(lambda text: f"Qz7~{text}")


class TestWhatIsNeverShown:
    @given(secret=SECRETS, name=st.sampled_from([v.name for v in variables().values()]))
    def test_a_secret_put_into_any_variable_is_in_no_message(self, secret: str, name: str) -> None:
        environ = {"TDX_WEB_SERVICES_KEY": secret, name: secret, "DAEMON_WORKERS": "none"}
        if name == "TDX_BEID":
            environ["DAEMON_WORKERS"] = "no number"

        assert secret not in refused(environ)

    @given(secret=SECRETS)
    def test_repr_str_and_description_hold_no_secret(self, secret: str) -> None:
        settings = Settings(
            tdx_beid=SecretStr(secret),
            tdx_web_services_key=SecretStr(secret),
            tdx_password=SecretStr(secret),
            tdx_api_token=SecretStr(secret),
            database_url=SecretStr(f"postgresql://user:{secret}@host/db"),
        )

        shown = f"{settings!r} {settings} {settings.describe()} {settings.credentials!r}"

        assert secret not in shown

    def test_the_database_s_password_is_among_the_secrets(self) -> None:
        settings = load({"DATABASE_URL": "postgresql://user:p%40ss-word@host/db"})

        held = {secret.get_secret_value() for secret in settings.secrets()}

        assert {"p%40ss-word", "p@ss-word"} <= held

    def test_every_part_of_an_alert_url_that_may_be_a_token_is_among_the_secrets(self) -> None:
        url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#it"
        mail = "mailto://desk:s3cret@smtp.example.edu?to=a@example.edu,b@example.edu"
        settings = load({"DAEMON_ALERT_URLS": f"{url}, {mail}"})

        held = {secret.get_secret_value() for secret in settings.secrets()}

        assert [one.get_secret_value() for one in settings.alert_urls or ()] == [url, mail]
        assert {url, mail, "T1JJ3T3L2", "TIiajkdnlazkcOXrIdevi7FQ", "s3cret"} <= held
        assert "smtp.example.edu" not in held
        assert "T1JJ3T3L2" not in f"{settings!r} {settings.describe()}"
