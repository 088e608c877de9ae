"""Furniture that its markup gives away: known selectors, telling classes, what is hidden, buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import LINK_TEXTS, TEXT
from presslift.scraper.parse.cards import find_cards
from presslift.scraper.parse.document import BLOCKS, detach
from presslift.scraper.parse.index import compiled
from presslift.scraper.parse.prose import HEADINGS, name_pattern, name_start, plain_name

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

Match = Callable[[HtmlElement], bool]
Index = dict[tuple[str, str], list[Match]]
SURE, LIKELY = "sure", "likely"
NAMED_BY_ID = frozenset(("div", "p", "section", "aside", "ul", "ol", "header", "footer", "form"))
NEVER_BY_NAME = HEADINGS | {"a", "img", "li", "td", "th", "tr", "tbody", "thead", "table", "figure", "figcaption", "picture", "em", "strong", "b", "i", "sup", "sub", "code", "cite", "video", "audio", "iframe", "blockquote", "pre", "br"}
THIN_TAGS = frozenset(("form", "footer", "aside"))
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|epub|zip|csv|txt|rtf|mp3|m4a)$", re.I)


def cut_boxes(container: HtmlElement, safe: frozenset[HtmlElement], profile: SiteProfile | None = None, url: str | None = None) -> None:
    """Remove elements that a selector of the table, of the profile, or their classes tell as furniture."""
    index = _known()
    if profile is not None and profile.furniture_selectors:
        index = _with(tuple(profile.furniture_selectors))
    for card in find_cards(container, url):
        if card not in safe:
            detach(card)
    size = len(TEXT(container))
    gone: set[HtmlElement] = set()
    for element in list(container.iter("*")):
        if element is container:
            continue
        if element.getparent() in gone:
            gone.add(element)
        elif element not in safe and _is_box(element, index, size):
            gone.add(element)
            detach(element)


def _is_box(element: HtmlElement, index: Index, size: int) -> bool:
    tag = element.tag
    names = element.get("class")
    ident = element.get("id")
    if ("tag", tag) in index and any(test(element) for test in index["tag", tag]):
        return True
    if names is None and ident is None:
        if tag in THIN_TAGS and _is_thin_part(element, tag, size):
            return True
        style = element.get("style")
        return style is not None and _is_hidden(element, style)
    keys = [("class", n) for n in names.split()] + [("attribute", "class")] if names else []
    if ident:
        keys += [("id", ident.strip()), ("attribute", "id")]
    if any(test(element) for key in keys if key in index for test in index[key]):
        return len(TEXT(element)) < max(400, 0.6 * size)
    if tag in THIN_TAGS and _is_thin_part(element, tag, size):
        return True
    strength = _named(names or "", (ident or "") if tag in NAMED_BY_ID else "") if tag not in NEVER_BY_NAME else None
    if strength and _fits(element, strength, size):
        return True
    style = element.get("style")
    if style is not None and _is_hidden(element, style):
        return True
    return bool(names) and _is_button(element, names or "")


def _is_thin_part(element: HtmlElement, tag: str, size: int) -> bool:
    """Whether a ``form``, or a short or linked ``aside`` or ``footer``, is a part of its own."""
    if tag == "form":
        return len(TEXT(element)) < max(400, 0.3 * size)
    parent = element.getparent()
    return (parent is None or parent.tag not in ("blockquote", "figure")) and _fits(element, LIKELY, size)


def _fits(element: HtmlElement, strength: str, size: int) -> bool:
    text = TEXT(element)
    length = len(text)
    if length > 0.35 * size and length > 200:
        return False
    if strength == SURE:
        return True
    if element.tag not in BLOCKS:
        return False
    words = text.split()
    return len(words) <= 40 or sum(len(" ".join(t.split())) for t in LINK_TEXTS(element)) >= 0.6 * len(" ".join(words))


@lru_cache(maxsize=65536)
def _named(names: str, ident: str) -> str | None:
    sure, likely, guard = name_pattern("furniture", "words", "always"), name_pattern("furniture", "words", "thin"), name_start("furniture", "guard", "names")
    plain = [n for n in map(plain_name, f"{names} {ident}".split()) if not guard.match(n)]
    if any(sure.search(n) for n in plain):
        return SURE
    return LIKELY if any(likely.search(n) for n in plain) else None


def _is_hidden(element: HtmlElement, style: str) -> bool:
    if not HIDDEN.search(style):
        return False
    names = plain_name(f"{element.get('class') or ''} {element.get('id') or ''}")
    if name_pattern("furniture", "guard", "opened").search(names.replace(" ", "-")):
        return False
    return len(TEXT(element).split()) < 60


def _is_button(element: HtmlElement, names: str) -> bool:
    if not _buttons().search(names) or len(TEXT(element).split()) > 14:
        return False
    return not any(FILES.search(urlsplit(a.get("href") or "").path) for a in element.iter("a"))


@cache
def _buttons() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s)(?:{'|'.join(map(re.escape, table('furniture')['buttons']['classes']))})(?:\s|$)")


@cache
def _known() -> Index:
    found: Index = {}
    for selectors in table("furniture")["known"].values():
        for selector in selectors:
            _enter(found, selector)
    return found


@lru_cache(maxsize=8)
def _with(selectors: tuple[str, ...]) -> Index:
    found = {key: list(tests) for key, tests in _known().items()}
    for selector in selectors:
        _enter(found, selector)
    return found


def _enter(index: Index, selector: str) -> None:
    for part in compiled(selector):
        index.setdefault(part[0], []).append(part[1])
