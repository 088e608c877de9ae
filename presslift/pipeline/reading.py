"""Pages and items → parsed records: what must be read again, fetched, learned from, and read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from presslift.config import Settings
from presslift.errors import FetchError, ParseError
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.views import StoreView
from presslift.records import Article, Capture, Comment, SiteFacts
from presslift.scraper.fetch.addresses import article_id, article_key
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.parse import comments as discussion
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.items import ItemReading, read_feed, read_rest
from presslift.scraper.parse.merge import Sources, merge
from presslift.scraper.parse.metadata import Metadata
from presslift.scraper.parse.page import BodyReading, PageReading, join_pages, read_content, read_page
from presslift.scraper.site import Label, SiteProfile, learn_profile, load_profile, save_profile
from presslift.store import Row, Store

VOLATILE = ("_links", "_embedded", "yoast_head", "yoast_head_json", "jetpack-related-posts", "jetpack_likes_enabled", "class_list")
"""What changes in a REST item without the article changing."""

NOT_ARTICLES = ("archive", "home", "search", "attachment")
SAMPLE = 60
"""Pages that a site's profile is learned from."""

MOST_COMMENT_PAGES = 500
"""Of one article."""

Progress = Callable[[str, int, int], None]


class Reader:
    """Reads what discovery found, in one run. ``failed`` and ``read`` count articles."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts, settings: Settings, folder: Path, progress: Progress):
        self._store, self._getter, self._run, self._facts, self._settings = store, getter, run, facts, settings
        self._folder, self._progress = folder, progress
        self._zone = settings.site.timezone or facts.timezone or facts.utc_offset
        self.profile: SiteProfile | None = None
        self.read = self.failed = 0

    # ---- what to read

    def due(self, *, full: bool) -> list[str]:
        """Keys to be read in this run: new, changed, failed before, or of which nothing tells that they are unchanged."""
        query = "SELECT * FROM addresses WHERE seen_run = ? AND state != 'excluded' AND read_run < ? ORDER BY rowid"
        return [row["key"] for row in self._store.rows(query, self._run, self._run) if full or self._changed(row)]

    def _changed(self, row: Row) -> bool:
        if row["state"] != "exported" or row["reason"] is not None:
            return True
        items = self._store.items(row["key"])
        tells = "rest" in items or (row["lastmod"] is not None and row["lastmod"] == row["read_lastmod"])
        return not tells or self._inputs(row, items) != row["inputs"]

    def _inputs(self, row: Row, items: dict[str, tuple[dict[str, Any], Any]]) -> str:
        rest = {k: v for k, v in (items["rest"][0] if "rest" in items else {}).items() if k not in VOLATILE}
        parts = [rest, self._raw_comments(row["wp_id"]), row["lastmod"] if not rest else None]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    def _raw_comments(self, wp_id: int | None) -> list[dict[str, Any]]:
        if wp_id is None or not self._settings.scope.comments:
            return []
        rows = self._store.rows(
            "SELECT data FROM evidence WHERE kind = 'comment' AND key >= ? AND key < ? AND seen_run = ?",
            f"{wp_id}/",
            f"{wp_id}0",
            self._run,
        )
        return [json.loads(r["data"]) for r in rows]

    # ---- fetching and learning

    def fetch(self, keys: list[str]) -> None:
        """Fetch the pages of addresses; what fails is noted, and what is known of it stays."""
        if self._settings.scope.source == "rest":
            return
        by_url = {}
        for key in keys:
            url = self._row(key)["url"]
            known = self._getter.known(url)
            if known is None:
                by_url[url] = key
            else:
                self._store.update_address(key, page=known["id"], status=known["status"])
        for done, (url, answer) in enumerate(self._getter.many(by_url, "page"), 1):
            key = by_url[url]
            if isinstance(answer, FetchError):
                self._failed(key, answer.reason, answer.detail, answer.status, answer.attempts)
            else:
                known = self._getter.known(url)
                self._store.update_address(key, page=known["id"] if known else None, status=answer.status)
            self._progress("pages", done, len(by_url))

    def learn(self, *, again: bool = False) -> None:
        """The site's profile: as kept in ``site.yaml``, or learned from this run's pages and labels."""
        path = self._folder / "site.yaml"
        if path.exists() and not again:
            self.profile = load_profile(path)
            return
        rows = list(
            self._store.rows("SELECT * FROM addresses WHERE page IS NOT NULL AND seen_run = ? AND status = 200 ORDER BY key", self._run)
        )
        step = max(1, len(rows) // SAMPLE)
        sample = rows[::step][:SAMPLE]
        if len(sample) < 3:
            return
        labels = {row["url"]: label for row in sample if (label := self._label(row["key"])) is not None}
        self.profile = learn_profile(self._sampled(sample), labels)
        save_profile(self.profile, path)

    def _sampled(self, rows: list[Row]) -> Iterator[tuple[str, bytes]]:
        for row in rows:
            try:
                _, kept = self._getter.archived(row["page"])
            except FetchError:
                continue
            yield row["url"], kept.body

    def _label(self, key: str) -> Label | None:
        items = self._store.items(key)
        if "rest" in items:
            item = read_rest(items["rest"][0], self._facts.utc_offset)
        elif "feed" in items and self._facts.feed_full_text:
            item = read_feed(items["feed"][0], self._facts.utc_offset)
        else:
            return None
        return Label(content_html=item.content_html, title=item.title, date=item.published.local if item.published else None, author=None)

    # ---- reading

    def read_all(self, keys: list[str]) -> None:
        """Parse every address of ``keys`` that has a page or an item, each in a transaction of its own."""
        view = StoreView(self._store, self._facts, self._settings)
        for done, key in enumerate(keys, 1):
            with self._store.batch():
                self._read(key, view)
            self._progress("articles", done, len(keys))

    def _read(self, key: str, view: StoreView) -> None:
        row = self._row(key)
        if row["state"] == "excluded":
            return
        items = self._store.items(key)
        page: PageReading | None = None
        captures: list[Capture] = []
        if row["page"] is not None:
            page, captures, stop = self._page(row)
            if stop:
                return
        if page is None and "rest" not in items and "feed" not in items:
            if row["state"] != "failed" and row["reason"] is None:
                self._failed(key, "http_status", "neither its page nor an item of REST or feed", row["status"], 1)
            return
        sources = self._sources(row, items, page, captures)
        for taxonomy, slugs in (page.metadata.term_slugs if page and "rest" not in items else {}).items():
            for slug in slugs:
                if view.term_by_slug(taxonomy, slug) is None:
                    self._store.put_evidence("nameless", f"{taxonomy}/{slug}", {"taxonomy": taxonomy, "slug": slug}, self._run)
        article = merge(sources, view)
        self._note_unknown_parents(article, view)
        self._keep(row, article, sources, self._inputs(row, items))

    def _note_unknown_parents(self, article: Article, view: StoreView) -> None:
        """A nested address, /category/above/below/, tells of a parent that no page may have named."""
        for term in article.terms:
            steps = [unquote(s) for s in urlsplit(term.url or "").path.split("/") if s]
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
            self._failed(row["key"], error.reason, error.detail, None, 1)
            return None, [], not self._store.items(row["key"])
        verdict = judge(kept, "page", home=self._facts.url)
        if not verdict.ok:
            if verdict.reason == "protected":
                self._exclude(row, "protected", "password form")
                return None, [], True
            has_item = bool(self._store.items(row["key"]))
            self._failed(row["key"], verdict.reason or "http_status", verdict.detail, noted["status"], 1)
            return None, [], not has_item or noted["status"] in (404, 410)
        try:
            page = read_page(
                kept.body,
                noted["final_url"],
                content_type=noted["content_type"],
                profile=self.profile,
                settings=self._settings.site,
                custom=self._settings.custom,
                zone=self._zone,
            )
        except ParseError as error:
            self._failed(row["key"], error.reason, error.detail, noted["status"], 1)
            return None, [], not self._store.items(row["key"])
        if page.metadata.kind in NOT_ARTICLES and "rest" not in self._store.items(row["key"]):
            self._exclude(row, f"not an article: {page.metadata.kind}", "page kind")
            return None, [], True
        return page, [_capture("page", noted)], False

    def _sources(
        self, row: Row, items: dict[str, tuple[dict[str, Any], Any]], page: PageReading | None, captures: list[Capture]
    ) -> Sources:
        offset = self._facts.utc_offset
        rest = read_rest(items["rest"][0], offset) if "rest" in items else None
        feed = read_feed(items["feed"][0], offset) if "feed" in items else None
        url = page.url if page and page.url else (rest and rest.url) or row["url"]
        meta = page.metadata if page else Metadata(language=self._facts.language, title=rest.title if rest else None)
        sources = Sources(url=url, page=page, rest=rest, feed=feed, type=row["type"], captures=captures)
        sources.captures += [msgspec.convert(capture, Capture) for source, (_, capture) in sorted(items.items()) if capture]
        sources.rest_body = self._content(rest, meta, url)
        sources.feed_body = self._content(feed, meta, url)
        if page is not None:
            # REST gives a paginated post whole.
            further = (
                [] if sources.rest_body and sources.rest_body.words > 1.3 * page.body.words else self._more_bodies(page, sources.captures)
            )
            sources.body = join_pages(page.body, further, page.metadata.language)
            if self._settings.scope.comments:
                page.comments.comments = discussion.merge_comments(page.comments.comments, self._more_comments(page, sources.captures))
        if self._settings.scope.comments:
            wp_id = rest.wp_id if rest else page.metadata.wp_id if page else None
            sources.rest_comments = discussion.from_rest(self._raw_comments(wp_id), offset)
        elif page is not None:
            page.comments.comments = []
        return sources

    def _content(self, item: ItemReading | None, meta: Metadata, url: str) -> BodyReading | None:
        if item is None or not item.content_html:
            return None
        return read_content(item.content_html, meta, url=url, profile=self.profile, notes=item.notes)

    def _more_bodies(self, page: PageReading, captures: list[Capture]) -> list[BodyReading]:
        bodies = []
        for url in page.more_pages[:100]:
            read = self._further(url, captures, "page")
            if read is not None:
                bodies.append(read.body)
        return bodies

    def _further(self, url: str, captures: list[Capture], kind: str) -> PageReading | None:
        try:
            response = self._getter(url, kind="page")
            if response.status != 200 or article_key(response.final_url, url) != article_key(url, url):
                return None
            noted = self._getter.known(url)
            if noted is not None:
                captures.append(_capture(kind, noted))
            return read_page(
                response.body,
                response.final_url,
                content_type=response.headers.get("content-type"),
                profile=self.profile,
                settings=self._settings.site,
            )
        except (FetchError, ParseError) as error:
            self._store.add_problem(self._run, now(), url, "page", error.reason, error.detail, getattr(error, "status", None), 1)
            return None

    def _more_comments(self, page: PageReading, captures: list[Capture]) -> list[Comment]:
        found: list[Comment] = []
        waiting, seen = list(page.comments.pages), {page.url}
        while waiting and len(seen) < MOST_COMMENT_PAGES:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            try:
                response = self._getter(url, kind="page")
                if response.status != 200:
                    continue
                noted = self._getter.known(url)
                if noted is not None:
                    captures.append(_capture("comments", noted))
                doc = read_document(response.body, response.final_url, content_type=response.headers.get("content-type"))
                read = discussion.read_comment_page(doc, self._zone)
            except (FetchError, ParseError) as error:
                self._store.add_problem(self._run, now(), url, "comments", error.reason, error.detail, getattr(error, "status", None), 1)
                continue
            found = discussion.merge_comments(found, read.comments)
            waiting += read.pages
        return found

    # ---- outcomes

    def _keep(self, row: Row, article: Article, sources: Sources, inputs: str) -> None:
        key, start = row["key"], self._facts.url
        served = article_key(article.url, start)
        since = self._settings.scope.since
        if since and article.published_date and article.published_date < since:
            return self._exclude(row, "scope: since", "since")
        types = self._settings.scope.types
        if types and article.type and article.type not in types:
            return self._exclude(row, "scope: types", "types")
        twin = self._twin(row, article, served)
        if twin is not None and twin["seen_run"] == self._run and twin["key"] != key:
            self._store.alias(key, twin["article"], row["url"], "alias")
            return self._exclude(row, "duplicate", f"the same article as {twin['url']}")
        article.id = twin["article"] if twin is not None else row["article"] or article_id(row["url"], start)
        if row["article"] and row["article"] != article.id:
            article.id = row["article"]
        self._store.put_parsed(article, served, now())
        self._aliases(row, article, sources, served)
        if (sources.rest and sources.rest.parent_wp_id) or (sources.page and sources.page.metadata.parent_wp_id):
            parent = (sources.rest and sources.rest.parent_wp_id) or (sources.page and sources.page.metadata.parent_wp_id)
            self._store.set_meta("parents", self._store.get_meta("parents", {}) | {article.id: parent})
        page_failed = row["reason"] is not None and row["page"] is None
        self._store.update_address(
            key,
            state="exported",
            article=article.id,
            wp_id=article.wp_id,
            type=article.type,
            read_run=self._run,
            inputs=inputs,
            read_lastmod=row["lastmod"],
            last_at=now(),
            **({} if page_failed else {"reason": None, "detail": None, "gone_run": 0}),
        )
        self.read += 1

    def _twin(self, row: Row, article: Article, served: str) -> Row | None:
        """Another address of this run or an earlier one that holds the same article: by the address served, or WordPress's id."""
        by_url = self._store.row(
            "SELECT a.* FROM addresses a JOIN articles r ON a.article = r.id WHERE r.key = ? AND a.key != ? LIMIT 1", served, row["key"]
        )
        if by_url is not None or article.wp_id is None:
            return by_url
        return self._store.row(
            "SELECT a.* FROM addresses a JOIN articles r ON a.article = r.id WHERE r.wp_id = ? AND r.type IS ? AND a.key != ? ORDER BY a.seen_run DESC LIMIT 1",
            article.wp_id,
            article.type,
            row["key"],
        )

    def _aliases(self, row: Row, article: Article, sources: Sources, served: str) -> None:
        others = [(row["url"], "alias"), (article.guid or "", "guid")]
        others += [(url, "shortlink") for url in (sources.page.metadata.aliases if sources.page else [])]
        for url, kind in others:
            key = article_key(url, self._facts.url) if url.startswith(("http://", "https://")) else ""
            if key and key != served:
                self._store.alias(key, article.id, url, kind)

    def _exclude(self, row: Row, reason: str, rule: str) -> None:
        self._store.update_address(row["key"], state="excluded", reason=reason, rule=rule, read_run=self._run, last_at=now())
        self._store.write("DELETE FROM items WHERE key = ?", row["key"])

    def _failed(self, key: str, reason: str, detail: str | None, status: int | None, attempts: int) -> None:
        row = self._row(key)
        state = "exported" if row["article"] and row["state"] == "exported" else "failed"
        self._store.update_address(
            key,
            state=state,
            reason=reason,
            detail=detail,
            status=status,
            attempts=row["attempts"] + attempts,
            last_at=now(),
            page=row["page"] if state == "exported" else None,
        )
        self.failed += 1

    def _row(self, key: str) -> Row:
        row = self._store.row("SELECT * FROM addresses WHERE key = ?", key)
        assert row is not None
        return row


def _capture(kind: Any, noted: Row) -> Capture:
    return Capture(
        kind=kind, url=noted["url"], fetched_at=noted["fetched_at"], sha256=noted["sha256"], warc=noted["warc"], offset=noted["offset"]
    )
