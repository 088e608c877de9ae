"""From a record to the rows of the tables: what ``presslift.tables`` declares, filled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from presslift.records import Article, Excluded, Redirect, Term

Row: TypeAlias = tuple[Any, ...]
"""Values in the order of the table's columns: str, int, float, bool or None; dates and times as text of the column's form."""

PLAIN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
PLAIN_ACCENTS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
SLUG_GAPS = re.compile(r"[^\w]+|_+")


@lru_cache(maxsize=4096)
def utc(value: str | None) -> str | None:
    """A time as RFC 3339 with a Z; None for a mere day, or for what is no time."""
    if not value or len(value) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if PLAIN_UTC.match(value):
        return value
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            return None
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


@lru_cache(maxsize=4096)
def day(value: str | None) -> str | None:
    """The day of a date or time as yyyy-mm-dd; None for what is no date."""
    try:
        return date.fromisoformat((value or "")[:10]).isoformat()
    except ValueError:
        return None


def made_slug(name: str) -> str:
    """A slug for a name that came without one: lower case, hyphens, accents off Latin letters, other scripts kept."""
    letters = unicodedata.normalize("NFC", PLAIN_ACCENTS.sub("", unicodedata.normalize("NFD", name.casefold())))
    slug = SLUG_GAPS.sub("-", letters).strip("-")
    return slug or "-".join(f"{ord(char):x}" for char in name) or "unnamed"


def term_slug(term: Term) -> str:
    """The slug of a term, made from its name when it came without one."""
    return term.slug or made_slug(term.name)


def joined(names: Iterable[str | None]) -> str | None:
    """Names apart by ``; ``, or None when there are none."""
    return "; ".join(name for name in names if name) or None


def lowest_confidence(article: Article) -> float | None:
    """The lowest confidence of the fields that have a value."""
    given = [
        value
        for name, value in article.extraction.confidence.items()
        if getattr(article, "body_html" if name == "body" else name, True) not in (None, [])
    ]
    return min(given, default=None)


def article_rows(article: Article) -> Iterator[Row]:
    """The one row of ``articles``."""
    a = article
    yield (
        a.id, a.wp_id, a.type, a.status, a.url, a.slug, a.canonical_url, a.title, a.subtitle, a.excerpt, a.excerpt_source,
        a.language, a.byline,
        joined(person.name for person in a.authors), a.wp_author.name if a.wp_author else None,
        a.published, utc(a.published_utc), day(a.published_date), a.published_precision, a.modified, utc(a.modified_utc),
        joined(term.name for term in a.categories), joined(term.name for term in a.tags), a.word_count, a.body_text, a.featured_image,
        len(a.footnotes), len(a.related), len(a.links), len(a.media), a.comment_count, a.translation_group, a.parent_id,
        a.seo.title, a.seo.description, lowest_confidence(a), len(a.extraction.warnings),
        a.content_hash, utc(a.first_seen), utc(a.content_changed_at),
    )  # fmt: skip


def footnote_rows(article: Article) -> Iterator[Row]:
    """The rows of ``footnotes``."""
    for note in article.footnotes:
        place = note.refs[0].place if note.refs else None
        yield article.id, note.index, note.marker, note.text, note.style, len(note.refs), place, note.confidence


def related_rows(article: Article) -> Iterator[Row]:
    """The rows of ``related``."""
    for link in article.related:
        yield article.id, link.position, link.place, link.title, link.url, day(link.date), link.article_id, link.source


def link_rows(article: Article) -> Iterator[Row]:
    """The rows of ``links``."""
    for link in article.links:
        yield article.id, link.position, link.url, link.text, link.kind, link.fragment, link.rel, link.article_id


def media_rows(article: Article) -> Iterator[Row]:
    """The rows of ``media``."""
    for use in article.media:
        yield article.id, use.position, use.url, use.role, use.kind, use.alt, use.caption, use.credit


def file_rows(article: Article) -> Iterator[Row]:
    """What one article's uses tell of ``files``: a row a use, so a file may come again."""
    for use in filter(lambda use: use.url, article.media):
        yield use.url, use.wp_id, use.mime, use.bytes, use.width, use.height, use.sha256, use.local_path, use.status


def article_term_rows(article: Article) -> Iterator[Row]:
    """The rows of ``article_terms``: a term once."""
    for taxonomy, slug in dict.fromkeys((term.taxonomy, term_slug(term)) for term in article.terms):
        yield article.id, taxonomy, slug


def people(article: Article) -> Iterator[tuple[str, str, str | None, str]]:
    """(slug, name, url, role) of the authors as printed, then the contributors."""
    for person in article.authors:
        yield person.slug or made_slug(person.name), person.name, person.url, "author"
    for helper in article.contributors:
        yield made_slug(helper.name), helper.name, None, helper.role


def article_author_rows(article: Article) -> Iterator[Row]:
    """The rows of ``article_authors``."""
    for position, (slug, name, _, role) in enumerate(people(article), 1):
        yield article.id, position, slug, name, role


def comment_rows(article: Article) -> Iterator[Row]:
    """The rows of ``comments``."""
    for c in article.comments:
        yield article.id, c.id, c.parent, c.type, c.author.name, c.author.url, c.is_post_author, c.date, utc(c.date_utc), c.text


def translation_rows(article: Article) -> Iterator[Row]:
    """The rows of ``translations``: a sibling once, by its address."""
    siblings = {sibling.url: sibling for sibling in reversed(article.translations) if sibling.url}
    for sibling in reversed(siblings.values()):
        yield article.id, sibling.language, sibling.url, sibling.article_id, article.translation_group


def redirect_row(redirect: Redirect) -> Row:
    """A row of ``redirects``."""
    return redirect.from_, redirect.to, redirect.status, redirect.kind, redirect.article_id


def excluded_row(excluded: Excluded) -> Row:
    """A row of ``excluded``."""
    return excluded.url, excluded.type, excluded.reason, excluded.rule


BY_ARTICLE: dict[str, Callable[[Article], Iterable[Row]]] = {
    "articles": article_rows,
    "footnotes": footnote_rows,
    "related": related_rows,
    "links": link_rows,
    "media": media_rows,
    "article_terms": article_term_rows,
    "article_authors": article_author_rows,
    "comments": comment_rows,
    "translations": translation_rows,
}
"""The tables whose rows come from one article each."""
