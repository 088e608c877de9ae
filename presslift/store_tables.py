"""The tables of the store."""

STORE_VERSION = 2
"""Raised with every change of the tables below, and of how content is hashed; ``store_versions.STEPS`` then has one step more."""

TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, command TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, state TEXT NOT NULL,
  exit_code INTEGER, options TEXT NOT NULL DEFAULT '{}', numbers TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS responses (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL, fetched_at TEXT NOT NULL,
  status INTEGER NOT NULL,
  final_url TEXT NOT NULL, content_type TEXT, etag TEXT, last_modified TEXT, sha256 TEXT NOT NULL, warc TEXT, offset INTEGER);
CREATE INDEX IF NOT EXISTS responses_by_url ON responses (url, run);
CREATE TABLE IF NOT EXISTS addresses (
  key TEXT PRIMARY KEY, url TEXT NOT NULL, type TEXT, wp_id INTEGER, state TEXT NOT NULL DEFAULT 'pending', reason TEXT, detail TEXT,
  rule TEXT, status INTEGER, attempts INTEGER NOT NULL DEFAULT 0, first_at TEXT NOT NULL, last_at TEXT NOT NULL, seen_run INTEGER NOT NULL,
  read_run INTEGER NOT NULL DEFAULT 0, gone_run INTEGER NOT NULL DEFAULT 0, lastmod TEXT, read_lastmod TEXT, found_by TEXT NOT NULL DEFAULT '[]',
  page INTEGER, inputs TEXT, article TEXT, first_run INTEGER NOT NULL DEFAULT 0, read_page INTEGER,
  before TEXT);
CREATE INDEX IF NOT EXISTS addresses_by_state ON addresses (state);
CREATE INDEX IF NOT EXISTS addresses_by_article ON addresses (article);
CREATE TABLE IF NOT EXISTS items (
  key TEXT NOT NULL, source TEXT NOT NULL, item TEXT NOT NULL, capture TEXT, run INTEGER NOT NULL, PRIMARY KEY (key, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evidence (
  kind TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, seen_run INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS articles (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, wp_id INTEGER, type TEXT, state TEXT NOT NULL, published TEXT,
  content_hash TEXT, first_seen TEXT NOT NULL, content_changed_at TEXT, parsed BLOB NOT NULL, settled BLOB, dirty INTEGER NOT NULL DEFAULT 1,
  removed_at TEXT, proof TEXT);
CREATE INDEX IF NOT EXISTS articles_in_order ON articles (state, published, id);
CREATE INDEX IF NOT EXISTS articles_by_wp_id ON articles (wp_id);
CREATE TABLE IF NOT EXISTS aliases (key TEXT PRIMARY KEY, article TEXT NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS aliases_by_article ON aliases (article);
CREATE TABLE IF NOT EXISTS changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, run INTEGER NOT NULL, change TEXT NOT NULL, article_id TEXT NOT NULL, wp_id INTEGER,
  url TEXT NOT NULL, old_url TEXT, fields TEXT NOT NULL DEFAULT '[]');
CREATE TABLE IF NOT EXISTS problems (
  url TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT, status INTEGER, attempts INTEGER NOT NULL, first_at TEXT NOT NULL,
  last_at TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (url, kind)) WITHOUT ROWID;
"""
