"""The real command, in a process of its own, against a simulated TDX and a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
import pytest

from crash.daemons import QUICK

if TYPE_CHECKING:
    from pathlib import Path

    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.simulator.server import SimulatorServer

COMMAND = [sys.executable, "-m", "ticket_queue_daemon"]
HELLO = """\
from ticket_queue_daemon.actions import CommentAction

actions = [CommentAction(comment_text="Hello World")]
"""
FAILING = """\
from ticket_queue_daemon.actions import BaseAction


class Failing(BaseAction):
    def get_action_type(self):
        return "failing"

    def get_action_config(self):
        return {}

    def execute_action(self, ticket_id, facade, dry_run=False):
        raise RuntimeError("the plug-in stumbled")


actions = [Failing()]
"""


@dataclass
class Shell:
    """A user's shell in a folder of its own, with the variables that `simulate` prints."""

    folder: Path
    simulator: SimulatorServer
    database_url: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        usual = {
            **os.environ,
            "XDG_STATE_HOME": str(self.folder / "state"),
            "DAEMON_SETTLE_SECONDS": "0",
            **self.simulator.env(),
            "DATABASE_URL": self.database_url,
        }
        return {name: value for name, value in {**usual, **self.more}.items() if value}

    def run(self, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*COMMAND, *args],
            cwd=self.folder,
            env={name: value for name, value in {**self.environ, **environ}.items() if value},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.holds_no_secret(done.stdout + done.stderr)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *args],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def holds_no_secret(self, text: str) -> None:
        env = self.simulator.env()
        for name in ("TDX_WEB_SERVICES_KEY", "TDX_PASSWORD", "TDX_API_TOKEN", "TDX_BEID"):
            assert env[name] not in text

    def writes(self) -> int:
        return len(self.simulator.journal)

    def rows(self) -> int:
        with psycopg.connect(self.database_url) as connection:
            answer = connection.execute("SELECT count(*) FROM meta.daemon_action_log").fetchone()
        return 0 if answer is None else int(answer[0])

    def config(self, text: str) -> str:
        (self.folder / "actions.py").write_text(text)
        return "actions.py"


@pytest.fixture
def shell(tmp_path: Path, simulator: SimulatorServer, database_url: str) -> Shell:
    return Shell(tmp_path, simulator, database_url)


@pytest.fixture
def ticket(simulator: SimulatorServer) -> Ticket:
    world = simulator.world
    alice = world.add_person("Alice", "Rivera", "arivera")
    world.add_asset("IC-EHLB760-F16", "C02XJ0AXJGH5", "")
    return world.add_ticket("IC-EHLB760-F16 is slow", requestor=alice)


class TestARun:
    def test_a_dry_run_shows_the_plan_and_changes_nothing(
        self, shell: Shell, ticket: Ticket
    ) -> None:
        done = shell.run("--report-id", "1344", "--dry-run")

        assert done.returncode == 0
        assert f"Ticket {ticket.id}" in done.stdout
        assert "would attach asset IC-EHLB760-F16" in done.stdout
        assert "nothing was changed" in done.stdout
        assert shell.writes() == 0
        assert shell.rows() == 0

    def test_a_real_run_does_it_once(self, shell: Shell, ticket: Ticket) -> None:
        first = shell.run("--report-id", "1344", "--log", "daemon.log")
        writes = shell.writes()
        second = shell.run("--report-id", "1344", "--log", "daemon.log")

        assert (first.returncode, second.returncode) == (0, 0)
        assert "run finished" in first.stderr
        assert "succeeded=2 failed=0" in first.stderr
        assert writes == shell.writes() == 2
        log = (shell.folder / "daemon.log").read_text()
        assert log.count(f"ticket={ticket.id}") == 2
        assert log.count("run finished") == 2
        shell.holds_no_secret(log)

    def test_debug_logs_hold_no_secret(self, shell: Shell, ticket: Ticket) -> None:
        done = shell.run("--dry-run", "--log-level", "DEBUG", "--log", "logs/debug.log")

        assert done.returncode == 0
        log = (shell.folder / "logs" / "debug.log").read_text()
        assert "setting DAEMON_REPORT_ID=1344 (environment)" in log
        assert "setting TDX_PASSWORD=set (environment)" in log
        shell.holds_no_secret(log)

    def test_log_without_a_name_writes_the_seed_s_file(self, shell: Shell) -> None:
        assert shell.run("--log").returncode == 0
        assert "run finished" in (shell.folder / "ticket_queue_daemon.log").read_text()

    def test_a_failed_action_ends_with_1(self, shell: Shell, ticket: Ticket) -> None:
        done = shell.run("--config", shell.config(FAILING))

        assert done.returncode == 1
        assert "the plug-in stumbled" in done.stderr

    def test_settings_come_from_env_file_too(self, shell: Shell, ticket: Ticket) -> None:
        (shell.folder / ".env").write_text("DAEMON_DRY_RUN=true\nDAEMON_INTERVAL=7\n")

        assert "Dry run:" in shell.run().stdout
        assert shell.rows() == 0


