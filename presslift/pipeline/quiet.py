"""The cheapest look at a site that tells the truth: whether anything can have changed, and if so what is to be asked."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from presslift.config import Settings
from presslift.pipeline.finding import Finder
from presslift.pipeline.getting import Getter, is_outage, now
from presslift.pipeline.quiet_lists import FEW, ListsLook, mark, unlisted
from presslift.pipeline.quiet_rest import RestLook, TooMuch
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Listing
from presslift.scraper.discover.answers import Refused
from presslift.spans import seconds_of
from presslift.store import Store

SEEN = "seen"
"""What the last good run knew of the site's listings, under this name in the store: see ``Seen``."""

CUT_SHORT = "cut_short"
"""The first of the runs that began to find everything and had no budget to end it, under this name in the store; or None."""

MOST_TRIED_AGAIN = 20
"""Failed addresses that are not likely to mend by themselves and are asked for again in one run; finding everything asks for all."""
MOST_ATTEMPTS = 3
"""Requests for such an address, and runs in which a listing was incomplete, after which it is waited longer: a quiet day is to stay
cheap for years."""

Level = Literal["nothing", "changes", "listing", "all"]


class Seen(Struct, kw_only=True):
    """What a later run compares with: when everything was found and listed, by which run, in which scope; and REST's counts.

    ``dated`` is whether sitemaps give dates. ``counts`` has the number that REST gave for each collection that it lists to the end (types, media, comment);
    ``languages`` the types that are listed in further languages one by one; ``broken`` the sitemaps that could not be read whole.
    """

    discovered_at: str
    listed_at: str
    discovered_run: int
    scope: str
    by_rest: bool
    dated: bool = False
    counts: dict[str, int] = {}
    languages: dict[str, list[str]] = {}
    broken: list[str] = []


class Plan(Struct, kw_only=True):
    """What a run is to do: nothing; read ``events``; list REST's collections; or find everything.

    ``gone`` are keys of addresses that a complete listing lacks; ``counts`` what is to be remembered if all goes well;
    ``without`` the collections that are known to be as they were; ``keys`` addresses that are read whatever is told of them;
    ``sample`` whether some pages are looked at though nothing tells of a change.
    """

    level: Level
    why: str
    events: list[Event] = []
    gone: list[str] = []
    counts: dict[str, int] = {}
    without: list[str] = []
    keys: list[str] = []
    sample: bool = False


class Looker:
    """Plans one run on an OUT that was filled before."""

    def __init__(self, store: Store, getter: Getter, run: int, settings: Settings):
        self._store, self._getter, self._run, self._settings = store, getter, run, settings
        self.seen = seen_of(store)
        facts = store.get_meta("facts")
        self.facts = msgspec.convert(facts, SiteFacts) if facts else None

    def plan(self) -> Plan:
        """Look at the site, as little as will do. Failures of the way there are left to whoever looks at everything."""
        why = self.why_all()
        if why is not None:
            return Plan(level="all", why=why, sample=True)
        assert self.seen is not None and self.facts is not None
        rest = RestLook(self._store, self._getter, self._run, self.facts, self._settings, self.seen.counts, self.seen.languages)
        lists = ListsLook(self._store, self._getter, self._run, self.facts, self._settings, self.seen.discovered_run, self.seen.broken)
        try:
            if not self.seen.by_rest:
                if not self.seen.dated and lists.undated() <= FEW:
                    return Plan(level="all", why="few pages, and nothing tells when they changed")
                if self.seen.broken and self.listing_due():
                    return Plan(level="all", why="a sitemap could not be read", sample=True)
                return self._by_lists(lists)
            if self.listing_due():
                why = f"a complete listing is due every {self._settings.sync.listing_every}"
                return Plan(level="all" if lists.undated() else "listing", why=why, without=rest.unchanged_media(), sample=True)
            return self._by_rest(rest, lists)
        except TooMuch as much:
            return Plan(level="listing" if self.seen.by_rest else "all", why=str(much))
        except Refused as refused:
            return Plan(level="all", why=f"the site's lists are not as they were: {refused}")

    def why_all(self) -> str | None:
        """Why everything is to be looked at; None when less will do."""
        seen, last = self.seen, self._store.row("SELECT state FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1", self._run)
        if seen is None or self.facts is None or last is None:
            return "nothing is known yet"
        if last["state"] != "done":
            return "the last run did not end well"
        if seen.scope != scope_of(self._settings):
            return "the settings have changed"
        if self._store.get_meta(CUT_SHORT) is not None:
            return "the budget ended while everything was being found"
        if self._is_due(seen.discovered_at, self._settings.sync.discover_every):
            return f"everything is found anew every {self._settings.sync.discover_every}"
        broken = self._store.rows("SELECT reason, attempts, last_at FROM problems WHERE kind = 'listing'")
        if any(
            row["reason"] == "budget" or row["attempts"] < MOST_ATTEMPTS or self._is_due(row["last_at"], self._settings.sync.listing_every)
            for row in broken
        ):
            return "a listing was incomplete"
        if seen.by_rest and self._store.row("SELECT 1 FROM addresses WHERE gone_run > 0 AND state = 'exported'"):
            return "what may be gone is looked at again"
        return None

    def listing_due(self) -> bool:
        """Whether everything is to be listed, or a sample looked at, again."""
        return self.seen is not None and self._is_due(self.seen.listed_at, self._settings.sync.listing_every)

    @staticmethod
    def _is_due(at: str, every: str) -> bool:
        age = datetime.now(UTC) - datetime.fromisoformat(at)
        # A clock that was set back makes the last time lie ahead.
        return age < timedelta(0) or age >= timedelta(seconds=seconds_of(every))

    def _by_rest(self, look: RestLook, lists: ListsLook) -> Plan:
        again, turn = self.to_try_again(), lists.in_turn(self.last_at())
        different = look.different()
        unpublished, missing = look.unpublished(again)
        told = [*different, *(["what is not published"] if unpublished or missing else [])]
        if told and self._settings.scope.limit is not None:
            raise TooMuch("something changed, and the newest are taken up to a limit")
        events, gone = look.read(different, again, unpublished) if told or again else ([], [])
        gone += missing
        turn += lists.commented() if "comment" not in look.counts else []
        mark(self._store, self._run, turn)
        why = f"changed: {', '.join(told)}"
        plan = Plan(level="changes", why=why, events=events, gone=gone, counts=look.counts, keys=[*again, *turn])
        return plan if told or again or turn else Plan(level="nothing", why="the newest entries and the totals are as they were")

    def _by_lists(self, lists: ListsLook) -> Plan:
        again = [*self.to_try_again(), *(r["key"] for r in self._store.rows("SELECT key FROM addresses WHERE gone_run > 0"))]
        events, gone = lists.read()
        if events and self._settings.scope.limit is not None:
            return Plan(level="all", why="something changed, and the newest are taken up to a limit")
        keys = [*again, *lists.commented(), *lists.in_turn(self.last_at())]
        mark(self._store, self._run, keys)
        due = self.listing_due()
        if not events and not gone and not keys and not due:
            return Plan(level="nothing", why="all that is listed has the dates that it had")
        return Plan(level="changes", why="lists, dates and pages in turn", events=events, gone=gone, keys=keys, sample=due)

    def last_at(self) -> str:
        """When the last good run began."""
        row = self._store.row("SELECT started_at FROM runs WHERE id < ? AND state = 'done' ORDER BY id DESC LIMIT 1", self._run)
        return row["started_at"] if row else "2001-01-01T00:00:00Z"

    def to_try_again(self) -> list[str]:
        """Keys of what was not reached, or failed by the site's trouble; and some of what failed otherwise, the longest waiting first."""
        rows = list(
            self._store.rows(
                "SELECT key, reason, status, attempts FROM addresses "
                "WHERE state = 'pending' OR (state IN ('failed', 'exported') AND reason IS NOT NULL) ORDER BY last_at, key"
            )
        )
        mending = [r["key"] for r in rows if r["reason"] in (None, "budget") or is_outage(r["reason"], r["status"])]
        others = [r["key"] for r in rows if r["key"] not in set(mending) and r["attempts"] < MOST_ATTEMPTS]
        return [*mending, *others[:MOST_TRIED_AGAIN]]


