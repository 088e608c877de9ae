"""Notes that are not linked: a mark typed in the text, and a line that starts with the same mark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.footnotes.labels import heading_of
from presslift.scraper.parse.footnotes.lines import Line, Mark, marks_of, may_hold_notes, read_lines_of, split_breaks
from presslift.scraper.parse.footnotes.model import Definition, Workspace, lacks_marker
from presslift.scraper.parse.footnotes.tree import WRAPPERS, placeholder, replace, wrapper_of

COMPATIBLE = {
    "bracket": ("bracket", "raised"),
    "paren": ("paren", "raised"),
    "brace": ("brace", "raised"),
    "sup": ("raised", "bracket", "paren"),
    "raised": ("raised", "bracket", "paren"),
    "star": ("star", "raised", "bracket"),
    "symbol": ("symbol", "raised", "paren", "bracket"),
    "half": ("half", "raised", "paren"),
    "word": ("bracket", "raised", "paren"),
    "bare": ("raised", "bracket", "paren"),
    "list": ("raised", "bracket", "paren"),
}
"""How a note's line starts → how its marker may look, the likeliest first."""
STRONG = frozenset(("bracket", "sup", "raised", "brace", "star", "word"))
STYLES = {
    "paren": "parenthesis",
    "sup": "superscript",
    "raised": "superscript",
    "half": "number",
    "bare": "number",
    "word": "word-number",
    "list": "list",
}
UNITS = re.compile(r"(?:^|[\s\d(/·])(?:[kcmdµ]?m|ha|km|cm|mm|ft|in|yd|mi|s|x|y|n|r|c|e|a|b|[A-Zπ])$")


@dataclass(eq=False)
class Candidate:
    """A line that may be a note."""

    line: int
    block: HtmlElement
    form: str
    label: str
    printed: str | None
    gap: list[HtmlElement] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def number(self) -> int | None:
        """The label's value; symbols have none."""
        return int(self.label) if self.label.isdecimal() else None


@dataclass(eq=False)
class Run:
    """Candidates that follow one another, and what stands above them."""

    items: list[Candidate]
    headed: bool = False
    weak: bool = False
    ruled: bool = False


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
    if not candidates:
        return
    taken = {c.line for c in candidates}
    marks = [m for m in marks_of(lines) if m.line not in taken or not m.first]
    runs = _runs(candidates, lines, marks)
    chosen = _choose(runs, lines, marks)
    by_mark = _define(work, chosen)
    for mark, found in sorted(by_mark.items(), key=lambda used: (used[0].line, used[0].start), reverse=True):
        # A mark that names several notes, of which one is missing, stays as it is.
        if all(label in found for label in mark.labels):
            _put(mark, found)
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
    for number, line in enumerate(lines):
        if line.heading is not None and (
            line.block.tag in HEADING_TAGS or line.block.tag in ("p", "div", "strong", "span", "summary", "caption", "dt")
        ):
            under = line
            continue
        if line.block.tag in HEADING_TAGS and under is not None and text_of(line.block):
            under = None
        item = _list_item(line, number, under)
        if item is None and line.opening is not None:
            opening = line.opening
            if opening.form in ("bare", "half") and under is None and not _after_rule(line.block):
                continue
            if opening.form == "symbol" and _boilerplate().search(line.text):
                continue
            item = Candidate(number, _whole(line.block), opening.form, opening.label, opening.printed)
        if item is not None and not (found and found[-1].block is item.block):
            found.append(item)
    return _without_bullets(found)


HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def _list_item(line: Line, number: int, under: Line | None) -> Candidate | None:
    """An item of a numbered list under a heading of notes, or behind a rule: its number is the list's."""
    item = line.block if line.block.tag == "li" else line.block.getparent()
    if item is None or item.tag != "li" or (line.opening is not None and line.opening.form != "bare"):
        return None
    parent = item.getparent()
    if (
        parent is None
        or parent.tag != "ol"
        or (under is None and not _after_rule(parent))
        or any(a.tag == "li" for a in parent.iterancestors())
    ):
        return None
    start = parent.get("start") or "1"
    place = sum(1 for s in item.itersiblings("li", preceding=True)) + (int(start) if start.isdecimal() and len(start) < 4 else 1)
    value = item.get("value") or ""
    return Candidate(number, item, "list", value if value.isdecimal() else str(place), None)


