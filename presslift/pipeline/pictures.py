"""Featured images that an article's own page doesn't show, from the lists and related boxes that show them."""

from __future__ import annotations

import re

from presslift.records import Article, SiteFacts
from presslift.scraper.fetch.addresses import article_key
from presslift.scraper.parse.metadata import UNSHOWN_PICTURE
from presslift.store import DECODE, ENCODE, Store

SIZE = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w{2,5}$)")
CONFIDENCE = 0.75


def complete_pictures(store: Store, facts: SiteFacts) -> int:
    """Give unsettled articles the featured image that other pages show of them; how many got one.

    A list shows some size of the picture; the full size is the same name without the size's suffix.
    """
    lacking = [
        row["id"] for row in store.rows("SELECT id FROM articles WHERE dirty = 1 AND instr(CAST(parsed AS TEXT), ?) > 0", UNSHOWN_PICTURE)
    ]
    if not lacking:
        return 0
    shown = _shown(store, facts)
    found = 0
    with store.batch():
        for id in lacking:
            article = store.article(id)
            picture = shown.get(article_key(article.url, facts.url)) if article else None
            if article and picture and not article.featured_image:
                _complete(article, picture)
                store.write("UPDATE articles SET parsed = ? WHERE id = ?", ENCODE.encode(article), id)
                found += 1
    return found


def _complete(article: Article, picture: str) -> None:
    article.featured_image = SIZE.sub("", picture)
    article.extraction.cues["featured_image"] = "lists of posts"
    article.extraction.confidence["featured_image"] = CONFIDENCE
    article.extraction.warnings = [w for w in article.extraction.warnings if w != UNSHOWN_PICTURE]


def _shown(store: Store, facts: SiteFacts) -> dict[str, str]:
    """Article key → picture, as lists and related boxes show it."""
    shown: dict[str, str] = {}
    for archive in store.evidence("archive"):
        for url, picture in (archive.get("pictures") or {}).items():
            shown.setdefault(article_key(url, facts.url), picture)
    for row in store.rows("SELECT parsed FROM articles WHERE state != 'removed' ORDER BY id"):
        for link in DECODE.decode(row["parsed"]).related:
            if link.image:
                shown.setdefault(article_key(link.url, facts.url), link.image)
    return shown
