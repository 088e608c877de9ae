"""The article as lines of text, with every mark that could be a marker and every line that could be a note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import Element, HtmlElement

from presslift.scraper.parse.document import BLOCKS, text_of
from presslift.scraper.parse.footnotes.labels import MARK, Heading, Opening, expand, heading_of, labels_of, normal, opening_of
from presslift.scraper.parse.footnotes.model import PLACEHOLDER
from presslift.scraper.parse.footnotes.tree import is_element

SKIPPED = frozenset("pre code kbd samp script style textarea noscript template svg math button select option iframe".split())
STARTS = frozenset("[［【〔({（*†‡§‖¶※⁰¹²³⁴⁵⁶⁷⁸⁹①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳0123456789")
WORD_STARTS = re.compile(r"(?:nota|note|anm|fn|ftn|noot|прим|сноска|przypis|dipnot|注|註|脚注)", re.I)
NUMBERED = frozenset(("p", "li", "dd", "dt", "div", "td", "blockquote", "h4", "h5", "h6", "address", "center", "figcaption"))


@dataclass(eq=False)
class Slot:
    """One text of the tree: ``element.text`` or ``element.tail``."""

    element: HtmlElement
    tail: bool
    raised: HtmlElement | None
    """The ``sup`` around it."""
    line: int

    @property
    def text(self) -> str:
        """What stands there now."""
        return (self.element.tail if self.tail else self.element.text) or ""


@dataclass(eq=False)
class Mark:
    """A mark in running text, which may name several notes. ``slot`` is None for a whole ``sup``."""

    line: int
    form: str
    labels: list[str]
    printed: str
    before: str
    after: str
    slot: Slot | None = None
    start: int = 0
    end: int = 0
    element: HtmlElement | None = None
    first: bool = False
    """Nothing stands before it on its line."""


@dataclass(eq=False)
class Line:
    """A block with text of its own."""

    block: HtmlElement
    slots: list[Slot] = field(default_factory=list)
    opening: Opening | None = None
    heading: Heading | None = None
    title: bool = False

    @property
    def text(self) -> str:
        """Its own text, nested blocks' left out."""
        return "".join(s.text for s in self.slots)


def read_lines_of(parts: list[HtmlElement], language: str | None) -> list[Line]:
    """The lines of the title and the container, in order."""
    found: list[Line] = []
    for part in parts:
        at: dict[HtmlElement, int] = {}
        for element, tail, block, raised in _texts(part):
            number = at.get(block)
            if number is None or number != len(found) - 1:
                # Text behind a nested block starts a line anew, so that lines stay in reading order.
                if not ((element.tail if tail else element.text) or "").strip():
                    continue
                at[block] = number = len(found)
                found.append(Line(block))
            found[number].slots.append(Slot(element, tail, raised, number))
    for line in found:
        text = line.text
        if not text.strip():
            continue
        line.opening = _opening(line, text)
        if len(text) < 60 and line.block.tag not in ("li", "td"):
            line.heading = heading_of(text, language)
    return found


def _texts(part: HtmlElement) -> Iterator[tuple[HtmlElement, bool, HtmlElement, HtmlElement | None]]:
    """Every text with its block and the ``sup`` around it; iterative, since hostile pages nest deep."""
    Frame = tuple[HtmlElement, HtmlElement, HtmlElement | None, bool]
    stack: list[Frame] = [(part, part, None, False)]
    while stack:
        node, block, raised, leaving = stack.pop()
        if leaving:
            if node.tail:
                yield node, True, block, raised
            continue
        if node is not part:
            stack.append((node, block, raised, True))
        if not is_element(node) or node.tag in SKIPPED or node.get("class") == PLACEHOLDER:
            continue
        inner = node if node.tag in BLOCKS else block
        lifted = node if node.tag == "sup" else (None if node.tag in BLOCKS else raised)
        if node.text:
            yield node, False, inner, lifted
        stack.extend((child, inner, lifted, False) for child in reversed(list(node)))


def _opening(line: Line, text: str) -> Opening | None:
    start = text.lstrip("\u00a0 \t\r\n\u200b")[:1]
    if line.block.tag not in NUMBERED or not (start in STARTS or WORD_STARTS.match(text.lstrip())):
        return None
    first = next(s for s in line.slots if s.text.strip())
    if first.raised is not None:
        printed = "".join(first.raised.itertext()).strip()
        labels = labels_of(printed)
        if len(labels) == 1:
            return Opening("sup", labels[0], printed, len(text) - len(text.lstrip()) + len(printed))
        return None
    opening = opening_of(text[:80])
    if opening is None or not text[opening.length :].strip():
        return None
    return opening


