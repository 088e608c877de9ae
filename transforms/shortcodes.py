"""Shortcodes that WordPress did not render: found by their shape, told from an editor's brackets."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from presslift.transforms.networks import table

# WordPress makes typographic quotes of the straight ones in what it takes for text.
_QUOTED = r"""(?:"[^"<>]{0,2000}"|'[^'<>]{0,2000}'|[“”„″‟»«][^“”„″‟»«<>]{0,2000}[“”„″‟»«]|[‘’′‚][^‘’′‚<>]{0,2000}[‘’′‚])"""
_SHAPE = re.compile(
    rf"""(?<!\[)\[(?P<end>/?)(?P<name>[a-z][a-z0-9]*(?:[_-]+[a-z0-9]+)*)
    (?P<attributes>(?:\s+[a-zA-Z_][\w-]*\s*=\s*(?:{_QUOTED}|[^\s\[\]"'“”″]+)|\s+{_QUOTED}|\s+[\w.,:-]+(?=[\s\]/])){{0,100}}+)\s*/?\](?!\])""",
    re.VERBOSE,
)
_END = re.compile(r"\[/([a-z][a-z0-9_-]*)\]")
_ASSIGNED = re.compile(r"[\w-]\s*=\s*\S|[\"“”″]")


@cache
def _bare() -> frozenset[str]:
    return frozenset(table("clean_html")["shortcodes"]["bare"])


@cache
def _never() -> frozenset[str]:
    return frozenset(table("clean_html")["shortcodes"]["never"])


def ends_in(text: str) -> frozenset[str]:
    """The names that have an end tag somewhere in a text, which makes them shortcodes wherever they stand in it."""
    return frozenset(_END.findall(text)) - _never() if "[/" in text else frozenset()


def find_shortcodes(text: str, ended: frozenset[str] | None = None) -> list[re.Match[str]]:
    """The shortcode tags in a text, opening and closing, in order.

    A tag is one when it has attributes, when it or its partner is an end tag, or when its name is known as a shortcode's or
    holds an underscore. ``[1]``, ``[sic]``, ``[…]`` and ``[Editor's note]`` are none, nor is ``[[escaped]]``. ``ended`` are
    the names with an end tag in the whole of which this text is a part (``ends_in``).
    """
    if "[" not in text:
        return []
    ended = ends_in(text) if ended is None else ended
    return [match for match in _SHAPE.finditer(text) if _is_one(match, ended)]


def _is_one(match: re.Match[str], ended: frozenset[str]) -> bool:
    name, attributes = match["name"], match["attributes"]
    if name in ended:
        return True
    if match["end"] or name in _never():
        return False
    known = "_" in name or name in _bare()
    if attributes:
        return bool(_ASSIGNED.search(attributes)) or "_" in name or (known and attributes.strip().isdigit())
    return known


def without_shortcodes(text: str, seen: Callable[[str], None], ended: frozenset[str] | None = None) -> str:
    """The text less its shortcode tags; what stands between a pair stays. ``seen`` is told every tag that went."""
    parts, position = [], 0
    for match in find_shortcodes(text, ended):
        parts.append(text[position : match.start()])
        position = match.end()
        seen(" ".join(match[0].split()))
    return "".join(parts) + text[position:]
