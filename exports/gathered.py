"""What one export holds, gathered from a source onto disk, so that every format can read it as often as it likes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from presslift.exports.dataset_source import Source
from presslift.exports.settle import Settle
from presslift.records import Article, SiteFacts, Term
from presslift.table_rows import BY_ARTICLE, Row, article_term_rows, excluded_row, file_rows, made_slug, people, redirect_row, term_slug
from presslift.tables import SITE_FIELDS, TABLES

SPILL = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE files (url TEXT PRIMARY KEY, wp_id, mime, bytes, width, height, sha256, local_path, status) WITHOUT ROWID;
CREATE TABLE terms (taxonomy TEXT, slug TEXT, name, wp_id, parent, url, article_count INTEGER DEFAULT 0, PRIMARY KEY (taxonomy, slug)) WITHOUT ROWID;
CREATE INDEX terms_by_name ON terms (taxonomy, name);
CREATE TABLE authors (slug TEXT PRIMARY KEY, name, url, is_account INTEGER DEFAULT 0, bio, article_count INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE TABLE redirects (old TEXT PRIMARY KEY, target, status, kind, article_id) WITHOUT ROWID;
CREATE TABLE excluded (url TEXT PRIMARY KEY, type, reason, rule) WITHOUT ROWID;
CREATE TABLE events (name TEXT, line BLOB);
"""
SET_FILE = ", ".join(f"{name} = coalesce({name}, excluded.{name})" for name in TABLES["files"].names if name != "url")
ADD_FILE = f"INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET {SET_FILE}"
ADD_TERM = (
    "INSERT INTO terms (taxonomy, slug, name, wp_id, parent, url) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "wp_id = coalesce(wp_id, excluded.wp_id), parent = coalesce(parent, excluded.parent), url = coalesce(url, excluded.url)"
)
ADD_PERSON = (
    "INSERT INTO authors (slug, name, url, is_account, bio) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = coalesce(name, excluded.name), "
    "url = coalesce(url, excluded.url), is_account = max(is_account, excluded.is_account), bio = coalesce(bio, excluded.bio)"
)
ENCODE = msgspec.json.Encoder(order="deterministic")
ARTICLE = msgspec.json.Decoder(Article)


