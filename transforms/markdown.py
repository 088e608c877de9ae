"""The body as Markdown (CommonMark, tables and strike-through of GitHub's), converted by html-to-markdown."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import lxml.html
import msgspec
from html_to_markdown import (
    CodeBlockStyle,
    ConversionOptions,
    HeadingStyle,
    HiddenContent,
    HighlightStyle,
    InlineDataMedia,
    LinkStyle,
    ListIndentType,
    NewlineStyle,
    OutputFormat,
    TierStrategy,
    UrlEscapeStyle,
    WhitespaceMode,
    convert,
)
from lxml import etree
from lxml.html import HtmlElement

from presslift.records import Article
from presslift.transforms.context import Context
from presslift.transforms.embeds import watch_address
from presslift.transforms.superscript import lowered, raised
from presslift.transforms.tree import BLOCKS, absolute, is_note_marker, keep, note_number, parse, plain_text, serialise

# The converter escapes backslashes of its own accord: these stand for characters that must come out as they are. They are
# code points that Unicode keeps free of characters.
_BACKSLASH, _MARKER_START, _MARKER_END, _LESS, _GREATER, _SPACE, _OPENING = (chr(0xFDD0 + place) for place in range(7))
_STANDS_FOR = (
    (_BACKSLASH, "\\"), (_MARKER_START, "[^"), (_MARKER_END, "]"), (_LESS, "<"), (_GREATER, ">"), (_SPACE, "\u00a0"), (_OPENING, "["),
)  # fmt: skip

_SPECIAL = re.compile(
    r"[*`\[\]]"
    r"|\\(?=[!-/:-@\[-`{-~])"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word an underscore means nothing
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,32};)"
    r"|~(?=~)|(?<=~)~"
    r"|^[=|](?=[=| ])"
)
_SHOWN_AS = {"<": _LESS, "\\": _BACKSLASH, "[": _OPENING, "]": _MARKER_END}
_ANY_SPECIAL = re.compile(r"[*`\[\]\\_<&~=|]")
_WRITTEN = "presslift-written"
"""The tag of elements that hold what is written in their place."""
_EMPHASES = ("em", "i", "strong", "b")


def markdown(article: Article, context: Context) -> Article:
    """``body_markdown`` of the body: note markers are ``[^N]``, their texts stay in ``footnotes``.

    Frames, videos and sounds are the address a reader would open, as ``<address>``. Raised and lowered characters are
    Unicode's. What means something in Markdown and stands in the text is escaped.
    """
    if article.body_html is None:
        return msgspec.structs.replace(article, body_markdown=None)
    return msgspec.structs.replace(article, body_markdown=from_html(article.body_html))


def from_html(html: str) -> str:
    """One piece of clean HTML as Markdown, without a new line at its end."""
    if not html.strip():
        return ""
    root = parse(html)
    keep(html, copy.deepcopy(root))
    _prepare(root)
    converted = convert(serialise(root), _options()).content or ""
    for stand_in, meant in _STANDS_FOR:
        converted = converted.replace(stand_in, meant)
    return converted.strip()


@cache
def _options() -> ConversionOptions:
    # The library turns names into its own values at every call, values it takes as they are.
    return ConversionOptions(
        bullets="-",
        list_indent_width=2,
        extract_metadata=False,
        br_in_tables=True,
        compact_tables=True,
        include_blockquote_citations=False,
        autolinks=False,
        highlight_style=HighlightStyle.NONE,
        newline_style=NewlineStyle.BACKSLASH,
        heading_style=HeadingStyle.ATX,
        list_indent_type=ListIndentType.SPACES,
        whitespace_mode=WhitespaceMode.NORMALIZED,
        code_block_style=CodeBlockStyle.BACKTICKS,
        inline_data_media=InlineDataMedia.KEEP,
        hidden_content=HiddenContent.DROP,
        url_escape_style=UrlEscapeStyle.ANGLE,
        link_style=LinkStyle.INLINE,
        output_format=OutputFormat.MARKDOWN,
        tier_strategy=TierStrategy.AUTO,
    )


def _prepare(root: HtmlElement) -> None:
    """What the converter has no form for is put in one it has; text that looks like Markdown is marked to be escaped."""
    verbatim: set[HtmlElement] = set()
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is None and element is not root:
            continue
        tag: Any = element.tag
        if tag in _REWRITTEN and parent not in verbatim:
            _REWRITTEN[tag](element)
            if element.getparent() is None or element.tag == _WRITTEN:
                continue
        if element.tag in _VERBATIM or parent in verbatim:
            verbatim.add(element)
        elif (text := element.text) and _ANY_SPECIAL.search(text):
            element.text = _escaped(text)
        if (tail := element.tail) and _ANY_SPECIAL.search(tail) and parent is not None and parent not in verbatim:
            element.tail = _escaped(tail)
    etree.strip_tags(root, _WRITTEN)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_mark, text) if _ANY_SPECIAL.search(text) else text


def _mark(found: re.Match[str]) -> str:
    character = found[0]
    # In links the converter escapes a bracket that has no partner, though one stands before it that does so already.
    return _BACKSLASH + _SHOWN_AS.get(character, character)


def _raised(element: HtmlElement) -> None:
    tag: Any = element.tag
    if is_note_marker(element):
        number = note_number(element)
        written = f"{_MARKER_START}{number}{_MARKER_END}" if number else ""
    elif element.find(".//a") is not None or element.find(".//img") is not None:
        element.tag = "span"  # a link is worth more than its height
        return
    else:
        written = _escaped((raised if tag == "sup" else lowered)(plain_text(element), _text_before(element)))
    # Its tags go at the end, with all others': a text that grows with each mark would be copied as often.
    for child in list(element):
        element.remove(child)
    element.tag, element.text = _WRITTEN, written
    if element.tail:
        element.tail = _escaped(element.tail)


def _text_before(element: HtmlElement) -> str:
    previous, parent = element.getprevious(), element.getparent()
    if previous is None:
        return (parent.text if parent is not None else None) or ""
    if previous.tag == _WRITTEN:
        return previous.tail or previous.text or ""
    return previous.tail or ("" if previous.tag == "br" else plain_text(previous))


def _player(element: HtmlElement) -> None:
    source = element.get("src") or next((s.get("src") for s in element.iter("source") if s.get("src")), None)
    address = watch_address(source)[1] if source and element.tag == "iframe" else source
    shown = lxml.html.Element("p" if _stands_alone(element) else "span")
    if address:
        shown.text = f"{_LESS}{absolute('', address)}{_GREATER}"
    tail, element.tail = element.tail, None
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, shown)
        shown.tail = _escaped(tail) if tail else None


def _stands_alone(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is None or parent.tag in ("div", "figure", "blockquote", "li", "td")


def _verse(element: HtmlElement) -> None:
    """Lines of verse as lines, not as code; their indent kept. So are lines with links, which code can't hold."""
    if "wp-block-verse" not in (element.get("class") or "") and element.find(".//a[@href]") is None:
        return
    for name in _VERBATIM:
        etree.strip_tags(element, name)
    if next(element.iter(*BLOCKS - {"pre"}), None) is not None:
        element.tag = "div"
        return
    element.tag = "p"
    element.text = (element.text or "").lstrip("\n")
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip("\n")
    else:
        element.text = element.text.rstrip("\n")
    for node in list(element.iter()):
        if node.text:
            node.text = _lines(node, node.text, within=True)
        if node is not element and node.tail:
            node.tail = _lines(node, node.tail, within=False)


