"""A body's tree less everything that is look, machinery or leftover: what remains is structure."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from lxml import etree
from lxml.html import HtmlElement

from presslift.transforms.elements import ADAPTED, CAPTIONS, REPLACED, as_caption
from presslift.transforms.networks import table
from presslift.transforms.shortcodes import ends_in, without_shortcodes
from presslift.transforms.tree import BLANK, HEADINGS, MEDIA, drop, plain_text
from presslift.transforms.wrappers import empty, is_idle, settle, space_blocks, trim_rules

DEEPEST = 100
"""Nesting beyond this is taken out: no page means it, and converters give up on it."""

_SPACES = re.compile(r"[ \t\r\n\f]+")
_SPACE_RUN = re.compile(r"[ \u00a0]{2,}")
_KEEP_WHOLE = frozenset(
    ("td", "th", "tr", "tbody", "thead", "tfoot", "table", "caption", "col", "colgroup", "br", "wbr", "source", "track", "rt", "rp")
)
_SHOWING = MEDIA | _KEEP_WHOLE
_VERBATIM = frozenset(("pre", "code", "kbd", "samp"))
_PLAIN = frozenset(
    "p br span em i strong b u s sub sup small code pre h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tbody tr td th blockquote div".split()
)
"""Elements that stay what they are when they bear no attribute."""
_SEPARATE = re.compile(r"\[[a-z][\w-]*\s[^\[\]]*=[^\[\]]*$")


@cache
def _rows() -> dict[str, Any]:
    rows = dict(table("clean_html"))
    rows["patterns"] = {
        "style": re.compile(rows["hidden"]["style"], re.I),
        "revealed": re.compile(rows["hidden"]["revealed"], re.I),
        "frames": re.compile(rows["frames"]["dropped"], re.I),
        "emoji": re.compile(rows["pictures"]["emoji"]),
        **{name: re.compile(rows["classes"][name], re.I) for name in ("kept", "gallery", "pullquote", "caption", "button_title")},
    }
    rows["patterns"]["telling"] = re.compile("|".join(f"(?:{p.pattern})" for n in _TELLING for p in [rows["patterns"][n]]), re.I)
    rows["dropped"] = frozenset(rows["dropped"])
    rows["unseen"] = frozenset((*rows["hidden"]["classes"], *rows["hidden"]["copies"], *rows["hidden"]["formulas"]))
    return rows


class Said(NamedTuple):
    """What a class attribute says: the classes to keep, and what they tell of the element."""

    kept: tuple[str, ...]
    unseen: bool
    emoji: bool
    caption: bool
    gallery: bool
    pullquote: bool
    button_title: bool


_TELLING = ("emoji", "caption", "gallery", "pullquote", "button_title")
_IDLE = "idle"
_MANY = 500
"""Children. ``drop_tag`` looks through all of an element's siblings: where these are many, idle wrappers go together at the end."""


@lru_cache(maxsize=4096)
def _said(written: str) -> Said:
    patterns, names = _rows()["patterns"], written.split()
    telling = patterns["telling"].search(written) is not None
    return Said(
        kept=tuple(dict.fromkeys(name for name in names if patterns["kept"].match(name))),
        unseen=not _rows()["unseen"].isdisjoint(names),
        **{name: telling and bool(patterns[name].search(written)) for name in _TELLING},
    )


