"""The order in which notes are read, and their numbering."""

from __future__ import annotations

import json
from collections.abc import Iterable

from lxml import etree
from lxml.html import HtmlElement

from presslift.records import Footnote, Ref
from presslift.scraper.parse.document import select
from presslift.scraper.parse.footnotes.content import note_body, note_html, note_text
from presslift.scraper.parse.footnotes.labels import normal
from presslift.scraper.parse.footnotes.linked import read_linked
from presslift.scraper.parse.footnotes.manual import read_manual
from presslift.scraper.parse.footnotes.model import PLACEHOLDER, Definition, NotesReading, Workspace, marker_lacking
from presslift.scraper.parse.footnotes.plugins import cues, read_plugins
from presslift.scraper.parse.footnotes.tree import Place, join_raised, place_of, remove_blocks

LINKS = etree.XPath("descendant::a[contains(@href, '#')]")
CLASSES = etree.XPath("descendant-or-self::*/@class", smart_strings=False)


def read_footnotes(
    container: HtmlElement,
    scope: HtmlElement | None = None,
    language: str | None = None,
    extra: dict[str, str] | None = None,
) -> NotesReading:
    """Find the notes of an article. Changes the tree.

    ``container`` is the article's body; ``scope`` the page, in which notes lists outside the container are looked for.
    ``language`` (BCP 47) tells which headings of notes lists count; without one all languages' do. ``extra`` are
    definitions known from elsewhere, id → HTML (see ``read_core_meta``). Every matched marker becomes
    ``<sup class="presslift-note" data-note="INDEX" data-ref="K" data-marker="…">``, K counting the mentions of one note;
    matched definitions and their heading leave the tree. What has no match stays in the text and is warned about.
    """
    work = Workspace(container, scope if scope is not None else container)
    present, links = _survey(container)
    if extra or not cues().isdisjoint(present):
        read_plugins(work, present, extra)
    if links:
        read_linked(work, [a for a in links if a.getparent() is not None])
    take_out(work, language)
    before = len(work.definitions)
    read_manual(work, language)
    # Feeds print a plugin's markers without its list: what the plugin's own reader missed may have been found since.
    typed = {normal(d.label) for d in work.definitions[before:] if d.marks}
    warnings = [w for w in work.warnings if not ((lacking := marker_lacking(w)) and normal(lacking) in typed)]
    take_out(work, language, before)
    return NotesReading(notes=number_notes(work), warnings=warnings)


def read_core_meta(meta_json: str | None) -> dict[str, str]:
    """REST's ``meta.footnotes`` (a JSON string of ``[{"id", "content"}]``) as id → HTML; an unreadable one is empty."""
    try:
        items = json.loads(meta_json or "[]")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(items, list):
        return {}
    return {str(i["id"]): str(i["content"]) for i in items if isinstance(i, dict) and i.get("id") and i.get("content")}


def _survey(container: HtmlElement) -> tuple[frozenset[str], list[HtmlElement]]:
    """The classes of the container's elements, and its links with a fragment."""
    present: set[str] = set()
    for value in set(CLASSES(container)):
        present.update(value.split())
    return frozenset(present), LINKS(container)


def take_out(work: Workspace, language: str | None, since: int = 0) -> None:
    """Copy the notes' texts, then take their blocks and lists out."""
    found = work.definitions[since:]
    for number, definition in enumerate(found, since):
        for mark in definition.marks:
            mark.set("data-note", f"d{number}")
    for definition in found:
        definition.body = note_body(definition, work.anchors)
    lists, work.lists = work.lists, []
    remove_blocks([b for d in found for b in d.blocks], work.root, language)
    remove_blocks([e for e in lists if e is not work.container], work.root, language)


def number_notes(work: Workspace, refs: dict[Definition, list[Ref]] | None = None) -> list[Footnote]:
    """Give notes their index in order of first mention, and placeholders theirs; a note may mention another.

    ``refs`` are mentions that no longer stand in the tree, which came before all others. The placeholders' ``data-note``
    is ``d`` and the place in ``work.definitions``.
    """
    if not work.definitions:
        return []
    refs = refs or {}
    order = _Order(refs)
    standing = select(work.root, f"sup.{PLACEHOLDER}")
    _count(work, standing, order, refs)
    for mark in standing:
        join_raised(mark)
    for definition in order.found:
        _count(work, select(definition.body, f"sup.{PLACEHOLDER}") if definition.body is not None else [], order, refs)
    for definition in work.definitions:
        if definition not in refs:
            order.index(definition)
            _count(work, select(definition.body, f"sup.{PLACEHOLDER}") if definition.body is not None else [], order, refs)
    return [_note(index, d, refs.get(d, [])) for index, d in enumerate(order.found, 1)]


class _Order:
    """Definitions in the order in which they were first met: ``found``."""

    def __init__(self, first: Iterable[Definition]):
        self.found = list(first)
        self._places = {definition: place for place, definition in enumerate(self.found, 1)}

    def index(self, definition: Definition) -> int:
        """A definition's place, from 1; a new one is the last."""
        if definition not in self._places:
            self.found.append(definition)
            self._places[definition] = len(self.found)
        return self._places[definition]


def _count(work: Workspace, marks: list[HtmlElement], order: _Order, refs: dict[Definition, list[Ref]]) -> None:
    for mark in marks:
        key = mark.get("data-note") or ""
        if not key.startswith("d"):
            continue
        definition = work.definitions[int(key[1:])]
        known = refs.setdefault(definition, [])
        index, number = order.index(definition), len(known) + 1
        mark.set("data-note", str(index))
        mark.set("data-ref", str(number))
        known.append(Ref(place=_place(mark, work.container), anchor=f"fnref-{index}" + (f"-{number}" if number > 1 else "")))


def _place(mark: HtmlElement, container: HtmlElement) -> Place:
    ancestors = list(mark.iterancestors())
    if any(a is container for a in ancestors):
        return place_of(mark, container)
    return "title" if any(a.tag == "h1" for a in ancestors) else "body"


def _note(index: int, definition: Definition, refs: list[Ref]) -> Footnote:
    body = definition.body
    assert body is not None
    marker = next((m.get("data-marker") for m in definition.marks if m.get("data-marker")), None) or definition.printed or definition.label
    return Footnote(
        index=index,
        marker=marker or str(index),
        html=note_html(body),
        text=note_text(body),
        style=definition.style,
        refs=refs,
        confidence=definition.confidence,
    )
