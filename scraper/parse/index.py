"""The elements of a page by class, tag and id, so that many small selectors cost one walk of the tree.

A hundred cues are asked of every page; as XPath each would walk all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, KeysView
from functools import cache, lru_cache
from typing import Any, NamedTuple

import cssselect
from cssselect import parser as css
from lxml import etree
from lxml.html import HtmlElement

Match = Callable[[HtmlElement], bool]
Key = tuple[str, str]


class PageIndex:
    """An index of a tree as it stood when the index was made; what is detached later stays in it until ``forget_detached``.

    ``named`` is class or ``#id`` → the elements that bear it; all lists are in document order.
    """

    def __init__(self, root: HtmlElement):
        self.root = root
        # Kept, so that lxml makes each element's proxy once for all readers.
        self._elements: list[HtmlElement] = list(root.iter("*"))
        self._order = dict(zip(self._elements, range(len(self._elements)), strict=True))
        self._by_attribute: dict[str, list[HtmlElement]] = {}
        self._by_tag: dict[str, list[HtmlElement]] = {}
        named: dict[str, list[HtmlElement]] = {}
        for element in NAMED(root):
            for name in _names(element):
                if name in named:
                    named[name].append(element)
                else:
                    named[name] = [element]
        self.named = named

    def find(self, selector: str) -> list[HtmlElement]:
        """The elements that match a selector of tags, classes, ids, attributes, ``:not()``, descent and ``>``, in document order.

        Raises ``ValueError`` for any other selector.
        """
        found: list[HtmlElement] = []
        parts = 0
        for part in compiled(selector):
            if part.names <= self.named.keys():
                matching = [e for e in self._candidates(part) if part.match(e)]
                parts += bool(matching)
                found += matching
        return sorted(set(found), key=self.position) if parts > 1 else found

    def find_class(self, pattern: str) -> list[HtmlElement]:
        """The elements with a class that matches a regular expression as a whole, in document order."""
        whole = re.compile(pattern).fullmatch
        found = {e for name, elements in self.named.items() if name[0] != "#" and whole(name) for e in elements}
        return sorted(found, key=self.position)

    def tagged(self, tag: str) -> list[HtmlElement]:
        """The elements of a tag."""
        if tag not in self._by_tag:
            self._by_tag[tag] = list(self.root.iter(tag))
        return self._by_tag[tag]

    def position(self, element: HtmlElement) -> int:
        """An element's number in document order."""
        return self._order.get(element, len(self._order))

    def forget_detached(self) -> None:
        """Take out of the index what was taken out of the tree."""
        standing = list(self.root.iter("*"))
        if len(standing) == len(self._elements):
            return
        gone = self._order.keys() - standing
        for name in {name for element in gone for name in _names(element)}:
            left = [e for e in self.named.get(name, []) if e not in gone]
            if left:
                self.named[name] = left
            else:
                self.named.pop(name, None)
        self._elements = standing
        self._by_attribute.clear()
        self._by_tag.clear()

    def _candidates(self, part: Part) -> Iterable[HtmlElement]:
        kind, name = part.key
        if kind == "tag" and part.above is not None:
            # Few elements have the ancestor's class, many are links.
            return dict.fromkeys(e for above in self.named[part.above] for e in above.iter(name))
        if kind in ("class", "id"):
            return self.named[name if kind == "class" else f"#{name}"]
        if kind == "tag":
            return self.tagged(name)
        if name not in self._by_attribute:
            self._by_attribute[name] = _bearers(name)(self.root)
        return self._by_attribute[name]


NAMED = etree.XPath("descendant-or-self::*[@class or @id]")


def _names(element: HtmlElement) -> Iterable[str]:
    written, identity = element.get("class"), (element.get("id") or "").strip()
    names = written.split() if written else []
    if identity:
        names.append(f"#{identity}")
    return names if len(names) < 2 else dict.fromkeys(names)


@cache
def _bearers(attribute: str) -> etree.XPath:
    return etree.XPath(f"descendant-or-self::*[@{attribute}]")


class Part(NamedTuple):
    """One selector of a list: where to look, what must hold, the classes and ``#ids`` it needs, and a class an ancestor must have."""

    key: Key
    match: Match
    names: frozenset[str]
    above: str | None


class Selectors:
    """Many selectors, of which the names on a page tell at once those that may match there."""

    def __init__(self, selectors: Iterable[str]):
        self._always: set[int] = set()
        self._by_name: dict[str, list[int]] = {}
        for place, selector in enumerate(selectors):
            for part in compiled(selector) if can_ask(selector) else ():
                if part.names:
                    # The longest is the rarest, most often.
                    name = max(part.names, key=len)
                    self._by_name.setdefault(name, []).append(place)
                else:
                    self._always.add(place)
            if not can_ask(selector):
                self._always.add(place)

    def possible(self, names: KeysView[str]) -> list[int]:
        """The places, in order, of the selectors that may match on a page that bears these classes and ``#ids``."""
        places = set(self._always)
        for name in self._by_name.keys() & names:
            places.update(self._by_name[name])
        return sorted(places)