class Cleaning:
    """One body being cleaned, in two passes: down the tree to drop, rename and unhide; up again to unwrap and empty."""

    def __init__(self, root: HtmlElement, html: str, keep_shortcodes: bool):
        self.root, self.keep_shortcodes = root, keep_shortcodes
        self.shortcodes: list[str] = []
        self.ended = ends_in(html)
        self.bracketed = "[" in html
        self.targets = {unquote(href.partition("#")[2]) for link in root.iter("a") if "#" in (href := link.get("href") or "")}
        self.rows = _rows()

    def run(self) -> None:
        """Clean the tree in place."""
        kept = self._down()
        self._texts(kept)
        self._up(kept)

    def _down(self) -> list[tuple[HtmlElement, bool]]:
        """Drops and renames; gives what stays in document order, each with whether it stands in ``pre`` or ``code``."""
        kept: list[tuple[HtmlElement, bool]] = [(self.root, False)]
        depths: dict[HtmlElement, tuple[int, bool]] = {self.root: (0, False)}
        unwrapped: list[HtmlElement] = []
        for element in list(self.root.iterdescendants()):
            parent = element.getparent()
            above = depths.get(parent) if parent is not None else None
            if above is None:
                continue  # within something dropped
            tag = element.tag
            if tag not in _PLAIN or element.attrib:
                if self._goes(element):
                    drop(element)
                    continue
                element = self._become(element)
                tag = element.tag
            verbatim = above[1] or tag in _VERBATIM
            depths[element] = (above[0] + 1, verbatim)
            if above[0] >= DEEPEST and tag not in _KEEP_WHOLE:
                unwrapped.append(element)
            else:
                kept.append((element, verbatim))
        for element in unwrapped:
            element.drop_tag()
        return kept

    def _goes(self, element: HtmlElement) -> bool:
        tag, rows, written = str(element.tag), self.rows, element.get("class") or ""
        if tag in rows["dropped"] or tag.startswith(("w:", "v:", "m:")):
            return True
        if element.get("data-note") is not None:
            return False
        if tag == "form":
            return not _holds_article(element)
        if tag == "button":
            return not self._is_title(element, written)
        if tag == "iframe":
            source = element.get("src") or ""
            if "wp-embedded-content" in written and element.getprevious() is not None:
                return True  # the quote before it says the same
            return not source.startswith(("http://", "https://", "//", "/")) or bool(rows["patterns"]["frames"].search(source))
        if tag == "img":
            return not element.get("src") or (element.get("src") or "").lstrip().lower().startswith("data:image/svg")
        if (tag == "a" and "wp-block-file__button" in written) or (element.get("aria-hidden") == "true" and _is_icon(element)):
            return True
        return self._hidden(element, written)

    def _is_title(self, button: HtmlElement, written: str) -> bool:
        """Accordions and tabs put their titles in buttons."""
        parent = button.getparent()
        titled = parent is not None and (parent.tag in HEADINGS or parent.tag == "summary")
        return titled or button.get("aria-controls") is not None or _said(written).button_title

    def _hidden(self, element: HtmlElement, written: str) -> bool:
        if written and _said(written).unseen:
            return True
        hidden = element.get("hidden")
        style = element.get("style")
        concealed = (hidden is not None and hidden != "until-found") or (style and self.rows["patterns"]["style"].search(style))
        if not concealed:
            return False
        if element.tag in ("td", "th", "tr", "tbody", "img"):
            return True
        revealed = self.rows["patterns"]["revealed"]
        return not any(
            e.tag == "details" or revealed.search(f"{e.get('class') or ''} {e.get('id') or ''}") or e.get("role") == "tabpanel"
            for e in (element, *element.iterancestors())
        )

    def _become(self, element: HtmlElement) -> HtmlElement:
        """Another tag where it means the same, a character for its picture, a frame for an old player."""
        tag, written = str(element.tag), element.get("class") or ""
        if new := self.rows["renamed"].get(tag):
            element.tag = new
        elif tag in REPLACED:
            return REPLACED[tag](element)
        elif tag == "img" and _said(written).emoji and element.get("alt"):
            element.tag, element.text = "span", element.get("alt")
            element.attrib.clear()
        elif tag in CAPTIONS and written and _said(written).caption:
            as_caption(element)
        elif tag in ADAPTED:
            ADAPTED[tag](element)
        self._reclass(element, written)
        return element

    def _reclass(self, element: HtmlElement, written: str) -> None:
        attributes = element.attrib
        if written:
            said = _said(written)
            names = list(said.kept)
            if said.gallery and "gallery" not in names and element.tag not in ("img", "a", "span", "li"):
                names.append("gallery")
            if said.pullquote and not names and element.tag in ("blockquote", "figure", "aside", "div"):
                names.append("pullquote")
                if element.tag == "div":
                    element.tag = "blockquote"
            if names:
                attributes["class"] = " ".join(names)
            else:
                attributes.pop("class", None)
        if "id" in attributes and not self._leads_here(element, attributes["id"]):
            del attributes["id"]
        for name in ("cite", "srcset", "poster"):
            if "script:" in attributes.get(name, "").lower():
                del attributes[name]

    def _leads_here(self, element: HtmlElement, identity: str) -> bool:
        """Whether a link may lead to this id: from this body, or from another article to a heading or a named anchor."""
        if element.tag == "a":
            return element.get("href") is None and not identity.startswith("more-")
        return element.tag in HEADINGS or element.tag == "sup" or identity in self.targets

    def _texts(self, kept: list[tuple[HtmlElement, bool]]) -> None:
        verbatim_of = {element: verbatim for element, verbatim in kept}
        if self.bracketed:
            self._join_broken(kept)
        for element, verbatim in kept:
            text = None if verbatim else element.text
            if text and (settled := self._text(text)) is not text:
                element.text = settled
            tail = element.tail
            if tail:
                parent = element.getparent()
                if parent is not None and not verbatim_of.get(parent, False) and (settled := self._text(tail)) is not tail:
                    element.tail = settled

    def _text(self, text: str) -> str:
        if "\n" in text or "  " in text or "\t" in text:
            text = _SPACES.sub(" ", text)
        if "\u00a0" in text:
            text = _SPACE_RUN.sub(" ", text)
        if self.bracketed and "[" in text:
            less = without_shortcodes(text, self.shortcodes.append, self.ended)
            return text if self.keep_shortcodes or less == text else _SPACE_RUN.sub(" ", less)
        return text

    def _join_broken(self, kept: list[tuple[HtmlElement, bool]]) -> None:
        """A shortcode written over several lines is one again: WordPress put ``br`` between them."""
        for element, verbatim in kept:
            if element.tag != "br" or verbatim:
                continue
            previous, parent = element.getprevious(), element.getparent()
            before = (previous.tail if previous is not None else parent.text if parent is not None else None) or ""
            if "[" in before and _SEPARATE.search(before):
                element.tail = f" {(element.tail or '').lstrip()}"
                drop(element)

    def _up(self, kept: list[tuple[HtmlElement, bool]]) -> None:
        shown: set[HtmlElement] = set()
        wide: dict[HtmlElement, bool] = {}
        for element, verbatim in reversed(kept):
            parent = element.getparent()
            if element is self.root or parent is None:
                continue
            tail = element.tail
            if tail and not BLANK.fullmatch(tail):
                shown.add(parent)
            tag = str(element.tag)
            if tag in ("br", "wbr"):
                continue
            if not (element in shown or tag in _SHOWING or self._shows(element, verbatim) or element.get("data-note") is not None):
                empty(element)
                continue
            shown.add(parent)
            if not verbatim or tag == "pre":
                if parent not in wide:
                    wide[parent] = len(parent) > _MANY
                if wide[parent] and is_idle(element, tag):
                    element.tag = _IDLE
                else:
                    settle(element, tag)
        etree.strip_tags(self.root, _IDLE)
        trim_rules(self.root)
        space_blocks(self.root)

    @staticmethod
    def _shows(element: HtmlElement, verbatim: bool) -> bool:
        text = element.text
        return bool(text and (verbatim or not BLANK.fullmatch(text))) or element.get("id") is not None


def _is_icon(element: HtmlElement) -> bool:
    return element.tag not in MEDIA and element.find(".//img") is None and not any(c.isalnum() for c in element.text_content())


def _holds_article(form: HtmlElement) -> bool:
    """Some sites wrap the whole text in a form."""
    if form.find(".//textarea") is not None:
        return False
    paragraphs = form.findall(".//p")
    return len(paragraphs) > 5 or sum(len(plain_text(p).split()) > 9 and p.find(".//input") is None for p in paragraphs) > 2
