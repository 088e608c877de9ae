"""Terms of an article by the addresses of links near its text: for themes whose places for terms nobody knows."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import unquote

from lxml.html import HtmlElement

from presslift.records import Term
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.people import name_slug
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

NEAR = 40
"""So many elements before the title, and after the text's end, a line of terms still is the post's."""
MOST = {"category": 5, "post_tag": 25}
"""More links of one taxonomy side by side are a menu or a cloud."""
MOST_UNLINKED = 80
"""A line with more letters outside its links is running text, whose links are the editor's."""
MOST_ABOVE = 160
"""Above the text a line tells who, when, how long to read, and more."""
MOST_BESIDE = 20
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
"""WordPress's slugs in German."""


def links_around_text(view: PageView) -> list[list[HtmlElement]]:
    """Groups of links that stand by themselves near the title or below the text, outside menus, cards, headings and running text."""
    heading, first = view.heading, view.text_start
    if heading is None or first is None:
        return []
    place, titled = view.index.position, {heading, *heading.iterancestors()}
    holders = {first, *first.iterancestors(), *titled}
    shared = next((a for a in first.iterancestors() if a in titled), heading)
    inner = shared if shared.tag not in ("body", "html") else next(first.iterancestors())
    start, text, end = place(heading) - NEAR, place(first), place(_last(inner)) + (0 if inner is shared else NEAR)
    trail, groups, told = {*links_of_trail(view)}, defaultdict(list), Lines()
    for link in view.index.tagged("a"):
        if start <= place(link) <= end and link not in trail and _at_home(view, link) and not view.elsewhere(link):
            top = _outermost(link, holders)
            above = place(link) < text
            if (
                top is not None
                and _stands(link, top, MOST_ABOVE if above else MOST_UNLINKED, told)
                and (above or _no_text(view, link, top, told))
            ):
                groups[top].append(link)
    return [*groups.values()]


def links_of_trail(view: PageView) -> list[HtmlElement]:
    """The links of the page's breadcrumbs."""
    return [link for place in table("terms")["trail"]["places"] for link in view.index.find(place)]


def not_many(terms: list[Term]) -> list[Term]:
    """Without the terms of taxonomies of which there are more than a post has."""
    return [t for t in terms if sum(1 for o in terms if o.taxonomy == t.taxonomy) <= MOST.get(t.taxonomy, 0)]


def _at_home(view: PageView, link: HtmlElement) -> bool:
    host = split_url(view.absolute(link.get("href") or "")).hostname or ""
    return host != "" and (not view.url or host.removeprefix("www.") == (split_url(view.url).hostname or "").removeprefix("www."))


class Lines:
    """What was seen of elements that hold many links, seen once for all of them."""

    def __init__(self) -> None:
        self._unlinked: dict[HtmlElement, int | None] = {}
        self._worded: dict[HtmlElement, bool] = {}

    def unlinked(self, top: HtmlElement) -> int | None:
        """How much of an element's text is in no link; None where it is a card: it has its post's title, or its picture in a link."""
        if top not in self._unlinked:
            card = any(e.tag != "img" or next(e.iterancestors("a"), None) is not None for e in top.iter(*HEADINGS, "img"))
            self._unlinked[top] = None if card else len(text_of(top)) - sum(len(text_of(a)) for a in top.iter("a"))
        return self._unlinked[top]

    def worded(self, line: HtmlElement) -> bool:
        """Whether words stand behind any link of a line."""
        if line not in self._worded:
            self._worded[line] = any(char.isalpha() for a in line.iter("a") for char in a.tail or "")
        return self._worded[line]


def _no_text(view: PageView, link: HtmlElement, top: HtmlElement, told: Lines) -> bool:
    """Whether a link below the text's start is no editor's: in no paragraph, or called as its term is, with no words behind any."""
    line = next((a for a in [link, *link.iterancestors()] if a.tag in ("p", "li") or a is top), top)
    if line.tag not in ("p", "li"):
        return True
    address, name = unquote(view.absolute(link.get("href") or "")).lower(), text_of(link).lower()
    alike = any(slug in address for slug in (name_slug(name), name_slug(name.translate(GERMAN))))
    return alike and not told.worded(line)


def _last(element: HtmlElement) -> HtmlElement:
    last = element
    while children := [c for c in last if isinstance(c.tag, str)]:
        last = children[-1]
    return last


def _outermost(link: HtmlElement, holders: set[HtmlElement]) -> HtmlElement | None:
    """The outermost element around a link, or the link, that holds neither title nor text; None within headings, tables and the like."""
    top = link
    for above in link.iterancestors():
        if above in holders:
            break
        if above.tag in (*HEADINGS, "figure", "table", "blockquote"):
            return None
        top = above
    return top


def _stands(link: HtmlElement, top: HtmlElement, most: int, told: Lines) -> bool:
    """Whether a link stands by itself or among links: neither in a card nor in running text."""
    unlinked = told.unlinked(top)
    if unlinked is None:
        return False
    if top is link:
        # Straight in what holds the text: only where no running text is beside it.
        before = link.getprevious()
        beside = (link.tail, before.tail if before is not None else None)
        return all(len((text or "").strip()) <= MOST_BESIDE for text in beside)
    return unlinked <= most