class TestTroubleshooting:
    """The seed's table, row by row, and what else goes wrong at the start."""

    def test_missing_required_environment_variables(self, shell: Shell) -> None:
        shell.more = dict.fromkeys((*shell.simulator.env(), "DATABASE_URL"), "")

        done = shell.run()

        assert done.returncode == 2
        assert "Missing required environment variables" in done.stderr
        for name in ("DAEMON_REPORT_ID", "TDX_BASE_URL", "TDX_APP_ID", "TDX_API_TOKEN"):
            assert name in done.stderr
        assert "ticket-queue-daemon demo" in done.stderr
        assert len(done.stderr.splitlines()) == 2

    def test_database_refused(self, shell: Shell) -> None:
        done = shell.run(DATABASE_URL="postgresql://lsats_user:hush-hush@127.0.0.1:9/lsats_db")

        assert done.returncode == 3
        assert "127.0.0.1" in done.stderr
        assert "hush-hush" not in done.stderr

    def test_tdx_refused(self, shell: Shell) -> None:
        done = shell.run("--config", QUICK, TDX_BASE_URL="http://127.0.0.1:9/TDWebApi/api")

        assert done.returncode == 3
        assert "TDX_BASE_URL" in done.stderr

    def test_report_not_found(self, shell: Shell) -> None:
        done = shell.run("--report-id", "987654")

        assert done.returncode == 2
        assert "Report 987654 not found or not permitted" in done.stderr

    def test_wrong_credentials(self, shell: Shell) -> None:
        done = shell.run(
            TDX_BEID="", TDX_WEB_SERVICES_KEY="", TDX_API_TOKEN="", TDX_PASSWORD="not-the-password"
        )

        assert done.returncode == 2
        assert "not-the-password" not in done.stderr

    def test_a_sandbox_token_on_production(self, shell: Shell) -> None:
        sandbox = shell.simulator.env(sandbox=True)

        done = shell.run(
            TDX_BEID="",
            TDX_WEB_SERVICES_KEY="",
            TDX_USERNAME="",
            TDX_PASSWORD="",
            TDX_API_TOKEN=sandbox["TDX_API_TOKEN"],
        )

        assert done.returncode == 2
        assert "sandbox" in done.stderr.lower()
        assert sandbox["TDX_API_TOKEN"] not in done.stderr

    def test_migration_missing_on_a_server(self, shell: Shell, empty_database_url: str) -> None:
        shell.database_url = empty_database_url

        refused = shell.run()
        checked = shell.run("db", "check")
        upgraded = shell.run("--auto-upgrade")

        assert refused.returncode == 2
        assert "ticket-queue-daemon db upgrade" in refused.stderr
        assert checked.returncode == 2
        assert "Missing: 0001_action_log" in checked.stdout
        assert upgraded.returncode == 0
        assert shell.run("db", "check").returncode == 0

    def test_several_wrong_settings_are_told_at_once(self, shell: Shell) -> None:
        done = shell.run("--interval", "soon", DAEMON_WORKERS="many", TDX_WEB_SERVICES_KEY="")

        assert done.returncode == 2
        for words in ("--interval", "DAEMON_WORKERS", "TDX_WEB_SERVICES_KEY is missing"):
            assert words in done.stderr

    def test_a_typing_error_in_a_variable_s_name_is_noticed(self, shell: Shell) -> None:
        assert "is DAEMON_INTERVAL meant?" in shell.run(DAEMON_INTERVALL="5").stderr

    def test_a_log_file_that_can_t_be_written(self, shell: Shell) -> None:
        done = shell.run("--log", "/proc/nowhere/daemon.log")

        assert done.returncode == 2
        assert "can't be written" in done.stderr

    def test_too_many_new_tickets_are_refused_until_confirmed(
        self, shell: Shell, ticket: Ticket
    ) -> None:
        config = shell.config(HELLO)

        refused = shell.run("--config", config, DAEMON_MAX_NEW_TICKETS="0")
        named = [word for word in refused.stderr.split() if word.startswith("comment:")]
        done = shell.run("--config", config, "--confirm", named[0], DAEMON_MAX_NEW_TICKETS="0")

        assert refused.returncode == 2
        assert done.returncode == 0
        assert shell.writes() == 1


