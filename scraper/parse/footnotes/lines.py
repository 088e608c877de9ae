"""The article as lines of text, with every mark that could be a marker and every line that could be a note."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from lxml import etree
from lxml.html import Element, HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import BLOCKS, text_of
from presslift.scraper.parse.footnotes.labels import MARK, WORD, Heading, Opening, expand, heading_of, labels_of, normal, opening_of
from presslift.scraper.parse.footnotes.model import PLACEHOLDER
from presslift.scraper.parse.footnotes.tree import is_element, short_text, text_start

SKIPPED = frozenset("pre code kbd samp script style textarea noscript template svg math button select option iframe".split())
STARTS = frozenset("[［【〔({（*†‡§‖¶※⁰¹²³⁴⁵⁶⁷⁸⁹①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳0123456789")
WORD_STARTS = re.compile(WORD, re.I)
BEFORE = 400
"""How much of a line is looked at before a mark."""
NUMBERED = frozenset(("p", "li", "dd", "dt", "div", "td", "blockquote", "h4", "h5", "h6", "address", "center", "figcaption"))


@dataclass(eq=False, slots=True)
class Slot:
    """One text of the tree: ``element.text`` or ``element.tail``. ``raw`` is what stood there when it was read."""

    element: HtmlElement
    tail: bool
    raised: HtmlElement | None
    """The ``sup`` around it."""
    raw: str

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
    column: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """Line and column, for order."""
        return self.line, self.column


@dataclass(eq=False)
class Line:
    """A block with text of its own."""

    block: HtmlElement
    slots: list[Slot] = field(default_factory=list)
    opening: Opening | None = None
    heading: Heading | None = None
    text: str = ""
    """Its own text, nested blocks' left out."""


TEXTS = etree.XPath("descendant::text()", smart_strings=False)
PLACED_TEXTS = etree.XPath("descendant::text()")
TRIGGER = re.compile(r"[\[［【〔({（*†‡§‖¶※⁰¹²³⁴-⁹①-⑳)]")
ENCLOSED = re.compile(r"[\[［【〔(（{]\^?\s?(?:[^\W\d]{1,12}\.?\s?)?(?:\d{1,3}|[*†‡§‖¶]{1,6})[\s,;–\])}］】〕）-]|\[[ivxIVX]{1,6}\]")
OPENING_CHARACTERS = frozenset(c for c in STARTS if not c.isdecimal()) | {w[0] for w in table("footnotes")["words"]["note"]}
OPENING_CHARACTERS |= {c.upper() for c in OPENING_CHARACTERS}
NUMBER_OPENED = re.compile(r"\s*\d{1,3}(?:[.:)．、\s]|$)")


def may_hold_notes(container: HtmlElement, language: str | None) -> bool:
    """A quick look, since most pages have none: a mark that stands twice, or a mark and what may be a list of notes."""
    texts: list[str] = TEXTS(container)
    raised = [label for sup in container.iter("sup") for label in labels_of(short_text(sup, 40) or "")]
    whole = "\n".join(texts)
    if not raised and not _has_mark(whole):
        # Markers that lost their raising are looked for only above a list that is headed as notes.
        return any((h := heading_of(text, language)) is not None and not h.weak for text in texts if len(text) < 45 and not text.isspace())
    if raised and any(NUMBER_OPENED.match(text) for text in texts[-40:]):
        return True
    openings = [
        o
        for o in map(opening_of, (t[:80] for t in texts if t.lstrip()[:1] in OPENING_CHARACTERS))
        if o is not None and o.form not in ("bare", "half")
    ]
    if any(o.form in ("bracket", "brace") for o in openings) or len(raised) > len(set(raised)):
        return True
    counts = Counter(raised)
    if openings:
        for trigger in TRIGGER.finditer(whole):
            match = MARK.match(whole, trigger.start())
            if match is not None:
                counts.update(_labels(match)[1])
    if any(counts[o.label] > 1 or (o.form in ("word", "symbol") and counts[o.label]) for o in openings):
        return True
    if next(container.iter("ol"), None) is None and not any(NUMBER_OPENED.match(text) for text in texts):
        return False
    return next(container.iter("hr"), None) is not None or any(
        heading_of(text, language) for text in texts if len(text) < 45 and not text.isspace()
    )


def _labels(match: re.Match[str]) -> tuple[str, list[str], str]:
    """The form of a mark in running text, its labels, and what stands in its brackets."""
    form = next(f for f in ("bracket", "brace", "paren", "raised", "star", "symbol", "half") if match.group(f))
    inner = next((match.group(g) for g in "bcph" if match.group(g)), match.group(form))
    return form, expand(inner) if inner[:1].isdecimal() else [normal(inner)], inner


def _has_mark(text: str) -> bool:
    """Whether anything in a text looks like a marker, at a glance."""
    for match in TRIGGER.finditer(text):
        at, character = match.start(), match.group()
        if character in "[［【〔({（":
            if ENCLOSED.match(text, at):
                return True
        elif character == "*":
            if text[at - 1 : at].strip(" \n*/") or text[at + 1 : at + 2].isdecimal() or text[at + 1 : at + 2] in ("", "\n"):
                return True
        elif character == ")":
            if text[at - 1 : at].isdecimal() and re.search(r"[^\W\d]\d{1,3}$", text[max(0, at - 5) : at]):
                return True
        elif character != "§" or text[at - 1 : at].strip():
            return True
    return False


