"""Whole pages as themes print them: ``tests/pages/THEME/CASE`` holds ``page.html`` and ``expected.json``; new ones are found here.

What ``expected.json`` may say is told in ``docs/extending.md``, whose own example is run here too.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import presslift
from presslift.scraper.knowledge import table
from presslift.scraper.knowledge.rows import mistakes

HOUSE = Path(__file__).resolve().parent.parent
PAGES = HOUSE / "tests" / "pages"
TABLES = sorted(path.stem for path in (HOUSE / "scraper" / "knowledge").glob("*.toml"))
"""The tables of knowledge."""
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


@pytest.mark.parametrize("name", TABLES)
def test_rows(name: str) -> None:
    assert list(mistakes(table(name), table("columns").get(name), deep=True)) == []


@pytest.mark.parametrize("kind", FEWEST)
def test_pages_checked_against_source_cover_enough(kind: str) -> None:
    shown = {case["covers"][kind] for case in EXPECTED.values() if case["checked"] == "source" and kind in case["covers"]}
    assert len(shown) >= FEWEST[kind], sorted(shown)


# --- docs/extending.md is what it says ---

GUIDE = HOUSE / "docs" / "extending.md"
FILE = re.compile(r"`(?P<path>[\w./]+)`(?:, (?:at the end|below `(?P<below>[^`]+)`))?:\n\n```\w+\n(?P<text>.*?)```", re.DOTALL)
COMMAND = re.compile(r"^    (\.venv/bin/python -m pytest .+)$", re.MULTILINE)
ROOMS = ("presslift", "scraper", "transforms", "exports")


def guide_files() -> list[tuple[str, str | None, str]]:
    """The files of the guide's example: path, the line that a row goes below (None: the end), text."""
    return [(m["path"], m["below"], m["text"]) for m in FILE.finditer(GUIDE.read_text(encoding="utf-8"))]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project in which the guide's example can be followed."""
    for room in ROOMS:
        shutil.copytree(HOUSE / room, tmp_path / room, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    for name in ("pyproject.toml", "tests/__init__.py", "tests/test_pages.py"):
        shutil.copy(HOUSE / name, tmp_path / name)
    return tmp_path


def follow(copy: Path, files: list[tuple[str, str | None, str]]) -> None:
    for path, below, text in files:
        target = copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        written = target.read_text(encoding="utf-8") if target.exists() else ""
        before, line, after = written.partition(f"{below}\n") if below else (written, "", "")
        assert not below or line, f"{path} has no line {below}"
        target.write_text(f"{before}{line}{text}{after}" if below else f"{written}\n{text}" if written else text, encoding="utf-8")


def run_guide(copy: Path) -> subprocess.CompletedProcess[str]:
    """The guide's command, run in a copy of the project."""
    command = COMMAND.search(GUIDE.read_text(encoding="utf-8"))
    assert command
    arguments = [sys.executable, *shlex.split(command[1])[1:], "-p", "no:cacheprovider"]
    return subprocess.run(arguments, cwd=copy, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(copy)}, check=False)


def test_guide_leads_a_new_user_to_a_passing_test(copy: Path) -> None:
    follow(copy, guide_files())
    run = run_guide(copy)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{2 + len(TABLES)} passed" in run.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('container = ".lh-beams"', 'containr = ".lh-beams"', "(Lighthouse): containr is no column of it; did you mean container?"),
        ('container = ".lh-beams"', 'container = ".lh-beams', "related.toml: Illegal character"),
    ],
    ids=["column", "quotes"],
)
def test_guide_says_how_a_wrong_row_is_named(copy: Path, right: str, wrong: str, told: str) -> None:
    follow(copy, [(path, below, text.replace(right, wrong)) for path, below, text in guide_files()])
    run = run_guide(copy)
    assert run.returncode == 1
    assert told in run.stdout


def test_guide_teaches_what_was_not_known() -> None:
    texts = {Path(path).name: text for path, _, text in guide_files()}
    told = differences(texts["page.html"].encode(), json.loads(texts["expected.json"]))
    assert {line.split(":")[0] for line in told} >= {"published", "body_text", "footnotes", "related"}


def test_guide_names_tables_that_exist() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(\w+\.toml)` \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 10
    for name, places in rows:
        table = (HOUSE / "scraper" / "knowledge" / name).read_text(encoding="utf-8")
        for place in re.findall(r"`(\[[^`]+\])`", places):
            known = re.escape(place).replace("CODE", "[a-z]{2}").replace("ROLE", "[a-z]+").replace("KIND", "[a-z]+")
            assert re.search(rf"^{known}$", table, re.MULTILINE), f"{name} has no {place}"
