"""The same site gives the same export, byte for byte; and what reads no site changes none of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import presslift
from presslift.config import Settings
from presslift.demo.site import DemoSite
from presslift.pipeline import migrate, reparse

OF_THE_RUN = frozenset({"first_seen", "content_changed_at", "fetched_at", "warc", "offset", "first_at", "last_at"})
"""When something was asked for, and where in the archive the answer stands."""


def timeless(out: Path) -> dict[str, Any]:
    """An export's files without what tells of the run alone."""
    found: dict[str, Any] = {}
    for path in sorted((out / "export").iterdir()):
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            rows = csv.DictReader(io.StringIO(text, newline=""))
            found[path.name] = [{k: v for k, v in row.items() if k not in OF_THE_RUN} for row in rows]
        elif path.suffix == ".jsonl":
            found[path.name] = [without_times(json.loads(line)) for line in text.splitlines()]
        elif path.name != "datapackage.json":
            found[path.name] = text
    return found


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in OF_THE_RUN}
    return [without_times(v) for v in value] if isinstance(value, list) else value


def bytes_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "export").iterdir())}


@pytest.mark.parametrize("doors", [{}, {"rest": False}, {"rest": False, "sitemap": False, "feed": False}], ids=["open", "shut", "bare"])
def test_the_same_site_twice_and_again_without_it(tmp_path: Path, doors: dict[str, bool]) -> None:
    settings = Settings()
    with DemoSite(**doors) as site:
        migrate(site.url, tmp_path / "one", config=settings)
        settings.fetch.concurrency = 1
        migrate(site.url, tmp_path / "two", config=settings)
    one, two = timeless(tmp_path / "one"), timeless(tmp_path / "two")
    assert one.keys() == two.keys()
    for name in one:
        assert one[name] == two[name], name
    before = bytes_of(tmp_path / "one")
    reparse(tmp_path / "one")
    assert bytes_of(tmp_path / "one") == before, "reading the archive anew"
    for _ in range(2):
        presslift.export(tmp_path / "one", formats=("csv", "jsonl"))
        assert bytes_of(tmp_path / "one") == before, "writing it anew"
    assert lines(tmp_path / "one", "changes") == []


def lines(out: Path, name: str) -> list[str]:
    return (out / "export" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
