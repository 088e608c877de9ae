"""What must be read again: which addresses may have changed since they were read, and by what that is known."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec

from presslift.config import Settings
from presslift.pipeline.finding import COMMENT_CAPTURE, COMMENTS_LISTED
from presslift.pipeline.trust import is_trusted
from presslift.records import Capture
from presslift.scraper.discover.answers import text
from presslift.scraper.parse.document import read_fragment, text_of
from presslift.scraper.parse.page import PageReading
from presslift.store import Item, Row, Store

VOLATILE = ("_links", "_embedded", "yoast_head", "yoast_head_json", "jetpack-related-posts", "jetpack_likes_enabled", "class_list")
"""What changes in a REST item without the article changing."""


class Freshness:
    """Tells, in one run, what the sources of this run say of change."""

    def __init__(self, store: Store, run: int, settings: Settings):
        self._store, self._run, self._settings = store, run, settings
        self._dates = is_trusted(store, "lastmod")

    def due(self, *, full: bool) -> list[str]:
        """Keys to be read in this run: new, changed, failed before, or of which nothing tells that they are unchanged."""
        # What waited longest first: where a budget ends every run, the next ones come to the rest.
        query = "SELECT * FROM addresses WHERE seen_run = ? AND state != 'excluded' AND read_run < ? ORDER BY read_run, rowid"
        keys = [row["key"] for row in self._store.rows(query, self._run, self._run) if full or self._changed(row)]
        # What is listed again and tells that it is as it was is not gone.
        self._store.write("UPDATE addresses SET gone_run = 0 WHERE seen_run = ? AND gone_run > 0 AND reason IS NULL", self._run)
        return keys

    def _changed(self, row: Row) -> bool:
        if row["state"] != "exported" or row["reason"] is not None:
            return True
        rest = self._store.items(row["key"]).get("rest")
        if rest is not None and rest.run == self._run:
            return bool(self.inputs(row, rest) != row["inputs"])
        return bool(row["lastmod"] is None or row["lastmod"] != row["read_lastmod"] or not self._dates)

    def inputs(self, row: Row, rest: Item | None) -> str | None:
        """A hash of what REST says of an article in this run, its comments among it; None where REST says nothing."""
        if rest is None or rest.run != self._run:
            return None
        parts = [{k: v for k, v in rest.data.items() if k not in VOLATILE}, self.comments(row["wp_id"])]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    def comments(self, wp_id: int | None) -> list[dict[str, Any]]:
        """REST's comments of a post: those of this run if it read them all, else all that are known."""
        # Where they were read from is no part of what they say.
        return [{k: v for k, v in data.items() if k != COMMENT_CAPTURE} for data in self._comments(wp_id)]

    def comment_captures(self, wp_id: int | None) -> list[Capture]:
        """The answers that REST's comments of a post came from."""
        captures = [data[COMMENT_CAPTURE] | {"kind": "comments"} for data in self._comments(wp_id) if data.get(COMMENT_CAPTURE)]
        return [msgspec.convert(capture, Capture) for capture in {capture["url"]: capture for capture in captures}.values()]

    def _comments(self, wp_id: int | None) -> list[dict[str, Any]]:
        if wp_id is None or not self._settings.scope.comments:
            return []
        since = self._run if self._store.get_meta(COMMENTS_LISTED) == self._run else 0
        rows = self._store.rows(
            "SELECT data FROM evidence WHERE kind = 'comment' AND key >= ? AND key < ? AND seen_run >= ?", f"{wp_id}/", f"{wp_id}0", since
        )
        return [data for r in rows if not (data := json.loads(r["data"])).get("forgotten")]


def tells_all(items: dict[str, Item], run: int) -> bool:
    """Whether REST shows an article whole in a run: it is there then, though its own address be not found (a front elsewhere)."""
    rest = items.get("rest")
    return rest is not None and rest.run == run and bool(text(rest.data.get("content")))


def without_feed_content(items: dict[str, Item]) -> dict[str, Item]:
    """Items where a run that looks at little has not asked the feed again: its terms and authors stand, its title and text may be old."""
    return {
        source: item._replace(data=item.data | {"content": None, "title": None}) if source == "feed" else item
        for source, item in items.items()
    }


def says(page: PageReading) -> list[Any]:
    """What a page tells its readers, less what changes from one visit to the next: two readings that say the same are one page."""
    meta, body = page.metadata, read_fragment(page.body.html)
    addresses = [e.get("href") or e.get("src") for e in body.iter("a", "img", "iframe", "video", "audio", "source")]
    people = [person.name for person in meta.people]
    terms = sorted(f"{t.taxonomy}/{t.name}" for t in meta.terms)
    notes = [(note.marker, note.text) for note in page.body.notes]
    comments = [(c.id, c.text) for c in page.comments.comments]
    return [meta.title, meta.published, text_of(body), addresses, notes, page.body.byline, people, terms, meta.featured_image, comments]
