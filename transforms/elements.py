"""Elements that mean the same as others: old players, formulas, inline looks, captions outside figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import lxml.html
from lxml.html import HtmlElement

from presslift.transforms.tree import extension, replace

_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)")
_ITALIC = re.compile(r"font-style\s*:\s*italic")
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub)\b")
_STRUCK = re.compile(r"text-decoration[^;:]*:\s*line-through")


def _player(element: HtmlElement) -> HtmlElement:
    """An old player's ``object`` or ``embed`` as a frame, or a link to its file."""
    if element.tag == "object" and element.find(".//iframe") is not None:
        element.tag = "div"
        element.attrib.clear()
        return element
    source = element.get("src") or element.get("data") or ""
    for param in element.iter("param"):
        if (param.get("name") or "").lower() in ("movie", "src") and param.get("value"):
            source = source or param.get("value") or ""
    for inner in element.iter("embed"):
        source = source or inner.get("src") or ""
    new = lxml.html.Element("span")
    if source.startswith(("http", "//", "/")):
        if extension(source) == "pdf":
            new = _file_link(element, source)
        elif extension(source) not in ("swf", "jar"):
            new = lxml.html.Element("iframe", src=re.sub(r"(youtube(?:-nocookie)?\.com)/v/", r"\1/embed/", source))
    replace(element, new)
    return new


def _file_link(element: HtmlElement, source: str) -> HtmlElement:
    """A document shown in the page as a link to it, unless the link stands beside it."""
    parent = element.getparent()
    if parent is not None and any(link.get("href") == source for link in parent.iter("a")):
        return lxml.html.Element("span")
    link = lxml.html.Element("a", href=source)
    link.text = unquote(source.partition("?")[0].rpartition("/")[2])
    return link


def _formula(element: HtmlElement) -> HtmlElement:
    """MathML as the TeX it was made from, else as its text."""
    tex = next((a.text for a in element.iter("annotation") if "tex" in (a.get("encoding") or "")), None)
    new = lxml.html.Element("span")
    new.set("class", "math")
    new.text = " ".join((tex or element.get("alttext") or element.text_content()).split())
    replace(element, new)
    return new


def _meant(style: str) -> str | None:
    """The element that an inline style stands for."""
    style = style.lower()
    if raised := _RAISED.search(style):
        return "sup" if raised[1] == "super" else "sub"
    for pattern, tag in ((_BOLD, "strong"), (_ITALIC, "em"), (_STRUCK, "s")):
        if pattern.search(style):
            return tag
    return None


def as_caption(element: HtmlElement) -> None:
    """A caption outside ``figure`` makes its wrapper one."""
    parent = element.getparent()
    if parent is None or parent.tag == "figcaption":
        return
    if parent.tag == "dl" or (parent.tag in ("div", "li") and len(parent.findall(".//img")) == 1):
        if parent.tag == "li":
            return
        parent.tag = "figure"
    if parent.tag == "figure":
        element.tag = "figcaption"


def _dressed(element: HtmlElement) -> None:
    """Look that stands for meaning."""
    style = element.get("style")
    if style:
        element.tag = _meant(style) or str(element.tag)


def _undressed(element: HtmlElement) -> None:
    """Google Docs wraps all it pastes in a ``b`` that is not bold."""
    style = element.get("style") or ""
    if "font-weight" in style and not _BOLD.search(style):
        element.tag = "span"


def _named_anchor(element: HtmlElement) -> None:
    name = element.get("name")
    if name and not element.get("id"):
        element.set("id", name)


def _emptied(element: HtmlElement) -> None:
    """A frame's contents are for browsers of old; an unclosed frame swallows the rest of the page."""
    element.text = None


def _gallery_item(element: HtmlElement) -> None:
    written = (element.get("class") or "").split()
    if "gallery-item" in written or "gallery-icon" in written:
        element.tag = "figure" if element.tag == "dl" else "div"


CAPTIONS = frozenset(("p", "div", "span", "dd", "li", "em", "small"))
"""Elements that themes put captions in."""

REPLACED: dict[str, Callable[[HtmlElement], HtmlElement]] = {"object": _player, "embed": _player, "math": _formula}
"""Elements that another one takes the place of."""

ADAPTED: dict[str, Callable[[HtmlElement], None]] = {
    "a": _named_anchor,
    "b": _undressed,
    "strong": _undressed,
    "span": _dressed,
    "font": _dressed,
    "iframe": _emptied,
    "dl": _gallery_item,
    "dt": _gallery_item,
}
"""Elements that are changed as they stand."""
