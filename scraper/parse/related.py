"""Related links: the boxes of themes and plugins, and in-text "See also" lines."""

from __future__ import annotations

from lxml.html import HtmlElement

from presslift.records import RelatedLink
from presslift.scraper.parse.document import Document
from presslift.scraper.site import SiteProfile


def read_boxes(doc: Document, profile: SiteProfile | None = None, base_url: str | None = None) -> list[RelatedLink]:
    """Read the related boxes of a page, in the order shown, and take them out of its tree. Never raises."""
    return []


def read_inline(container: HtmlElement, language: str | None = None, base_url: str | None = None) -> list[RelatedLink]:
    """Read the in-text "See also" lines of a body; they stay in it, a plugin's injected blocks leave it. Never raises."""
    return []
