"""The data dictionary: every file, field and column with its type and meaning, for people and as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from presslift.exports.format import Written
from presslift.meanings import record_fields
from presslift.records import (
    SCHEMA_VERSION,
    Account,
    Article,
    Capture,
    Comment,
    CommentAuthor,
    Contributor,
    Embed,
    Extraction,
    Footnote,
    Link,
    Media,
    Person,
    Ref,
    RelatedLink,
    Seo,
    SiteFacts,
    Term,
    Translation,
)
from presslift.tables import EVENTS, SITE_FIELDS, TABLES, Column, Table, article_json_schema

PARTS: tuple[type[Struct], ...] = (
    Person, Contributor, Account, Term, Footnote, Ref, RelatedLink, Translation, Link, Media, Embed, Comment, CommentAuthor, Seo,
    Extraction, Capture,
)  # fmt: skip
"""What an article is made of, in the order its fields name them."""

DICTIONARY = Table(
    "dictionary",
    "One row a column of a table, or a field of a record.",
    ("file", "field"),
    (
        Column("file", "string", "the file, without its ending; articles.jsonl and its parts carry the record's name"),
        Column("field", "string", "the column or field"),
        Column("type", "string", "string, integer, number, boolean, date, datetime, object, list of …, or a record's name"),
        Column("key", "string", "primary when it is part of the primary key; else the table and column it leads to"),
        Column("meaning", "string", "what it says"),
    ),
)


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """(file, field, type, key, meaning): the tables, then the records."""
    for table in TABLES.values():
        leads = {c: f"{key.table}.{r}" for key in table.foreign_keys for c, r in zip(key.columns, key.references, strict=True)}
        for column in table.columns:
            key = "; ".join(filter(None, ("primary" if column.name in table.key else "", leads.get(column.name, ""))))
            yield table.name, column.name, column.type, key, column.description
    for name, record in (("articles.jsonl", Article), *((part.__name__, part) for part in PARTS)):
        for field in record_fields(record).values():
            yield name, field.name, field.type, "", field.description
    for name, record in EVENTS.items():
        for field in record_fields(record).values():
            yield f"{name}.jsonl", field.name, field.type, "", field.description
    for field in (record_fields(SiteFacts)[name] for name in SITE_FIELDS):
        yield "site.json", field.name, field.type, "", field.description


def markdown() -> str:
    """The dictionary to read."""
    lines = [f"# Data dictionary\n\nSchema version {SCHEMA_VERSION}. What is absent is null or an empty list, in CSV an empty cell."]
    meanings = {**{table.name: table.description for table in TABLES.values()}, **{part.__name__: part.__doc__ or "" for part in PARTS}}
    file = None
    for name, field, kind, key, meaning in rows():
        if name != file:
            title = f"{name}.csv" if name in TABLES else name
            lines.append(
                f"\n## {title}\n\n{meanings.get(name, '')}\n\n| field | type | key | meaning |\n|---|---|---|---|".replace(
                    "\n\n\n\n", "\n\n"
                )
            )
            file = name
        lines.append(f"| `{field}` | {kind} | {key} | {meaning} |")
    return "\n".join(lines) + "\n"


def write_dictionary(folder: Path, *, bom: bool) -> Iterator[Written]:
    """``dictionary.md``, ``dictionary.csv`` and ``article.schema.json``."""
    (folder / "dictionary.md").write_text(markdown(), encoding="utf-8", newline="\n")
    yield Written(path="dictionary.md", description="What every file, field and column means.", mediatype="text/markdown")
    with (folder / "dictionary.csv").open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(DICTIONARY.names)
        writer.writerows(rows())
    yield Written(path="dictionary.csv", description=DICTIONARY.description, mediatype="text/csv", table=DICTIONARY)
    schema = msgspec.json.format(msgspec.json.encode(article_json_schema()), indent=2)
    (folder / "article.schema.json").write_bytes(schema + b"\n")
    yield Written(path="article.schema.json", description="JSON Schema of a line of articles.jsonl.", mediatype="application/schema+json")
