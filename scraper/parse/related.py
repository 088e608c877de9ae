"""Related boxes of themes and plugins: found by their markup, else by the words above them, and taken out of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import RelatedLink
from presslift.scraper.knowledge import table
from presslift.scraper.parse.boxes import Boxes
from presslift.scraper.parse.document import Document, classes, detach, has_text, select, text_of
from presslift.scraper.parse.names import KINDS
from presslift.scraper.parse.related_items import Linking, post_links, read_items
from presslift.scraper.parse.related_lines import read_inline
from presslift.scraper.parse.related_phrases import bare, phrases

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

__all__ = ["read_boxes", "read_boxes_in", "read_inline"]

MOST = 40
"""No page has more boxes of one name; a hostile one is not followed further."""
FRAMES = frozenset(["html", "body", "main", "head"])
SILENT = frozenset(["script", "style", "option", "title", "noscript", "template", "textarea", "button", "label"])
TEXTS = etree.XPath("descendant::text()", smart_strings=False)
INLINE = frozenset(["a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "u"])
LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")
LISTS = frozenset(["ul", "ol", "p", "dl"])
PARTING = 80
"""So many letters that are no link may stand in a block below the last list of a text."""
PLAIN = re.compile(r"^(?:wp-block-\w+|has-[\w-]+|is-[\w-]+|align\w*|list|p\d+)$")


class Box(Struct):
    """What is to be taken out for one box, in document order, and the row that tells how to read it."""

    elements: list[HtmlElement]
    row: dict[str, Any]
    heads: int = 0
    """So many of the elements are a heading alone."""


def read_boxes(doc: Document, profile: SiteProfile | None = None, base_url: str | None = None) -> list[RelatedLink]:
    """Read the related boxes of a page, in the order shown, each post once, and take them out of its tree.

    ``base_url`` is the page's address where the document has none. A box that the page's script fills gives a warning on
    ``doc``. An element that holds the article's body is never taken out. Never raises.
    """
    canonical = next((e.get("href") for e in doc.root.iter("link") if e.get("rel") == "canonical"), None)
    url = next((u for u in (doc.url, base_url, canonical) if u and "://" in u), None)
    base = next((e.get("href") for e in doc.root.iter("base") if e.get("href")), None)
    linking = Linking(url, base)
    own = next((name[7:] for name in doc.body_classes if name.startswith("postid-")), None)
    boxes = [*_known(doc), *_alike(doc), *_headed(doc, linking)]
    found: dict[str, RelatedLink] = {}
    for box in _standing(doc, boxes, own, _between_paragraphs(doc) if boxes else set()):
        items = read_items(box.elements[box.heads :], box.row, linking, doc.root.get("lang"))
        if not items and not box.row.get("script"):
            continue
        if not items:
            doc.warnings.append(f"related: the box of {box.row['name']} is filled by script")
        for item in items:
            found.setdefault(item.url, item)
        _take_out(box)
    for position, link in enumerate(found.values(), 1):
        link.position = position
    return list(found.values())


def read_boxes_in(container: HtmlElement, base_url: str | None = None) -> list[RelatedLink]:
    """The same for a body as REST or a feed gives it, where plugins append their boxes too; takes them out of ``container``."""
    return read_boxes(Document(container, base_url, None, []))


# --- finding ---


def _known(doc: Document) -> list[Box]:
    boxes = []
    rows = table("related")["box"]
    for place, elements in doc.find_each([row["container"] for row in rows]):
        row = rows[place]
        for element in elements[:MOST]:
            if not _misplaced(element, element):
                heading = _heading_before(element, row.get("heading"))
                boxes.append(Box([element], row) if heading is None else Box([heading, element], row, 1))
    return boxes


@cache
def _like() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = table("related")["like"]
    return re.compile(rows["container"], re.I), re.compile("|".join(map(re.escape, rows["never"])), re.I)


def _is_like(name: str) -> bool:
    container, never = _like()
    plain = name.removeprefix("#")
    return ("elated" in plain or "imilar" in plain) and container.match(plain) is not None and never.search(plain) is None


KINDS.add("related", _is_like, ("elated", "imilar"))


def _alike(doc: Document) -> list[Box]:
    """Boxes that no row knows but whose class says what they are."""
    boxes = []
    for name in doc.index.of_kind("related"):
        plain = name.removeprefix("#")
        for element in doc.named[name][:MOST]:
            if (
                element.tag in FRAMES
                or element.tag in INLINE
                or element.tag in LEVELS
                or not doc.holds(element)
                or _misplaced(element, element)
            ):
                continue
            inner = next((text_of(h) for h in element.iter(*LEVELS)), "")
            if bare(inner) in phrases().refused:
                continue
            heading = _heading_before(element, None)
            boxes.append(Box([element], {"source": plain}) if heading is None else Box([heading, element], {"source": plain}, 1))
    return boxes


def _heading_before(element: HtmlElement, css: str | None) -> HtmlElement | None:
    node = element.getprevious()
    while node is not None and (not isinstance(node.tag, str) or (not text_of(node) and next(node.iter("img"), None) is None)):
        node = node.getprevious()
    if node is None or (node.tail or "").strip() or _longer(node, 200):
        return None
    return node if phrases().heads_box(text_of(node)) or (css is not None and node in select(node, css)) else None


def _headed(doc: Document, linking: Linking) -> list[Box]:
    """Boxes told by the words above them alone."""
    boxes: list[Box] = []
    known = phrases()
    if not known.may_head_boxes(TEXTS(doc.root)):
        return boxes
    headings = ((text, holder, strength) for text, holder in _short_texts(doc.root) if (strength := known.heads_box(text)))
    for text, holder, strength in islice(headings, MOST):
        heading = _heading_of(holder, bare(text))
        if heading is None or not doc.holds(heading) or _misplaced(heading, heading):
            continue
        run = _run_below(heading, linking)
        if run and _is_box(run, strength == "sure", linking):
            boxes.append(Box(run, {"source": known.printed(text)}, 1))
    return boxes


def _short_texts(root: HtmlElement) -> Iterator[tuple[str, HtmlElement | None]]:
    """Texts that may be a heading, each with the element it stands in."""
    for element in root.iter():
        text, tail = element.text, element.tail
        if text and 1 < len(text) < 130 and not text.isspace() and element.tag not in SILENT:
            yield text, element
        if tail and 1 < len(tail) < 130 and not tail.isspace():
            yield tail, element.getparent()


def _heading_of(element: HtmlElement | None, text: str) -> HtmlElement | None:
    """The topmost element that says these words and no others; None when they are part of a sentence, a link or a button."""
    heading = None
    for _ in range(8):
        if element is None or element.tag in FRAMES or element.tag in SILENT or not isinstance(element.tag, str):
            break
        if _longer(element, len(text) + 60) or bare(text_of(element)) != text:
            break
        heading, element = element, element.getparent()
    if heading is None or heading.tag in INLINE or heading.tag in ("li", "td", "th"):
        return None
    return heading


def _longer(element: HtmlElement, limit: int) -> bool:
    """Whether an element says more than so many letters; a long one is not read to its end."""
    length = 0
    for text in element.itertext():
        length += len(text.strip())
        if length > limit:
            return True
    return False


def _run_below(heading: HtmlElement, linking: Linking) -> list[HtmlElement]:
    """The heading and the elements below it that show posts, up to what doesn't; [] when there are none."""
    node, words = heading, text_of(heading)
    for _ in range(5):
        run: list[HtmlElement] = []
        between: list[HtmlElement] = []
        for sibling in node.itersiblings():
            if not isinstance(sibling.tag, str) or sibling.tag in SILENT:
                continue
            if sibling.tag in LEVELS and (run or str(sibling.tag) <= str(heading.tag)):
                break
            if _shows_posts(sibling, linking):
                run.extend([*between, sibling])
                between = []
            elif text_of(sibling) or run:
                break
            else:
                between.append(sibling)
        parent = node.getparent()
        if run:
            return [node, *run] if parent is None or not _is_framed(node, parent, linking) else [node, *_elements_after(node)]
        # Around the heading there may be a "View all", and no more.
        if parent is None or parent.tag in FRAMES or _longer(parent, len(words) + 40):
            return []
        node = parent
    return []


