"""Notes whose plugin marks them with its own classes: each a row of the table ``footnotes``."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

from lxml.html import Element, HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import classes, detach, read_fragment, select, text_of
from presslift.scraper.parse.footnotes.labels import label_of, opening_of
from presslift.scraper.parse.footnotes.model import Definition, Workspace, lacks_marker, lacks_note
from presslift.scraper.parse.footnotes.tree import WRAPPERS, bracketed, is_element, placeholder, replace, text_start, wrapper_of

MOST_ALIKE = 300
"""Notes that are compared with one another."""


@cache
def cues() -> frozenset[str]:
    """Every class that some plugin's row is tried for."""
    return frozenset(c for row in table("footnotes")["plugin"] for c in row["cues"])


def read_plugins(work: Workspace, present: frozenset[str], extra: dict[str, str] | None) -> None:
    """Match the markers and notes of every plugin whose classes are ``present``. Changes the tree."""
    for row in table("footnotes")["plugin"]:
        if present.isdisjoint(row["cues"]) and not (extra and row["name"] == "core"):
            continue
        if "marker" in row:
            _read_row(work, row, extra if row["name"] == "core" else None)
        for twin in select(work.container, row["twin"]) if "twin" in row else []:
            detach(twin)


def _read_row(work: Workspace, row: dict[str, Any], extra: dict[str, str] | None) -> None:
    markers = select(work.container, row["marker"])
    definitions = _definitions(work, row, bool(markers))
    known = {key: d for d in reversed(definitions) for key in d.keys}
    for id_, html in (extra or {}).items():
        if id_ not in known:
            known[id_] = Definition(_detached(html), "", row["name"], 0.99, {id_})
    order: dict[HtmlElement, int] = {}
    labels: set[str] = set()
    by_label = _by_label(definitions)
    for marker in markers:
        label = label_of(text_of(marker)) or ""
        keys = _keys(marker, row, "key")
        found = next((known[k] for k in keys if k in known), None)
        if found is None and definitions:
            order = order or {e: i for i, e in enumerate(work.root.iter())}
            found = _by_number(by_label.get(label, []), marker, order)
        found = found or _from_text(marker, row)
        if found is None:
            work.warnings.append(lacks_note(text_of(marker), row["name"]))
            continue
        if any(a is found.block for a in marker.iterancestors()):
            continue
        for key in keys:
            known.setdefault(key, found)
        if not work.has(found):
            work.add(found)
            found.label = found.label or label
        labels |= {found.label, label}
        _mark(work, marker, found)
    _keep_unmatched(work, definitions, labels)
    if "list" in row and definitions:
        # A list outside the article may be another one's: it goes only with notes of this one.
        used = {a for d in work.definitions for a in d.block.iterancestors()} if work.scoped else set()
        work.lists += [e for e in select(work.root, row["list"]) if e in used or not work.scoped or work.container in e.iterancestors()]


def _definitions(work: Workspace, row: dict[str, Any], has_markers: bool) -> list[Definition]:
    found: list[Definition] = []
    positions: dict[HtmlElement, int] = {}
    for block in select(work.root if has_markers else work.container, row["definition"]):
        parent = block.getparent()
        if parent is None:
            continue
        positions[parent] = positions.get(parent, 0) + 1
        first = next((e for e in block if text_of(e)), None)
        printed = text_of(first) if first is not None and not (block.text or "").strip() else ""
        label = label_of(printed.lstrip("↑ ")) or str(positions[parent] + _start(parent))
        keys = _keys(block, row, "definition_key")
        content = row.get("content")
        item = Definition(block, label, row["name"], 0.99, keys, content=content, back=row.get("back"), implied=True)
        opening = opening_of(text_start(block, 60))
        if opening is not None and opening.form == "bracket":
            item.printed, item.label = opening.printed, opening.label
        if not (content and select(block, content)):
            item.content = None
        found.append(item)
    return found


def _start(block: HtmlElement) -> int:
    start = block.get("start") or ""
    return int(start) - 1 if start.isdecimal() and len(start) < 4 else 0


