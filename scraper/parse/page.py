"""One page or one REST or feed body, read part by part: the order of the readers stands here alone.

Each reader takes its part out of the tree before the next looks: comments and related boxes must not vote on the title, and
notes are read before furniture is cut.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from msgspec import Struct

from presslift.config import CustomField, SiteSettings
from presslift.records import Contributor, Footnote, RelatedLink, Translation
from presslift.scraper.parse import body, comments, custom_fields, footnotes, furniture, lines, metadata, related
from presslift.scraper.parse.blocks import LINK_TEXTS
from presslift.scraper.parse.comments import CommentsReading
from presslift.scraper.parse.confidence import of_body, of_case
from presslift.scraper.parse.counters import fill_counters
from presslift.scraper.parse.document import Document, body_tree, inner_html, read_document, read_fragment, select
from presslift.scraper.parse.metadata import Metadata
from presslift.scraper.site import SiteProfile
from presslift.urls import join_url, split_url

TEXTS = etree.XPath("descendant::text()[not(parent::script or parent::style or parent::template or parent::noscript)]", smart_strings=False)
MOST_OF_LABEL = 3
PAGE_LINKS = ".page-links, .page-link, .post-page-numbers, .post-nav-links, .pagination, .post-pages, .pager-single, .wp-block-post-content-pagination"


class BodyReading(Struct, kw_only=True):
    """The body of one page, with its notes and the lines taken out of it. ``html`` holds notes as placeholders.

    ``linked`` and ``labels`` are the parts (0…1) of its words that are links and of its blocks that have a few words only; ``container``
    is how sure its element was, ``confidence`` how sure all of it is.
    """

    html: str
    words: int
    notes: list[Footnote] = []
    byline: str | None = None
    authors: list[str] = []
    contributors: list[Contributor] = []
    translations: list[Translation] = []
    inline: list[RelatedLink] = []
    boxes: list[RelatedLink] = []
    warnings: list[str] = []
    linked: float = 0.0
    labels: float = 0.0
    cue: str = "unknown"
    container: float = 0.5
    confidence: float = 0.5
    tree: Any = None
    """The tree of ``html``, where it was asked for."""


class PageReading(Struct, kw_only=True):
    """Everything one page says."""

    url: str | None
    metadata: Metadata
    body: BodyReading
    comments: CommentsReading
    boxes: list[RelatedLink] = []
    more_pages: list[str] = []
    custom: dict[str, Any] = {}
    warnings: list[str] = []


def read_page(
    html: bytes | str,
    url: str | None = None,
    *,
    content_type: str | None = None,
    profile: SiteProfile | None = None,
    settings: SiteSettings | None = None,
    custom: dict[str, CustomField] | None = None,
    zone: str | None = None,
    with_tree: bool = False,
) -> PageReading:
    """Read a page as served; ``zone`` (IANA name or ±hh:mm) serves dates printed without one; the body ``with_tree`` or not.

    Raises ``ParseError`` when it is no page at all; a missing part is None or empty.
    """
    doc = read_document(html, url, content_type=content_type)
    fields = custom_fields.from_page(doc.root, custom or {})
    discussion = comments.read_comments(doc, zone)
    boxes = related.read_boxes(doc, profile, url)
    poster = next((c.author.name for c in discussion.comments if c.is_post_author and c.author.name), None)
    meta = metadata.read_metadata(doc, profile, settings, poster=poster)
    more, paged = page_links(doc), bool(doc.find(PAGE_LINKS))
    choice = body.find_body(doc, profile, meta.title)
    reading = read_body(choice.element, scope=doc.root, meta=meta, profile=profile, url=url, goes_on=paged)
    reading.cue, reading.container = choice.cue, choice.confidence
    reading.confidence = of_body(choice.cue, linked=reading.linked, labels=reading.labels, named=choice.named)
    if with_tree:
        reading.tree = body_tree(choice.element)
    return PageReading(
        url=url,
        metadata=meta,
        body=reading,
        comments=discussion,
        boxes=boxes,
        more_pages=more,
        custom=fields,
        warnings=[*doc.warnings, *discussion.warnings],
    )


def read_content(
    html: str, meta: Metadata, *, url: str | None = None, profile: SiteProfile | None = None, notes: dict[str, str] | None = None
) -> BodyReading:
    """Read REST's ``content.rendered`` or a feed's ``content:encoded``; ``notes`` are the block editor's texts by id."""
    container = read_fragment(html)
    boxes = related.read_boxes_in(container, url)
    reading = read_body(container, scope=None, meta=meta, profile=profile, url=url, notes=notes)
    reading.boxes, reading.confidence = boxes, of_case("body", "feed")
    return reading


