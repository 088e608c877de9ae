"""Lines that editors type into the body and that are no body: the byline, "Read in English", the printed date."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import Contributor, Translation
from presslift.scraper.knowledge import table
from presslift.scraper.parse.bylines import Byline, read_byline
from presslift.scraper.parse.dates import language_rows, parse_date
from presslift.scraper.parse.document import BLOCKS, detach, text_of
from presslift.scraper.parse.languages import language_tag, language_words, named_language, primary
from presslift.scraper.parse.metadata import Metadata
from presslift.scraper.parse.people import fold_name, is_placeholder, lead_pattern
from presslift.urls import join_url

TOP, BOTTOM = 8, 6
LONG = 220
"""A text longer than this is prose; a byline may follow a lead, not the article."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LEAVES = BLOCKS - {"table", "tbody", "thead", "tfoot", "tr", "td", "th", "figcaption", "caption", "nav", "form", "fieldset"}


class LinesReading(Struct, kw_only=True):
    """What was taken out of a container. ``byline`` is as printed, a note's marker with it; ``authors`` are its names."""

    byline: str | None = None
    authors: list[str] = []
    contributors: list[Contributor] = []
    translations: list[Translation] = []
    date_line: str | None = None


class Line(Struct):
    """A block's text, or its first line up to a ``br``; ``partial`` when more of the block follows."""

    block: HtmlElement
    text: str
    partial: bool = False


def read_lines(
    container: HtmlElement, metadata: Metadata | None = None, language: str | None = None, url: str | None = None
) -> LinesReading:
    """Find and remove byline, contributor, translation and date lines near a body's top and bottom. Changes the tree.

    ``language`` is the page's; ``url`` its address, against which links are made absolute (else the canonical one).
    """
    found = LinesReading()
    known = _known(metadata)
    address = url or (metadata.canonical_url if metadata else None) or ""
    prose = 0
    for block in list(islice(_leaves(container), TOP)):
        for _ in range(3):
            # Several lines may stand in one paragraph.
            line = _first_line(block)
            if line is None or prose > 1 or not _take(found, line, known, metadata, language, address, at_top=True, before=prose):
                break
            _remove(line, container)
            if not line.partial:
                break
        prose += len(text_of(block)) > LONG
    for block in list(islice(_leaves(container, backwards=True), BOTTOM)):
        line = Line(block, _printed(block))
        if not line.text or _is_one_of_many(line, container):
            continue
        if _take(found, line, known, metadata, language, address, at_top=False, before=prose):
            _remove(line, container)
    return found


def _is_one_of_many(line: Line, container: HtmlElement) -> bool:
    """Whether a byline is one of several of other people's: a round-up names the author of each piece."""
    if len(line.text) > 80 or not lead_pattern().match(line.text):
        return False
    others = set()
    for block in _leaves(container):
        text = text_of(block) if block is not line.block and block.tag == line.block.tag else ""
        if len(text) <= 80 and lead_pattern().match(text) and (byline := read_byline(text)) is not None:
            others.update(byline.authors)
    return len(others) > 1


def _known(metadata: Metadata | None) -> frozenset[str]:
    if metadata is None:
        return frozenset()
    names = [p.name for p in metadata.people] + ([metadata.wp_author.name] if metadata.wp_author and metadata.wp_author.name else [])
    return frozenset(fold_name(n) for n in names if n)


def _leaves(container: HtmlElement, *, backwards: bool = False) -> Iterator[HtmlElement]:
    """Blocks that hold text and no blocks, in order; in ``backwards`` order from the end. The tree may be wide, never deep for long."""
    stack = [container]
    seen = 0
    while stack and seen < 400:
        element = stack.pop()
        seen += 1
        children = [c for c in element if isinstance(c.tag, str)]
        blocks = any(c.tag in BLOCKS or c.tag == "center" for c in children)
        if element.tag in LEAVES and not blocks:
            if element is not container and any(t.strip() for t in element.itertext()):
                yield element
            continue
        if element.tag in ("table", "figure", "nav", "form", "iframe", "script", "style", "pre", "dl"):
            continue
        inner = [c for c in children if c.tag in BLOCKS or c.tag in ("center", "a", "span", "strong", "em", "b", "i")]
        stack.extend(inner if backwards else reversed(inner))


def _printed(element: HtmlElement) -> str:
    """An element's text with the notes' marks in it as they were printed."""
    if next(element.iter("sup"), None) is None:
        return text_of(element)
    twin = copy.deepcopy(element)
    twin.tail = None
    for mark in list(twin.iter("sup")):
        # A raised figure whose note wasn't found is a mark all the same.
        sign = mark.get("data-marker") or mark.get("data-note") or text_of(mark)
        if mark.get("data-note") or re.fullmatch(r"\d{1,3}|[a-z]", sign):
            mark[:] = []
            mark.text = f"[{sign}]" if sign.isalnum() else sign
    return text_of(twin)


def _first_line(block: HtmlElement) -> Line | None:
    breaks = [c for c in block if c.tag == "br"]
    if not breaks:
        text = _printed(block)
        return Line(block, text) if text else None
    head = copy.copy(block)
    for child in list(head)[[c.tag for c in block].index("br") :]:
        head.remove(child)
    head.tail = None
    text = _printed(head)
    rest = block.xpath("string()").strip()
    return Line(block, text, partial=len(rest) > len(text)) if text else Line(block, _printed(block))


