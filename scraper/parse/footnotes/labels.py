"""The marks of notes: what counts as one, where it stands in a text, and which two are the same."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from presslift.scraper.knowledge import table

WORD = "(?:" + "|".join(table("footnotes")["words"]["note"]) + ")"
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
SYMBOL = r"\*{1,6}|†{1,4}|‡{1,4}|§{1,4}|‖{1,3}|¶{1,3}"
NUMBER = r"\d{1,3}"
ROMAN = r"[ivx]{1,6}"
NUMBERS = rf"{NUMBER}(?:\s?[,;–-]\s?{NUMBER}){{0,9}}"

WHOLE = re.compile(rf"[\[({{]?\^?\s*(?:{WORD}\s*\.?\s*)?(?:[*※](?=\d))?({NUMBER}|{ROMAN}|[a-z]|{SYMBOL}|#{{1,3}})\s*[\])}}]?[.:]?", re.I)
SEVERAL = re.compile(rf"[\[(]?\s*({NUMBERS})\s*[\])]?\.?")

OPENING = re.compile(
    rf"""\s*(?:
      (?P<bracket>[\[［【〔]\^?\s*(?:{WORD}\s*\.?\s*)?(?P<b>{NUMBER}|{ROMAN}|{SYMBOL})\s*[\]］】〕])
    | (?P<brace>\{{\s*(?P<c>{NUMBER})\s*\}})
    | (?P<paren>[(（]\s*(?:{WORD}\s*\.?\s*)?(?P<p>{NUMBER}|{SYMBOL})\s*[)）])
    | (?P<raised>[{RAISED}]{{1,3}}|[{CIRCLED}])
    | (?P<star>[*※]{NUMBER}(?=[\s.:：)]))
    | (?P<symbol>{SYMBOL})(?=[\s\w"'“«¿¡(<])
    | (?P<word>{WORD}\s*\.?\s*(?P<w>{NUMBER}))(?=\s*[:：.)–—-])
    | (?P<half>(?P<h>{NUMBER})\))
    | (?P<bare>(?P<n>{NUMBER})(?=[.:．、]?\s))
    )\s*[.:：)–—-]?\s*""",
    re.X | re.I,
)
"""A note's mark at the start of a line. ``bare`` and ``half`` are list numbers as well."""

MARK = re.compile(
    rf"""(?P<bracket>[\[［【〔]\^?\s?(?:{WORD}\s*\.?\s*)?(?P<b>{NUMBERS}|{ROMAN}|{SYMBOL})\s?[\]］】〕])
    | (?P<brace>\{{(?P<c>{NUMBER})\}})
    | (?P<paren>[(（]\s?(?:{WORD}\s*\.?\s*)?(?P<p>{NUMBERS}|{SYMBOL})\s?[)）])
    | (?P<raised>[{RAISED}]{{1,3}}|[{CIRCLED}])
    | (?P<star>[*※]{NUMBER}(?![0-9A-Za-z_]))
    | (?P<symbol>{SYMBOL})(?![\w*])
    | (?P<half>(?<=[^\W\d])(?P<h>{NUMBER})\))
    """,
    re.X | re.I,
)
"""A marker in running text."""

ARROWS = re.compile(r"[\s\ufe0e\ufe0f↩↑⏎⤴↵⬆▲△↲⇧⇑⮌⏫↖⤶^←🔙☝]+")


@dataclass(frozen=True)
class Opening:
    """A mark at the start of a line: ``form`` is a group of ``OPENING`` or ``sup``; ``length`` counts what to cut off."""

    form: str
    label: str
    printed: str
    length: int


def normal(label: str) -> str:
    """The mark without its dress: ``[3]``, ``³``, ``３.`` and ``(note 3)`` are all ``3``."""
    text = unicodedata.normalize("NFKC", label).strip()
    match = WHOLE.fullmatch(text)
    if match:
        text = match.group(1)
    text = text.strip("[](){}.: ").lower()
    return str(int(text)) if text.isdecimal() else text


def label_of(text: str) -> str | None:
    """The normal label if the whole text is a note's mark, else None."""
    if not text or len(text) > 16:
        return None
    match = WHOLE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return normal(match.group(1)) if match else None


def labels_of(text: str) -> list[str]:
    """The labels of a mark that may name several: ``1, 2`` → 1, 2; ``1–3`` → 1, 2, 3; nothing when it is no mark."""
    plain = unicodedata.normalize("NFKC", text).strip()
    one = label_of(plain)
    if one is not None:
        return [one]
    match = SEVERAL.fullmatch(plain) if len(plain) <= 40 else None
    return expand(match.group(1)) if match else []


def expand(numbers: str) -> list[str]:
    """``1, 3–5`` → 1, 3, 4, 5; nothing when a range runs backwards or too far."""
    found: list[str] = []
    for part in re.split(r"[,;]", numbers):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        if len(ends) == 2 and not 0 < ends[1] - ends[0] <= 20:
            return []
        found += [str(n) for n in range(ends[0], ends[-1] + 1)] if ends else [normal(part)]
    return found


def opening_of(text: str) -> Opening | None:
    """The mark that a line starts with."""
    match = OPENING.match(text)
    if match is None or match.lastgroup is None:
        return None
    form = next(f for f in ("bracket", "brace", "paren", "raised", "star", "symbol", "word", "half", "bare") if match.group(f))
    inner = next((match.group(g) for g in "bcpwhn" if match.group(g)), match.group(form))
    return Opening(form, normal(inner), match.group(form).strip(), match.end())


def is_arrow(text: str) -> bool:
    """Whether a link's text is nothing but an arrow, or a word that says "back"."""
    return bool(ARROWS.fullmatch(text)) or ARROWS.sub(" ", text).strip(" []().").lower() in _back_words()


def _back_words() -> frozenset[str]:
    return frozenset(table("footnotes")["words"]["back"])


@dataclass(frozen=True)
class Heading:
    """A line above notes; a ``weak`` one heads bibliographies as well."""

    weak: bool


def heading_of(text: str, language: str | None) -> Heading | None:
    """Whether a whole line is the heading of a notes list; weak ones in the page's language or English, in any when none is known."""
    plain = text.strip(" :：.[]+−-–—*_\u200b\u00a0\n\t\r").casefold()
    if not plain or len(plain) > 40:
        return None
    plain = " ".join(plain.split())
    strong, weak = _heading_words((language or "").split("-")[0].lower())
    if plain in strong:
        return Heading(weak=False)
    return Heading(weak=True) if plain in weak else None


def _heading_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    if language not in _cache:
        rows = table("footnotes")["headings"]
        names = {language, "en"} if language in rows["weak"] else set(rows["weak"])
        # A page's language is often the theme's and not the text's: what heads notes and nothing else counts in any.
        strong = frozenset(w.casefold() for n in rows["weak"] for w in rows[n])
        _cache[language] = strong, frozenset(w.casefold() for n in names for w in rows["weak"][n])
    return _cache[language]


_cache: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
