from __future__ import annotations

import pytest
from pydantic import SecretStr

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.config import (
    AdminKey,
    Login,
    TdxConfig,
    Token,
    instance_of,
    is_sandbox,
    normalise_base_url,
    web_base_of,
)

PRODUCTION = "https://teamdynamix.umich.edu/TDWebApi/api"


@pytest.mark.parametrize(
    "text",
    [
        "https://teamdynamix.umich.edu/TDWebApi/api",
        "https://teamdynamix.umich.edu/TDWebApi/api/",
        "https://teamdynamix.umich.edu/TDWebApi",
        "https://teamdynamix.umich.edu/TDWebApi/",
        " https://teamdynamix.umich.edu//TDWebApi//api// ",
        "HTTPS://TeamDynamix.UMich.edu:443/tdwebapi/API",
        "teamdynamix.umich.edu/TDWebAPI/api",
    ],
)
def test_every_usual_way_to_write_the_base_url_means_the_same(text: str) -> None:
    assert normalise_base_url(text) == PRODUCTION


def test_ports_prefixes_and_sandboxes_are_kept_apart() -> None:
    url = normalise_base_url("http://127.0.0.1:8080/sbtdwebapi/")
    assert url == "http://127.0.0.1:8080/SBTDWebApi/api"
    assert normalise_base_url("http://[::1]:80/tdx/TDWebApi") == "http://[::1]/tdx/TDWebApi/api"
    assert instance_of(url) == "127.0.0.1:8080/SBTDWebApi"
    assert instance_of(PRODUCTION) == "teamdynamix.umich.edu/TDWebApi"
    assert (is_sandbox(url), is_sandbox(PRODUCTION)) == (True, False)
    assert web_base_of(url) == "http://127.0.0.1:8080/SBTDNext"
    assert web_base_of(PRODUCTION) == "https://teamdynamix.umich.edu/TDNext"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "https://",
        "ftp://x.edu/TDWebApi/api",
        "https://teamdynamix.umich.edu",
        "https://teamdynamix.umich.edu/TDNext/Apps/46",
        "https://x.edu/TDWebApi/api?x=1",
        "https://x.edu:abc/TDWebApi/api",
        "https://[x/TDWebApi",
        "https://a b/TDWebApi",
    ],
)
def test_nonsense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        normalise_base_url(text)
    assert "/TDWebApi/api" in caught.value.advice


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        normalise_base_url("https://me:hunter2@x.edu/TDWebApi/api")
    assert "hunter2" not in caught.value.message + caught.value.advice


def test_no_repr_shows_a_secret() -> None:
    secret = SecretStr("hunter2")
    for credentials in (AdminKey(secret, secret), Login("me", secret), Token(secret)):
        assert "hunter2" not in repr(TdxConfig(PRODUCTION, 46, None, credentials))
