"""A body's HTML as a tree and back, and what several transforms ask of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import quote, unquote, urljoin

import lxml.html
import nh3
from lxml import etree
from lxml.html import HtmlElement

from presslift.urls import split_url

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
"""Elements that start a line of their own."""

MEDIA = frozenset("img iframe video audio picture object embed hr canvas svg math input".split())
"""Elements that show something without holding text."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

HIDDEN = frozenset(("script", "style", "template", "noscript", "iframe", "video", "audio", "object"))
"""Elements whose contents nobody reads."""

BLANK = re.compile(r"[\s\u00a0\u200b\u200e\u200f\u2060\ufeff\u00ad]*")
"""What looks like nothing on a page."""

SIZE_SUFFIX = re.compile(r"-(\d{2,4})x(\d{2,4})(?=\.\w{3,5}$)")
"""What WordPress adds to the name of a picture's smaller copy."""

_SRCSET = re.compile(r"\s*(\S*[^\s,])(?:\s+([\d.]+)([wxh]))?\s*(?:,|$)")

_AS_WRITTEN = "#$%&+,/:;=?@[\\]^`{|}!'()*~-_."
"""What stays in an address when the rest is encoded. libxml2 encodes no more than this in ``href`` and ``src``."""

_ENCODED = re.compile(r"[^\s\"<>]*", re.ASCII)

_ABSOLUTE = re.compile(
    r"https?://[^\x00-\x20\"<>\[\]\\?#;/]+(?:/[^\x00-\x20\"<>?#;]*)?(?:\?[^\x00-\x20\"<>#]+)?(?:#[^\x00-\x20\"<>]+)?", re.ASCII
)
"""An address that is absolute and encoded, and that resolving would leave as it is."""


_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""lxml.html looks every element's class up in Python; one class for all saves a fifth of the time of a walk."""


def _parser() -> Any:
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, recover=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    return parser


class _Shelf(threading.local):
    """The tree that one transform leaves for the next, and the HTML that it is."""

    html: str | None = None
    root: HtmlElement | None = None


_shelf = _Shelf()


def parse(html: str) -> HtmlElement:
    """A body as the contents of one ``div``, the caller's to change; never raises, what can't be read is an empty ``div``."""
    if _shelf.root is not None and _shelf.html == html:
        root, _shelf.html, _shelf.root = _shelf.root, None, None
    else:
        root, cut = _parsed(html)
        if cut:
            root, _ = _parsed(_flat().clean(html))
    for element in list(root.iter("source", "track", "wbr")):
        _empty_out(element)
    return root


def _empty_out(element: HtmlElement) -> None:
    """What libxml2 took for the contents of an element that has none, put behind it."""
    for child in reversed(element):
        element.addnext(child)  # takes the child's tail along
    if element.text:
        element.tail, element.text = element.text + (element.tail or ""), None


def _parsed(html: str) -> tuple[HtmlElement, bool]:
    """The tree, and whether libxml2 stopped because the nesting is too deep for it (2,048 levels)."""
    parser = _parser()
    try:
        root = lxml.html.document_fromstring(f"<html><body><div>{html}</div></body></html>", parser=parser)
        cut = html.count("<") > 2000 and parser.error_log.last_error is not None and "depth" in parser.error_log.last_error.message
        body = root.find("body")
        if body is None:
            return lxml.html.Element("div"), cut
        if len(body) == 1 and not body.text and not body[0].tail:
            return body[0], cut
        # A stray end tag closed the wrapper: the rest stands beside it.
        body.tag = "div"
        if len(body) and body[0].tag == "div" and not body[0].attrib:
            body[0].drop_tag()
        return body, cut
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return lxml.html.Element("div"), False


@cache
def _flat() -> nh3.Cleaner:
    """For bodies nested beyond all sense: the words, in elements that can't be nested."""
    links_and_pictures = {"a": {"href", "rel"}, "img": {"src", "alt"}}
    return nh3.Cleaner(tags={"p", "br", "a", "img", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}, attributes=links_and_pictures, link_rel=None)


