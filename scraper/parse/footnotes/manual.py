"""Notes that are not linked: a mark typed in the text, and a line that starts with the same mark."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby, pairwise

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.footnotes.labels import heading_of
from presslift.scraper.parse.footnotes.lines import Line, Mark, Slot, marks_of, may_hold_notes, read_lines_of, split_breaks
from presslift.scraper.parse.footnotes.matching import HEADING_TAGS, STRONG, Candidate, Run, after_rule, choose, runs_of
from presslift.scraper.parse.footnotes.model import Definition, Workspace, lacks_marker
from presslift.scraper.parse.footnotes.tree import WRAPPERS, has_more, placeholder, replace, wrapper_of

STYLES = {
    "paren": "parenthesis",
    "sup": "superscript",
    "raised": "superscript",
    "half": "number",
    "bare": "number",
    "word": "word-number",
    "list": "list",
}


MOST = 1500
"""More lines than this that start with a mark are no notes."""


@cache
def _boilerplate() -> re.Pattern[str]:
    return re.compile(table("footnotes")["reject"]["boilerplate"])


def read_manual(work: Workspace, language: str | None) -> None:
    """Match the marks typed in the text with the lines that start with them. Changes the tree."""
    if not may_hold_notes(work.container, language):
        return
    split_breaks(work.container)
    heading = next((h for h in work.root.iter("h1") if text_of(h)), None) if work.scoped else None
    outside = heading is not None and all(a is not work.container for a in heading.iterancestors())
    lines = read_lines_of([heading, work.container] if outside and heading is not None else [work.container], language)
    candidates = _candidates(lines)
    if not candidates or len(candidates) > MOST:
        return
    taken = {c.line for c in candidates}
    marks = [m for m in marks_of(lines) if m.line not in taken or not m.first]
    runs = runs_of(candidates, lines, marks)
    chosen = choose(runs, lines, marks)
    by_mark = _define(work, chosen)
    # A mark that names several notes, of which one is missing, stays as it is.
    known = [mark for mark, found in by_mark.items() if all(label in found for label in mark.labels)]
    for _, together in groupby(sorted(known, key=lambda m: (m.line, m.start), reverse=True), key=lambda m: id(m.slot or m)):
        _put(list(together), by_mark)
    _warn(work, runs, chosen, lines)


def _define(work: Workspace, chosen: list[Run]) -> dict[Mark, dict[str, Definition]]:
    """Make the runs' lines definitions; marker → the notes it names, by label."""
    by_mark: dict[Mark, dict[str, Definition]] = {}
    for run in chosen:
        for item in run.items:
            definition = _definition(item, run)
            work.definitions.append(definition)
            if not item.marks:
                definition.confidence = 0.5
                work.warnings.append(lacks_marker(item.label, definition.style))
            for mark in item.marks:
                by_mark.setdefault(mark, {})[item.label] = definition
    return by_mark


def _candidates(lines: list[Line]) -> list[Candidate]:
    found: list[Candidate] = []
    under: Line | None = None
    tail = _tail(lines)
    places: dict[HtmlElement, dict[HtmlElement, int]] = {}
    for number, line in enumerate(lines):
        if line.heading is not None and (
            line.block.tag in HEADING_TAGS or line.block.tag in ("p", "div", "strong", "span", "summary", "caption", "dt")
        ):
            under = line
            continue
        if line.block.tag in HEADING_TAGS and under is not None and text_of(line.block):
            under = None
        item = _list_item(line, number, under, places)
        if item is None and line.opening is not None:
            opening = line.opening
            if opening.form in ("bare", "half") and under is None and number < tail and not after_rule(line.block):
                continue
            if opening.form == "symbol" and _boilerplate().search(line.text):
                continue
            item = Candidate(number, _whole(line.block), opening.form, opening.label, opening.printed)
        if item is not None and not (found and found[-1].block is item.block):
            item.heading = under.heading if under is not None else None
            found.append(item)
    return _without_bullets(found)


def _tail(lines: list[Line]) -> int:
    """Where the numbered lines at the very end start."""
    start = len(lines)
    while start and lines[start - 1].opening is not None and lines[start - 1].block.tag != "li":
        start -= 1
    return start


