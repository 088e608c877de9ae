"""What the store knows of the site, as the merge and the transforms ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from presslift.config import Settings
from presslift.records import Account, SiteFacts, Term
from presslift.scraper.clock import dates_told, read_clock
from presslift.scraper.fetch.addresses import article_key
from presslift.scraper.parse import people
from presslift.scraper.parse.items import decoded, fold
from presslift.store import Store
from presslift.transforms import Context
from presslift.urls import split_url

CLOCK = "clock"
"""The zone that the dates on pages were told in, under this name in the store; for sites whose zone nothing else tells."""


class StoreView:
    """``merge.SiteView`` over a store; terms, accounts and archive memberships are read once."""

    def __init__(self, store: Store, facts: SiteFacts, settings: Settings):
        self._store, self._start = store, facts.url
        self.name, self.language = facts.name, settings.site.language or facts.language
        self.placeholders = frozenset(settings.site.placeholder_accounts)
        self._terms: dict[int, Term] = {}
        self._named: dict[str, list[Term]] = {}
        self._slugs: dict[tuple[str, str], Term] = {}
        self._accounts: dict[int, Account] = {}
        self._writers: dict[str, Account] = {}
        self._members: dict[str, list[Term]] = {}
        self._load_terms()
        self._load_accounts()

    def _load_terms(self) -> None:
        raw = list(self._store.evidence("term"))
        names = {(t.get("taxonomy"), t.get("wp_id")): t.get("name") for t in raw}
        for data in raw:
            parent = names.get((data.get("taxonomy"), data.get("parent_wp_id"))) if data.get("parent_wp_id") else data.get("parent")
            self._keep(
                Term(
                    taxonomy=data["taxonomy"],
                    name=data["name"],
                    slug=data.get("slug"),
                    url=data.get("url"),
                    wp_id=data.get("wp_id"),
                    parent=parent,
                )
            )
        for data in self._store.evidence("archive"):
            if data.get("taxonomy") in (None, "author", "date", "post_type") or not data.get("name"):
                continue
            known = next(
                (
                    t
                    for t in self._named.get(fold(data["name"]), [])
                    if t.taxonomy == data["taxonomy"] and t.slug in (None, data.get("slug"))
                ),
                None,
            )
            term = known or Term(
                taxonomy=data["taxonomy"],
                name=data["name"],
                slug=data.get("slug"),
                url=data.get("url"),
                wp_id=data.get("wp_id"),
                parent=data.get("parent"),
            )
            if known is None:
                self._keep(term)
            for url in data.get("members") or []:
                held = self._members.setdefault(article_key(url, self._start), [])
                if term not in held:
                    held.append(term)

    def _keep(self, term: Term) -> None:
        if term.wp_id is not None:
            self._terms[term.wp_id] = term
        self._named.setdefault(fold(term.name), []).append(term)
        if term.slug:
            self._slugs[term.taxonomy, term.slug] = term

    def _load_accounts(self) -> None:
        for data in self._store.evidence("user"):
            account = Account(wp_id=data.get("wp_id"), name=data.get("name"), slug=data.get("slug"), url=data.get("url"))
            self._accounts[account.wp_id if account.wp_id is not None else -1 - len(self._accounts)] = account
        known = {account.slug for account in self._accounts.values()}
        for data in self._store.evidence("archive"):
            if data.get("taxonomy") == "author" and data.get("slug") and data["slug"] not in known:
                self._writers[data["slug"]] = Account(name=data.get("name"), slug=data["slug"], url=data.get("url"))

    def term(self, wp_id: int) -> Term | None:
        """The term with an id."""
        return self._terms.get(wp_id)

    def terms_named(self, name: str) -> list[Term]:
        """The terms with a name, folded."""
        return self._named.get(fold(name), [])

    def term_by_slug(self, taxonomy: str, slug: str) -> Term | None:
        """The term with a slug."""
        return self._slugs.get((taxonomy, slug))

    def parent_of(self, term: Term) -> str | None:
        """The name of a term's parent, told by the address of its archive where nothing else tells."""
        twin = next((t for t in self.terms_named(term.name) if t.taxonomy == term.taxonomy and t.parent), None)
        if twin is not None:
            return twin.parent
        steps = [decoded(s) for s in split_url(term.url or "").path.split("/") if s]
        if len(steps) < 3 or steps[-1] != term.slug:
            return None
        above = [t for terms in self._named.values() for t in terms if t.taxonomy == term.taxonomy and t.slug == steps[-2]]
        return above[0].name if above else None

    def account(self, wp_id: int | None, name: str | None = None) -> Account | None:
        """The account with an id, else the one with a name."""
        if wp_id is not None and wp_id in self._accounts:
            return self._accounts[wp_id]
        wanted = fold(name)
        if not name or not wanted:
            return None
        found = next((a for a in self._accounts.values() if fold(a.name) == wanted), None)
        # A list of authors' archives tells their slugs alone.
        writer = self._writers.get(people.name_slug(name) or "") if found is None else None
        return found if writer is None else replace(writer, name=writer.name or name)

    def picture(self, wp_id: int) -> str | None:
        """The full-size address of a media item."""
        found = next(self._store.evidence("media", str(wp_id)), None)
        return found.get("url") if found else None

    def memberships(self, url: str) -> list[Term]:
        """The terms whose archives list an address."""
        return self._members.get(article_key(url, self._start), [])


def learn_clock(store: Store, facts: SiteFacts, pages: Iterable[bytes]) -> str | None:
    """Keep what pages' dates tell of the site's zone, where nothing else tells it; None when they don't either."""
    clock = read_clock((told for page in pages for told in dates_told(page)), facts.language)
    if clock is not None:
        store.set_meta(CLOCK, clock)
    return clock


def transform_context(store: Store, facts: SiteFacts, settings: Settings, hosts: frozenset[str]) -> Context:
    """What transforms may know of the site; links are resolved at export, when every record is known."""

    def media_by_url(url: str) -> dict[str, Any] | None:
        return next(store.evidence("media_url", article_key(url, facts.url)), None)

    clock = settings.site.timezone or facts.timezone or store.get_meta(CLOCK)
    return Context(
        base_url=facts.url,
        site_hosts=hosts,
        site_name=facts.name,
        language=settings.site.language or facts.language,
        timezone=clock,
        utc_offset=clock if clock and clock[0] in "+-" else facts.utc_offset,
        placeholders=frozenset(settings.site.placeholder_accounts),
        media_by_url=media_by_url,
    )
