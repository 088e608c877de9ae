"""Where a page's running text is: the mass of prose that each element holds; other posts, menus and sidebars count for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.names import names, plain_name, starts

SHORTEST = 25
"""Shorter pieces of text are labels more often than prose."""
SHORTEST_DENSE = 9
FIRST_DENSE = "\u2e80"
"""From here on Unicode has the scripts without spaces, of East Asia."""
INSIDE, OUTSIDE = 0.8, 3
"""What an aside must hold to be the body: so much of all prose, or so many times the prose of what should hold it."""
INLINE = frozenset(
    "a abbr b bdi bdo big br cite code data del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


class Prose:
    """The prose of a tree, in characters. ``mass`` maps an element to what it holds; an element that is absent holds none.

    Links' and headings' texts don't count, nor what stands in menus, sidebars and ``cards``, unless it is one of ``keep`` (elements
    that hold the body) or most of what there is; with ``sure``, most of what there is outside of ``keep`` is no exception.
    A ``listing`` of posts has nothing but cards.
    """

    def __init__(
        self,
        root: HtmlElement,
        keep: Iterable[HtmlElement] = (),
        cards: Iterable[HtmlElement] = (),
        *,
        sure: bool = False,
        listing: bool = False,
    ):
        own = _holders(root)
        landmarks = list(keep)
        self._keep = frozenset(a for e in landmarks for a in (e, *e.iterancestors()))
        self._raw = _summed(own)
        whole = self._raw.get(root, 0)
        kept = max((self._raw.get(e, 0) for e in landmarks), default=0)
        self._kept, self._landmarks = kept, frozenset(landmarks)
        self._most = 0.5 * (kept or whole)
        self._listing = listing
        self._bounds = self._landmarks if sure else None
        self._out: dict[HtmlElement, bool] = dict.fromkeys((c for c in cards if c not in self._keep), True)
        self.own = {e: size for e, size in own.items() if not self.elsewhere(e)}
        self.mass = _summed(self.own)

    def of(self, element: HtmlElement) -> int:
        """The mass of prose in an element."""
        return self.mass.get(element, 0)

    def elsewhere(self, element: HtmlElement) -> bool:
        """Whether an element is, or stands in, a part of the page that is never the body."""
        path: list[HtmlElement] = []
        node: HtmlElement | None = element
        verdict = False
        while node is not None:
            known = self._out.get(node)
            if known is not None:
                verdict = known
                break
            path.append(node)
            node = node.getparent()
        for step in reversed(path):
            verdict = verdict or (step not in self._keep and fenced(step) and not self._is_most(step))
            self._out[step] = verdict
        return verdict

    def _is_most(self, element: HtmlElement) -> bool:
        if self._raw.get(element, 0) < self._least(element) or (not self._listing and surely_fenced(element)):
            return False
        return self._bounds is None or any(a in self._bounds for a in element.iterancestors())

    def _least(self, element: HtmlElement) -> float:
        # An aside beside a short article may say more than it does; one that holds nearly everything is none.
        if element.tag not in _fence_tags() or not self._keep:
            return self._most
        outside = self._kept and not any(a in self._landmarks for a in element.iterancestors())
        return (OUTSIDE if outside else INSIDE) * 2 * self._most


def letters_said(text: str) -> int:
    """The letters of a text without what is around it; those of scripts without spaces say as much as three of others."""
    bare = text.strip()
    return len(bare) if bare.isascii() or max(bare) < FIRST_DENSE else len(bare) + 2 * sum(c >= FIRST_DENSE for c in bare)


def _holders(root: HtmlElement) -> dict[HtmlElement, int]:
    own: dict[HtmlElement, int] = {}
    never = _never_tags()
    for element in root.iter("*"):
        if (text := element.text) and len(text) >= SHORTEST_DENSE:
            _enter(own, element, letters_said(text), never)
        if (text := element.tail) and len(text) >= SHORTEST_DENSE:
            _enter(own, element.getparent(), letters_said(text), never)
    return own


def _enter(own: dict[HtmlElement, int], holder: HtmlElement | None, size: int, never: frozenset[Any]) -> None:
    # The block around an inline element is the owner of its text; a link's or heading's text is no prose.
    while holder is not None and holder.tag in INLINE and holder.tag != "a":
        holder = holder.getparent()
    if size >= SHORTEST and holder is not None and holder.tag not in HEADINGS and holder.tag not in never and holder.tag != "a":
        own[holder] = own.get(holder, 0) + size


def _summed(own: dict[HtmlElement, int]) -> dict[HtmlElement, int]:
    mass: dict[HtmlElement, int] = {}
    parents: dict[HtmlElement, int] = {}
    for element, size in own.items():
        mass[element] = mass.get(element, 0) + size
        parent = element.getparent()
        if parent is not None:
            parents[parent] = parents.get(parent, 0) + size
    for parent, size in parents.items():
        node: HtmlElement | None = parent
        while node is not None:
            mass[node] = mass.get(node, 0) + size
            node = node.getparent()
    return mass


def fenced(element: HtmlElement) -> bool:
    """Whether an element's tag or a class of it says that it is no part of a body."""
    if element.tag in _fence_tags():
        return True
    if element.tag in ("body", "html", "main") or not element.attrib:
        return False
    said = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(said) > 1 and _fenced_names(said)


def surely_fenced(element: HtmlElement) -> bool:
    """Whether a class or the id of an element is one that no body bears."""
    said = f"{element.get('class') or ''} {element.get('id') or ''}"
    return any(names("themes", "elsewhere", "surely").within(n) for n in map(plain_name, said.split()))


@cache
def _fence_tags() -> frozenset[Any]:
    return frozenset(table("themes")["elsewhere"]["tags"])


@cache
def _never_tags() -> frozenset[Any]:
    return frozenset(table("themes")["elsewhere"]["silent"])


@lru_cache(maxsize=65536)
def _fenced_names(said: str) -> bool:
    yes, no = names("themes", "elsewhere", "words"), starts("themes", "elsewhere", "never")
    return any(yes.within(n) and not no.match(n) for n in map(plain_name, said.split()))
