"""REST's word on what changed: the newest entries and totals compared, then what differs read, and what goes with it."""

from __future__ import annotations

import json
from typing import Any

from presslift.config import Settings
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.trust import distrust, is_trusted
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Evidence, Found
from presslift.scraper.discover.answers import Refused, number, route
from presslift.scraper.discover.authorized import LOCKED
from presslift.scraper.discover.changes import Changes, Signal
from presslift.scraper.discover.feed import discover_feeds
from presslift.scraper.discover.rest import CORE_TAXONOMIES, listed
from presslift.scraper.discover.rest_listing import Row
from presslift.scraper.fetch.addresses import article_key
from presslift.store import Store

MOST_CHANGES = 500
"""Changed entries of one type, beyond which its collection is simply listed."""


class TooMuch(Exception):
    """So much changed that listing everything is the shorter way; the message says what."""


class RestLook:
    """One run's look at REST.

    ``counts`` and ``languages`` are what the last good run was told (``quiet.Seen``); afterwards ``counts`` is what was told now.
    """

    def __init__(
        self,
        store: Store,
        getter: Getter,
        run: int,
        facts: SiteFacts,
        settings: Settings,
        counts: dict[str, int],
        languages: dict[str, list[str]],
    ):
        self._store, self._getter, self._run, self._facts, self._settings = store, getter, run, facts, settings
        self._before, self._languages = counts, languages
        self._changes = Changes(facts, getter, settings)
        self._signals: dict[str, Signal] = {}
        self._listed: dict[str, dict[int, dict[str, Any]]] = {}
        self.counts = dict(counts)

    # ---- does anything differ?

    def different(self) -> list[str]:
        """The collections whose newest entry or total is not what is known. Raises ``Refused``, ``TooMuch``."""
        names = [*self._facts.rest_types, *(["comment"] if self._settings.scope.comments and "comment" in self._before else [])]
        found = []
        for name in names:
            signal = self._signals[name] = self._newest(name)
            assert signal.total is not None
            self.counts[name] = signal.total
            if not self._is_known(name, signal):
                found.append(name)
        for name, languages in self._languages.items():
            for language in languages:
                signal = self._changes.newest(name, language)
                if not self._is_listed(name, signal):
                    raise TooMuch(f"{name} changed in {language}")
        return found

    def _newest(self, name: str) -> Signal:
        signal = self._changes.newest(name)
        if signal.cached is None or not is_trusted(self._store, "rest"):
            return signal
        distrust(self._store, "rest", now(), f"it answered with {signal.cached}", None)
        self._getter.ask_past_cache()
        return self._changes.newest(name)

    def unchanged_media(self) -> list[str]:
        """``["media"]`` where its newest entry and total are as they were: its listing can be spared."""
        if "media" not in self._before:
            return []
        try:
            signal, newest = self._changes.newest("media"), self._newest_medium()
        except Refused:
            return []
        return ["media"] if signal.total == self._before["media"] and signal.at == newest else []

    def _newest_medium(self) -> str | None:
        row = self._store.row("SELECT max(json_extract(data, '$.modified')) AS at FROM evidence WHERE kind = 'media'")
        return row["at"] if row else None

    def _is_known(self, name: str, signal: Signal) -> bool:
        if signal.total != self._before.get(name):
            return False
        if name == "comment":
            known = next(self._store.evidence("comment", f"{signal.post}/{signal.wp_id}"), None)
            return signal.wp_id is None or known is not None
        newest = self._newest_known(name)
        return self._is_listed(name, signal) and (newest is None or signal.at == newest)

    def _is_listed(self, name: str, signal: Signal) -> bool:
        if signal.wp_id is None:
            return True
        known = next(self._store.evidence("listed", f"{name}/{signal.wp_id}"), None)
        if known is None or known["modified"] != signal.at:
            return False
        if known["link"] != signal.link:
            raise TooMuch(f"{name}: addresses changed")
        return True

    def _newest_known(self, name: str) -> str | None:
        row = self._store.row(
            "SELECT max(json_extract(data, '$.modified')) AS at FROM evidence WHERE kind = 'listed' AND key >= ? AND key < ?",
            f"{name}/",
            f"{name}0",
        )
        return row["at"] if row else None

    # ---- what differs

    def unpublished(self, again: list[str]) -> tuple[dict[str, set[int]], list[str]]:
        """Type → ids of unpublished entries that are new, changed, or behind the addresses ``again``; and keys of what is gone.

        All of them are listed in each run: their totals would tell little, as drafts come and go. Raises ``Refused``.
        """
        changed: dict[str, set[int]] = {}
        gone: list[str] = []
        retried = [self._store.row("SELECT type, wp_id FROM addresses WHERE key = ?", key) for key in again]
        for name in self._facts.rest_types if self._changes.asks_more else ():
            now = self._changes.unpublished(name)
            known = {d["id"]: d for d in self._store.evidence("unpublished") if d["type"] == name and d["status"] != LOCKED}
            wanted = {row["wp_id"] for row in retried if row and row["type"] == name}
            ids = {wp_id for wp_id, row in now.items() if known.get(wp_id) != row or wp_id in wanted}
            changed |= {name: ids} if ids else {}
            gone += self._keys(name, set(known) - set(now), "unpublished")
        return changed, gone

    def read(self, different: list[str], again: list[str], unpublished: dict[str, set[int]]) -> tuple[list[Event], list[str]]:
        """Events for what changed, and for the addresses ``again``; and keys of what is gone. Raises ``Refused``, ``TooMuch``."""
        rows: dict[str, list[Row]] = {}
        gone: list[str] = []
        for name in different:
            if name != "comment":
                rows[name], missing = self._of_type(name)
                gone += self._keys(name, missing)
        comments: list[Event] = []
        wanted: set[int] = set()
        if "comment" in different:
            comments, wanted = self._comments()
        for name, ids in self._by_type(wanted, again).items():
            had = {number(row.item.get("id")) for row in rows.get(name, [])}
            rows.setdefault(name, []).extend(self._changes.items(name, ids - had))
        shown = {name: self._changes.shown(name, ids) for name, ids in unpublished.items()}
        events = [*self._companions([*rows.values(), *shown.values()]), *comments]
        for name, some in rows.items():
            events += self._changes.events(name, some)
        for name, some in shown.items():
            events += self._changes.events(name, some, shown=True)
        return [*events, *self._feed_items(events)], gone

    def _known(self, name: str) -> dict[int, dict[str, Any]]:
        if name not in self._listed:
            rows = self._store.rows("SELECT data FROM evidence WHERE kind = 'listed' AND key >= ? AND key < ?", f"{name}/", f"{name}0")
            self._listed[name] = {d["id"]: d for d in (json.loads(r["data"]) for r in rows)}
        return self._listed[name]

    def _of_type(self, name: str) -> tuple[list[Row], set[int]]:
        """A type's new and changed entries, and the ids of those that are gone."""
        known, signal = self._known(name), self._signals[name]
        newest = self._newest_known(name)
        changed: list[Row] = []
        if newest is not None and (signal.at or "") > newest:
            found = self._changes.changed(name, newest, MOST_CHANGES)
            if found is None:
                raise TooMuch(f"more than {MOST_CHANGES} entries of {name} changed")
            changed = [row for row in found if known.get(number(row.item.get("id")) or 0) != listed(row.item) | {"type": name}]
            new = sum(number(row.item.get("id")) not in known for row in changed)
            if self._before.get(name, -1) + new == signal.total:
                return changed, set()
        # Dates and totals contradict each other: something is gone, or came with an old date.
        return self._by_listing(name, known, changed)

    def _by_listing(self, name: str, known: dict[int, dict[str, Any]], changed: list[Row]) -> tuple[list[Row], set[int]]:
        had = {number(row.item.get("id")) for row in changed}
        now = {row["id"]: row for row in self._changes.briefly(name) if row["id"] is not None}
        different = {wp_id for wp_id, row in now.items() if known.get(wp_id) != row | {"type": name}} - had
        if len(different) > MOST_CHANGES:
            raise TooMuch(f"more than {MOST_CHANGES} entries of {name} changed")
        return [*changed, *self._changes.items(name, different)], set(known) - set(now)

    def _keys(self, name: str, ids: set[int], kind: str = "listed") -> list[str]:
        """Keys of the exported addresses of ids that are listed no more, which is forgotten with them."""
        keys = []
        for wp_id in sorted(ids):
            self._store.drop_evidence(kind, f"{name}/{wp_id}")
            query = "SELECT key FROM addresses WHERE wp_id = ? AND type = ? AND article IS NOT NULL AND state = 'exported'"
            keys += [row["key"] for row in self._store.rows(query, wp_id, name)]
        return keys

    def _by_type(self, ids: set[int], keys: list[str]) -> dict[str, set[int]]:
        """Type → ids of posts; addresses that REST doesn't know are marked to be read as they are."""
        found: dict[str, set[int]] = {}
        for wp_id in ids:
            for name in self._facts.rest_types:
                if next(self._store.evidence("listed", f"{name}/{wp_id}"), None) is not None:
                    found.setdefault(name, set()).add(wp_id)
        for key in keys:
            row = self._store.row("SELECT type, wp_id FROM addresses WHERE key = ?", key)
            if row and row["wp_id"] and row["type"] in self._facts.rest_types:
                found.setdefault(row["type"], set()).add(row["wp_id"])
            else:
                self._store.update_address(key, seen_run=self._run)
        return found

    # ---- what goes with it

    def _comments(self) -> tuple[list[Event], set[int]]:
        """New comments, and the ids of the posts whose comments changed."""
        posts: dict[int, int] = {}
        for row in self._store.rows("SELECT key FROM evidence WHERE kind = 'comment'"):
            post, _, wp_id = row["key"].partition("/")
            posts[int(wp_id)] = int(post)
        # Comments of posts that nobody may see are counted and not shown.
        hidden = max(0, self._before["comment"] - len(posts))
        total = self._signals["comment"].total or 0
        new, gone = self._changes.comments(set(posts), total - hidden)
        touched = {found for row in new if (found := number(row.item.get("post")))}
        for wp_id in gone or ():
            self._store.drop_evidence("comment", f"{posts[wp_id]}/{wp_id}")
            touched.add(posts[wp_id])
        return list(self._changes.evidence("comment", new)), touched

    def _companions(self, rows: list[list[Row]]) -> list[Evidence]:
        """Terms, accounts and media that changed entries name and nobody told of yet."""
        events: list[Evidence] = []
        items = [row.item for some in rows for row in some]
        if not items:
            return events
        for taxonomy, base in self._taxonomies().items():
            field = base.rsplit("/", 1)[-1]
            known = self._ids("term", lambda t, taxonomy=taxonomy: t["taxonomy"] == taxonomy)
            ids = {n for item in items for n in (item.get(field) or []) if isinstance(n, int)} - known
            events += self._optional("term", ids, taxonomy, base)
        authors = {n for item in items if (n := number(item.get("author")))}
        events += self._optional("user", authors - self._ids("user"))
        pictures = {n for item in items if (n := number(item.get("featured_media")))}
        events += self._new_media() if "media" in self._before else []
        told = {number(e.data.get("id")) for e in events if e.kind == "media"}
        events += self._optional("media", pictures - told - self._ids("media"))
        return events

    def _new_media(self) -> list[Evidence]:
        newest = self._newest_medium()
        try:
            found = self._changes.changed("media", newest, MOST_CHANGES) if newest else []
        except Refused:
            return []
        return list(self._changes.evidence("media", found or []))

    def _optional(self, kind: Any, ids: set[int], taxonomy: str | None = None, base: str | None = None) -> list[Evidence]:
        try:
            return list(self._changes.evidence(kind, self._changes.items(kind, ids, base=base), taxonomy)) if ids else []
        except Refused:
            # A site may shut these alone; pages tell them then.
            return []

    def _taxonomies(self) -> dict[str, str]:
        assert self._facts.rest_root is not None
        bases = {name: route(self._facts.rest_root, f"wp/v2/{base}") for name, base in CORE_TAXONOMIES.items()}
        for data in self._store.evidence("taxonomy"):
            base, space = data.get("rest_base") or data.get("slug"), data.get("rest_namespace") or "wp/v2"
            if isinstance(base, str) and isinstance(space, str):
                bases[data["slug"]] = route(self._facts.rest_root, f"{space}/{base}")
        return bases

    def _ids(self, kind: str, wanted: Any = None) -> set[int]:
        return {d["wp_id"] for d in self._store.evidence(kind) if d.get("wp_id") and (wanted is None or wanted(d))}

    def _feed_items(self, events: list[Event]) -> list[Event]:
        """What the newest page of the feed says of the same articles, where feeds were of use before."""
        start = self._facts.url
        keys = {article_key(e.url, start) for e in events if isinstance(e, Found)}
        if not keys or self._store.row("SELECT 1 FROM items WHERE source = 'feed' LIMIT 1") is None:
            return []
        feed = discover_feeds(self._facts, self._getter, self._settings, whole=False)
        return [e for e in feed if isinstance(e, Found) and article_key(e.url, start) in keys]
