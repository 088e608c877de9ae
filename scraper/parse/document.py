"""Bytes → one parsed page. Malformed markup is mended here, once, before any reader looks at it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, KeysView, Sequence, Set
from functools import cached_property, lru_cache
from html import escape
from itertools import islice
from typing import Any

import lxml.html
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from presslift.errors import ParseError
from presslift.scraper.parse.index import PageIndex, can_ask
from presslift.scraper.parse.index import selectors as ready

ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
DEEPEST = 250
LARGE = 9_000_000
"""Without ``huge_tree`` libxml2 refuses texts of ten million characters."""
MOST_TAGS = 400_000
"""Each costs up to two kilobytes of memory while a page is read, whatever it holds."""
TOO_DEEP = etree.XPath(f"boolean({'/*' * 256})")

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
"""Elements that start a line of their own."""

SILENT = frozenset(("script", "style", "template", "noscript", "svg"))

SPACE = re.compile(r"[\s\u00a0\u200b\ufeff]+")


class Document:
    """One page as parsed: every reader works on the same ``root``.

    ``root`` is the ``html`` element (made when missing). Readers that detach parts of the tree say so.
    """

    def __init__(self, root: HtmlElement, url: str | None, encoding: str | None, warnings: list[str], source: bytes | None = None):
        self.root, self.url, self.encoding, self.warnings = root, url, encoding, warnings
        self._source = source

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """``meta`` name, property or itemprop (lower case) → contents in document order."""
        found: dict[str, list[str]] = {}
        for element in self.root.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
            content = (element.get("content") or "").strip()
            if name and content:
                found.setdefault(name.strip().lower(), []).append(content)
        return found

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """Every JSON-LD node of the page, ``@graph`` flattened; comments and trailing commas are forgiven."""
        nodes: list[dict[str, Any]] = []
        for script in self.root.iter("script"):
            if "ld+json" in (script.get("type") or ""):
                nodes.extend(_json_ld_nodes(script.text or ""))
        return nodes

    @cached_property
    def commented_id(self) -> int | None:
        """The id of the post that the page's comment form is for. Asked before the form is taken out of the tree."""
        told = {(e.get("value") or "").strip() for e in self.root.iter("input") if e.get("name") == "comment_post_ID"}
        number = told.pop() if len(told) == 1 else ""
        return int(number) if number.isascii() and number.isdecimal() and len(number) <= 18 else None

    @cached_property
    def body_classes(self) -> frozenset[str]:
        """The classes of ``body``: WordPress tells the page's kind and ids there."""
        body = self.root.find("body")
        return frozenset((body.get("class") or "").split()) if body is not None else frozenset()

    @cached_property
    def index(self) -> PageIndex:
        """The elements by class, id and tag, made when first asked; some may be detached since."""
        return PageIndex(self.root, self._source)

    @property
    def named(self) -> dict[str, list[HtmlElement]]:
        """Class or ``#id`` → the elements that bear it, in document order; some may be detached since."""
        return self.index.named

    @property
    def names(self) -> KeysView[str]:
        """Every class and ``#id`` of the page: with ``may_match`` it tells cheaply which selectors are in vain."""
        return self.index.named.keys()

    def find(self, css: str) -> list[HtmlElement]:
        """What matches and is still in the page, in document order. A selector with a class or id that the page lacks costs nothing."""
        if not can_ask(css):
            return select(self.root, css) if may_match(css, self.names) else []
        return [e for e in self.index.find(css) if self.holds(e)]

    def find_each(self, selectors: Sequence[str]) -> Iterator[tuple[int, list[HtmlElement]]]:
        """The same for many selectors at once: the places, in order, of those that match, and what they match."""
        for place in ready(*selectors).possible(self.names):
            if found := self.find(selectors[place]):
                yield place, found

    def holds(self, element: HtmlElement) -> bool:
        """Whether an element is still in the page's tree."""
        return element is self.root or any(ancestor is self.root for ancestor in element.iterancestors())


