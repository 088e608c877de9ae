"""What discovery tells, and what it asks for: events out, one callable in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from presslift.errors import FetchError
from presslift.records import Capture
from presslift.scraper.fetch.response import Answered

Source: TypeAlias = Literal["rest", "sitemap", "feed", "crawl"]


class Answer(Answered, Protocol):
    """What discovery reads of a response; ``presslift.scraper.fetch.client.Response`` is one."""

    @property
    def fetched_at(self) -> str:
        """RFC 3339."""

    @property
    def sha256(self) -> str:
        """Of the body."""

    @property
    def warc(self) -> str | None:
        """The archive file it stands in."""

    @property
    def offset(self) -> int | None:
        """Where it starts in that file."""


class Get(Protocol):
    """Asks the site for one address: archived, counted, never twice in one run.

    ``kind`` is robots, page, rest, sitemap or feed. Answers of 4xx and 5xx that still stand after retries come back as they
    are or as ``FetchError``; whatever else goes wrong raises ``FetchError``.
    """

    def __call__(self, url: str, *, kind: str, accept: str | None = None) -> Answer:
        """Fetch ``url``."""


@runtime_checkable
class Gather(Protocol):
    """A ``Get`` that can ask for several addresses at once."""

    def gather(self, urls: Sequence[str], *, kind: str) -> Mapping[str, Answer | FetchError]:
        """Every address with its answer, or what went wrong."""


def is_authenticated(get: Get) -> bool:
    """Whether REST is asked in the name of an account."""
    return bool(getattr(get, "authenticated", False))


class Found(Struct, kw_only=True):
    """An article's address, and what the source that reported it knows of the article.

    ``item`` is REST's JSON object, or the feed's item as ``discover.feed`` describes it; ``capture`` is the response that the
    item, or for a crawled page the page itself, came from.
    """

    url: str
    source: Source
    type: str | None = None
    wp_id: int | None = None
    lastmod: str | None = None
    title: str | None = None
    item: dict[str, Any] | None = None
    capture: Capture | None = None


class Evidence(Struct, kw_only=True):
    """Something that is no article and helps to read articles.

    ``term``, ``user``, ``media``, ``comment``, ``type``, ``taxonomy``: REST's JSON object, with ``presslift_taxonomy`` in a
    term. ``archive``: ``{taxonomy, name, slug, wp_id, url, description, members: [addresses], pictures: {address: picture}, page, last}``,
    ``taxonomy`` being category, post_tag, author, date, a custom taxonomy or post_type; what isn't known is None, ``members`` may be
    empty; ``page`` is the number of the archive's page that was read, if any was, ``last`` whether it is its last.
    ``listed``: ``{type, id, modified, link}`` of a row of an article's REST collection, whatever becomes of it; ``unpublished``:
    the same and ``status`` of what is not public.
    """

    kind: Literal["term", "user", "media", "comment", "type", "taxonomy", "archive", "listed", "unpublished"]
    data: dict[str, Any]
    source: Source = "rest"
    capture: Capture | None = None


class Listing(Struct, kw_only=True):
    """One listing as read: how many it promised, how many came, and whether that is all.

    ``name`` tells the listing: a type or taxonomy of REST, a sitemap's or a feed's address, ``crawl``. ``complete`` is whether
    all it should hold was found, by itself or by another source; ``detail`` names the hole, and who filled it, ``reason`` (one of
    ``records.FAILURE_REASONS``) why it is there.
    """

    source: Source
    name: str
    total: int | None = None
    seen: int = 0
    complete: bool = True
    detail: str | None = None
    reason: str = "bad_answer"


class Left(Struct, kw_only=True):
    """An address left out on purpose: ``reason`` for people, ``rule`` the row of the table that decided."""

    url: str
    type: str | None = None
    reason: str
    rule: str | None = None
    source: Source | None = None


Event: TypeAlias = Found | Evidence | Listing | Left


def header(answer: Answer, name: str) -> str | None:
    """A header of an answer, whatever the case of its name."""
    value = answer.headers.get(name)
    if value is not None:
        return value
    wanted = name.lower()
    return next((v for k, v in answer.headers.items() if k.lower() == wanted), None)


def capture_of(answer: Answer, kind: Literal["rest", "page", "feed", "comments", "archive"]) -> Capture:
    """Where an answer is kept."""
    return Capture(kind=kind, url=answer.url, fetched_at=answer.fetched_at, sha256=answer.sha256, warc=answer.warc, offset=answer.offset)
