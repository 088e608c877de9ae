"""Pages and items → parsed records: what must be read again, fetched, learned from, and read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from presslift.config import Settings
from presslift.defects import OF_THE_RUN, described, keep_trace, of_one_page
from presslift.errors import FetchError, ParseError, SiteError
from presslift.pipeline.carrying import carry, restore, silent_fields
from presslift.pipeline.freshness import Freshness, says, tells_all, without_feed_content
from presslift.pipeline.further import FurtherPages, capture_of
from presslift.pipeline.getting import Getter, is_outage
from presslift.pipeline.keeping import Keeper
from presslift.pipeline.pingbacks import completed
from presslift.pipeline.teaching import Teacher
from presslift.pipeline.unpublished import is_unpublished
from presslift.pipeline.views import CLOCK, StoreView
from presslift.records import Article, Capture, SiteFacts
from presslift.scraper.fetch.response import Response
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.parse import comments as discussion
from presslift.scraper.parse import custom_fields
from presslift.scraper.parse.document import MOST_TAGS
from presslift.scraper.parse.items import ItemReading, read_feed, read_rest
from presslift.scraper.parse.merge import Sources, merge
from presslift.scraper.parse.metadata import Metadata
from presslift.scraper.parse.page import BodyReading, PageReading, join_pages, read_content, read_page
from presslift.scraper.site import SiteProfile
from presslift.store import Item, Row, Store
from presslift.urls import split_url

log = logging.getLogger("presslift")
NOT_ARTICLES = ("archive", "home", "search", "attachment")

Progress = Callable[[str, int, int], None]


class Reader:
    """Reads what discovery found, in one run. ``failed`` and ``read`` count articles."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts, settings: Settings, folder: Path, progress: Progress):
        self._store, self._getter, self._run, self._facts, self._settings = store, getter, run, facts, settings
        self._folder, self._progress = folder, progress
        self._zone = settings.site.timezone or facts.timezone or store.get_meta(CLOCK) or facts.utc_offset
        # What a person told, and for the rest what the site itself tells.
        self._site = replace(settings.site, timezone=settings.site.timezone or facts.timezone or store.get_meta(CLOCK))
        self._fresh = Freshness(store, run, settings)
        self._more = any(status != "publish" for status in settings.scope.statuses)
        self._keeper = Keeper(store, run, facts, settings)
        self._unread: set[str] = set()
        self.profile: SiteProfile | None = None

    @property
    def read(self) -> int:
        """How many records were kept."""
        return self._keeper.kept

    @property
    def failed(self) -> int:
        """How many addresses failed."""
        return self._keeper.failed

    def due(self, *, full: bool) -> list[str]:
        """Keys to be read in this run."""
        return self._fresh.due(full=full)

    # ---- fetching and learning

    def fetch(self, keys: list[str]) -> None:
        """Fetch the pages of addresses; what fails is noted, and what is known of it stays.

        Raises ``SiteError`` when nothing but trouble came of pages that were well before: then nothing is noted.
        """
        if self._settings.scope.source == "rest":
            return
        by_url: dict[str, str] = {}
        troubles: list[tuple[str, FetchError]] = []
        for key in keys:
            url = self._row(key)["url"]
            if self._more and is_unpublished(self._store.items(key)):
                self._store.update_address(key, page=None, reason=None, detail=None)
            elif self._getter.known(url) is None:
                by_url[url] = key
            elif error := self._take(key, url):
                troubles.append((key, error))
        for done, (url, answer) in enumerate(self._getter.many(by_url, "page"), 1):
            key = by_url[url]
            failed = answer if isinstance(answer, FetchError) else self._take(key, url)
            if failed:
                troubles.append((key, failed))
            self._progress("pages", done, len(by_url))
        self._refuse_outage(keys, troubles)
        for key, error in troubles:
            self._unread.add(key)
            self._keeper.fail(key, error.reason, error.detail, error.status, error.attempts)

    def _take(self, key: str, url: str) -> FetchError | None:
        """Take what this run has of an address for its page, or say why not: an error page doesn't take the place of a good one."""
        row, noted = self._row(key), self._getter.known(url)
        assert noted is not None
        if row["page"] not in (None, noted["id"]):
            try:
                verdict = judge(self._getter.archived(noted["id"])[1], "page", home=self._facts.url)
            except FetchError as error:
                return error
            if not verdict.ok and not verdict.protected:
                return FetchError(url, verdict.reason or "http_status", verdict.detail, noted["status"])
        state = "pending" if row["state"] == "failed" else row["state"]
        self._store.update_address(key, page=noted["id"], status=noted["status"], state=state, reason=None, detail=None)
        return None

    def _refuse_outage(self, keys: list[str], troubles: list[tuple[str, FetchError]]) -> None:
        if len(keys) < 2 or len(troubles) < len(keys) or any(not is_outage(e.reason, e.status) for _, e in troubles):
            return
        if self._store.row("SELECT 1 FROM articles WHERE state = 'live' LIMIT 1") is None:
            return
        trouble = self._getter.trouble_at_home()
        if trouble is None:
            return
        raise SiteError(
            f"{self._facts.url}: is unwell: none of {len(keys)} pages could be had, nor the home page ({trouble.reason}: {trouble.detail}); "
            "try again later, nothing was changed"
        )

    def learn(self, *, again: bool = False) -> None:
        """Learn the site's profile, or take the kept one; what it changed about all its pages is noticed."""
        teacher = Teacher(self._store, self._getter, self._run, self._facts, self._folder, self._zone, again=again)
        if not self._site.timezone and (clock := teacher.clock()):
            self._zone, self._site = clock, replace(self._site, timezone=clock)
        try:
            self.profile = teacher.profile()
        except OF_THE_RUN:
            raise
        except Exception as error:  # pages are read without it, as those of a site of which nothing was learned
            keep_trace(error, self._facts.url)
            log.warning("%s: nothing could be learned of it: %s", self._facts.url, described(error))

    # ---- reading

    def read_all(self, keys: list[str]) -> None:
        """Parse every address of ``keys`` that has a page or an item, each in a transaction of its own."""
        view = StoreView(self._store, self._facts, self._settings)
        for done, key in enumerate(keys, 1):
            try:
                with of_one_page(self._row(key)["url"]), self._store.batch():
                    self._read(key, view)
            except ParseError as error:
                with self._store.batch():
                    self._fail(key, error.reason, error.detail, None, 1)
            self._progress("articles", done, len(keys))

    def _read(self, key: str, view: StoreView) -> None:
        row = self._row(key)
        if row["state"] == "excluded":
            return
        items = self._store.items(key)
        missing = row["status"] in (404, 410) and not tells_all(items, self._run)
        if key in self._unread and (missing or (row["article"] and all(item.run < self._run for item in items.values()))):
            return
        page: PageReading | None = None
        captures: list[Capture] = []
        hidden = is_unpublished(items)
        items = {"rest": items["rest"]} if hidden else items
        if row["page"] is not None and not hidden:
            page, captures, stop = self._page(row)
            if stop:
                return
        told = "rest" in items or ("feed" in items and items["feed"].data.get("content"))
        if page is None and not told:
            if key not in self._unread:
                self._fail(key, "http_status", "neither its page nor its text in REST or feed", row["status"], 1)
            return
        if page is not None and row["state"] == "exported" and row["read_run"] < self._run:
            true = self._still_true(row, items, page)
            if true is None:
                return None if key in self._unread else self._keeper.unchanged(row)  # what failed today is to be tried again
            items = true
        self._merge(row, items, page, captures, view)

    def _still_true(self, row: Row, items: dict[str, Item], page: PageReading) -> dict[str, Item] | None:
        """What items say that still holds, where their source has fallen silent; None when the page is as it was, and the record with it.

        Which of the two is known by the page: read by the same reader, it says the same as the one that the record was made of.
        """
        silent = [source for source, item in items.items() if item.run < self._run]
        if not silent or ("rest" in items and "rest" not in silent) or not self._getter.online:
            return items
        if (before := self._before(row)) is not None and says(before) == says(page):
            return None
        if self._getter.partial:
            items, silent = without_feed_content(items), [source for source in silent if source != "feed"]
        for source in silent:
            self._store.drop_items(row["key"], source)
        return {source: item for source, item in items.items() if source not in silent}

    def _merge(self, row: Row, items: dict[str, Item], page: PageReading | None, captures: list[Capture], view: StoreView) -> None:
        self._further = FurtherPages(self._store, self._getter, self._run, self._site, self.profile, self._zone)
        # Failures of further pages are told anew, or over.
        for kind in ("page", "comments"):
            self._store.clear_problems(kind, self._run, row["url"].rstrip("/"))
        sources = self._sources(row, items, page, captures)
        for taxonomy, slugs in (page.metadata.term_slugs if page and "rest" not in items else {}).items():
            for slug in slugs:
                if view.term_by_slug(taxonomy, slug) is None:
                    self._store.put_evidence("nameless", f"{taxonomy}/{slug}", {"taxonomy": taxonomy, "slug": slug}, self._run)
        article = merge(sources, view)
        self._note_unknown_parents(article, view)
        self._carry(row, items, page, article)
        inputs = self._fresh.inputs(row, items.get("rest"))
        self._keeper.keep(row, article, sources, inputs=inputs, ill=row["key"] in self._unread, whole=not self._further.lost)

    def _carry(self, row: Row, items: dict[str, Item], page: PageReading | None, article: Article) -> None:
        """What an earlier run read and this one could not."""
        old = self._store.article(row["article"]) if row["article"] else None
        if old and page and (names := silent_fields(old, items, self._run, online=self._getter.online)) and (before := self._before(row)):
            carry(article, old, names, page, before)
        if old is not None and self._further.lost:
            restore(article, old, self._further.lost)

    def _before(self, row: Row) -> PageReading | None:
        """The page that a record was made of, as it reads now."""
        try:
            return self.reading(row["read_page"]) if row["read_page"] is not None else None
        except (FetchError, ParseError):
            return None

    def _note_unknown_parents(self, article: Article, view: StoreView) -> None:
        """A nested address, /category/above/below/, tells of a parent that no page may have named."""
        for term in article.terms:
            steps = [unquote(s) for s in split_url(term.url or "").path.split("/") if s]
            nested = not term.parent and len(steps) >= 3 and steps[-1] == term.slug
            if nested and view.term_by_slug(term.taxonomy, steps[-2]) is None:
                self._store.put_evidence(
                    "nameless", f"{term.taxonomy}/{steps[-2]}", {"taxonomy": term.taxonomy, "slug": steps[-2]}, self._run
                )

    def _page(self, row: Row) -> tuple[PageReading | None, list[Capture], bool]:
        """The page as read, its captures, and whether the address is settled already (failed or excluded)."""
        try:
            noted, kept = self._getter.archived(row["page"])
        except FetchError as error:
            self._fail(row["key"], error.reason, error.detail, None, 1)
            return None, [], not self._store.items(row["key"])
        verdict = judge(kept, "page", home=self._facts.url)
        if not verdict.ok:
            if verdict.reason == "protected" and row["article"] and "protected" in self._settings.scope.statuses:
                self._fail(row["key"], "login_wall", "it asks for a password, and REST did not show it", noted["status"], 1)
                return None, [], True
            if verdict.reason == "protected":
                self._keeper.exclude(row, "protected", "password form")
                return None, [], True
            items = self._store.items(row["key"])
            self._fail(row["key"], verdict.reason or "http_status", verdict.detail, noted["status"], 1)
            return None, [], not (tells_all(items, self._run) if noted["status"] in (404, 410) else items)
        try:
            page = self._parsed(noted, kept)
        except ParseError as error:
            self._fail(row["key"], error.reason, error.detail, noted["status"], 1)
            return None, [], not self._store.items(row["key"])
        if page.metadata.kind in NOT_ARTICLES and "rest" not in self._store.items(row["key"]):
            self._keeper.exclude(row, f"not an article: {page.metadata.kind}", "page kind")
            return None, [], True
        return page, [capture_of("page", noted)], False

    def reading(self, number: int) -> PageReading:
        """A noted page as it reads now. Raises ``FetchError``, ``ParseError``."""
        return self._parsed(*self._getter.archived(number))

    def _parsed(self, noted: Row, kept: Response) -> PageReading:
        with of_one_page(noted["url"]):
            return read_page(
                kept.body,
                noted["final_url"],
                content_type=noted["content_type"],
                profile=self.profile,
                settings=self._site,
                custom=self._settings.custom,
                zone=self._zone,
            )

    def _sources(self, row: Row, items: dict[str, Item], page: PageReading | None, captures: list[Capture]) -> Sources:
        offset = self._facts.utc_offset
        rest = read_rest(items["rest"].data, offset) if "rest" in items else None
        feed = read_feed(items["feed"].data, self._zone) if "feed" in items else None
        url = page.url if page and page.url else (rest and rest.url) or row["url"]
        meta = page.metadata if page else Metadata(language=self._facts.language, title=rest.title if rest else None)
        sources = Sources(url=url, page=page, rest=rest, feed=feed, type=row["type"], captures=captures, lastmod=row["lastmod"])
        sources.comments_wanted = self._settings.scope.comments
        sources.rest_custom = custom_fields.from_rest(items["rest"].data, self._settings.custom) if "rest" in items else {}
        sources.captures += [msgspec.convert(item.capture, Capture) for _, item in sorted(items.items()) if item.capture]
        sources.rest_body = self._content(rest, meta, url)
        sources.feed_body = self._content(feed, meta, url)
        if page is not None:
            # REST gives a paginated post whole.
            further = (
                []
                if sources.rest_body and sources.rest_body.words > 1.3 * page.body.words
                else self._further.bodies(page, sources.captures)
            )
            sources.body = join_pages(page.body, further, page.metadata.language)
            if self._settings.scope.comments:
                page.comments.comments = discussion.merge_comments(page.comments.comments, self._further.comments(page, sources.captures))
        if self._settings.scope.comments:
            wp_id = rest.wp_id if rest else page.metadata.wp_id if page else None
            sources.rest_comments = discussion.from_rest(self._fresh.comments(wp_id), offset, rest.author_wp_id if rest else None)
            sources.captures += self._fresh.comment_captures(wp_id)
            if page is not None:
                old = self._store.article(row["article"]) if row["article"] else None
                had = [*sources.rest_comments, *(old.comments if old else [])]
                asked = self._settings.scope.source != "html"
                page.comments.comments = completed(page.comments.comments, had, url, self._getter, self._facts, self._zone, rest=asked)
        elif page is not None:
            page.comments.comments = []
        return sources

    def _content(self, item: ItemReading | None, meta: Metadata, url: str) -> BodyReading | None:
        if item is None or not item.content_html:
            return None
        if len(item.content_html) > (most := self._settings.fetch.max_page_size) or item.content_html.count("<") > MOST_TAGS:
            raise ParseError(url, "too_large", f"its text in REST or the feed has more than {most:,} characters or {MOST_TAGS:,} tags")
        return read_content(item.content_html, meta, url=url, profile=self.profile, notes=item.notes)

    def _fail(self, key: str, reason: str, detail: str | None, status: int | None, attempts: int) -> None:
        self._unread.add(key)
        self._keeper.fail(key, reason, detail, status, attempts)

    def _row(self, key: str) -> Row:
        row = self._store.row("SELECT * FROM addresses WHERE key = ?", key)
        assert row is not None
        return row