def marks_of(lines: list[Line]) -> list[Mark]:
    """Every mark in the lines that could be a marker, in reading order; a ``sup`` is looked at as a whole."""
    found: list[Mark] = []
    for number, line in enumerate(lines):
        before, seen = "", None
        for slot in line.slots:
            text = slot.text
            if slot.raised is not None:
                if slot.raised is not seen:
                    seen = slot.raised
                    mark = _raised_mark(slot.raised, number, before)
                    if mark:
                        found.append(mark)
            elif MARK.search(text):
                found += _text_marks(slot, number, before)
            before = (before + text)[-40:]
    return found


def _raised_mark(sup: HtmlElement, line: int, before: str) -> Mark | None:
    printed = text_of(sup)
    labels = labels_of(printed)
    if not labels or _external(sup) or any(len(x) == 1 and x.isalpha() for x in labels):
        return None
    node = sup
    while not node.tail and node.getnext() is None:
        parent = node.getparent()
        if parent is None or parent.tag in BLOCKS:
            break
        node = parent
    return Mark(line, "raised", labels, printed, before, (node.tail or "")[:3], element=sup, first=not before.strip())


def _text_marks(slot: Slot, line: int, before: str) -> list[Mark]:
    found: list[Mark] = []
    text = slot.text
    for match in MARK.finditer(text):
        ahead = (before + text[: match.start()])[-40:]
        form = next(f for f in ("bracket", "brace", "paren", "raised", "star", "symbol", "half") if match.group(f))
        printed = match.group(form)
        inner = next((match.group(g) for g in "bcph" if match.group(g)), printed)
        labels = [normal(inner)] if not inner[:1].isdecimal() else expand(inner)
        start = match.start()
        if form == "half":
            printed, start = f"{inner})", match.start()
        if form == "symbol" and not _may_carry_symbol(ahead, text[match.end() : match.end() + 1]):
            continue
        if labels and not _external(slot.element.getparent() if slot.tail else slot.element):
            found.append(
                Mark(
                    line,
                    form,
                    labels,
                    printed,
                    ahead,
                    text[match.end() : match.end() + 3],
                    slot,
                    start,
                    match.end(),
                    first=not ahead.strip(),
                )
            )
    return found


def _may_carry_symbol(before: str, after: str) -> bool:
    """A symbol is a marker behind a word or a sentence's end, not as a wildcard, an operator or emphasis."""
    if not before or not re.search(r"[\w.,;:!?)\]»”\"'’%…]$", before):
        return False
    opened = re.search(r"(?:^|\s)\*{1,3}\w[^*]*$", before)
    return not opened and (not after or not re.match(r"[\w/.*-]", after) or after == ".")


def _external(element: HtmlElement | None) -> bool:
    """Whether a text is part of a link that leads to another page."""
    node = element
    while node is not None and node.tag not in BLOCKS:
        if (
            node.tag == "a"
            and node.get("href")
            and "#" not in (node.get("href") or "")
            and not (node.get("href") or "").startswith("javascript")
        ):
            return True
        node = node.getparent()
    return False


def split_breaks(container: HtmlElement) -> None:
    """Notes typed into one paragraph with line breaks between them become paragraphs of their own. Changes the tree."""
    for line_break in list(container.iter("br")):
        paragraph = line_break.getparent()
        if paragraph is None or paragraph.tag != "p":
            continue
        ahead = (line_break.tail or "").lstrip()
        following = line_break.getnext()
        if not ahead and following is not None and is_element(following):
            raised = next(following.iter("sup"), None) if following.tag in ("sup", "a", "strong", "em", "span", "small", "b", "i") else None
            ahead = "".join(following.itertext()) + (following.tail or "")
            if raised is not None and following.tag != "sup" and "".join(following.itertext()) != "".join(raised.itertext()):
                raised = None
            opening = Opening("sup", "", "", 0) if raised is not None and len(labels_of(text_of(raised))) == 1 else opening_of(ahead[:80])
        else:
            opening = opening_of(ahead[:80]) if ahead[:1] in STARTS or WORD_STARTS.match(ahead) else None
        if opening is not None and opening.form not in ("bare", "half"):
            _split_at(paragraph, line_break)


def _split_at(paragraph: HtmlElement, line_break: HtmlElement) -> None:
    later = Element("p", dict(paragraph.attrib))
    later.attrib.pop("id", None)
    later.text, line_break.tail = line_break.tail, None
    moved = list(line_break.itersiblings())
    paragraph.remove(line_break)
    later.extend(moved)
    later.tail, paragraph.tail = paragraph.tail, None
    paragraph.addnext(later)
    last = paragraph[-1] if len(paragraph) else None
    while last is not None and last.tag == "br" and not (last.tail or "").strip():
        paragraph.remove(last)
        last = paragraph[-1] if len(paragraph) else None
