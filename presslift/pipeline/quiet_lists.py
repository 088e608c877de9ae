"""What changed where REST is shut: by dated sitemaps, the newest of the feeds, the front page; and some pages in turn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import urljoin

from presslift.config import Settings
from presslift.errors import FetchError, ParseError
from presslift.pipeline.getting import Getter
from presslift.pipeline.quiet_rest import TooMuch
from presslift.pipeline.trust import is_trusted
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Found, Left, Listing
from presslift.scraper.discover.answers import Refused
from presslift.scraper.discover.classify import classify
from presslift.scraper.discover.crawl import Crawler, links_of
from presslift.scraper.discover.feed import discover_feeds, read_feed_answer
from presslift.scraper.discover.sitemap import discover_sitemaps
from presslift.scraper.fetch.addresses import article_key, canonical
from presslift.scraper.parse.document import read_document
from presslift.spans import seconds_of
from presslift.store import Row, Store

IN_TURN = 50
"""Pages without a date that are looked at in each run at least, where there are so many."""
MOST_GONE = 10
FEW = 100
"""Pages without a date that are simply all looked at in each run."""
RESERVE = 20
"""Requests of the budget that are not spent on pages in turn."""
NO_COMMENT_FEED = "no_comment_feed"

UNDATED = (
    "FROM addresses a JOIN articles r ON a.article = r.id WHERE a.state = 'exported' AND r.state = 'live' AND a.seen_run >= ? "
    "AND (a.lastmod IS NULL OR ?) AND NOT EXISTS (SELECT 1 FROM items WHERE items.key = a.key AND source = 'rest' AND run >= ?) "
    "AND NOT EXISTS (SELECT 1 FROM addresses b WHERE b.article = a.article AND b.state = 'exported' AND b.read_run > a.read_run)"
)


class ListsLook:
    """One run's look at what the site lists. ``since`` is the run that found everything last, ``broken`` the sitemaps that it could
    not read. Raises ``Refused``, ``TooMuch``."""

    def __init__(
        self, store: Store, getter: Getter, run: int, facts: SiteFacts, settings: Settings, since: int, broken: Sequence[str] = ()
    ):
        self._broken = frozenset(broken)
        self._store, self._getter, self._run, self._facts, self._settings, self._since = store, getter, run, facts, settings, since
        self._dates = is_trusted(store, "lastmod")

    def read(self) -> tuple[list[Event], list[str]]:
        """Events for what is new or changed, and keys of what is listed no more."""
        if not self._facts.sitemaps:
            return [*self._feeds(), *self._front_page()], []
        events, gone = self._sitemaps()
        if self._broken:
            # What they would tell of is told by the newest of the feeds, or linked.
            events += [*self._feeds(), *self._front_page()]
        if events and self._facts.feeds:
            keys = {self._key(e.url) for e in events if isinstance(e, Found)}
            feed = discover_feeds(self._facts, self._getter, self._settings, whole=False)
            events += [e for e in feed if isinstance(e, Found) and self._key(e.url) in keys]
        return events, gone

    # ---- sitemaps

    def _sitemaps(self) -> tuple[list[Event], list[str]]:
        events: list[Event] = []
        listed: set[str] = set()
        for event in discover_sitemaps(self._facts, self._getter, self._settings):
            if isinstance(event, Listing) and not event.complete and event.name not in self._broken:
                raise Refused(0, "incomplete", f"{event.name}: {event.detail}")
            if isinstance(event, Found):
                key = self._key(event.url)
                listed.add(key)
                if self._is_news(self._address(key), event.lastmod):
                    events.append(event)
            elif isinstance(event, Left) and self._address(self._key(event.url)) is None:
                events.append(event)
        query = "SELECT key FROM addresses WHERE state = 'exported' AND seen_run >= ? AND found_by LIKE '%sitemap%'"
        gone = [row for row in self._store.rows(query, self._since) if row["key"] not in listed]
        total = self._store.row("SELECT count(*) AS n FROM articles WHERE state = 'live'")
        if len(gone) > max(MOST_GONE, self._settings.sync.max_removed_share * (total["n"] if total else 0)):
            raise TooMuch(f"{len(gone)} addresses are not in the sitemaps any more")
        return events, [row["key"] for row in gone]

    def _is_news(self, row: Row | None, lastmod: str | None) -> bool:
        if row is None:
            return True
        if row["state"] == "excluded" or not self._dates:
            return False
        return lastmod is not None and lastmod != row["read_lastmod"] and (row["state"] != "removed" or lastmod != row["lastmod"])

    # ---- feeds and the front page

    def _feeds(self) -> list[Event]:
        found = [e for e in discover_feeds(self._facts, self._getter, self._settings, whole=False) if isinstance(e, Found)]
        news = [e for e in found if self._is_new_item(e)]
        unknown = [e for e in news if self._address(self._key(e.url)) is None]
        if len(found) > 1 and len(unknown) == len(found):
            raise TooMuch("more is new than the feed's first page holds")
        return list(news)

    def _is_new_item(self, event: Found) -> bool:
        key = self._key(event.url)
        row = self._address(key)
        if row is None:
            return True
        known = self._store.items(key).get("feed")
        return row["state"] == "exported" and known is not None and _lasting(known.data) != _lasting(event.item or {})

    def _front_page(self) -> list[Event]:
        """Articles that the front page leads to and nobody mentioned before."""
        home = canonical(self._facts.url)
        try:
            answer = self._getter(self._facts.url, kind="page")
            doc = read_document(answer.body, answer.final_url, content_type=answer.headers.get("content-type"))
        except (FetchError, ParseError) as error:
            raise Refused(getattr(error, "status", None) or 0, error.reason, error.detail) from error
        links = dict.fromkeys(canonical(href, doc.url) for href in links_of(doc.root))
        unknown = [url for url in links if classify(url, home).kind == "article" and self._address(self._key(url)) is None]
        walk = Crawler(self._facts, self._getter, self._settings, follow="archives")
        for url in unknown:
            walk.add(url)
        return [e for e in walk.walk() if isinstance(e, Found | Left)] if unknown else []

    # ---- comments

    def commented(self) -> list[str]:
        """Keys of articles that have a comment which the newest of the comments' feed show and the records don't."""
        if not self._settings.scope.comments or self._store.get_meta(NO_COMMENT_FEED) == self._since:
            return []
        try:
            answer = self._getter(urljoin(self._facts.url, "comments/feed/"), kind="feed")
            items = read_feed_answer(answer).items if answer.status == 200 else None
        except (FetchError, ValueError):
            items = None
        if items is None:
            self._store.set_meta(NO_COMMENT_FEED, self._since)
            return []
        return list(dict.fromkeys(key for item in items if (key := self._lacking(item))))

    def _lacking(self, item: dict[str, Any]) -> str | None:
        url, _, fragment = (item.get("link") or "").partition("#comment-")
        row = self._address(self._key(url)) if re.fullmatch(r"\d{1,18}", fragment) else None
        if row is None or row["state"] != "exported":
            return None
        article = self._store.article(row["article"])
        return row["key"] if article is not None and all(c.id != int(fragment) for c in article.comments) else None

    # ---- pages in turn

    def undated(self) -> int:
        """How many exported addresses have nothing that tells of their changes."""
        row = self._store.row(f"SELECT count(*) AS n {UNDATED}", *self._undated())
        return int(row["n"]) if row else 0

    def in_turn(self, last_at: str) -> list[str]:
        """Keys of pages to be looked at because their turn has come: each once in ``sync.listing_every``, within the budget."""
        total, every = self.undated(), seconds_of(self._settings.sync.listing_every)
        gone_by = max(0.0, (datetime.now(UTC) - datetime.fromisoformat(last_at)).total_seconds())
        share = max(IN_TURN if total > FEW else total, ceil(total * min(1.0, gone_by / every)))
        left = self._getter.requests_left
        if left is not None:
            share = min(share, max(0, left - RESERVE))
        query = f"SELECT a.key {UNDATED} ORDER BY a.read_run, a.last_at, a.key LIMIT ?"
        return [row["key"] for row in self._store.rows(query, *self._undated(), share)]

    def _undated(self) -> tuple[int, bool, int]:
        return self._since, not self._dates, self._since

    def _key(self, url: str) -> str:
        return article_key(url, self._facts.url)

    def _address(self, key: str) -> Row | None:
        return self._store.row("SELECT * FROM addresses WHERE key = ?", key)


def unlisted(store: Store, keys: list[str]) -> None:
    """Take addresses that sitemaps hold no more, and that are there all the same, for pages without a date from now on."""
    with store.batch():
        for key in keys:
            row = store.row("SELECT found_by FROM addresses WHERE key = ? AND state = 'exported'", key)
            if row is not None:
                others = [source for source in json.loads(row["found_by"]) if source != "sitemap"]
                store.update_address(key, found_by=json.dumps(others), lastmod=None)


def _lasting(item: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in item.items() if k != "comment_count"}


def mark(store: Store, run: int, keys: Iterator[str] | list[str]) -> None:
    """Have addresses looked at in a run, whatever is told of them."""
    with store.batch():
        for key in keys:
            store.update_address(key, seen_run=run)
