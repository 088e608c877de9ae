"""Archives and author pages read as evidence, where articles' own pages lack their terms or their account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus, urljoin

from presslift.config import ScopeSettings, Settings
from presslift.pipeline.finding import Finder
from presslift.pipeline.getting import Getter
from presslift.pipeline.views import StoreView
from presslift.records import Article, SiteFacts
from presslift.scraper.discover import read_archives
from presslift.store import DECODE, Store

QUERIES = {"category": "category_name", "post_tag": "tag"}
"""The query by which WordPress finds a term's archive whatever its address; custom taxonomies go by their own name."""


PRINTED = ("category", "post_tag", "author")
NEEDED = "archives_needed"
"""Under this name the store has whether some post's own page lacked what archives tell."""
NEWEST = 50
"""Archives of which the first page is looked at for what is new, in a run that does not find everything anew."""


class ArchiveReader:
    """Reads the archives that listings named, to their last page, when some article lacks what they tell."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts, settings: Settings):
        self._store, self._getter, self._run, self._facts, self._settings = store, getter, run, facts, settings
        self._finder = Finder(store, run, facts.url, ScopeSettings())

    def complete(self, *, whole: bool) -> list[str]:
        """Keys of addresses to be read again with what the archives told; empty when nothing was lacking or nothing learned.

        What was of use once is read again: ``whole`` when everything is found anew, else for what is new, which stands first.
        """
        keys, lacking = self._read_without_rest()
        if lacking:
            self._store.set_meta(NEEDED, True)
        needed = self._store.get_meta(NEEDED, False)
        urls = dict.fromkeys(self._of_nameless_terms())
        newest: list[str] = []
        for data in sorted(self._store.evidence("archive"), key=lambda data: int(data.get("read_run") or 0)):
            if not data.get("url") or data.get("read_run") == self._run:
                continue
            if data.get("members"):
                if whole and not self._facts.rest_types and self._may_tell(data, needed):
                    urls[data["url"]] = None
                elif keys and self._may_tell(data, lacking):
                    newest.append(data["url"])
            elif keys and self._may_tell(data, lacking):
                urls[data["url"]] = None
        told = self._read(urls, whole=True) | self._read(newest[:NEWEST], whole=False)
        return keys if told else []

    @staticmethod
    def _may_tell(data: dict[str, Any], lacking: bool) -> bool:
        """Whether an archive may tell what articles lack: themes rarely print the terms of custom taxonomies."""
        taxonomy = data.get("taxonomy")
        return taxonomy not in (*PRINTED, "date", "post_type", None) or (lacking and taxonomy in PRINTED)

    def _read(self, urls: Iterable[str], *, whole: bool) -> bool:
        events = list(read_archives(self._facts, self._getter, self._settings, urls, whole=whole)) if urls else []
        self._finder.take(events)
        return bool(events)

    def _of_nameless_terms(self) -> list[str]:
        """Addresses of the archives of terms of which pages tell the slug alone."""
        view = StoreView(self._store, self._facts, self._settings)
        terms = [(t["taxonomy"], t["slug"]) for t in self._store.evidence("nameless")]
        return [self._archive_url(taxonomy, slug) for taxonomy, slug in terms if view.term_by_slug(taxonomy, slug) is None]

    def _archive_url(self, taxonomy: str, slug: str) -> str:
        """After the pattern of the taxonomy's other archives, else by the query that WordPress answers everywhere."""
        for known in self._store.evidence("archive"):
            url, other = known.get("url") or "", known.get("slug")
            if known.get("taxonomy") == taxonomy and other and url.rstrip("/").endswith(f"/{quote(other)}") and not known.get("parent"):
                return url.rstrip("/").removesuffix(quote(other)) + quote(slug) + ("/" if url.endswith("/") else "")
        return urljoin(self._facts.url, f"?{QUERIES.get(taxonomy, taxonomy)}={quote_plus(slug)}")

    def _read_without_rest(self) -> tuple[list[str], bool]:
        """Keys read in this run without REST's help, and whether some post among them lacks its terms or its account."""
        keys, lacking = [], False
        query = (
            "SELECT parsed, addresses.key AS address FROM articles JOIN addresses ON article = articles.id "
            "WHERE dirty = 1 AND articles.state != 'removed' AND read_run = ?"
        )
        for row in self._store.rows(query, self._run):
            article: Article = DECODE.decode(row["parsed"])
            if "rest" in (article.extraction.cues.get("terms"), article.extraction.cues.get("wp_id")):
                continue
            keys.append(row["address"])
            lacking = lacking or (article.type == "post" and (not article.categories or article.wp_author is None))
        return keys, lacking
