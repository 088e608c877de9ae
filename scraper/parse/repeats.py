"""What a body repeats: the title, the featured picture; and what cutting leaves empty."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import MEDIA, TEXT, blocks_of, drop
from presslift.scraper.parse.document import detach, select
from presslift.scraper.parse.prose import HEADINGS
from presslift.scraper.parse.related_phrases import bare

SIZE = re.compile(r"(?:-\d+x\d+|-scaled|-rotated|-e\d{10,})+(?=\.\w+$)")
SOURCES = ("src", "data-src", "data-lazy-src", "data-orig-file", "data-opt-src", "data-orig-src")
EMPTIED = frozenset("p div section span ul ol li header footer aside article h1 h2 h3 h4 h5 h6 figure a strong em b i blockquote dl center font small".split())
SOLID = frozenset("img iframe video audio embed object picture source track input canvas math svg hr br td th tr table tbody thead col colgroup wbr".split())


def cut_repeats(container: HtmlElement, safe: frozenset[HtmlElement], title: str | None, featured: str | None) -> None:
    """Remove the title's and the featured picture's second printing at a body's start."""
    cut_twins(container, safe)
    if title:
        _cut_title(container, safe, bare(title))
    if featured:
        _cut_featured(container, safe, featured)


def _cut_title(container: HtmlElement, safe: frozenset[HtmlElement], title: str) -> None:
    for heading in list(container.iter("h1")):
        if heading not in safe and bare(TEXT(heading)) == title:
            detach(heading)
    for block in blocks_of(container)[:4]:
        if block.before > 40:
            return
        if not block.loose and block.element not in safe and block.tag in HEADINGS | {"p", "div"} and bare(block.text) == title:
            drop(block)


def _cut_featured(container: HtmlElement, safe: frozenset[HtmlElement], featured: str) -> None:
    name = picture_name(featured)
    first = next((e for e in container.iter("img") if e not in safe), None)
    if first is None or name not in {picture_name(first.get(s) or "") for s in SOURCES if first.get(s)}:
        return
    if _words_before(container, first):
        return
    target = first
    for parent in first.iterancestors():
        if parent is container or parent in safe or TEXT(parent).strip() or sum(1 for _ in parent.iter("img")) > 1:
            break
        target = parent
    detach(target)


def _words_before(container: HtmlElement, stop: HtmlElement) -> bool:
    for element in container.iter("*"):
        if element is stop:
            return False
        if (element.text or "").strip():
            return True
    return False


def cut_twins(container: HtmlElement, safe: frozenset[HtmlElement]) -> None:
    """Remove boxes that repeat a sentence which the text says elsewhere."""
    boxes = [e for css in table("furniture")["twins"]["selectors"] for e in select(container, css) if e is not container and e not in safe]
    whole = bare(TEXT(container)) if boxes else ""
    for box in boxes:
        said = bare(TEXT(box))
        if said and whole.count(said) > 1:
            detach(box)


def picture_name(address: str) -> str:
    """A picture's path without the suffixes of its sizes."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return address
    return SIZE.sub("", path).lower()


def tidy(container: HtmlElement, safe: frozenset[HtmlElement]) -> None:
    """Remove elements that hold nothing any more, innermost first."""
    for element in reversed(list(container.iter("*"))):
        if element is container or element.tag not in EMPTIED or len(element) or element in safe:
            continue
        if not (element.text or "").strip("\u200b\ufeff \t\r\n\xa0") and not MEDIA(element) and not element.get("id"):
            detach(element)
