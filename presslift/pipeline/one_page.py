"""One page → one record, without a store and without a network."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from presslift.config import Settings
from presslift.defects import of_one_page
from presslift.hashing import content_hash
from presslift.records import Account, Article, Term
from presslift.scraper.fetch.addresses import article_id
from presslift.scraper.parse.merge import Sources, merge
from presslift.scraper.parse.page import PageReading, read_page
from presslift.transforms import Context, Transform, apply, build_chain
from presslift.transforms.tree import keep
from presslift.urls import split_url

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile


class LoneSite:
    """The view of a site of which one page is known."""

    def __init__(self, name: str | None, settings: Settings):
        self.name, self.language = name, settings.site.language
        self.placeholders = frozenset(settings.site.placeholder_accounts)

    def term(self, wp_id: int) -> Term | None:
        """Nothing is known."""
        return None

    def terms_named(self, name: str) -> list[Term]:
        """Nothing is known."""
        return []

    def term_by_slug(self, taxonomy: str, slug: str) -> Term | None:
        """Nothing is known."""
        return None

    def parent_of(self, term: Term) -> str | None:
        """Nothing is known."""
        return None

    def account(self, wp_id: int | None, name: str | None = None) -> Account | None:
        """Nothing is known."""
        return None

    def picture(self, wp_id: int) -> str | None:
        """Nothing is known."""
        return None

    def memberships(self, url: str) -> list[Term]:
        """Nothing is known."""
        return []


@lru_cache(maxsize=4)
def _default_chain() -> tuple[Transform, ...]:
    return tuple(build_chain(Settings().transforms))


def extract(html: bytes | str, url: str | None = None, *, profile: SiteProfile | None = None, config: Settings | None = None) -> Article:
    """Read one page, as served, into a record; no I/O.

    ``url`` is where it was served; ``profile`` what was learned of its site; ``config`` the settings (defaults otherwise).
    Ids are made from ``url``. Raises ``ParseError`` when ``html`` is no page at all, or holds what presslift fails at.
    """
    settings = config or Settings()
    with of_one_page(url), collection_paused():
        page = read_page(html, url, profile=profile, settings=settings.site, custom=settings.custom, with_tree=True)
        return record_of(page, url, config)


@contextmanager
def collection_paused() -> Iterator[None]:
    """No search for cycles among the many elements of one page: they make none, and it takes a twelfth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def record_of(
    page: PageReading, url: str | None, config: Settings | None = None, failed: Callable[[str, BaseException], None] | None = None
) -> Article:
    """A page that was read, as the record that it alone makes; arguments as for ``extract``, ``failed`` as for ``apply``."""
    settings = config or Settings()
    site = LoneSite(page.metadata.site_name, settings)
    article = merge(Sources(url=url or "", page=page, body=page.body), site)
    article.id = article_id(url, url) if url else ""
    chain = _default_chain() if config is None else build_chain(settings.transforms)
    host = split_url(url or "").hostname or ""
    context = Context(
        base_url=url or "",
        site_hosts=frozenset({host, *settings.site.aliases} - {""}),
        site_name=site.name,
        language=settings.site.language,
        timezone=settings.site.timezone,
    )
    if page.body.tree is not None and article.body_html:
        keep(article.body_html, page.body.tree)
    article = apply(chain, article, context, failed)
    return msgspec.structs.replace(article, content_hash=content_hash(article))
