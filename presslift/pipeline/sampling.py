"""Some pages looked at although nothing tells of a change: what caught a signal lying is written down, and it is believed no more."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from presslift.config import Settings
from presslift.errors import FetchError, ParseError
from presslift.pipeline.freshness import says
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.trust import distrust, is_trusted, suspect
from presslift.records import SiteFacts
from presslift.scraper.discover import Event
from presslift.scraper.discover.answers import Refused, number
from presslift.scraper.discover.changes import Changes
from presslift.scraper.discover.rest import listed
from presslift.scraper.parse.page import PageReading
from presslift.store import Row, Store

if TYPE_CHECKING:
    from presslift.pipeline.reading import Reader

SAMPLES = 3
ENOUGH = 2
"""So many pages that changed in silence, or runs in which dates moved for nothing, prove that dates mean nothing."""
FEWEST, NEARLY_NONE = 5, 0.1


class Sampler:
    """Tests one site's signals in one run. Signals are those of ``trust``."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts, settings: Settings, reader: Reader):
        self._store, self._getter, self._run, self._facts, self._settings, self._reader = store, getter, run, facts, settings, reader
        self._moved: list[str] = []

    def look(self, due: list[str], since: int) -> tuple[list[str], list[Event]]:
        """Look at some pages that are not due, of those listed in a run or later.

        Returns keys of those that changed in silence, and what REST says of them past its cache.
        """
        keys: list[str] = []
        events: list[Event] = []
        for row in self._chosen(set(due), since):
            old, new = self._two(row)
            if old is None or new is None or _lasting(old) == _lasting(new):
                continue
            keys.append(row["key"])
            rest = self._store.items(row["key"]).get("rest")
            if rest is not None and rest.run == self._run:
                events += self._past_cache(row, rest.data)
            elif row["lastmod"] is not None and row["lastmod"] == row["read_lastmod"]:
                moved = old.metadata.modified != new.metadata.modified
                if moved or suspect(self._store, "lastmod", row["key"]) >= ENOUGH:
                    distrust(self._store, "lastmod", now(), "a page changed and its date did not", row["url"])
        return keys, events

    def _chosen(self, due: set[str], since: int) -> list[Row]:
        """Pages whose turn it is: other ones in each run."""
        query = (
            "SELECT a.* FROM addresses a JOIN articles r ON a.article = r.id WHERE a.state = 'exported' AND a.reason IS NULL "
            "AND r.state = 'live' AND a.seen_run >= ? AND a.read_run < ? AND a.read_page IS NOT NULL"
        )
        rows = [row for row in self._store.rows(query, since, self._run) if row["key"] not in due]
        return sorted(rows, key=lambda row: zlib.crc32(f"{row['key']} {self._run}".encode()))[:SAMPLES]

    def _two(self, row: Row) -> tuple[PageReading | None, PageReading | None]:
        """A page as it was read, and as it is now."""
        try:
            return self._reader.reading(row["read_page"]), self._reader.reading(self._getter.anew(row["url"]))
        except (FetchError, ParseError):
            return None, None

    def _past_cache(self, row: Row, item: dict[str, Any]) -> list[Event]:
        """REST's own word, asked past any cache: where it differs from the one that was given, a cache answers."""
        wp_id, type_ = number(item.get("id")), row["type"]
        if wp_id is None or type_ not in self._facts.rest_types or not is_trusted(self._store, "rest"):
            return []
        changes = Changes(self._facts, self._getter, self._settings, past=str(self._run))
        try:
            rows = changes.items(type_, [wp_id])
        except Refused:
            return []
        if not rows or (listed(rows[0].item) == listed(item) and rows[0].item.get("content") == item.get("content")):
            return []
        distrust(self._store, "rest", now(), "a page was newer than REST's word on it", row["url"])
        return list(changes.events(type_, rows))

    def validators(self) -> None:
        """Compare what the server would have called unchanged with what it was."""
        for old, new in self._getter.suspects[:SAMPLES]:
            try:
                before, after = self._reader.reading(old), self._reader.reading(new)
            except (FetchError, ParseError):
                continue
            if says(before) != says(after):
                row = self._store.row("SELECT url FROM responses WHERE id = ?", new)
                distrust(self._store, "validators", now(), "a page changed and they did not", row["url"] if row else None)
                return

    def dates_that_moved(self, keys: list[str]) -> None:
        """Note which of the addresses to be read are so because of their date alone; to be called before they are read."""
        query = (
            "SELECT key FROM addresses WHERE state = 'exported' AND reason IS NULL AND seen_run = ? AND lastmod != read_lastmod "
            "AND NOT EXISTS (SELECT 1 FROM items WHERE items.key = addresses.key AND source = 'rest' AND run = ?)"
        )
        due = set(keys)
        self._moved = [row["key"] for row in self._store.rows(query, self._run, self._run) if row["key"] in due]

    def dates_for_nothing(self) -> None:
        """Dates of which many moved while no article changed are not believed, once that was so in two runs."""
        if len(self._moved) < FEWEST or not is_trusted(self._store, "lastmod"):
            return
        query = "SELECT 1 FROM changes JOIN addresses ON article_id = article WHERE addresses.key = ? AND run = ?"
        changed = sum(self._store.row(query, key, self._run) is not None for key in self._moved)
        if changed <= NEARLY_NONE * len(self._moved) and suspect(self._store, "lastmod", f"run {self._run}") >= ENOUGH:
            distrust(self._store, "lastmod", now(), f"{len(self._moved)} dates moved and {changed} articles changed", None)


def _lasting(page: PageReading) -> list[Any]:
    """What a page says, less its comments: no date of an article tells of those."""
    return says(page)[:-1]
