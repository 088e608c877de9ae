"""Whole pages as themes print them: ``tests/pages/THEME/CASE`` holds ``page.html`` and ``expected.json``; new ones are found here.

What ``expected.json`` may say is told in ``docs/extending.md``, whose own example is run here too.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import presslift

HOUSE = Path(__file__).resolve().parent.parent
PAGES = HOUSE / "tests" / "pages"
CASES = sorted(path.parent for path in PAGES.glob("*/*/expected.json"))
EXPECTED = {case: json.loads((case / "expected.json").read_text(encoding="utf-8")) for case in CASES}
FEWEST = {"theme": 30, "footnotes": 16, "related": 12}
"""How many themes and builders, styles of footnotes and related boxes are shown by pages checked against source."""

SHORT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "authors": lambda row: row["name"],
    "contributors": lambda row: [row["name"], row["role"]],
    "categories": lambda row: row["name"],
    "tags": lambda row: row["name"],
    "terms": lambda row: [row["taxonomy"], row["name"]],
    "footnotes": lambda row: {**row, "places": [ref["place"] for ref in row["refs"]]},
    "related": lambda row: [row["title"], row["url"], row["date"], row["place"]],
    "translations": lambda row: [row["language"], row["url"]],
    "links": lambda row: row["url"],
    "media": lambda row: [row["url"], row["role"], row["caption"]],
    "embeds": lambda row: row["url"],
    "comments": lambda row: [row["author"]["name"], row["parent"], row["text"]],
}
"""How ``expected.json`` writes a row of each list."""


def shortened(record: dict[str, Any], name: str, expected: Any) -> Any:
    """A field of a record in the form of its expected value: body text as its blocks, dicts down to the keys expected."""
    if name == "body_text" and isinstance(expected, list):
        return (record[name] or "").split("\n\n")
    if name not in SHORT:
        return record[name]
    rows = [SHORT[name](row) for row in record[name]]
    keys = [set(row) if isinstance(row, dict) else None for row in expected]
    if keys and keys[0] is not None:
        return [{key: row[key] for key in row if key in (keys[min(n, len(keys) - 1)] or ())} for n, row in enumerate(rows)]
    return rows


def printed(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split("\n")
    if isinstance(value, list):
        return [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True) for item in value]
    return [json.dumps(value, ensure_ascii=False, sort_keys=True)]


def differences(page: bytes, expected: dict[str, Any]) -> list[str]:
    """What the record of a page says otherwise than expected, a readable comparison for each field."""
    record = msgspec.to_builtins(presslift.extract(page, url=expected["url"]))
    told = []
    for name, wanted in expected["fields"].items():
        found = shortened(record, name, wanted)
        if found != wanted:
            lines = difflib.unified_diff(printed(wanted), printed(found), "expected", "found", lineterm="", n=1)
            told.append(f"{name}:\n" + "\n".join(f"    {line}" for line in lines))
    body = record["body_text"] or ""
    told.extend(f"body_text: {text!r} must not be in it" for text in expected.get("absent", []) if text in body)
    return told


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_page(case: Path) -> None:
    told = differences((case / "page.html").read_bytes(), EXPECTED[case])
    assert not told, f"{name_of(case)}\n" + "\n".join(told)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case_says_where_its_markup_is_from(case: Path) -> None:
    expected = EXPECTED[case]
    assert set(expected) <= {"checked", "source", "covers", "url", "fields", "absent"}
    assert expected["checked"] in ("source", "seen", "memory")
    assert expected["source"]
    covers = expected["covers"]
    assert covers
    assert set(covers) <= set(FEWEST)
    assert set(expected["fields"]) <= {*presslift.Article.__struct_fields__}
    if "footnotes" in covers:
        assert expected["fields"]["footnotes"]
    if "related" in covers:
        assert "box" in [row[3] for row in expected["fields"]["related"]]


@pytest.mark.parametrize("kind", FEWEST)
def test_pages_checked_against_source_cover_enough(kind: str) -> None:
    shown = {case["covers"][kind] for case in EXPECTED.values() if case["checked"] == "source" and kind in case["covers"]}
    assert len(shown) >= FEWEST[kind], sorted(shown)