def serialise(root: HtmlElement) -> str:
    """The contents of the ``div`` that ``parse`` gave, as HTML."""
    if root.tag == "div" and not root.attrib:
        whole: str = etree.tostring(root, encoding="unicode", method="html", with_tail=False)
        return whole.removeprefix("<div>").removesuffix("</div>").strip()
    parts = [escape(root.text or "", quote=False)]
    parts.extend(etree.tostring(child, encoding="unicode", method="html") for child in root)
    return "".join(parts).strip()


def keep(html: str, root: HtmlElement) -> None:
    """Leave the tree of ``html`` for the next who parses the same: one tree serves a whole chain. It is no more the caller's."""
    _shelf.html, _shelf.root = html, root


def hand_on(root: HtmlElement) -> str:
    """The same as ``serialise``, the tree left for the next who parses this HTML."""
    html = serialise(root)
    if root.text:
        root.text = root.text.lstrip() if len(root) else root.text.strip()
    if len(root) and root[-1].tail:
        root[-1].tail = root[-1].tail.rstrip(" \t\r\n\f\v")
    keep(html, root)
    return html


def classes(element: HtmlElement) -> list[str]:
    """The element's classes, as written."""
    return (element.get("class") or "").split()


def drop(element: HtmlElement) -> None:
    """Take an element and its contents out; the text that followed stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
        element.tail = None
    parent.remove(element)


def replace(element: HtmlElement, new: HtmlElement) -> None:
    """Put ``new`` where ``element`` stands."""
    parent = element.getparent()
    if parent is not None:
        new.tail, element.tail = element.tail, None
        parent.replace(element, new)


def is_note_marker(element: HtmlElement) -> bool:
    """A ``sup`` that stands for a footnote: the normal form, or the placeholder that becomes it."""
    if element.tag != "sup":
        return False
    return (element.get("id") or "").startswith("fnref-") or element.get("data-note") is not None


def note_number(element: HtmlElement) -> str | None:
    """The index of the note that a marker refers to."""
    if number := element.get("data-note"):
        return number
    for link in element.iter("a"):
        href = link.get("href") or ""
        if "#fn-" in href:
            return href.rpartition("#fn-")[2]
    return None


def hidden_from_text(element: HtmlElement) -> bool:
    """Elements whose contents nobody reads."""
    return element.tag in HIDDEN


def plain_text(element: HtmlElement, *, markers: bool = False) -> str:
    """The text in one line; note markers left out unless asked for."""
    return re.sub(r"[\s\u00a0\u200b\ufeff]+", " ", "".join(_pieces(element, markers))).strip()


def _pieces(element: HtmlElement, markers: bool) -> Iterator[str]:
    skipped: HtmlElement | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if skipped is not None:
            if event == "end" and node is skipped:
                skipped = None
                yield node.tail or ""
        elif event == "start":
            if hidden_from_text(node) or (not markers and is_note_marker(node)):
                if node is element:
                    return
                skipped = node
                continue
            if node.tag in BLOCKS or node.tag == "br":
                yield " "
            yield node.text or ""
        else:
            if node.tag in BLOCKS:
                yield " "
            if node is not element:
                yield node.tail or ""


def absolute(base: str, url: str) -> str:
    """A link as an absolute, encoded address; what can't be resolved is left as written."""
    url = url.strip()
    if url.isascii() and _ABSOLUTE.fullmatch(url):
        return url
    with suppress(ValueError):
        url = urljoin(base, url) if base else url
    return url if url.isascii() and _ENCODED.fullmatch(url) else quote(url, safe=_AS_WRITTEN)


def srcset_of(value: str) -> list[tuple[str, str]]:
    """The candidates of a ``srcset``: address and descriptor (``300w``, ``2x`` or nothing), in order."""
    return [(m[1], f"{m[2]}{m[3]}" if m[2] else "") for m in _SRCSET.finditer(" ".join(value.split()).strip(", ")) if m[1]]


def largest(value: str) -> str | None:
    """The address of the widest candidate of a ``srcset``."""
    best: tuple[float, str] | None = None
    for url, descriptor in srcset_of(value):
        try:
            size = float(descriptor[:-1] or 1) if descriptor else 1.0
        except ValueError:
            continue
        if best is None or size > best[0]:
            best = (size, url)
    return best[1] if best else None


@lru_cache(maxsize=1024)
def extension(url: str) -> str:
    """The last extension of an address's path, lower case, without the dot; empty when there is none."""
    name = unquote(split_url(url).path).rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name[1:] else ""
