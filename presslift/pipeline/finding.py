"""Discovery's events → the store's addresses, items and evidence; and the scope that settings draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from presslift.config import ScopeSettings
from presslift.patterns import first_match
from presslift.pipeline.dependents import RETOLD, is_told
from presslift.pipeline.forgetting import REASON, RULE, forgotten, stubbed
from presslift.pipeline.getting import now
from presslift.pipeline.memberships import merged
from presslift.scraper.discover.events import Event, Evidence, Found, Left, Listing
from presslift.scraper.fetch.addresses import article_key, canonical
from presslift.scraper.parse.items import decoded, is_floating, plain, string, whole
from presslift.store import Store

FIRM = ("protected",)
"""Reasons to leave an address out that hold whoever else reports it."""

COMMENTS_LISTED = "comments_listed"
"""The last run that read every comment of the site from REST."""
COMMENT_CAPTURE = "presslift_capture"
"""Under this name a comment of REST has the answer that it was read from."""


class Finder:
    """Takes discovery's events in. ``counts`` and ``listings`` are what the run reports of them."""

    def __init__(self, store: Store, run: int, start_url: str, scope: ScopeSettings):
        self._store, self._run, self._start, self._scope = store, run, start_url, scope
        self.counts: Counter[str] = Counter()
        self.listings: list[Listing] = []
        self._left: dict[str, str] = {}
        self._found: set[str] = set()
        # What one source knows to be out of scope (REST knows the date) another can't bring back in.
        self._scoped: dict[str, str] = {}
        self._forgotten = forgotten(store)
        self._retold: list[tuple[str, dict[str, Any]]] = []
        self._archives: dict[str, dict[str, Any]] = {}

    def take(self, events: Iterable[Event]) -> None:
        """Store all events, some hundred a transaction."""
        batch: list[Event] = []
        for event in events:
            batch.append(event)
            if len(batch) >= 200:
                self._write(batch)
                batch = []
        self._write(batch)

    def _write(self, events: list[Event]) -> None:
        with self._store.batch():
            for event in events:
                if isinstance(event, Found):
                    self._take_found(event)
                elif isinstance(event, Evidence):
                    self._take_evidence(event)
                elif isinstance(event, Left):
                    self._take_left(event)
                else:
                    self._take_listing(event)
            for key, data in self._archives.items():
                self._store.put_evidence("archive", key, data, self._run)
            self._archives.clear()
            if self._retold:
                # In one transaction with what was told, so that a killed run is not the end of it.
                self._store.set_meta(RETOLD, [*self._store.get_meta(RETOLD, []), *self._retold])
                self._retold = []

    def _take_found(self, found: Found) -> None:
        key = article_key(found.url, self._start)
        self._found.add(key)
        self.counts[found.source] += 1
        values = {"type": found.type, "wp_id": found.wp_id, "lastmod": found.lastmod}
        self._store.see_address(key, found.url, self._run, now(), found.source, values)
        if self._forgotten.is_article(key, found.type, found.wp_id):
            self._store.update_address(key, state="excluded", reason=REASON, rule=RULE)
            return
        if found.item is not None:
            capture = msgspec.to_builtins(found.capture) if found.capture else None
            self._store.put_item(key, found.source, found.item, capture, self._run)
        reason = self._left.get(key)
        if reason in FIRM:
            return
        rule = self._scoped.get(key) or self._out_of_scope(found)
        if rule:
            self._scoped[key] = rule
            self._store.update_address(key, state="excluded", reason=f"scope: {rule.partition(':')[0]}", rule=rule)
            return
        # What was left out on an earlier day may be wanted today; why it was is kept until it is read.
        self._store.write("UPDATE addresses SET state = 'pending' WHERE key = ? AND state = 'excluded'", key)

    def _out_of_scope(self, found: Found) -> str | None:
        """The setting that leaves an address out, and its value."""
        scope = self._scope
        if scope.types and found.type and found.type not in scope.types:
            return f"types: {', '.join(scope.types)}"
        if scope.include and first_match(scope.include, found.url, "scope.include") is None:
            return f"include: {', '.join(scope.include)}"
        pattern = first_match(scope.exclude, found.url, "scope.exclude")
        if pattern is not None:
            return f"exclude: {pattern}"
        published = (found.item or {}).get("date") if found.source == "rest" else None
        if scope.since and not is_floating(found.item) and isinstance(published, str) and published[:10] < scope.since:
            return f"since: {scope.since}"
        return None

    def _take_left(self, left: Left) -> None:
        key = article_key(left.url, self._start)
        if left.reason in self._scope.statuses:
            # What REST shows to the account is told there.
            return self._store.see_address(key, left.url, self._run, now(), left.source or "crawl", {"type": left.type})
        firm = left.reason in FIRM
        if not firm and key in self._found:
            return
        self._left[key] = left.reason
        self._store.see_address(key, left.url, self._run, now(), left.source or "crawl", {"type": left.type})
        if not firm and self._store.row("SELECT 1 FROM addresses WHERE key = ? AND article IS NOT NULL", key):
            return
        self._store.update_address(key, state="excluded", reason=left.reason, rule=left.rule)
        self._store.drop_items(key)

    def _take_listing(self, listing: Listing) -> None:
        self.listings.append(listing)
        if (listing.source, listing.name, listing.complete, listing.detail) == ("rest", "comment", True, None):
            self._store.set_meta(COMMENTS_LISTED, self._run)
            self._store.drop_evidence("comment", before=self._run)
        url = f"{listing.source}: {listing.name}" if "://" not in listing.name else listing.name
        if listing.complete:
            self._store.write("DELETE FROM problems WHERE url = ? AND kind = 'listing'", url)
        else:
            self._store.add_problem(self._run, now(), url, "listing", listing.reason, listing.detail, None, 1)

    def _take_evidence(self, evidence: Evidence) -> None:
        data, put = evidence.data, self._store.put_evidence
        if evidence.kind == "term" and data.get("presslift_taxonomy"):
            term = {
                "taxonomy": data["presslift_taxonomy"],
                "name": plain(data.get("name")) or str(data.get("slug")),
                "slug": decoded(data.get("slug")),
                "url": canonical(data["link"]) if string(data.get("link")) else None,
                "wp_id": whole(data.get("id")),
                "parent_wp_id": whole(data.get("parent")),
            }
            self._put("term", f"{term['taxonomy']}/{term['wp_id'] or term['slug']}", term)
        elif evidence.kind == "user":
            user = {
                "wp_id": whole(data.get("id")),
                "name": plain(data.get("name")),
                "slug": decoded(data.get("slug")),
                "url": canonical(data["link"]) if string(data.get("link")) else None,
                "bio": plain(data.get("description")),
            }
            self._put("user", str(user["slug"] or user["wp_id"]), user)
        elif evidence.kind == "media":
            self._take_media(data)
        elif evidence.kind == "comment" and whole(data.get("post")):
            kept = stubbed(data, self._forgotten) | ({COMMENT_CAPTURE: msgspec.to_builtins(evidence.capture)} if evidence.capture else {})
            put("comment", f"{whole(data.get('post'))}/{whole(data.get('id'))}", kept, self._run)
        elif evidence.kind == "archive":
            self._take_archive(data)
        elif evidence.kind in ("listed", "unpublished"):
            put(evidence.kind, f"{data['type']}/{data['id']}", data, self._run)
            if evidence.kind == "listed":
                self._store.drop_evidence("unpublished", f"{data['type']}/{data['id']}")
        else:
            put(evidence.kind, str(data.get("slug") or data.get("id")), data, self._run)

    def _put(self, kind: str, key: str, data: dict[str, Any]) -> None:
        """Keep what records speak of, and note when it is told otherwise than before."""
        old = next(self._store.evidence(kind, key), None)
        if old is None and kind == "user" and data["wp_id"]:
            # An account by another slug.
            old = next((u for u in self._store.evidence("user") if u.get("wp_id") == data["wp_id"]), None)
            if old is not None:
                self._store.drop_evidence("user", str(old["slug"] or old["wp_id"]))
        if old is not None and is_told(kind, old, data):
            self._retold.append((kind, old))
        self._store.put_evidence(kind, key, data, self._run)

    def _take_media(self, data: dict[str, Any]) -> None:
        details = data.get("media_details") if isinstance(data.get("media_details"), dict) else {}
        assert details is not None
        source = data.get("source_url")
        if not isinstance(source, str):
            return
        kept = {
            "wp_id": whole(data.get("id")),
            "url": source,
            "alt": string(data.get("alt_text")),
            "caption": plain(data.get("caption")),
            "mime": string(data.get("mime_type")),
            "width": whole(details.get("width")),
            "height": whole(details.get("height")),
            "title": plain(data.get("title")),
            "modified": string(data.get("modified_gmt")),
        }
        self._put("media", str(kept["wp_id"]), kept)
        self._store.put_evidence("media_url", article_key(source, self._start), kept, self._run)

    def _take_archive(self, data: dict[str, Any]) -> None:
        url = data.get("url") or ""
        key = article_key(url, self._start) if url else f"{data.get('taxonomy')}/{data.get('slug')}"
        known = self._archives.get(key) or next(self._store.evidence("archive", key), {})
        # Kept when the batch ends: of an archive of a thousand pages each would be written a thousand times.
        told = self._archives[key] = merged(known, data, self._run)
        if told.get("taxonomy") == "author":
            user = {
                "wp_id": told.get("wp_id"),
                "name": told.get("name"),
                "slug": told.get("slug"),
                "url": url,
                "bio": told.get("description"),
            }
            slug = str(user["slug"] or user["name"])
            if user["name"] and not next(self._store.evidence("user", slug), None):
                self._store.put_evidence("user", slug, user, self._run)

    def vanished(self) -> list[str]:
        """Keys of exported addresses that no source reported in this run, or that are listed and say themselves that they are gone."""
        query = (
            "SELECT key FROM addresses WHERE article IS NOT NULL AND state = 'exported' "
            "AND (seen_run < ? OR (reason = 'http_status' AND status IN (404, 410)))"
        )
        return [row["key"] for row in self._store.rows(query, self._run)]

    def limit(self, most: int | None) -> None:
        """Leave out what goes beyond ``--limit``: those already exported first, then the newest."""
        if most is None:
            return
        rows = list(
            self._store.rows("SELECT key, url, lastmod, state FROM addresses WHERE seen_run = ? AND state != 'excluded'", self._run)
        )
        items = {
            r["key"]: next((str(i.data["date"]) for i in self._store.items(r["key"]).values() if i.data.get("date")), r["lastmod"] or "")
            for r in rows
        }
        ranked = sorted(rows, key=lambda r: r["url"])
        ranked.sort(key=lambda r: items[r["key"]], reverse=True)
        ranked.sort(key=lambda r: r["state"] != "exported")
        with self._store.batch():
            for row in ranked[most:]:
                self._store.update_address(row["key"], state="excluded", reason="scope: limit", rule="limit")


def parsed_day(text: str | None) -> str | None:
    """The day of an RFC 3339 date, None when it is none."""
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00")).date().isoformat()
    except ValueError:
        return None
