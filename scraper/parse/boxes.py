"""Furniture that its markup gives away: known selectors, telling classes, what is hidden, buttons, cards of other posts."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import LINK_TEXTS, TEXT
from presslift.scraper.parse.cards import find_cards
from presslift.scraper.parse.document import BLOCKS, detach
from presslift.scraper.parse.index import compiled
from presslift.scraper.parse.names import names, plain_name, starts
from presslift.urls import split_url

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

Match = Callable[[HtmlElement], bool]
Index = dict[tuple[str, str], list[Match]]
SURE, LIKELY = "sure", "likely"
NAMED_BY_ID = frozenset(("div", "p", "section", "aside", "ul", "ol", "header", "footer", "form"))
NEVER_BY_NAME = frozenset(
    "a audio b blockquote br cite code em figcaption figure h1 h2 h3 h4 h5 h6 i iframe img li picture pre strong sub sup table tbody td th "
    "thead tr video".split()
)
THIN_TAGS = frozenset(("form", "footer", "aside"))
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|epub|zip|csv|txt|rtf|mp3|m4a)$", re.I)


def cut_boxes(
    container: HtmlElement, safe: frozenset[HtmlElement], profile: SiteProfile | None = None, url: str | None = None
) -> list[HtmlElement]:
    """Remove elements that a selector of the table or the profile, or their classes, tell as furniture.

    What may only repeat a sentence of the text is left and given back. Labels that only a style sheet sets apart get a space.
    """
    for card in find_cards(container, url):
        if card not in safe:
            detach(card)
    boxes = Boxes(len(TEXT(container)), tuple(profile.furniture_selectors) if profile is not None else ())
    gone: set[HtmlElement] = set()
    twins: list[HtmlElement] = []
    for element in list(container.iter("*")):
        if element is container:
            continue
        if element.getparent() in gone:
            gone.add(element)
        elif element not in safe and boxes.tell(element):
            gone.add(element)
            detach(element)
        elif element.attrib and (said := element.get("class")) is not None:
            if _is_twin_class(said):
                twins.append(element)
            if _is_label_class(said) and not (element.tail or "")[:1].isspace():
                element.tail = f" {element.tail or ''}"
    return twins


class Boxes:
    """Tells furniture by its markup, in a body of ``size`` characters."""

    def __init__(self, size: int, selectors: tuple[str, ...] = ()):
        self.size = size
        self._index = _with(selectors) if selectors else _known()
        # A hostile page nests boxes in boxes: so much text is measured and no more.
        self._left = 60 * size + 100_000

    def tell(self, element: HtmlElement) -> bool:
        """Whether an element is furniture, whole."""
        tag = str(element.tag)
        tests = self._index.get(("tag", tag))
        if tests is not None and any(test(element) for test in tests):
            return True
        if tag in THIN_TAGS and self._is_thin_part(element):
            return True
        if not element.attrib:
            return False
        said, ident, style = element.get("class"), element.get("id"), element.get("style")
        if said is not None or ident is not None:
            if self._known(element, said, ident):
                return len(self._text(element)) < max(400, 0.6 * self.size)
            strength = _named(said or "", ident or "" if tag in NAMED_BY_ID else "") if tag not in NEVER_BY_NAME else None
            if strength and self._fits(element, strength):
                return True
            if said and _is_button_class(said) and self._is_button(element):
                return True
        return style is not None and self._is_hidden(element, style)

    def _text(self, element: HtmlElement) -> str:
        if self._left <= 0:
            return " " * (self.size + 401)
        text: str = TEXT(element)
        self._left -= len(text)
        return text

    def _known(self, element: HtmlElement, said: str | None, ident: str | None) -> bool:
        keys: list[tuple[str, str]] = []
        if said:
            keys += _keys(said)
        if ident:
            keys += [("id", ident.strip()), ("attribute", "id")]
        known = self._index
        return any(test(element) for key in keys if key in known for test in known[key])

    def _fits(self, element: HtmlElement, strength: str) -> bool:
        text = self._text(element)
        if len(text) > max(200, 0.35 * self.size):
            return False
        if strength == SURE:
            return True
        if element.tag not in BLOCKS:
            return False
        words = text.split()
        if not words:
            return False
        return len(words) <= 40 or sum(len(" ".join(t.split())) for t in LINK_TEXTS(element)) >= 0.6 * len(" ".join(words))

    def _is_thin_part(self, element: HtmlElement) -> bool:
        """A ``form``, or a short or linked ``aside`` or ``footer``."""
        if element.tag == "form":
            return len(self._text(element)) < max(400, 0.3 * self.size)
        parent = element.getparent()
        said = element.get("class") or ""
        if (parent is not None and parent.tag in ("blockquote", "figure")) or _guarded(said):
            return False
        return self._fits(element, LIKELY)

    def _is_hidden(self, element: HtmlElement, style: str) -> bool:
        if not HIDDEN.search(style):
            return False
        said = f"{element.get('class') or ''} {element.get('id') or ''}"
        if any(names("furniture", "guard", "opened").within(n) for n in map(plain_name, said.split())):
            return False
        return len(self._text(element).split()) < 60

    def _is_button(self, element: HtmlElement) -> bool:
        if len(self._text(element).split()) > 14:
            return False
        return not any(FILES.search(split_url(a.get("href") or "").path) for a in element.iter("a"))


@lru_cache(maxsize=65536)
def _named(said: str, ident: str) -> str | None:
    sure, likely, guard = names("furniture", "words", "always"), names("furniture", "words", "thin"), starts("furniture", "guard", "names")
    plain = [plain_name(name) for name in f"{said} {ident}".split()]
    guarded = [name for name in plain if guard.match(name)]
    if any(sure.within(name) for name in plain if name not in guarded):
        return SURE
    return LIKELY if not guarded and any(map(likely.within, plain)) else None


@lru_cache(maxsize=4096)
def _guarded(said: str) -> bool:
    return any(starts("furniture", "guard", "names").match(plain_name(n)) for n in said.split())


@cache
def _buttons() -> frozenset[str]:
    return frozenset(table("furniture")["buttons"]["classes"])


@lru_cache(maxsize=16384)
def _is_button_class(said: str) -> bool:
    return not _buttons().isdisjoint(said.split())


@lru_cache(maxsize=16384)
def _is_twin_class(said: str) -> bool:
    return not _twins().isdisjoint(said.split())


@lru_cache(maxsize=16384)
def _is_label_class(said: str) -> bool:
    return not _labels().isdisjoint(said.split())


@cache
def _labels() -> frozenset[str]:
    return frozenset(table("furniture")["labels"]["classes"])


@cache
def _twins() -> frozenset[str]:
    return frozenset(table("furniture")["twins"]["classes"])


@lru_cache(maxsize=16384)
def _keys(said: str) -> list[tuple[str, str]]:
    return [*(("class", name) for name in said.split()), ("attribute", "class")]


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