def _list_item(line: Line, number: int, under: Line | None, places: dict[HtmlElement, dict[HtmlElement, int]]) -> Candidate | None:
    """An item of a numbered list under a heading of notes, or behind a rule: its number is the list's.

    ``places`` are those of the items that stand in lists looked at before.
    """
    item = line.block if line.block.tag == "li" else line.block.getparent()
    if item is None or item.tag != "li" or (line.opening is not None and line.opening.form != "bare"):
        return None
    parent = item.getparent()
    if (
        parent is None
        or parent.tag != "ol"
        or has_more(parent, MOST)
        or (under is None and not after_rule(parent))
        or any(a.tag == "li" for a in parent.iterancestors())
    ):
        return None
    start = parent.get("start") or "1"
    if parent not in places:
        places[parent] = {each: place for place, each in enumerate(parent.iterchildren("li"))}
    place = places[parent][item] + (int(start) if start.isdecimal() and len(start) < 4 else 1)
    value = item.get("value") or ""
    return Candidate(number, item, "list", value if value.isdecimal() else str(place), None)


def _whole(block: HtmlElement) -> HtmlElement:
    """The list item around a paragraph that opens it."""
    parent = block.getparent()
    if parent is not None and parent.tag in ("li", "dd") and parent[0] is block and not (parent.text or "").strip():
        return parent
    return block


def _without_bullets(found: list[Candidate]) -> list[Candidate]:
    """Asterisks that only stand for bullets: the same symbol opens one line after another."""
    bullets: set[int] = set()
    for one, two in pairwise(found):
        if one.form == two.form == "symbol" and one.label == two.label and two.line - one.line <= 2:
            bullets |= {one.line, two.line}
    rest = [c for c in found if c.line not in bullets]
    lone = [c for c in rest if c.form == "symbol" and c.label == "*"]
    return [c for c in rest if c.form != "symbol" or c.label != "*"] if len(bullets) > len(lone) else rest


def _definition(item: Candidate, run: Run) -> Definition:
    style = STYLES.get(item.form, item.form)
    confidence = 0.95 if item.form in STRONG or run.headed else 0.85
    return Definition(item.block, item.label, style, confidence, printed=item.printed, more=item.gap)


def _placeholders(mark: Mark, found: dict[str, Definition]) -> list[HtmlElement]:
    new: list[HtmlElement] = []
    for label in mark.labels:
        element = placeholder("", mark.printed if len(mark.labels) == 1 else label)
        found[label].marks.append(element)
        new.append(element)
    return new


def _put(marks: list[Mark], by_mark: dict[Mark, dict[str, Definition]]) -> None:
    """Replace a raised mark, or all the marks of one text, by their placeholders; they come last to first."""
    slot = marks[0].slot
    if slot is None:
        for mark in marks:
            if mark.element is not None:
                replace(wrapper_of(mark.element), *_placeholders(mark, by_mark[mark]))
        return
    if not slot.tail or slot.element.getparent() is not None:
        _fill(slot, marks, by_mark)


def _fill(slot: Slot, marks: list[Mark], by_mark: dict[Mark, dict[str, Definition]]) -> None:
    text = slot.text
    end = len(text)
    backwards: list[HtmlElement] = []
    for mark in marks:
        new = _placeholders(mark, by_mark[mark])
        new[-1].tail = text[mark.end : end]
        backwards += reversed(new)
        end = mark.start
    if slot.tail:
        slot.element.tail = None
        for element in backwards:
            slot.element.addnext(element)
        slot.element.tail = text[:end]
        return
    slot.element.text = text[:end]
    for element in backwards:
        slot.element.insert(0, element)
    lone = len(marks) == 1 and not text[:end].strip() and not text[marks[0].end :].strip()
    if lone and slot.element.tag in WRAPPERS and not has_more(slot.element, len(backwards)):
        replace(wrapper_of(slot.element), *reversed(backwards))


def _warn(work: Workspace, runs: list[Run], chosen: list[Run], lines: list[Line]) -> None:
    """What looks like a note, at the end of the text, and has no marker: it stays, and is named."""
    for run in runs:
        if run in chosen or any(heading_of(lines[c.line].text, None) for c in run.items):
            continue
        loose = [c for c in run.items if c.form in ("bracket", "sup", "brace")]
        if loose and (run.headed or run.ruled or run.items[-1].line >= len(lines) - 3):
            labels = ", ".join(c.printed or c.label for c in loose[:5])
            work.warnings.append(f"lines that look like notes have no marker and stay in the text: {labels}")
