"""The order of sources: which are asked, when one suffices, and what the others make up for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from presslift.config import Settings
from presslift.defects import OF_THE_RUN, described, keep_trace
from presslift.errors import FetchError, ParseError
from presslift.records import SiteFacts
from presslift.scraper.discover.classify import classify
from presslift.scraper.discover.crawl import Crawler, crawl_site, identity_of, links_of, prints_tags, read_archives, tag_slugs
from presslift.scraper.discover.events import Event, Evidence, Found, Get, Left, Listing, Source, header
from presslift.scraper.discover.feed import discover_feeds
from presslift.scraper.discover.rest import discover_rest
from presslift.scraper.discover.sitemap import discover_sitemaps, is_newest_only, label_of
from presslift.scraper.fetch.addresses import article_key, canonical
from presslift.scraper.parse.document import Document, read_document
from presslift.scraper.parse.people import split_names

CORE_TYPES = ("post", "page")
SAMPLES = 5


def discover(facts: SiteFacts, get: Get, settings: Settings) -> Iterator[Event]:
    """Every event of a site: REST first, sitemaps and feeds beside it, the links where these don't give everything.

    One address may be found by several sources: each says so, in an event of its own. ``settings.scope.source`` ``rest`` asks
    REST alone, ``html`` never. A listing that failed is told as incomplete only if no other source made up for it.
    """
    discovery = _Discovery(facts, get, settings)
    yield from discovery.run()
    yield from discovery.broken


class _Discovery:
    def __init__(self, facts: SiteFacts, get: Get, settings: Settings):
        self._facts, self._get, self._settings = facts, get, settings
        self._found: dict[str, str | None] = {}
        self._by: dict[Source, set[str]] = {"rest": set(), "sitemap": set(), "feed": set(), "crawl": set()}
        self._left: set[str] = set()
        self._tags: list[str] = []
        self._doubtful: list[Listing] = []
        self._whole: dict[str, Listing] = {}
        self.broken: list[Listing] = []

    def run(self) -> Iterator[Event]:
        """REST, sitemaps, feeds, links."""
        source = self._settings.scope.source
        if source != "html":
            yield from self._note(discover_rest(self._facts, self._get, self._settings))
        if source == "rest":
            yield from self._doubtful
            return
        yield from self._note(discover_sitemaps(self._facts, self._get, self._settings))
        by_rest = self._rest_suffices()
        co_authored = False
        for event in self._note(discover_feeds(self._facts, self._get, self._settings, whole=not by_rest)):
            co_authored = co_authored or (isinstance(event, Found) and _has_several_authors(event.item or {}))
            yield event
        if by_rest and co_authored:
            # REST names the account alone; a co-author plugin prints all authors in the feed.
            yield from self._note(discover_feeds(self._facts, self._get, self._settings, whole=True))
        covered = by_rest or self._sitemap_suffices()
        if covered:
            unknown = self._unknown_links()
            walk = Crawler(self._facts, self._get, self._settings, follow="archives")
            walk.skip([*self._urls(), *self._left])
            for url in unknown:
                walk.add(url)
            before = len(self._found)
            yield from self._note(walk.walk() if unknown else ())
            # An article on the front page that no listing has: what else do they lack?
            covered = by_rest or len(self._found) == before
        if covered and not by_rest:
            yield from self._unprinted_tags()
        if not covered:
            yield from self._note(crawl_site(self._facts, self._get, self._settings, known=self._urls()))
        yield from self._settle(covered)

    def _whole_or_broken(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events; where a source raises what nobody expected it ends there, and is told as incomplete."""
        source: Source = "crawl"
        try:
            for event in events:
                source = event.source or source
                yield event
        except OF_THE_RUN:
            raise
        except Exception as error:
            keep_trace(error, self._facts.url)
            self.broken.append(Listing(source=source, name=self._facts.url, complete=False, detail=described(error), reason="parse_error"))

    def _note(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in self._whole_or_broken(events):
            if isinstance(event, Found):
                key = article_key(event.url, self._facts.url)
                self._found[key] = event.url
                self._by[event.source].add(key)
            elif isinstance(event, Evidence):
                if event.source == "sitemap" and event.data.get("taxonomy") == "post_tag":
                    self._tags.append(event.data["url"])
            elif isinstance(event, Left):
                self._left.add(event.url)
            elif isinstance(event, Listing):
                if not event.complete:
                    self._doubtful.append(event)
                    continue
                self._whole[f"{event.source} {event.name}"] = event
            yield event

    def _urls(self) -> list[str]:
        return [url for url in self._found.values() if url]

    def _rest_suffices(self) -> bool:
        """Whether REST listed posts, pages and every other type that it knows, without a hole."""
        types = self._facts.rest_types
        return bool(self._by["rest"]) and all(t in types for t in CORE_TYPES) and all(f"rest {t}" in self._whole for t in types)

    def _sitemap_suffices(self) -> bool:
        """Whether the sitemaps list everything: read whole, sorted by type, and holding what the feed holds."""
        files = [e for e in self._whole.values() if e.source == "sitemap" and not is_newest_only(e.name)]
        if not files or any(e.source == "sitemap" for e in self._doubtful):
            return False
        if self._by["feed"] - self._by["sitemap"]:
            return False
        labels = Counter(label_of(e.name, frozenset(self._facts.rest_types)).type for e in files if e.seen)
        feed_whole = any(e.source == "feed" and e.seen and e.complete for e in self._whole.values())
        # A lone file of unknown making may hold the newest alone; that a whole feed has nothing more proves otherwise.
        return labels["post"] > 0 or (feed_whole and bool(self._by["sitemap"]))

    def _page(self, url: str) -> Document | None:
        try:
            page = self._get(url, kind="page")
            return read_document(page.body, page.final_url, content_type=header(page, "content-type"))
        except (FetchError, ParseError):
            return None

    def _unknown_links(self) -> list[str]:
        """Where the front page leads that no source has mentioned."""
        home = canonical(self._facts.url)
        doc = self._page(self._facts.url)
        if doc is None:
            return []
        links = dict.fromkeys(canonical(href, doc.url) for href in links_of(doc.root))
        return [
            url
            for url in links
            if classify(url, home).kind == "article" and article_key(url, home) not in self._found and url not in self._left
        ]

    def _unprinted_tags(self) -> Iterator[Event]:
        """The archives of tags, where articles have tags that their pages don't name and no feed does."""
        if not self._tags or any(e.source == "feed" and e.seen and e.detail is None for e in self._whole.values()):
            return
        for url in [u for u in self._found.values() if u][:: max(1, len(self._found) // SAMPLES)][:SAMPLES]:
            doc = self._page(url)
            if doc is not None and tag_slugs(doc, identity_of(doc)[0]) and not prints_tags(doc, self._facts.url):
                yield from read_archives(self._facts, self._get, self._settings, self._tags)
                return

    def _settle(self, covered: bool) -> Iterator[Listing]:
        """The listings that had holes, now that it is known who filled them."""
        others = self._by["sitemap"] | self._by["crawl"] | self._by["feed"]
        for listing in self._doubtful:
            filled = None
            if listing.source == "rest" and listing.name in self._facts.rest_types:
                more = len(others - self._by["rest"])
                walked = any(e.source == "crawl" for e in self._whole.values())
                mapped = covered and listing.total is None and not listing.seen and self._has_sitemap_of(listing.name)
                if walked or mapped or (listing.total is not None and more >= listing.total - listing.seen > 0):
                    filled = "filled from sitemap, feed or links"
            elif listing.source == "rest" and not self._is_unpublished(listing):
                # Terms, users, media and comments: pages print them, and what a page counts and lacks is told there.
                filled = "read from the pages instead"
            elif listing.source != "rest" and (covered or any(e.source == "crawl" for e in self._whole.values())):
                filled = "made up for by another source"
            if filled:
                listing = msgspec.structs.replace(listing, complete=True, detail=f"{listing.detail}; {filled}")
            yield listing

    def _has_sitemap_of(self, type_: str) -> bool:
        """Whether a sitemap that was read whole lists a type."""
        types = frozenset(self._facts.rest_types)
        return any(e.source == "sitemap" and e.seen and label_of(e.name, types).type == type_ for e in self._whole.values())

    def _is_unpublished(self, listing: Listing) -> bool:
        """Whether it is a listing that no other source can make up for."""
        return self._facts.rest_root is None or listing.name.partition(":")[0] in self._facts.rest_types


def _has_several_authors(item: dict[str, Any]) -> bool:
    creators = [c for c in item.get("creators") or [] if isinstance(c, str)]
    return len(creators) > 1 or any(len(split_names(c)) > 1 for c in creators)
