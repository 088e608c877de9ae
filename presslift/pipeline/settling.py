"""Parsed records → settled ones: translations linked both ways, transforms run, changes told; and removals, with proof."""

from __future__ import annotations

from collections import Counter

from presslift.config import Settings
from presslift.errors import DecisionNeeded, FetchError
from presslift.hashing import changed_fields, content_hash
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.pictures import complete_pictures
from presslift.pipeline.source import transforms_fingerprint
from presslift.pipeline.views import transform_context
from presslift.records import SiteFacts, Translation
from presslift.scraper.fetch.addresses import article_key
from presslift.scraper.fetch.verdict import judge
from presslift.store import DECODE, ENCODE, Row, Store
from presslift.transforms import apply, build_chain

SAMPLES = 3
"""Articles that are looked at before anything is taken for gone."""


class Settler:
    """Settles what one run read. ``counts`` are created, updated, moved, restored and removed.

    ``undecided`` is what a person must decide, to be raised once everything else is done.
    """

    def __init__(self, store: Store, run: int, facts: SiteFacts, settings: Settings, hosts: frozenset[str], *, first: bool, full: bool):
        self._store, self._run, self._facts, self._settings = store, run, facts, settings
        self._first, self._full = first, full
        self._chain = build_chain(settings.transforms)
        self._context = transform_context(store, facts, settings, hosts)
        self.counts: Counter[str] = Counter()
        self.undecided: DecisionNeeded | None = None

    def settle(self) -> None:
        """Settle every record that was read since it was last settled. The first migration tells no changes."""
        self._link_translations()
        complete_pictures(self._store, self._facts)
        current = transforms_fingerprint(self._settings)
        if self._store.get_meta("transforms", current) != current:
            # What the others would be with other transforms is told with the rest.
            self._store.write("UPDATE articles SET dirty = 1 WHERE state = 'live'")
            self._full = True
        keys = [
            row["id"] for row in self._store.rows("SELECT id FROM articles WHERE dirty = 1 AND state != 'removed' ORDER BY published, id")
        ]
        keys += [
            row["id"]
            for row in self._store.rows(
                "SELECT articles.id FROM articles JOIN addresses ON article = articles.id "
                "WHERE articles.state = 'removed' AND dirty = 1 AND addresses.state = 'exported'"
            )
        ]
        for id in keys:
            with self._store.batch():
                self._settle_one(id)
        self._store.set_meta("transforms", current)

    def _settle_one(self, id: str) -> None:
        row = self._store.row("SELECT * FROM articles WHERE id = ?", id)
        assert row is not None
        article = apply(self._chain, DECODE.decode(row["parsed"]), self._context)
        article.content_hash = content_hash(article)
        old = DECODE.decode(row["settled"]) if row["settled"] else None
        if old is not None:
            old.content_hash = row["content_hash"]
        told = not self._first
        restored = row["state"] == "removed"
        if old is None:
            self.counts["created"] += 1
            if told:
                self._store.add_change(now(), self._run, "created", article)
        elif restored:
            self.counts["restored"] += 1
            self._store.add_change(now(), self._run, "restored", article)
        moved = old is not None and article_key(old.url, self._facts.url) != article_key(article.url, self._facts.url)
        if moved and old is not None:
            self.counts["moved"] += 1
            self._store.alias(article_key(old.url, self._facts.url), id, old.url, "moved")
            self._store.add_change(now(), self._run, "moved", article, old_url=old.url)
        edited = old is not None and old.content_hash != article.content_hash
        if edited and old is not None:
            self.counts["updated"] += 1
            self._store.add_change(now(), self._run, "updated", article, fields=changed_fields(old, article))
        if old is None or edited or moved or restored or (self._full and ENCODE.encode(_bare(old)) != ENCODE.encode(_bare(article))):
            changed_at = now() if old is None or edited else row["content_changed_at"]
            self._store.write(
                "UPDATE articles SET settled = ?, content_hash = ?, content_changed_at = ?, url = ?, wp_id = ?, type = ?, published = ?, "
                "state = 'live', dirty = 0, "
                "removed_at = NULL, proof = NULL WHERE id = ?",
                ENCODE.encode(article),
                article.content_hash,
                changed_at,
                article.url,
                article.wp_id,
                article.type,
                article.published or "",
                id,
            )
            self._store.set_meta("generation", self._store.get_meta("generation", 0) + 1)
        else:
            self._store.write("UPDATE articles SET dirty = 0 WHERE id = ?", id)

    def _link_translations(self) -> None:
        """A sibling that is told in one direction holds in the other."""
        told: dict[str, list[tuple[str, str | None]]] = {}
        for row in self._store.rows(
            "SELECT id, url, parsed FROM articles WHERE state != 'removed' AND CAST(parsed AS TEXT) LIKE '%\"translations\":[{%'"
        ):
            article = DECODE.decode(row["parsed"])
            for sibling in article.translations:
                other = self._store.row(
                    "SELECT id FROM articles WHERE key = ? AND state != 'removed'", article_key(sibling.url, self._facts.url)
                )
                if other and other["id"] != row["id"]:
                    told.setdefault(other["id"], []).append((article.url, article.language))
        for id, siblings in sorted(told.items()):
            article_or_none = self._store.article(id)
            if article_or_none is None:
                continue
            known = {article_key(t.url, self._facts.url) for t in article_or_none.translations}
            new = [Translation(language=language, url=url) for url, language in siblings if article_key(url, self._facts.url) not in known]
            if new:
                article_or_none.translations = [*article_or_none.translations, *new]
                self._store.write("UPDATE articles SET parsed = ?, dirty = 1 WHERE id = ?", ENCODE.encode(article_or_none), id)

    # ---- removals

    def withdraw(self) -> None:
        """Take out at once what became protected or private; and what a person's scope leaves out, without a tombstone."""
        query = (
            "SELECT articles.*, addresses.reason FROM articles JOIN addresses ON article = articles.id "
            "WHERE articles.state IN ('live', 'new') AND addresses.state = 'excluded'"
        )
        for row in list(self._store.rows(query)):
            with self._store.batch():
                if row["reason"] == "protected":
                    self._remove(row, "became password-protected")
                else:
                    self._store.write("DELETE FROM articles WHERE id = ?", row["id"])
                    self._store.write("UPDATE addresses SET article = NULL WHERE article = ?", row["id"])
                    self._store.set_meta("generation", self._store.get_meta("generation", 0) + 1)

    def remove(self, vanished: list[str], getter: Getter, *, complete: bool, accept: bool) -> None:
        """Remove what is gone: no longer in any listing, and its own address says 404 or 410, on a site that is well.

        Of the two proofs one alone must be seen in two runs. When too large a share would go, nothing does: see ``undecided``.
        """
        if vanished and not self._answers_well(vanished, getter):
            return
        gone: list[tuple[Row, str]] = []
        for key in vanished:
            row = self._store.row(
                "SELECT articles.*, addresses.key AS address, addresses.gone_run, addresses.seen_run FROM articles JOIN addresses ON article = articles.id "
                "WHERE addresses.key = ?",
                key,
            )
            if row is None or row["state"] == "removed" or row["key"] != key:
                continue
            proof = self._proof(row, getter, complete)
            if proof:
                gone.append((row, proof))
        live = self._store.row("SELECT count(*) AS n FROM articles WHERE state = 'live'")
        total = live["n"] if live else 0
        if gone and not accept and len(gone) > max(1, self._settings.sync.max_removed_share * total):
            self.undecided = DecisionNeeded(
                f"{len(gone)} of {total} articles are gone from the site; nothing was removed: run again with --accept-removals if that is right"
            )
            return
        for row, proof in gone:
            with self._store.batch():
                self._remove(row, proof)

    def _answers_well(self, vanished: list[str], getter: Getter) -> bool:
        """Whether some article that did not vanish can be looked at: where none can, it is the site that is ill."""
        gone = set(vanished)
        query = (
            "SELECT articles.url, addresses.key, seen_run FROM articles JOIN addresses ON article = articles.id "
            "WHERE articles.state = 'live' ORDER BY articles.id"
        )
        rows = [r for r in self._store.rows(query) if r["key"] not in gone or r["seen_run"] == self._run]
        for row in rows[:: max(1, len(rows) // SAMPLES)][:SAMPLES]:
            try:
                if judge(getter(row["url"], kind="page"), home=self._facts.url).ok:
                    return True
            except FetchError:
                continue
        return not rows

    def _proof(self, row: Row, getter: Getter, complete: bool) -> str | None:
        listed = row["seen_run"] == self._run
        rest = self._store.items(row["address"]).get("rest")
        if listed and rest is not None and rest.run == self._run:
            return None
        try:
            answer = getter(row["url"], kind="page")
        except FetchError:
            if complete and not listed:
                self._store.update_address(row["address"], gone_run=row["gone_run"] or self._run)
            return None
        if answer.status in (404, 410):
            if complete and not listed:
                return f"HTTP {answer.status} on its own address, and absent from a complete listing"
        elif answer.status == 200:
            if judge(answer, "page").reason == "protected":
                return "became password-protected"
            if article_key(answer.final_url, self._facts.url) == row["key"] or not complete:
                return None
        if row["gone_run"] and row["gone_run"] < self._run:
            return (
                f"HTTP {answer.status} on its own address, and gone in two runs"
                if answer.status in (404, 410)
                else "absent from a complete listing in two runs"
            )
        self._store.update_address(row["address"], gone_run=row["gone_run"] or self._run)
        return None

    def _remove(self, row: Row, proof: str) -> None:
        article = DECODE.decode(row["settled"] or row["parsed"])
        self._store.write(
            "UPDATE articles SET state = 'removed', removed_at = ?, proof = ?, dirty = 0 WHERE id = ?", now(), proof, row["id"]
        )
        self._store.write(
            "UPDATE addresses SET state = CASE state WHEN 'excluded' THEN state ELSE 'removed' END, reason = coalesce(reason, ?) WHERE article = ?",
            proof,
            row["id"],
        )
        self._store.add_change(now(), self._run, "removed", article)
        self._store.set_meta("generation", self._store.get_meta("generation", 0) + 1)
        self.counts["removed"] += 1


def _bare(article: object) -> object:
    from msgspec.structs import replace

    return replace(article, captures=[], content_hash=None, first_seen=None, content_changed_at=None)  # type: ignore[type-var]