class TestCommands:
    def test_ticket_tells_the_story(self, shell: Shell, ticket: Ticket) -> None:
        shell.run()

        done = shell.run("ticket", str(ticket.id))

        assert done.returncode == 0
        for words in (
            f"Ticket {ticket.id}",
            "completed",
            "planned: attach asset IC-EHLB760-F16",
            "sent: attach asset IC-EHLB760-F16",
            "done: attach asset IC-EHLB760-F16",
        ):
            assert words in done.stdout
        assert done.stderr == ""

    def test_a_lost_answer_is_part_of_the_story(self, shell: Shell, ticket: Ticket) -> None:
        shell.simulator.faults.add("drop_after", "POST", "tickets/{id}/feed", times=1)

        shell.run("--config", shell.config(HELLO))

        assert "answer lost: " in shell.run("ticket", str(ticket.id)).stdout
        assert "looked: found, done" in shell.run("ticket", str(ticket.id)).stdout
        assert shell.writes() == 1

    def test_a_ticket_without_actions_says_so(self, shell: Shell) -> None:
        done = shell.run("ticket", "77")

        assert done.returncode == 0
        assert "nothing on ticket 77" in done.stdout

    def test_these_need_no_tdx(self, shell: Shell) -> None:
        shell.more = dict.fromkeys(shell.simulator.env(), "")

        for args in (["ticket", "77"], ["stats"], ["retry", "--all"], ["db", "check"]):
            assert shell.run(*args).returncode == 0

    def test_stats_count(self, shell: Shell, ticket: Ticket) -> None:
        shell.run()

        done = shell.run("stats")

        assert "Total actions: 2" in done.stdout
        assert "add_asset" in done.stdout
        assert "completed" in done.stdout

    def test_retry_makes_failed_actions_due(self, shell: Shell, ticket: Ticket) -> None:
        shell.run("--config", shell.config(FAILING))

        other = shell.run("retry", "--ticket", "77")
        done = shell.run("retry", "--ticket", str(ticket.id))

        assert "No failed action on ticket 77" in other.stdout
        assert "1 failed action is due now" in done.stdout
        assert shell.run("retry").returncode == 2

    def test_baseline_marks_and_changes_nothing(self, shell: Shell, ticket: Ticket) -> None:
        config = shell.config(HELLO)

        done = shell.run("baseline", "--report-id", "1344", "--config", config)
        run = shell.run("--config", config)

        assert "1 tickets in the report, 1 newly marked as done" in done.stdout
        assert run.returncode == 0
        assert shell.writes() == 0

    def test_what_changes_the_database_is_refused_in_a_dry_run(self, shell: Shell) -> None:
        for args in (["baseline"], ["retry", "--all"]):
            done = shell.run(*args, DAEMON_DRY_RUN="true")
            assert done.returncode == 2
            assert "DAEMON_DRY_RUN is on" in done.stderr

    def test_db_sql_needs_no_database(self, shell: Shell) -> None:
        done = shell.run("db", "sql", DATABASE_URL="postgresql://127.0.0.1:9/none")

        assert done.returncode == 0
        assert "meta.daemon_action_log" in done.stdout

    def test_db_upgrade_says_what_it_did(self, shell: Shell, empty_database_url: str) -> None:
        shell.database_url = empty_database_url

        assert "Applied 0001_action_log" in shell.run("db", "upgrade").stdout
        assert "Nothing to do" in shell.run("db", "upgrade").stdout

    def test_without_a_database_url_the_embedded_one_says_where_it_is(
        self, shell: Shell, ticket: Ticket
    ) -> None:
        shell.database_url = ""

        done = shell.run()

        assert done.returncode == 0
        assert "Embedded PostgreSQL, data in " in done.stderr
        assert "Total actions: 2" in shell.run("stats").stdout

    def test_a_reader_who_leaves_is_no_error(self, shell: Shell) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as nobody:
            done = subprocess.run(
                [*COMMAND, "db", "sql"],
                cwd=shell.folder,
                env=shell.environ,
                stdout=nobody,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )

        assert done.returncode == 0
        assert done.stderr == ""


class TestTheDaemon:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_in_order(
        self, shell: Shell, ticket: Ticket, number: signal.Signals
    ) -> None:
        with shell.start("--daemon", "--interval", "300") as daemon:
            assert daemon.stderr is not None
            for line in daemon.stderr:
                if "run finished" in line:
                    break
            daemon.send_signal(number)
            _, err = daemon.communicate(timeout=60)

        assert daemon.returncode == 0
        assert "Stopping" in err
        assert "Traceback" not in err
        assert shell.writes() == 2

    def test_a_wrong_start_is_seen_at_once(self, shell: Shell) -> None:
        done = shell.run("--daemon", "--report-id", "987654")

        assert done.returncode == 2

    def test_a_second_signal_ends_it_at_once(self) -> None:
        program = (
            "import os, signal\n"
            "from ticket_queue_daemon.cli.signals import stop_on_signals\n"
            "with stop_on_signals() as stop:\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n"
            "    stop.wait()\n"
            "    print('stopping', flush=True)\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n"
            "    print('never reached', flush=True)\n"
        )

        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False
        )

        assert done.returncode == 128 + signal.SIGTERM
        assert done.stdout == "stopping\n"
