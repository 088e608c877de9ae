"""What becomes of an address that was read: kept as a record, excluded, or failed."""

from __future__ import annotations

from typing import Any

from presslift.config import Settings
from presslift.errors import ParseError
from presslift.pipeline.forgetting import REASON, RULE, forgotten
from presslift.pipeline.getting import now
from presslift.records import Article, SiteFacts
from presslift.scraper.fetch.addresses import article_id, article_key, site_host
from presslift.scraper.parse.items import fold
from presslift.scraper.parse.merge import Sources
from presslift.store import DECODE, Row, Store


def unmade(store: Store, id: str, error: ParseError) -> None:
    """Note that no record could be made, or written, of an article that was read: its address failed; a record that it had stays."""
    row = store.row("SELECT settled FROM articles WHERE id = ?", id)
    store.write("UPDATE articles SET dirty = 0 WHERE id = ?", id)
    unwritten(store, id, error, "exported" if row is not None and row["settled"] else "failed")


def unwritten(store: Store, id: str, error: ParseError, state: str = "failed") -> None:
    """Note that a record could not be exported: its address failed, and is read again in the next run."""
    query = "UPDATE addresses SET state = ?, reason = ?, detail = ?, last_at = ? WHERE article = ? AND state = 'exported'"
    store.write(query, state, error.reason, error.detail, now(), id)


class Keeper:
    """Writes outcomes to the store, in one run. ``kept`` and ``failed`` count articles."""

    def __init__(self, store: Store, run: int, facts: SiteFacts, settings: Settings):
        self._store, self._run, self._facts, self._settings = store, run, facts, settings
        self._forgotten = forgotten(store)
        self.kept = self.failed = 0

    def keep(self, row: Row, article: Article, sources: Sources, *, inputs: str | None, ill: bool, whole: bool) -> None:
        """Keep a record. ``inputs``: see ``Freshness``.

        ``ill`` when its page could not be had in this run, which stays noted; not ``whole`` when some further page of it could
        not: either way it is read again in the next run.
        """
        key, start = row["key"], self._facts.url
        if ill:
            article.extraction.warnings.append(f"page: {self._failure(key)}; made of REST, the feed or an older page")
        served = article_key(article.url, start)
        if self._forgotten.is_article(served, article.type, article.wp_id):
            return self.exclude(row, REASON, RULE)
        article.comments = self._forgotten.without(article.comments) if self._forgotten else article.comments
        since = self._settings.scope.since
        if since and article.published_date and article.published_date < since:
            return self.exclude(row, "scope: since", f"since: {since}")
        types = self._settings.scope.types
        if types and article.type and article.type not in types:
            return self.exclude(row, "scope: types", f"types: {', '.join(types)}")
        twin = self._twin(row, article, served)
        if twin is not None and twin["seen_run"] == self._run and twin["key"] != key and article.status == "publish":
            self._store.alias(key, twin["article"], row["url"], "alias")
            return self.exclude(row, "duplicate", f"the same article as {twin['url']}")
        article.id = row["article"] or (twin["article"] if twin is not None else article_id(row["url"], start))
        self._store.put_parsed(article, served, now())
        self._aliases(row, article, sources, served)
        parent = (sources.rest and sources.rest.parent_wp_id) or (sources.page and sources.page.metadata.parent_wp_id)
        if parent:
            self._store.set_meta("parents", self._store.get_meta("parents", {}) | {article.id: parent})
        told = {"inputs": inputs, "read_lastmod": row["lastmod"]} if whole else {"inputs": None, "read_lastmod": None}
        told |= {"wp_id": article.wp_id, "type": article.type, "read_page": row["page"] if sources.page is not None else None}
        self._read(row, ill, article=article.id, **told)
        self.kept += 1

    def _failure(self, key: str) -> str:
        row = self._store.row("SELECT reason, detail FROM addresses WHERE key = ?", key)
        return f"could not be read ({(row['detail'] or row['reason']) if row else 'no reason noted'})"

    def unchanged(self, row: Row) -> None:
        """Note that an address was looked at and its record stands as it is."""
        self._read(row, False, read_lastmod=row["lastmod"])

    def _read(self, row: Row, ill: bool, **values: Any) -> None:
        well = {} if ill else {"reason": None, "detail": None, "gone_run": 0, "attempts": 0}
        self._store.update_address(row["key"], state="exported", rule=None, read_run=self._run, last_at=now(), **well, **values)

    def _twin(self, row: Row, article: Article, served: str) -> Row | None:
        """Another address of this run or an earlier one that holds the same article: by the address served, or WordPress's id."""
        by_url = self._store.row(
            "SELECT a.* FROM addresses a JOIN articles r ON a.article = r.id WHERE r.key = ? AND a.key != ? LIMIT 1", served, row["key"]
        )
        if by_url is not None or article.wp_id is None:
            return by_url
        query = (
            "SELECT a.*, r.parsed AS record FROM addresses a JOIN articles r ON a.article = r.id "
            "WHERE r.wp_id = ? AND r.type IS ? AND a.key != ? ORDER BY a.seen_run DESC"
        )
        others = self._store.rows(query, article.wp_id, article.type, row["key"])
        return next((other for other in others if self._is_one(article, DECODE.decode(other["record"]))), None)

    def _is_one(self, article: Article, other: Article) -> bool:
        """Whether equal ids mean one article: sites of a network count each on its own, and a plugin translates in place."""
        languages = {(a.language or "").partition("-")[0].lower() for a in (article, other)}
        if len(languages - {""}) > 1:
            return False
        return site_host(article.url) == site_host(other.url) or fold(article.title) == fold(other.title)

    def _aliases(self, row: Row, article: Article, sources: Sources, served: str) -> None:
        others = [(row["url"], "alias"), (article.guid or "", "guid")]
        others += [(url, "shortlink") for url in (sources.page.metadata.aliases if sources.page else [])]
        for url, kind in others:
            key = article_key(url, self._facts.url) if url.startswith(("http://", "https://")) else ""
            if key and key != served:
                self._store.alias(key, article.id, url, kind)

    def exclude(self, row: Row, reason: str, rule: str) -> None:
        """Leave an address out on purpose."""
        self._store.update_address(row["key"], state="excluded", reason=reason, rule=rule, read_run=self._run, last_at=now())
        self._store.drop_items(row["key"])

    def fail(self, key: str, reason: str, detail: str | None, status: int | None, attempts: int) -> None:
        """Note that an address could not be had; the record that there is of it stays, and so does the page it was read from."""
        row = self._store.row("SELECT * FROM addresses WHERE key = ?", key)
        assert row is not None
        self.failed += 1
        if row["state"] == "removed" and status in (404, 410):
            # Listings may go on to name what is gone.
            return self._store.update_address(key, read_run=self._run, last_at=now())
        exported = row["article"] and row["state"] == "exported"
        self._store.update_address(
            key,
            state="exported" if exported else "failed",
            reason=reason,
            detail=detail,
            status=status,
            attempts=row["attempts"] + attempts,
            last_at=now(),
            page=row["page"] if exported else None,
        )
