"""What one setting knows about itself, and how its text becomes a value.

Pure. A parser that refuses raises ValueError; the sentence that a person reads is made from
:attr:`Variable.expects`, so that no parser can leak what it was given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

_WORDS = {"true": True, "1": True, "yes": True, "on": True}
_WORDS |= {"false": False, "0": False, "no": False, "off": False}
_COMMENT = re.compile(r"(?:^|\s+)#.*$", re.DOTALL)
_QUOTES = "\"'"
# Shorter parts of a URL are words that a log needs.
_SHORTEST_TOKEN = 8


@dataclass(frozen=True)
class Variable:
    """A setting's name in the environment, its meaning, and what it expects, each in plain words."""

    name: str
    help: str
    expects: str
    flag: str | None = None
    secret: bool = False


def envbool(value: object) -> bool:
    """True or False from one of the words true, false, 1, 0, yes, no, on, off (any case).

    Raises:
        ValueError: for every other text; a typo must not switch a dry run off.
    """
    if isinstance(value, bool):
        return value
    word = _WORDS.get(str(value).strip().lower())
    if word is None:
        raise ValueError("not one of the words for true or false")
    return word


def clean(text: str, *, secret: bool) -> str:
    """The text of a variable without what other readers of ``.env`` leave on it.

    ``docker run --env-file`` keeps quotes and trailing ``# comments``, which a shell and
    python-dotenv take off; a secret keeps a ``#``, which may well belong to it.
    """
    text = text.strip()
    if not secret:
        text = _COMMENT.sub("", text).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        text = text[1:-1].strip()
    return text


def number_list(value: object) -> object:
    """Comma-separated numbers as a list, one number as a list of one; anything else unchanged."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return [value] if isinstance(value, int | float) else value


def word_list(value: object) -> object:
    """Words with commas or spaces between them as a list; anything else unchanged."""
    return re.split(r"[,\s]+", value.strip(" ,\t\n")) if isinstance(value, str) else value


def named_list(value: object) -> object:
    """``name=expression``, spaces between several, as a list; anything else unchanged.

    Raises:
        ValueError: one of them is no such pair.
    """
    if not isinstance(value, str):
        return value
    pairs = value.split()
    if not all(re.fullmatch(r"[A-Za-z][\w.-]{0,39}=.+", pair) for pair in pairs):
        raise ValueError("not a name with an expression")
    return pairs


def web_address(value: object) -> str:
    """An http(s) address with a host and without a user name in it.

    Raises:
        ValueError: it is none.
    """
    text = str(value).strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        # Its own words may quote the address, and with it a password.
        raise ValueError("not a web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not a web address")
    if port == 0:
        raise ValueError("not a port")
    return text


def secret_web_address(value: object) -> SecretStr:
    """As ``web_address``, for one whose path is a secret; a user name in it is let through.

    Raises:
        ValueError: it is none.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not re.fullmatch(r"https?://[^\s/]+\S*", text.strip()):
        raise ValueError("not a web address")
    parts = urlsplit(text.strip())
    if not parts.hostname or parts.fragment:
        raise ValueError("not a web address")
    return SecretStr(text.strip())


def postgres_url(value: object) -> SecretStr:
    """A PostgreSQL URL; a driver's name in it, as SQLAlchemy wants one, is taken off.

    What follows the scheme is read by the store, with PostgreSQL's own parser.

    Raises:
        ValueError: it is none.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    scheme, mark, rest = text.strip().partition("://")
    if not mark or scheme.partition("+")[0] not in {"postgresql", "postgres"} or not rest:
        raise ValueError("not a PostgreSQL URL")
    return SecretStr(f"postgresql://{rest}")


def header_safe(value: object) -> SecretStr:
    """A token that can be sent in a header; a pasted ``Bearer`` before it is taken off.

    Raises:
        ValueError: white space or characters in it that no token has.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    text = re.sub(r"(?i)^bearer\s+", "", text.strip())
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("not a token")
    return SecretStr(text)


def url_list(value: object) -> object:
    """URLs with white space between them, or commas; a comma inside a URL stays in it.

    A comma separates only where another URL begins: ``mailto://...?to=ann,bob`` is one.
    """
    if not isinstance(value, str):
        return value
    parts = (re.split(r",+(?=[A-Za-z][\w.+-]*://)", word) for word in value.split())
    return [url for urls in parts for part in urls if (url := part.strip(","))]


def alert_url(value: object) -> SecretStr:
    """An Apprise URL by its look; whether Apprise knows its kind is found out where it is used.

    Raises:
        ValueError: it is none.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9.+-]*://[^\s/]\S*", text):
        raise ValueError("not a URL")
    return SecretStr(text)


def parts_of(url: str) -> set[str]:
    """Every text in an alert URL that may be a token, as written and decoded, and the whole.

    Apprise has a hundred forms, and in some the token stands where others have the host; so all
    that is long enough counts, save a host's name, which has a dot.
    """
    rest = url.partition("://")[2]
    written = {
        part
        for part in (rest, *re.split(r"[/?&=:@#+,;]+", rest))
        if len(part) >= _SHORTEST_TOKEN and part != "localhost"
    }
    try:
        parts = urlsplit(url)
        written -= {host for host in (parts.hostname or "",) if "." in host}
        written |= {parts.password or ""}
    except ValueError:
        # Not a URL that can be taken apart: then its host is hidden as well.
        pass
    return {url, *written, *map(unquote, written), *passwords_of(url)} - {""}


def passwords_of(url: str) -> set[str]:
    """Every text in a PostgreSQL URL that is or may be meant as a password, as written and decoded.

    Taken generously: a password with an unescaped ``/`` or ``@`` must not slip through.
    """
    written = set(re.findall(r"://[^:@/]*:(.*)@", url, re.DOTALL))
    decoded = parse_qs(url.partition("?")[2]).get("password", [])
    return {text for text in (*written, *map(unquote, written), *decoded) if text}
