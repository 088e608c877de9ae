"""Moves in the tree that every reader of notes makes: find a marker's wrapper, put a placeholder, take a list out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from lxml.html import Element, HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.bylines import read_byline
from presslift.scraper.parse.document import BLOCKS, detach, has_text, text_of
from presslift.scraper.parse.footnotes.labels import heading_of
from presslift.scraper.parse.footnotes.model import PLACEHOLDER

Place = Literal["body", "byline", "title", "caption", "table"]
WRAPPERS = frozenset("sup span em strong small b i font a u mark".split())
SOLID = ("img", "iframe", "video", "audio", "object", "embed", "input", "form", "table", "svg")
FEW = 20
"""Children of an element that is a marker's dress."""
PAIRS = {"[": "]", "(": ")", "{": "}", "［": "］", "（": "）", "【": "】"}


def is_element(node: object) -> bool:
    """Whether a node is an element, not a comment or instruction."""
    return isinstance(getattr(node, "tag", None), str)


def block_of(element: HtmlElement) -> HtmlElement:
    """The nearest block that holds the element, or the element itself when it is one."""
    node: HtmlElement | None = element
    while node is not None:
        if node.tag in BLOCKS:
            return node
        node = node.getparent()
    return element


def wrapper_of(element: HtmlElement) -> HtmlElement:
    """The outermost inline element that holds nothing but this one."""
    node = element
    while True:
        parent = node.getparent()
        if parent is None or parent.tag not in WRAPPERS or (parent.text or "").strip() or (node.tail or "").strip():
            return node
        if has_more(parent, FEW) or any(
            child is not node and (child.tag in SOLID or (child.tail or "").strip() or has_text(child)) for child in parent
        ):
            return node
        node = parent


def has_more(element: HtmlElement, count: int) -> bool:
    """Whether an element has more children than that; no more of them are counted."""
    return next(islice(element, count, None), None) is not None


def text_start(element: HtmlElement, count: int) -> str:
    """The first characters of the text as it stands; hardly more than that is read."""
    found: list[str] = []
    for text in element.itertext():
        found.append(text)
        count -= len(text)
        if count <= 0:
            return "".join(found)[: count or None]
    return "".join(found)


def placeholder(key: str, marker: str) -> HtmlElement:
    """A marker's stand-in; its number comes when all are known."""
    element = Element("sup")
    element.set("class", PLACEHOLDER)
    element.set("data-note", key)
    element.set("data-marker", marker)
    return element


def replace(element: HtmlElement, *new: HtmlElement) -> None:
    """Put elements where one stood; the text behind it stays."""
    parent = element.getparent()
    if parent is None or not new:
        return
    tail, element.tail = element.tail, None
    # Not by their places: these are counted anew each time, and a paragraph may have many thousand markers.
    for item in new:
        element.addprevious(item)
    parent.remove(element)
    new[-1].tail = tail


def bracketed(element: HtmlElement) -> tuple[str, str]:
    """The brackets right around an element, taken out of the text: ``[<a>1</a>]``; empty strings when there are none."""
    previous, parent = element.getprevious(), element.getparent()
    before = (previous.tail if previous is not None else parent.text if parent is not None else "") or ""
    after = element.tail or ""
    if not before or PAIRS.get(before[-1]) != after[:1] or not after:
        return "", ""
    if previous is not None:
        previous.tail = before[:-1]
    elif parent is not None:
        parent.text = before[:-1]
    element.tail = after[1:]
    return before[-1], after[0]


def join_raised(mark: HtmlElement) -> None:
    """Dissolve a ``sup`` that holds nothing but placeholders and separators."""
    parent = mark.getparent()
    if parent is None or parent.tag != "sup" or parent.get("class") == PLACEHOLDER or (parent.text or "").strip(" ,;[]()"):
        return
    children = list(parent)
    if any(child.get("class") != PLACEHOLDER or (child.tail or "").strip(" ,;–-[]()\u00a0") for child in children):
        return
    for child in children:
        child.tail = None
    replace(parent, *children)


def place_of(mark: HtmlElement, container: HtmlElement) -> Place:
    """Where a marker stands. A cheap check: a byline is a short line near the top that opens with its word."""
    node = mark.getparent()
    while node is not None and node is not container:
        if node.tag in ("td", "th", "table"):
            return "table"
        if node.tag in ("figcaption", "caption") or "caption" in (node.get("class") or ""):
            return "caption"
        if node.tag == "h1":
            return "title"
        node = node.getparent()
    return "byline" if node is container and _in_byline(mark, container) else "body"


