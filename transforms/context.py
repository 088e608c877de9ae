"""What a transform may know besides the record: facts of the site, and resolvers into the store. Read-only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from presslift.records import Article
from presslift.urls import split_url


def _nothing_known(url: str) -> None:
    return None


@dataclass(frozen=True)
class Context:
    """The site as far as a transform needs it.

    ``base_url`` is the site's root. ``site_hosts`` are the host names (lower case, with the port where one is printed) that
    count as this site, aliases included. ``placeholders`` are account names that stand for nobody. ``utc_offset`` is
    ``±hh:mm``, for sites that give no zone name.

    ``article_id`` resolves an address, old ones too, to a record's id. ``media_by_url`` gives what REST says of a picture
    or file by any of its addresses: ``{"url": full size, "wp_id", "alt", "caption", "width", "height", "mime"}``, each
    possibly missing. Both answer ``None`` for what they don't know and never raise.
    """

    base_url: str = ""
    site_hosts: frozenset[str] = frozenset()
    site_name: str | None = None
    language: str | None = None
    timezone: str | None = None
    utc_offset: str | None = None
    placeholders: frozenset[str] = frozenset()
    article_id: Callable[[str], str | None] = _nothing_known
    media_by_url: Callable[[str], dict[str, Any] | None] = _nothing_known

    @cached_property
    def hosts(self) -> frozenset[str]:
        """``site_hosts`` and the host of ``base_url``, each with and without ``www.``."""
        named = {host.lower() for host in (*self.site_hosts, split_url(self.base_url).netloc) if host}
        return frozenset(named | {host.removeprefix("www.") for host in named} | {f"www.{host}" for host in named})

    def base_of(self, article: Article) -> str:
        """The address that relative links of an article start from."""
        return article.url if "://" in article.url else self.base_url
