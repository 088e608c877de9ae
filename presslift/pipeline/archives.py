"""Archives and author pages read as evidence, where articles' own pages lack their terms or their account."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin

from presslift.config import ScopeSettings, Settings
from presslift.errors import FetchError, ParseError
from presslift.pipeline.finding import Finder
from presslift.pipeline.getting import Getter
from presslift.pipeline.views import StoreView
from presslift.records import Article, SiteFacts
from presslift.scraper.discover.events import Evidence
from presslift.scraper.fetch.addresses import article_key, canonical
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.identity import read_archive
from presslift.store import DECODE, Store

MOST_PAGES = 2000
BASES = {"category": "category", "post_tag": "tag"}


class ArchiveReader:
    """Reads the archives that listings named, to their last page, when some article lacks what they tell."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts):
        self._store, self._getter, self._run, self._facts = store, getter, run, facts
        self._finder = Finder(store, run, facts.url, ScopeSettings())

    def complete(self) -> list[str]:
        """Keys of addresses to be read again with what the archives told; empty when nothing was lacking or nothing learned."""
        without_rest, lacking = self._read_without_rest()
        learned = self._name_terms()
        if not lacking:
            return without_rest if learned else []
        for data in list(self._store.evidence("archive")):
            if data.get("taxonomy") in ("date", "post_type", None) or data.get("members") or not data.get("url"):
                continue
            learned = self._read(data) or learned
        return without_rest if learned else []

    def _name_terms(self) -> bool:
        """Ask the archives of terms of which pages tell the slug alone; whether any answered."""
        view = StoreView(self._store, self._facts, Settings())
        learned = False
        for term in list(self._store.evidence("nameless")):
            taxonomy, slug = term["taxonomy"], term["slug"]
            if view.term_by_slug(taxonomy, slug) is None:
                url = self._archive_url(taxonomy, slug)
                learned = self._read({"taxonomy": taxonomy, "slug": slug, "url": url, "name": None}, most=1) or learned
        return learned

    def _archive_url(self, taxonomy: str, slug: str) -> str:
        """The address of a term's archive, after the pattern of its taxonomy's others, else WordPress's default."""
        for known in self._store.evidence("archive"):
            url, other = known.get("url") or "", known.get("slug")
            if known.get("taxonomy") == taxonomy and other and url.rstrip("/").endswith(f"/{quote(other)}") and not known.get("parent"):
                return url.rstrip("/").removesuffix(quote(other)) + quote(slug) + ("/" if url.endswith("/") else "")
        return urljoin(self._facts.url, f"{BASES.get(taxonomy, taxonomy)}/{quote(slug)}/")

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

    def _read(self, data: dict[str, Any], most: int = MOST_PAGES) -> bool:
        url, pages, seen = str(data["url"]), 0, set[str]()
        while url and pages < most and article_key(url, self._facts.url) not in seen:
            seen.add(article_key(url, self._facts.url))
            pages += 1
            try:
                response = self._getter(url, kind="archive")
                if response.status != 200:
                    break
                facts = read_archive(read_document(response.body, response.final_url, content_type=response.headers.get("content-type")))
            except (FetchError, ParseError):
                break
            if facts.kind not in ("term", "author"):
                break
            told = {
                "taxonomy": data.get("taxonomy") or facts.taxonomy,
                "name": facts.name or data.get("name"),
                "slug": facts.slug or data.get("slug"),
                "wp_id": facts.wp_id,
                "url": data["url"],
                "description": facts.description,
                "members": [canonical(m) for m in facts.members],
            }
            self._finder.take([Evidence(kind="archive", data=told, source="crawl")])
            url = facts.next_url or ""
        return pages > 0
