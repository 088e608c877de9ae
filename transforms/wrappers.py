"""What holds nothing goes, what only holds others is settled, and white space at the edges of blocks becomes one kind."""

from __future__ import annotations

from lxml.html import HtmlElement

from presslift.transforms.tree import BLANK, BLOCKS, HEADINGS, drop

_EDGED = HEADINGS | {"p", "li", "td", "th", "dd", "dt", "figcaption", "caption", "summary"}
_ONE_PARAGRAPH = frozenset(("li", "td", "th", "dd", "dt", "figcaption", "caption", "summary"))
_INLINE_WRAPPERS = frozenset(("span", "font", "big", "nobr", "blink", "label", "data", "o:p", "bdi", "ins"))


def empty(element: HtmlElement) -> None:
    """Nothing to see: gone, a space or line break left where one stood between words."""
    if element.tag not in BLOCKS:
        if element.find(".//br") is not None:
            element.drop_tag()
            return
        if element.text_content():
            element.tail = f" {(element.tail or '').lstrip()}"
    drop(element)


def is_idle(element: HtmlElement, tag: str) -> bool:
    """An inline wrapper that says nothing of what it holds."""
    attributes = element.attrib
    return (tag in _INLINE_WRAPPERS or ":" in tag) and not any(name in attributes for name in ("class", "id", "lang", "dir", "data-note"))


def settle(element: HtmlElement, tag: str) -> None:
    """Wrappers that hold structure go, those that hold words become paragraphs."""
    attributes = element.attrib
    if tag in _INLINE_WRAPPERS or ":" in tag:
        if is_idle(element, tag):
            element.drop_tag()
    elif tag in ("div", "form", "button"):
        if not attributes.get("class") and not any(name in attributes for name in ("id", "lang", "dir")):
            _settle_wrapper(element)
    elif tag in _EDGED:
        if tag in _ONE_PARAGRAPH and _holds_one_paragraph(element):
            element[0].drop_tag()
        _trim(element)


def _holds_one_paragraph(element: HtmlElement) -> bool:
    if len(element) != 1 or element[0].tag != "p" or element[0].attrib:
        return False
    return bool(BLANK.fullmatch(element.text or "") and BLANK.fullmatch(element[0].tail or ""))


def _settle_wrapper(element: HtmlElement) -> None:
    parent = element.getparent()
    blocks = any(child.tag in BLOCKS for child in element)
    words = not BLANK.fullmatch(element.text or "") or any(
        child.tag not in BLOCKS or not BLANK.fullmatch(child.tail or "") for child in element
    )
    if blocks and words:
        element.tag = "div"
    elif (
        blocks
        or parent is None
        or parent.tag == "figure"
        or (parent.tag in ("li", "td", "th", "dd", "figcaption", "summary") and len(parent) == 1)
    ):
        element.drop_tag()
    elif parent.tag in BLOCKS and parent.tag not in (*HEADINGS, "p", "pre", "summary", "ul", "ol", "dl", "table", "tr"):
        element.tag = "p"
        _trim(element)
    elif parent.tag in ("ul", "ol"):
        element.tag = "li"
    else:
        element.tag = "span"
        element.tail = f" {element.tail or ''}"
        element.drop_tag()


def _trim(element: HtmlElement) -> None:
    """White space and line breaks at a paragraph's start and end show nothing."""
    held = len(element)
    while held and (last := element[-1]).tag == "br" and BLANK.fullmatch(last.tail or ""):
        drop(last)
        held = len(element)
    while held and (first := element[0]).tag == "br" and BLANK.fullmatch(element.text or ""):
        element.text = None
        drop(first)
        held = len(element)
    text = element.text
    if text and text[0] == " ":
        element.text = text = text.lstrip(" ")
    if held:
        last = element[-1]
        if (tail := last.tail) and tail[-1] == " ":
            last.tail = tail.rstrip(" ")
    elif text and text[-1] == " ":
        element.text = text.rstrip(" ")


def trim_rules(root: HtmlElement) -> None:
    """Rules at the body's start and end set it apart from what is no part of it, such as its list of notes."""
    while len(root) and root[-1].tag == "hr" and BLANK.fullmatch(root[-1].tail or ""):
        drop(root[-1])
    while len(root) and root[0].tag == "hr" and BLANK.fullmatch(root.text or ""):
        drop(root[0])


def space_blocks(root: HtmlElement) -> None:
    """One new line around blocks, none at their parent's edges: the same body always reads the same."""
    for block in root.iterdescendants(*BLOCKS):
        parent, before, tail = block.getparent(), block.getprevious(), block.tail
        within = parent if parent is not None and parent.tag in BLOCKS else None
        if block.getnext() is not None:
            if tail != "\n" and BLANK.fullmatch(tail or ""):
                block.tail = "\n"
        elif within is not None and tail and BLANK.fullmatch(tail):
            block.tail = None
        if before is not None:
            if before.tag not in BLOCKS and BLANK.fullmatch(before.tail or ""):
                before.tail = "\n"
        elif within is not None and within.text and BLANK.fullmatch(within.text):
            within.text = None
