"""The site's profile: kept in ``site.yaml``, learned from the first run's pages and labels, and again when the pages change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from presslift.errors import FetchError
from presslift.pipeline.getting import Getter
from presslift.pipeline.views import CLOCK, learn_clock
from presslift.records import SiteFacts
from presslift.scraper.clock import printed_day, read_clock_by_days
from presslift.scraper.parse.items import read_feed, read_rest
from presslift.scraper.redesign import Revisited, learn_changes
from presslift.scraper.site import Label, SiteProfile, learn_profile, load_profile, save_profile
from presslift.store import Row, Store

SAMPLE = 60
"""Pages that a site's profile is learned from."""
REVISITED = 20
"""Pages that are looked at for what all of them changed."""
LEAST_SHARE = 0.3
"""Of a site's articles: with fewer to be read again, what these have in common may be an editor's work."""


class Teacher:
    """Learns in one run; ``again`` learns anew what was learned before."""

    def __init__(self, store: Store, getter: Getter, run: int, facts: SiteFacts, folder: Path, zone: str | None, *, again: bool):
        self._store, self._getter, self._run, self._facts, self._zone = store, getter, run, facts, zone
        self._path = folder / "site.yaml"
        self._known = self._path.exists() and not again
        self._sample: list[Row] = []
        if not self._known:
            query = "SELECT * FROM addresses WHERE page IS NOT NULL AND seen_run = ? AND status = 200 ORDER BY key"
            self._sample = _spread(list(store.rows(query, run)), SAMPLE)

    def clock(self) -> str | None:
        """The time zone that dates tell; None when it is known or they don't."""
        if self._known:
            return None
        clock = learn_clock(self._store, self._facts, (body for _, body in self._pages(self._sample)))
        if clock is None and (clock := read_clock_by_days(self._days(), self._facts.language)):
            self._store.set_meta(CLOCK, clock)
        return clock

    def profile(self) -> SiteProfile | None:
        """The profile to read this run's pages with; None while there are too few pages to learn from."""
        if self._known:
            kept = load_profile(self._path)
            changed = learn_changes(load_profile(self._path, overruled=False), self._revisited())
            if changed is not None:
                save_profile(changed, self._path)
            return kept if changed is None else load_profile(self._path)
        if len(self._sample) < 3:
            return None
        labels = {row["url"]: label for row in self._sample if (label := self._label(row["key"])) is not None}
        profile = learn_profile(self._pages(self._sample), labels)
        save_profile(profile, self._path)
        return profile

    def _pages(self, rows: list[Row]) -> Iterator[tuple[str, bytes]]:
        for row in rows:
            if (body := self._body(row["page"])) is not None:
                yield row["url"], body

    def _days(self) -> Iterator[tuple[datetime, date]]:
        """The instants that the feed tells of the sample's articles, and the days that their pages show."""
        for row in self._sample:
            items = self._store.items(row["key"])
            moment = read_feed(items["feed"].data, None).published if "feed" in items else None
            body = self._body(row["page"]) if moment is not None and moment.utc else None
            day = printed_day(body, row["url"]) if body is not None else None
            if day is not None and moment is not None and moment.utc:
                yield datetime.fromisoformat(moment.utc).replace(tzinfo=None), day

    def _revisited(self) -> Iterator[Revisited]:
        query = (
            "SELECT url, page, read_page FROM addresses WHERE seen_run = ? AND read_run < ? AND state = 'exported' AND reason IS NULL "
            "AND page != read_page ORDER BY key"
        )
        rows = list(self._store.rows(query, self._run, self._run))
        live = self._store.row("SELECT count(*) AS n FROM articles WHERE state = 'live'")
        if live is None or len(rows) < LEAST_SHARE * live["n"]:
            return
        for row in _spread(rows, REVISITED):
            before, now = self._body(row["read_page"]), self._body(row["page"])
            if before is not None and now is not None:
                yield Revisited(url=row["url"], before=before, now=now)

    def _body(self, number: int) -> bytes | None:
        try:
            return self._getter.archived(number)[1].body
        except FetchError:
            return None

    def _label(self, key: str) -> Label | None:
        items = self._store.items(key)
        if "rest" in items:
            item = read_rest(items["rest"].data, self._facts.utc_offset)
        elif "feed" in items and self._facts.feed_full_text:
            item = read_feed(items["feed"].data, self._zone)
        else:
            return None
        return Label(content_html=item.content_html, title=item.title, date=item.published.local if item.published else None, author=None)


def _spread(rows: list[Row], most: int) -> list[Row]:
    """So many of them at most, from all over."""
    return rows[:: max(1, len(rows) // most)][:most]
