"""What kind of page this is, and what an archive page tells of the articles it lists."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from presslift.scraper.parse.document import Document

PageKind = Literal["single", "page", "archive", "home", "search", "404", "attachment", "protected", "unknown"]


class ArchiveFacts(Struct, kw_only=True):
    """What an archive page says: ``kind`` tells which archive, ``members`` are its articles' addresses in order.

    ``kind`` is term, author, date, type or home; ``taxonomy`` only for term. ``description`` is a term's description or an
    author's biography.
    """

    kind: Literal["term", "author", "date", "type", "home", "unknown"] = "unknown"
    taxonomy: str | None = None
    name: str | None = None
    slug: str | None = None
    wp_id: int | None = None
    url: str | None = None
    description: str | None = None
    members: list[str] = []
    next_url: str | None = None
    page: int = 1


def page_kind(doc: Document) -> PageKind:
    """The kind of a page, by what WordPress prints in its body classes first, by the page's shape otherwise."""
    return "unknown"


def read_archive(doc: Document) -> ArchiveFacts:
    """Read an archive page; for an author's page, ``name``, ``slug``, ``wp_id`` and ``description`` are the author's."""
    return ArchiveFacts()
