"""Takes out of a body what is no body: share bars, sign-ups, author boxes, contents lists, navigation and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml.html import HtmlElement

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile


def cut(
    container: HtmlElement,
    profile: SiteProfile | None = None,
    title: str | None = None,
    language: str | None = None,
    url: str | None = None,
    featured: str | None = None,
) -> None:
    """Remove furniture from a body, block by block. Changes the tree; placeholders of notes stay.

    ``title``, ``featured`` (a picture's address) and ``url`` are the article's own: what repeats them goes. Never raises.
    """
