"""Every SQL statement has a name, a description and a use; and none stands elsewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import ticket_queue_daemon
from ticket_queue_daemon.store import sql as sql_package
from ticket_queue_daemon.store.sql import parse, sql, statements

PACKAGE = Path(ticket_queue_daemon.__file__).parent
STORE = PACKAGE / "store"


def literals(path: Path) -> set[str]:
    """The string literals of a module, docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    }


def used() -> set[str]:
    return set().union(*(literals(path) for path in STORE.glob("*.py")))


@pytest.mark.parametrize("name", sorted(statements()))
def test_every_statement_is_used(name: str) -> None:
    assert name in used()


def test_every_statement_that_is_asked_for_exists() -> None:
    asked = {
        match
        for path in STORE.glob("*.py")
        for match in re.findall(
            r'(?:\bsql|\.rows|\.write|\._take)\(\s*"(\w+)"', path.read_text("utf-8")
        )
    }

    assert asked
    assert asked <= statements().keys()


def test_no_sql_stands_in_python() -> None:
    verbs = re.compile(r"\b(SELECT|INSERT INTO|UPDATE \w+\.|DELETE FROM|CREATE TABLE)\b")
    found = {
        path.name: text
        for path in PACKAGE.rglob("*.py")
        for text in literals(path)
        if verbs.search(text) and not text.startswith(("-- ", "DO $migration$", "BEGIN"))
        and "daemon_migrations" not in text
        and text != "SELECT"  # a privilege's name, and no statement
    }  # fmt: skip

    assert found == {}


def test_an_unknown_name_is_a_loud_bug() -> None:
    with pytest.raises(KeyError, match="no_such_statement"):
        sql("no_such_statement")


def test_a_file_is_split_at_its_headings() -> None:
    text = (
        "-- one --\n-- Says one.\nSELECT 1;\n\n-- two --\n-- Says\n-- two.\nSELECT\n-- aside\n2\n"
    )

    assert parse(text) == {"one": b"SELECT 1", "two": b"SELECT\n-- aside\n2"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1", "before the first heading"),
        ("-- one --\nSELECT 1", "before the first heading"),
        ("-- one --\n-- Says one.\n", "empty"),
        ("-- a --\n-- x\nSELECT 1\n-- a --\n-- x\nSELECT 2", "two statements"),
    ],
)
def test_a_statement_without_name_description_or_text_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text)


def test_two_files_may_not_share_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for file in ("a.sql", "b.sql"):
        (tmp_path / file).write_text("-- one --\n-- Says one.\nSELECT 1")
    monkeypatch.setattr(sql_package.resources, "files", lambda _: tmp_path)

    with pytest.raises(ValueError, match="two files"):
        statements.__wrapped__()
