"""What a sync would ask a site for, told without asking it."""

from __future__ import annotations

import threading
from math import ceil
from pathlib import Path
from urllib.parse import urljoin

from msgspec import Struct

from presslift.config import Settings
from presslift.pipeline.folders import open_folder, own_settings
from presslift.pipeline.quiet import Level, Looker
from presslift.pipeline.quiet_lists import FEW, NO_COMMENT_FEED, ListsLook
from presslift.pipeline.run import seconds_until_allowed
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import with_parameters
from presslift.scraper.discover.authorized import unpublished_of
from presslift.scraper.discover.changes import BRIEFLY, newest_query
from presslift.scraper.discover.rest import collection_of
from presslift.store import Store


class Forecast(Struct, kw_only=True):
    """What a run would do: how much it would look at and why, the addresses that it would ask for first, and what these may lead to."""

    looks_at: Level
    why: str
    urls: list[str]
    then: str


class _Nobody:
    """In the place of a getter, for what only counts."""

    def __init__(self, settings: Settings):
        self.requests_left, self.stop = settings.fetch.max_requests, threading.Event()


def forecast(out: str | Path, *, settings: Settings | None = None, full: bool = False) -> Forecast:
    """What ``sync`` would ask for now; the site is not asked for anything. Raises ``NotAnOut``, ``ConfigError``."""
    folder = open_folder(out)
    chosen = settings or own_settings(folder)
    with Store(folder, read_only=True) as store:
        if seconds_until_allowed(chosen):
            hours = chosen.sync.allowed_hours
            return Forecast(looks_at="nothing", why=f"it is not the time: sync.allowed_hours is {hours}", urls=[], then="nothing")
        return _Forecaster(store, chosen).tell(full)


class _Forecaster:
    def __init__(self, store: Store, settings: Settings):
        self._store, self._settings = store, settings
        last = store.row("SELECT max(id) AS id, max(state = 'running') AS cut FROM runs")
        self._cut = bool(last and last["cut"])
        self._looker = Looker(store, _Nobody(settings), (last["id"] or 0) + 1 if last else 1, settings)  # type: ignore[arg-type]

    def tell(self, full: bool) -> Forecast:
        """For a run that begins now."""
        seen, facts = self._looker.seen, self._looker.facts
        why = "asked for" if full else "a run was cut off" if self._cut else self._looker.why_all()
        if why is not None or seen is None or facts is None:
            return self._all(why or "nothing is known yet")
        lists = ListsLook(self._store, _Nobody(self._settings), 0, facts, self._settings, seen.discovered_run)  # type: ignore[arg-type]
        if not seen.by_rest and not seen.dated and lists.undated() <= FEW:
            return self._all("few pages, and nothing tells when they changed")
        keys = [*self._looker.to_try_again(), *lists.in_turn(self._looker.last_at())]
        pages = [row["url"] for key in keys if (row := self._store.row("SELECT url FROM addresses WHERE key = ?", key))]
        if not seen.by_rest:
            return self._by_lists(facts, seen.discovered_run, pages)
        if self._looker.listing_due():
            return self._listing(facts, seen.counts, pages)
        urls = [self._newest(facts, name) for name in [*facts.rest_types, *(["comment"] if "comment" in seen.counts else [])]]
        urls += self._unpublished(facts, ",".join(BRIEFLY))
        then = "what changed since: the entries by modified_after, and their pages; a complete listing where dates and totals contradict"
        return Forecast(looks_at="changes", why="the newest entries and totals tell", urls=[*self._robots(), *urls, *pages], then=then)

    def _robots(self) -> list[str]:
        return [urljoin(self._store.get_meta("site"), "/robots.txt")] if self._settings.fetch.robots else []

    def _newest(self, facts: SiteFacts, name: str) -> str:
        return with_parameters(collection_of(facts, name), **newest_query(name))

    def _unpublished(self, facts: SiteFacts, fields: str = "") -> list[str]:
        """The first page of each type's unpublished entries, where they are wanted."""
        asked = {"context": "edit", "order": "asc", "orderby": "id", "status": ",".join(unpublished_of(self._settings))}
        asked |= {"_fields": fields} if fields else {}
        return [with_parameters(address, **asked, page=1, per_page=100) for address in facts.rest_types.values() if asked["status"]]

    def _listing(self, facts: SiteFacts, counts: dict[str, int], pages: list[str]) -> Forecast:
        urls = [self._newest(facts, "media")] if "media" in counts else []
        for name in facts.rest_types:
            for page in range(1, ceil(counts.get(name, 0) / 100) + 1):
                urls.append(with_parameters(collection_of(facts, name), context="view", order="asc", orderby="id", page=page, per_page=100))
        urls += self._unpublished(facts)
        then = "terms, accounts, comments and, if anything changed in it, media; three pages as a sample; the pages of what changed"
        why = f"a complete listing is due every {self._settings.sync.listing_every}"
        return Forecast(looks_at="listing", why=why, urls=[*self._robots(), *urls, *pages], then=then)

    def _by_lists(self, facts: SiteFacts, since: int, pages: list[str]) -> Forecast:
        known = self._store.rows(
            "SELECT DISTINCT url FROM responses WHERE kind = 'sitemap' AND status = 200 AND run >= ? ORDER BY id", since
        )
        lists = [row["url"] for row in known] or [*facts.feeds, facts.url]
        if self._settings.scope.comments and self._store.get_meta(NO_COMMENT_FEED) != since:
            lists.append(urljoin(facts.url, "comments/feed/"))
        then = "the pages that are new, or have another date"
        return Forecast(looks_at="changes", why="lists, dates and pages in turn", urls=[*self._robots(), *lists, *pages], then=then)

    def _all(self, why: str) -> Forecast:
        row = self._store.row(
            "SELECT json_extract(numbers, '$.requests') AS n FROM runs WHERE state = 'done' AND json_extract(numbers, '$.looked_at') = 'all' "
            "ORDER BY id DESC LIMIT 1"
        )
        cost = f"; the last such run made {row['n']} requests" if row and row["n"] else ""
        then = f"REST, sitemaps and feeds as far as they are open, links where these don't tell everything, and what changed{cost}"
        return Forecast(looks_at="all", why=why, urls=[*self._robots(), self._store.get_meta("site")], then=then)
