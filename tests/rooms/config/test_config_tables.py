"""The table of settings, and names that are nearly right."""

from __future__ import annotations

from ticket_queue_daemon.config.settings import variables
from ticket_queue_daemon.config.tables import settings_table, unknown_variables


def test_the_table_has_one_row_per_setting() -> None:
    rows = settings_table().splitlines()[2:]

    assert len(rows) == len(variables())
    for variable, row in zip(variables().values(), rows, strict=True):
        assert f"`{variable.name}`" in row
        assert variable.help in row


def test_a_default_stands_in_the_table_as_one_would_write_it() -> None:
    assert "`2,5,15`" in settings_table()
    assert "`false`" in settings_table()


def test_a_typing_error_in_a_name_is_noticed() -> None:
    said = unknown_variables({"DAEMON_INTERVALL": "5", "DAEMON_INTERVAL": "5", "PATH": "/bin"})

    assert said == [
        "DAEMON_INTERVALL is set and is no setting of this program; is DAEMON_INTERVAL meant?"
    ]
