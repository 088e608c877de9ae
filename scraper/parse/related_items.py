"""The posts that a box shows: from its links to records, each post once, in the order shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml.html import HtmlElement

from presslift.records import RelatedLink
from presslift.scraper.knowledge import table
from presslift.scraper.parse.dates import parse_date, parse_machine_date
from presslift.scraper.parse.document import classes, select, text_of
from presslift.scraper.parse.related_phrases import bare, phrases
from presslift.urls import NOWHERE, join_url, split_url

MOST = 60
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TITLED = re.compile(r"title|headline|heading|post-name", re.I)
DATED = re.compile(r"(?:^|[\s_-])(?:date|time|posted-on|published)(?:[\s_-]|$)|-date\b", re.I)
CUT = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)\s*$")
LAZY = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-orig-file", "src")


class Linking:
    """Which links of a page lead to other posts of the site. ``url`` is the page's own address, where known."""

    def __init__(self, url: str | None, base: str | None = None):
        self.base = base or url or ""
        own = split_url(url or "")
        self.host = _host(own.netloc)
        self.own = self._key(own) if url and own is not NOWHERE else None

    @staticmethod
    def _key(parts: Any) -> str:
        return f"{_host(parts.netloc)}{parts.path.rstrip('/')}?{parts.query}"

    def _is_own(self, parts: Any) -> bool:
        """Whether an address is the page's own, or one of a post's further pages."""
        if self.own is None:
            return False
        if self._key(parts) == self.own:
            return True
        above, _, last = parts.path.rstrip("/").rpartition("/")
        return last.isdigit() and self._key(parts._replace(path=above)) == self.own.rstrip("/")

    def post(self, link: HtmlElement, *, anywhere: bool = False) -> str | None:
        """The absolute address of the post a link leads to; None for archives, files, people, this page and other sites.

        ``anywhere`` lets other sites pass.
        """
        href = (link.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return None
        try:
            parts = urlsplit(urljoin(self.base, href))
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") and self.base:
            return None
        if self.host and not anywhere and _host(parts.netloc) != self.host:
            return None
        parts = parts._replace(query=_kept_query(parts.query))
        if (not parts.path.strip("/") and not parts.query) or _refused().search(
            f"{parts.path}?{parts.query}" if parts.query else parts.path
        ):
            return None
        if self._is_own(parts) or parts.fragment.startswith(("comment", "respond", "disqus")):
            return None
        return urlunsplit(parts._replace(fragment=""))


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


@cache
def _refused() -> re.Pattern[str]:
    return re.compile(table("related")["links"]["paths"], re.I)


@cache
def _stripped() -> re.Pattern[str]:
    return re.compile(table("related")["links"]["strip"])


def _kept_query(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(k, v) for k, v in pairs if not _stripped().match(k)]
    return query if len(kept) == len(pairs) else urlencode(kept)


# --- items ---


def read_items(containers: Iterable[HtmlElement], row: dict[str, Any], linking: Linking, language: str | None = None) -> list[RelatedLink]:
    """The posts of a box, each once. ``row`` is the box's row of the table, or what names an unknown one.

    ``position`` counts from 1 within the box.
    """
    found: dict[str, RelatedLink] = {}
    for container in containers:
        parts = [e for e in select(container, row["item"]) if e is not container] if row.get("item") else []
        for part in _outermost(parts) or [container]:
            for element, links in _items(part, row, linking):
                url = next(iter(links))
                # A card's picture and its words may stand apart.
                if (url in found and not found[url].title) or (url not in found and len(found) < MOST):
                    again = _record(element, url, links[url], row, linking, language)
                    again.image = again.image or (found[url].image if url in found else None)
                    found[url] = again
    items = [item for item in found.values() if (item.title or item.image) and not _is_section(item, found)]
    for position, item in enumerate(items, 1):
        item.position = position
    return items


def _is_section(item: RelatedLink, others: dict[str, RelatedLink]) -> bool:
    # "/news/" beside "/news/a-post/" is what the posts are filed under.
    start = item.url.rstrip("/") + "/"
    if item.title and phrases().heads_box(item.title):
        return True
    return len((item.title or "").split()) <= 3 and any(url != item.url and url.startswith(start) for url in others)


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    chosen = set(elements)
    return [e for e in elements if not any(a in chosen for a in e.iterancestors())]


Links = dict[str, list[HtmlElement]]


def post_links(element: HtmlElement, linking: Linking, *, anywhere: bool = False) -> Links:
    """The posts an element links to, by address, each with its links; archives and people left out."""
    found: Links = {}
    for link in islice(element.iter("a"), 10 * MOST):
        url = linking.post(link, anywhere=anywhere)
        if url is not None and not _of_archive(link, element):
            found.setdefault(url, []).append(link)
    return found


def _of_archive(link: HtmlElement, top: HtmlElement) -> bool:
    rows = table("related")["links"]
    if set((link.get("rel") or "").split()) & set(rows["rel"]) or classes(link) & set(rows["classes"]):
        return True
    names = {css.lstrip(".") for css in rows["archives"]}
    node = link
    for _ in range(3):
        parent = node.getparent()
        if node is top or parent is None:
            return False
        node = parent
        if classes(node) & names:
            return True
    return False


def _items(top: HtmlElement, row: dict[str, Any], linking: Linking) -> list[tuple[HtmlElement, Links]]:
    """Divide a box into the elements of one post each, however deep its columns and rows."""
    items: list[tuple[HtmlElement, Links]] = []
    stack = [(top, 0)]
    while stack:
        element, depth = stack.pop()
        links = post_links(element, linking, anywhere=bool(row.get("name")))
        if not links:
            continue
        chief = list(links) if len(links) == 1 else _chief(element, links, row)
        kids = [child for child in element if isinstance(child.tag, str) and (child.tag == "a" or next(child.iter("a"), None) is not None)]
        if len(chief) == 1:
            items.append((element, {chief[0]: links[chief[0]]}))
        elif element.tag == "a" or depth > 30 or not kids or all(child.tag == "a" for child in kids):
            items.extend((element if len(links) == 1 else linked[0], {url: linked}) for url, linked in links.items())
        else:
            stack.extend((child, depth + 1) for child in reversed(kids))
    return items


def _chief(element: HtmlElement, links: Links, row: dict[str, Any]) -> list[str]:
    # The address that a heading, else a bookmark, else a picture links to; the others are of terms and people.
    if row.get("title"):
        titled = set(select(element, row["title"]))
        chosen = [u for u, group in links.items() if any(a in titled or not titled.isdisjoint(a.iter()) for a in group)]
        if chosen:
            return chosen
    for test in (_in_heading, lambda a: "bookmark" in (a.get("rel") or ""), lambda a: next(a.iter("img"), None) is not None):
        chosen = [u for u, group in links.items() if any(test(a) for a in group)]
        pictured = [u for u in chosen if len(chosen) > 1 and any(next(a.iter("img"), None) is not None for a in links[u])]
        kinds = {_heading_kind(links[u]) for u in chosen} if pictured else set()
        if len(kinds) == 1 and None not in kinds:
            # Posts whose headings are alike are as many posts, whether or not all have pictures.
            return chosen
        if chosen:
            return pictured if len(pictured) == 1 else chosen
    return []


def _heading_kind(links: list[HtmlElement]) -> tuple[str, str] | None:
    """Tag and class of the heading around a post's links; None where there is none."""
    around = (a for link in links for _, a in zip(range(3), link.iterancestors(), strict=False) if a.tag in HEADINGS)
    heading = next(around, None)
    return (str(heading.tag), heading.get("class") or "") if heading is not None else None


def _in_heading(link: HtmlElement) -> bool:
    if next(link.iter(*HEADINGS), None) is not None or TITLED.search(link.get("class") or ""):
        return True
    near = [a for _, a in zip(range(3), link.iterancestors(), strict=False)]
    return any(a.tag in HEADINGS or TITLED.search(a.get("class") or "") for a in near)


# --- record ---


def _record(
    element: HtmlElement, url: str, links: list[HtmlElement], row: dict[str, Any], linking: Linking, language: str | None
) -> RelatedLink:
    day = _date(element, row, language)
    return RelatedLink(
        position=1,
        place="box",
        title=_title(element, links, row),
        url=url,
        date=day.isoformat() if day else None,
        date_precision="day" if day else None,
        image=_image(element, linking),
        source=row.get("name") or row.get("source") or "unknown",
    )


def _title(element: HtmlElement, links: list[HtmlElement], row: dict[str, Any]) -> str | None:
    named = [text_of(e) for e in select(element, row["title"])] if row.get("title") else []
    candidates = [*named, *sorted((text_of(h) for a in links for h in a.iter(*HEADINGS)), key=len, reverse=True)]
    candidates.extend(text_of(e) for a in links for e in a.iter() if e is not a and TITLED.search(e.get("class") or ""))
    candidates.extend(text_of(a) for a in sorted(links, key=_in_heading, reverse=True))
    candidates.extend(text_of(h) for h in element.iter(*HEADINGS) if next(h.iter("a"), None) is None)
    title = next((t for t in candidates if t and bare(t) not in _more()), None)
    told = [a.get("title") or a.get("aria-label") or "" for a in links]
    if title is not None and CUT.search(title):
        start = CUT.sub("", title)
        title = next((" ".join(t.split()) for t in told if start and t.strip().startswith(start)), title)
    if title is None:
        pictures = [img.get("alt") or "" for a in links for img in a.iter("img")]
        title = next((" ".join(t.split()) for t in [*told, *pictures] if t.strip()), None)
    return title


@cache
def _more() -> frozenset[str]:
    return frozenset(bare(word) for word in table("related")["links"]["more"])


def says_only_more(text: str) -> bool:
    """Whether a link's text is "Read more", "here" or the like: no title."""
    return bare(text) in _more()


def _date(element: HtmlElement, row: dict[str, Any], language: str | None) -> date | None:
    for time in element.iter("time"):
        moment = parse_machine_date(time.get("datetime")) or parse_date(text_of(time), language)
        if moment is not None:
            return moment.day
    printed = select(element, row["date"]) if row.get("date") else []
    printed = printed or [e for e in element.iter("span", "div", "p", "li", "small") if DATED.search(e.get("class") or "")]
    moments = (parse_date(text_of(e), language) for e in printed)
    return next((m.day for m in moments if m is not None), None)


def _image(element: HtmlElement, linking: Linking) -> str | None:
    for img in element.iter("img"):
        for name in LAZY:
            source = (img.get(name) or "").strip()
            # A picture of the theme's own stands where the post has none.
            if source and not source.startswith("data:") and "/wp-content/themes/" not in source and "/wp-content/plugins/" not in source:
                return join_url(linking.base, source) or None
    for node in element.iter():
        style = node.get("style") if isinstance(node.tag, str) else None
        match = re.search(r"background(?:-image)?\s*:[^;]*url\(\s*['\"]?([^'\")]+)", style) if style else None
        if match and not match[1].startswith("data:"):
            return join_url(linking.base, match[1].strip()) or None
    return None
