"""Authors and contributors: names without what belongs to the line around them, slugs where there are none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec

from presslift.records import Account, Article, Contributor, Person
from presslift.transforms.context import Context

_MARKER = re.compile(r"\s*(?:\[\d{1,3}\]|\[\^\w+\]|\(\d{1,3}\)|[*†‡§¶¹²³⁴-⁹⁰]+|\[[*†‡§¶]+\])(?=\s|[,;.]|$)")
_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_EDGES = " \t,;:|·•–—-/\u00a0"
_PLAIN = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
_LOST = str.maketrans(_PLAIN | {letter.upper(): plain for letter, plain in _PLAIN.items() if len(letter.upper()) == 1})


def bylines(article: Article, context: Context) -> Article:
    """Names of ``authors``, ``contributors`` and ``wp_author`` trimmed, without note markers, each person once.

    Titles (``Dr.``) stay. An author without a slug gets the account's where the names agree, else one made as WordPress
    makes them. ``byline`` stays as printed, its white space folded.
    """
    changes: dict[str, Any] = {}
    account = _account(article.wp_author)
    authors = _people(article.authors, account, context)
    contributors = _contributors(article.contributors)
    byline = _SPACE.sub(" ", article.byline).strip() if article.byline else None
    for name, value in (("wp_author", account), ("authors", authors), ("contributors", contributors), ("byline", byline or None)):
        if value != getattr(article, name):
            changes[name] = value
    return msgspec.structs.replace(article, **changes) if changes else article


def clean_name(name: str) -> str:
    """A name as printed, less note markers, doubled white space and the punctuation around it."""
    name = _MARKER.sub("", _SPACE.sub(" ", unicodedata.normalize("NFC", name)))
    return name.strip(_EDGES)


def slug_of(name: str) -> str:
    """A slug as WordPress makes it: accents off, lower case, other characters than letters and digits to hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.translate(_LOST)) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", plain.lower().replace("'", "").replace("’", "").replace(".", "")).strip("-")


def _account(account: Account | None) -> Account | None:
    if account is None or not account.name:
        return account
    name = _SPACE.sub(" ", account.name).strip()
    return account if name == account.name else msgspec.structs.replace(account, name=name or None)


def _people(people: Iterable[Person], account: Account | None, context: Context) -> list[Person]:
    seen: dict[str, Person] = {}
    stand_ins = {name.casefold() for name in context.placeholders}
    for person in people:
        name = clean_name(person.name)
        if not name or name.casefold() in stand_ins:
            continue
        slug, url = person.slug, person.url
        if account is not None and account.name and account.name.casefold() == name.casefold():
            slug, url = slug or account.slug, url or account.url
        slug = slug or slug_of(name) or None
        known = seen.get(name.casefold())
        if known is None:
            seen[name.casefold()] = Person(name=name, slug=slug, url=url)
        elif known.url is None and url:
            seen[name.casefold()] = msgspec.structs.replace(known, url=url, slug=person.slug or known.slug)
    return list(seen.values())


def _contributors(contributors: Iterable[Contributor]) -> list[Contributor]:
    cleaned = (Contributor(name=clean_name(c.name), role=_SPACE.sub(" ", c.role).strip()) for c in contributors)
    return list({(c.name.casefold(), c.role): c for c in cleaned if c.name}.values())
