"""A post printed over several pages: its notes may stand on another page than their markers."""

from __future__ import annotations

import re

from lxml.html import Element, HtmlElement

from presslift.records import Footnote, Ref
from presslift.scraper.parse.document import detach, inner_html, read_fragment, select
from presslift.scraper.parse.footnotes.labels import label_of, normal
from presslift.scraper.parse.footnotes.manual import read_manual
from presslift.scraper.parse.footnotes.model import PLACEHOLDER, Definition, NotesReading, Workspace, lacks_marker, lacks_note
from presslift.scraper.parse.footnotes.reading import number_notes, take_out

LOOSE = "presslift-loose-note"
IN_BYLINE = re.compile(r"\[[^\[\]\s]{1,4}\]|[*†‡§¶]+")
BYLINE_CONFIDENCE = 0.9


def join_notes(
    pages: list[tuple[str, NotesReading]], language: str | None = None, byline: str | None = None
) -> tuple[list[str], NotesReading]:
    """Number the notes of a paginated post through, and match the markers of one page with the notes of another.

    ``pages`` are each page's body as ``read_footnotes`` left it, and what it read there; ``byline`` is the line that was
    taken out of the first, as printed. Out come the bodies anew and the notes of all pages, ``index`` 1…n in order of first
    mention, with the warnings that still hold.
    """
    container = Element("div")
    work = Workspace(container, container)
    lost: dict[Definition, list[Ref]] = {}
    loose: list[Definition] = []
    mentioned = {note.text for _, reading in pages for note in reading.notes if note.refs}
    for html, reading in pages:
        reading = _without_twins(reading, mentioned)
        part = _part(html, container)
        _take_in(work, part, reading, lost, loose)
        work.warnings += reading.warnings
    # A note may stand on another page than its marker, each of them alone no more than a number.
    _match_loose(work, language)
    if loose:
        _match_byline(work, loose, byline or "", lost)
    notes = number_notes(work, lost)
    return [inner_html(part).strip() for part in container], NotesReading(notes=notes, warnings=work.warnings)


def _without_twins(reading: NotesReading, mentioned: set[str]) -> NotesReading:
    """A page's notes without those that another page told beside their markers already: tooltips do, the list stands on the last page."""
    twins = [note for note in reading.notes if not note.refs and note.text in mentioned]
    if not twins:
        return reading
    told = {lacks_marker(normal(note.marker), note.style) for note in twins}
    return NotesReading(notes=[n for n in reading.notes if n not in twins], warnings=[w for w in reading.warnings if w not in told])


def _part(html: str, container: HtmlElement) -> HtmlElement:
    part = read_fragment(html)
    part.tail = None
    container.append(part)
    return part


def _take_in(work: Workspace, part: HtmlElement, reading: NotesReading, lost: dict[Definition, list[Ref]], loose: list[Definition]) -> None:
    """Make a page's notes definitions of the whole, and its placeholders lead to them."""
    keys: dict[str, str] = {}
    fresh: list[tuple[Footnote, Definition]] = []
    for note in reading.notes:
        definition = Definition(
            Element("div"), normal(note.marker), note.style, note.confidence, printed=note.marker, body=read_fragment(note.html)
        )
        keys[str(note.index)] = f"d{len(work.definitions)}"
        work.definitions.append(definition)
        fresh.append((note, definition))
    standing: set[tuple[str, str]] = set()
    for holder in (part, *(d.body for _, d in fresh if d.body is not None)):
        for mark in select(holder, f"sup.{PLACEHOLDER}"):
            number = mark.get("data-note") or ""
            standing.add((number, mark.get("data-ref") or ""))
            mark.set("data-note", keys.get(number, number))
    for note, definition in fresh:
        gone = [ref for number, ref in enumerate(note.refs, 1) if (str(note.index), str(number)) not in standing]
        if gone:
            lost[definition] = gone
        elif not note.refs:
            loose.append(definition)
            part.extend(_printed(work, definition, first=len(loose) == 1 or definition is fresh[0][1]))


def _printed(work: Workspace, definition: Definition, first: bool) -> list[HtmlElement]:
    """A note without markers as a line under a heading, for the reader of typed marks to match."""
    if label_of(definition.label) is None:
        return []
    line = Element("p", {"class": LOOSE, "data-loose": str(work.definitions.index(definition))})
    dress = {"parenthesis": ("(", ")"), "brace": ("{", "}")}.get(definition.style, ("[", "]"))
    opened, closed = dress if definition.label.isalnum() else ("", "")
    line.text = f"{opened}{definition.label}{closed} note"
    if not first:
        return [line]
    heading = Element("h2", {"class": LOOSE})
    heading.text = "Notes"
    return [heading, line]


def _match_loose(work: Workspace, language: str | None) -> None:
    before = len(work.definitions)
    said = list(work.warnings)
    read_manual(work, language)
    work.warnings[:] = said
    found = work.definitions[before:]
    del work.definitions[before:]
    for item in found:
        number = item.block.get("data-loose")
        if number is None:
            work.definitions.append(item)
            _matched(work, item, item.printed or item.label)
            continue
        definition = work.definitions[int(number)]
        for mark in item.marks:
            mark.set("data-note", f"d{number}")
        if item.marks:
            definition.confidence = item.confidence
            _matched(work, definition, item.marks[0].get("data-marker") or definition.label)
    for element in select(work.container, f".{LOOSE}"):
        detach(element)
    take_out(work, language, before)


def _match_byline(work: Workspace, loose: list[Definition], byline: str, lost: dict[Definition, list[Ref]]) -> None:
    """The notes of marks in the byline, which stands in no body any more."""
    for found in IN_BYLINE.finditer(byline):
        label = normal(found[0])
        definition = next((d for d in loose if normal(d.label) == label and d not in lost), None)
        if definition is not None:
            lost[definition] = [Ref(place="byline")]
            definition.confidence = max(definition.confidence, BYLINE_CONFIDENCE)
            _matched(work, definition, definition.label)


def _matched(work: Workspace, definition: Definition, printed: str) -> None:
    gone = {lacks_marker(definition.label, definition.style), lacks_note(printed, definition.style)}
    work.warnings[:] = [w for w in work.warnings if w not in gone]
