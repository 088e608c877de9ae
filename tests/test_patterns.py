"""Patterns of config.yaml: matched as ever, and never for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from presslift import patterns
from presslift.errors import UsageError
from presslift.pipeline import migrate, sync
from tests.faulty import NO_REST, FaultySite, changes, content, quick

SLOW = "^(a|aa)+$"


def test_the_first_that_is_found_is_named() -> None:
    address = "https://site.example/2024/05/la-ruta/"
    assert patterns.first_match(["/drafts/", r"/20\d\d/", "ruta"], address, "scope.exclude") == r"/20\d\d/"
    assert patterns.first_match(["/drafts/"], address, "scope.exclude") is None
    assert patterns.first_match([], address, "scope.exclude") is None


@pytest.mark.parametrize("pattern", [SLOW, r"(a+)+$", r"(.*)*=x", r".*.*.*.*.*=", r"(\w+\s?)+$x"])
def test_no_pattern_takes_for_ever(monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(patterns, "LONGEST", 0.2)
    try:
        assert patterns.first_match([pattern], "a" * 60 + "!", "scope.exclude") is None
    except UsageError as error:
        assert "scope.exclude" in str(error) and repr(pattern) in str(error)


def test_one_that_takes_too_long_is_named_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "LONGEST", 0.2)
    out, settings = tmp_path / "OUT", quick()
    with FaultySite(**NO_REST) as site:
        migrate(site.url, out, config=settings)
        before = content(out)
        site.add("a" * 60)
        settings.scope.exclude = [r"/(a|aa)+!$"]
        with pytest.raises(UsageError, match=r"scope\.exclude: .* takes more than .* repetitions"):
            sync(out, config=settings)
        assert content(out) == before and changes(out) == []
        settings.scope.exclude = ["/drafts/"]
        sync(out, config=settings)
        assert set(content(out)) == {*before, "a" * 60}