def read_lines_of(parts: list[HtmlElement], language: str | None) -> list[Line]:
    """The lines of the title and the container, in order."""
    found: list[Line] = []
    for part in parts:
        block: HtmlElement | None = None
        for slot, inside in _slots(part):
            if inside is not block:
                # Text behind a nested block starts a line anew, so that lines stay in reading order.
                if slot.raw.isspace():
                    continue
                block = inside
                found.append(Line(inside))
            found[-1].slots.append(slot)
    for line in found:
        line.text = "".join(s.raw for s in line.slots)
        line.opening = _opening(line, line.text)
        if len(line.text) < 60 and line.block.tag not in ("li", "td"):
            line.heading = heading_of(line.text, language)
    return found


Around = tuple[HtmlElement, HtmlElement | None]
"""An element's block and the ``sup`` around it."""


def _slots(part: HtmlElement) -> Iterator[tuple[Slot, HtmlElement]]:
    """Every text in reading order with its block; code and the like left out."""
    known: dict[HtmlElement, Around | None] = {part: (part, None)}
    for text in PLACED_TEXTS(part):
        element = text.getparent()
        holder = element.getparent() if text.is_tail else element
        around = known[holder] if holder in known else _around(holder, known)
        if around is not None:
            yield Slot(element, text.is_tail, around[1], str(text)), around[0]


def _around(element: HtmlElement, known: dict[HtmlElement, Around | None]) -> Around | None:
    chain: list[HtmlElement] = []
    node: HtmlElement | None = element
    while node is not None and node not in known:
        chain.append(node)
        node = node.getparent()
    around = known[node] if node is not None else None
    for node in reversed(chain):
        tag = node.tag
        if around is None or not isinstance(tag, str) or tag in SKIPPED or (tag == "sup" and node.get("class") == PLACEHOLDER):
            around = None
        elif tag in BLOCKS:
            around = (node, None)
        elif tag == "sup":
            around = (around[0], node)
        known[node] = around
    return around


def _opening(line: Line, text: str) -> Opening | None:
    start = text.lstrip("\u00a0 \t\r\n\u200b")[:1]
    if line.block.tag not in NUMBERED or not (start in STARTS or WORD_STARTS.match(text.lstrip())):
        return None
    first = next(s for s in line.slots if s.raw.strip())
    if first.raised is not None:
        printed = "".join(first.raised.itertext()).strip()
        labels = labels_of(printed)
        if len(labels) == 1:
            return Opening("sup", labels[0], printed, len(text) - len(text.lstrip()) + len(printed))
        return None
    opening = opening_of(text[:80])
    if opening is None or not text[opening.length :].strip():
        return None
    return None if opening.form == "symbol" and _emphasis(opening.printed, text) else opening


def _emphasis(symbol: str, text: str) -> bool:
    """Whether a symbol opens bold or italic text in Markdown: it stands close to a word, and closes again."""
    rest = text.lstrip()[len(symbol) :]
    return symbol.startswith("*") and rest[:1].strip() != "" and re.search(r"\S" + re.escape(symbol), rest) is not None


def marks_of(lines: list[Line]) -> list[Mark]:
    """Every mark in the lines that could be a marker, in reading order; a ``sup`` is looked at as a whole."""
    found: list[Mark] = []
    for number, line in enumerate(lines):
        before, seen, column = "", None, 0
        for slot in line.slots:
            text = slot.raw
            if slot.raised is not None:
                if slot.raised is not seen:
                    seen = slot.raised
                    mark = _raised_mark(slot.raised, number, before)
                    if mark:
                        mark.column = column
                        found.append(mark)
            elif TRIGGER.search(text):
                for mark in _text_marks(slot, number, before):
                    mark.column = column + mark.start
                    found.append(mark)
            before = (before + text)[-BEFORE:]
            column += len(text)
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
    text = slot.raw
    if _external(slot.element.getparent() if slot.tail else slot.element):
        return found
    for match in MARK.finditer(text):
        ahead = text[max(0, match.start() - BEFORE) : match.start()]
        ahead = (before + ahead)[-BEFORE:] if len(ahead) < BEFORE else ahead
        form, labels, inner = _labels(match)
        printed, start = f"{inner})" if form == "half" else match.group(form), match.start()
        if form == "symbol" and not _may_carry_symbol(ahead, text[match.end() : match.end() + 1]):
            continue
        if labels:
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
    if not re.search(r"[\w.,;:!?)\]»”\"'’%…]$", before) and not (not after and re.search(r"\w\s$", before)):
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
    # From the last to the first: each piece is moved once.
    for line_break in reversed(list(container.iter("br"))):
        paragraph = line_break.getparent()
        if paragraph is None or paragraph.tag != "p":
            continue
        ahead = (line_break.tail or "").lstrip()
        following = line_break.getnext()
        if not ahead and following is not None and is_element(following):
            raised = next(following.iter("sup"), None) if following.tag in ("sup", "a", "strong", "em", "span", "small", "b", "i") else None
            ahead = text_start(following, 80) + (following.tail or "")
            if raised is not None and following.tag != "sup" and short_text(following, 40) != short_text(raised, 40):
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
    for last in list(takewhile(lambda e: e.tag == "br" and not (e.tail or "").strip(), paragraph.iterchildren(reversed=True))):
        paragraph.remove(last)
