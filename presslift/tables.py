"""The tables of an export, declared once: CSV and Parquet columns, Table Schemas and the data dictionary derive from here.

Types and meanings come from ``presslift.records`` wherever a column is a field of a record; what a table adds (counts, joined
names, keys into other tables) is declared beside it.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from presslift import records
from presslift.meanings import MEANINGS, record_fields
from presslift.records import SCHEMA_VERSION, Article

ColumnType: TypeAlias = Literal["string", "integer", "number", "boolean", "date", "datetime"]


class Column(Struct, frozen=True):
    """A column; ``type`` is a Table Schema type. ``datetime`` is UTC with a Z, ``date`` is yyyy-mm-dd."""

    name: str
    type: ColumnType
    description: str


class ForeignKey(Struct, frozen=True):
    """``columns`` of a table are the ``references`` of ``table``, or all null."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


class Table(Struct, frozen=True):
    """A table; ``key`` is its primary key, whose columns are never null."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def of(record: type[Struct], names: str, **meanings: str) -> tuple[Column, ...]:
    """Columns that are fields of ``record``: ``names`` apart by spaces, ``column=field`` where the names differ."""
    columns = []
    for part in names.split():
        name, _, source = part.partition("=")
        field = record_fields(record)[source or name]
        meaning = meanings.get(name) or (MEANINGS.get(name) if source else None) or field.description
        kind: Any = DATES.get(name) or field.type
        columns.append(Column(name, kind, meaning))
    return tuple(columns)


DATES: dict[str, ColumnType] = {
    "published_utc": "datetime",
    "modified_utc": "datetime",
    "published_date": "date",
    "first_seen": "datetime",
    "content_changed_at": "datetime",
    "date_utc": "datetime",
}
ARTICLE_ID = Column("article_id", "string", "the article: id in articles")
TO_ARTICLE = ForeignKey(("article_id",), "articles", ("id",))
TO_TARGET = ForeignKey(("target_id",), "articles", ("id",))


def text(name: str, description: str) -> Column:
    """A column of text that is no record's field."""
    return Column(name, "string", description)


def count(name: str, description: str) -> Column:
    """A column of whole numbers that is no record's field."""
    return Column(name, "integer", description)


