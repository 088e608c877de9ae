"""The JSON-LD of a page as one graph: references resolved, nodes of other pages left out."""

from __future__ import annotations

import html
from functools import cache, lru_cache
from typing import Any

from presslift.scraper.knowledge import table
from presslift.urls import join_url, split_url

Node = dict[str, Any]


class Graph:
    """The nodes of a page's JSON-LD. ``addresses`` are those under which the page is known (its own, its canonical one)."""

    def __init__(self, nodes: list[Node], addresses: list[str]):
        self.nodes = [n for top in nodes for n in _nested(top)]
        self._by_id: dict[str, Node] = {}
        for node in self.nodes:
            key = node.get("@id")
            if isinstance(key, str) and len(node) > len(self._by_id.get(key, {})):
                self._by_id[key] = node
        self._typed = [(n, types_of(n)) for n in self.nodes]
        self._of_type: dict[str, list[Node]] = {}
        self._addresses = {_bare(a) for a in addresses if a}

    def of_type(self, family: str) -> list[Node]:
        """The nodes of a family of types (``Article`` also holds NewsArticle, BlogPosting …), this page's first.

        Nodes that name another page as theirs are left out when there is one that doesn't.
        """
        if family not in self._of_type:
            self._of_type[family] = self._chosen(family)
        return self._of_type[family]

    def _chosen(self, family: str) -> list[Node]:
        names = _families().get(family, frozenset({family}))
        found = [n for n, types in self._typed if not names.isdisjoint(types)]
        own = [n for n in found if self._is_own(n)]
        return own or [n for n in found if not self._is_foreign(n)] or found[:1]

    def values(self, path: str) -> list[Any]:
        """The values at ``Family.property`` (``Article.author``): references resolved, lists opened, in order."""
        family, _, name = path.partition(".")
        found: list[Any] = []
        for node in self.of_type(family):
            value = node.get(name)
            found.extend(self.resolve(v) for v in (value if isinstance(value, list) else [value]) if v not in (None, "", {}))
            if found:
                break
        return found

    def resolve(self, value: Any) -> Any:
        """A node in place of a mere reference to it; the reference's own properties win."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str):
            return {**self._by_id.get(value["@id"], {}), **value}
        return value

    def _said(self, node: Node) -> set[str]:
        said = set()
        for name in ("url", "mainEntityOfPage", "@id", "isPartOf"):
            value = node.get(name)
            value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(value, str) and value.strip():
                said.add(_bare(join_url(next(iter(self._addresses), ""), value.strip())))
        return said

    def _is_own(self, node: Node) -> bool:
        return bool(self._said(node) & self._addresses)

    def _is_foreign(self, node: Node) -> bool:
        said = {s for s in self._said(node) if "/" in s.strip("/")}
        return bool(said) and not said & self._addresses


@cache
def _families() -> dict[str, frozenset[str]]:
    return {k: frozenset(v) for k, v in table("cues")["jsonld"].items()}


def text_value(value: Any) -> str | None:
    """A property's text: a string, or a node's name; entities decoded, white space folded."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    return " ".join(html.unescape(html.unescape(value)).split()) or None


def types_of(node: Node) -> set[str]:
    """A node's types, whatever shape they were printed in."""
    found = node.get("@type")
    return {found} if isinstance(found, str) else {t for t in found if isinstance(t, str)} if isinstance(found, list) else set()


def _nested(node: Node, depth: int = 0) -> list[Node]:
    # Some plugins put the article into WebPage.mainEntity, or everything into one tree.
    found = [node]
    if depth < 4:
        for name in ("mainEntity", "mainEntityOfPage", "@graph", "hasPart", "publisher", "isPartOf", "author"):
            inner = node.get(name)
            for value in inner if isinstance(inner, list) else [inner]:
                if isinstance(value, dict) and value.get("@type"):
                    found.extend(_nested(value, depth + 1))
    return found


@lru_cache(maxsize=1024)
def _bare(address: str) -> str:
    parts = split_url(address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"
