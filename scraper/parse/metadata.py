"""What one page says of its article, apart from the body: every cue votes, the table of cues holds the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from presslift.config import SiteSettings
from presslift.records import Account, Person, Precision, Seo, Term, Translation
from presslift.scraper.parse.document import Document

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile


class Metadata(Struct, kw_only=True):
    """The metadata of one page; absent values are None or empty.

    ``people`` are those the page names as authors outside its body (co-author plugins, JSON-LD, theme bylines), as
    printed; ``wp_author`` is the account. ``confidence`` and ``cues`` go by the names of the record's fields.
    """

    title: str | None = None
    subtitle: str | None = None
    published: str | None = None
    published_utc: str | None = None
    published_date: str | None = None
    published_precision: Precision | None = None
    modified: str | None = None
    modified_utc: str | None = None
    wp_author: Account | None = None
    people: list[Person] = []
    excerpt: str | None = None
    excerpt_source: Literal["manual", "auto", "meta"] | None = None
    language: str | None = None
    wp_id: int | None = None
    type: str | None = None
    guid: str | None = None
    aliases: list[str] = []
    canonical_url: str | None = None
    slug: str | None = None
    format: str | None = None
    template: str | None = None
    parent_wp_id: int | None = None
    sticky: bool | None = None
    terms: list[Term] = []
    featured_image: str | None = None
    seo: Seo = Seo()
    translations: list[Translation] = []
    site_name: str | None = None
    kind: str = "unknown"
    confidence: dict[str, float] = {}
    cues: dict[str, str] = {}
    warnings: list[str] = []


def read_metadata(doc: Document, profile: SiteProfile | None = None, settings: SiteSettings | None = None) -> Metadata:
    """Read a page's metadata. Changes nothing in the tree and never raises on odd pages."""
    return Metadata()
