"""``simulate`` never takes a file that may hold real credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.cli import main
from ticket_queue_daemon.simulator.serving import write_env_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_of_somebody_elses_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "real.env"
    file.write_text("TDX_WEB_SERVICES_KEY=precious\nOTHER=keep\n")

    code = main(["simulate", "--port", "0", "--tickets", "1", "--env-file", str(file)])

    assert code == 2
    assert "not written by a simulator" in capsys.readouterr().err
    assert file.read_text() == "TDX_WEB_SERVICES_KEY=precious\nOTHER=keep\n"


def test_a_file_of_its_own_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / ".env"

    write_env_file(file, {"A": "1"})
    write_env_file(file, {"A": "2"})

    assert file.read_text().splitlines()[1:] == ["A=2"]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("flag", ["--env-file", "--state"])
def test_a_folder_that_is_not_there_is_not_blamed_on_the_port(
    flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "nowhere" / "file"

    code = main(["simulate", "--port", "0", "--tickets", "1", flag, str(file)])

    said = capsys.readouterr().err
    assert code == 2
    assert f"{file} can't be written: No such file or directory" in said
    assert "port" not in said
