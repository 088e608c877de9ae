"""A definition's block → the note's own text: without its mark, back links and arrows, paragraphs and links kept."""

from __future__ import annotations

import copy
import re
from urllib.parse import unquote

from lxml.html import Element, HtmlElement

from presslift.scraper.parse.document import BLOCKS, SPACE, detach, inner_html, select, text_of
from presslift.scraper.parse.footnotes.labels import ARROWS, is_arrow, label_of
from presslift.scraper.parse.footnotes.model import PLACEHOLDER, Definition
from presslift.scraper.parse.footnotes.tree import is_blank, is_element

UNWRAPPED = frozenset("li div td dd aside section tr span ol dt article footer".split())
EMPTY_BRACKETS = re.compile(r"[\s\u00a0]*(?:\[[\s,;]*\]|\([\s,;]*\))[\s\u00a0]*$")

MOST_BRACKETS = 40
ENDS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "↩⏎⤴↵⬆\ufe0e\ufe0f"


def note_body(definition: Definition, anchors: set[str]) -> HtmlElement:
    """A new ``div`` with the note's contents. ``anchors`` are the ids that markers had: links to them lead back."""
    body = Element("div")
    for block in definition.blocks:
        clone = copy.deepcopy(block)
        clone.tail = None
        inner = select(clone, definition.content) if definition.content else []
        for part in inner or [clone]:
            _take_back_links_out(part, definition, anchors)
            _append(body, part)
    _cut_label(body, definition)
    _tidy(body)
    return body


def note_html(body: HtmlElement) -> str:
    """The contents as HTML; a lone paragraph loses its tags."""
    while len(body) == 1 and body[0].tag in ("p", "div") and not (body.text or "").strip() and not (body[0].tail or "").strip():
        body = body[0]
    return SPACE.sub(" ", inner_html(body)).strip() if body.find(".//pre") is None else inner_html(body).strip()


def note_text(body: HtmlElement) -> str:
    """The contents as one line of text, markers of other notes left out."""
    for mark in select(body, f"sup.{PLACEHOLDER}"):
        mark.text = None
    return text_of(body)


def fragment_of(link: HtmlElement) -> str:
    """What a link's address has behind ``#``, decoded."""
    return unquote((link.get("href") or "").partition("#")[2]).strip()


def _append(body: HtmlElement, part: HtmlElement) -> None:
    part.tail = None
    if part.tag not in UNWRAPPED or part.tag == "span":
        body.append(part)
        return
    if part.text:
        if len(body):
            body[-1].tail = (body[-1].tail or "") + " " + part.text
        else:
            body.text = (body.text or "") + part.text
    body.extend(list(part))


def _take_back_links_out(part: HtmlElement, definition: Definition, anchors: set[str]) -> None:
    for element in select(part, definition.back) if definition.back else []:
        if element is not part:
            _without(element)
    for link in list(part.iter("a")):
        if link is part or link.getparent() is None:
            continue
        text = text_of(link)
        back = "doc-backlink" in (link.get("role") or "") or link.get("rev") == "footnote" or "data-footnote-backref" in link.attrib
        classed = re.search(r"back-?(?:ref|link|to)|footnote-?back|return|backlink|to-top", link.get("class") or "") is not None
        fragment = fragment_of(link)
        to_text = bool(fragment) and (
            fragment in anchors or (definition.leads_back is not None and definition.leads_back.match(fragment) is not None)
        )
        if back or (classed and "#" in (link.get("href") or "#")) or to_text or (is_arrow(text) and "#" in (link.get("href") or "#")):
            _without(link)
    for wrapper in list(part.iter("span", "sup", "small")):
        text = text_of(wrapper)
        if wrapper is not part and text and ARROWS.fullmatch(text):
            _without(wrapper)


