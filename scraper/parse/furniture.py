"""Takes out of a body what is no body: share bars, sign-ups, author boxes, contents lists, navigation and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.parse.boxes import cut_boxes
from presslift.scraper.parse.lines_cut import cut_lines
from presslift.scraper.parse.repeats import cut_repeats, tidy

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

PLACEHOLDERS = etree.XPath("descendant::sup[@data-note]")


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
    safe = frozenset(a for mark in PLACEHOLDERS(container) for a in (mark, *mark.iterancestors()))
    cut_boxes(container, safe, profile, url)
    cut_repeats(container, safe, title, featured)
    cut_lines(container, safe, profile, url)
    tidy(container, safe)
