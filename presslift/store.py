"""Everything known about one site, in one SQLite file (WAL): runs, responses, addresses, evidence, articles, changes.

The store is the truth; exports are made from it. One process writes; any number may read. Every public method that
writes commits on its own or inside ``with store.batch()``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from presslift.errors import NotAnOut, OutUnwritable
from presslift.records import Article
from presslift.store_outcomes import DECODE as DECODE
from presslift.store_outcomes import Outcomes
from presslift.store_tables import STORE_VERSION, TABLES
from presslift.store_versions import upgrade, upgraded_copy

FILE_NAME = "presslift.sqlite"

Row = sqlite3.Row
ENCODE = msgspec.json.Encoder(order="deterministic")


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn what the disk says (full, read-only, no permission) into ``OutUnwritable``."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(word in str(error) for word in ("readonly", "full", "disk I/O", "unable to open")):
            raise OutUnwritable(f"{path}: can't be written ({error}); free some space or check its permissions, then run again") from error
        raise
    except OSError as error:
        raise OutUnwritable(f"{path}: can't be written ({error.strerror or error}); what was there is whole") from error


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, to a store on a read-only disk as well. Raises ``sqlite3.Error``."""
    address = path.resolve().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=30)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # There is no place for the index of a write-ahead log; where the log is empty the file alone is the whole store.
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        db.close()
        db = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    return db


class Item(NamedTuple):
    """What REST or a feed said of an address, where that is kept, and in which run it was said."""

    data: dict[str, Any]
    capture: dict[str, Any] | None
    run: int