def _json_ld_nodes(text: str) -> list[dict[str, Any]]:
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    if "CDATA" in text or "]]>" in text:
        text = re.sub(r"^\s*//\s*<!\[CDATA\[|^\s*<!\[CDATA\[|(//)?\s*\]\]>\s*$", "", text)
    data: Any = None
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", "", text))):
        try:
            data = json.loads(attempt, strict=False)
            break
        except (ValueError, RecursionError):
            continue
    nodes: list[dict[str, Any]] = []
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            graph = item.get("@graph")
            nodes.extend(n for n in graph if isinstance(n, dict)) if isinstance(graph, list) else nodes.append(item)
    return nodes


def read_document(html: bytes | str, url: str | None = None, *, content_type: str | None = None) -> Document:
    """Decode and parse a page as served.

    ``html`` is the response's body; ``content_type`` the header, whose charset counts after a byte order mark. Raises
    ``ParseError``: ``not_html`` when nothing of a page can be found in it, ``too_large`` when it has more than ``MOST_TAGS``.
    """
    from presslift.scraper.parse.encoding import as_utf8, mend

    warnings: list[str] = []
    data, encoding = (html.encode("utf-8", "replace"), None) if isinstance(html, str) else as_utf8(html, content_type, warnings)
    data = mend(data, warnings)
    if len(data) > 2 * MOST_TAGS and data.count(b"<") > MOST_TAGS:
        raise ParseError(url, "too_large", f"more than {MOST_TAGS:,} tags")
    if not data.strip():
        raise ParseError(url, "not_html", "the page is empty")
    try:
        root = _parsed(data, warnings)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(url, "not_html", str(error)) from error
    if root.tag != "html":
        raise ParseError(url, "not_html", f"the root is <{root.tag!s}>")
    return Document(root, url, encoding, warnings, data)


def _parsed(data: bytes, warnings: list[str]) -> HtmlElement:
    from presslift.scraper.parse.encoding import flatten

    # libxml2 stops at 256 levels, and with huge_tree at 2,048; what follows is lost. A deeper page is made flat, its text kept.
    parser = _parser(len(data) > LARGE)
    root: HtmlElement | None = None
    try:
        root = lxml.html.document_fromstring(data, parser=parser)
    except etree.ParserError:
        if not _stopped(parser):
            raise
    if root is None or _stopped(parser) or (len(data) > LARGE and TOO_DEEP(root)):
        warnings.append(f"nested deeper than {DEEPEST} levels: made flat")
        root = lxml.html.document_fromstring(flatten(data.decode("utf-8", "replace"), DEEPEST).encode(), parser=_parser(True))
    return root


def _parser(huge: bool) -> lxml.html.HTMLParser:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, recover=True, huge_tree=huge)
    # One class for all elements: lxml.html's own choice among them is a call of Python for each.
    parser.set_element_class_lookup(ONE_CLASS)
    return parser


def _stopped(parser: lxml.html.HTMLParser) -> bool:
    last = parser.error_log.last_error
    return last is not None and last.type_name == "ERR_RESOURCE_LIMIT"


def read_fragment(html: str) -> HtmlElement:
    """A REST or feed body as one ``div`` element; never raises, an unreadable one is an empty ``div``."""
    from presslift.scraper.parse.encoding import mend

    try:
        root = _parsed(b"<html><body><div>%b</div></body></html>" % mend(html.encode("utf-8", "replace"), []), [])
        body = root.find("body")
        assert body is not None
        if len(body) == 1 and not (body.text or "").strip() and not (body[0].tail or "").strip():
            return body[0]
        body.tag = "div"
        return body
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return lxml.html.Element("div")


@lru_cache(maxsize=4096)
def compiled(css: str) -> CSSSelector:
    """A CSS selector, compiled once. Raises ``cssselect.SelectorError`` when malformed."""
    return CSSSelector(css, translator="html")


def select(element: HtmlElement, css: str) -> list[HtmlElement]:
    """Descendants (and the element itself) that match, in document order."""
    return compiled(css)(element)


ALL_CLASSES = etree.XPath("descendant-or-self::*/@class", smart_strings=False)
ALL_IDS = etree.XPath("descendant-or-self::*/@id", smart_strings=False)


def names_of(element: HtmlElement) -> frozenset[str]:
    """Every class and ``#id`` of an element and its descendants."""
    return frozenset(" ".join(ALL_CLASSES(element)).split()) | frozenset(f"#{name.strip()}" for name in ALL_IDS(element))


