"""Feeds: RSS 2.0, RSS 1.0 and Atom, paged to their end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from msgspec import Struct

from presslift.config import Settings
from presslift.errors import FetchError
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import number
from presslift.scraper.discover.classify import classify
from presslift.scraper.discover.events import Answer, Event, Found, Get, Left, Listing, capture_of
from presslift.scraper.discover.xml import PARSER, declares_entities, local_name
from presslift.scraper.fetch.addresses import canonical, same_site, site_hosts
from presslift.scraper.fetch.verdict import asks_password

MOST_PAGES = 20_000
NEWEST = "the newest alone, to compare with"
ACCEPT = "application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"


class Feed(Struct, kw_only=True):
    """A feed as read: what it says of the site, and its items.

    An item is ``{link, guid, wp_id, title, creators, published, updated, categories, content, description, comment_count}``:
    strings as printed, ``content`` None where the feed gives excerpts only.
    """

    title: str | None = None
    description: str | None = None
    language: str | None = None
    generator: str | None = None
    link: str | None = None
    items: list[dict[str, Any]] = []


def read_feed_answer(answer: Answer) -> Feed:
    """A feed as served. Raises ``ValueError`` when it is none; the message says what it is instead."""
    body = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if body[:200].lower().lstrip().startswith((b"<!doctype html", b"<html")):
        raise ValueError("an HTML page")
    start = body.find(b"<", 0, 5000)
    if start < 0 or declares_entities(body):
        raise ValueError("no XML" if start < 0 else "XML that declares entities")
    parser = etree.XMLParser(**PARSER, huge_tree=True)
    try:
        root = etree.fromstring(body[start:], parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"broken XML ({error.msg})") from error
    if root is None:
        raise ValueError("no XML")
    name = local_name(root)
    if name not in ("rss", "rdf", "feed"):
        raise ValueError(f"XML of another kind (<{name}>)")
    channel = next((child for child in root if local_name(child) == "channel"), root)
    items = [e for e in [*channel, *(root if channel is not root else [])] if local_name(e) in ("item", "entry")]
    told = {local_name(child): child for child in reversed(channel) if local_name(child) not in ("item", "entry")}
    return Feed(
        title=_text(told.get("title")),
        description=_text(told.get("description", told.get("subtitle"))),
        language=_text(told.get("language")) or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        generator=_generator(told.get("generator")),
        link=_link(channel),
        items=[_item(element) for element in items],
    )


def _text(element: Any) -> str | None:
    if element is None:
        return None
    value = "".join(element.itertext()).strip()
    return value or None


def _generator(element: Any) -> str | None:
    if element is None:
        return None
    return " ".join(filter(None, [_text(element), element.get("uri"), element.get("version")])) or None


def _link(element: Any) -> str | None:
    """The address of what an element stands for: RSS's text, Atom's ``alternate``."""
    best = None
    for child in element:
        if local_name(child) == "link":
            if child.get("href") is None:
                value = _text(child)
                if value:
                    return value
            elif child.get("rel", "alternate") == "alternate" and "html" in child.get("type", "html"):
                best = best or child.get("href")
    return best


def _markup(element: Any) -> str | None:
    """Content that is escaped, in CDATA, or markup of the feed's own (Atom's xhtml)."""
    if element is None:
        return None
    if len(element) and element.get("type") == "xhtml":
        inner = element[0]
        return (inner.text or "") + "".join(etree.tostring(c, encoding="unicode", method="html") for c in inner)
    return _text(element)


def _item(element: Any) -> dict[str, Any]:
    parts: dict[str, list[Any]] = {}
    for child in element:
        parts.setdefault(local_name(child), []).append(child)
    first = {name: found[0] for name, found in parts.items()}
    encoded = next((c for c in parts.get("encoded", []) if "excerpt" not in str(c.tag)), None)
    creators = [_text(c) for c in parts.get("creator", [])] or [_person(a) for a in parts.get("author", [])]
    guid = _text(first.get("guid", first.get("id")))
    # slash:comments is a number, comments an address.
    counts = [number(_text(c)) for c in [*parts.get("comments", []), *parts.get("total", [])]]
    return {
        "link": _text(first.get("origlink")) or _link(element),
        "guid": guid,
        "wp_id": number(_text(first.get("post-id"))) or _id_of(guid) or _id_of(_link(element)),
        "title": _text(first.get("title")),
        "creators": [c for c in creators if c],
        "published": _text(first.get("pubdate")) or _text(first.get("published")) or _text(first.get("date")),
        "updated": _text(first.get("updated")) or _text(first.get("modified")),
        "categories": [t for c in parts.get("category", []) if (t := c.get("term") or _text(c))],
        "content": _markup(encoded if encoded is not None else first.get("content")),
        "description": _markup(first.get("description", first.get("summary"))),
        "comment_count": next((c for c in counts if c is not None), None),
    }


def _person(element: Any) -> str | None:
    name = next((_text(c) for c in element if local_name(c) == "name"), None)
    printed = _text(element)
    # RSS's own author is "mail@example.org (Name)".
    inside = re.search(r"\(([^)]+)\)\s*$", printed or "")
    return name or (inside[1] if inside else printed)


def _id_of(address: str | None) -> int | None:
    match = re.search(r"[?&](?:p|page_id)=(\d{1,18})(?:[&#]|$)", address or "")
    return int(match[1]) if match else None


def page_of(feed: str, page: int) -> str:
    """The address of a feed's further page."""
    return feed if page < 2 else f"{feed}{'&' if '?' in feed else '?'}paged={page}"