def _keys(element: HtmlElement, row: dict[str, Any], which: str) -> set[str]:
    """The ids that a marker or a definition names, as the row tells where."""
    found: set[str] = set()
    for spec in row.get(which, []):
        for value in _values(element, spec):
            key = value.rpartition("#")[2].strip()
            if "pattern" in row:
                found.update(re.findall(row["pattern"], key))
            elif key and key != "void(0)":
                found.add(key)
    return found


def _values(element: HtmlElement, spec: str) -> list[str]:
    css, _, attribute = spec.rpartition("@") if "@" in spec else (spec, "", "")
    side = css[:1] if css[:1] in "+-" else ""
    css = css.removeprefix(side) if side else css
    targets = _neighbours(element, side, css) if side else select(element, css) if css else [element]
    values = [(e.get(attribute) if attribute else text_of(e)) or "" for e in targets]
    return [v for v in values if v]


def _neighbours(element: HtmlElement, side: str, css: str) -> list[HtmlElement]:
    """The sibling that a selector matches, next to the element or to the inline elements around it."""
    node: HtmlElement | None = element
    while node is not None and (node is element or node.tag in WRAPPERS):
        sibling = node.getnext() if side == "+" else node.getprevious()
        if sibling is not None and is_element(sibling) and sibling in select(sibling, css):
            return [sibling]
        node = node.getparent()
    return []


def _by_label(definitions: list[Definition]) -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    for item in definitions:
        found.setdefault(item.label, []).append(item)
    return found


def _by_number(same: list[Definition], marker: HtmlElement, order: dict[HtmlElement, int]) -> Definition | None:
    """Of the definitions with the marker's number the next one for a restart, else the last, which an inline note's repeat means."""
    here = order.get(marker, 0)
    return next((d for d in same[-MOST_ALIKE:] if order.get(d.block, 0) > here), same[-1] if same else None)


def _from_text(marker: HtmlElement, row: dict[str, Any]) -> Definition | None:
    """A note whose list is missing but whose text the marker carries."""
    for spec in row.get("text", []):
        for value in _values(marker, spec):
            if value.strip():
                return Definition(_detached(value), "", row["name"], 0.9, _keys(marker, row, "key"))
    return None


def _detached(html: str) -> HtmlElement:
    holder = Element("div")
    holder.append(read_fragment(html))
    return holder


def _mark(work: Workspace, marker: HtmlElement, found: Definition) -> None:
    for element in (marker, marker.getprevious(), *marker.iterdescendants()):
        if element is not None and element.get("id"):
            work.anchors.add(element.get("id") or "")
    printed = text_of(marker)
    wrapper = wrapper_of(marker)
    if len(printed) > 8 and label_of(printed) is None:
        # An author-date citation is text of the author's: it stays, with the marker behind it.
        mark = placeholder("", printed)
        found.marks.append(mark)
        mark.tail, wrapper.tail = wrapper.tail, None
        wrapper.addnext(mark)
        if wrapper.tag == "a":
            wrapper.drop_tag()
        return
    opened, closed = bracketed(wrapper)
    mark = placeholder("", opened + printed + closed)
    found.marks.append(mark)
    replace(wrapper, mark)


def _keep_unmatched(work: Workspace, definitions: list[Definition], labels: set[str]) -> None:
    """Notes of a certain list whose markers are gone become notes without refs; second prints of a note go.

    ``labels`` are those of the matched notes, and of their markers.
    """
    texts: dict[str, None] = {}
    for item in definitions:
        if work.has(item):
            texts[text_of(item.block)] = None
    for item in definitions:
        if work.has(item):
            continue
        text = text_of(item.block)
        if item.label in labels and (text in texts or any(one and one in text for one in islice(texts, MOST_ALIKE))):
            work.lists.append(item.block)
            continue
        if work.scoped and work.container not in item.block.iterancestors() and "fn" not in classes(item.block):
            continue
        item.confidence = 0.6
        work.add(item)
        work.warnings.append(lacks_marker(item.label, item.style))