@lru_cache(maxsize=4096)
def _needed(css: str) -> tuple[frozenset[str], ...]:
    # Names in brackets are parts of values, those in :not() must be missing: neither is needed.
    bare = re.sub(r"\[[^\]]*\]|:[\w-]+(\([^()]*\))?", "", css)
    return tuple(frozenset(m.lstrip(".") for m in re.findall(r"[.#][\w-]+", part)) for part in bare.split(","))


def may_match(css: str, names: Set[str]) -> bool:
    """Whether a selector can match in a tree with these ``names``: a walk over the tree saved where it can't."""
    return any(needed <= names for needed in _needed(css))


def text_of(element: HtmlElement) -> str:
    """The visible text: one line, white space folded, blocks and ``br`` apart, scripts and styles left out."""
    # Most have no elements within.
    text = "".join(_pieces(element)) if len(element) or element.tag in SILENT else element.text or ""
    return " ".join((text if text.isascii() else text.replace("\u200b", " ").replace("\ufeff", " ")).split())


def has_text(element: HtmlElement) -> bool:
    """Whether an element has any visible text; no more of it is read."""
    stack = [element]
    while stack:
        node = stack.pop()
        if node is not element and (tail := node.tail) and tail.strip("\u200b\ufeff \t\r\n\f\v\xa0"):
            return True
        if node.tag in SILENT or not isinstance(node.tag, str):
            continue
        if (text := node.text) and text.strip("\u200b\ufeff \t\r\n\f\v\xa0"):
            return True
        stack.extend(node)
    return False


def text_end(element: HtmlElement, count: int) -> str:
    """The last characters of what ``text_of`` says: at least ``count`` where there are so many; hardly more than that is read."""
    path = [element]
    while sum(1 for _ in islice(path[-1].iter(), 40)) == 40:
        last = next((c for c in path[-1].iterchildren(reversed=True) if (c.tail or "").strip() or has_text(c)), None)
        if last is None or (last.tail or "").strip():
            break
        path.append(last)
    text = text_of(path.pop())
    while len(text) < count and path:
        text = text_of(path.pop())
    return text


def _pieces(element: HtmlElement) -> list[str]:
    # A stack of elements and of texts that follow them: a hostile page nests ten thousand deep.
    pieces: list[str] = []
    stack: list[HtmlElement | str] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        if node is not element and (tail := node.tail):
            stack.append(tail)
        tag = node.tag
        if tag in BLOCKS:
            pieces.append(" ")
            stack.append(" ")
        elif tag == "br":
            pieces.append(" ")
        elif tag in SILENT or not isinstance(tag, str):
            continue
        if text := node.text:
            pieces.append(text)
        if len(node):
            stack.extend(reversed(node))
    return pieces


def classes(element: HtmlElement) -> frozenset[str]:
    """The element's classes."""
    return frozenset((element.get("class") or "").split())


def detach(element: HtmlElement) -> None:
    """Take an element out of its tree; the text that followed it stays where it was."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def inner_html(element: HtmlElement) -> str:
    """The element's contents as HTML."""
    try:
        shell: HtmlElement = lxml.html.Element(str(element.tag), element.attrib)
    except ValueError:  # the parser takes names that may not be made
        return _pieces_of_html(element)
    end = f"</{element.tag!s}>"
    empty = etree.tostring(shell, encoding="unicode", method="html")
    whole = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    if empty.endswith(end) and whole.endswith(end) and whole.startswith(start := empty.removesuffix(end)):
        return whole[len(start) : -len(end)]
    return _pieces_of_html(element)


def _pieces_of_html(element: HtmlElement) -> str:
    parts = [escape(element.text or "", quote=False)]
    parts.extend(etree.tostring(child, encoding="unicode", method="html") for child in element)
    return "".join(parts)


def body_tree(element: HtmlElement) -> HtmlElement | None:
    """The element as the tree of its contents: a plain ``div`` of its own, without white space at its edges. None for a whole page."""
    if element.tag == "html":
        return None
    detach(element)
    element.tag = "div"
    element.attrib.clear()
    if element.text:
        element.text = element.text.lstrip() if len(element) else element.text.strip()
    if len(element) and (tail := element[-1].tail):
        element[-1].tail = tail.rstrip(" \t\r\n\f\v")
    return element