def _after_rule(block: HtmlElement) -> bool:
    """Whether a rule stands above the block, with nothing but such blocks between."""
    node: HtmlElement | None = block
    for _ in range(60):
        if node is None:
            return False
        previous = node.getprevious()
        if previous is None:
            return False
        if previous.tag == "hr":
            return True
        if previous.tag != block.tag:
            return False
        node = previous
    return False


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
    return [c for c in rest if c not in lone] if len(bullets) > len(lone) else rest


def _runs(candidates: list[Candidate], lines: list[Line], marks: list[Mark]) -> list[Run]:
    """Candidates in runs: numbers rise, and what lies between two notes is the first one's further paragraphs."""
    runs: list[Run] = []
    last: Candidate | None = None
    for item in candidates:
        if last is not None and runs and _follows(last, item, lines, marks):
            if item.line - last.line > 1:
                last.gap = _between(last, item, lines)
            runs[-1].items.append(item)
        else:
            runs.append(_opened(item, lines))
        last = item
    return runs


def _follows(last: Candidate, item: Candidate, lines: list[Line], marks: list[Mark]) -> bool:
    between = range(last.line + 1, item.line)
    if len(between) > 5 or any(lines[n].heading is not None or lines[n].block.tag in HEADING_TAGS for n in between):
        return False
    if last.number is not None and item.number is not None and item.number <= last.number:
        return False
    if last.form == item.form == "symbol" and item.label == last.label:
        return False
    inside = set(between)
    return not any(m.line in inside and item.label in m.labels and m.form in COMPATIBLE[item.form] and not m.first for m in marks)


def _between(last: Candidate, item: Candidate, lines: list[Line]) -> list[HtmlElement]:
    blocks: list[HtmlElement] = []
    parent = last.block.getparent()
    for number in range(last.line + 1, item.line):
        block = lines[number].block
        if block is last.block or any(a is last.block for a in block.iterancestors()):
            continue
        for ancestor in block.iterancestors():
            if ancestor is parent:
                break
            block = ancestor
        if block not in blocks and block.getparent() is parent:
            blocks.append(block)
    return blocks


def _opened(item: Candidate, lines: list[Line]) -> Run:
    above = lines[item.line - 1] if item.line else None
    run = Run([item])
    node = item.block if item.form != "list" else item.block.getparent()
    run.ruled = node is not None and _after_rule(node)
    if above is not None and above.heading is not None:
        run.headed, run.weak = True, above.heading.weak
    return run


def _choose(runs: list[Run], lines: list[Line], marks: list[Mark]) -> list[Run]:
    """The runs that are notes, each with its markers."""
    chosen: list[Run] = []
    lengths = [len(line.text) for line in lines]
    total = sum(lengths) or 1
    noted = {c.line for run in runs for c in run.items}
    ended: dict[str, int] = {}
    for run in runs:
        first = run.items[0].line
        low = max((ended[c.label] for c in run.items if c.label in ended), default=-1)
        found = [m for m in marks if low < m.line < first and not (m.line in noted and m.first)]
        _assign(run, found)
        rest = sum(lengths[run.items[-1].line + 1 :]) / total
        own = sum(lengths[c.line] for c in run.items) / total
        if _accept(run, rest, own):
            chosen.append(run)
            for item in run.items:
                ended[item.label] = item.line
    return _without_lists(runs, chosen)


def _without_lists(runs: list[Run], chosen: list[Run]) -> list[Run]:
    """Where most lines with an asterisk have no marker, asterisks are bullets, and a marker is chance."""
    stars = [run for run in runs if run.items[0].form == "symbol" and run.items[0].label == "*"]
    idle = sum(run not in chosen for run in stars)
    return [run for run in chosen if run not in stars] if idle > len(stars) - idle else chosen


def _assign(run: Run, marks: list[Mark]) -> None:
    """Give each note of a run its markers, in the form that serves most of the notes."""
    options: dict[str, dict[str, list[Mark]]] = {}
    for item in run.items:
        for mark in marks:
            if item.label in mark.labels and mark.form in COMPATIBLE[item.form] and not (mark.form in ("paren", "half") and mark.first):
                options.setdefault(mark.form, {}).setdefault(item.label, []).append(mark)
    liked = COMPATIBLE[run.items[0].form]
    order = sorted(options, key=lambda f: (-len(options[f]), liked.index(f) if f in liked else 9))
    for item in run.items:
        for rank, form in enumerate(order):
            found = options[form].get(item.label, [])
            if found and (rank == 0 or form in ("bracket", "raised", "star") or item.form == form):
                item.marks = _plain(found) if form == "raised" else found
                if item.marks:
                    break
    _settle_doubtful(run, options.get("raised", {}))