def _without(element: HtmlElement) -> None:
    """Detach, and with it the inline parents that held nothing else."""
    parent = element.getparent()
    detach(element)
    while parent is not None and parent.tag in ("sup", "span", "b", "strong", "em", "small", "i") and parent.getparent() is not None:
        if any(text.strip("[]() \t\r\n\u00a0\u200b\ufeff") for text in parent.itertext()):
            return
        above = parent.getparent()
        detach(parent)
        parent = above


def _cut_label(body: HtmlElement, definition: Definition) -> None:
    """Take the printed mark off the start, over however many elements it is spread."""
    text = "".join(body.itertext())
    arrows = ARROWS.match(text)
    if arrows and arrows.group().strip():
        _cut(body, arrows.end())
        text = "".join(body.itertext())
    lead = len(text) - len(text.lstrip())
    if definition.printed:
        at = text.find(definition.printed, lead, lead + len(definition.printed) + 4)
        if at < 0:
            return
        end = at + len(definition.printed)
        rest = re.match(r"[\s\u00a0]*(?:[.:：)\]–—-][\s\u00a0]+|[.:：)\]]|[\s\u00a0]*)[\s\u00a0]*", text[end:])
        _cut(body, end + (rest.end() if rest else 0))
        return
    first = _first_inline(body)
    if (
        first is not None
        and first.tag in ("a", "sup", "span", "strong", "b", "em")
        and label_of(text_of(first)) == definition.label
        and definition.label
    ):
        end = lead + len("".join(first.itertext()).strip())
        rest = re.match(r"[\s\u00a0]*[.:)\]]?[\s\u00a0]*", text[end:])
        _cut(body, end + (rest.end() if rest else 0))


def _first_inline(body: HtmlElement) -> HtmlElement | None:
    node = body
    while not (node.text or "").strip():
        child = next((c for c in node if is_element(c) and (text_of(c) or (c.tail or "").strip())), None)
        if child is None:
            return None
        if child.tag not in BLOCKS:
            return child if text_of(child) else None
        node = child
    return None


def _cut(body: HtmlElement, count: int) -> None:
    """Delete the first ``count`` characters of the text, whatever elements they stand in."""
    touched: list[HtmlElement] = []
    stack: list[tuple[HtmlElement, bool]] = [(body, False)]
    while stack and count > 0:
        node, done = stack.pop()
        if done:
            if node is not body and node.tail:
                count, node.tail = _shorten(node.tail, count)
            continue
        if not is_element(node):
            stack.append((node, True))
            continue
        if node.text:
            count, node.text = _shorten(node.text, count)
            touched.append(node)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(list(node)))
    for element in touched:
        if element is not body and element.getparent() is not None and element.tag not in BLOCKS and is_blank(element):
            _without(element)


def _shorten(text: str, count: int) -> tuple[int, str]:
    taken = min(count, len(text))
    return count - taken, text[taken:]


def _tidy(body: HtmlElement) -> None:
    for element in list(body.iter("script", "style", "hr")):
        detach(element)
    for element in list(body.iter()):
        if (
            element is not body
            and is_element(element)
            and element.getparent() is not None
            and is_blank(element)
            and element.tag not in ("br", "td", "th")
        ):
            detach(element)
    last = body[-1] if len(body) else None
    while last is not None and last.tag == "br" and not (last.tail or "").strip():
        body.remove(last)
        last = body[-1] if len(body) else None
    _trim_end(body)


def _trim_end(body: HtmlElement) -> None:
    """Drop the brackets and arrows that a back link left at the end."""
    node = body
    while True:
        if len(node) and (node[-1].tail or "").strip():
            node[-1].tail = _ended(node[-1].tail or "")
            return
        if len(node):
            node[-1].tail = None
            if node[-1].get("class") == PLACEHOLDER:
                return
            node = node[-1]
            continue
        node.text = _ended(node.text or "")
        return


def _ended(text: str) -> str:
    text = text.rstrip(ENDS)
    # Looked for in the last few characters alone: expressions that begin with white space begin at every space.
    return text[:-MOST_BRACKETS] + EMPTY_BRACKETS.sub("", text[-MOST_BRACKETS:]) if text[-1:] in ("]", ")") else text
