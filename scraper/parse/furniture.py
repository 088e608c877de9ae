"""Takes out of a body what is no body: share bars, sign-ups, author boxes, contents lists, navigation and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.parse.blocks import Block, blocks_of
from presslift.scraper.parse.boxes import cut_boxes
from presslift.scraper.parse.linked import cut_contents, cut_share_links
from presslift.scraper.parse.repeats import cut_buttons, cut_featured, cut_title, cut_twins, tidy
from presslift.scraper.parse.standing import cut_last_headings, cut_standing

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
    *,
    goes_on: bool = False,
) -> list[Block]:
    """Remove furniture from a body, block by block, and give its blocks back. Changes the tree; placeholders of notes stay.

    ``title``, ``featured`` (a picture's address) and ``url`` are the article's own: what repeats them goes. A body that ``goes_on``
    on another page may end with a heading. ``language`` is not
    needed: phrases of all languages are known, since sites print furniture in others than their articles'. Never raises.
    """
    safe = frozenset(a for mark in PLACEHOLDERS(container) for a in (mark, *mark.iterancestors()))
    cut_contents(container, safe, url)
    twins = cut_boxes(container, safe, profile, url)
    cut_share_links(container, safe, twins)
    cut_twins(container, safe, twins)
    blocks = blocks_of(container)
    if title:
        cut_title(container, blocks, safe, title)
    cut_featured(container, safe, featured)
    cut_standing(blocks, safe, frozenset(block.key for block in profile.furniture) if profile is not None else frozenset())
    cut_buttons(blocks, safe)
    if not goes_on:
        cut_last_headings(container, blocks, safe)
    tidy(container, safe)
    return blocks