ARTICLES = Table(
    "articles",
    "One row an article: posts, pages and entries of custom types that are live.",
    ("id",),
    (
        *of(Article, "id wp_id type status url slug canonical_url title subtitle excerpt excerpt_source language byline"),
        text("authors", "names, apart by '; '; one a row in article_authors"),
        text("wp_author", "name of the WordPress account that posted"),
        *of(Article, "published published_utc published_date published_precision modified modified_utc"),
        text("categories", "names, apart by '; '; one a row in article_terms"),
        text("tags", "names, apart by '; '; one a row in article_terms"),
        *of(Article, "word_count body_text featured_image"),
        count("footnote_count", "rows in footnotes"),
        count("related_count", "rows in related"),
        count("link_count", "rows in links"),
        count("media_count", "rows in media"),
        *of(Article, "comment_count translation_group parent_id"),
        *of(
            records.Seo,
            "seo_title=title seo_description=description",
            seo_title="the page's own title",
            seo_description="the page's own description",
        ),
        Column("confidence", "number", "0…1, the lowest of the fields given"),
        count("warning_count", "warnings in extraction.warnings"),
        *of(Article, "content_hash first_seen content_changed_at"),
    ),
    (ForeignKey(("parent_id",), "articles", ("id",)),),
)
FOOTNOTES = Table(
    "footnotes",
    "One row a note.",
    ("article_id", "index"),
    (
        ARTICLE_ID,
        *of(records.Footnote, "index marker text style"),
        count("ref_count", "how often the article mentions the note; 0: unmatched"),
        text("first_place", "where the first mention stands: body, byline, title, caption or table"),
        *of(records.Footnote, "confidence"),
    ),
    (TO_ARTICLE,),
)
RELATED = Table(
    "related",
    "One row a post that a related box or an in-text line points to.",
    ("article_id", "position"),
    (
        ARTICLE_ID,
        *of(records.RelatedLink, "position place title url"),
        Column("date", "date", "the date shown beside it"),
        *of(records.RelatedLink, "target_id=article_id source"),
    ),
    (TO_ARTICLE, TO_TARGET),
)
LINKS = Table(
    "links",
    "One row a link of the body, repeated ones too.",
    ("article_id", "position"),
    (
        ARTICLE_ID,
        *of(records.Link, "position url text kind fragment rel target_id=article_id", kind="internal, external, file, mail or anchor"),
    ),
    (TO_ARTICLE, TO_TARGET),
)
MEDIA = Table(
    "media",
    "One row a use of a picture, sound, video or file; what is known of the file itself stands in files.",
    ("article_id", "position"),
    (ARTICLE_ID, *of(records.Media, "position url role kind alt caption credit", kind="image, audio, video or file")),
    (TO_ARTICLE, ForeignKey(("url",), "files", ("url",))),
)
FILES = Table(
    "files",
    "One row a media file that articles use.",
    ("url",),
    of(records.Media, "url wp_id mime bytes width height sha256 local_path status"),
)
TERMS = Table(
    "terms",
    "One row a term of any taxonomy, terms without articles included.",
    ("taxonomy", "slug"),
    (
        *of(records.Term, "taxonomy slug name wp_id"),
        text("parent_slug", "slug of the parent term, of the same taxonomy"),
        *of(records.Term, "url", url="the term's archive"),
        count("article_count", "rows in article_terms"),
    ),
)
ARTICLE_TERMS = Table(
    "article_terms",
    "One row an article and a term it has.",
    ("article_id", "taxonomy", "slug"),
    (ARTICLE_ID, *of(records.Term, "taxonomy slug")),
    (TO_ARTICLE, ForeignKey(("taxonomy", "slug"), "terms", ("taxonomy", "slug"))),
)
AUTHORS = Table(
    "authors",
    "One row a person: authors, contributors, and WordPress accounts.",
    ("slug",),
    (
        *of(records.Person, "slug name url"),
        Column("is_account", "boolean", "whether it is a WordPress account"),
        text("bio", "the account's description"),
        count("article_count", "articles that name the person as author"),
    ),
)
ARTICLE_AUTHORS = Table(
    "article_authors",
    "One row an article and a person who worked on it.",
    ("article_id", "position"),
    (
        ARTICLE_ID,
        count("position", "1…n: the authors as printed, then the contributors"),
        *of(records.Person, "slug name"),
        text("role", "author, or the contributor's: translator, photographer, editor, illustrator, …"),
    ),
    (TO_ARTICLE, ForeignKey(("slug",), "authors", ("slug",))),
)
COMMENTS = Table(
    "comments",
    "One row a comment or pingback.",
    ("article_id", "id"),
    (
        ARTICLE_ID,
        *of(records.Comment, "id parent type", type="comment or pingback"),
        *of(records.CommentAuthor, "author_name=name author_url=url", author_name="who wrote it", author_url="the author's own address"),
        *of(records.Comment, "is_post_author date date_utc text"),
    ),
    (TO_ARTICLE,),
)
TRANSLATIONS = Table(
    "translations",
    "One row a sibling in another language.",
    ("article_id", "url"),
    (
        ARTICLE_ID,
        *of(records.Translation, "language url target_id=article_id"),
        *of(Article, "translation_group"),
    ),
    (TO_ARTICLE, TO_TARGET),
)
REDIRECTS = Table(
    "redirects",
    "One row an old address and where it leads.",
    ("from",),
    of(records.Redirect, "from to status kind article_id", status="HTTP status to answer with"),
    (TO_ARTICLE,),
)
EXCLUDED = Table(
    "excluded",
    "One row an address left out on purpose.",
    ("url",),
    of(records.Excluded, "url type reason rule"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ARTICLES, FOOTNOTES, RELATED, LINKS, MEDIA, FILES, TERMS, ARTICLE_TERMS, AUTHORS, ARTICLE_AUTHORS, COMMENTS, TRANSLATIONS,
        REDIRECTS, EXCLUDED,
    )
}  # fmt: skip
"""Every table by name, in the order they are listed everywhere."""

EVENTS: dict[str, type[Struct]] = {"changes": records.Change, "failures": records.Failure, "removed": records.Removed}
"""The files of events: what a line of ``NAME.jsonl`` is."""

SITE_FIELDS: tuple[str, ...] = (
    "url", "name", "tagline", "language", "timezone", "utc_offset", "wordpress_version", "theme", "plugins", "permalink_structure",
    "front_page", "menus", "counts", "source",
)  # fmt: skip
"""The fields of ``site.json``."""


def article_json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a line of ``articles.jsonl``."""
    (schema,), components = msgspec.json.schema_components([Article], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"presslift article, schema version {SCHEMA_VERSION}",
        **schema,
        "$defs": components,
    }
