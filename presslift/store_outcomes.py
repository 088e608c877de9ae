"""What exports ask of the store: events, failures, tombstones, exclusions, redirects."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from presslift.records import Article, Change, Excluded, Failure, Redirect, Removed

DECODE = msgspec.json.Decoder(Article)


class Outcomes:
    """The part of ``Store`` that only reads."""

    def rows(self, sql: str, *values: Any) -> Iterator[sqlite3.Row]:
        """Stream the rows of a query."""
        raise NotImplementedError

    def changes(self) -> Iterator[Change]:
        """Every event, oldest first."""
        for row in self.rows("SELECT * FROM changes ORDER BY seq"):
            yield Change(**{**dict(row), "fields": json.loads(row["fields"])})

    def failures(self) -> Iterator[Failure]:
        """Everything that failed and has not succeeded since, by address: also pages of records that stand on other sources."""
        failed = self.rows(
            "SELECT url, 'page' AS kind, reason, detail, status, attempts, first_at, last_at, found_by FROM addresses "
            "WHERE state = 'failed' OR (state = 'exported' AND reason IS NOT NULL) "
            "UNION ALL SELECT url, kind, reason, detail, status, attempts, first_at, last_at, '[]' FROM problems ORDER BY url, kind"
        )
        for row in failed:
            yield Failure(**{**dict(row), "attempts": max(1, row["attempts"]), "found_by": json.loads(row["found_by"])})

    def removed(self) -> Iterator[Removed]:
        """Tombstones, by time then id."""
        for row in self.rows("SELECT * FROM articles WHERE state = 'removed' ORDER BY removed_at, id"):
            title = DECODE.decode(row["settled"] or row["parsed"]).title
            yield Removed(id=row["id"], wp_id=row["wp_id"], url=row["url"], title=title, removed_at=row["removed_at"], proof=row["proof"])

    def excluded(self) -> Iterator[Excluded]:
        """What was left out on purpose, by address."""
        for row in self.rows("SELECT url, type, reason, rule FROM addresses WHERE state = 'excluded' ORDER BY url"):
            yield Excluded(url=row["url"], type=row["type"], reason=row["reason"], rule=row["rule"])

    def redirects(self) -> Iterator[Redirect]:
        """Old addresses of live articles and where they lead now."""
        query = (
            "SELECT aliases.url AS old, aliases.kind AS kind, articles.url AS new, articles.id AS id FROM aliases JOIN articles ON article = id "
            "WHERE state = 'live' AND aliases.key != articles.key ORDER BY aliases.url"
        )
        for row in self.rows(query):
            yield Redirect(from_=row["old"], to=row["new"], kind=row["kind"], article_id=row["id"])
