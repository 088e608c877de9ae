"""In-text "See also" lines: read, and left in the body; blocks that a plugin put between paragraphs: read, and taken out."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import RelatedLink
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import BLOCKS, SPACE, detach, may_match, names_of, select, text_of
from presslift.scraper.parse.related_items import Linking, says_only_more
from presslift.scraper.parse.related_phrases import bare, phrases

TEXTS = etree.XPath("descendant::text()", smart_strings=False)
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
SILENT = frozenset(["script", "style", "template", "noscript", "svg", "textarea", "select", "button"])
COLON = re.compile("[:：]")
LEAD_IN = 30
"""So many letters may stand between the colon and the link: "See also: our guide …"."""

AROUND = 60
"""A line with more text than this beside phrase and links is a sentence."""


class Line(Struct):
    """One printed line: the text before its first link, its links with their texts, the text beside and after them."""

    before: str = ""
    links: list[tuple[HtmlElement, str]] = []
    after: str = ""
    heading: bool = False


def read_inline(container: HtmlElement, language: str | None = None, base_url: str | None = None) -> list[RelatedLink]:
    """Read the "See also" lines of a body, in order; ``position`` counts from 1.

    A line is a phrase of the table and links, with hardly a word besides; it stays in the body. A list whose opening line is
    such a phrase counts too. What a plugin put between the paragraphs is taken out of ``container``. Never raises.
    """
    linking = Linking(base_url)
    found: dict[str, RelatedLink] = {}
    blocks, injected = _injected(container, linking)
    announced: str | None = None
    worth = bool(injected) or phrases().may_open_lines(TEXTS(container))
    for line in _lines(container) if worth else ():
        if line.links and line.links[0][0] in injected:
            links = [injected[link] for link, _ in line.links if link in injected]
        elif announced and line.links and not line.before.strip() and len(line.after.strip()) <= AROUND:
            links = _records(line, announced, False, linking)
        else:
            links, announced = _read_line(line, linking)
        for link in links:
            found.setdefault(link.url, link)
    for block in blocks:
        _take_out(block, container)
    for position, link in enumerate(found.values(), 1):
        link.position = position
    return list(found.values())


# --- a plugin's blocks ---


def _injected(container: HtmlElement, linking: Linking) -> tuple[list[HtmlElement], dict[HtmlElement, RelatedLink]]:
    names = names_of(container)
    blocks: list[HtmlElement] = []
    found: dict[HtmlElement, RelatedLink] = {}
    for row in table("related")["inline"]:
        if not may_match(row["container"], names):
            continue
        for element in select(container, row["container"]):
            block = next((a for a in element.iterancestors("a")), element)
            if block is container or container not in block.iterancestors():
                continue
            blocks.append(block)
            titles = select(block, row["title"]) if row.get("title") else []
            for link in block.iter("a"):
                url = linking.post(link, anywhere=True)
                if url:
                    near = (t for t in titles if link is t or link in t.iterancestors() or t in link.iterancestors())
                    title = text_of(next(near, link))
                    found[link] = RelatedLink(position=1, place="inline", title=title or None, url=url, source=row["name"])
    return blocks, found


def _take_out(block: HtmlElement, container: HtmlElement) -> None:
    if block.getparent() is None:
        return
    parent = block.getparent()
    detach(block)
    while parent is not None and parent is not container and not text_of(parent) and next(parent.iter("img", "iframe"), None) is None:
        empty = parent
        parent = empty.getparent()
        detach(empty)


# --- lines ---


class _Lines:
    """Gathers the lines of a text as its elements pass by."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.line = Line()
        self.link: HtmlElement | None = None
        self.words: list[str] = []
        self.headings = 0

    def add(self, text: str | None) -> None:
        if not text:
            return
        if self.link is not None:
            self.words.append(text)
        elif self.line.links:
            self.line.after += text
        else:
            self.line.before += text

    def end(self) -> None:
        # A card's link holds blocks of its own: the line goes on until the link ends.
        if self.link is not None:
            self.words.append(" ")
        elif self.line.links or self.line.before.strip():
            self.line.heading = self.headings > 0
            self.lines.append(self.line)
            self.line = Line()

    def open(self, node: HtmlElement) -> None:
        if node.tag in BLOCKS or node.tag == "br":
            self.end()
        self.headings += node.tag in HEADINGS
        if node.tag == "a" and node.get("href") and self.link is None:
            self.link, self.words = node, []
        self.add(node.text)

    def close(self, node: HtmlElement) -> None:
        if node is self.link:
            self.line.links.append((node, SPACE.sub(" ", "".join(self.words)).strip()))
            self.link = None
        if node.tag in BLOCKS:
            self.end()
        self.headings -= node.tag in HEADINGS


def _lines(container: HtmlElement) -> list[Line]:
    """The printed lines of a text, those without links too."""
    gathered = _Lines()
    skipped: HtmlElement | None = None
    for event, node in etree.iterwalk(container, events=("start", "end")):
        if skipped is None and event == "start" and isinstance(node.tag, str):
            if node.tag in SILENT:
                skipped = node
            else:
                gathered.open(node)
        elif event == "end" and (skipped is None or node is skipped):
            if skipped is None and isinstance(node.tag, str):
                gathered.close(node)
            skipped = None
            if node is not container:
                gathered.add(node.tail)
    gathered.end()
    return gathered.lines


def _read_line(line: Line, linking: Linking) -> tuple[list[RelatedLink], str | None]:
    """The posts that a line names; or the phrase, when it announces a list."""
    before = line.before.strip()
    if not line.links:
        opening = phrases().opens_line(before) if len(before) <= 60 and not line.heading else None
        announces = opening is not None and opening.has_colon and not bare(opening.rest)
        return [], opening.phrase if opening is not None and announces else None
    if len(line.after.strip()) > AROUND:
        return [], None
    opening = phrases().opens_line(before)
    if opening is not None:
        words = bare(opening.rest)
        if (opening.needs_colon and not opening.has_colon) or len(words) > (LEAD_IN if opening.has_colon else 0):
            return [], None
        # "See also our terms of use" is a sentence.
        if opening.has_colon or not line.links[0][1][:1].islower():
            return _records(line, opening.phrase, opening.needs_colon, linking), None
        return [], None
    opening = None if bare(before) else phrases().opens_line(line.links[0][1])
    if opening is None or not opening.has_colon or not bare(opening.rest):
        return [], None
    link, text = line.links[0]
    titled = Line(links=[(link, COLON.split(text, maxsplit=1)[1].strip()), *line.links[1:]])
    return _records(titled, opening.phrase, opening.needs_colon, linking), None


def _records(line: Line, phrase: str, own_site_only: bool, linking: Linking) -> list[RelatedLink]:
    found = []
    for link, text in line.links:
        url = linking.post(link, anywhere=not own_site_only)
        if url is not None and text and not says_only_more(text):
            found.append(RelatedLink(position=1, place="inline", title=text, url=url, source=phrase))
    return found