def seen_of(store: Store) -> Seen | None:
    """What the last good run knew; None where there was none, or another version wrote it."""
    try:
        return msgspec.convert(store.get_meta(SEEN), Seen)
    except msgspec.ValidationError:
        return None


def scope_of(settings: Settings) -> str:
    """What decides which addresses are taken and what is read of them, in short."""
    parts = [settings.scope, settings.custom, settings.site]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:16]


def vanished(store: Store, plan: Plan, run: int, finder: Finder) -> list[str]:
    """Keys of exported addresses that the listings of a run, read to their ends, no longer hold; and those that say that they are gone."""
    if plan.level == "all":
        return finder.vanished()
    query = (
        "SELECT key FROM addresses WHERE article IS NOT NULL AND state = 'exported' AND ("
        "(? AND seen_run < ? AND EXISTS (SELECT 1 FROM items WHERE items.key = addresses.key AND source = 'rest')) "
        "OR (seen_run = ? AND reason = 'http_status' AND status IN (404, 410)))"
    )
    return [*plan.gone, *(row["key"] for row in store.rows(query, plan.level == "listing", run, run))]


def remember(store: Store, run: int, plan: Plan, finder: Finder, settings: Settings) -> None:
    """Keep what a run that went well knows, for the next to compare with."""
    seen, at = seen_of(store), now()
    if plan.level in ("all", "listing"):
        counts, languages = _counted(finder.listings)
        facts = msgspec.convert(store.get_meta("facts"), SiteFacts)
        by_rest = bool(facts.rest_types) and all(name in counts for name in facts.rest_types)
        if plan.level == "listing" and seen is not None:
            begun, first = seen.discovered_at, seen.discovered_run
            counts |= {name: seen.counts[name] for name in plan.without}
            broken = seen.broken
        else:
            begun, first = at, run
            broken = [x.name for x in finder.listings if x.source == "sitemap" and x.detail is not None]
        dated = (
            store.row("SELECT 1 FROM addresses WHERE state = 'exported' AND lastmod IS NOT NULL AND found_by LIKE '%sitemap%'") is not None
        )
        seen = Seen(
            discovered_at=begun,
            discovered_run=first,
            listed_at=at,
            scope=scope_of(settings),
            by_rest=by_rest,
            dated=dated,
            counts=counts,
            languages=languages,
            broken=broken,
        )
    elif seen is not None:
        seen.counts |= plan.counts
        seen.listed_at = at if plan.sample else seen.listed_at
        if not seen.by_rest:
            unlisted(store, plan.gone)
    store.set_meta(SEEN, msgspec.to_builtins(seen))


def _counted(listings: list[Listing]) -> tuple[dict[str, int], dict[str, list[str]]]:
    counts: dict[str, int] = {}
    languages: dict[str, list[str]] = {}
    for listing in listings:
        if listing.source != "rest" or not listing.complete or listing.detail is not None or listing.total is None:
            continue
        counts[listing.name] = listing.total
        name, _, language = listing.name.partition(" (")
        if language:
            languages.setdefault(name, []).append(language.rstrip(")").split("-")[0].lower())
    return counts, languages
