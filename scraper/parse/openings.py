"""Words that open a block which is no body, in the languages of the table of phrases."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from presslift.scraper.knowledge import table
from presslift.scraper.parse.related_phrases import fold

EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
FIRST = re.compile(r"\w+")
OPENING = re.compile(r"[^\W\d_]\w*")


class Rule(Struct, frozen=True, kw_only=True):
    """When a block that opens with words of a kind is cut; the columns of ``[rules]`` in the table."""

    kind: str
    where: str = "any"
    words: int = 20
    links: float = 0.0
    reach: str = "block"


class Openings:
    """The table, compiled: one pattern for the phrases that share a first word."""

    def __init__(self) -> None:
        rows = table("phrases")
        self.rules = [Rule(kind=kind, **rule) for kind, rule in rows["rules"].items()]
        self.longest = max(rule.words for rule in self.rules)
        self._signs: list[tuple[str, Rule]] = []
        grouped: dict[str, dict[str, list[str]]] = {}
        for rule in self.rules:
            for phrases in rows[rule.kind].values():
                for phrase in phrases:
                    bare = EDGES.sub("", fold(phrase).lstrip("…"))
                    first = FIRST.search(bare)
                    if first is None:
                        self._signs.append((phrase.strip("… "), rule))
                    else:
                        grouped.setdefault(first[0], {}).setdefault(rule.kind, []).append(_expression(phrase))
        self._all_signs = tuple(sign for sign, _ in self._signs)
        by_kind = {rule.kind: rule for rule in self.rules}
        self._by_first = {
            first: [(by_kind[kind], re.compile("|".join(sorted(set(forms), key=len, reverse=True)))) for kind, forms in kinds.items()]
            for first, kinds in grouped.items()
        }

    def rules_for(self, text: str) -> list[Rule]:
        """The rules whose phrases open a text, or are all of it."""
        folded = fold(text[:60])
        start = OPENING.search(folded)
        if start is not None and not start[0][-1].isalpha():
            start = FIRST.search(_bare(folded))
        rules = [rule for sign, rule in self._signs if text.startswith(sign)] if text.startswith(self._all_signs) else []
        found = self._by_first.get(start[0]) if start is not None else None
        if not found:
            return rules
        head = _bare(fold(text[:400]))
        return rules + [rule for rule, pattern in found if pattern.fullmatch(head)]


def _bare(text: str) -> str:
    """The same as cutting ``EDGES``, which looks for an end at every space."""
    start, end = 0, len(text)
    while start < end and not _is_letter(text[start]):
        start += 1
    while end > start and not _is_letter(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_letter(character: str) -> bool:
    return character.isalnum() and not character.isdecimal()


def _expression(phrase: str) -> str:
    first, *rest = phrase.split("…")
    expression = re.escape(EDGES.sub("", fold(first)))
    for part in rest:
        part = EDGES.sub("", fold(part))
        expression += ".{0,120}?" + re.escape(part) if part else r"\b.*"
    return expression


@cache
def openings() -> Openings:
    """The compiled table of phrases."""
    return Openings()
