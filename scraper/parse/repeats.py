"""What a body repeats: the title, the featured picture, its own sentences; and what cutting leaves empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.blocks import MEDIA, TEXT, Block, drop, linked_share
from presslift.scraper.parse.document import detach
from presslift.scraper.parse.prose import HEADINGS
from presslift.scraper.parse.related_phrases import bare

SIZE = re.compile(r"(?:-\d+x\d+|-scaled|-rotated|-e\d{10,})+(?=\.\w+$)")
PLACED = re.compile(r"(?:^|\s)wp-image-\d")
SOURCES = ("src", "data-src", "data-lazy-src", "data-orig-file", "data-opt-src", "data-orig-src")
TITLE_TAGS = HEADINGS | {"p", "div"}
EMPTIED = frozenset(
    "p div section span ul ol li header footer aside article h1 h2 h3 h4 h5 h6 figure a strong em b i blockquote dl center font small".split()
)
HELD = HEADINGS | {"td", "th", "tr", "table", "blockquote"}
"""What stands in these repeats itself without being a button."""
OFTEN, MOST_LABEL, LINKED = 3, 8, 0.8
SITE = re.compile(r"[\w.-]+\.[a-z]{2,12}(?:/\S*)?", re.I)
BLANK = "\u200b\ufeff \t\r\n\xa0"


def cut_title(container: HtmlElement, blocks: list[Block], safe: frozenset[HtmlElement], title: str) -> None:
    """Remove the title where a body repeats it: as an ``h1`` anywhere, in other tags at the start."""
    wanted = bare(title)
    for heading in list(container.iter("h1")):
        if heading not in safe and bare(TEXT(heading)) == wanted:
            detach(heading)
    for block in blocks[:4]:
        if block.before > 40:
            return
        if not block.loose and block.element not in safe and block.tag in TITLE_TAGS and _is_title(block, wanted):
            drop(block)


def _is_title(block: Block, wanted: str) -> bool:
    said = bare(block.text)
    if said == wanted:
        return True
    # Bridge prints the day in the heading: "05 Jan" before the title.
    return (
        block.tag in HEADINGS and len(wanted) > 8 and said.endswith(wanted) and block.words - wanted.count(" ") <= 4 and said[0].isdigit()
    )


def cut_featured(container: HtmlElement, safe: frozenset[HtmlElement], featured: str | None) -> None:
    """Remove the featured picture where the theme prints it, with its caption; one that an editor put there stays.

    Themes print it with a class of its own, or before a body's first words.
    """
    pictures = [e for e in container.iter("img") if e not in safe]
    for picture in pictures:
        said = picture.get("class") or ""
        if "wp-post-image" in said.split() and not PLACED.search(said):
            detach(_framed(picture, container, safe))
    first = next((e for e in pictures if e.getparent() is not None), None)
    if first is None or not featured or PLACED.search(first.get("class") or ""):
        return
    names = {picture_name(first.get(s) or "") for s in SOURCES if first.get(s)}
    if picture_name(featured) in names and not _words_before(container, first):
        detach(_framed(first, container, safe))


def _framed(picture: HtmlElement, container: HtmlElement, safe: frozenset[HtmlElement]) -> HtmlElement:
    """The largest element that holds a picture, its caption and nothing else."""
    target = picture
    for parent in picture.iterancestors():
        if parent is container or parent in safe or sum(1 for _ in parent.iter("img")) > 1:
            break
        if TEXT(parent).strip() and parent.tag != "figure":
            # On the way to a figure all words are its caption's.
            if not any(a.tag == "figure" for a in _up_to(parent, container)):
                break
            continue
        target = parent
    return target


def _up_to(element: HtmlElement, container: HtmlElement) -> Iterator[HtmlElement]:
    for parent in element.iterancestors():
        if parent is container:
            return
        yield parent


def _words_before(container: HtmlElement, stop: HtmlElement) -> bool:
    for element in container.iter("*"):
        if element is stop:
            return False
        if (element.text or "").strip():
            return True
    return False


def picture_name(address: str) -> str:
    """A picture's path without the suffixes of its sizes."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return address
    return SIZE.sub("", path).lower()


def cut_twins(container: HtmlElement, safe: frozenset[HtmlElement], twins: list[HtmlElement]) -> None:
    """Remove those of ``twins`` whose sentence the text says elsewhere too."""
    whole = bare(TEXT(container)) if twins else ""
    for twin in twins:
        said = bare(TEXT(twin))
        if said and twin not in safe and whole.count(said) > 1:
            detach(twin)


def cut_buttons(blocks: list[Block], safe: frozenset[HtmlElement]) -> None:
    """Remove lines that are nothing but a link and that the text says again and again ("See the rating"), unless they name a source."""
    often = Counter(block.text for block in blocks if block.words <= MOST_LABEL and not block.gone)
    for block in blocks:
        if often[block.text] < OFTEN or block.gone or block.element in safe or block.tag in HELD or linked_share(block) < LINKED:
            continue
        if bare(block.text) in _sources() or SITE.fullmatch(block.text) or any(a.tag in HELD for a in block.element.iterancestors()):
            continue
        drop(block)


@cache
def _sources() -> frozenset[str]:
    return frozenset(map(bare, table("furniture")["buttons"]["sources"]))


def tidy(container: HtmlElement, safe: frozenset[HtmlElement]) -> None:
    """Remove elements that hold nothing any more, innermost first."""
    for element in reversed(list(container.iter("*"))):
        if len(element) or element.tag not in EMPTIED or (element.text or "").strip(BLANK):
            continue
        if element is not container and element not in safe and not element.get("id") and not MEDIA(element):
            detach(element)
