"""Secrets from files: of a container's mount, or handed over by systemd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.config.tables import unknown_variables
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cret # 'and more'"


def token(environ: dict[str, str], dotenv: Path | None = None) -> tuple[str, str]:
    settings = Settings.load(environ={"TDX_USERNAME": "tqd", **environ}, dotenv=dotenv)
    [row] = [row for row in settings.describe() if row.variable == "TDX_PASSWORD"]
    return settings.tdx_password.get_secret_value(), row.origin  # type: ignore[union-attr]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "TDX_PASSWORD"
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    return path


def test_a_named_file_holds_the_secret_as_it_is(file: Path) -> None:
    assert token({"TDX_PASSWORD_FILE": str(file)}) == (SECRET, "TDX_PASSWORD_FILE")


def test_systemd_hands_it_over_and_the_environment_overrules_it(file: Path) -> None:
    credentials = {"CREDENTIALS_DIRECTORY": str(file.parent)}

    assert token(credentials) == (SECRET, "systemd credential TDX_PASSWORD")
    assert token({**credentials, "TDX_PASSWORD": "newer"}) == ("newer", "environment")


def test_env_may_name_the_file_too_and_the_environment_overrules_it(file: Path) -> None:
    dotenv = file.with_name(".env")
    dotenv.write_text(f"TDX_PASSWORD_FILE={file}\n")

    assert token({}, dotenv) == (SECRET, "TDX_PASSWORD_FILE")
    assert token({"TDX_PASSWORD": "newer"}, dotenv) == ("newer", "environment")


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (None, {}, "can't be read: No such file"),
        (b" \n", {}, "is empty"),
        (b"\xff\xfe\x00", {}, "is not UTF-8 text"),
        (b"x" * 70_000, {}, "is too long for a secret"),
        (b"other", {"TDX_PASSWORD": "x1"}, "are both set: leave one of them away"),
    ],
    ids=["missing", "empty", "binary", "long", "twice"],
)
def test_a_file_that_cannot_be_used_is_named_and_its_text_is_not_shown(
    file: Path, content: bytes | None, more: dict[str, str], said: str
) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    with pytest.raises(ConfigError, match=said) as refused:
        token({"TDX_PASSWORD_FILE": str(file), **more})

    assert "TDX_PASSWORD_FILE" in refused.value.message
    assert "xxx" not in refused.value.message


def test_only_secrets_have_files() -> None:
    said = unknown_variables(
        {"DATABASE_URL_FILE": "x", "TDX_BEID_FILE": "x", "TDX_APP_ID_FILE": "46"}
    )

    assert [sentence.partition(" ")[0] for sentence in said] == ["TDX_APP_ID_FILE"]