class Store(Outcomes):
    """The open store of an OUT folder; a context manager. ``create`` makes it where there is none, ``read_only`` never writes.

    An older presslift's is brought up to date, with a copy of it beside. Raises ``NotAnOut`` for a file that is no store, or a
    newer presslift's; ``OutUnwritable``.
    """

    def __init__(self, folder: Path, *, create: bool = False, read_only: bool = False):
        self.path = folder / FILE_NAME
        if not create and not self.path.is_file():
            raise NotAnOut(f"{folder}: no {FILE_NAME} in it, so it is no OUT; make one with `presslift migrate URL -o {folder}`")
        self._depth = 0
        with writable(folder):
            try:
                self._db = connect_to_read(self.path) if read_only else sqlite3.connect(self.path, isolation_level=None, timeout=30)
                self._db.row_factory = sqlite3.Row
                if not read_only:
                    self._db.execute("PRAGMA journal_mode=WAL")
                    # A power cut may cost the last moments, never the file; they are then done again.
                    self._db.execute("PRAGMA synchronous=NORMAL")
                self._prepare(create, read_only)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) and not str(error).startswith("no such"):
                    raise
                raise NotAnOut(f"{self.path}: is not a presslift store ({error}); name another folder") from error

    def _prepare(self, create: bool, read_only: bool) -> None:
        tables = {row["name"] for row in self._db.execute("SELECT name FROM sqlite_master")}
        if "meta" not in tables:
            if read_only or (tables and not create):
                raise NotAnOut(f"{self.path}: is a database, but not presslift's; name another folder")
            # All of it or nothing, wherever the process is killed.
            self._db.executescript(
                f"BEGIN IMMEDIATE; {TABLES} INSERT OR IGNORE INTO meta VALUES ('store_version', '{STORE_VERSION}'); COMMIT"
            )
        version = self.get_meta("store_version")
        if not isinstance(version, int) or version < 1:
            raise NotAnOut(f"{self.path}: is a database, but not presslift's; name another folder")
        if version > STORE_VERSION:
            raise NotAnOut(
                f"{self.path}: written by a newer presslift (store version {version}, this one reads up to {STORE_VERSION}); upgrade presslift"
            )
        if version < STORE_VERSION and read_only:
            self._db = upgraded_copy(self._db, version)
            self._db.row_factory = sqlite3.Row
        elif version < STORE_VERSION:
            upgrade(self._db, self.path, version)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store can't be used afterwards."""
        self._db.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction: all or nothing. Nests."""
        with writable(self.path):
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def write(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run one writing statement."""
        if self._depth:
            return self._db.execute(sql, values)
        with writable(self.path):
            return self._db.execute(sql, values)

    def rows(self, sql: str, *values: Any) -> Iterator[Row]:
        """Stream the rows of a query; safe while other statements write."""
        return iter(self._db.execute(sql, values))

    def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of a query, or None."""
        found: Row | None = self._db.execute(sql, values).fetchone()
        return found

    # ---- meta, runs, responses

    def get_meta(self, key: str, default: Any = None) -> Any:
        """A JSON value kept under a name."""
        row = self.row("SELECT value FROM meta WHERE key = ?", key)
        return default if row is None else json.loads(row["value"])

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        self.write(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, json.dumps(value, ensure_ascii=False)
        )

    def begin_run(self, command: str, at: str, options: dict[str, Any]) -> tuple[int, bool]:
        """The run's number, and whether it resumes one that was cut off."""
        cut = self.row("SELECT id FROM runs WHERE state = 'running' ORDER BY id DESC LIMIT 1")
        if cut is not None:
            return int(cut["id"]), True
        cursor = self.write(
            "INSERT INTO runs (command, started_at, state, options) VALUES (?, ?, 'running', ?)",
            command,
            at,
            json.dumps(options, ensure_ascii=False),
        )
        return int(cursor.lastrowid or 0), False

    def end_run(self, run: int, at: str, state: str, exit_code: int, numbers: dict[str, Any]) -> None:
        """Close a run; ``state`` is done, failed or stopped."""
        self.write(
            "UPDATE runs SET ended_at = ?, state = ?, exit_code = ?, numbers = ? WHERE id = ?",
            at,
            state,
            exit_code,
            json.dumps(numbers),
            run,
        )

    def add_response(self, run: int, kind: str, values: dict[str, Any]) -> int:
        """Note a response; ``values`` are the columns of ``responses`` besides id, run and kind."""
        columns = ["run", "kind", *values]
        marks = ", ".join("?" * len(columns))
        cursor = self.write(f"INSERT INTO responses ({', '.join(columns)}) VALUES ({marks})", run, kind, *values.values())
        return int(cursor.lastrowid or 0)

    # ---- addresses

    def see_address(self, key: str, url: str, run: int, at: str, found_by: str, values: dict[str, Any]) -> None:
        """Note that a source reported an article's address; what is known already and not given anew stays."""
        row = self.row("SELECT found_by, seen_run FROM addresses WHERE key = ?", key)
        if row is None:
            self.write(
                "INSERT INTO addresses (key, url, type, wp_id, lastmod, found_by, first_at, last_at, seen_run, first_run) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                key,
                url,
                values.get("type"),
                values.get("wp_id"),
                values.get("lastmod"),
                json.dumps([found_by]),
                at,
                at,
                run,
                run,
            )
            return
        known = json.loads(row["found_by"]) if row["seen_run"] == run else []
        found = json.dumps(sorted({*known, found_by}))
        # A date of change holds for the run that was told it: where nothing tells one any more, nothing is known.
        self.write(
            "UPDATE addresses SET before = CASE seen_run WHEN ? THEN before ELSE json_array(state, reason, rule) END, "
            "found_by = ?, type = coalesce(?, type), wp_id = coalesce(?, wp_id), "
            "lastmod = coalesce(?, CASE seen_run WHEN ? THEN lastmod END), seen_run = ? WHERE key = ?",
            run,
            found,
            values.get("type"),
            values.get("wp_id"),
            values.get("lastmod"),
            run,
            run,
            key,
        )

    def update_address(self, key: str, **values: Any) -> None:
        """Set columns of one address."""
        columns = ", ".join(f"{name} = ?" for name in values)
        self.write(f"UPDATE addresses SET {columns} WHERE key = ?", *values.values(), key)

    def undo_discovery(self, run: int) -> None:
        """Forget addresses that a run was the first to hear of and read nothing of; what it knew of others before holds again."""
        with self.batch():
            new = "SELECT key FROM addresses WHERE first_run = ? AND article IS NULL"
            self.write(f"DELETE FROM items WHERE key IN ({new})", run)
            self.write(f"DELETE FROM addresses WHERE key IN ({new})", run)
            self.write(
                "UPDATE addresses SET state = json_extract(before, '$[0]'), reason = json_extract(before, '$[1]'), "
                "rule = json_extract(before, '$[2]') WHERE seen_run = ? AND read_run < ? AND first_run < ?",
                run,
                run,
                run,
            )

    # ---- items and evidence

    def put_item(self, key: str, source: str, item: dict[str, Any], capture: dict[str, Any] | None, run: int) -> None:
        """Keep what REST or a feed said of an address in a run, whole."""
        self.write(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET item = excluded.item, capture = excluded.capture, run = excluded.run",
            key,
            source,
            json.dumps(item, ensure_ascii=False, sort_keys=True),
            json.dumps(capture) if capture else None,
            run,
        )

    def items(self, key: str) -> dict[str, Item]:
        """Source → what it said last of one address."""
        return {
            row["source"]: Item(json.loads(row["item"]), json.loads(row["capture"]) if row["capture"] else None, row["run"])
            for row in self.rows("SELECT * FROM items WHERE key = ?", key)
        }

    def drop_items(self, key: str, source: str | None = None) -> None:
        """Forget what a source, or every source, said of an address."""
        self.write("DELETE FROM items WHERE key = ? AND (? IS NULL OR source = ?)", key, source, source)

    def put_evidence(self, kind: str, key: str, data: dict[str, Any], run: int) -> None:
        """Keep a term, user, media item, comment or archive; ``key`` is unique within its kind."""
        self.write(
            "INSERT INTO evidence VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET data = excluded.data, seen_run = excluded.seen_run",
            kind,
            key,
            json.dumps(data, ensure_ascii=False, sort_keys=True),
            run,
        )

    def evidence(self, kind: str, key: str | None = None) -> Iterator[dict[str, Any]]:
        """All evidence of a kind by key, or one piece."""
        where, values = ("AND key = ?", (kind, key)) if key is not None else ("", (kind,))
        for row in self.rows(f"SELECT data FROM evidence WHERE kind = ? {where} ORDER BY key", *values):
            yield json.loads(row["data"])

    def drop_evidence(self, kind: str, key: str | None = None, *, before: int | None = None) -> None:
        """Forget one piece of evidence, or those of a kind that were last seen before a run."""
        self.write(
            "DELETE FROM evidence WHERE kind = ? AND (? IS NULL OR key = ?) AND (? IS NULL OR seen_run < ?)", kind, key, key, before, before
        )

    # ---- articles

    def put_parsed(self, article: Article, key: str, at: str) -> None:
        """Keep a parsed record, to be settled; a new one is live from then on."""
        self.write(
            "INSERT INTO articles (id, key, url, wp_id, type, state, published, first_seen, parsed) VALUES (?, ?, ?, ?, ?, 'new', ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET key = excluded.key, wp_id = excluded.wp_id, type = excluded.type, parsed = excluded.parsed, dirty = 1",
            article.id,
            key,
            article.url,
            article.wp_id,
            article.type,
            article.published or "",
            at,
            ENCODE.encode(article),
        )

    def article(self, id: str, column: str = "parsed") -> Article | None:
        """One record as parsed or as settled."""
        row = self.row(f"SELECT {column} AS record FROM articles WHERE id = ?", id)
        return DECODE.decode(row["record"]) if row and row["record"] else None

    def alias(self, key: str, article: str, url: str, kind: str) -> None:
        """An address that leads to an article: moved, alias, shortlink or guid. The first claim stays."""
        self.write("INSERT INTO aliases VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", key, article, url, kind)

    def resolve(self, key: str) -> str | None:
        """The id of the live article at an address, old addresses included."""
        row = self.row("SELECT id FROM articles WHERE key = ? AND state = 'live'", key) or self.row(
            "SELECT id FROM articles JOIN aliases ON article = id WHERE aliases.key = ? AND state = 'live'", key
        )
        return row["id"] if row else None

    def add_change(
        self, at: str, run: int, change: str, article: Article, old_url: str | None = None, fields: list[str] | None = None
    ) -> None:
        """Append an event."""
        self.write(
            "INSERT INTO changes (at, run, change, article_id, wp_id, url, old_url, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            at,
            run,
            change,
            article.id,
            article.wp_id,
            article.url,
            old_url,
            json.dumps(fields or []),
        )

    # ---- problems

    def add_problem(
        self, run: int, at: str, url: str, kind: str, reason: str, detail: str | None, status: int | None, attempts: int
    ) -> None:
        """Note a failure that is no article's own page (a listing, a picture, comments)."""
        self.write(
            "INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, detail = excluded.detail, "
            "status = excluded.status, attempts = attempts + excluded.attempts, last_at = excluded.last_at, run = excluded.run",
            url,
            kind,
            reason,
            detail,
            status,
            attempts,
            at,
            at,
            run,
        )

    def clear_problems(self, kind: str, before: int, below: str = "") -> None:
        """Forget failures of a kind that were noted before a run, of addresses that begin with ``below``."""
        self.write("DELETE FROM problems WHERE kind = ? AND run < ? AND substr(url, 1, ?) = ?", kind, before, len(below), below)
