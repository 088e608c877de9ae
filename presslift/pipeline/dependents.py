"""Which records speak of a term, an account or a file that was renamed or described anew, and are to be made again."""

from __future__ import annotations

from typing import Any

from presslift.pipeline.memberships import moved_members
from presslift.records import Article
from presslift.scraper.fetch.addresses import article_key
from presslift.store import DECODE, Store

RETOLD = "retold"
"""Under this name the store has the evidence (kind, as it was) that was told otherwise, until the records are made again."""

TOLD = {
    "term": ("name", "slug", "url", "parent_wp_id"),
    "user": ("name", "slug", "url"),
    "media": ("url", "alt", "caption", "mime", "width", "height"),
}
"""What records say of each kind."""


def is_told(kind: str, old: dict[str, Any] | None, new: dict[str, Any]) -> bool:
    """Whether a change of evidence is one that records show."""
    return old is not None and any(old.get(name) != new.get(name) for name in TOLD.get(kind, ()))


def dependents(store: Store, run: int, start: str) -> list[str]:
    """Keys of the addresses to be read again, offline, for what was told otherwise; others are marked to be settled anew."""
    return list(dict.fromkeys([*_retold(store), *_of_archives(store, run, start)]))


def _of_archives(store: Store, run: int, start: str) -> list[str]:
    """Keys of articles, not read in a run, that joined or left an archive in it."""
    keys = dict.fromkeys(article_key(url, start) for url in moved_members(store, run))
    query = "SELECT 1 FROM addresses WHERE key = ? AND state = 'exported' AND read_run < ?"
    return [key for key in keys if store.row(query, key, run) is not None]


def _retold(store: Store) -> list[str]:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for kind, old in store.get_meta(RETOLD, []):
        by_kind.setdefault(kind, []).append(old)
    if not by_kind:
        return []
    terms = _with_children(store, {(t["taxonomy"], t["wp_id"]) for t in by_kind.get("term", []) if t.get("wp_id")})
    accounts = {u["wp_id"] for u in by_kind.get("user", []) if u.get("wp_id")}
    files = {m["url"] for m in by_kind.get("media", [])}
    keys = []
    for row in list(store.rows("SELECT id, parsed, settled FROM articles WHERE state = 'live' ORDER BY id")):
        article = DECODE.decode(row["parsed"])
        if _speaks_of(article, terms, accounts):
            address = store.row(
                "SELECT key FROM addresses WHERE article = ? AND state = 'exported' ORDER BY read_run DESC, key LIMIT 1", row["id"]
            )
            keys += [address["key"]] if address else []
        elif files and row["settled"] and not files.isdisjoint(m.url for m in DECODE.decode(row["settled"]).media):
            store.write("UPDATE articles SET dirty = 1 WHERE id = ?", row["id"])
    return keys


def _speaks_of(article: Article, terms: set[tuple[str, int]], accounts: set[int]) -> bool:
    if any((t.taxonomy, t.wp_id) in terms for t in article.terms):
        return True
    return article.wp_author is not None and article.wp_author.wp_id in accounts


def _with_children(store: Store, terms: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Records name a term's parent: a renamed parent changes its children."""
    if not terms:
        return terms
    below = [t for t in store.evidence("term") if (t["taxonomy"], t.get("parent_wp_id")) in terms and t.get("wp_id")]
    return terms | {(t["taxonomy"], t["wp_id"]) for t in below}