def _elements_after(node: HtmlElement) -> list[HtmlElement]:
    return [e for e in node.itersiblings() if isinstance(e.tag, str) and e.tag not in SILENT]


def _is_framed(node: HtmlElement, parent: HtmlElement, linking: Linking) -> bool:
    """Whether a heading opens a frame that is all of posts: their titles and excerpts may alternate in it."""
    if (
        parent.tag not in ("div", "section", "aside")
        or (parent.text or "").strip()
        or any(text_of(e) for e in node.itersiblings(preceding=True))
    ):
        return False
    links = post_links(parent, linking)
    return 2 <= len(links) <= 12 and len(text_of(parent)) <= 500 * len(links) and next(parent.iter("h1", "article", "form"), None) is None


def _shows_posts(element: HtmlElement, linking: Linking) -> bool:
    """Whether an element is made of posts' links, with little text beside them: an excerpt is allowed to a card only."""
    links = post_links(element, linking)
    if not links or len(links) > 80:
        return False
    linked = sum(len(text_of(a)) for group in links.values() for a in group)
    beside = len(text_of(element)) - linked
    if element.tag in LISTS:
        rich = next(element.iter("img", "time", "h2", "h3", "h4", "h5"), None) is not None
        items = sum(1 for _ in element.iter("li")) or max(1, sum(1 for _ in element.iter("p")))
        return beside <= items * (700 if rich else 60) and len(links) * 2 >= items
    return beside <= 700 * len(links) and not any(len(text_of(p)) > 900 for p in element.iter("p"))


