"""Which lines are notes, and which marks are theirs: candidates in runs, matched with the marks before them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from lxml.html import HtmlElement

from presslift.scraper.parse.footnotes.labels import Heading
from presslift.scraper.parse.footnotes.lines import Line, Mark

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
MOST_MENTIONS = 5000
"""Of one note, the last before it."""
UNITS = re.compile(r"(?:^|[\s\d(/·])(?:[kcmdµ]?m|ha|km|cm|mm|ft|in|yd|mi|s|x|y|n|r|c|e|a|b|[A-Zπ])$")


@dataclass(eq=False)
class Candidate:
    """A line that may be a note."""

    line: int
    block: HtmlElement
    form: str
    label: str
    printed: str | None
    heading: Heading | None = None
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
    near: bool = False
    """The heading stands right above."""
    weak: bool = False
    ruled: bool = False


HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def after_rule(block: HtmlElement) -> bool:
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


def runs_of(candidates: list[Candidate], lines: list[Line], marks: list[Mark]) -> list[Run]:
    """Candidates in runs: numbers rise, and what lies between two notes is the first one's further paragraphs."""
    runs: list[Run] = []
    last: Candidate | None = None
    on_line: dict[int, list[Mark]] = {}
    for mark in marks:
        on_line.setdefault(mark.line, []).append(mark)
    for item in candidates:
        if last is not None and runs and _follows(last, item, lines, on_line):
            if item.line - last.line > 1:
                last.gap = _between(last, item, lines)
            runs[-1].items.append(item)
        else:
            runs.append(_opened(item, lines))
        last = item
    return runs


def _follows(last: Candidate, item: Candidate, lines: list[Line], on_line: dict[int, list[Mark]]) -> bool:
    between = range(last.line + 1, item.line)
    if len(between) > 5 or any(lines[n].heading is not None or lines[n].block.tag in HEADING_TAGS for n in between):
        return False
    if last.number is not None and item.number is not None and item.number <= last.number:
        return False
    if last.form == item.form == "symbol" and item.label == last.label:
        return False
    inside = (m for n in between for m in on_line.get(n, ()))
    return not any(item.label in m.labels and m.form in COMPATIBLE[item.form] and not m.first for m in inside)


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
    run.ruled = node is not None and after_rule(node)
    run.near = above is not None and above.heading is not None
    if item.heading is not None:
        run.headed, run.weak = True, item.heading.weak
    return run


def choose(runs: list[Run], lines: list[Line], marks: list[Mark]) -> list[Run]:
    """The runs that are notes, each with its markers."""
    chosen: list[Run] = []
    lengths = [len(line.text) for line in lines]
    behind = [0, *accumulate(reversed(lengths))][::-1]
    total = behind[0] or 1
    noted = {c.line for run in runs for c in run.items}
    ended: dict[str, int] = {}
    by_label: dict[str, list[Mark]] = {}
    for mark in marks:
        for label in mark.labels:
            by_label.setdefault(label, []).append(mark)
    for run in runs:
        first = run.items[0].line
        low = max((ended[c.label] for c in run.items if c.label in ended), default=-1)
        named = {m: None for c in run.items for m in _between_lines(by_label.get(c.label, []), low, first)[-MOST_MENTIONS:]}
        found = sorted((m for m in named if not (m.line in noted and m.first)), key=lambda m: m.place)
        _assign(run, found)
        _find_lost(run, lines, low)
        rest = behind[run.items[-1].line + 1] / total
        own = sum(lengths[c.line] for c in run.items) / total
        if _accept(run, rest, own):
            chosen.append(run)
            for item in run.items:
                ended[item.label] = item.line
    return _without_lists(runs, chosen)


def _between_lines(marks: list[Mark], low: int, high: int) -> list[Mark]:
    """The marks, in reading order, on lines above ``low`` and below ``high``."""
    return marks[bisect_right(marks, low, key=lambda m: m.line) : bisect_left(marks, high, key=lambda m: m.line)]


def _without_lists(runs: list[Run], chosen: list[Run]) -> list[Run]:
    """Where most lines with an asterisk have no marker, asterisks are bullets, and a marker is chance."""
    stars = [run for run in runs if run.items[0].form == "symbol" and run.items[0].label == "*"]
    idle = sum(run not in chosen for run in stars)
    return [run for run in chosen if run not in stars] if idle > len(stars) - idle else chosen


def _assign(run: Run, marks: list[Mark]) -> None:
    """Give each note of a run its markers, in the form that serves most of the notes."""
    options: dict[str, dict[str, list[Mark]]] = {}
    by_label: dict[str, list[Mark]] = {}
    for mark in marks:
        for label in dict.fromkeys(mark.labels):
            by_label.setdefault(label, []).append(mark)
    for item in run.items:
        for mark in by_label.get(item.label, ()):
            if mark.form in COMPATIBLE[item.form] and not (mark.form in ("paren", "half") and mark.first):
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


def _find_lost(run: Run, lines: list[Line], low: int) -> None:
    """Markers whose ``sup`` was lost, so that they are glued to words: only when all of a headed list's are found, in order."""
    if not run.headed or run.weak or len(run.items) < 2 or any(c.marks for c in run.items):
        return
    found: list[Mark] = []
    for item in run.items:
        after = found[-1].place if found else (low, 0)
        mark = _glued(item.label, lines, after, run.items[0].line)
        if mark is None:
            return
        found.append(mark)
    for item, mark in zip(run.items, found, strict=True):
        item.marks = [mark]


def _glued(label: str, lines: list[Line], after: tuple[int, int], end: int) -> Mark | None:
    wanted = re.compile(rf"(?<=[^\W\d_]{{3}}){label}(?![\w-])|(?<=[^\W\d_]{{2}}[.,;:»”\"]){label}(?![\w-])")
    for number in range(max(after[0], 0), end):
        column = 0
        from_ = after[1] if number == after[0] else 0
        for slot in lines[number].slots:
            for match in wanted.finditer(slot.raw, max(0, from_ - column)) if slot.raised is None else ():
                mark = Mark(number, "glued", [label], label, slot.raw[: match.start()], "", slot, match.start(), match.end())
                mark.column = column + match.start()
                if mark.place > after:
                    return mark
            column += len(slot.raw)
    return None


def _accept(run: Run, rest: float, own: float) -> bool:
    matched = sum(1 for c in run.items if c.marks)
    share = matched / len(run.items)
    forms = {c.form for c in run.items}
    if own > 0.6 and share < 1 and not run.headed:
        return False
    if not matched:
        first = run.items[0]
        return run.near and not run.weak and forms <= STRONG and first.label == "1" and rest < 0.3
    if any(m.form == "glued" for c in run.items for m in c.marks):
        return rest < 0.1
    if forms & {"list", "bare", "half"}:
        certain = share == 1 and rest < 0.05 and all(m.form in ("raised", "bracket") for c in run.items for m in c.marks)
        return share >= 0.5 and (run.headed or run.ruled or certain)
    if forms <= STRONG:
        return share >= 0.34 or run.headed or run.ruled
    if forms <= STRONG | {"symbol"}:
        return share >= 0.5
    return share >= 0.6 and (run.headed or run.ruled or rest < 0.35)
