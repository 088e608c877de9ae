"""Notes that are linked: an anchor leads from the text to the note, and mostly one leads back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import BLOCKS, detach, read_fragment, text_of
from presslift.scraper.parse.footnotes.content import fragment_of
from presslift.scraper.parse.footnotes.labels import is_arrow, label_of, normal, opening_of
from presslift.scraper.parse.footnotes.model import PLACEHOLDER, Definition, Workspace, lacks_marker, lacks_note
from presslift.scraper.parse.footnotes.tree import (
    block_of,
    bracketed,
    is_blank,
    is_element,
    placeholder,
    replace,
    short_text,
    text_start,
    wrapper_of,
)

HEADINGS = frozenset(f"h{n}" for n in range(1, 7))
IDENTIFIED = etree.XPath("descendant-or-self::*[@id or (self::a and @name)]")
TWO_LETTERS = re.compile(r"[^\W\d]{2}")
OWN_DIV = re.compile(r"(?:foot|end)note|(?:^|\s)(?:ftn|edn)\d", re.I)
MOST_CHILDREN = 100
"""Of a note's block that are looked at."""
LONGEST = 6000
"""A linked block with more text than this is a section, not a note."""


@dataclass(frozen=True)
class Row:
    """A row of the table, its expressions compiled."""

    name: str
    to: re.Pattern[str]
    back: re.Pattern[str] | None
    text: tuple[str, ...]
    drop: bool


@cache
def rows() -> tuple[Row, ...]:
    """The table's pairs of anchors."""
    return tuple(
        Row(r["name"], re.compile(r["to"], re.I), re.compile(r["from"], re.I) if "from" in r else None, tuple(r.get("text", ())), bool(r.get("drop")))
        for r in table("footnotes")["link"]
    )  # fmt: skip


@cache
def _rejected() -> tuple[frozenset[str], re.Pattern[str]]:
    reject = table("footnotes")["reject"]
    return frozenset(reject["inside"]), re.compile(reject["fragments"], re.I)


@dataclass(eq=False)
class Anchor:
    """A link with a fragment: it may lead to a note, or back from one."""

    link: HtmlElement
    fragment: str
    label: str | None
    row: Row | None
    key: str
    backward: bool
    """Known by its row to lead back."""


def read_linked(work: Workspace, links: list[HtmlElement]) -> None:
    """Match the links that lead to notes. ``links`` are those of the container with a fragment. Changes the tree."""
    anchors = [a for a in map(_anchor, links) if a is not None]
    if not anchors:
        return
    ids = _ids(work.root, work.container)
    order: dict[HtmlElement, int] = {}
    backs: dict[tuple[str, str], HtmlElement] = {}
    for anchor in anchors:
        if anchor.backward and anchor.row:
            backs.setdefault((anchor.row.name, anchor.key), anchor.link)
    blocks = {d.block: d for d in work.definitions}
    for anchor in anchors:
        if anchor.backward or anchor.link.getparent() is None or not _in_tree(anchor.link, work.container):
            continue
        target = ids.get(anchor.fragment)
        if target is None and anchor.row:
            target = backs.get((anchor.row.name, anchor.key))
        _match(work, anchor, target, order, blocks)
    _keep_unmatched(work, anchors, blocks)


def _anchor(link: HtmlElement) -> Anchor | None:
    inside, elsewhere = _rejected()
    fragment = fragment_of(link)
    label = label_of(text_of(link))
    for row in rows():
        match = row.back.match(fragment) if row.back else None
        if match:
            return Anchor(link, fragment, label, row, match.group(1).lower(), True)
        match = row.to.match(fragment)
        if match:
            return (
                None
                if label is None and text_of(link) and len(text_of(link)) > 12
                else Anchor(link, fragment, label, row, match.group(1).lower(), False)
            )
    if label is None or elsewhere.match(fragment) or _leaves_page(link):
        return None
    for ancestor in link.iterancestors():
        names = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".split()
        if names and not inside.isdisjoint(names):
            return None
    return Anchor(link, fragment, label, None, fragment.lower(), False)