def _is_box(run: list[HtmlElement], sure: bool, linking: Linking) -> bool:
    shown = run[1:]
    names = {css.lstrip(".") for css in table("related")["not"]["recency"]}
    if not sure:
        around = [*shown, *(d for e in shown for d in e.iter()), *run[0].iterancestors()]
        if any(classes(e) & names for e in around if isinstance(e.tag, str)):
            return False
        if sum(len(post_links(e, linking)) for e in shown) < 2:
            return False
    return not (all(_is_plain(e) for e in shown) and _in_text(run)) or (sure and _ends_text(run, linking))


def _is_plain(element: HtmlElement) -> bool:
    rich = next(element.iter("img", "time", "article", "h2", "h3", "h4", "h5", "h6"), None)
    return element.tag in LISTS and rich is None and all(PLAIN.match(name) for name in classes(element))


def _in_text(run: list[HtmlElement]) -> bool:
    """Whether a list stands among the paragraphs of a text: an editor wrote it there."""
    own = set(run)
    prose = [e for e in run[0].itersiblings("p", preceding=True) if len(text_of(e)) > 80]
    prose.extend(e for e in run[-1].itersiblings("p") if len(text_of(e)) > 80 and e not in own)
    return len(prose) >= 2


def _ends_text(run: list[HtmlElement], linking: Linking) -> bool:
    """Whether a list of at least two posts is the last of a text: what follows in its frame is furniture or words of parting."""
    last = run[-1]
    if sum(len(post_links(e, linking)) for e in run[1:]) < 2 or (last.tail or "").strip():
        return False
    after = [e for e in last.itersiblings() if isinstance(e.tag, str) and e.tag not in SILENT and e.tag not in LEVELS]
    told = [e for e in after if len(text_of(e)) - sum(len(text_of(a)) for a in e.iter("a")) > PARTING]
    around = last.getparent()
    furniture = Boxes(len(text_of(around)) if around is not None else 0)
    return all(furniture.tell(e) for e in told)


# --- guarding ---


@cache
def _foreign_names() -> tuple[frozenset[str], tuple[str, ...]]:
    rows = table("related")["not"]
    return frozenset(name.lstrip(".") for name in rows["inside"]), tuple(rows["sponsored"])


def _misplaced(element: HtmlElement, start: HtmlElement) -> bool:
    """Whether an element stands in a menu, a sidebar, an advertiser's box or the like."""
    names, sponsored = _foreign_names()
    for node in [start, *element.iterancestors()]:
        identity = node.get("id") or ""
        if node.tag == "body":
            return False
        if classes(node) & names or f"#{identity}" in names or (identity and identity.startswith(sponsored)):
            return True
        if node.tag == "nav" and node is not start:
            return True
        if node.tag == "footer" and not any(a.tag in ("article", "main") for a in node.iterancestors()):
            return True
    return False


def _holds_article(element: HtmlElement, own: str | None) -> bool:
    if element.tag in FRAMES or next(element.iter("h1", "main"), None) is not None:
        return True
    for node in element.iter("article", "div", "form", "section"):
        identity = node.get("id") or ""
        if node.get("itemprop") == "articleBody" or identity in ("commentform", "respond") or (own and identity == f"post-{own}"):
            return True
    prose = sum(length for p in element.iter("p") if (length := len(text_of(p))) > 250)
    return prose > 1200 and prose > 500 * len({a.get("href") for a in element.iter("a")})


def _outweighs(box: Box, doc: Document) -> bool:
    """Whether most of what the page says stands in a box: then it is none."""
    size = sum(len(text_of(e)) for e in box.elements)
    return size > 2000 and 2 * size > len(text_of(doc.root))


def _between_paragraphs(doc: Document) -> set[HtmlElement]:
    """The blocks that a plugin put into the text: they are read with its lines."""
    return {e for _, elements in doc.find_each([row["container"] for row in table("related")["inline"]]) for e in elements}


def _standing(doc: Document, boxes: list[Box], own: str | None, taken: set[HtmlElement]) -> list[Box]:
    """The boxes to be read, in document order: of boxes within boxes the outer one, of several readings of one element the first.

    What is ``taken`` already, and what stands in it, is no box.
    """
    chosen: list[Box] = []
    for box in sorted(boxes, key=lambda box: doc.index.position(box.elements[box.heads])):
        if any(e in taken or not taken.isdisjoint(e.iterancestors()) for e in box.elements):
            continue
        if not any(_holds_article(e, own) for e in box.elements) and not _outweighs(box, doc):
            taken.update(box.elements)
            chosen.append(box)
    return chosen


def _take_out(box: Box) -> None:
    """Detach a box, and what framed it and is empty now."""
    for element in box.elements:
        parent = element.getparent()
        detach(element)
        for _ in range(4):
            if parent is None or parent.tag not in ("div", "section", "aside", "nav") or parent.getparent() is None:
                break
            if has_text(parent) or next(parent.iter("img", "iframe", "video", "audio", "form", "h1", "article"), None) is not None:
                break
            empty = parent
            parent = empty.getparent()
            detach(empty)
