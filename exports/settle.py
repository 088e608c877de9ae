"""The last touch on a record before it is written: no id that leads out of the export, no position twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from presslift.records import Article, Link, Media, RelatedLink, Translation


class Settle:
    """Changes a record in place and returns it. ``is_live`` tells whether an id is in the export."""

    def __init__(self, is_live: Callable[[str], bool]):
        self._is_live = lru_cache(maxsize=65536)(is_live)

    def __call__(self, article: Article) -> Article:
        """Make every foreign key of ``article`` hold, and number what is numbered twice anew."""
        article.parent_id = self._live(article.parent_id)
        pointers: tuple[Sequence[Link | RelatedLink | Translation], ...] = (article.links, article.related, article.translations)
        for pointer in (pointer for group in pointers for pointer in group):
            pointer.article_id = self._live(pointer.article_id)
        numbered: tuple[Sequence[Link | RelatedLink | Media], ...] = (article.links, article.related, article.media)
        for group in numbered:
            if len({one.position for one in group}) < len(group):
                for position, one in enumerate(group, 1):
                    one.position = position
        return article

    def _live(self, id: str | None) -> str | None:
        return id if id is not None and self._is_live(id) else None