def _doubtful(mark: Mark) -> bool:
    """Whether a raised number may be an exponent, an ordinal or a unit's."""
    if not mark.labels[0].isdecimal() or mark.printed.strip("[]()") != mark.printed:
        return False
    before = mark.before
    if re.search(r"\d$", before) or re.match(r"\w", mark.after):
        return True
    return bool(UNITS.search(before)) or bool(re.search(r"[=+−×^]\s?$", before))


def _plain(found: list[Mark]) -> list[Mark]:
    return [m for m in found if not _doubtful(m)]


def _settle_doubtful(run: Run, raised: dict[str, list[Mark]]) -> None:
    """A number behind a number is a marker where its note has no other and it stands between its neighbours' markers."""
    for place, item in enumerate(run.items):
        if item.marks or item.label not in raised:
            continue
        low = max((c.marks[0].place for c in run.items[:place] if c.marks), default=(-1, 0))
        high = min((c.marks[0].place for c in run.items[place + 1 :] if c.marks), default=(1 << 30, 0))
        fitting = [m for m in raised[item.label] if low < m.place < high and _behind_number(m)]
        item.marks = fitting[:1]


def _behind_number(mark: Mark) -> bool:
    """In ``in 1911²`` the raised number may be a marker, in ``10²``, ``m²`` and ``2²x`` it is none."""
    return (
        re.search(r"\d$", mark.before) is not None and not re.search(r"(?:\D|^)10$", mark.before) and not re.match(r"[^\W\d]", mark.after)
    )


def _accept(run: Run, rest: float, own: float) -> bool:
    matched = sum(1 for c in run.items if c.marks)
    share = matched / len(run.items)
    forms = {c.form for c in run.items}
    if own > 0.6 and share < 1 and not run.headed:
        return False
    if not matched:
        first = run.items[0]
        return run.headed and not run.weak and forms <= STRONG and first.label == "1" and rest < 0.3
    if forms & {"list", "bare", "half"}:
        return share >= 0.5 and (run.headed or run.ruled)
    if forms <= STRONG:
        return share >= 0.34 or run.headed or run.ruled
    if forms <= STRONG | {"symbol"}:
        return share >= 0.5
    return share >= 0.6 and (run.headed or run.ruled or rest < 0.35)


def _definition(item: Candidate, run: Run) -> Definition:
    style = STYLES.get(item.form, item.form)
    confidence = 0.95 if item.form in STRONG or run.headed else 0.85
    return Definition(item.block, item.label, style, confidence, printed=item.printed, more=item.gap)


def _put(mark: Mark, found: dict[str, Definition]) -> None:
    """Replace a mark by its placeholders."""
    new: list[HtmlElement] = []
    for label in mark.labels:
        element = placeholder("", mark.printed if len(mark.labels) == 1 else label)
        found[label].marks.append(element)
        new.append(element)
    if mark.element is not None:
        replace(wrapper_of(mark.element), *new)
        return
    slot = mark.slot
    if slot is None:
        return
    text = slot.text
    before, after = text[: mark.start], text[mark.end :]
    if slot.tail:
        parent = slot.element.getparent()
        if parent is None:
            return
        slot.element.tail = before
        place = parent.index(slot.element) + 1
    else:
        parent, place = slot.element, 0
        slot.element.text = before
    for offset, element in enumerate(new):
        parent.insert(place + offset, element)
    new[-1].tail = after
    only = not slot.tail and not before.strip() and not after.strip() and len(slot.element) == len(new)
    if only and slot.element.tag in WRAPPERS:
        replace(wrapper_of(slot.element), *new)


def _warn(work: Workspace, runs: list[Run], chosen: list[Run], lines: list[Line]) -> None:
    """What looks like a note, at the end of the text, and has no marker: it stays, and is named."""
    for run in runs:
        if run in chosen or any(heading_of(lines[c.line].text, None) for c in run.items):
            continue
        loose = [c for c in run.items if c.form in ("bracket", "sup", "brace")]
        if loose and (run.headed or run.ruled or run.items[-1].line >= len(lines) - 3):
            labels = ", ".join(c.printed or c.label for c in loose[:5])
            work.warnings.append(f"lines that look like notes have no marker and stay in the text: {labels}")