def short_text(element: HtmlElement, limit: int) -> str | None:
    """The text as it stands, None when it is longer than the limit, or in more pieces; no more than that is read."""
    if has_more(element, limit):
        return None
    found: list[str] = []
    left = limit
    for text in element.itertext():
        found.append(text)
        left -= len(text)
        if left < 0:
            return None
    return "".join(found)


def _in_byline(mark: HtmlElement, container: HtmlElement) -> bool:
    block = block_of(mark)
    text = short_text(block, 160) or ""
    if block is container or not BYLINE.match(text) or read_byline(" ".join(text.split()), emphasised=True) is None:
        return False
    length = 0
    for element in container.iter("p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote"):
        if element is block:
            return True
        length += len(short_text(element, 700) or " " * 701)
        if length > 700:
            return False
    return True


BYLINE = re.compile(r"\s*(?:" + "|".join(sorted(table("footnotes")["words"]["byline"], key=len, reverse=True)) + r")(?:\s*[:：]|\s)", re.I)


def is_blank(element: HtmlElement) -> bool:
    """Whether nothing would be lost with the element."""
    if next(element.iter(*SOLID), None) is not None:
        return False
    if has_text(element) and (short_text(element, 40) is None or text_of(element)):
        return False
    return all(mark.get("class") != PLACEHOLDER for mark in element.iter("sup"))


def remove_blocks(blocks: list[HtmlElement], stop: HtmlElement, language: str | None) -> None:
    """Take the notes' blocks out, and with them the rule, the heading and the wrappers that held nothing else."""
    going = set(blocks)
    lead = [element for block in blocks if block.getprevious() not in going for element in _lead_in(block, stop, language)]
    parents: dict[HtmlElement, None] = {}
    for element in (*blocks, *lead):
        parent = element.getparent()
        if parent is not None:
            detach(element)
            parents[parent] = None
    for parent in parents:
        _prune(parent, stop, language)


def _lead_in(block: HtmlElement, stop: HtmlElement, language: str | None) -> list[HtmlElement]:
    """The rules and headings right above a block, and what is blank between them and it."""
    found: list[HtmlElement] = []
    blank: list[HtmlElement] = []
    for element in _above(block, stop):
        if _heads_notes(element, language):
            found += [*blank, element]
            blank = []
        elif is_blank(element):
            blank.append(element)
        else:
            break
    return found


def _above(block: HtmlElement, stop: HtmlElement) -> Iterator[HtmlElement]:
    """What stands right above a block, nearest first, up through parents that start with it."""
    node: HtmlElement | None = block
    budget = 8
    while node is not None and node is not stop and budget:
        previous = node.getprevious()
        while previous is not None and budget:
            if (previous.tail or "").strip():
                return
            if is_element(previous):
                budget -= 1
                yield previous
            previous = previous.getprevious()
        node = node.getparent()
        if node is None or (node.text or "").strip():
            return


def _heads_notes(element: HtmlElement, language: str | None) -> bool:
    if element.tag == "hr":
        return True
    if element.tag in ("ol", "ul", "table", "li"):
        return False
    text = " ".join((short_text(element, 120) or "").split())
    if not text or len(text) > 60:
        return False
    return bool(heading_of(text, language) or heading_of(text, None)) or (len(text) > 2 and not text.strip("_-–—*• ."))


def _prune(parent: HtmlElement, stop: HtmlElement, language: str | None) -> None:
    """Detach the parents that nothing is left in, and the named wrappers in which only a heading is."""
    node: HtmlElement | None = parent
    while node is not None and node is not stop and node.tag not in ("body", "html"):
        if has_text(node):
            text = " ".join((short_text(node, 120) or "").split())
            if not NAMED.search(f"{node.get('class')} {node.get('id')}") or len(text) > 60 or not heading_of(text, None):
                return
        if next(node.iter("img", "iframe", "video", "audio", "object", "embed", "form", "input"), None) is not None:
            return
        above = node.getparent()
        lead = _lead_in(node, stop, language)
        detach(node)
        for element in lead:
            detach(element)
        node = above


NAMED = re.compile(r"foot-?notes?|end-?notes", re.I)
