"""The elements of a page by class, tag and id, so that many small selectors cost one walk of the tree.

A hundred cues are asked of every page; as XPath each would walk all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any, NamedTuple

import cssselect
from cssselect import parser as css
from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.parse.names import KINDS

Match = Callable[[HtmlElement], bool]
Key = tuple[str, str]


class PageIndex:
    """An index of a tree as it stood when the index was made; what is detached later stays in it until ``forget_detached``.

    ``named`` is class or ``#id`` → the elements that bear it; all lists are in document order. ``source`` is what the tree was
    parsed from: it tells cheaply which attributes there are none of.
    """

    def __init__(self, root: HtmlElement, source: bytes | None = None):
        self.root = root
        self._source = source.lower() if source is not None else None
        # Kept, so that lxml makes each element's proxy once for all readers.
        self._elements: list[HtmlElement] = list(root.iter("*"))
        self._by_attribute: dict[str, dict[str, list[HtmlElement]]] = {}
        self._values: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, list[str]] = {}
        self.named: dict[str, list[HtmlElement]] = {}
        named = self.named
        for element in self._elements:
            for name in _names(element):
                if (bearers := named.get(name)) is None:
                    named[name] = [element]
                elif bearers[-1] is not element:
                    bearers.append(element)

    @cached_property
    def _by_tag(self) -> dict[Any, list[HtmlElement]]:
        found: dict[Any, list[HtmlElement]] = {}
        for element in self._elements:
            tag = element.tag
            if tag in found:
                found[tag].append(element)
            else:
                found[tag] = [element]
        return found

    @cached_property
    def _order(self) -> dict[HtmlElement, int]:
        return dict(zip(self._elements, range(len(self._elements)), strict=True))

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

    def find_class(self, kind: str) -> list[HtmlElement]:
        """The elements with a class of a kind that ``KINDS`` knows, in document order."""
        return sorted({e for name in self.of_kind(kind) for e in self.named[name]}, key=self.position)

    def of_kind(self, kind: str) -> list[str]:
        """The classes and ``#ids`` of a kind that ``KINDS`` knows, in the order of ``named``."""
        if kind not in self._kinds:
            self._kinds = KINDS.sort(self.named)
        return [name for name in self._kinds[kind] if name in self.named]

    def tagged(self, tag: str) -> list[HtmlElement]:
        """The elements of a tag."""
        return self._by_tag.get(tag, [])

    def position(self, element: HtmlElement) -> int:
        """An element's number in document order."""
        return self._order.get(element, len(self._order))

    def after(self, element: HtmlElement, tags: frozenset[str]) -> Iterator[HtmlElement]:
        """The elements of some tags behind an element, in document order."""
        return (e for e in islice(self._elements, self.position(element) + 1, None) if e.tag in tags)

    def forget_detached(self) -> None:
        """Take out of the index what was taken out of the tree."""
        standing = list(self.root.iter("*"))
        if len(standing) == len(self._elements):
            return
        gone = set(self._elements).difference(standing)
        names = {name for element in gone for name in _names(element)}
        for name in names:
            left = [e for e in self.named[name] if e not in gone]
            if left:
                self.named[name] = left
            else:
                del self.named[name]
        self._elements = standing
        self._by_attribute.clear()
        self._values.clear()
        for name in ("_order", "_by_tag"):
            self.__dict__.pop(name, None)

    def _candidates(self, part: Part) -> Iterable[HtmlElement]:
        kind, name = part.key
        if kind == "tag" and part.above is not None:
            # Few elements have the ancestor's class, many are links.
            return dict.fromkeys(e for above in self.named[part.above] for e in above.iter(name))
        if kind in ("class", "id"):
            return self.named[name if kind == "class" else f"#{name}"]
        if kind == "tag":
            return self.tagged(name) if part.within is None or self._written(name, *part.within) else []
        if name not in self._by_attribute:
            self._by_attribute[name] = self._bearing(name)
        return self._by_attribute[name].get(part.word or "", [])

    def _written(self, tag: str, attribute: str, value: str) -> bool:
        """Whether a value may stand in an attribute of any element of a tag."""
        key = (tag, attribute)
        if key not in self._values:
            self._values[key] = "\n".join(found for e in self.tagged(tag) if (found := e.get(attribute)))
        return value in self._values[key]

    def _bearing(self, attribute: str) -> dict[str, list[HtmlElement]]:
        """The elements with an attribute: by each word of its value, and all of them by none."""
        found: dict[str, list[HtmlElement]] = {"": []}
        if self._source is not None and attribute.encode() not in self._source:
            return found
        tags = BEARERS.get(attribute)
        bearers = self.root.iter(*tags) if tags else _bearers(attribute)(self.root)
        for element in bearers:
            value = element.get(attribute)
            if value is not None:
                found[""].append(element)
                for word in dict.fromkeys(value.split()):
                    found.setdefault(word, []).append(element)
        return found


BEARERS = {"rel": ("a", "area", "form", "link"), "datetime": ("time", "ins", "del")}
"""The elements that an attribute belongs to; others may have any."""


def _names(element: HtmlElement) -> list[str]:
    if not element.attrib:
        return []
    written, identity = element.get("class"), element.get("id")
    names = written.split() if written else []
    if identity and (identity := identity.strip()):
        names.append(f"#{identity}")
    return names


@cache
def _bearers(attribute: str) -> etree.XPath:
    return etree.XPath(f"descendant-or-self::*[@{attribute}]")


class Part(NamedTuple):
    """One selector of a list: where to look, what must hold, the classes and ``#ids`` it needs, and a class an ancestor must have."""

    key: Key
    match: Match
    names: frozenset[str]
    above: str | None
    word: str | None = None
    """What the attribute of ``key`` must hold, where it is one word."""
    within: tuple[str, str] | None = None
    """An attribute of the element itself, and what must stand in it."""


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
    return tuple(Part(_key(t), _matcher(t), frozenset(_needed(t)), _above(t), _word(t), _within(t)) for t in trees)


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


def _word(tree: Any) -> str | None:
    kind, name = _key(tree)
    tree = tree.subselector if isinstance(tree, css.CombinedSelector) else tree
    while kind == "attribute" and not isinstance(tree, css.Element):
        if isinstance(tree, css.Attrib) and tree.attrib == name and tree.operator in ("=", "~=") and tree.value is not None:
            words = (tree.value.value or "").split()
            return words[0] if len(words) == 1 else None
        tree = tree.selector
    return None


def _within(tree: Any) -> tuple[str, str] | None:
    tree = tree.subselector if isinstance(tree, css.CombinedSelector) else tree
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.Attrib) and tree.value is not None and tree.value.value:
            return tree.attrib, tree.value.value
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
