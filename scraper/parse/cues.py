"""Cues as votes: every cue of a field's table that fires says a value; agreement decides and makes the confidence.

A cue's weight is the share of pages on which it was right when it fired. Cues of one family say what one source wrote (an SEO
plugin, the theme), so a value counts a family once, with its best cue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from math import exp, log
from typing import Any, Generic, TypeVar

from lxml.html import HtmlElement
from msgspec import Struct, convert

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.graph import text_value
from presslift.scraper.parse.index import Selectors, can_ask
from presslift.scraper.parse.names import KINDS, local_name
from presslift.scraper.parse.view import PageView

T = TypeVar("T")

LEARNED = 0.97
"""The weight of a selector that was right on a site's labelled pages."""


class Cue(Struct, frozen=True, kw_only=True):
    """A row of ``cues.toml``: one of ``selector``, ``pattern``, ``meta``, ``jsonld``, ``script``, ``near`` tells where to look; a
    row with none of them is a cue that the field's reader finds by itself, by its name.

    ``pattern`` is a regular expression that a whole class must match, one of ``signs`` standing in what it matches; ``script`` one
    whose first group is a JSON string's inside in an inline script; ``near`` is the title's heading, whose neighbours the field's
    reader looks at.

    ``attribute`` is read instead of the text; ``scope`` main keeps to the article's element, page leaves out what is
    elsewhere, anywhere takes all; ``limit`` is how many elements speak; ``role`` tells the field's reader how to take it.
    """

    name: str
    weight: float
    family: str = "theme"
    selector: str | None = None
    pattern: str | None = None
    signs: tuple[str, ...] = ()
    near: bool = False
    meta: str | None = None
    jsonld: str | None = None
    script: str | None = None
    attribute: str | None = None
    scope: str = "page"
    limit: int = 1
    role: str | None = None


class Vote(Struct, kw_only=True):
    """What one cue says, as found. ``node`` is the JSON-LD value where it was one."""

    cue: Cue
    text: str
    element: HtmlElement | None = None
    node: Any = None


class Decision(Struct, Generic[T], kw_only=True):
    """The winner of a vote: its value, the name of the best cue for it, and how sure."""

    value: T
    cue: str
    confidence: float


@cache
def cues(field: str) -> tuple[Cue, ...]:
    """The cues of a field, in the table's order."""
    found = tuple(convert(row, Cue) for row in table("cues")[field])
    for cue in found:
        if cue.pattern is not None:
            KINDS.add(cue.pattern, class_like(cue.pattern), cue.signs)
    return found


def class_like(pattern: str) -> Callable[[str], bool]:
    """A test of names: classes that a regular expression, in lower case, matches as a whole."""
    matches = re.compile(pattern).fullmatch
    return lambda name: name[0] != "#" and matches(local_name(name)) is not None


@cache
def _selectors(field: str) -> tuple[list[int], Selectors]:
    """The places of a field's cues with a selector, and these selectors."""
    places = [place for place, cue in enumerate(cues(field)) if cue.selector is not None]
    return places, Selectors(cues(field)[place].selector or "" for place in places)


@cache
def named(field: str, name: str) -> Cue:
    """The cue of a field with a name: for those that the field's reader finds by itself."""
    return next(c for c in cues(field) if c.name == name)


def learned(view: PageView, field: str) -> tuple[Cue, ...]:
    """The cues that the site itself taught, best first."""
    profile = view.profile
    if profile is None:
        return ()
    selectors = {"title": profile.titles, "published": profile.dates, "people": profile.authors}.get(field, [])
    limit = 8 if field == "people" else 1
    return tuple(Cue(name=f"learned: {s}", selector=s, weight=LEARNED, family="learned", limit=limit) for s in selectors[:3] if can_ask(s))


def gather(view: PageView, field: str) -> list[Vote]:
    """What all cues of a field say on a page: those the site taught, then the table's in its order."""
    found: list[Vote] = [v for cue in learned(view, field) for v in _from_elements(view, cue)]
    places, selectors = _selectors(field)
    possible = {places[n] for n in selectors.possible(view.doc.names)}
    for place, cue in enumerate(cues(field)):
        if cue.near:
            found.extend([Vote(cue=cue, text="", element=view.heading)] if view.heading is not None else [])
        elif place in possible or cue.pattern is not None:
            found.extend(_from_elements(view, cue))
        elif cue.meta is not None:
            found.extend(Vote(cue=cue, text=text) for text in view.doc.meta.get(cue.meta, [])[: cue.limit])
        elif cue.jsonld is not None:
            values = view.graph.values(cue.jsonld)[: cue.limit]
            found.extend(Vote(cue=cue, text=text_value(v) or "", node=v) for v in values if v)
        elif cue.script is not None:
            found.extend(_from_scripts(view, cue, cue.script))
    return found


def _from_scripts(view: PageView, cue: Cue, pattern: str) -> Iterable[Vote]:
    for text in view.scripts:
        if match := re.search(pattern, text):
            try:
                yield Vote(cue=cue, text=" ".join(str(json.loads(f'"{match[1]}"')).split()))
            except ValueError:
                continue
            return


def short_text(element: HtmlElement, limit: int = 400) -> str:
    """An element's text; nothing when it is longer than a line of metadata can be, which is told without reading all of it."""
    if len(element):
        size = 0
        for piece in element.itertext():
            size += len(piece)
            if size > 5 * limit:
                return ""
    text = text_of(element)
    return text if len(text) <= limit else ""


def _from_elements(view: PageView, cue: Cue) -> Iterable[Vote]:
    count = 0
    for element in view.index.find(cue.selector) if cue.selector is not None else view.index.find_class(cue.pattern or ""):
        if cue.scope == "main" and not view.in_main(element):
            continue
        if cue.scope != "anywhere" and view.elsewhere(element):
            continue
        if cue.attribute is not None:
            text = (element.get(cue.attribute) or "").strip()
        else:
            if element not in view.texts:
                view.texts[element] = short_text(element)
            text = view.texts[element]
        if not text and cue.role != "element":
            continue
        yield Vote(cue=cue, text=text, element=element)
        count += 1
        if count >= cue.limit:
            return


def decide(votes: Iterable[tuple[T, Cue]], key: Callable[[T], str]) -> Decision[T] | None:
    """The value that most speaks for. Values with one ``key`` are the same; the first said of the best cue is given.

    Families are taken as independent witnesses: the odds of their weights multiply, and are held against those of all other
    values and of none being right.
    """
    best: dict[str, dict[str, tuple[T, Cue]]] = {}
    for value, cue in votes:
        families = best.setdefault(key(value), {})
        if cue.family not in families or cue.weight > families[cue.family][1].weight:
            families[cue.family] = (value, cue)
    if not best:
        return None
    scores = {k: sum(log(min(c.weight, 0.995) / (1 - min(c.weight, 0.995))) for _, c in families.values()) for k, families in best.items()}
    winner = max(scores, key=lambda k: scores[k])
    top = max(scores.values())
    total = sum(exp(s - top) for s in scores.values()) + exp(-top)
    value, cue = max(best[winner].values(), key=lambda pair: pair[1].weight)
    return Decision(value=value, cue=cue.name, confidence=1 / total)
