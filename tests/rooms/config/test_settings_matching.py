"""The settings of matching: how they are written, and what is refused."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.app.parts import default_actions
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.errors import ConfigError


def config_of(environ: dict[str, str]) -> dict[str, object]:
    return default_actions(Settings.load(environ=environ))[0].get_action_config()


def test_they_reach_the_action() -> None:
    config = config_of(
        {
            "DAEMON_MATCH_FIELDS": "name, tag",
            "DAEMON_MATCH_INSIDE": "url,path",
            "DAEMON_NAME_PATTERNS": "kiosk=kio[0-9]{3} lab=lab=[a-z]",
            "DAEMON_DECOYS": "demo-1, /po-[0-9]+/",
            "DAEMON_OWNER_FALLBACK": "off",
        }
    )
    assert config["fields"] == ["name", "tag"]
    assert config["count_inside"] == ["path", "url"]
    assert config["patterns"] == [["kiosk", "kio[0-9]{3}"], ["lab", "lab=[a-z]"]]
    assert config["decoys"] == ["demo-1", "/po-[0-9]+/"]
    assert config["owner_fallback"] == "off"


def test_unset_they_do_not_change_the_action() -> None:
    assert "patterns" not in config_of({})
    assert "fields" not in config_of({"DAEMON_MATCH_FIELDS": "tag serial name"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DAEMON_MATCH_FIELDS", "nam"),
        ("DAEMON_MATCH_INSIDE", "link"),
        ("DAEMON_NAME_PATTERNS", "kio[0-9]{3}"),
        ("DAEMON_OWNER_FALLBACK", "friend"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_expected(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.load(environ={name: value})
    assert name in caught.value.message
    assert "expected" in caught.value.message


def test_an_expression_that_cannot_be_used_is_refused_when_the_actions_are_made() -> None:
    with pytest.raises(ConfigError, match="'lab'"):
        config_of({"DAEMON_NAME_PATTERNS": "lab=lab("})