def _remove(line: Line, container: HtmlElement) -> None:
    block = line.block
    if line.partial:
        block.text = None
        for child in list(block):
            tail, is_break = child.tail, child.tag == "br"
            child.tail = None
            block.remove(child)
            if is_break:
                block.text = tail
                break
        return
    parent = block.getparent()
    detach(block)
    while parent is not None and parent is not container and not len(parent) and not (parent.text or "").strip():
        empty, parent = parent, parent.getparent()
        detach(empty)


def _take(
    found: LinesReading,
    line: Line,
    known: frozenset[str],
    metadata: Metadata | None,
    language: str | None,
    url: str,
    *,
    at_top: bool,
    before: int,
) -> bool:
    text = line.text
    if not text or len(text) > LONG:
        return False
    translations = _translations(line, language, url)
    if translations:
        urls = {t.url for t in found.translations}
        found.translations.extend(t for t in translations if t.url not in urls)
        return True
    if at_top and found.date_line is None and _is_date_line(line, known, metadata, first=before == 0):
        found.date_line = text
        return True
    byline = read_byline(text, known, emphasised=_emphasised(line))
    if byline is None or not _credible(byline, line, found, at_top=at_top):
        return False
    found.contributors.extend(byline.contributors)
    if byline.authors:
        found.byline, found.authors = text, byline.authors
    return True


def _credible(byline: Byline, line: Line, found: LinesReading, *, at_top: bool) -> bool:
    if byline.authors and found.byline is not None:
        return False
    if line.block.tag in HEADINGS and byline.weak:
        return at_top and not found.authors and all(len(n.split()) >= 2 for n in byline.authors)
    return at_top or not byline.weak or (len(line.text) <= 60 and all(len(n.split()) >= 2 for n in byline.authors))


def _emphasised(line: Line) -> bool:
    """Whether the whole line is bold or italic, or its block calls itself a byline."""
    block = line.block
    if re.search(r"byline|author|autor|firma|credit", block.get("class") or "", re.I):
        return True
    if (block.text or "").strip():
        return False
    for child in block:
        if child.tag == "br":
            break
        if child.tag not in ("strong", "em", "b", "i", "sup") or (child.tail or "").strip(" \xa0[]0123456789*"):
            return False
    return True


@cache
def _translation_leads() -> re.Pattern[str]:
    words = sorted(table("languages")["lines"]["translation"], key=len, reverse=True)
    spaced = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in words if w[0] < "\u2e80")
    joined = "|".join(re.escape(w) for w in words if w[0] >= "\u2e80")
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)|{joined}", re.I)


def _translations(line: Line, language: str | None, url: str) -> list[Translation]:
    if line.partial or len(line.text) > 120:
        return []
    links = [
        a
        for a in line.block.iter("a")
        if (a.get("href") or "").strip() and not (a.get("href") or "").startswith(("#", "mailto:", "javascript:"))
    ]
    above = next((a for a in line.block.iterancestors("a") if a.get("href")), None)
    links = links or ([above] if above is not None else [])
    if not links or len(links) > 12 or not (_translation_leads().search(line.text) or _names_only(line.text)):
        return []
    found = []
    for link in links:
        tag = (
            language_tag(link.get("hreflang")) or named_language(text_of(link)) or (named_language(line.text) if len(links) == 1 else None)
        )
        if tag is None:
            return []
        # An article in another language than its site's is told so by the language of its sibling alone.
        alone = len(links) == 1 and _is_elsewhere(link, url) and bool(_translation_leads().search(line.text))
        if primary(tag) != primary(language) or alone:
            found.append(Translation(language=tag, url=join_url(url, (link.get("href") or "").strip())))
    return found


def _is_elsewhere(link: HtmlElement, url: str) -> bool:
    there = join_url(url, (link.get("href") or "").strip())
    return bool(url) and there.split("#")[0].rstrip("/") != url.split("#")[0].rstrip("/")


def _names_only(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return bool(words) and all(w in language_words() for w in words)


@cache
def _date_words() -> frozenset[str]:
    words = set(table("languages")["lines"]["small"])
    for row in language_rows().values():
        for entry in [
            *row["months"],
            *row.get("weekdays", []),
            *row.get("published", []),
            *row.get("updated", []),
            *row.get("units", {}).values(),
        ]:
            for form in entry.split("|"):
                words.update(re.findall(r"[^\W\d_]+", form.lower()))
    return frozenset(words)


def _is_date_line(line: Line, known: frozenset[str], metadata: Metadata | None, *, first: bool) -> bool:
    text = line.text
    if len(text) > 110 or any(s.get("data-note") for s in line.block.iter("sup")):
        return False
    moment = parse_date(text)
    if moment is None or moment.relative:
        return False
    rest = [w for w in re.findall(r"[^\W\d_]+", text.lower()) if w not in _date_words()]
    account = "".join(fold_name(w) for w in rest)
    named = bool(rest) and (
        account in known
        or is_placeholder(" ".join(rest))
        or any(account == k or (k and k in account and len(k) >= len(account) - 2) for k in known)
    )
    if rest and not named:
        return False
    told = {d[:10] for d in (metadata.published, metadata.published_date, metadata.modified) if d} if metadata else set()
    if moment.day.isoformat() in told:
        return True
    decorated = named or bool(re.search(r"[\u2600-\u27bf\U0001f300-\U0001faff]", text))
    return first and line.block.tag not in HEADINGS and (decorated or not told)
