"""Finds the element that holds an article's body: by what was learned of the site, by the tables of themes, by its prose."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from lxml.html import Element, HtmlElement
from msgspec import Struct

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import TEXT
from presslift.scraper.parse.cards import find_cards
from presslift.scraper.parse.document import Document, classes, detach
from presslift.scraper.parse.names import KINDS, names, plain_name, starts
from presslift.scraper.parse.prose import Prose
from presslift.scraper.parse.related_phrases import bare

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

OWN_ID = re.compile(r"(?:postid|page-id|attachmentid)-(\d+)")
LIKELY = 0.8
LEAST = 120
"""With less prose than this, all words count."""
MUCH = 3_000
FRAMES = frozenset(("body", "html", "article", "main"))
LEAVES = frozenset(("p", "ul", "ol", "table", "blockquote", "dl", "pre", "figure", "tbody"))
LISTINGS = frozenset(("archive", "blog", "search"))
KEPT_TAGS = frozenset(("figcaption", "form"))
FOOTED = frozenset(("blockquote", "figure", "article", "main", "section"))


class BodyChoice(Struct, kw_only=True):
    """The element that holds the body, the cue that chose it, and how sure (0…1); whether a table or a profile has its name."""

    element: HtmlElement
    cue: str
    confidence: float
    named: bool = False


class Candidate(Struct):
    """What a cue names as the body; ``share`` is its part of the page's prose, ``others`` continue it."""

    element: HtmlElement
    cue: str
    weight: float
    share: float
    others: list[HtmlElement] = []


def find_body(doc: Document, profile: SiteProfile | None = None, title: str | None = None) -> BodyChoice:
    """The container of the article in ``doc``; contents of several containers are joined in a new ``div`` in their place.

    ``profile`` is what was learned of the site, ``title`` the article's. Where prose alone tells, what was taken for menus,
    sidebars and other posts on the way is taken out of it. Never raises; the page's ``body`` at the worst.
    """
    page = doc.root.find("body")
    if page is None:
        return BodyChoice(element=doc.root, cue="page", confidence=0.1)
    own = own_post(doc)
    marks = own or only(doc, "main") or only(doc, "h1")
    prose = Prose(
        doc.root, marks, find_cards(doc.root, doc.url), sure=any(map(_is_numbered, own)), listing=bool(LISTINGS & doc.body_classes)
    )
    region = _region(doc, own, page, prose)
    size = _measure(region, prose)
    learned = _learned(doc, profile, region, prose, size)
    if learned is not None:
        return learned
    best = max(_candidates(doc, region, prose, size), key=lambda c: c.weight * c.share, default=None)
    if best is not None and best.share > 0.3:
        whole = _joined([best.element, *best.others])
        named = not best.cue.startswith("like ")
        return BodyChoice(element=_titled(whole, title), cue=best.cue, confidence=best.weight * best.share, named=named)
    dense = _densest(region, prose)
    titled = _below_title(dense, prose, title)
    chosen = dense if titled is None else titled
    _clear(chosen, prose)
    return BodyChoice(element=chosen, cue="prose" if titled is None else "below the title", confidence=0.5)


def _region(doc: Document, own: list[HtmlElement], page: HtmlElement, prose: Prose) -> HtmlElement:
    """The part of the page to look in: the post's own element, unless the theme puts the text elsewhere."""
    for element in own:
        if prose.of(element) >= 0.4 * prose.of(page):
            return element
        # A short post: menus and footers may say more than it does, another article would say much more.
        if prose.of(page) < MUCH and (_holds_container(doc, element) or (len(TEXT(element).split()) >= 15 and _is_numbered(element))):
            return element
    return page if prose.of(page) >= LEAST else next(iter(only(doc, "main")), page)


def _holds_container(doc: Document, element: HtmlElement) -> bool:
    return any(element in e.iterancestors() for css, weight in _rows() if weight >= 0.85 for e in doc.find(css))


def _is_numbered(element: HtmlElement) -> bool:
    return (element.get("id") or "").startswith("post-")


def _measure(region: HtmlElement, prose: Prose) -> Callable[[HtmlElement], float]:
    """How much of a region's text an element holds, 0…1: prose, or all words and pictures where there is little prose."""
    total = prose.of(region)
    if total >= LEAST:
        return lambda e: min(1.0, prose.of(e) / total)
    whole = _worth(region)
    return lambda e: 0.0 if not whole or prose.elsewhere(e) else min(1.0, _worth(e) / whole)


def _worth(element: HtmlElement) -> int:
    return len(TEXT(element).split()) + 10 * sum(1 for _ in element.iter("img", "iframe", "video", "audio"))


def _learned(
    doc: Document, profile: SiteProfile | None, region: HtmlElement, prose: Prose, size: Callable[[HtmlElement], float]
) -> BodyChoice | None:
    for css in profile.containers if profile is not None else ():
        found = [e for e in doc.find(css) if not prose.elsewhere(e)]
        best = max(found, key=size, default=None)
        if best is not None and (size(best) >= 0.2 or region in (best, *best.iterancestors())):
            return BodyChoice(element=best, cue=f"site: {css}", confidence=0.95, named=True)
    return None


@cache
def _rows() -> tuple[tuple[str, float], ...]:
    rows = [*table("builders")["container"], *table("themes")["container"]]
    return tuple((row["selector"], row["weight"]) for row in rows)


