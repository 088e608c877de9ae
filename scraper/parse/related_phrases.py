"""Words that head a related box or open a "See also" line, in the languages of the table."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from msgspec import Struct

from presslift.scraper.knowledge import table

COMBINING = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u3099\u309a]+")
START = re.compile(r"\w{1,3}")
EDGE = re.compile(r"[\W_]*")
LONGEST = 90
"""No phrase of the table is longer, the words a ``*`` stands for included."""


def fold(text: str) -> str:
    """Case, accents, quotes and white space made alike."""
    if text.isascii():
        return " ".join(text.casefold().replace("`", "'").split())
    text = COMBINING.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return " ".join(text.replace("’", "'").replace("`", "'").replace("‘", "'").split())


def bare(text: str) -> str:
    """A folded text without emoji, arrows, dots and colons around it."""
    return _without_edges(fold(text))


class Opening(Struct, frozen=True):
    """What opened a line: the phrase as folded, whether it asks for a colon, and where the rest of the line begins."""

    phrase: str
    needs_colon: bool
    has_colon: bool
    rest: str


class Phrases:
    """The table, compiled. One of each kind serves all languages: sites head boxes in others than their own."""

    def __init__(self) -> None:
        rows = table("related")["phrases"].values()
        self.box, self.box_pattern = _split([p for row in rows for p in row["box"]])
        self.weak, self.weak_pattern = _split([p for row in rows for p in row.get("weak", [])])
        self._box_starts = _starts([p for row in rows for p in [*row["box"], *row.get("weak", [])]])
        self._line_starts = _starts([p for row in rows for p in row["inline"]])
        lines = [p for row in rows for p in row["inline"]]
        self._all_traces = _traces(lines)
        self._traces = {start: _traces([p for p in lines if _start(p) == start]) for start in self._line_starts}
        self.heads = frozenset(bare(p).split(" ")[0] for row in rows for p in [*row["box"], *row.get("weak", [])])
        self.refused = frozenset(bare(p) for p in table("related")["not"]["headings"])
        inline = sorted((p for row in rows for p in row["inline"]), key=len, reverse=True)
        self.sure = frozenset(bare(p) for p in inline if not p.rstrip().endswith(":"))
        self.unsure = frozenset(bare(p) for p in inline) - self.sure
        self._printed: dict[str, str] = {
            bare(p): p.rstrip("*:： ") for row in rows for kind in ("box", "weak", "inline") for p in row.get(kind, [])
        }
        choices = "|".join(re.escape(p) for p in sorted(self.sure | self.unsure, key=len, reverse=True))
        self.opening = re.compile(rf"(?P<phrase>{choices})(?P<rest>(?:\W.*)?)$", re.S)

    def heads_box(self, text: str) -> str | None:
        """``sure`` or ``weak`` when a text is the heading of a related box, else None."""
        if len(text) > LONGEST + 40 or _start(text) not in self._box_starts:
            return None
        folded = bare(text)
        if not folded or len(folded) > LONGEST or folded in self.refused:
            return None
        if folded.split(" ")[0] not in self.heads:
            return None
        if folded in self.box or self.box_pattern.fullmatch(folded):
            return "sure"
        return "weak" if folded in self.weak or self.weak_pattern.fullmatch(folded) else None

    def may_head_boxes(self, texts: list[str]) -> bool:
        """Whether any of a page's pieces of text may be the heading of a related box, told cheaply."""
        starts = self._box_starts
        likely = [
            text
            for text in texts
            if 1 < len(text) < LONGEST + 40 and (s := text.lstrip()[:3]) and (s.lower() in starts or not (s.isascii() and s.isalnum()))
        ]
        return any(map(self.heads_box, likely))

    def may_open_lines(self, texts: list[str]) -> bool:
        """Whether any of a body's pieces of text, in order, may begin a line with a phrase that opens lines, told cheaply."""
        starts = self._line_starts
        # Most texts begin with three letters that no phrase begins with.
        likely = [
            number
            for number, text in enumerate(texts)
            if (s := text.lstrip()[:3]) and (len(s) < 3 or s.lower() in starts or not (s.isascii() and s.isalnum()))
        ]
        for number in likely:
            text = texts[number]
            match = START.search(text)
            if match is None or (
                _folded(match[0]) not in self._line_starts and not (match.end() == len(text) and match.end() - match.start() < 3)
            ):
                continue
            line, following = text, number + 1
            while len(line) < LONGEST + 60 and following < len(texts):
                line += texts[following]
                following += 1
            line = fold(line[: LONGEST + 200]).replace(" :", ":")
            known = self._traces.get(_folded(match[0]), self._all_traces)
            if any(trace in line for trace in known):
                return True
        return False

    def printed(self, text: str) -> str:
        """A phrase as the table spells it; a text that stands for several words as it is."""
        return self._printed.get(bare(text), text.strip())

    def opens_line(self, text: str) -> Opening | None:
        """How a line begins, when with a "See also" phrase."""
        if _start(text) not in self._line_starts:
            return None
        folded = fold(text[: LONGEST + 200]).lstrip(" -–—•·*>»→⇒▶►➡👉([{\"'")
        folded = _without_edges(folded[:1]) + folded[1:]
        match = self.opening.match(folded.lstrip())
        if match is None:
            return None
        rest = match["rest"]
        colon = re.match(r"[\s\"'»)]*[:：]", rest)
        return Opening(
            self.printed(match["phrase"]), match["phrase"] in self.unsure, colon is not None, rest[colon.end() :] if colon else rest
        )


def _without_edges(text: str) -> str:
    # The end is looked for from the end: from the front, each run of dots within would be tried as one.
    text = text[EDGE.match(text).end() :]  # type: ignore[union-attr]
    return text[: len(text) - EDGE.match(text[::-1]).end()]  # type: ignore[union-attr]


def _start(text: str) -> str:
    match = START.search(text)
    return _folded(match[0]) if match is not None else ""


@lru_cache(maxsize=16384)
def _folded(start: str) -> str:
    return fold(start)


def _starts(phrases: list[str]) -> frozenset[str]:
    return frozenset(_start(phrase) for phrase in phrases)


def _traces(phrases: list[str]) -> tuple[str, ...]:
    forms = {fold(phrase).replace(" :", ":") for phrase in phrases}
    return tuple(sorted(form for form in forms if not any(other != form and other in form for other in forms)))


def _split(phrases: list[str]) -> tuple[frozenset[str], re.Pattern[str]]:
    patterns = "|".join(_expression(p) for p in phrases if "*" in p)
    return frozenset(bare(p) for p in phrases if "*" not in p), re.compile(patterns)


def _expression(phrase: str) -> str:
    start, _, end = (fold(part).strip() for part in phrase.partition("*"))
    return re.escape(start) + r"(?:\s+\S+){0,3}" + (rf"\s+{re.escape(end)}" if end else "")


@cache
def phrases() -> Phrases:
    """The compiled table of phrases."""
    return Phrases()
