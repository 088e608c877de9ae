"""The store as exports see it: settled records with every link resolved, in export order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from presslift.config import Settings
from presslift.defects import described, keep_trace, of_one_page
from presslift.errors import ParseError
from presslift.hashing import content_hash
from presslift.pipeline.keeping import unwritten
from presslift.pipeline.views import transform_context
from presslift.records import Article, Change, Excluded, Failure, Redirect, Removed, SiteFacts, Term
from presslift.scraper.fetch.addresses import article_key
from presslift.store import DECODE, Store
from presslift.transforms import apply, build_chain


class StoreSource:
    """``exports.Source`` over a store; exports see it, and nothing else of the store."""

    def __init__(self, store: Store, facts: SiteFacts, settings: Settings, hosts: frozenset[str]):
        self._store, self._facts, self._settings, self._hosts = store, facts, settings, hosts
        self._ids: dict[str, str | None] = {}
        self._groups = self._translation_groups()

    def site(self) -> SiteFacts:
        """``site.json``."""
        return self._facts

    def articles(self) -> Iterator[Article]:
        """Live records by ``published``, then ``id``."""
        chain, context = None, None
        current = transforms_fingerprint(self._settings)
        stale = self._store.get_meta("transforms") != current
        if stale:
            chain, context = (
                build_chain(self._settings.transforms),
                transform_context(self._store, self._facts, self._settings, self._hosts),
            )
        parents = self._parents()
        for row in self._store.rows("SELECT * FROM articles WHERE state = 'live' ORDER BY published, id"):
            try:
                with of_one_page(row["url"]):
                    if chain is not None and context is not None:
                        article = apply(chain, DECODE.decode(row["parsed"]), context)
                        article.content_hash = content_hash(article)
                    else:
                        article = DECODE.decode(row["settled"])
                        article.content_hash = row["content_hash"]
                    article.first_seen, article.content_changed_at = row["first_seen"], row["content_changed_at"]
                    article.parent_id = parents.get(article.id)
                    article.aliases = self._aliases(article)
                    article = self._resolved(article)
            except ParseError as error:
                unwritten(self._store, row["id"], error)
            else:
                yield article

    def refuse(self, article: Article, error: Exception) -> None:
        """Note that an article could not be written."""
        keep_trace(error, article.url)
        unwritten(self._store, article.id, ParseError(article.url, "parse_error", f"export: {described(error)}"))

    def _aliases(self, article: Article) -> list[str]:
        known = [r["url"] for r in self._store.rows("SELECT url FROM aliases WHERE article = ? ORDER BY url", article.id)]
        return sorted({*article.aliases, *known} - {article.url})

    def _parents(self) -> dict[str, str]:
        hints = self._store.get_meta("parents", {})
        by_wp_id = {
            (r["type"], r["wp_id"]): r["id"]
            for r in self._store.rows("SELECT id, type, wp_id FROM articles WHERE state = 'live' AND wp_id IS NOT NULL")
        }
        types = {r["id"]: r["type"] for r in self._store.rows("SELECT id, type FROM articles WHERE state = 'live'")}
        return {child: parent for child, wp_id in hints.items() if (parent := by_wp_id.get((types.get(child), wp_id)))}

    def _resolve(self, url: str) -> str | None:
        key = article_key(url, self._facts.url)
        if key not in self._ids:
            self._ids[key] = self._store.resolve(key)
        return self._ids[key]

    def _resolved(self, article: Article) -> Article:
        for link in article.links:
            if link.kind in ("internal", "file"):
                link.article_id = self._resolve(link.url)
        for related in article.related:
            related.article_id = self._resolve(related.url)
        for sibling in article.translations:
            sibling.article_id = self._resolve(sibling.url)
        article.translation_group = self._groups.get(article.id)
        return article

    def _translation_groups(self) -> dict[str, str]:
        """Article → its group's key, which is the least id of the group."""
        leader: dict[str, str] = {}

        def lead(id: str) -> str:
            while leader.get(id, id) != id:
                id = leader[id]
            return id

        for row in self._store.rows(
            "SELECT id, settled FROM articles WHERE state = 'live' AND CAST(settled AS TEXT) LIKE '%\"translations\":[{%'"
        ):
            leader.setdefault(row["id"], row["id"])
            for sibling in DECODE.decode(row["settled"]).translations:
                other = self._resolve(sibling.url)
                if other:
                    leader.setdefault(other, other)
                    first, second = sorted((lead(row["id"]), lead(other)))
                    leader[second] = first
        return {id: lead(id) for id in leader}

    def terms(self) -> Iterator[Term]:
        """The terms the site tells of, used or not."""
        raw = list(self._store.evidence("term"))
        names = {(t["taxonomy"], t.get("wp_id")): t["name"] for t in raw if t.get("wp_id")}
        for t in raw:
            yield Term(
                taxonomy=t["taxonomy"],
                name=t["name"],
                slug=t.get("slug"),
                url=t.get("url"),
                wp_id=t.get("wp_id"),
                parent=names.get((t["taxonomy"], t.get("parent_wp_id"))),
            )

    def accounts(self) -> Iterator[dict[str, Any]]:
        """WordPress accounts: slug, name, url, bio."""
        for user in self._store.evidence("user"):
            yield {name: user.get(name) for name in ("slug", "name", "url", "bio")}

    def changes(self) -> Iterator[Change]:
        """``changes.jsonl``."""
        return self._store.changes()

    def failures(self) -> Iterator[Failure]:
        """``failures.jsonl``."""
        return self._store.failures()

    def removed(self) -> Iterator[Removed]:
        """``removed.jsonl``."""
        return self._store.removed()

    def excluded(self) -> Iterator[Excluded]:
        """``excluded``."""
        return self._store.excluded()

    def redirects(self) -> Iterator[Redirect]:
        """``redirects``."""
        return self._store.redirects()

    def fingerprint(self) -> str:
        """Changes whenever an export would; cheap."""
        state = self._store.row(
            "SELECT count(*) AS n, max(content_changed_at) AS at, total(dirty) AS dirty FROM articles WHERE state = 'live'"
        )
        parts = [
            dict(state) if state else {},
            transforms_fingerprint(self._settings),
            msgspec.to_builtins(self._settings.export),
            self._store.get_meta("generation", 0),
        ]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def transforms_fingerprint(settings: Settings) -> str:
    """The chain of transforms as configured, in short."""
    return hashlib.sha256(msgspec.json.encode(settings.transforms, order="deterministic")).hexdigest()[:16]