def _candidates(doc: Document, region: HtmlElement, prose: Prose, size: Callable[[HtmlElement], float]) -> list[Candidate]:
    found: list[Candidate] = []
    for place, elements in doc.find_each([selector for selector, _ in _rows()]):
        selector, weight = _rows()[place]
        bearers = [e for e in elements if size(e)]
        for element in bearers:
            others = _continued(element, bearers, size)
            found.append(Candidate(element, selector, weight, min(1.0, size(element) + sum(map(size, others))), others))
    if prose.of(region) < LEAST:
        return [c for c in found if region in (c.element, *c.element.iterancestors())]
    for name in doc.index.of_kind("body"):
        bearers = [e for e in doc.named[name] if e.tag not in FRAMES and size(e) > 0.05]
        common = _common(bearers) if bearers else None
        if common is not None and common.tag not in FRAMES and size(common) >= 0.75:
            found.append(Candidate(common, f"like {name}", LIKELY, size(common)))
    return found


def _continued(element: HtmlElement, bearers: list[HtmlElement], size: Callable[[HtmlElement], float]) -> list[HtmlElement]:
    """Later siblings that the same selector names: a body in pieces."""
    parent = element.getparent()
    later = bearers[bearers.index(element) + 1 :]
    return [e for e in later if e.getparent() is parent and size(e) > 0.05 and "excerpt" not in classes(e)]


def _joined(parts: list[HtmlElement]) -> HtmlElement:
    first, *others = parts
    if not others:
        return first
    whole = Element("div")
    first.addprevious(whole)
    for part in parts:
        detach(part)
        whole.append(part)
    return whole


def _is_likely(name: str) -> bool:
    plain = plain_name(name.lstrip("#"))
    return names("themes", "likely", "words").within(plain) and not starts("themes", "likely", "never").match(plain)


KINDS.add("body", _is_likely, names("themes", "likely", "words").signs)


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
    """The smallest element that holds four fifths of a region's prose; the region itself where there is little."""
    node = region
    if prose.of(region) < LEAST:
        return region
    while True:
        child = max((c for c in node if c in prose.mass), key=prose.of, default=None)
        if child is None or prose.of(child) < 0.8 * prose.of(node) or child.tag in LEAVES:
            return node
        node = child


def _below_title(dense: HtmlElement, prose: Prose, title: str | None) -> HtmlElement | None:
    """The smallest element that holds the title's heading and some paragraphs, when it lies inside of ``dense``."""
    wanted = bare(title or "")
    for tag in ("h1", "h2") if wanted else ():
        for heading in dense.iter(tag):
            if bare(TEXT(heading)) != wanted:
                continue
            for node in heading.iterancestors():
                if node is dense:
                    break
                if prose.of(node) >= 600 and sum(1 for p in node.iter("p") if p in prose.own) >= 3 and not _goes_on(node, dense, prose):
                    inner = _densest(node, prose)
                    return inner if prose.of(inner) >= 0.15 * prose.of(dense) else None
    return None


def _titled(whole: HtmlElement, title: str | None) -> HtmlElement:
    """That one of several articles in an element which bears the title: pages that scroll on hold the next posts in whole."""
    wanted = bare(title or "")
    found: dict[HtmlElement, str] = {}
    for article in whole.iter("article") if wanted else ():
        heading = next(article.iter("h1"), None)
        if heading is not None:
            found[article] = bare(TEXT(heading))
    own = [article for article, said in found.items() if said == wanted]
    return own[0] if len(own) == 1 and len(set(found.values())) > 1 else whole


def _goes_on(node: HtmlElement, dense: HtmlElement, prose: Prose) -> bool:
    """Whether a sibling of the same kind holds more of the text."""
    if node is dense:
        return False
    kind = (node.tag, node.get("class"))
    return any((s.tag, s.get("class")) == kind and prose.of(s) > 0.2 * prose.of(node) for s in node.itersiblings())


def _clear(container: HtmlElement, prose: Prose) -> None:
    """Take out what was left out of account when the container was chosen."""
    outer: list[HtmlElement] = []
    for element in container.iter("*"):
        if element is not container and prose.elsewhere(element):
            parent = element.getparent()
            if parent is not None and (parent is container or not prose.elsewhere(parent)) and not _is_kept(element):
                outer.append(element)
    for element in outer:
        detach(element)


def _is_kept(element: HtmlElement) -> bool:
    """Whether furniture's rules decide about an element, not the container's: captions, forms, a quote's or a post's footer."""
    if element.tag == "footer":
        return any(a.tag in FOOTED for a in element.iterancestors())
    return element.tag in KEPT_TAGS


def own_post(doc: Document) -> list[HtmlElement]:
    """The element that bears the number of the page's own post, where the theme says so; one or none."""
    for name in doc.body_classes:
        match = OWN_ID.fullmatch(name)
        if match:
            bearers = doc.named.get(f"post-{match[1]}", [])
            own = (
                doc.named.get(f"#post-{match[1]}")
                or [e for e in bearers if any(n.startswith(("type-", "status-")) or n == "hentry" for n in classes(e))]
                or bearers
            )
            return [e for e in own if e.tag in ("article", "main", "div", "section")][:1]
    return []


def only(doc: Document, tag: str) -> list[HtmlElement]:
    """The only element of a tag; none when there are several."""
    found = list(doc.root.iter(tag))
    return found if len(found) == 1 else []
