"""What an address leads to, judged by its shape alone: the table ``discovery.toml`` as a question that can be asked."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from msgspec import Struct

from presslift.scraper.knowledge import table

PAGED = re.compile(r"/page/(\d+)/?$")
FOLDED_QUERY = frozenset({"paged"})


class AddressKind(Struct, kw_only=True):
    """``kind`` is ``article`` where no row of the table fits (it may be one), ``home`` for the start itself.

    ``rule`` names the row; ``follow`` tells whether a crawl asks for it, ``late`` whether last; ``page`` is an archive's page,
    ``base`` its first page's address; ``taxonomy`` and ``slug`` what the address tells of a term.
    """

    kind: str
    rule: str | None = None
    reason: str | None = None
    follow: bool = True
    late: bool = False
    page: int = 1
    base: str = ""
    taxonomy: str | None = None
    slug: str | None = None


class _Row(Struct, kw_only=True):
    kind: str
    path: re.Pattern[str] | None
    query: frozenset[str]
    without: frozenset[str]
    reason: str | None
    follow: bool
    late: bool
    taxonomy: str | None


@cache
def _rows() -> tuple[_Row, ...]:
    return tuple(
        _Row(
            kind=row["kind"],
            path=re.compile(row["path"], re.I) if "path" in row else None,
            query=frozenset(row.get("query", ())),
            without=frozenset(row.get("without", ())),
            reason=row.get("reason"),
            follow=row.get("follow", False),
            late=row.get("late", False),
            taxonomy=row.get("taxonomy"),
        )
        for row in table("discovery")["address"]
    )


@cache
def _internal(what: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(table('discovery')['internal'][what])})\Z", re.I)


def is_internal_type(name: str) -> bool:
    """Whether a post type holds no articles (menus, templates, attachments, forms …)."""
    return bool(_internal("types").match(name))


def is_internal_taxonomy(name: str) -> bool:
    """Whether a taxonomy says nothing of articles."""
    return bool(_internal("taxonomies").match(name))


def classify(url: str, home: str | None = None) -> AddressKind:
    """The kind of an address (normal form, same host as ``home``); ``home`` is the start of the site, with its folder."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return AddressKind(kind="invalid", rule="invalid", reason="no web address", follow=False, base=url)
    folder = urlsplit(home).path.rstrip("/") if home else ""
    path = parts.path.removeprefix(folder) if parts.path.startswith(folder) else parts.path
    path = unquote(path) or "/"
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    base, path, page = _unpaged(url, path, query)
    names = {name.lower() for name in query}
    for row in _rows():
        match = row.path.search(path) if row.path else None
        if (match is None and not (row.query & names)) or row.without & names:
            continue
        slug = match.groupdict().get("slug") if match else next((query[n] for n in row.query if n in query), None)
        slug = slug.rstrip("/").rsplit("/", 1)[-1] if slug else None
        return AddressKind(
            kind=row.kind,
            rule=row.kind,
            reason=row.reason,
            follow=row.follow,
            late=row.late,
            page=page,
            base=base,
            taxonomy=row.taxonomy,
            slug=slug,
        )
    if path in ("/", "/index.php", "") and not (names - FOLDED_QUERY):
        return AddressKind(kind="home", rule="home", page=page, base=base, reason="the list of posts")
    if page > 1:
        # Singular pages are numbered without the word.
        return AddressKind(kind="archive", rule="page/N", reason="a page of an archive", page=page, base=base)
    return AddressKind(kind="article", base=base)


def _unpaged(url: str, path: str, query: dict[str, str]) -> tuple[str, str, int]:
    """The address of an archive's first page, its path below the site's folder, and the number of the page."""
    parts = urlsplit(url)
    paged = PAGED.search(path)
    if paged:
        own = PAGED.sub("/", parts.path)
        if not parts.path.endswith("/"):
            own = own.rstrip("/") or "/"
        return urlunsplit(parts._replace(path=own)), PAGED.sub("/", path), int(paged[1][:6])
    number = query.get("paged", "")
    if number.isdecimal():
        rest = "&".join(piece for piece in parts.query.split("&") if not piece.startswith("paged="))
        return urlunsplit(parts._replace(query=rest)), path, max(1, int(number[:6]))
    return url, path, 1


def address_kind(url: str, home: str | None = None) -> tuple[str, str | None]:
    """The kind of an address and the row of the table that decided, None when none did."""
    found = classify(url, home)
    return found.kind, found.rule
