"""Sitemaps: indexes within indexes, compressed or not, of any plugin, read without trust."""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree
from msgspec import Struct

from presslift.config import Settings
from presslift.errors import FetchError, ParseError
from presslift.records import SiteFacts
from presslift.scraper.discover.classify import classify, is_internal_taxonomy, is_internal_type
from presslift.scraper.discover.events import Answer, Event, Evidence, Found, Get, Left, Listing, capture_of, header
from presslift.scraper.discover.xml import PARSER, declares_entities, local_name
from presslift.scraper.fetch.addresses import canonical, same_site, site_hosts
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.identity import page_kind

MOST_FILES = 20_000
DEEPEST = 4
GZIP = b"\x1f\x8b"


class Entry(Struct, kw_only=True):
    """A line of a sitemap: an address and when it changed; ``index`` when it is another sitemap's."""

    url: str
    lastmod: str | None = None
    index: bool = False


class Unreadable(Exception):
    """An answer that is no sitemap; the message says what it is instead."""


class Label(Struct, kw_only=True):
    """What a file's name tells of its addresses: a ``type``, a ``taxonomy``, or that it is to be skipped."""

    type: str | None = None
    taxonomy: str | None = None
    skip: str | None = None
    name: str | None = None


def read_sitemap(answer: Answer, most: int) -> Iterator[Entry]:
    """The entries of a sitemap as served: XML index or set, or plain text; compressed up to twice.

    ``most`` bounds the bytes after decompression. Raises ``Unreadable``, at once or after what could be read.
    """
    body = answer.body
    for _ in range(2):
        if body.startswith(GZIP):
            body = _decompressed(body, most)
    body = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    head = body[:1000].lower()
    if head.startswith((b"<!doctype html", b"<html")) or (b"<html" in head and b"<urlset" not in head and b"<sitemapindex" not in head):
        raise Unreadable("an HTML page")
    if not body:
        raise Unreadable("an empty answer")
    if not body.startswith(b"<"):
        if head.startswith(b"http"):
            yield from _text_entries(body)
            return
        start = body.find(b"<", 0, 2000)
        if start < 0:
            raise Unreadable("neither XML nor a list of addresses")
        body = body[start:]
    if declares_entities(body):
        raise Unreadable("XML that declares entities")
    yield from _xml_entries(body)


def _decompressed(body: bytes, most: int) -> bytes:
    engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = engine.decompress(body, most)
    except zlib.error as error:
        raise Unreadable(f"broken compression ({error})") from error
    if engine.unconsumed_tail:
        raise Unreadable(f"more than {most:,} bytes once decompressed")
    return plain


def _text_entries(body: bytes) -> Iterator[Entry]:
    for line in body.decode("utf-8", "replace").splitlines():
        if line.strip().lower().startswith(("http://", "https://")):
            yield Entry(url=line.strip())


def _xml_entries(body: bytes) -> Iterator[Entry]:
    events = etree.iterparse(BytesIO(body), events=("end",), tag=("{*}url", "{*}sitemap"), **PARSER)
    known = False
    try:
        for _, element in events:
            known = True
            parts = {local_name(child): (child.text or "").strip() for child in element}
            # Pictures' addresses have the same name in a namespace of their own; the first is the page's.
            loc = next((c.text for c in element if local_name(c) == "loc"), None)
            if loc and loc.strip():
                index = local_name(element) == "sitemap"
                yield Entry(url=loc.strip(), lastmod=parts.get("lastmod") or None, index=index)
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"broken XML ({error.msg})" if error.msg else "broken XML") from error
    root = events.root
    name = local_name(root) if root is not None else ""
    if not known and name not in ("urlset", "sitemapindex"):
        raise Unreadable(f"XML of another kind (<{name}>)" if name else "no XML")


@cache
def _labels() -> list[tuple[re.Pattern[str], Label]]:
    return [
        (re.compile(row["name"], re.I), Label(taxonomy=row.get("taxonomy"), skip=row.get("skip")))
        for row in table("discovery")["sitemaps"]["file"]
    ]


def label_of(url: str, types: frozenset[str] = frozenset()) -> Label:
    """What a sitemap's address tells of what is in it; ``types`` are the site's known types. ``name`` is a name of either kind."""
    rows = table("discovery")["sitemaps"]
    for pattern, label in _labels():
        match = pattern.search(unquote(url))
        if not match:
            continue
        groups = match.groupdict()
        if "name" not in groups:
            return Label(type=groups.get("type") or label.type, taxonomy=groups.get("taxonomy") or label.taxonomy, skip=label.skip)
        name = rows["names"].get(groups["name"].lower(), groups["name"])
        if name in types or name in ("post", "page"):
            return Label(type=name)
        if re.fullmatch("|".join(rows["taxonomies"]["names"]), name):
            return Label(taxonomy=name)
        return Label() if name in ("news", "misc", "addl", "general", "root", "sitemap") else Label(name=name)
    return Label()


def is_newest_only(url: str) -> bool:
    """Whether a sitemap lists only the newest articles, as those for news do."""
    return any(re.search(pattern, url, re.I) for pattern in table("discovery")["sitemaps"]["newest_only"])