@cache
def selectors(*css: str) -> Selectors:
    """Selectors of a table, ready to be asked."""
    return Selectors(css)


@lru_cache(maxsize=2048)
def compiled(selector: str) -> tuple[Part, ...]:
    """A selector list, ready to be asked. Raises ``ValueError`` when it can't be told so."""
    try:
        trees = [s.parsed_tree for s in cssselect.parse(selector)]
    except cssselect.SelectorError as error:
        raise ValueError(f"{selector}: {error}") from error
    return tuple(Part(_key(t), _matcher(t), frozenset(_needed(t)), _above(t)) for t in trees)


def can_ask(selector: str) -> bool:
    """Whether a selector is of the kind that an index answers."""
    try:
        return bool(compiled(selector))
    except ValueError:
        return False


def _needed(tree: Any) -> Iterator[str]:
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.Class):
            yield tree.class_name
        if isinstance(tree, css.Hash):
            yield f"#{tree.id}"
        if isinstance(tree, css.CombinedSelector):
            yield from _needed(tree.subselector)
        tree = tree.selector


def _above(tree: Any) -> str | None:
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.CombinedSelector):
            return next(iter(_needed(tree.selector)), None)
        tree = tree.selector
    return None


def _key(tree: Any) -> Key:
    # The rarest thing the element itself must have.
    found: list[tuple[int, Key]] = []
    while True:
        if isinstance(tree, css.CombinedSelector):
            tree = tree.subselector
        elif isinstance(tree, css.Hash):
            found.append((0, ("id", tree.id)))
            tree = tree.selector
        elif isinstance(tree, css.Class):
            found.append((1, ("class", tree.class_name)))
            tree = tree.selector
        elif isinstance(tree, css.Attrib):
            found.append((2 if tree.attrib in ("itemprop", "rel", "datetime") else 4, ("attribute", tree.attrib)))
            tree = tree.selector
        elif isinstance(tree, css.Negation):
            tree = tree.selector
        elif isinstance(tree, css.Element):
            if tree.element:
                found.append((3, ("tag", tree.element)))
            break
        else:
            raise ValueError(f"not supported in a cue: {tree!r}")
    if not found:
        raise ValueError("a cue's last part needs a tag, class, id or attribute")
    return min(found)[1]


def _matcher(tree: Any) -> Match:
    if isinstance(tree, css.Element):
        return _tag_matcher(tree.element)
    if isinstance(tree, css.Class):
        return _class_matcher(_matcher(tree.selector), tree.class_name)
    if isinstance(tree, css.Hash):
        return _attribute_matcher(_matcher(tree.selector), "id", "=", tree.id)
    if isinstance(tree, css.Attrib):
        return _attribute_matcher(
            _matcher(tree.selector), tree.attrib, tree.operator, (tree.value.value or "") if tree.value is not None else ""
        )
    if isinstance(tree, css.Negation):
        yes, no = _matcher(tree.selector), _matcher(tree.subselector)
        return lambda e: yes(e) and not no(e)
    if isinstance(tree, css.CombinedSelector) and tree.combinator in (" ", ">"):
        return _ancestor_matcher(_matcher(tree.selector), tree.combinator, _matcher(tree.subselector))
    raise ValueError(f"not supported in a cue: {tree!r}")


def _tag_matcher(tag: str | None) -> Match:
    return (lambda e: True) if tag is None else (lambda e: e.tag == tag)


def _class_matcher(rest: Match, name: str) -> Match:
    return lambda e: (written := e.get("class")) is not None and name in written and name in written.split() and rest(e)


def _attribute_matcher(rest: Match, name: str, operator: str, value: str) -> Match:
    tests: dict[str, Callable[[str], bool]] = {
        "exists": lambda v: True,
        "=": lambda v: v == value,
        "~=": lambda v: value in v.split(),
        "^=": lambda v: v.startswith(value),
        "$=": lambda v: v.endswith(value),
        "*=": lambda v: value in v,
    }
    test = tests[operator]
    return lambda e: (found := e.get(name)) is not None and test(found) and rest(e)


def _ancestor_matcher(above: Match, combinator: str, below: Match) -> Match:
    if combinator == ">":
        return lambda e: below(e) and (parent := e.getparent()) is not None and above(parent)
    return lambda e: below(e) and any(above(a) for a in e.iterancestors())
