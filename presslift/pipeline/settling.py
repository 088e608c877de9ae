"""Parsed records → settled ones: translations linked both ways, transforms run, changes told; and removals, with proof."""

from __future__ import annotations

from collections import Counter

from presslift.config import Settings
from presslift.defects import described, keep_trace, of_one_page
from presslift.errors import DecisionNeeded, FetchError, ParseError
from presslift.hashing import changed_fields, content_hash
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.keeping import unmade
from presslift.pipeline.pictures import complete_pictures
from presslift.pipeline.source import transforms_fingerprint
from presslift.pipeline.unpublished import proof_of_removal
from presslift.pipeline.views import transform_context
from presslift.pipeline.withholding import PRIVATE, is_withheld
from presslift.records import Article, SiteFacts, Translation
from presslift.scraper.fetch.addresses import article_key
from presslift.scraper.fetch.verdict import judge
from presslift.store import DECODE, ENCODE, Row, Store
from presslift.transforms import apply, build_chain

UNTRANSFORMED = "SELECT url FROM problems WHERE kind = 'page' AND reason = 'parse_error'"
"""Records that some transform failed at are settled anew in each run: their transform may have been mended."""

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
        self._store.write(f"UPDATE articles SET dirty = 1 WHERE state = 'live' AND url IN ({UNTRANSFORMED})")
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
            row = self._store.row("SELECT * FROM articles WHERE id = ?", id)
            assert row is not None
            try:
                with of_one_page(row["url"]), self._store.batch():
                    self._settle_one(id, row)
            except ParseError as error:
                with self._store.batch():
                    unmade(self._store, id, error)
        self._store.set_meta("transforms", current)

    def _transformed(self, row: Row) -> Article:
        """A record through the chain. Where a transform failed the record stands without it, and its page is named."""
        faults: list[str] = []

        def failed(name: str, error: BaseException) -> None:
            keep_trace(error, row["url"])
            faults.append(f"transform {name}: {described(error)}")

        article = apply(self._chain, DECODE.decode(row["parsed"]), self._context, failed)
        if faults:
            self._store.add_problem(self._run, now(), article.url, "page", "parse_error", "; ".join(faults), None, 1)
        else:
            self._forgive(article.url)
        return article

    def _forgive(self, url: str) -> None:
        self._store.write("DELETE FROM problems WHERE kind = 'page' AND reason = 'parse_error' AND url = ?", url)

    def _settle_one(self, id: str, row: Row) -> None:
        article = self._transformed(row)
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
            self._forgive(old.url)
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
                known = DECODE.decode(row["settled"] or row["parsed"])
                if row["reason"] == "protected" and known.status != "protected":
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
            public = DECODE.decode(row["settled"] or row["parsed"]).status == "publish"
            proof = self._proof(row, getter, complete) if public else proof_of_removal(row, getter, self._facts, self._settings)
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
            "SELECT articles.url, addresses.key, seen_run, read_page FROM articles JOIN addresses ON article = articles.id "
            "WHERE articles.state = 'live' AND NOT EXISTS (SELECT 1 FROM evidence WHERE kind = 'unpublished' "
            "AND evidence.key = addresses.type || '/' || addresses.wp_id) ORDER BY articles.id"
        )
        rows = [r for r in self._store.rows(query) if r["key"] not in gone or r["seen_run"] == self._run]
        paged = [row for row in rows if row["read_page"] is not None]
        if rows and not paged:
            # Nothing of it ever had a page: REST tells all.
            return getter.trouble_at_home() is None
        for row in paged[:: max(1, len(paged) // SAMPLES)][:SAMPLES]:
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
                # A cache may show for days what its editors took back.
                return PRIVATE if not listed and is_withheld(self._store, self._facts, getter, row) else None
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
        self._forgive(article.url)
        self._store.drop_evidence("unpublished", f"{row['type']}/{row['wp_id']}")
        self._store.add_change(now(), self._run, "removed", article)
        self._store.set_meta("generation", self._store.get_meta("generation", 0) + 1)
        self.counts["removed"] += 1


def _bare(article: object) -> object:
    from msgspec.structs import replace

    return replace(article, captures=[], content_hash=None, first_seen=None, content_changed_at=None)  # type: ignore[type-var]