def discover_sitemaps(facts: SiteFacts, get: Get, settings: Settings) -> Iterator[Event]:
    """Read every sitemap that ``facts`` names, and those they name.

    Yields ``Found`` for what may be an article (``type`` as the file's name tells, else None), ``Evidence`` (archive) for terms'
    and authors' pages, ``Left`` for the rest, and a ``Listing`` for each file that lists pages or couldn't be read.
    """
    yield from _Reader(facts, get, settings).run()


class _Reader:
    def __init__(self, facts: SiteFacts, get: Get, settings: Settings):
        self._facts, self._get, self._home = facts, get, canonical(facts.url)
        self._hosts = site_hosts(facts.url, settings.site.aliases)
        self._most = settings.fetch.max_decompressed_size
        self._types = frozenset(facts.rest_types)
        self._decided: dict[str, Label] = {}

    def run(self) -> Iterator[Event]:
        """Every file, breadth first."""
        queue = deque((canonical(url), 0) for url in self._facts.sitemaps)
        known = {url for url, _ in queue}
        files = 0
        while queue:
            url, depth = queue.popleft()
            files += 1
            if files > MOST_FILES:
                yield Listing(
                    source="sitemap", name=url, complete=False, detail=f"more than {MOST_FILES:,} sitemaps: the rest was not read"
                )
                return
            label = label_of(url, self._types)
            if label.skip or (label.type and is_internal_type(label.type)):
                continue
            seen, pages, broken = 0, False, None
            reason: str = "bad_answer"
            try:
                answer = self._ask(url)
                for entry in read_sitemap(answer, self._most):
                    address = canonical(entry.url, url)
                    if not entry.index:
                        pages, seen = True, seen + 1
                        yield from self._entry(address, entry, label, answer)
                    elif same_site(address, self._hosts) and address not in known and depth < DEEPEST:
                        known.add(address)
                        queue.append((address, depth + 1))
            except (FetchError, Unreadable) as error:
                broken = str(error)
                reason = error.reason if isinstance(error, FetchError) else reason
            if pages or broken:
                yield Listing(source="sitemap", name=url, seen=seen, complete=broken is None, detail=broken, reason=reason)

    def _ask(self, url: str) -> Answer:
        answer = self._get(url, kind="sitemap", accept="application/xml,text/xml,*/*;q=0.5")
        if answer.status >= 400:
            raise Unreadable(f"HTTP status {answer.status}")
        return answer

    def _entry(self, url: str, entry: Entry, label: Label, answer: Answer) -> Iterator[Event]:
        if not same_site(url, self._hosts):
            yield Left(url=url, reason="on another site", rule="other_host", source="sitemap")
            return
        if label.name:
            label = self._decide(label.name, url)
        address = classify(url, self._home)
        if label.taxonomy:
            if label.taxonomy != "date" and not is_internal_taxonomy(label.taxonomy):
                yield _archive(url, label.taxonomy, address.slug, answer)
            return
        if address.kind == "home" and (self._facts.front_page or "posts") == "posts":
            yield Left(url=url, reason="the list of posts", rule="home", source="sitemap")
            return
        if label.type is None and address.kind in ("term", "author") and address.taxonomy:
            yield _archive(url, address.taxonomy, address.slug, answer)
            return
        # A file of articles is believed whatever its addresses look like; only pictures and feeds never are.
        if address.kind in ("article", "home") or (label.type is not None and address.kind not in ("file", "feed", "attachment", "rest")):
            yield Found(url=url, source="sitemap", type=label.type, lastmod=entry.lastmod)
        else:
            yield Left(url=url, reason=address.reason or address.kind, rule=address.rule, source="sitemap")

    def _decide(self, name: str, url: str) -> Label:
        """Whether a name that may be a type's or a taxonomy's is the one or the other: the first page tells."""
        if name not in self._decided:
            self._decided[name] = Label(type=name)
            try:
                page = self._get(url, kind="page")
                doc = read_document(page.body, page.final_url, content_type=header(page, "content-type"))
            except (FetchError, ParseError):
                pass
            else:
                archive = page_kind(doc) == "archive" or any(c == f"tax-{name}" for c in doc.body_classes)
                self._decided[name] = Label(taxonomy=name) if archive else Label(type=name)
        return self._decided[name]


def _archive(url: str, taxonomy: str, slug: str | None, answer: Answer) -> Evidence:
    parts = urlsplit(url)
    # Under plain permalinks the query names the term: ?tag=news, ?genre=essay; ?cat=3 doesn't tell a slug.
    named = dict(parse_qsl(parts.query))
    last = named.get({"post_tag": "tag"}.get(taxonomy, taxonomy)) if named else unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])
    data: dict[str, Any] = {"taxonomy": taxonomy, "slug": slug or last, "url": url, "members": []}
    data |= {"name": None, "wp_id": None, "description": None}
    return Evidence(kind="archive", data=data, source="sitemap", capture=capture_of(answer, "archive"))
