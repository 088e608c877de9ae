"""Lists of other posts told by their shape alone: alike siblings, each with a linked heading and little text."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from presslift.urls import split_url

TEXT = etree.XPath("string()", smart_strings=False)
FEWEST = 3
MOST_WORDS = 60
MOST_OF_TEASER = 150
"""A card of nothing but picture, labels, heading and one excerpt may say more."""
LABEL = 6
MOST_LEVELS = 7
NEVER = frozenset(("html", "body", "main", "article", "table", "tbody", "tr"))


def find_cards(root: HtmlElement, url: str | None = None) -> set[HtmlElement]:
    """The cards of a tree: at least three siblings of one tag and class, each with a heading that links to another page of the site.

    ``url`` is the page's own address; without it every link counts as one of the site.
    """
    host = split_url(url or "").hostname or ""
    found: dict[tuple[HtmlElement, str, str], dict[HtmlElement, None]] = {}
    for heading in root.iter("h2", "h3", "h4", "h5", "h6"):
        if not _leads_on(heading, host):
            continue
        node = heading
        for _ in range(MOST_LEVELS):
            parent = node.getparent()
            if parent is None or (node.tag in NEVER and node.tag != "article") or node is root:
                break
            key = (parent, str(node.tag), node.get("class") or "")
            found.setdefault(key, {})[node] = None
            node = parent
    cards: set[HtmlElement] = set()
    for (parent, tag, _), members in found.items():
        if len(members) < FEWEST or tag in ("h2", "h3", "h4", "h5", "h6"):
            continue
        alike = [m for m in members if _is_short(m)]
        if len(alike) >= FEWEST and len(alike) >= 0.8 * len(members) and not any(a in cards for a in (parent, *parent.iterancestors())):
            cards.update(alike)
    return cards


def _is_short(element: HtmlElement) -> bool:
    words = len(TEXT(element).split())
    if words <= MOST_WORDS or words > MOST_OF_TEASER:
        return words <= MOST_WORDS
    if next(element.iter("ul", "ol", "table", "dl", "pre", "blockquote"), None) is not None:
        return False
    return sum(1 for p in element.iter("p") if len(TEXT(p).split()) > LABEL) <= 1 and len({a.get("href") for a in element.iter("a")}) <= 3


def _leads_on(heading: HtmlElement, host: str) -> bool:
    link = next(heading.iter("a"), None)
    if link is None:
        link = next((a for a in heading.iterancestors("a")), None)
    href = (link.get("href") or "") if link is not None else ""
    if not href or href.startswith(("#", "mailto:", "tel:", "javascript:")):
        return False
    parts = split_url(href)
    return (
        not parts.netloc or not host or (parts.hostname or "").removeprefix("www.") == host.removeprefix("www.")
    ) and parts.path not in ("", "/")
