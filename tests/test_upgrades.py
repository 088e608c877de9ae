"""An OUT that an older presslift made: brought up to date in place, the copy of its store, and what ends on the way."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from presslift import store_versions
from presslift.errors import NotAnOut, OutUnwritable
from presslift.hashing import content_hash
from presslift.pipeline import export, migrate, status, sync
from presslift.pipeline.forget import forget
from presslift.records import Article, Comment, CommentAuthor, Person, Term
from presslift.store import Store
from presslift.store_tables import STORE_VERSION
from tests.faulty import FaultySite, changes, content, holds, quick

OLD = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, command TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, state TEXT NOT NULL,
  exit_code INTEGER, options TEXT NOT NULL DEFAULT '{}', numbers TEXT NOT NULL DEFAULT '{}');
CREATE TABLE responses (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL, fetched_at TEXT NOT NULL, status INTEGER NOT NULL,
  final_url TEXT NOT NULL, content_type TEXT, etag TEXT, last_modified TEXT, sha256 TEXT NOT NULL, warc TEXT, offset INTEGER);
CREATE INDEX responses_by_url ON responses (url, run);
CREATE TABLE addresses (
  key TEXT PRIMARY KEY, url TEXT NOT NULL, type TEXT, wp_id INTEGER, state TEXT NOT NULL DEFAULT 'pending', reason TEXT, detail TEXT,
  rule TEXT, status INTEGER, attempts INTEGER NOT NULL DEFAULT 0, first_at TEXT NOT NULL, last_at TEXT NOT NULL, seen_run INTEGER NOT NULL,
  read_run INTEGER NOT NULL DEFAULT 0, gone_run INTEGER NOT NULL DEFAULT 0, lastmod TEXT, read_lastmod TEXT, found_by TEXT NOT NULL DEFAULT '[]',
  page INTEGER, inputs TEXT, article TEXT);
CREATE TABLE items (key TEXT NOT NULL, source TEXT NOT NULL, item TEXT NOT NULL, capture TEXT, PRIMARY KEY (key, source)) WITHOUT ROWID;
CREATE TABLE evidence (kind TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, seen_run INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE articles (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, wp_id INTEGER, type TEXT, state TEXT NOT NULL, published TEXT,
  content_hash TEXT, first_seen TEXT NOT NULL, content_changed_at TEXT, parsed BLOB NOT NULL, settled BLOB, dirty INTEGER NOT NULL DEFAULT 1,
  removed_at TEXT, proof TEXT);
CREATE TABLE aliases (key TEXT PRIMARY KEY, article TEXT NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, run INTEGER NOT NULL, change TEXT NOT NULL, article_id TEXT NOT NULL, wp_id INTEGER,
  url TEXT NOT NULL, old_url TEXT, fields TEXT NOT NULL DEFAULT '[]');
"""
"""The tables as they first were: fewer columns, fewer indexes, no table of problems."""


