"""Where a page's running text is: the mass of prose that each element holds, other posts, menus and sidebars left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.knowledge import table

LONG_TEXTS = etree.XPath("//text()[string-length(.) > 24]")
INLINE = frozenset("a abbr b bdi bdo big br cite code data del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var".split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


class Prose:
    """The prose of a tree. ``mass`` maps an element to the characters of running text in it; absent means none.

    Links' and headings' texts don't count; what stands elsewhere (menus, sidebars, cards) doesn't either.
    """

    def __init__(self, root: HtmlElement, keep: Iterable[HtmlElement] = ()):
        self.root = root
        self.mass: dict[HtmlElement, int] = {}
        self.own: dict[HtmlElement, int] = {}
        self._keep = {a for e in keep for a in (e, *e.iterancestors())}
        self._out: dict[HtmlElement, bool] = {}
        for text in LONG_TEXTS(root):
            self._weigh(text)
        for element, size in self.own.items():
            node: HtmlElement | None = element
            while node is not None:
                self.mass[node] = self.mass.get(node, 0) + size
                node = node.getparent()

    def _weigh(self, text: Any) -> None:
        holder = text.getparent()
        if text.is_tail:
            holder = holder.getparent()
        # Of an inline element the block around it is the owner; a link's or heading's text is no prose.
        while holder is not None and holder.tag in INLINE:
            if holder.tag == "a":
                return
            holder = holder.getparent()
        if holder is None or holder.tag in HEADINGS or self.elsewhere(holder):
            return
        size = len(text.strip())
        if size > 24:
            self.own[holder] = self.own.get(holder, 0) + size

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
            verdict = verdict or (step not in self._keep and fenced(step))
            self._out[step] = verdict
        return verdict


def fenced(element: HtmlElement) -> bool:
    """Whether an element's tag or a class of it says that it is no part of a body."""
    if element.tag in _fence_tags():
        return True
    if element.tag in ("body", "html", "main"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(names) > 1 and _fenced_names(names)


@cache
def _fence_tags() -> frozenset[Any]:
    return frozenset([*table("themes")["elsewhere"]["tags"], etree.Comment])


@lru_cache(maxsize=65536)
def _fenced_names(names: str) -> bool:
    yes, no = name_pattern("themes", "elsewhere", "words"), name_start("themes", "elsewhere", "never")
    return any(yes.search(n) and not no.match(n) for n in map(plain_name, names.split()))


SPLIT = re.compile(r"[-_:]+|(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=65536)
def plain_name(name: str) -> str:
    """A class or id in lower case, its words joined by a hyphen."""
    return SPLIT.sub("-", name).strip("-").lower()


@cache
def name_pattern(name: str, part: str, key: str) -> re.Pattern[str]:
    """The words of a table's list as one pattern; each must be whole in a plain name."""
    words = [(w if w.startswith("^") else f"(?:^|-){w}") + ("" if w.endswith(("$", "-")) else "(?:-|$)") for w in table(name)[part][key]]
    return re.compile("|".join(words))


@cache
def name_start(name: str, part: str, key: str) -> re.Pattern[str]:
    """The starts of names in a table's list as one pattern."""
    return re.compile("|".join(table(name)[part][key]))