class Gathered:
    """One export's content in a folder of its own: articles in order, tables, events, the site.

    ``articles()`` and ``rows()`` stream and may be read any number of times. Foreign keys hold: ids of records that are not
    in the export are null, every medium has its file, every term of an article its row. Use as a context manager.

    ``careful`` tries every article before it is taken, and leaves out what can't be written; ``refused`` counts these.
    """

    def __init__(self, source: Source, folder: Path, *, careful: bool = False):
        self._careful, self.refused = careful, 0
        self._lines = folder / "articles"
        self._db = sqlite3.connect(folder / "spill.sqlite", isolation_level=None)
        try:
            self._db.executescript(SPILL)
            self._db.execute("BEGIN")
            self._site = source.site()
            self._take_articles(source)
            self._take_terms(source.terms())
            self._take_accounts(source)
            self._take_rest(source)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Gathered:
        return self

    def __exit__(self, *error: object) -> None:
        self._db.close()

    # ---- what formats read

    @property
    def site(self) -> SiteFacts:
        """What the site says of itself."""
        return self._site

    def site_object(self) -> dict[str, Any]:
        """``site.json``."""
        facts: dict[str, Any] = msgspec.to_builtins(self._site)
        if facts["source"].get("counts", "").startswith("about"):
            # A probe's estimate, which the site never gave.
            facts["counts"] = {}
        facts["source"] = {
            name: source for name, source in facts["source"].items() if name in SITE_FIELDS and facts[name] not in (None, [], {})
        }
        return {name: facts[name] for name in SITE_FIELDS}

    def articles(self) -> Iterator[Article]:
        """Every article, in export order."""
        settle = Settle(self._is_live)
        with self._lines.open("rb") as lines:
            for line in lines:
                yield settle(ARTICLE.decode(line))

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table, in export order: by article, or by key."""
        if table in BY_ARTICLE:
            fill = BY_ARTICLE[table]
            return (row for article in self.articles() for row in fill(article))
        return self._terms() if table == "terms" else self._plain_rows(table)

    def events(self, name: str) -> Iterator[bytes]:
        """The lines of ``changes``, ``failures`` or ``removed``: one JSON object each, without the line's end."""
        return (line for (line,) in self._db.execute("SELECT line FROM events WHERE name = ? ORDER BY rowid", (name,)))

    def _plain_rows(self, table: str) -> Iterator[Row]:
        key = "old" if table == "redirects" else ", ".join(TABLES[table].key)
        # A redirect may have been told before its target went: it leads nowhere then.
        for row in self._db.execute(f"SELECT * FROM {table} ORDER BY {key}"):
            if table == "authors":
                yield row[0], row[1], row[2], bool(row[3]), row[4], row[5]
            elif table == "redirects" and row[4] is not None and not self._is_live(row[4]):
                yield *row[:4], None
            else:
                yield row

    def _terms(self) -> Iterator[Row]:
        for taxonomy, slug, name, wp_id, parent, url, count in self._db.execute("SELECT * FROM terms ORDER BY taxonomy, slug"):
            yield taxonomy, slug, name, wp_id, self._parent_slug(taxonomy, slug, parent, url), url, count

    def _parent_slug(self, taxonomy: str, slug: str, parent: str | None, url: str | None) -> str | None:
        """The slug behind a parent's name; of several terms of that name, the one that stands in the child's address."""
        if parent is None:
            return None
        found = self._db.execute(
            "SELECT slug FROM terms WHERE taxonomy = ? AND name = ? AND slug != ? ORDER BY slug", (taxonomy, parent, slug)
        )
        slugs = [row[0] for row in found]
        steps = (url or "").split("/")
        return next((one for one in slugs if one in steps), slugs[0] if slugs else None)

    # ---- gathering

    def _is_live(self, id: str) -> bool:
        return self._db.execute("SELECT 1 FROM ids WHERE id = ?", (id,)).fetchone() is not None

    def _take_articles(self, source: Source) -> None:
        write = self._db.execute
        with self._lines.open("wb") as lines:
            for article in source.articles():
                if self._careful and (error := self._fault_of(article)) is not None:
                    self.refused += 1
                    source.refuse(article, error)
                    continue
                lines.write(ENCODE.encode(article) + b"\n")
                # Twice the same id would be a defect of the store: it raises.
                write("INSERT INTO ids VALUES (?)", (article.id,))
                self._db.executemany(ADD_FILE, file_rows(article))
                self._take_terms((*article.terms, *article.categories, *article.tags))
                for _, taxonomy, slug in article_term_rows(article):
                    write("UPDATE terms SET article_count = article_count + 1 WHERE taxonomy = ? AND slug = ?", (taxonomy, slug))
                self._take_people(article)

    def _fault_of(self, article: Article) -> Exception | None:
        """What hinders an article from being written: its rows are made, and put where nobody looks, once before the time."""
        try:
            settled = Settle(self._is_live)(ARTICLE.decode(ENCODE.encode(article)))
            for fill in BY_ARTICLE.values():
                for row in fill(settled):
                    self._db.execute(f"SELECT {', '.join('?' * len(row))}", row)
            for row in file_rows(article):
                self._db.execute("SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?", row)
            for term in (*article.terms, *article.categories, *article.tags):
                self._db.execute("SELECT ?, ?", (term.wp_id, term_slug(term)))
            list(people(article))
        except Exception as error:  # whatever an article holds
            return error
        return None

    def _take_people(self, article: Article) -> None:
        named = list(people(article))
        self._db.executemany(ADD_PERSON, [(slug, name, url, 0, None) for slug, name, url, _ in named])
        for slug in dict.fromkeys(slug for slug, _, _, role in named if role == "author"):
            self._db.execute("UPDATE authors SET article_count = article_count + 1 WHERE slug = ?", (slug,))
        account = article.wp_author
        if account is not None and (account.slug or account.name):
            slug = account.slug or made_slug(account.name or "")
            self._db.execute(ADD_PERSON, (slug, account.name, account.url, 1, None))

    def _take_terms(self, terms: Iterable[Term]) -> None:
        self._db.executemany(ADD_TERM, [(t.taxonomy, term_slug(t), t.name, t.wp_id, t.parent, t.url) for t in terms])

    def _take_accounts(self, source: Source) -> None:
        for account in source.accounts():
            slug = account.get("slug") or made_slug(account.get("name") or "")
            self._db.execute(ADD_PERSON, (slug, account.get("name"), account.get("url"), 1, account.get("bio") or None))

    def _take_rest(self, source: Source) -> None:
        # An address claims one row: what is told of it first stays.
        self._db.executemany(
            "INSERT OR IGNORE INTO redirects VALUES (?, ?, ?, ?, ?)", (redirect_row(one) for one in source.redirects() if one.from_)
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO excluded VALUES (?, ?, ?, ?)", (excluded_row(one) for one in source.excluded() if one.url)
        )
        events: tuple[tuple[str, Iterable[Struct]], ...] = (
            ("changes", source.changes()), ("failures", source.failures()), ("removed", source.removed()),
        )  # fmt: skip
        for name, records in events:
            self._db.executemany("INSERT INTO events VALUES (?, ?)", ((name, ENCODE.encode(record)) for record in records))