def age(out: Path) -> Path:
    """Make a store as old as the first ones were; its path."""
    path = out / "presslift.sqlite"
    new, old = sqlite3.connect(path), sqlite3.connect(path.with_suffix(".old"))
    old.executescript(OLD)
    for (table,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
        columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
        rows = new.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
        old.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
    old.execute("UPDATE meta SET value = '1' WHERE key = 'store_version'")
    # What later versions keep there was not known.
    old.execute("DELETE FROM meta WHERE key NOT IN ('store_version', 'site', 'facts', 'generation', 'exported', 'transforms', 'parents')")
    old.execute("UPDATE articles SET content_hash = 'hashed otherwise' WHERE rowid % 2")
    old.commit()
    old.close()
    new.close()
    for each in out.glob("presslift.sqlite*"):
        if each.suffix != ".old":
            each.unlink()
    path.with_suffix(".old").replace(path)
    return path


def version_of(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("SELECT value FROM meta WHERE key = 'store_version'").fetchone()[0])
    finally:
        db.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An OUT of an older version, of a site that is gone."""
    with FaultySite() as site:
        migrate(site.url, tmp_path / "OUT", config=quick())
    age(tmp_path / "OUT")
    return tmp_path / "OUT"


def test_an_older_out_is_gone_on_with_as_if_nothing_were(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=quick())
        before = content(out)
        path = age(out)
        first = path.read_bytes()
        for _ in range(2):
            sync(out, config=quick())
            assert content(out) == before and changes(out) == []
        site.data["posts"].remove(site.by_id(105))
        sync(out, config=quick())
        assert [change for change, _ in changes(out)] == ["removed"]
        holds(out)
    assert version_of(path) == STORE_VERSION
    (copy,) = store_versions.backups(path)
    assert copy.name == "presslift.v1.sqlite" and version_of(copy) == 1
    kept, was = sqlite3.connect(copy), tmp_path / "was.sqlite"
    was.write_bytes(first)
    assert list(kept.iterdump()) == list(sqlite3.connect(was).iterdump())


def test_who_only_looks_changes_nothing(old: Path) -> None:
    path = old / "presslift.sqlite"
    before = path.read_bytes()
    assert status(old)["articles"] > 0
    assert path.read_bytes() == before and store_versions.backups(path) == []


def test_a_store_of_today_has_no_copy(tmp_path: Path) -> None:
    with Store(tmp_path, create=True), Store(tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["presslift.sqlite"]


def test_every_version_has_its_step() -> None:
    assert sorted(store_versions.STEPS) == list(range(1, STORE_VERSION))


def test_content_is_hashed_as_it_was() -> None:
    """Another hash of the same content would call every record of every OUT an edited one."""
    content = Article(
        title="Die Brücke",
        body_html="<p>Gesperrt.</p>",
        body_text="Gesperrt.",
        authors=[Person(name="Ada Lund", slug="ada-lund")],
        terms=[Term(taxonomy="category", name="Orte", slug="orte")],
        comments=[Comment(id=3, author=CommentAuthor(name="Leser"), html="<p>Ja.</p>", text="Ja.")],
    )
    assert content_hash(content) == "db0a3ca08c2c38ee995d0bf7d6f8755fd940906e0833a24c96ee3fa146c046d6", (
        "raise STORE_VERSION, with a step that hashes anew"
    )


def test_a_step_that_fails_leaves_the_store_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = old / "presslift.sqlite"

    def half(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE addresses ADD COLUMN first_run INTEGER")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store_versions, "STEPS", {1: half})
        with pytest.raises(OutUnwritable, match="full"):
            export(old)
    assert version_of(path) == 1
    export(old)
    assert version_of(path) == STORE_VERSION
    holds(old)


@pytest.mark.parametrize("moment", ["copying", "copied", "climbing"])
def test_killed_on_the_way_it_is_done_by_the_next_run(old: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    path = old / "presslift.sqlite"

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if (pid := os.fork()) == 0:
        try:
            if moment == "climbing":
                store_versions.STEPS = {1: lambda db: (store_versions.add_lacking(db), die())}  # type: ignore[assignment,func-returns-value]
            else:
                monkeypatch.setattr(os, "fsync" if moment == "copying" else "replace", die)
                monkeypatch.setattr(Path, "replace", die)
            export(old)
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    assert version_of(path) == 1
    export(old)
    assert version_of(path) == STORE_VERSION
    assert [p.name for p in store_versions.backups(path)] == ["presslift.v1.sqlite"]
    holds(old)


def test_a_full_disk_leaves_the_older_store(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(db: sqlite3.Connection, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    before = content(old)
    with monkeypatch.context() as patched:
        patched.setattr(store_versions, "back_up", full)
        with pytest.raises(OutUnwritable, match="No space"):
            export(old)
    assert version_of(old / "presslift.sqlite") == 1 and content(old) == before


def test_what_is_forgotten_is_not_kept_by_the_copy(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=quick())
        address = site.url + site.path(104)
    path = age(out)
    forget(out, [address], settings=quick())
    assert store_versions.backups(path) == []
    holds(out)


def test_a_copy_put_back_is_upgraded_again(old: Path) -> None:
    path = old / "presslift.sqlite"
    export(old)
    before = content(old)
    (copy,) = store_versions.backups(path)
    for each in old.glob("presslift.sqlite*"):
        each.unlink()
    shutil.copy(copy, path)
    export(old)
    assert version_of(path) == STORE_VERSION and content(old) == before


def test_a_version_that_is_none_is_refused(old: Path) -> None:
    db = sqlite3.connect(old / "presslift.sqlite")
    db.execute("UPDATE meta SET value = '0' WHERE key = 'store_version'")
    db.commit()
    db.close()
    with pytest.raises(NotAnOut):
        export(old)