def other_spelling(feed: str) -> str | None:
    """The feed with a slash more or less at its end: some servers page the one and not the other."""
    if "?" in feed:
        return None
    return feed[:-1] if feed.endswith("/") else feed + "/"


def discover_feeds(facts: SiteFacts, get: Get, settings: Settings, *, whole: bool = True) -> Iterator[Event]:
    """Read every feed that ``facts`` names: its newest items, with ``whole`` all its pages.

    Yields ``Found`` with ``item`` as ``Feed`` describes it, and a ``Listing`` a feed, complete when all that was wanted came.
    """
    hosts, home = site_hosts(facts.url, settings.site.aliases), canonical(facts.url)
    for feed in facts.feeds:
        yield from _read(feed, get, hosts, home, whole)


def _read(feed: str, get: Get, hosts: frozenset[str], home: str, whole: bool) -> Iterator[Event]:
    known: set[str] = set()
    detail: str | None = None
    reason: str = "bad_answer"
    base = feed
    for page in range(1, MOST_PAGES + 1 if whole else 2):
        try:
            answer, items = _items(page_of(base, page), get)
        except _End as end:
            again = _second_page(feed, get, known) if page == 2 else None
            if again is None:
                detail, reason = None if page > 1 and end.gone else f"page {page}: {end}", end.reason
                break
            base, answer, items = again
        new = [item for item in items if (key := item["guid"] or item["link"]) and key not in known]
        known.update(item["guid"] or item["link"] for item in new)
        for item in new:
            yield from _found(item, answer, hosts, home)
        if not new:
            # Whoever ignores the page's number gives the first one again.
            detail = "the feed can't be paged" if page > 1 and items and len(known) == len(items) else None
            break
    complete, told = detail is None, detail if detail or whole else NEWEST
    yield Listing(source="feed", name=feed, seen=len(known), complete=complete, detail=told, reason=reason)


def _second_page(feed: str, get: Get, known: set[str]) -> tuple[str, Answer, list[dict[str, Any]]] | None:
    """The second page under the feed's other spelling, where that has one."""
    other = other_spelling(feed)
    try:
        answer, items = _items(page_of(other, 2), get) if other else (None, [])
    except _End:
        return None
    return (other, answer, items) if other and answer and {i["guid"] for i in items} - known else None


class _End(Exception):
    """A page of a feed that isn't one: for a ``reason``; ``gone`` where that means that there are no more."""

    def __init__(self, message: str, gone: bool, reason: str):
        super().__init__(message)
        self.gone, self.reason = gone, reason


def _items(url: str, get: Get) -> tuple[Answer, list[dict[str, Any]]]:
    try:
        answer = get(url, kind="feed", accept=ACCEPT)
    except FetchError as error:
        raise _End(f"{error.reason} {error.detail}".strip(), error.status in (404, 410), error.reason) from error
    if answer.status >= 400:
        # WordPress answers 404 past the end, and whenever a feed is shut.
        raise _End(f"HTTP status {answer.status}", answer.status in (404, 410), "http_status")
    try:
        return answer, read_feed_answer(answer).items
    except ValueError as error:
        # A theme's page in place of a 404.
        raise _End(str(error), "HTML" in str(error), "bad_answer") from error


def _found(item: dict[str, Any], answer: Answer, hosts: frozenset[str], home: str) -> Iterator[Event]:
    url = canonical(item["link"] or item["guid"] or "", home)
    if not same_site(url, hosts):
        # A forwarding service stands in the link; the guid is WordPress's own.
        own = canonical(item["guid"] or "")
        if not same_site(own, hosts):
            yield Left(url=url, reason="on another site", rule="other_host", source="feed")
            return
        url = own
    address = classify(url, home)
    if address.kind in ("home", "file", "attachment", "comment_page"):
        yield Left(url=url, reason=address.reason or address.kind, rule=address.rule, source="feed")
        return
    if "#comment-" in (item["link"] or ""):
        return
    if asks_password(item["content"] or ""):
        yield Left(url=url, reason="protected", rule="protected", source="feed")
        return
    yield Found(
        url=url,
        source="feed",
        type=None,
        wp_id=item["wp_id"],
        lastmod=item["updated"],
        title=item["title"],
        item=item,
        capture=capture_of(answer, "feed"),
    )
