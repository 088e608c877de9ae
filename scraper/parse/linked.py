"""Furniture that its links give away: contents lists lead to the page's own headings, share bars to the networks' forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import LINK_TEXTS, MARKS, TEXT
from presslift.scraper.parse.document import detach
from presslift.scraper.parse.openings import openings

LINKS = etree.XPath("descendant::a[@href]")
GROUP = re.compile(r"\([^()]*\)[?*+]?")
TOKEN = re.compile(r"\\.|\[[^\]]*\]|.", re.S)
FEWEST = 3
MOST_WORDS = 25
MOST_LABEL = 8
MOST_BESIDE = 5


def cut_contents(container: HtmlElement, safe: frozenset[HtmlElement], url: str | None = None) -> None:
    """Remove lists whose links lead to places on the page itself, and the heading above them."""
    own = (url or "").split("#")[0].rstrip("/")
    inner = [a for a in LINKS(container) if _stays(a.get("href"), own)]
    if len(inner) < FEWEST:
        return
    lists: dict[HtmlElement, int] = {}
    for link in inner:
        outer = [a for a in link.iterancestors("ul", "ol", "nav") if a is not container]
        for element in outer:
            lists[element] = lists.get(element, 0) + 1
    # The outermost first: what is in it goes with it.
    for element, number in sorted(lists.items(), key=lambda pair: -pair[1]):
        if number < FEWEST or element in safe or element.getroottree().getroot() is not container.getroottree().getroot():
            continue
        links = LINKS(element)
        text = " ".join(TEXT(element).split())
        linked = sum(len(" ".join(t.split())) for t in LINK_TEXTS(element))
        if number >= 0.8 * len(links) and linked >= 0.75 * len(text):
            _drop_heading_before(element, container, safe)
            detach(element)


def _stays(href: str, own: str) -> bool:
    if href.startswith("#"):
        return len(href) > 1
    return bool(own) and "#" in href and href.split("#")[0].rstrip("/") == own


def _drop_heading_before(element: HtmlElement, container: HtmlElement, safe: frozenset[HtmlElement]) -> None:
    node: HtmlElement | None = element
    while node is not None and node is not container:
        before = node.getprevious()
        while before is not None and not TEXT(before).strip():
            before = before.getprevious()
        if before is not None:
            text = " ".join(TEXT(before).split())
            if before not in safe and len(text.split()) <= 8 and not MARKS(before) and _heads_contents(text):
                detach(before)
            return
        node = node.getparent()


def _heads_contents(text: str) -> bool:
    return any(rule.kind == "contents" for rule in openings().rules_for(text))


def cut_share_links(container: HtmlElement, safe: frozenset[HtmlElement], kept: Iterable[HtmlElement] = ()) -> None:
    """Remove links to the networks' forms for sharing, with the short texts around them; not those in ``kept``."""
    inside = {a for element in kept for a in element.iter("a")}
    found = [a for a in LINKS(container) if a not in safe and a not in inside and _opens_form(a.get("href") or "")]
    found = [a for a in found if len(TEXT(a).split()) <= MOST_LABEL]
    if not found:
        return
    shares = set(found)
    for link in found:
        if link.getparent() is None:
            continue
        top = link
        for parent in link.iterancestors():
            if parent is container or parent in safe or not _shares_only(parent, shares):
                break
            top = parent
        detach(top)


def _shares_only(element: HtmlElement, shares: set[HtmlElement]) -> bool:
    links = LINKS(element)
    words = len(TEXT(element).split())
    return words <= MOST_WORDS and shares.issuperset(links) and words - sum(len(TEXT(a).split()) for a in links) <= MOST_BESIDE


def _opens_form(address: str) -> bool:
    lower = address.lower()
    return any(sign in lower and pattern.search(address) for sign, pattern in _share_forms())


@cache
def _share_forms() -> list[tuple[str, re.Pattern[str]]]:
    forms = [form for row in table("furniture")["share_forms"]["addresses"] for form in _alternatives(row)]
    return [(_sign(form), re.compile(form, re.I)) for form in forms]


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of an expression, groups left whole."""
    found, depth = [""], 0
    for character in pattern:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def _sign(pattern: str) -> str:
    """The longest text that stands in all that an expression matches, lower case: looking for it costs less."""
    while (less := GROUP.sub("\n", pattern)) != pattern:
        pattern = less
    runs = [""]
    for token in TOKEN.findall(pattern):
        if token in "?*":
            runs[-1] = runs[-1][:-1]
        if len(token) == 2 and not token[1].isalnum():
            runs[-1] += token[1]
        elif token.isalnum() or token in "/:-_":
            runs[-1] += token
        else:
            runs.append("")
    return max(runs, key=len).lower()
