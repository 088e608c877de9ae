"""What stands of a record that is made anew with less than it was made of: of silent sources, and of further pages that failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from presslift.records import Article
from presslift.scraper.parse import comments as discussion
from presslift.scraper.parse.page import PageReading
from presslift.store import Item

Told = Callable[[PageReading], Any]

FIELDS: dict[str, tuple[tuple[str, ...], Told]] = {
    "title": (("title",), lambda page: page.metadata.title),
    "slug": (("slug",), lambda page: page.metadata.slug),
    "wp_id": (("wp_id",), lambda page: page.metadata.wp_id),
    "guid": (("guid",), lambda page: page.metadata.guid),
    "published": (("published", "published_utc", "published_date", "published_precision"), lambda page: page.metadata.published),
    "excerpt": (("excerpt", "excerpt_source"), lambda page: page.metadata.excerpt),
    "wp_author": (("wp_author",), lambda page: page.metadata.wp_author),
    "authors": (("authors",), lambda page: (page.metadata.people, page.metadata.wp_author, page.body.byline)),
    "terms": (("terms", "categories", "tags"), lambda page: (page.metadata.terms, page.metadata.term_slugs)),
    "featured_image": (("featured_image",), lambda page: page.metadata.featured_image),
}
"""By the name of its cue: the fields that go together, and what a page tells of them."""

UNPRINTED = ("menu_order", "sticky", "format", "template")


def silent_fields(old: Article, items: Mapping[str, Item], run: int, *, online: bool) -> list[str]:
    """The fields of a record that a source told which says nothing in a run: a feed, or a REST that has closed since.

    Not ``online`` all that is known counts as said.
    """
    gone = {"rest", "feed"} - {source for source, item in items.items() if item.run == run or not online}
    cues = old.extraction.cues
    return [
        name
        for name in FIELDS
        if (cues.get(name) in gone or (name == "authors" and cues.get(name) == "account" and cues.get("wp_author") in gone))
        and not (name == "excerpt" and old.excerpt_source != "manual")
    ]


def carry(article: Article, old: Article, names: Collection[str], page: PageReading, before: PageReading) -> None:
    """Have fields stand as they were, where the page tells of them what it told when they were read."""
    for name in names:
        fields, told = FIELDS[name]
        if told(page) != told(before):
            continue
        for each in fields:
            setattr(article, each, getattr(old, each))
        article.extraction.cues[name] = old.extraction.cues[name]
        article.extraction.confidence[name] = old.extraction.confidence.get(name, 1.0)
    for each in UNPRINTED if names else ():
        if getattr(article, each) is None:
            setattr(article, each, getattr(old, each))


def restore(article: Article, old: Article, lost: Collection[str]) -> None:
    """Where a further page of a post (``page``), or of its comments, could not be had, what an earlier run read of it stands."""
    if "comments" in lost:
        article.comments = discussion.merge_comments(old.comments, article.comments)
    if "page" in lost and article.extraction.cues.get("body") == old.extraction.cues.get("body"):
        article.body_html, article.footnotes = old.body_html, old.footnotes
