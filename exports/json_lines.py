"""JSON lines: every record whole and exact, the events, and the tables that no record tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from presslift.config import ExportSettings
from presslift.exports.format import Written
from presslift.exports.gathered import ENCODE, Gathered
from presslift.tables import EVENTS, TABLES

NAME = "jsonl"
MEDIATYPE = "application/x-ndjson"
BESIDE_ARTICLES = ("files", "terms", "authors", "redirects", "excluded")
"""Tables that are gathered over articles, or hold more than these tell: terms without articles, accounts, addresses."""


def write(gathered: Gathered, folder: Path, settings: ExportSettings) -> Iterator[Written]:
    """``articles.jsonl``, ``changes.jsonl``, ``failures.jsonl``, ``removed.jsonl``, ``site.json``, and a file for each of those tables."""
    write_lines(folder / "articles.jsonl", (ENCODE.encode(article) for article in gathered.articles()))
    yield Written(path="articles.jsonl", description="One article a line, by published, then id.", mediatype=MEDIATYPE)
    for name, record in EVENTS.items():
        write_lines(folder / f"{name}.jsonl", gathered.events(name))
        yield Written(path=f"{name}.jsonl", description=record.__doc__ or name, mediatype=MEDIATYPE)
    for name in BESIDE_ARTICLES:
        columns = TABLES[name].names
        write_lines(folder / f"{name}.jsonl", (ENCODE.encode(dict(zip(columns, row, strict=True))) for row in gathered.rows(name)))
        yield Written(path=f"{name}.jsonl", description=TABLES[name].description, mediatype=MEDIATYPE)
    site = msgspec.json.format(ENCODE.encode(gathered.site_object()), indent=2)
    (folder / "site.json").write_bytes(site + b"\n")
    yield Written(path="site.json", description="What the site says of itself, and how each value is known.", mediatype="application/json")


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Each line with its end."""
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
