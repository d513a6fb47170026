"""The search for secrets in what tests print is one that finds."""

from __future__ import annotations

import sys

import pytest

from unseen import SECRETS, leaks


def test_a_secret_in_a_text_is_found_by_its_beginning() -> None:
    secret = next(iter(SECRETS))

    assert leaks(f"Bearer {secret}!") == [f"{secret[:6]}..."]
    assert leaks("nothing of the kind") == []


def test_what_a_test_reads_back_is_searched(capsys: pytest.CaptureFixture[str]) -> None:
    sys.stderr.write(f"key={next(iter(SECRETS))}\n")

    with pytest.raises(AssertionError, match="a secret was printed"):
        capsys.readouterr()
