"""Archives and author pages read as evidence, where articles' own pages lack their terms or their account."""

from __future__ import annotations

from presslift.config import ScopeSettings
from presslift.errors import FetchError, ParseError
from presslift.pipeline.finding import Finder
from presslift.pipeline.getting import Getter
from presslift.records import Article, SiteFacts
from presslift.scraper.discover.events import Evidence
from presslift.scraper.fetch.addresses import article_key, canonical
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.identity import read_archive
from presslift.store import DECODE, Store

MOST_PAGES = 2000


class ArchiveReader:
    """Reads the archives that listings named, to their last page, when some article lacks what they tell."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts):
        self._store, self._getter, self._run, self._facts = store, getter, run, facts
        self._finder = Finder(store, run, facts.url, ScopeSettings())

    def complete(self) -> list[str]:
        """Keys of addresses to be read again with what the archives told; empty when nothing was lacking or nothing learned."""
        without_rest, lacking = self._read_without_rest()
        if not lacking:
            return []
        learned = False
        for data in list(self._store.evidence("archive")):
            if data.get("taxonomy") in ("date", "post_type", None) or data.get("members") or not data.get("url"):
                continue
            learned = self._read(data) or learned
        return without_rest if learned else []

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

    def _read(self, data: dict[str, object]) -> bool:
        url, pages, seen = str(data["url"]), 0, set[str]()
        while url and pages < MOST_PAGES and article_key(url, self._facts.url) not in seen:
            seen.add(article_key(url, self._facts.url))
            pages += 1
            try:
                response = self._getter(url, kind="archive")
                if response.status != 200:
                    break
                facts = read_archive(read_document(response.body, response.final_url, content_type=response.headers.get("content-type")))
            except (FetchError, ParseError):
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
