"""Takes out of a body what is no body: share bars, sign-ups, author boxes, contents lists, navigation and their like."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import detach
from presslift.scraper.parse.index import compiled

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

PLACEHOLDERS = etree.XPath("descendant::sup[@data-note]")
TEXT = etree.XPath("string()", smart_strings=False)
LINKED = etree.XPath("descendant::a")


def cut(
    container: HtmlElement,
    profile: SiteProfile | None = None,
    title: str | None = None,
    language: str | None = None,
    url: str | None = None,
    featured: str | None = None,
) -> None:
    """Remove furniture from a body, block by block. Changes the tree; placeholders of notes stay.

    ``title``, ``featured`` (a picture's address) and ``url`` are the article's own: what repeats them goes. Never raises.
    """
    safe = frozenset(a for mark in PLACEHOLDERS(container) for a in (mark, *mark.iterancestors()))
    _cut_known(container, safe)


def _cut_known(container: HtmlElement, safe: frozenset[HtmlElement]) -> None:
    known = _known()
    gone: set[HtmlElement] = set()
    for element in list(container.iter("*")):
        if element is container or element in safe:
            continue
        parent = element.getparent()
        if parent in gone:
            gone.add(element)
            continue
        if _matches(element, known):
            gone.add(element)
            detach(element)


def _matches(element: HtmlElement, known: dict[tuple[str, str], list[Callable[[HtmlElement], bool]]]) -> bool:
    keys: list[tuple[str, str]] = [("tag", element.tag)]
    names = element.get("class")
    if names:
        keys += [("class", n) for n in names.split()]
        keys.append(("attribute", "class"))
    ident = element.get("id")
    if ident:
        keys += [("id", ident.strip()), ("attribute", "id")]
    return any(test(element) for key in keys if key in known for test in known[key])


@cache
def _known() -> dict[tuple[str, str], list[Callable[[HtmlElement], bool]]]:
    found: dict[tuple[str, str], list[Callable[[HtmlElement], bool]]] = {}
    for selectors in table("furniture")["known"].values():
        for selector in selectors:
            for part in compiled(selector):
                found.setdefault(part[0], []).append(part[1])
    return found
