"""What classes and ids say: words looked for in them, as the tables of knowledge list them.

A name is split at ``-``, ``_``, ``:`` and capitals, and a number at a word's end is left out (``sidebar2``); a phrase of a table must
be whole in it. Phrases may hold ``(?:a|b)`` and ``?``;
they are spelled out once, so that asking costs a few look-ups whatever the table's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from presslift.scraper.knowledge import table

NUMBERED = re.compile(r"(?<=[a-z]{3})\d+(?=-|$)")
CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MODULE_HASH = re.compile(r"__(?=[\w-]*(?:\d|(?!^)[A-Z]))[\w-]{5,6}$")
SPLIT = re.compile(r"[-_:]+|(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=65536)
def local_name(name: str) -> str:
    """A class in lower case, a hyphen at each capital inside it, without the hash that CSS modules end in: ``By_authorName__x1Y2z``."""
    if name.islower() and "__" not in name:
        return name
    return CAPITAL.sub("-", MODULE_HASH.sub("", name)).lower()


@lru_cache(maxsize=65536)
def plain_name(name: str) -> str:
    """A class or id in lower case, its words joined by a hyphen."""
    return NUMBERED.sub("", _hyphened(name))


def _hyphened(name: str) -> str:
    if name.islower() and "_" not in name and ":" not in name and "--" not in name:
        return name.strip("-")
    return SPLIT.sub("-", name).strip("-").lower()


class Kind(NamedTuple):
    """A test of names, and signs, in lower case, one of which stands in every name that passes."""

    passes: Callable[[str], bool]
    signs: tuple[str, ...]


class Kinds:
    """Tests of names, asked of all of a page's at once: of hundreds of names few hold a sign, and only these are tested."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._kinds

    def add(self, name: str, passes: Callable[[str], bool], signs: Iterable[str]) -> None:
        """Another kind of names. These begin with ``#`` where they are ids."""
        self._kinds[name] = Kind(passes, tuple(signs))

    def sort(self, names: Collection[str]) -> dict[str, list[str]]:
        """Kind → the names of it, in order."""
        text = "\n".join(names)
        lower = text.lower()
        if len(lower) != len(text) or text.count("\n") >= len(names):
            return {name: [n for n in names if kind.passes(n)] for name, kind in self._kinds.items()}
        found = {}
        for name, kind in self._kinds.items():
            likely = {line for sign in kind.signs for line in _lines(text, lower, sign)}
            passed = {n for n in likely if kind.passes(n)}
            found[name] = [n for n in names if n in passed] if passed else []
        return found


KINDS = Kinds()
"""What is asked of every class and id of a page."""


def _lines(text: str, lower: str, sign: str) -> Iterator[str]:
    """The lines of a text in which a sign stands."""
    at = lower.find(sign)
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = lower.find(sign, end)


class Names:
    """A list of phrases; ``^`` and ``$`` bind one to a name's start or end."""

    def __init__(self, phrases: list[str]):
        # First word → phrase → where it may stand: anywhere, at the start, at the end, or alone.
        self._spelled: dict[str, dict[tuple[str, ...], set[tuple[bool, bool]]]] = {}
        for phrase in phrases:
            for spelled in _spellings(phrase):
                words = tuple(spelled.strip("^$-").split("-"))
                bound = spelled.startswith("^"), spelled.endswith("$")
                self._spelled.setdefault(words[0], {}).setdefault(words, set()).add(bound)
        longest = {max(words, key=len) for phrases in self._spelled.values() for words in phrases}
        self.signs = tuple(sorted(word for word in longest if not any(other != word and other in word for other in longest)))
        self._lengths = {first: sorted({len(p) for p in phrases}) for first, phrases in self._spelled.items()}

    def within(self, plain: str) -> bool:
        """Whether a plain name holds one of the phrases."""
        words = plain.split("-")
        if self._lengths.keys().isdisjoint(words):
            return False
        return any(word in self._lengths and self._at(words, place) for place, word in enumerate(words))

    def _at(self, words: list[str], place: int) -> bool:
        phrases = self._spelled[words[place]]
        for length in self._lengths[words[place]]:
            bounds = phrases.get(tuple(words[place : place + length]), ())
            if any(not (starts and place) and not (ends and place + length != len(words)) for starts, ends in bounds):
                return True
        return False


def _spellings(phrase: str) -> list[str]:
    """All that a phrase stands for."""
    found, position = _alternatives(phrase, 0)
    if position != len(phrase):
        raise ValueError(f"not a phrase of names: {phrase}")
    return found


def _alternatives(phrase: str, position: int) -> tuple[list[str], int]:
    found: list[str] = []
    current = [""]
    while position < len(phrase) and phrase[position] != ")":
        if phrase[position] == "|":
            found, current = found + current, [""]
            position += 1
            continue
        if phrase.startswith("(?:", position):
            piece, position = _alternatives(phrase, position + 3)
            position += 1
        else:
            piece, position = [phrase[position]], position + 1
        if position < len(phrase) and phrase[position] == "?":
            piece, position = ["", *piece], position + 1
        current = [start + end for start in current for end in piece]
    return found + current, position


@cache
def names(name: str, part: str, key: str) -> Names:
    """A list of a table, ready to be asked."""
    return Names(table(name)[part][key])


@cache
def starts(name: str, part: str, key: str) -> re.Pattern[str]:
    """A list of a table whose rows are regular expressions for how a plain name begins."""
    return re.compile("|".join(table(name)[part][key]))
