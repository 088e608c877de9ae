"""CSV: one file a table, for spreadsheets and for anything that reads RFC 4180.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in front; control characters are left out, and
line ends inside a cell are a single line feed. ``open_dataset`` reads JSON lines, which are exact.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from presslift.config import ExportSettings
from presslift.errors import UsageError
from presslift.exports.format import Written
from presslift.exports.gathered import Gathered
from presslift.records import Article
from presslift.table_rows import BY_ARTICLE, Row
from presslift.tables import TABLES, Table, of

NAME = "csv"
BODIES = ("body_html", "body_markdown", "content_html")
"""What ``csv_bodies`` may add to ``articles``; a spreadsheet's cell ends at 32,767 characters, so longer ones are for programs."""

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def write(gathered: Gathered, folder: Path, settings: ExportSettings) -> Iterator[Written]:
    """``TABLE.csv`` for every table, with a header; ``csv_bom`` puts a byte order mark in front, for Excel."""
    bodies = extra_bodies(settings.csv_bodies)
    tables = {**TABLES, "articles": with_bodies(TABLES["articles"], bodies)}
    with ExitStack() as stack:
        writers = {}
        for name, table in tables.items():
            encoding = "utf-8-sig" if settings.csv_bom else "utf-8"
            file = stack.enter_context((folder / f"{name}.csv").open("w", encoding=encoding, newline=""))
            writers[name] = csv.writer(file, lineterminator="\r\n")
            writers[name].writerow(table.names)
        for article in gathered.articles():
            for name, fill in BY_ARTICLE.items():
                extra = tuple(getattr(article, body) for body in bodies) if name == "articles" else ()
                writers[name].writerows(cells((*row, *extra)) for row in fill(article))
        for name in tables.keys() - BY_ARTICLE.keys():
            writers[name].writerows(map(cells, gathered.rows(name)))
    for name, table in tables.items():
        yield Written(path=f"{name}.csv", description=table.description, mediatype="text/csv", table=table)


def extra_bodies(names: Sequence[str]) -> tuple[str, ...]:
    """The bodies that ``articles`` gets beside ``body_text``. Raises ``UsageError`` for what is none."""
    for name in names:
        if name not in (*BODIES, "body_text"):
            raise UsageError(f"export.csv_bodies: {name!r} is no body; known are body_text, {', '.join(BODIES)}")
    return tuple(name for name in BODIES if name in names)


def with_bodies(table: Table, bodies: Sequence[str]) -> Table:
    """``articles`` with more columns at its end."""
    return msgspec.structs.replace(table, columns=(*table.columns, *of(Article, " ".join(bodies))))


def cells(row: Row) -> list[Any]:
    """A row as CSV cells: null is empty, booleans are true and false, text is made safe."""
    return [cell(value) for value in row]


def cell(value: Any) -> Any:
    """One value as its cell's text, or as a number."""
    if isinstance(value, str):
        text = CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