def _lines(node: HtmlElement, text: str, *, within: bool) -> str:
    """Each new line in a piece of text becomes a ``br``; gives what comes before the first."""
    first, *rest = [re.sub(r"^ +", lambda m: _SPACE * len(m[0]), line) for line in text.split("\n")]
    place = node if within else node.getparent()
    at = 0 if within else (place.index(node) + 1 if place is not None else 0)
    for line in reversed(rest):
        breaking = lxml.html.Element("br")
        breaking.tail = line
        if place is not None:
            place.insert(at, breaking)
    return first


def _caption(element: HtmlElement) -> None:
    """The converter writes captions in italics, which can't hold emphasis of their own."""
    if any(element.find(f".//{name}") is not None for name in _EMPHASES):
        element.tag = "p"


def _alternative(element: HtmlElement) -> None:
    for name in ("alt", "title"):
        if value := element.get(name):
            element.set(name, " ".join(_escaped(value).split()))


def _titled(element: HtmlElement) -> None:
    """A new line within a link's title may begin a block that ends the link."""
    if (value := element.get("title")) and "\n" in value:
        element.set("title", " ".join(value.split()))


_VERBATIM = frozenset(("pre", "code", "kbd", "samp"))
_REWRITTEN: dict[str, Callable[[HtmlElement], None]] = {
    "pre": _verse,
    "sup": _raised,
    "sub": _raised,
    "iframe": _player,
    "video": _player,
    "audio": _player,
    "figcaption": _caption,
    "img": _alternative,
    "a": _titled,
}