def _leaves_page(link: HtmlElement) -> bool:
    """An address before the fragment; only a file's or an editing page's is sure to mean this page, another needs its target here."""
    return bool(re.match(r"(?:mailto|tel|javascript):", link.get("href") or "", re.I))


def _ids(root: HtmlElement, container: HtmlElement) -> dict[str, HtmlElement]:
    """id or name → element; the container's go before the page's."""
    found: dict[str, HtmlElement] = {}
    for scope in (container, root) if root is not container else (container,):
        for element in IDENTIFIED(scope):
            for name in (element.get("id"), element.get("name") if element.tag == "a" else None):
                if name:
                    found.setdefault(name, element)
    return found


def _stands_before(one: HtmlElement, two: HtmlElement, work: Workspace, order: dict[HtmlElement, int]) -> bool:
    """Document order; ``order`` is filled when first asked for."""
    if not order:
        order.update((element, place) for place, element in enumerate(work.root.iter()))
    return order.get(one, 0) < order.get(two, 0)


def _in_tree(element: HtmlElement, container: HtmlElement) -> bool:
    return any(a is container for a in element.iterancestors())


def _match(
    work: Workspace, anchor: Anchor, target: HtmlElement | None, order: dict[HtmlElement, int], blocks: dict[HtmlElement, Definition]
) -> None:
    link, row = anchor.link, anchor.row
    if row and row.drop:
        _drop_comment(work, anchor, target)
        return
    block = _definition_block(target, work) if target is not None else None
    if block is not None and any(a is block for a in link.iterancestors()):
        return
    if block is not None and _stands_before(block, link, work, order) and not (row and row.back):
        return
    if target is not None and anchor.row is None and not (block is not None and _links_back(block, link)):
        item = _item_of(target, anchor, work)
        block = item if item is not None else block
    if block is not None and _is_note(block, target, anchor, work):
        found = blocks.get(block)
        if found is None:
            found = _definition(block, anchor, work)
            blocks[block] = found
    else:
        found = _from_text(anchor)
    if found is None:
        if row is not None and anchor.label is not None:
            work.warnings.append(lacks_note(text_of(link), row.name))
        return
    work.add(found)
    _mark(work, link, found)


def _definition_block(target: HtmlElement, work: Workspace) -> HtmlElement | None:
    """The block that a note's anchor stands in, or the one behind it when the anchor stands alone before it."""
    block = block_of(target)
    while block.tag in ("p", "td", "th", "dt", "center") or (block.tag == "div" and block.get("class") is None and block.get("id") is None):
        parent = block.getparent()
        if parent is None or parent is work.container or parent is work.root:
            break
        whole = parent.tag in ("li", "tr", "aside", "dd") or (parent.tag == "div" and _one_note_each(parent, block))
        if not whole or not _starts_with(parent, block):
            break
        block = parent
    if block is work.container or block is work.root or block.tag in ("body", "html", "main", "article", "ol", "ul", "table"):
        following = target.getnext()
        return (
            following
            if following is not None and is_element(following) and following.tag in BLOCKS and not (target.tail or "").strip()
            else None
        )
    if not any(text.strip("[]() \t\r\n\u00a0\u200b\ufeff") for text in block.itertext()):
        following = block.getnext()
        return following if following is not None and is_element(following) and following.tag in BLOCKS else None
    return block


def _items(listing: HtmlElement) -> list[HtmlElement]:
    return list(listing.iterchildren("li"))


