"""What a site offers to programs: REST, sitemaps, feeds; each tried, and why it is not usable where it isn't."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct

from presslift.config import Settings
from presslift.errors import FetchError
from presslift.scraper.discover.answers import Refused, ask, number, route, text, with_parameters
from presslift.scraper.discover.classify import is_internal_type
from presslift.scraper.discover.events import Answer, Get, header
from presslift.scraper.discover.feed import Feed, other_spelling, page_of, read_feed_answer
from presslift.scraper.discover.sitemap import Unreadable, is_newest_only, label_of, read_sitemap
from presslift.scraper.fetch.addresses import canonical
from presslift.scraper.knowledge import table

ROOTS = ("wp-json/", "?rest_route=/", "index.php/wp-json/")
COUNTED = {
    "category": "wp/v2/categories",
    "post_tag": "wp/v2/tags",
    "user": "wp/v2/users",
    "media": "wp/v2/media",
    "comment": "wp/v2/comments",
}
MOST_FILES = 50


class Rest(Struct, kw_only=True):
    """REST as found: ``root`` is None where it is shut, ``detail`` then tells why."""

    root: str | None = None
    detail: str | None = None
    index: dict[str, Any] = {}
    types: dict[str, str] = {}
    counts: dict[str, int | None] = {}


def find_rest(home: str, declared: Iterable[str], get: Get) -> Rest:
    """Try each root that REST may have: the declared ones, then the usual ones below ``home``."""
    tried: list[str] = []
    for root in dict.fromkeys([*declared, *(urljoin(home, r) for r in ROOTS)]):
        try:
            index, _ = ask(get, root)
            if not isinstance(index, dict) or not isinstance(index.get("namespaces"), list):
                raise Refused(200, "unreadable", "no REST index")
            if "wp/v2" not in index["namespaces"]:
                raise Refused(200, "no wp/v2", "WordPress before 4.7 has no routes for content")
            types = public_types(root, get)
        except Refused as refused:
            tried.append(f"{root}: {refused}")
            continue
        return Rest(root=root, index=index, types=types, counts=count_rest(root, types, get), detail="; ".join(tried) or None)
    return Rest(detail="; ".join(tried))


def public_types(root: str, get: Get) -> dict[str, str]:
    """Type → its collection's address, of types that hold articles. Raises ``Refused`` where contents are shut."""
    try:
        data, _ = ask(get, route(root, "wp/v2/types"))
    except Refused:
        # Some shut this route alone.
        data = {"post": {"rest_base": "posts"}, "page": {"rest_base": "pages"}}
        ask(get, with_parameters(route(root, "wp/v2/posts"), per_page=1, _fields="id"))
    types = {}
    for name, row in data.items() if isinstance(data, dict) else ():
        if isinstance(row, dict) and not is_internal_type(name) and "(?P<" not in str(row.get("rest_base")):
            base = text(row.get("rest_base")) or name
            types[name] = route(root, f"{text(row.get('rest_namespace')) or 'wp/v2'}/{base}")
    return types


def count_rest(root: str, types: dict[str, str], get: Get) -> dict[str, int | None]:
    """How much the site says there is of each type, and of what goes with it."""
    counts: dict[str, int | None] = {}
    for name, address in [*types.items(), *((name, route(root, path)) for name, path in COUNTED.items())]:
        try:
            _, answer = ask(get, with_parameters(address, per_page=1, _fields="id"))
            counts[name] = number(header(answer, "X-WP-Total"))
        except Refused:
            counts[name] = None
    return counts


class Sitemaps(Struct, kw_only=True):
    """The sitemaps that answer, how each is known, and how many addresses of each type they list."""

    urls: list[str] = []
    source: str | None = None
    counts: dict[str, int | None] = {}


def find_sitemaps(home: str, robots: str, types: Iterable[str], get: Get, settings: Settings) -> Sitemaps:
    """The sitemaps that robots.txt names, else the first of the usual addresses that answers."""
    most = settings.fetch.max_decompressed_size
    named = [canonical(m, home) for m in re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", robots)]
    working = [url for url in dict.fromkeys(named) if _sitemap(url, get, most) is not None]
    if any(not is_newest_only(url) for url in working):
        return Sitemaps(urls=working, source="robots.txt", counts=_count(working, (home,), types, get, most))
    for path in table("discovery")["sitemaps"]["candidates"]:
        url = canonical(urljoin(home, path))
        if url not in named and _sitemap(url, get, most) is not None:
            urls = [url, *working]
            return Sitemaps(urls=urls, source="usual address", counts=_count(urls, (home,), types, get, most))
    return Sitemaps(urls=working, source="robots.txt" if working else None)


def _sitemap(url: str, get: Get, most: int) -> list[tuple[str, bool]] | None:
    """The entries (address, is an index) of a sitemap; None when it is none."""
    try:
        answer = get(url, kind="sitemap")
        if answer.status >= 400:
            return None
        return [(entry.url, entry.index) for entry in read_sitemap(answer, most)]
    except (FetchError, Unreadable):
        return None


def _count(urls: list[str], homes: tuple[str, ...], types: Iterable[str], get: Get, most: int) -> dict[str, int | None]:
    known, counts = frozenset(types), dict[str, int | None]()
    queue, seen, files = list(urls), set(urls), 0
    while queue and files < MOST_FILES:
        url = queue.pop(0)
        label = label_of(url, known)
        if label.skip or label.taxonomy or is_newest_only(url):
            continue
        files += 1
        entries = _sitemap(url, get, most) or []
        pages = sum(not index and canonical(address) not in homes for address, index in entries)
        if pages:
            name = label.type or label.name or "post"
            counts[name] = (counts.get(name) or 0) + pages
        for address in (canonical(a, url) for a, index in entries if index):
            if address not in seen:
                seen.add(address)
                queue.append(address)
    return counts


class Feeds(Struct, kw_only=True):
    """The feeds that answer, and what the first says of the site."""

    urls: list[str] = []
    first: Feed | None = None
    full_text: bool | None = None
    paged: bool = False
    source: str | None = None


def find_feeds(home: str, declared: Iterable[str], get: Get) -> Feeds:
    """The declared feeds that answer, else the usual address."""
    usual = [urljoin(home, path) for path in table("discovery")["feeds"]["candidates"]]
    found = Feeds()
    declared = list(declared)
    for url in dict.fromkeys(map(canonical, [*declared, *usual])):
        if found.urls and url not in map(canonical, declared):
            break
        answer = _answer(url, get)
        if answer is None:
            continue
        try:
            feed = read_feed_answer(answer)
        except ValueError:
            continue
        found.urls.append(url)
        if found.first is None:
            found.first, found.source = feed, "head" if url in map(canonical, declared) else "usual address"
            found.full_text = any(item["content"] for item in feed.items) if feed.items else None
            spellings = [u for u in (url, other_spelling(url)) if u]
            found.paged = bool(feed.items) and any(_differs(feed, _answer(page_of(u, 2), get)) for u in spellings)
    return found


def _answer(url: str, get: Get) -> Answer | None:
    try:
        answer = get(url, kind="feed")
    except FetchError:
        return None
    return answer if answer.status < 400 else None


def _differs(first: Feed, second: Answer | None) -> bool:
    try:
        items = read_feed_answer(second).items if second is not None else []
    except ValueError:
        return False
    return bool(items) and {i["guid"] for i in items}.isdisjoint({i["guid"] for i in first.items})
