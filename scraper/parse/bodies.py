"""The body of a post from REST, from a feed and from its page: which of them is the fullest, and its notes as readers see them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from msgspec.structs import replace

from presslift.records import Footnote
from presslift.scraper.parse.items import fold
from presslift.scraper.parse.page import BodyReading

SHORTCODE = re.compile(r"\[/?(?:[a-z]+_[a-z_0-9]+|vc_\w+|et_pb_\w+|fusion_\w+|av_\w+|gallery|caption|embed|audio|video|playlist)\b[^\]]*\]")
SHOWN = re.compile(r"<(?:img|iframe|video|audio)\b[^<>]*?\ssrc=[\"']([^\"'>]+)", re.I)
SIZE = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w{2,5}$)")
NUMBERED = re.compile(r"(\D*)(\d{1,6})(\D*)")
THIN = 0.85
"""A REST body with less than this share of the page's words lacks something that the page prints."""
BARE = 0.6
"""The like for pictures and frames, of which a page may show some that are not the text's."""


def choose_body(page: BodyReading | None, rest: BodyReading | None, feed: BodyReading | None) -> tuple[BodyReading | None, str]:
    """The fullest body and where it comes from.

    REST's, then the feed's, is exact unless it is thin, raw, or lacks notes or pictures that the page prints.
    """
    for body, cue in ((rest, "rest"), (feed, "feed")):
        if body is None or not body.words:
            continue
        if page is None or not page.words or not _lacks(body, page):
            return body, cue
    if page is not None and page.words:
        return page, page.cue
    fallback = next(((b, c) for b, c in ((rest, "rest"), (feed, "feed"), (page, "page")) if b is not None), None)
    return fallback or (None, "none")


def _lacks(body: BodyReading, page: BodyReading) -> bool:
    if len(SHORTCODE.findall(body.html)) > len(SHORTCODE.findall(page.html)):
        return True
    if len(body.notes) < len(page.notes) or sum(len(n.refs) for n in body.notes) < sum(len(n.refs) for n in page.notes):
        return True
    if page.container < 0.3:
        return False
    if body.words < THIN * page.words:
        return True
    if page.html.count("<img") + page.html.count("<iframe") <= body.html.count("<img") + body.html.count("<iframe") + 2:
        return False
    shown = _shown(page.html)
    return len(shown & _shown(body.html)) < BARE * len(shown) and len(shown) > 3


def _shown(html: str) -> set[str]:
    """The files and frames that a body shows, by their names without size."""
    names = (unquote(url).partition("?")[0].rstrip("/").rpartition("/")[2] for url in SHOWN.findall(html) if not url.startswith("data:"))
    return {SIZE.sub("", name) for name in names}


def as_printed(notes: list[Footnote], page: BodyReading | None) -> list[Footnote]:
    """Notes of an item with the markers that readers see.

    Some plugins count on through all the posts that one answer of REST or one feed holds; where there is no page to ask, such
    numbers are counted from one.
    """
    if page is not None and page.notes:
        printed = {fold(note.text): note.marker for note in reversed(page.notes)}
        return [replace(note, marker=printed.get(fold(note.text), note.marker)) for note in notes]
    parts = [NUMBERED.fullmatch(note.marker) for note in notes]
    numbers = [int(part[2]) for part in parts if part]
    if len(numbers) < len(notes) or not numbers or numbers[0] <= 1 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return notes
    return [replace(n, marker=f"{part[1]}{index}{part[3]}") for index, (n, part) in enumerate(zip(notes, parts, strict=True), 1) if part]