def _item_of(target: HtmlElement, anchor: Anchor, work: Workspace) -> HtmlElement | None:
    """Where all markers lead to the list or its heading: the item with the marker's number."""
    listing: HtmlElement | None = target
    if target.tag in HEADINGS or is_blank(target):
        listing = next((e for e in islice(target.itersiblings(), 4) if e.tag == "ol"), None)
    if listing is not None and listing.tag != "ol":
        inside = list(islice(listing.iter("ol"), 2)) if listing.tag in ("div", "section", "aside") else []
        listing = inside[0] if len(inside) == 1 else None
    if listing is None or not (anchor.label or "").isdecimal():
        return None
    items = work.once(_items, listing)
    number = int(anchor.label or 0)
    return items[number - 1] if 0 < number <= len(items) else None


def _starts_with(parent: HtmlElement, child: HtmlElement) -> bool:
    if (parent.text or "").strip():
        return False
    for element in islice(parent, MOST_CHILDREN):
        if element is child:
            return True
        if is_element(element) and (not is_blank(element) or (element.tail or "").strip()):
            return False
    return False


def _one_note_each(parent: HtmlElement, block: HtmlElement) -> bool:
    """Whether a ``div`` is one note's own: named so, or one of several neighbours of which each starts with a mark."""
    names = f"{parent.get('id') or ''} {parent.get('class') or ''}"
    if re.search(r"mso-element: ?(?:foot|end)note", parent.get("style") or "") or OWN_DIV.search(names):
        marks = (a for a in parent.iter("a") if label_of(text_of(a)) and "#" in (a.get("href") or ""))
        return len(list(islice(marks, 3))) <= 2
    if len(parent) < 2:
        return False
    others = [e for e in (parent.getprevious(), parent.getnext()) if e is not None and is_element(e) and e.tag == "div"]
    return any(opening_of(text_start(e, 40)) for e in others)


def _is_note(block: HtmlElement, target: HtmlElement | None, anchor: Anchor, work: Workspace) -> bool:
    if block.tag in HEADINGS or target is None or (target.tag in HEADINGS and block.tag != "li") or block.get("class") == PLACEHOLDER:
        return False
    if any(a.tag in ("nav", "form") for a in block.iterancestors()):
        return False
    if not work.once(_is_short, block):
        return False
    if anchor.row is not None:
        return True
    if _links_back(block, anchor.link):
        return True
    if not work.once(_has_words, block_of(anchor.link)):
        # A row of numbers leads to sections.
        return False
    if block.tag == "li":
        return True
    opening = opening_of(text_start(block, 60))
    return opening is not None and opening.label == anchor.label


def _links_back(block: HtmlElement, link: HtmlElement) -> bool:
    names = _names(link)
    return bool(names) and any(fragment_of(a) in names for a in islice(block.iter("a"), MOST_CHILDREN) if a.get("href"))


def _is_short(block: HtmlElement) -> bool:
    """Whether a block has text, and not more than a note; the text as it stands is longer than the visible one."""
    return short_text(block, 2 * LONGEST) is not None and 0 < len(text_of(block)) <= LONGEST


def _has_words(block: HtmlElement) -> bool:
    return any(TWO_LETTERS.search(text) for text in block.itertext())


def _names(link: HtmlElement) -> set[str]:
    """The ids on and right around a marker."""
    found = {link.get("id"), link.get("name")}
    node = link
    for _ in range(3):
        previous = node.getprevious()
        if previous is not None and is_element(previous) and not (previous.tail or "").strip() and is_blank(previous):
            found |= {previous.get("id"), previous.get("name")}
        parent = node.getparent()
        if parent is None or parent.tag in BLOCKS:
            break
        found |= {parent.get("id"), parent.get("name")}
        node = parent
    found |= {n for child in link.iterdescendants() if is_element(child) for n in (child.get("id"), child.get("name"))}
    return {n for n in found if n}


def _definition(block: HtmlElement, anchor: Anchor, work: Workspace) -> Definition:
    mutual = _links_back(block, anchor.link) or anchor.row is not None
    opening = opening_of(text_start(block, 80).lstrip("\u00a0 ↑^")[:60])
    label = anchor.label or normal(text_of(anchor.link))
    printed = opening.printed if opening is not None and opening.label == label and opening.form != "bare" else None
    row = anchor.row
    found = Definition(block, label, row.name if row else "linked", 0.98 if mutual else 0.92, {anchor.fragment}, printed=printed)
    found.leads_back = row.back if row else None
    return found