def read_body(
    container: HtmlElement,
    *,
    scope: HtmlElement | None,
    meta: Metadata,
    profile: SiteProfile | None = None,
    url: str | None = None,
    notes: dict[str, str] | None = None,
    goes_on: bool = False,
) -> BodyReading:
    """Take notes, lines and furniture out of a container; what is left of it is the body. Changes the tree."""
    fill_counters(container)
    found = footnotes.read_footnotes(container, scope, meta.language, extra=notes)
    taken = lines.read_lines(container, meta, meta.language)
    standing = {(e.get("data-note"), e.get("data-ref")) for e in select(container, "sup.presslift-note")}
    for note in found.notes:
        for number, ref in enumerate(note.refs, 1):
            if (str(note.index), str(number)) not in standing and taken.byline:
                ref.place = "byline"
    inline = related.read_inline(container, meta.language, url)
    blocks = furniture.cut(
        container, profile, title=meta.title, language=meta.language, url=url, featured=meta.featured_image, goes_on=goes_on
    )
    left = [block for block in blocks if not block.gone]
    words = sum(len(text.split()) for text in TEXTS(container))
    return BodyReading(
        html=inner_html(container).strip(),
        words=words,
        linked=min(1.0, sum(len(text.split()) for text in LINK_TEXTS(container)) / max(1, words)),
        labels=sum(1 for block in left if block.words <= MOST_OF_LABEL) / max(1, len(left)),
        notes=found.notes,
        byline=taken.byline,
        authors=taken.authors,
        contributors=taken.contributors,
        translations=taken.translations,
        inline=inline,
        warnings=found.warnings,
    )


def page_links(doc: Document) -> list[str]:
    """The further pages of a paginated post (``<!--nextpage-->``), in order: its own address with a number behind it."""
    base = (doc.url or "").split("?")[0].split("#")[0].rstrip("/")
    if not base:
        return []
    pages: dict[int, str] = {}
    for box in doc.find(PAGE_LINKS):
        for link in [box, *box.iter("a")]:
            address = join_url(doc.url or "", link.get("href") or "").split("#")[0]
            match = re.fullmatch(re.escape(base) + r"/(\d{1,3})/?", address) or re.fullmatch(
                re.escape(base) + r"/?\?page=(\d{1,3})", address
            )
            plain = split_url(doc.url or "").query
            if not match and plain:
                match = re.fullmatch(re.escape(base) + r"/?\?" + re.escape(plain) + r"&page=(\d{1,3})", address)
            if match and int(match.group(1)) > 1:
                pages.setdefault(int(match.group(1)), address)
    last = max(pages, default=0)
    # Long posts elide the middle: 1 2 … 9.
    for number in range(2, last + 1):
        pages.setdefault(number, re.sub(r"\d+(/?)$", rf"{number}\1", pages[last]))
    return [pages[n] for n in sorted(pages)]


def join_pages(first: BodyReading, rest: list[BodyReading], language: str | None = None) -> BodyReading:
    """The body of a post printed over several pages: contents in order, notes matched across pages and numbered through."""
    if not rest:
        return first
    read = [(p.html, footnotes.NotesReading(notes=p.notes, warnings=p.warnings)) for p in (first, *rest)]
    # Who signs a text at its end signs it on its last page.
    signed = next((p for p in (first, *rest) if p.byline), first)
    html, notes = footnotes.join_notes(read, language, signed.byline)
    inline = list(first.inline)
    for part in rest:
        for link in part.inline:
            link.position = len(inline) + 1
            inline.append(link)
    return BodyReading(
        html="\n".join(html),
        words=first.words + sum(p.words for p in rest),
        notes=notes.notes,
        byline=signed.byline,
        authors=signed.authors,
        contributors=first.contributors or [c for p in rest for c in p.contributors],
        translations=first.translations or [t for p in rest for t in p.translations],
        inline=inline,
        warnings=notes.warnings,
        linked=first.linked,
        labels=first.labels,
        cue=first.cue,
        container=first.container,
        confidence=first.confidence,
    )
