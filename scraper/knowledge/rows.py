"""Rows of the tables held against ``columns.toml``: what is wrong with one, in words that name the row and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

EXPECTED = {
    "text": 'a text, such as "Lighthouse"',
    "texts": 'a list of texts, such as ["one", "two"]',
    "selector": 'a CSS selector, such as ".lh-log"',
    "selectors": 'a list of CSS selectors, such as [".lh-log"]',
    "pattern": "a regular expression, such as '^note-(\\d+)$'",
    "patterns": "a list of regular expressions, such as ['^note-(\\d+)$']",
    "keys": 'a list of attributes, such as ["@data-buoy", "a@href"]',
    "share": "a number from 0 to 1, such as 0.95, without quotes",
    "whole": "a whole number, without quotes",
    "flag": "true or false, without quotes",
    "months": 'twelve texts, such as ["january|jan", …]',
    "lists": 'lists of texts by name, such as { en = ["one", "two"] }',
    "table": 'texts by name, such as { day = "day|days" }',
}


def mistakes(table: dict[str, Any], places: dict[str, Any] | None, *, deep: bool = False) -> Iterator[str]:
    """What is wrong in a table, one line each; ``places`` is its part of ``columns.toml``.

    ``deep`` also tries selectors and regular expressions, which takes too long to be done at each start.
    """
    if places is None:
        return
    for place, value in table.items():
        below = {key.partition(".")[2]: kind for key, kind in places.items() if key.startswith(f"{place}.")}
        kind = places.get(place) or (below and {"*": below["*"]}) or places.get("*")
        if kind is None:
            yield f"[{place}] is no part of this table; {_nearest(place, [p.partition('.')[0] for p in places])}"
        elif below:
            for name, row in value.items() if isinstance(value, dict) else ():
                yield from _of_row(f"[{place}.{name}]", row, below["*"], deep)
        elif kind != "unchecked":
            yield from _of_place(place, value, kind, deep)


def _of_place(place: str, value: Any, kind: Any, deep: bool) -> Iterator[str]:
    if isinstance(kind, str):
        if told := _of_value(value, kind, deep):
            yield f"{place}: {told}"
    elif isinstance(value, list):
        for number, row in enumerate(value, 1):
            called = next((row[key] for key in ("name", "selector", "theme") if isinstance(row, dict) and key in row), None)
            yield from _of_row(f"[[{place}]] number {number}{f' ({called})' if called else ''}", row, kind, deep)
    else:
        yield from _of_row(f"[{place}]", value, kind, deep)


def _of_row(where: str, row: Any, columns: dict[str, Any], deep: bool) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"{where}: expected columns with their values, got {row!r:.60}"
        return
    for column, value in row.items():
        kind = columns.get(column, columns.get(f"{column}?", columns.get("*")))
        if kind is None:
            yield f"{where}: {column} is no column of it; {_nearest(column, [c.removesuffix('?') for c in columns])}"
            continue
        others = kind["with"] if isinstance(kind, dict) else []
        if lacking := [other for other in others if other not in row]:
            yield f"{where}: {column} needs {', '.join(lacking)} beside it"
        if told := _of_value(value, kind["kind"] if isinstance(kind, dict) else kind, deep):
            yield f"{where}: {column}: {told}"
    for column, kind in columns.items():
        if not column.endswith(("?", "*")) and column not in row:
            yield f"{where}: lacks {column}, {EXPECTED[kind] if isinstance(kind, str) else _one_of(kind)}"


def _of_value(value: Any, kind: str | list[str], deep: bool) -> str | None:
    if isinstance(kind, list):
        return None if value in kind else f"expected {_one_of(kind)}, got {value!r:.60}"
    if not _fits(value, kind):
        return f"expected {EXPECTED[kind]}, got {value!r:.60}"
    texts = value if isinstance(value, list) else [value]
    return next((told for text in texts if (told := _untaken(text, kind))), None) if deep else None


def _fits(value: Any, kind: str) -> bool:
    match kind:
        case "text" | "selector" | "pattern":
            return isinstance(value, str) and bool(value)
        case "share":
            return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        case "whole":
            return isinstance(value, int) and not isinstance(value, bool)
        case "flag":
            return isinstance(value, bool)
        case "table":
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        case "lists":
            return isinstance(value, dict) and all(_fits(v, "texts") for v in value.values())
    listed = isinstance(value, list) and all(isinstance(v, str) and v for v in value)
    if kind == "months":
        return listed and len(value) == 12
    return listed and (kind != "keys" or all(re.fullmatch(r"[^@]*@[\w-]+", v) for v in value))


def _untaken(text: str, kind: str) -> str | None:
    """Why a selector or a regular expression can't be used."""
    try:
        if kind.startswith("selector"):
            import cssselect

            for part in cssselect.parse(text):
                cssselect.HTMLTranslator().selector_to_xpath(part)
        elif kind.startswith("pattern"):
            re.compile(text)
    except (ValueError, SyntaxError, re.error) as error:
        return f"{text!r:.80} is no {'CSS selector' if kind.startswith('selector') else 'regular expression'}: {error}"
    return None


def _one_of(words: list[str]) -> str:
    return f"one of {', '.join(words)}"


def _nearest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    names = ", ".join(dict.fromkeys(k for k in known if k != "*"))
    return (
        f"did you mean {near[0]}?"
        if near
        else f"there are {names}; the head of the file tells what each is for, and columns.toml names new ones"
    )
