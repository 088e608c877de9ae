"""A walk along the site's own links, when nothing else lists everything."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from presslift.config import Settings
from presslift.errors import FetchError, ParseError
from presslift.records import SiteFacts
from presslift.scraper.discover.classify import AddressKind, classify, is_internal_type
from presslift.scraper.discover.events import Answer, Event, Evidence, Found, Gather, Get, Left, Listing, capture_of, header
from presslift.scraper.discover.paging import ENOUGH, Guess, Paging, article_links, goes_on, linked_next
from presslift.scraper.fetch.addresses import canonical, same_site, site_hosts
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document, read_document
from presslift.scraper.parse.identity import ArchiveFacts, page_kind, read_archive

LONGEST = 2000
DEEPEST = 14
MOST_VIEWS = 5
"""Addresses of one path that differ in parameters which name nothing known: so many are looked at."""

POST_ID = re.compile(r"(?:postid|page-id|attachmentid|parent-pageid)-(\d{1,18})\Z")
NUMBERED = re.compile(r"^(.+?/?)(?:/(\d{1,3})/?|[?&]page=\d{1,3})$")


def crawl_site(facts: SiteFacts, get: Get, settings: Settings, *, seeds: Iterable[str] = (), known: Iterable[str] = ()) -> Iterator[Event]:
    """Walk from the start (and ``seeds``) through archives, their pages, and articles.

    ``known`` are addresses (normal form) that other sources reported as articles: they are walked as well, since they lead
    further. Yields ``Found`` with the page's capture, ``Evidence`` (archive) for each page of a term's or author's archive, ``Left``
    for what is no article, and one ``Listing``.
    """
    crawler = Crawler(facts, get, settings)
    crawler.add(facts.url)
    for url in [*seeds, *known]:
        crawler.add(url)
    yield from crawler.walk()


def read_archives(facts: SiteFacts, get: Get, settings: Settings, urls: Iterable[str], *, whole: bool = True) -> Iterator[Evidence]:
    """Read archives (of terms, of authors) through all their pages, or the pages given alone, for their names and members."""
    crawler = Crawler(facts, get, settings, follow="next" if whole else "nothing")
    for url in urls:
        crawler.add(url)
    yield from (event for event in crawler.walk() if isinstance(event, Evidence))


class Crawler:
    """The state of one walk: what was seen, what waits, what was learned on the way."""

    def __init__(self, facts: SiteFacts, get: Get, settings: Settings, *, follow: Literal["all", "archives", "next", "nothing"] = "all"):
        """``follow`` tells whose links are followed: those of all pages, of archives, only to an archive's next page, or none."""
        self._get, self._home, self._mode = get, canonical(facts.url), follow
        self._hosts = site_hosts(facts.url, settings.site.aliases)
        self._most = settings.fetch.max_crawl_pages
        self._abreast = max(1, settings.fetch.concurrency) * 2 if isinstance(get, Gather) else 1
        self._seen: set[str] = set()
        # As printed: most links of a page stand on every page.
        self._raw: set[str] = set()
        self._first: deque[tuple[str, AddressKind]] = deque()
        self._late: deque[tuple[str, AddressKind]] = deque()
        self._terms: set[tuple[str, str]] = set()
        self._guesses: set[str] = set()
        self._views: Counter[str] = Counter()
        self._posts: dict[tuple[str, int, str], str] = {}
        self._paging = Paging(self._home)
        self._guessed: dict[Guess, int] = {}
        self._left: list[Left] = []
        self._naming = frozenset(table("discovery")["crawl"]["naming"])
        self.pages = self.found = 0
        self.failed: list[str] = []
        self._reason: str = "bad_answer"
        self.blog_ended = self.tags_printed = False

    def skip(self, urls: Iterable[str]) -> None:
        """Take addresses for seen: they are not asked for."""
        self._seen.update(canonical(url) for url in urls)

    def add(self, url: str) -> None:
        """Put an address in the queue, unless it was there, is elsewhere, or leads to no page worth asking for."""
        plain = url.split("#", 1)[0]
        if plain in self._raw:
            return
        self._raw.add(plain)
        address = canonical(plain)
        if address in self._seen or not same_site(address, self._hosts):
            return
        self._seen.add(address)
        kind = classify(address, self._home)
        trap = self._trap(address)
        if trap or not kind.follow:
            rule = trap or kind.rule
            if rule not in ("rest", "login", "admin", "file"):
                self._left.append(Left(url=address, reason=trap or kind.reason or kind.kind, rule=rule, source="crawl"))
            return
        if kind.kind == "term":
            self._terms.add((kind.taxonomy or "", kind.slug or ""))
        (self._late if kind.late else self._first).append((address, kind))

    def walk(self) -> Iterator[Event]:
        """Ask for everything in the queue, and for what that leads to."""
        while (self._first or self._late or self._paging.waiting) and self.pages < self._most:
            yield from self._likely_pages()
            batch: list[tuple[str, AddressKind]] = []
            queue = self._first or self._late
            while queue and len(batch) < min(self._abreast, self._most - self.pages):
                url, kind = queue.popleft()
                if queue is self._late and self._needless(kind):
                    yield Left(url=url, reason=kind.reason or "an archive", rule=kind.rule, source="crawl")
                else:
                    batch.append((url, kind))
            answers = self._ask([url for url, _ in batch])
            for url, kind in batch:
                yield from self._visit(url, kind, answers[url])
                yield from self._left
                self._left.clear()
            yield from self._settle()
        waiting = len(self._first) + len(self._late) + self._paging.waiting
        self._reason = "budget" if waiting else self._reason
        details = [f"stopped at max_crawl_pages ({self._most:,}), {waiting:,} addresses were waiting"] if waiting else []
        if self.failed:
            details.append(f"{len(self.failed)} pages could not be read, links on them are unknown: {', '.join(self.failed[:5])}")
        yield Listing(
            source="crawl", name="crawl", seen=self.found, complete=not details, detail="; ".join(details) or None, reason=self._reason
        )

    def _likely_pages(self) -> Iterator[Event]:
        """Put further pages that nothing links to in the queue, once it is empty; tell of archives that likely have none."""
        self._guessed = {}
        if self._first:
            return
        likely, unlikely = self._paging.take(min(self._abreast, self._most - self.pages))
        for guess in likely:
            if canonical(guess.url) not in self._seen:
                self._guessed[guess] = self._paging.count(guess.base)
                self.add(canonical(guess.url))
        for guess in unlikely:
            yield from self._ended(guess)

    def _settle(self) -> Iterator[Event]:
        """Tell of the archives whose further page turned out to be none."""
        for guess, before in self._guessed.items():
            if not self._paging.answered(guess, before):
                yield from self._ended(guess)

    def _ended(self, guess: Guess) -> Iterator[Event]:
        self.blog_ended = self.blog_ended or guess.group == "blog"
        kind = classify(canonical(guess.base), self._home)
        kind.page = guess.page + 1
        yield from self._evidence(ArchiveFacts(kind="term"), None, guess.base, kind, last=True)

    def _needless(self, kind: AddressKind) -> bool:
        """Whether a late archive tells nothing new: the list of posts was read to its end, and articles print their tags."""
        return self.blog_ended and (kind.kind == "date" or (kind.taxonomy == "post_tag" and self.tags_printed))

    def _trap(self, url: str) -> str | None:
        parts = urlsplit(url)
        segments = [s for s in parts.path.split("/") if s]
        if len(url) > LONGEST or len(segments) > DEEPEST:
            return "trap: too long"
        if len(segments) > 4 and max(Counter(segments).values()) > 2:
            return "trap: a path that repeats itself"
        names = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        if any(name not in self._naming for name in names):
            self._views[parts.path] += 1
            if self._views[parts.path] > MOST_VIEWS:
                return "trap: one page in many views"
        return None

    def _ask(self, urls: list[str]) -> Mapping[str, Answer | FetchError]:
        """The answers of some pages, at once where the way to the site allows it; judged in the queue's order all the same."""
        self.pages += len(urls)
        if isinstance(self._get, Gather):
            return self._get.gather(urls, kind="page")
        answers: dict[str, Answer | FetchError] = {}
        for url in urls:
            try:
                answers[url] = self._get(url, kind="page")
            except FetchError as error:
                answers[url] = error
        return answers

    def _visit(self, url: str, kind: AddressKind, answer: Answer | FetchError) -> Iterator[Event]:
        if isinstance(answer, FetchError) or answer.status >= 400:
            status = answer.status
            if kind.page > 1 and status in (404, 410):
                # Asked for by a guess: the page before was an archive's last.
                yield from self._evidence(ArchiveFacts(kind="term"), None, canonical(kind.base or url), kind, last=True)
            if url not in self._guesses and status not in (404, 410):
                error = answer if isinstance(answer, FetchError) else FetchError(url, "http_status", status=status)
                yield from self._unread(url, kind, error)
            return
        final = canonical(answer.final_url)
        if not same_site(final, self._hosts):
            yield Left(url=url, reason="leads to another site", rule="other_host", source="crawl")
            return
        if final != url:
            if final in self._seen:
                return
            self._seen.add(final)
            kind = classify(final, self._home)
            if not kind.follow:
                yield Left(url=url, reason=kind.reason or kind.kind, rule=kind.rule, source="crawl")
                return
        yield from self._read(url, final, kind, answer)

    def _read(self, url: str, final: str, kind: AddressKind, answer: Answer) -> Iterator[Event]:
        media = (header(answer, "content-type") or "text/html").split(";")[0].strip().lower()
        if media not in ("text/html", "application/xhtml+xml", ""):
            yield Left(url=url, reason="a file", rule=media, source="crawl")
            return
        try:
            doc = read_document(answer.body, final, content_type=header(answer, "content-type"))
        except ParseError as error:
            if error.reason != "not_html" and kind.kind == "article":
                # It is one that can't be read: reading it as such names the failure.
                yield Found(url=url, source="crawl")
                return
            self.failed.append(url)
            yield Left(url=url, reason=f"no page: {error.detail}", rule="not_html", source="crawl")
            return
        yield from self._judge(doc, answer, final, kind)

    def _unread(self, url: str, kind: AddressKind, error: FetchError) -> Iterator[Event]:
        if error.reason != "robots":
            self.failed.append(url)
            self._reason = error.reason
        if kind.kind == "article":
            # It may be one: fetching it as such says so, or names the failure.
            yield Found(url=url, source="crawl")

    def _judge(self, doc: Document, answer: Answer, url: str, kind: AddressKind) -> Iterator[Event]:
        what = page_kind(doc)
        if what == "404":
            return
        if what in ("archive", "home", "search") or kind.kind == "type" or (what == "unknown" and kind.kind != "article"):
            yield from self._archive(doc, answer, url, kind, what)
            return
        self._follow(doc, singular=True)
        if what == "page" and self._mode == "all":
            self._list_on(doc, url, kind)
        if what == "attachment":
            yield Left(url=url, type="attachment", reason="an attachment page", rule="attachment", source="crawl")
        else:
            yield from self._article(doc, answer, url, what)

    def _list_on(self, doc: Document, url: str, kind: AddressKind) -> None:
        """Go on in a page made to list posts, as builders have them for the blog."""
        facts = read_archive(doc)
        if len(facts.members) >= ENOUGH and self._paging.brings_news(canonical(kind.base or url), kind.page, facts.members):
            self._go_on(doc, facts, facts.members, url, kind, "page")

    def _article(self, doc: Document, answer: Answer, url: str, what: str) -> Iterator[Event]:
        wp_id, type_ = identity_of(doc)
        if type_ and is_internal_type(type_):
            yield Left(url=url, type=type_, reason="a type without articles", rule=type_, source="crawl")
            return
        url = self._declared(doc, url)
        if wp_id is not None:
            language = (doc.root.get("lang") or "").lower()
            first = self._posts.setdefault((urlsplit(url).netloc, wp_id, language), url)
            if first != url:
                yield Left(url=url, type=type_, reason=f"the same article as {first}", rule="double", source="crawl")
                return
        elif (part := NUMBERED.match(url)) and {part[1], part[1] + "/", part[1].rstrip("/")} & self._seen:
            yield Left(url=url, reason="a further page of an article", rule="post_page", source="crawl")
            return
        verdict = judge(answer) if wp_id is None or what == "protected" else None
        if verdict is not None and verdict.reason == "soft_404":
            return
        if verdict is not None and verdict.protected:
            yield Left(url=url, type=type_, reason="protected", rule="protected", source="crawl")
            return
        self.tags_printed = self.tags_printed or prints_tags(doc, self._home)
        for slug in tag_slugs(doc, wp_id):
            self._guess_tag(slug)
        self.found += 1
        yield Found(url=url, source="crawl", type=type_, wp_id=wp_id, capture=capture_of(answer, "page"))

    def _declared(self, doc: Document, url: str) -> str:
        """The article's own address where this is but another spelling of it, or one of its further pages."""
        link = next((e.get("href") for e in doc.root.iter("link") if "canonical" in (e.get("rel") or "").lower().split()), None)
        own = canonical(link, url) if link else url
        if own != url and same_site(own, self._hosts):
            here, there = urlsplit(url), urlsplit(own)
            same_path = unquote(here.path).rstrip("/").lower() == unquote(there.path).rstrip("/").lower()
            if same_path and here.netloc == there.netloc and not there.query:
                self._seen.add(own)
                return own
        return url

    def _archive(self, doc: Document, answer: Answer, url: str, kind: AddressKind, what: str) -> Iterator[Event]:
        facts = read_archive(doc)
        base = canonical(kind.base or url)
        shown = facts.members or article_links(doc.root, url, self._home)
        stuck = not self._paging.brings_news(base, kind.page, shown)
        yield Left(url=url, type=None, reason=kind.reason or "an archive", rule=kind.rule or "archive", source="crawl")
        # A page that repeats the ones before, or lists nothing, is the end, whatever it links to.
        blog = facts.kind == "home" or kind.kind == "home"
        goes_on = not stuck and self._go_on(doc, facts, shown, url, kind, "search" if what == "search" else "blog" if blog else "archive")
        yield from self._evidence(facts, answer, base, kind, last=not goes_on)
        if stuck:
            return
        if blog and not goes_on:
            self.blog_ended = True
        self._follow(doc)

    def _go_on(self, doc: Document, facts: ArchiveFacts, shown: list[str], url: str, kind: AddressKind, group: str) -> bool:
        """Put an archive's next page in the queue, where it has or may have one; whether it was."""
        base = canonical(kind.base or url)
        linked = linked_next(doc, url, base, kind.page, shown, self._home)
        if linked or (facts.next_url and goes_on(canonical(facts.next_url, url), base, kind.page)):
            self._paging.note_pager(group)
        following = linked or facts.next_url or self._paging.by_script(doc, facts.members, base, kind.page)
        if following and self._mode != "nothing":
            self.add(canonical(following, url))
        guessed = group != "search" and self._mode in ("all", "next") and self._paging.propose(base, group, kind.page, shown)
        return bool(following) or guessed

    def _evidence(self, facts: ArchiveFacts, answer: Answer | None, base: str, kind: AddressKind, *, last: bool) -> Iterator[Event]:
        taxonomy = "author" if facts.kind == "author" else facts.taxonomy if facts.kind == "term" else None
        taxonomy = taxonomy or (kind.taxonomy if kind.kind in ("term", "author") else None)
        if taxonomy is None or not (facts.name or kind.slug):
            return
        data = {
            "taxonomy": taxonomy,
            "name": facts.name,
            "slug": facts.slug or kind.slug,
            "wp_id": facts.wp_id,
            "url": base,
            "description": facts.description,
            "members": facts.members,
            "pictures": facts.pictures,
            "page": kind.page,
            "last": last,
        }
        yield Evidence(kind="archive", data=data, source="crawl", capture=capture_of(answer, "archive") if answer else None)

    def _guess_tag(self, slug: str) -> None:
        """Ask for a tag's archive that nothing links to: where the theme prints no tags, it alone knows their names."""
        if ("post_tag", slug) not in self._terms and self._mode not in ("next", "nothing"):
            address = canonical(f"?tag_id={slug}" if slug.isdigit() else f"?tag={slug}", self._home)
            self._guesses.add(address)
            self.add(address)

    def _follow(self, doc: Document, singular: bool = False) -> None:
        if self._mode in ("next", "nothing") or (self._mode == "archives" and singular):
            return
        for href in links_of(doc.root):
            self.add(href if href.startswith(("http://", "https://")) else canonical(href, doc.url or self._home))


