"""No secret comes out of a log line, wherever it was put."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.events import ActionFinished, Note
from ticket_queue_daemon.observe.logs import logging_to
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable

# Any character; begun so that none is part of an ordinary line (Hypothesis reads the source).
SECRETS = st.text(min_size=4).map(lambda text: f"Qz7~{text}")

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1bmlxdWVfbmFtZSI6ImEifQ.s3cr3tS1gnature_-"


def say_event(secret: str) -> None:
    structlog.stdlib.get_logger("test").info(f"before {secret} after")


def say_value(secret: str) -> None:
    structlog.stdlib.get_logger("test").info("an event", value=secret, other=f"x{secret}x")


def say_key(secret: str) -> None:
    structlog.stdlib.get_logger("test").info("an event", **{f"k{secret}": 1})


def say_nested(secret: str) -> None:
    deep = {"a": [{"b": (secret, {secret: secret.encode(errors="replace")})}]}
    structlog.stdlib.get_logger("test").info("an event", deep=deep)


def say_repr(secret: str) -> None:
    logging.getLogger("test").info("an event %r %s", {"it": secret}, [secret])


def say_exception(secret: str) -> None:
    try:
        int(f"{secret}x")
    except ValueError as error:
        error.add_note(secret)
        logging.getLogger("test").exception("it failed")


def say_action(secret: str) -> None:
    LogObserver().on_event(ActionFinished(1, f"comment:{secret}:v1", "failed", secret, 0.5))


def say_note(secret: str) -> None:
    LogObserver().on_event(Note("warning", secret, {"event": secret, "level": secret}))


def logged(say: Callable[[str], None], secret: str, scrubber: Scrubber) -> str:
    out = io.StringIO()
    with logging_to(scrubber, level="DEBUG", console=out):
        say(secret)
    return out.getvalue()


PLACES = [
    say_event,
    say_value,
    say_key,
    say_nested,
    say_repr,
    say_exception,
    say_action,
    say_note,
]


@pytest.mark.parametrize("say", PLACES)
@given(secret=SECRETS)
def test_a_registered_secret_is_in_no_line(say: Callable[[str], None], secret: str) -> None:
    text = logged(say, secret, Scrubber([SecretStr(secret)]))

    assert text.count("\n") >= 1
    assert secret not in text
    assert repr(secret)[1:-1] not in text


@pytest.mark.parametrize("say", PLACES)
def test_a_bearer_token_is_known_by_its_shape(say: Callable[[str], None]) -> None:
    text = logged(say, TOKEN, Scrubber())

    assert "s3cr3tS1gnature" not in text
    assert "eyJ" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:hush@h:5/db", "postgresql://u:***@h:5/db"),
        ("postgresql://u:hu@sh/x@h:5/db", "postgresql://u:***@h:5/db"),
        ("https://host:8443/path", "https://host:8443/path"),
        ("Authorization: Bearer abcdefghij", "Authorization: Bearer ***"),
        ("host=h password=hush dbname=d", "host=h password=*** dbname=d"),
        (f"cut off: {TOKEN[:30]}", "cut off: ***"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_shapes(text: str, shown: str) -> None:
    assert Scrubber().text(text) == shown


def test_a_secret_that_begins_with_another_goes_whole() -> None:
    assert Scrubber(["hush-hush", "hush-hush-more"]).text("x hush-hush-more x") == "x *** x"


def test_a_secret_in_a_web_address_is_known_encoded() -> None:
    assert Scrubber(["p ss/wörd&"]).text("q=p%20ss%2Fw%C3%B6rd%26") == "q=***"


def test_a_very_short_secret_does_not_blank_out_the_log() -> None:
    assert Scrubber(["a", ""]).text("a plain day") == "a plain day"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_values_without_a_secret_stay_as_they_are(value: Any) -> None:
    assert repr(Scrubber().value(value)) == repr(value) or "://" in repr(value)