def _from_text(anchor: Anchor) -> Definition | None:
    """A note that is printed nowhere but in an attribute of its marker."""
    for spec in anchor.row.text if anchor.row else ():
        value = (anchor.link.get(spec.removeprefix("@")) or "").strip()
        if value and label_of(value) is None:
            return Definition(read_fragment(f"<div>{value}</div>"), anchor.label or "", anchor.row.name if anchor.row else "linked", 0.9)
    return None


def _mark(work: Workspace, link: HtmlElement, found: Definition) -> None:
    names = _names(link)
    work.anchors |= names
    printed = text_of(link)
    wrapper = wrapper_of(link)
    opened, closed = bracketed(wrapper)
    if wrapper.tag not in ("sup",) and (opened or closed):
        wrapper = wrapper_of(wrapper)
    mark = placeholder("", opened + printed + closed)
    for previous in [wrapper.getprevious()]:
        if previous is not None and is_element(previous) and previous.get("id") in names and is_blank(previous):
            detach(previous)
    found.marks.append(mark)
    replace(wrapper, mark)


def _drop_comment(work: Workspace, anchor: Anchor, target: HtmlElement | None) -> None:
    """Take an editor's comment out, marker and text; the word it split closes up."""
    block = _definition_block(target, work) if target is not None else None
    detach(wrapper_of(anchor.link))
    if block is not None and _in_tree(block, work.container) and work.once(_is_short, block):
        work.lists.append(block)


def _keep_unmatched(work: Workspace, anchors: list[Anchor], blocks: dict[HtmlElement, Definition]) -> None:
    """Notes beside matched ones, or with a known back link, whose markers are gone: kept without refs."""
    places: dict[HtmlElement, dict[HtmlElement, int]] = {}
    for anchor in anchors:
        if not anchor.backward or anchor.row is None or not _in_tree(anchor.link, work.container):
            continue
        if anchor.row.drop:
            _drop_comment(work, anchor, anchor.link)
            continue
        block = _definition_block(anchor.link, work)
        if block is None or block in blocks or not work.once(_is_short, block) or any(a in blocks for a in block.iterancestors()):
            continue
        if anchor.label is None and not is_arrow(text_of(anchor.link)):
            continue
        label = anchor.label or (_place(block, places) if block.tag == "li" else anchor.key)
        blocks[block] = _refless(block, label, anchor.row.name, work)
    _keep_beside(work, blocks)


def _place(item: HtmlElement, places: dict[HtmlElement, dict[HtmlElement, int]]) -> str:
    """The number that a list prints before an item; ``places`` are those of lists looked at before."""
    parent = item.getparent()
    if parent is None:
        return "1"
    if parent not in places:
        places[parent] = {each: place for place, each in enumerate(parent.iterchildren("li"), 1)}
    return str(places[parent].get(item, 1))


def _keep_beside(work: Workspace, blocks: dict[HtmlElement, Definition]) -> None:
    """The other items of the lists that matched notes stand in."""
    listed: dict[HtmlElement, str] = {}
    for block, known in blocks.items():
        parent = block.getparent()
        if block.tag == "li" and known.confidence >= 0.9 and parent is not None:
            listed[parent] = known.style
    for parent, style in listed.items():
        for number, item in enumerate((c for c in parent if c.tag == "li"), 1):
            if item not in blocks and text_of(item):
                blocks[item] = _refless(item, str(number), style, work)


def _refless(block: HtmlElement, label: str, style: str, work: Workspace) -> Definition:
    opening = opening_of(text_start(block, 60))
    printed = opening.printed if opening is not None and opening.label == label and opening.form != "bare" else None
    item = Definition(block, label, style, 0.6, printed=printed)
    work.add(item)
    work.warnings.append(lacks_marker(label, style))
    return item
