"""A body as a row of blocks: its paragraphs, list items, headings and runs of loose text, in the order read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.parse.document import BLOCKS, detach

LETTERS = re.compile(r"[^\W\d_]+")
TEXT = etree.XPath("string()", smart_strings=False)
LINK_TEXTS = etree.XPath("descendant-or-self::a//text()", smart_strings=False)
MEDIA = etree.XPath(
    "boolean(descendant-or-self::*[self::img or self::iframe or self::video or self::audio or self::embed or self::object or self::picture or self::math])"
)
MARKS = etree.XPath("boolean(descendant-or-self::sup[@data-note])")
LISTED = frozenset(("li", "dt", "dd", "td", "th"))


class Block(Struct):
    """One block. ``nodes`` is its element, or what a run of loose text consists of: elements, and ``None`` for the parent's own text.

    ``before`` and ``after`` are the words of the body that stand before and after it.
    """

    element: HtmlElement
    text: str
    words: int
    loose: bool = False
    before: int = 0
    after: int = 0
    gone: bool = False

    @property
    def tag(self) -> str:
        """The element's tag; of loose text its parent's."""
        return str(self.element.tag)


def blocks_of(container: HtmlElement) -> list[Block]:
    """The blocks of a body that have text, in order. Elements without a block inside are blocks; text beside blocks is loose."""
    found: list[Block] = []
    total = 0
    for element, loose in _candidates(container):
        text = _own_text(element) if loose else TEXT(element) if len(element) else element.text or ""
        text = " ".join(text.split())
        if text:
            words = text.count(" ") + 1
            found.append(Block(element, text, words, loose, before=total))
            total += words
    for block in found:
        block.after = total - block.before - block.words
    return found


def _candidates(container: HtmlElement) -> Iterator[tuple[HtmlElement, bool]]:
    elements = [e for e in container.iter("*") if e.tag in BLOCKS]
    frames = {container}
    for element in elements:
        parent = element.getparent()
        while parent is not None and parent not in frames:
            frames.add(parent)
            parent = parent.getparent()
    if container.tag not in BLOCKS:
        elements.insert(0, container)
    for element in elements:
        if element not in frames:
            yield element, False
        elif _own_text(element).strip():
            yield element, True


def _own_text(element: HtmlElement) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in BLOCKS and not any(c.tag in BLOCKS for c in child.iter("*")):
            parts.append(TEXT(child))
        parts.append(child.tail or "")
    return "".join(parts)


def block_key(text: str) -> str:
    """What tells a block again on another page: its words in lower case, numbers left out."""
    return " ".join(LETTERS.findall(text.casefold()))


def linked_share(block: Block) -> float:
    """The part of a block's characters that are links' texts, 0…1."""
    if next(block.element.iterancestors("a"), None) is not None:
        return 1.0
    if block.loose:
        linked = sum(len("".join(LINK_TEXTS(c)).strip()) for c in block.element if c.tag not in BLOCKS)
    else:
        linked = sum(len(" ".join(t.split())) for t in LINK_TEXTS(block.element))
    return min(1.0, linked / max(1, len(block.text)))


def drop(block: Block) -> None:
    """Take a block out of its tree, unless it holds the mark of a note or a picture that is more than an icon."""
    block.gone = True
    element = block.element
    if not block.loose:
        detach(element)
        return
    element.text = None
    for child in list(element):
        if child.tag not in BLOCKS and not any(c.tag in BLOCKS for c in child.iter("*")):
            child.tail = None
            element.remove(child)
        else:
            child.tail = None
