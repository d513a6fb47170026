"""A long log file is put aside, by size or by others, and no line is lost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.logs import logging_to, reopen_log_files
from ticket_queue_daemon.observe.rotation import Rotation
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger("ticket_queue_daemon.test")


def numbers(*files: Path) -> list[int]:
    """What was logged, oldest first."""
    lines = [line for file in files for line in file.read_text().splitlines()]
    return [int(line.rpartition(" ")[2]) for line in lines]


def test_it_is_put_aside_by_size_and_the_newest_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    with logging_to(Scrubber(), log_file=log, rotation=Rotation(max_bytes=200, keep=2)):
        for number in range(20):
            _LOG.warning("line %d", number)

    aside = [log.with_name(f"daemon.log.{number}") for number in (2, 1)]
    assert sorted(path.name for path in tmp_path.glob("daemon.log*")) == [
        "daemon.log",
        "daemon.log.1",
        "daemon.log.2",
    ]
    kept = numbers(*aside, log)
    assert kept == list(range(kept[0], 20))
    assert [path.stat().st_mode & 0o777 for path in (log, *aside)] == [0o640] * 3


def test_two_writers_put_one_file_aside_once(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    rotation = Rotation(max_bytes=1, keep=5)
    log.write_text("a line of both 0\n")
    with log.open("a") as ours, log.open("a") as theirs:
        assert rotation.rotate(ours, str(log))
        log.write_text("a line of the new file 1\n")
        assert rotation.rotate(theirs, str(log))

    assert numbers(log, tmp_path / "daemon.log.1") == [1, 0]
    assert not (tmp_path / "daemon.log.2").exists()


def test_without_a_size_it_stays(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    with logging_to(Scrubber(), log_file=log):
        for number in range(20):
            _LOG.warning("line %d", number)

    assert numbers(log) == list(range(20))
    assert list(tmp_path.iterdir()) == [log]


def test_it_is_opened_anew_when_asked(tmp_path: Path) -> None:
    log, moved = tmp_path / "daemon.log", tmp_path / "moved.log"
    with logging_to(Scrubber(), log_file=log):
        _LOG.warning("line 1")
        log.rename(moved)
        reopen_log_files()
        assert log.exists()
        _LOG.warning("line 2")

    assert (numbers(moved), numbers(log)) == ([1], [2])


def test_a_folder_that_allows_no_renaming_costs_no_line(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    (tmp_path / "daemon.log.1").mkdir()
    (tmp_path / "daemon.log.1" / "in the way").touch()
    with logging_to(Scrubber(), log_file=log, rotation=Rotation(max_bytes=1, keep=1)):
        _LOG.warning("line 1")
        _LOG.warning("line 2")

    assert numbers(log) == [1, 2]
