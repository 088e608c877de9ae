"""The elements of a page by class, tag and id, so that many small selectors cost one walk of the tree.

A hundred cues are asked of every page; as XPath each would walk all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import cssselect
from cssselect import parser as css
from lxml.html import HtmlElement

Match = Callable[[HtmlElement], bool]
Key = tuple[str, str]


class PageIndex:
    """An index of a tree as it stood when the index was made; elements detached later are still in it."""

    def __init__(self, root: HtmlElement):
        self.root = root
        self.by_class: dict[str, list[HtmlElement]] = {}
        self.by_tag: dict[str, list[HtmlElement]] = {}
        self.by_id: dict[str, HtmlElement] = {}
        self._by_attribute: dict[str, list[HtmlElement]] = {}
        self._order: dict[HtmlElement, int] = {}
        by_class, by_tag = self.by_class, self.by_tag
        for number, element in enumerate(root.iter("*")):
            self._order[element] = number
            by_tag.setdefault(str(element.tag), []).append(element)
            names = element.get("class")
            if names:
                for name in set(names.split()):
                    by_class.setdefault(name, []).append(element)
        for element in root.xpath("//*[@id]"):
            self.by_id.setdefault(element.get("id"), element)

    def find(self, selector: str) -> list[HtmlElement]:
        """The elements that match a selector of tags, classes, ids, attributes, ``:not()``, descent and ``>``, in document order."""
        found: list[HtmlElement] = []
        parts = 0
        for part in compiled(selector):
            if all(name in self.by_class for name in part.classes):
                matching = [e for e in self._candidates(part) if part.match(e)]
                parts += bool(matching)
                found += matching
        return sorted(set(found), key=self.position) if parts > 1 else found

    def find_class(self, pattern: str) -> list[HtmlElement]:
        """The elements with a class that matches a regular expression as a whole, in document order."""
        whole = re.compile(pattern)
        found = {e for name, elements in self.by_class.items() if whole.fullmatch(name) for e in elements}
        return sorted(found, key=self.position)

    def position(self, element: HtmlElement) -> int:
        """An element's number in document order."""
        return self._order.get(element, len(self._order))

    def _candidates(self, part: Part) -> Iterable[HtmlElement]:
        kind, name = part.key
        if kind == "tag" and part.above is not None:
            # Few elements have the ancestor's class, many are links.
            return dict.fromkeys(e for above in self.by_class[part.above] for e in above.iter(name))
        if kind == "class":
            return self.by_class.get(name, [])
        if kind == "tag":
            return self.by_tag.get(name, [])
        if kind == "id":
            return [self.by_id[name]] if name in self.by_id else []
        if name not in self._by_attribute:
            self._by_attribute[name] = self.root.xpath(f"//*[@{name}]")
        return self._by_attribute[name]


class Part(NamedTuple):
    """One selector of a list: where to look, what must hold, the classes it needs, and a class that an ancestor must have."""

    key: Key
    match: Match
    classes: frozenset[str]
    above: str | None


@lru_cache(maxsize=2048)
def compiled(selector: str) -> tuple[Part, ...]:
    """A selector list, ready to be asked. Raises ``ValueError`` when it can't be told so."""
    try:
        trees = [s.parsed_tree for s in cssselect.parse(selector)]
    except cssselect.SelectorError as error:
        raise ValueError(f"{selector}: {error}") from error
    return tuple(Part(_key(t), _matcher(t), frozenset(_classes(t)), _above(t)) for t in trees)


def can_ask(selector: str) -> bool:
    """Whether a selector is of the kind that an index answers."""
    try:
        return bool(compiled(selector))
    except ValueError:
        return False


def _classes(tree: Any) -> Iterator[str]:
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.Class):
            yield tree.class_name
        if isinstance(tree, css.CombinedSelector):
            yield from _classes(tree.subselector)
        tree = tree.selector


def _above(tree: Any) -> str | None:
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.CombinedSelector):
            return next(iter(_classes(tree.selector)), None)
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
    return lambda e: name in (e.get("class") or "").split() and rest(e)


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
