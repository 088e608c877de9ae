"""Finds the element that holds an article's body."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import TEXT
from presslift.scraper.parse.cards import find_cards
from presslift.scraper.parse.document import Document
from presslift.scraper.parse.prose import Prose, name_pattern, name_start, plain_name
from presslift.scraper.parse.related_phrases import bare

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

OWN_ID = re.compile(r"(?:postid|page-id|attachmentid)-(\d+)")
LIKELY = 0.8
FRAMES = frozenset(("body", "html", "article", "main"))
LEAVES = frozenset(("p", "ul", "ol", "table", "blockquote", "dl", "pre", "figure", "tbody"))


class BodyChoice(Struct, kw_only=True):
    """The element that holds the body, the cue that chose it, and how sure (0…1)."""

    element: HtmlElement
    cue: str
    confidence: float


class Candidate(Struct):
    """An element that a table names as a body; ``share`` is its part of the page's prose."""

    element: HtmlElement
    cue: str
    weight: float
    share: float


def find_body(doc: Document, profile: SiteProfile | None = None, title: str | None = None) -> BodyChoice:
    """The container of the article in ``doc``; contents of several containers are joined in a new ``div`` in their place.

    ``profile`` is what was learned of the site, ``title`` the article's. Never raises; the page's ``body`` at the worst.
    """
    page = doc.root.find("body")
    if page is None:
        return BodyChoice(element=doc.root, cue="page", confidence=0.1)
    own = own_post(doc)
    prose = Prose(doc.root, own or only(doc, "main") or only(doc, "h1"), find_cards(doc.root, doc.url))
    region = next((e for e in own if prose.of(e) >= 0.4 * prose.of(page)), page)
    total = prose.of(region)
    if profile is not None:
        for css in profile.containers:
            for element in doc.find(css):
                if total == 0 or prose.of(element) >= 0.2 * total:
                    return BodyChoice(element=element, cue=f"site: {css}", confidence=0.95)
    best = max(_candidates(doc, prose, total), key=lambda c: c.weight * c.share, default=None)
    if best is not None and best.share > 0.3:
        return BodyChoice(element=best.element, cue=best.cue, confidence=best.weight * best.share)
    dense = _densest(region, prose)
    titled = _below_title(doc, dense, prose, title)
    if titled is not None:
        return BodyChoice(element=titled, cue="below the title", confidence=0.5)
    return BodyChoice(element=dense, cue="prose", confidence=0.5)


def _candidates(doc: Document, prose: Prose, total: int) -> list[Candidate]:
    found = []
    for row in table("themes")["container"]:
        for element in doc.find(row["selector"]):
            mass = prose.of(element)
            if mass and total:
                found.append(Candidate(element, row["selector"], row["weight"], min(1.0, mass / total)))
    for name, bearers in doc.named.items():
        if not _is_likely(name):
            continue
        bearers = [e for e in bearers if e.tag not in FRAMES and prose.of(e) > 0.05 * total]
        element = _common(bearers) if bearers else None
        if element is not None and element.tag not in FRAMES and prose.of(element) >= 0.75 * total:
            found.append(Candidate(element, f"like {name}", LIKELY, min(1.0, prose.of(element) / total)))
    return found


@lru_cache(maxsize=65536)
def _is_likely(name: str) -> bool:
    plain = plain_name(name.lstrip("#"))
    return bool(name_pattern("themes", "likely", "words").search(plain)) and not name_start("themes", "likely", "never").match(plain)


def _common(elements: list[HtmlElement]) -> HtmlElement:
    """The smallest element that holds them all."""
    first, *others = elements
    if not others:
        return first
    shared = [first, *first.iterancestors()]
    for other in others:
        path = {other, *other.iterancestors()}
        shared = [e for e in shared if e in path]
    return shared[0]


def _densest(region: HtmlElement, prose: Prose) -> HtmlElement:
    """The smallest element that holds four fifths of a region's prose."""
    node = region
    while True:
        child = max((c for c in node if c in prose.mass), key=prose.of, default=None)
        if child is None or prose.of(child) < 0.8 * prose.of(node) or child.tag in LEAVES:
            return node
        node = child


def _below_title(doc: Document, dense: HtmlElement, prose: Prose, title: str | None) -> HtmlElement | None:
    """The smallest element that holds the title's heading and some paragraphs, when it lies inside of ``dense``."""
    wanted = bare(title or "")
    if not wanted:
        return None
    for tag in ("h1", "h2"):
        for heading in dense.iter(tag):
            if bare(TEXT(heading)) != wanted:
                continue
            for node in heading.iterancestors():
                if node is dense:
                    break
                if prose.of(node) >= 600 and sum(1 for p in node.iter("p") if p in prose.own) >= 3:
                    inner = _densest(node, prose)
                    return inner if prose.of(inner) >= 0.15 * prose.of(dense) else None
    return None


def own_post(doc: Document) -> list[HtmlElement]:
    """The element that bears the number of the page's own post, where the theme says so; one or none."""
    for name in doc.body_classes:
        match = OWN_ID.fullmatch(name)
        if match:
            own = doc.named.get(f"#post-{match[1]}") or doc.named.get(f"post-{match[1]}", [])
            return [e for e in own if e.tag in ("article", "main", "div", "section")][:1]
    return []


def only(doc: Document, tag: str) -> list[HtmlElement]:
    """The only element of a tag; none when there are several."""
    found = list(doc.root.iter(tag))
    return found if len(found) == 1 else []