def links_of(root: HtmlElement) -> Iterator[str]:
    """The addresses that a page leads to: links, image maps, and what the head declares as next, previous or translated."""
    for element in root.iter("a", "area", "link"):
        href = (element.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        if element.tag != "link":
            yield href
            continue
        rel = (element.get("rel") or "").lower().split()
        if "next" in rel or "prev" in rel or ("alternate" in rel and element.get("hreflang")):
            yield href


def identity_of(doc: Document) -> tuple[int | None, str | None]:
    """A singular page's id and type, as WordPress prints them in the body's classes."""
    classes = doc.body_classes
    wp_id = next((int(m[1]) for c in sorted(classes) if (m := POST_ID.match(c)) and not c.startswith("parent")), None)
    if "page" in classes or any(c.startswith("page-id-") for c in classes):
        return wp_id, "page"
    # Themes have classes that begin with "single-" as well; WordPress names the type twice.
    types = [c.removeprefix("single-") for c in sorted(classes) if c.startswith("single-") and not c.startswith("single-format-")]
    twice = [t for t in types if any(c.startswith(f"{t}-template") for c in classes)]
    return wp_id, next(iter([*twice, *(t for t in types if t == "post"), *types]), None)


def tag_slugs(doc: Document, wp_id: int | None) -> list[str]:
    """The slugs of an article's tags as WordPress prints them in its element's classes; the id for a slug of no Latin letter."""
    for element in doc.root.iter("article", "div", "main", "section", "li"):
        names = (element.get("class") or "").split()
        if f"post-{wp_id}" in names:
            return [name.removeprefix("tag-") for name in names if name.startswith("tag-")]
    return []


def prints_tags(doc: Document, home: str) -> bool:
    """Whether an article's page names its tags, by links to their archives."""
    tagged = (e.get("href") or "" for e in doc.root.iter("a") if "tag" in (e.get("rel") or "").split())
    return any(classify(canonical(href, doc.url), home).taxonomy == "post_tag" for href in tagged)
